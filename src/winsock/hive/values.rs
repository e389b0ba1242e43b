//! The values of a hive's keys (`vk`), and data in several cells (`db`).

use super::cells::{Cell, Cells};
use super::{Damage, size};
use crate::winsock::reg::Data;

/// The flag of a value whose name is ISO 8859-1 (`VALUE_COMP_NAME`).
const COMPRESSED_NAME: u16 = 1;

/// The flag of data that is stored in place of its offset.
const RESIDENT: u32 = 1 << 31;

/// The length of each segment but the last, in bytes; longer data is divided into segments.
const SEGMENT: usize = 16344;

/// A value; an empty name is that of the key's default value.
pub(super) struct Value {
    pub name: String,
    pub data: Data,
}

impl Value {
    /// Returns the value at an offset.
    pub fn at(cells: &mut Cells, offset: u32) -> Result<Self, Damage> {
        let cell = cells.at(offset)?.signed("vk")?;
        let name = cell.name(20, cell.u16(2)?, cell.u16(16)? & COMPRESSED_NAME != 0)?;
        let kind = cell.u32(12)?;
        match data(cells, cell) {
            Ok(bytes) => Ok(Value { name, data: Data { kind, bytes } }),
            Err(damage) => Err(Damage::Value { name, damage: Box::new(damage) }),
        }
    }
}

fn data(cells: &mut Cells, value: Cell) -> Result<Vec<u8>, Damage> {
    let stated = value.u32(4)?;
    let length = stated & !RESIDENT;
    if stated & RESIDENT != 0 {
        let bytes = value.bytes(8, 4)?.get(..size(length));
        return bytes.map(<[u8]>::to_vec).ok_or(Damage::Resident { length });
    }
    if length == 0 {
        return Ok(Vec::new());
    }
    let cell = cells.at(value.u32(8)?)?;
    // The cell with the offsets of segments is shorter than any data that is divided into segments.
    if cell.bytes.len() < size(length) && size(length) > SEGMENT && cell.bytes.starts_with(b"db") {
        return segments(cells, cell, length);
    }
    cell.bytes(0, size(length)).map(<[u8]>::to_vec)
}

fn segments(cells: &mut Cells, cell: Cell, length: u32) -> Result<Vec<u8>, Damage> {
    let segments = cell.u16(2)?;
    let list = cells.at(cell.u32(4)?)?.offsets(0, usize::from(segments))?;
    let mut bytes = Vec::new();
    for offset in list {
        let missing = size(length).saturating_sub(bytes.len());
        if missing == 0 {
            break;
        }
        bytes.extend_from_slice(cells.at(offset)?.bytes(0, missing.min(SEGMENT))?);
    }
    match bytes.len() == size(length) {
        true => Ok(bytes),
        false => Err(Damage::Segments { segments, length }),
    }
}
