//! SYSTEM hives: reads the files in which Windows keeps its registry (`regf`), and renders what they hold of Winsock as an export.
//!
//! | file | what |
//! |---|---|
//! | `base_block` | the first sector of a hive and of its logs: sequence numbers, checksum, where the root key is |
//! | `cells` | the cells that fill the rest: bytes at an offset, and how many of them may be read |
//! | `keys`, `values` | the keys below a key, and its values |
//! | `damage` | what is wrong with a hive that cannot be read |
//! | `logs` | the transaction logs beside a hive, and the hive with their changes |
//! | `export` | which control set counts, and its `WinSock2\Parameters` as an export |
//!
//! The layout of hives and logs, and how Windows recovers a hive from its logs, are documented by Maxim Suhanov in the [Windows registry
//! file format specification](https://github.com/msuhanov/regf); "the specification" in this folder is his.
//!
//! A hive may come from anyone, and may be damaged with intent. Each number that it states is checked against the bytes that are
//! there; nothing is reserved by a stated length; and [`cells`] bounds how many bytes are read in total, so that keys which hold
//! each other, or a list that is shared by thousands of keys, end in an error after a time that the size of the hive bounds.

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

/// The versions of Windows NT before 3.5 wrote hives of the minor versions 0 and 1, whose cells have another layout.
const FIRST_MINOR: u32 = 2;

/// Renders what a hive holds of Winsock as an export.
///
/// Transaction logs are looked for beside `path`, and only where the hive needs them: it was in use when it was copied, or its base
/// block is damaged. Comments at the beginning of the text say what of them could not be applied.
///
/// # Errors
/// If the bytes are no hive, if it is damaged, is no SYSTEM hive, or has no such control set.
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

/// Returns the number that stands at an offset in bytes, or `None` where they end before.
fn u16_at(bytes: &[u8], at: usize) -> Option<u16> {
    Some(u16::from_le_bytes(*bytes.get(at..)?.first_chunk()?))
}

/// Returns the number that stands at an offset in bytes, or `None` where they end before.
fn u32_at(bytes: &[u8], at: usize) -> Option<u32> {
    Some(u32::from_le_bytes(*bytes.get(at..)?.first_chunk()?))
}

/// Returns the number that stands at an offset in bytes, or `None` where they end before.
fn u64_at(bytes: &[u8], at: usize) -> Option<u64> {
    Some(u64::from_le_bytes(*bytes.get(at..)?.first_chunk()?))
}

/// A length or count of a hive as Rust measures memory. More than there can be of memory is more than there is of the hive.
fn size(number: u32) -> usize {
    usize::try_from(number).unwrap_or(usize::MAX)
}
