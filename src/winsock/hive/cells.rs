//! The cells of a hive: finds the bytes at an offset, and limits the number of bytes that are read in total.

use super::base_block::{self, BaseBlock};
use super::{Damage, size, u16_at, u32_at, u64_at};

/// The offset that means "none".
pub(super) const NOWHERE: u32 = u32::MAX;

/// The number of times that all bytes of the bins may be read. In an undamaged hive each cell is read once, or twice above
/// `Parameters`; the paths of keys, which count because they are written, are shorter than the keys with their values.
pub(super) const MOST_READINGS: usize = 8;

/// The cost of the shortest cell: reading an empty one must not be free.
const LEAST_COST: usize = 8;

/// The cells of a hive's bins.
pub(super) struct Cells<'h> {
    bins: &'h [u8],
    /// The number of bytes that may still be read.
    left: usize,
}

impl<'h> Cells<'h> {
    /// Creates the cells of a hive. Bytes behind the bins are remnants, and are ignored.
    pub fn new(hive: &'h [u8], base: &BaseBlock) -> Self {
        let bins = hive.get(base_block::LENGTH..).unwrap_or_default();
        let bins = bins.get(..size(base.bins)).unwrap_or(bins);
        Cells { bins, left: bins.len().saturating_mul(MOST_READINGS) }
    }

    /// Returns the cell at an offset from the first bin.
    pub fn at(&mut self, offset: u32) -> Result<Cell<'h>, Damage> {
        if offset == NOWHERE {
            return Err(Damage::Nowhere);
        }
        let outside = Damage::Outside { offset, bins: self.bins.len() };
        let Some(length) = u32_at(self.bins, size(offset)).map(u32::cast_signed) else { return Err(outside) };
        // The length is negative if the cell is in use, and includes its own four bytes.
        if length >= 0 {
            return Err(Damage::Unused { offset });
        }
        let end = size(offset).checked_add(size(length.unsigned_abs()));
        let bytes = end.and_then(|end| self.bins.get(size(offset)..end)).and_then(|bytes| bytes.get(4..));
        let Some(bytes) = bytes else { return Err(outside) };
        self.spend(bytes.len())?;
        Ok(Cell { offset, bytes })
    }

    /// Counts bytes that are read, or that are written because of bytes that were read.
    pub fn spend(&mut self, bytes: usize) -> Result<(), Damage> {
        let left = self.left.checked_sub(bytes.max(LEAST_COST));
        self.left = left.ok_or(Damage::Endless { bins: self.bins.len() })?;
        Ok(())
    }
}

/// The bytes of a cell without its length, and its offset.
#[derive(Copy, Clone)]
pub(super) struct Cell<'h> {
    pub offset: u32,
    pub bytes: &'h [u8],
}

impl<'h> Cell<'h> {
    /// Returns the cell, if it begins with the two letters of this kind.
    pub fn signed(self, expected: &'static str) -> Result<Self, Damage> {
        match self.bytes.starts_with(expected.as_bytes()) {
            true => Ok(self),
            false => Err(Damage::Signature { offset: self.offset, expected }),
        }
    }

    /// Returns the number at an offset in the cell.
    pub fn u16(&self, at: usize) -> Result<u16, Damage> {
        u16_at(self.bytes, at).ok_or(self.short())
    }

    /// Returns the number at an offset in the cell.
    pub fn u32(&self, at: usize) -> Result<u32, Damage> {
        u32_at(self.bytes, at).ok_or(self.short())
    }

    /// Returns the number at an offset in the cell.
    pub fn u64(&self, at: usize) -> Result<u64, Damage> {
        u64_at(self.bytes, at).ok_or(self.short())
    }

    /// Returns a range of the cell's bytes.
    pub fn bytes(&self, at: usize, length: usize) -> Result<&'h [u8], Damage> {
        let stretch = self.bytes.get(at..).and_then(|rest| rest.get(..length));
        stretch.ok_or(self.short())
    }

    /// Returns a name: ISO 8859-1 if it is marked as compressed, and otherwise UTF-16.
    pub fn name(&self, at: usize, length: u16, is_compressed: bool) -> Result<String, Damage> {
        let bytes = self.bytes(at, usize::from(length))?;
        if is_compressed {
            return Ok(bytes.iter().copied().map(char::from).collect());
        }
        let (units, _) = bytes.as_chunks();
        let units = units.iter().map(|unit| u16::from_le_bytes(*unit));
        Ok(char::decode_utf16(units).map(|unit| unit.unwrap_or(char::REPLACEMENT_CHARACTER)).collect())
    }

    /// Returns the first `count` offsets of the list in the cell.
    pub fn offsets(&self, at: usize, count: usize) -> Result<impl Iterator<Item = u32> + use<'h>, Damage> {
        let length = count.checked_mul(4).ok_or(self.short())?;
        let (offsets, _) = self.bytes(at, length)?.as_chunks();
        Ok(offsets.iter().map(|offset| u32::from_le_bytes(*offset)))
    }

    fn short(&self) -> Damage {
        Damage::Short { offset: self.offset, length: self.bytes.len() }
    }
}
