//! The base block: states what a hive, or a transaction log of one, is, and whether its last change was completed.

use super::{u32_at, u64_at};

/// Bytes of the base block of a hive, behind which its bins begin.
pub(super) const LENGTH: usize = 4096;

/// Bytes of a sector. All that a base block states is in its first one, and logs have no more of it.
pub(super) const SECTOR: usize = 512;

/// Where the checksum of the bytes before it stands.
const CHECKSUM: usize = 508;

/// What the first sector of a hive or of a transaction log states.
#[derive(Copy, Clone, Debug, PartialEq, Eq)]
pub(super) struct BaseBlock {
    /// Counts the changes that were begun; the specification's "primary sequence number".
    pub begun: u32,
    /// Counts the changes that were completed; the specification's "secondary sequence number".
    pub completed: u32,
    /// When the hive was last written, in 100 nanoseconds since 1601.
    pub written: u64,
    /// The version of the format, 1 in all versions of Windows.
    pub major: u32,
    /// The version of the format behind the dot, 3 to 6 since Windows NT 4.
    pub minor: u32,
    /// What the file is, a [`kinds`] number.
    pub kind: u32,
    /// The offset of the root key's cell, from the first bin on.
    pub root: u32,
    /// Bytes of all bins.
    pub bins: u32,
    /// Whether the checksum is right.
    pub is_sound: bool,
}

/// What a file is that begins with a base block.
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
    /// Reads the base block with which bytes begin; nothing where they begin otherwise, or end within its first sector.
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

    /// Returns whether the hive is to be recovered from its logs: a change was begun and not completed, or the base block is
    /// damaged.
    pub fn is_dirty(&self) -> bool {
        self.begun != self.completed || !self.is_sound
    }
}

/// Returns the base block of a hive.
///
/// # Errors
/// If the bytes are no hive, or are cut off.
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

/// Returns the exclusive or of the sector's numbers before its checksum; 0 and -1 are avoided.
pub(super) fn checksum(sector: &[u8]) -> u32 {
    let (numbers, _) = sector.get(..CHECKSUM).unwrap_or_default().as_chunks();
    match numbers.iter().fold(0, |sum, number| sum ^ u32::from_le_bytes(*number)) {
        0 => 1,
        u32::MAX => u32::MAX - 1,
        sum => sum,
    }
}
