//! The base block: the header of a hive or of its transaction log, which also shows whether the last change was completed.

use super::{u32_at, u64_at};

/// The length of the base block of a hive in bytes; the bins follow it.
pub(super) const LENGTH: usize = 4096;

/// The length of a sector in bytes. The first sector contains all fields of a base block, and logs have only that sector.
pub(super) const SECTOR: usize = 512;

/// The offset of the checksum, which covers the bytes before it.
const CHECKSUM: usize = 508;

/// The fields of the first sector of a hive or of a transaction log.
#[derive(Copy, Clone, Debug, PartialEq, Eq)]
pub(super) struct BaseBlock {
    /// The number of changes that were begun; the specification's "primary sequence number".
    pub begun: u32,
    /// The number of changes that were completed; the specification's "secondary sequence number".
    pub completed: u32,
    /// The time of the last write, in units of 100 nanoseconds since 1601.
    pub written: u64,
    /// The major version of the format, 1 in all versions of Windows.
    pub major: u32,
    /// The minor version of the format, 3 to 6 since Windows NT 4.
    pub minor: u32,
    /// The kind of file, a [`kinds`] number.
    pub kind: u32,
    /// The offset of the cell of the root key from the first bin.
    pub root: u32,
    /// The length of all bins, in bytes.
    pub bins: u32,
    /// Whether the checksum is right.
    pub is_sound: bool,
}

/// The kinds of files that begin with a base block.
pub(super) mod kinds {
    /// A hive.
    pub const PRIMARY: u32 = 0;
    /// A transaction log before Windows 8.1.
    pub const OLD_LOG: u32 = 1;
    /// A transaction log up to Windows 2000.
    pub const OLDEST_LOG: u32 = 2;
    /// A transaction log since Windows 8.1.
    pub const LOG: u32 = 6;
}

impl BaseBlock {
    /// Reads the base block at the beginning of `bytes`, or returns `None` if they do not begin with one, or end within its first
    /// sector.
    pub fn of(bytes: &[u8]) -> Option<Self> {
        let sector = bytes.get(..SECTOR).filter(|sector| sector.starts_with(b"regf"))?;
        Some(BaseBlock {
            begun: u32_at(sector, 4)?,
            completed: u32_at(sector, 8)?,
            written: u64_at(sector, 12)?,
            major: u32_at(sector, 20)?,
            minor: u32_at(sector, 24)?,
            kind: u32_at(sector, 28)?,
            root: u32_at(sector, 36)?,
            bins: u32_at(sector, 40)?,
            is_sound: u32_at(sector, CHECKSUM)? == checksum(sector),
        })
    }

    /// Returns whether the hive must be recovered from its logs: a change was begun and not completed, or the base block is
    /// damaged.
    pub fn is_dirty(&self) -> bool {
        self.begun != self.completed || !self.is_sound
    }
}

/// Reads the base block of a hive.
///
/// # Errors
/// If the bytes are not a hive, or are cut off.
pub(super) fn primary(bytes: &[u8]) -> Result<BaseBlock, String> {
    if !bytes.starts_with(b"regf") {
        return Err("this is no hive: a hive begins with `regf`".to_owned());
    }
    match u32_at(bytes, 28) {
        None => return Err("the hive is cut off within its base block".to_owned()),
        Some(kinds::PRIMARY) => {}
        Some(kinds::OLD_LOG | kinds::OLDEST_LOG | kinds::LOG) => {
            let message = "this is the transaction log of a hive: name the hive, and the log is found beside it";
            return Err(message.to_owned());
        }
        Some(other) => return Err(format!("a hive of kind {other} where a primary file, kind 0, is expected")),
    }
    let whole = bytes.get(..LENGTH).and_then(BaseBlock::of);
    whole.ok_or_else(|| format!("the hive is cut off: {} bytes, and its base block alone has {LENGTH}", bytes.len()))
}

/// Returns the exclusive or of the numbers before the checksum; the results 0 and -1 are replaced.
pub(super) fn checksum(sector: &[u8]) -> u32 {
    let (numbers, _) = sector.get(..CHECKSUM).unwrap_or_default().as_chunks();
    match numbers.iter().fold(0, |sum, number| sum ^ u32::from_le_bytes(*number)) {
        0 => 1,
        u32::MAX => u32::MAX - 1,
        sum => sum,
    }
}
