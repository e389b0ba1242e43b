//! SYSTEM hives: reads the files in which Windows stores its registry (`regf`), and renders their Winsock catalogs as an export.
//!
//! | file | what |
//! |---|---|
//! | `base_block` | the first sector of a hive and of its logs: sequence numbers, checksum, offset of the root key |
//! | `cells` | the cells in the bins: finds the bytes at an offset, and limits how many are read |
//! | `keys`, `values` | the keys below a key, and its values |
//! | `damage` | the errors of hives that cannot be read |
//! | `logs` | the transaction logs beside a hive, and their application |
//! | `export` | chooses the control set, and renders its `WinSock2\Parameters` as an export |
//!
//! The layout of hives and logs, and how Windows recovers a hive from its logs, are documented by Maxim Suhanov in the [Windows registry
//! file format specification](https://github.com/msuhanov/regf); "the specification" in this folder is his.
//!
//! A hive may come from anyone, and may be damaged with intent. Each number in it is checked against the bytes that are there; no
//! memory is reserved by a length in it; and [`cells`] limits the number of bytes that are read in total, so that keys that
//! contain each other, or a list that thousands of keys share, end in an error after a time that the size of the hive bounds.

mod base_block;
mod cells;
mod damage;
mod export;
mod keys;
mod logs;
mod values;

use base_block::BaseBlock;
use cells::Cells;
use damage::Damage;
use export::Export;
use logs::{Beside, Recovery};
use std::path::Path;

/// The first supported minor version: Windows NT before 3.5 wrote hives of the minor versions 0 and 1, whose cells have another
/// layout.
const FIRST_MINOR: u32 = 2;

/// Renders the Winsock catalogs of a hive as an export.
///
/// Transaction logs are read from beside `path`, and only if the hive needs them, because it was copied while in use or its base
/// block is damaged. Comments at the beginning of the text report the entries that could not be applied.
///
/// # Errors
/// If the bytes are not a hive, or the hive is damaged, is not a SYSTEM hive, or does not have the control set.
pub(super) fn text(bytes: &[u8], path: Option<&Path>, control_set: Option<u32>) -> Result<String, String> {
    let base = base_block::primary(bytes)?;
    let beside = if base.is_dirty() { logs::beside(path) } else { Beside::default() };
    export(bytes, base, beside, control_set)
}

fn export(bytes: &[u8], base: BaseBlock, beside: Beside, control_set: Option<u32>) -> Result<String, String> {
    let Recovery { hive, base, remarks } = logs::recover(bytes, base, beside)?;
    if (base.major, base.minor) < (1, FIRST_MINOR) {
        let BaseBlock { major, minor, .. } = base;
        return Err(format!("the hive has version {major}.{minor}, where 1.{FIRST_MINOR} to 1.6 are read"));
    }
    Export::new(Cells::new(&hive, &base), base.root).text(control_set, &remarks)
}

/// Returns the number at an offset, or `None` if the bytes end before.
fn u16_at(bytes: &[u8], at: usize) -> Option<u16> {
    Some(u16::from_le_bytes(*bytes.get(at..)?.first_chunk()?))
}

/// Returns the number at an offset, or `None` if the bytes end before.
fn u32_at(bytes: &[u8], at: usize) -> Option<u32> {
    Some(u32::from_le_bytes(*bytes.get(at..)?.first_chunk()?))
}

/// Returns the number at an offset, or `None` if the bytes end before.
fn u64_at(bytes: &[u8], at: usize) -> Option<u64> {
    Some(u64::from_le_bytes(*bytes.get(at..)?.first_chunk()?))
}

/// Converts a length or count of a hive. A number that exceeds the address space exceeds the hive, too.
fn size(number: u32) -> usize {
    usize::try_from(number).unwrap_or(usize::MAX)
}
