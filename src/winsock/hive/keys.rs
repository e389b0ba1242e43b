//! The keys of a hive (`nk`), and the lists of the keys below them (`lf`, `lh`, `li`, `ri`).

use super::cells::{Cell, Cells};
use super::{Damage, size};

/// The flag of a key whose name is ISO 8859-1 (`KEY_COMP_NAME`).
const COMPRESSED_NAME: u16 = 0x20;

/// The flag of a key that has a handle in place of the number of its values (`KEY_PREDEF_HANDLE`).
const PREDEFINED_HANDLE: u16 = 0x40;

/// A key of a hive.
#[derive(Clone, Debug)]
pub(super) struct Key {
    pub name: String,
    /// The time of the last write, in units of 100 nanoseconds since 1601.
    pub written: u64,
    /// The number of keys directly below it.
    count: u32,
    /// The offset of the list of these keys.
    list: u32,
    /// The number of its values.
    values: u32,
    /// The offset of the list of its values.
    value_list: u32,
}

impl Key {
    /// Returns the key at an offset.
    pub fn at(cells: &mut Cells, offset: u32) -> Result<Self, Damage> {
        let cell = cells.at(offset)?.signed("nk")?;
        let flags = cell.u16(2)?;
        let values = if flags & PREDEFINED_HANDLE == 0 { cell.u32(36)? } else { 0 };
        Ok(Key {
            name: cell.name(76, cell.u16(72)?, flags & COMPRESSED_NAME != 0)?,
            written: cell.u64(4)?,
            count: cell.u32(20)?,
            list: cell.u32(28)?,
            values,
            value_list: cell.u32(40)?,
        })
    }

    /// Returns whether the key has this name; the case of ASCII letters is ignored.
    pub fn is(&self, name: &str) -> bool {
        self.name.eq_ignore_ascii_case(name)
    }

    /// Returns all keys directly below it.
    pub fn children(&self, cells: &mut Cells) -> Result<Vec<Key>, Damage> {
        let mut keys = Vec::new();
        if self.count == 0 {
            return Ok(keys);
        }
        let list = cells.at(self.list)?;
        if list.bytes.starts_with(b"ri") {
            for offset in list.offsets(4, usize::from(list.u16(2)?))? {
                let leaf = cells.at(offset)?;
                if leaf.bytes.starts_with(b"ri") {
                    return Err(Damage::NestedLists);
                }
                self.take(cells, leaf, &mut keys)?;
            }
        } else {
            self.take(cells, list, &mut keys)?;
        }
        match keys.len() == size(self.count) {
            true => Ok(keys),
            false => Err(Damage::Keys { stated: self.count, found: keys.len() }),
        }
    }

    /// Appends the keys of a list of keys.
    fn take(&self, cells: &mut Cells, list: Cell, keys: &mut Vec<Key>) -> Result<(), Damage> {
        // The lists `lf` and `lh` contain a part or a hash of the name beside each offset.
        let numbers = match list.bytes.get(..2) {
            Some(b"li") => 1,
            Some(b"lf" | b"lh") => 2,
            _ => return Err(Damage::NoList { offset: list.offset }),
        };
        let count = usize::from(list.u16(2)?);
        for offset in list.offsets(4, count * numbers)?.step_by(numbers) {
            if keys.len() == size(self.count) {
                return Err(Damage::Keys { stated: self.count, found: keys.len() + 1 });
            }
            keys.push(Key::at(cells, offset)?);
        }
        Ok(())
    }

    /// Returns the offsets of its values.
    pub fn values<'h>(&self, cells: &mut Cells<'h>) -> Result<impl Iterator<Item = u32> + use<'h>, Damage> {
        let list = match self.values {
            0 => None,
            count => Some(cells.at(self.value_list)?.offsets(0, size(count))?),
        };
        Ok(list.into_iter().flatten())
    }
}
