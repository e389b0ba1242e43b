//! Transaction logs: finds those beside a hive, and applies all changes that were begun to the hive.
//!
//! Windows writes a change to a log before it writes it to the hive, so a hive that was copied while in use may lack its newest
//! changes, or contain parts of them. The choice of logs, and of the first entry to apply, follows the sections "Dirty state of a
//! hive" and "Multiple transaction log files" of the specification, with three deviations:
//!
//! - If the base block of the hive is damaged, the log may match either the time in the base block or that of the first bin.
//! - Of two logs before Windows 8.1 the first that can be applied is used, as by a boot loader; versions of Windows differ there.
//! - Bins are not verified when they are applied: the reader verifies each cell that it needs.
//!
//! A log that cannot be applied, or only in part, always leaves a remark. A log that states a hive larger than all bytes that are
//! there is an error: the newest changes of the hive are unknown then, and the memory for it would be unbounded.

mod marvin32;
mod new_format;
mod old_format;
#[cfg(test)]
mod tests;

use super::base_block::{self, BaseBlock, SECTOR, kinds};
use super::{size, u64_at};
use crate::winsock::rules::NOTHING_NEW;
use std::borrow::Cow;
use std::ffi::OsString;
use std::fs::{self, File};
use std::io::{self, ErrorKind, Read};
use std::path::Path;

/// The largest number of bytes that are read of a transaction log.
const MOST_BYTES: u64 = 1 << 30;

/// The largest number of remarks; logs may be hostile.
const MOST_REMARKS: usize = 20;

/// The offset of the time in the first bin.
const BIN_TIME: usize = 20;

/// The logs beside a hive.
#[derive(Default)]
pub(super) struct Beside {
    pub logs: Vec<Log>,
    /// The remarks on logs that could not be read.
    pub remarks: Vec<String>,
}

/// A transaction log that was written to at least once.
pub(super) struct Log {
    /// The extension of its name, such as `.LOG1`.
    pub name: String,
    pub bytes: Vec<u8>,
}

/// A hive to which its logs were applied.
#[derive(Debug)]
pub(super) struct Recovery<'h> {
    pub hive: Cow<'h, [u8]>,
    pub base: BaseBlock,
    /// The remarks on entries that were not applied.
    pub remarks: Vec<String>,
}

/// A log whose base block is undamaged.
struct Sound<'l> {
    name: &'l str,
    bytes: &'l [u8],
    base: BaseBlock,
}

/// Reads the transaction logs beside a hive: `.LOG1` and `.LOG2`, or the `.LOG` of Windows before Vista if those are not used;
/// with extensions in upper or lower case.
pub(super) fn beside(path: Option<&Path>) -> Beside {
    let mut beside = Beside::default();
    let Some(path) = path else { return beside };
    for names in [[".LOG1", ".log1"], [".LOG2", ".log2"], [".LOG", ".log"]] {
        if names[0] == ".LOG" && !beside.logs.is_empty() {
            break;
        }
        for name in names {
            let mut file = OsString::from(path);
            file.push(name);
            match read(Path::new(&file)) {
                Err(error) if error.kind() == ErrorKind::NotFound => continue,
                Err(error) => beside.remarks.push(format!("the transaction log `{name}` was not read: {error}")),
                // A log that was never used is empty, or contains zeros only.
                Ok(bytes) if bytes.iter().all(|&byte| byte == 0) => {}
                Ok(bytes) => beside.logs.push(Log { name: name.to_owned(), bytes }),
            }
            break;
        }
    }
    beside
}

fn read(path: &Path) -> io::Result<Vec<u8>> {
    // Opening a pipe would wait for its writer.
    if !fs::metadata(path)?.is_file() {
        return Err(io::Error::other("it is no regular file"));
    }
    let mut bytes = Vec::new();
    File::open(path)?.take(MOST_BYTES + 1).read_to_end(&mut bytes)?;
    match u64::try_from(bytes.len()) {
        Ok(length) if length <= MOST_BYTES => Ok(bytes),
        _ => Err(io::Error::other(format!("it has more than {MOST_BYTES} bytes"))),
    }
}

/// Applies the logs beside a hive, if its base block shows that a change was begun and not completed.
///
/// # Errors
/// If a log states a hive that is larger than the hive and its logs together.
pub(super) fn recover(hive: &[u8], base: BaseBlock, beside: Beside) -> Result<Recovery<'_>, String> {
    let Beside { logs, remarks } = beside;
    let mut recovery = Recovery { hive: Cow::Borrowed(hive), base, remarks };
    if !base.is_dirty() {
        return Ok(recovery);
    }
    let most = logs.iter().fold(hive.len(), |most, log| most.saturating_add(log.bytes.len()));
    let sound: Vec<Sound> = logs.iter().filter_map(|log| recovery.sound(log)).collect();
    let (new, old): (Vec<Sound>, Vec<Sound>) = sound.into_iter().partition(|log| log.base.kind == kinds::LOG);
    let is_applied = match new.is_empty() {
        true => recovery.apply_old(&old, most)?,
        false => recovery.apply_new(new, most)?,
    };
    if !is_applied {
        let why = match base.begun == base.completed {
            true => "the checksum of the hive's base block is wrong",
            false => "the hive was in use when it was copied",
        };
        let logs = match logs.is_empty() {
            true => "no transaction logs are beside it",
            false => "none of the transaction logs beside it can be applied",
        };
        recovery.remarks.push(format!("{why}, and {logs}: its newest changes may be missing"));
    }
    if recovery.remarks.len() > MOST_REMARKS {
        let further = recovery.remarks.len() - MOST_REMARKS;
        recovery.remarks.drain(MOST_REMARKS / 2..MOST_REMARKS / 2 + further);
        recovery.remarks.insert(MOST_REMARKS / 2, format!("{further} further remarks are left out"));
    }
    Ok(recovery)
}

impl Recovery<'_> {
    fn remark(&mut self, log: &Sound, what: &str) {
        self.remarks.push(format!("the transaction log `{}` {what}", log.name));
    }

    /// Returns the log if it has the base block of a complete log; otherwise adds a remark.
    fn sound<'l>(&mut self, log: &'l Log) -> Option<Sound<'l>> {
        let base = BaseBlock::of(&log.bytes);
        let fault = match base {
            None => "it is no transaction log, or is cut off within its first sector",
            Some(base) if !base.is_sound => "the checksum of its base block is wrong",
            Some(base) if !matches!(base.kind, kinds::LOG | kinds::OLD_LOG | kinds::OLDEST_LOG) => {
                "its base block is that of a hive"
            }
            Some(base) if base.begun != base.completed => "it was being written when it was copied",
            Some(base) => return Some(Sound { name: &log.name, bytes: &log.bytes, base }),
        };
        self.remarks.push(format!("the transaction log `{}` is not applied: {fault}", log.name));
        None
    }

    /// Uses the base block of a log in place of that of the hive, if the latter is damaged.
    fn take_base(&mut self, log: &Sound) {
        if !self.base.is_sound {
            self.base = BaseBlock { kind: kinds::PRIMARY, ..log.base };
        }
    }

    /// Applies logs that contain one entry for each change (`HvLE`, since Windows 8.1), earlier changes first.
    fn apply_new(&mut self, mut logs: Vec<Sound>, most: usize) -> Result<bool, String> {
        logs.sort_by_key(|log| log.base.begun);
        let is_sound = self.base.is_sound;
        if !is_sound && let Some(newest) = logs.pop() {
            for log in &logs {
                self.remark(
                    log,
                    "is not applied: the hive's base block is damaged, so that only the newest log counts",
                );
            }
            self.take_base(&newest);
            logs = vec![newest];
        }
        // The number that the next entry must have.
        let mut next = None;
        let mut is_applied = false;
        for log in &logs {
            let first = log.base.begun;
            if is_sound && first < self.base.completed {
                let completed = self.base.completed;
                self.remark(
                    log,
                    &format!("is not applied: it begins with change {first}, and {NOTHING_NEW} {completed}"),
                );
                continue;
            }
            let expected = next.unwrap_or(first);
            if first != expected {
                self.remark(
                    log,
                    &format!("is not applied: it begins with change {first}, and {expected} is the next to be applied"),
                );
                continue;
            }
            let reached = new_format::apply(self, log, most)?;
            is_applied |= reached != first;
            next = Some(reached);
        }
        Ok(is_applied)
    }

    /// Applies the first log that contains the pages of one change (`DIRT`, before Windows 8.1) and belongs to the hive.
    fn apply_old(&mut self, logs: &[Sound], most: usize) -> Result<bool, String> {
        let mut written = vec![self.base.written];
        if !self.base.is_sound {
            written.extend(u64_at(&self.hive, base_block::LENGTH + BIN_TIME));
        }
        for log in logs {
            if !written.contains(&log.base.written) {
                self.remark(log, "is not applied: it and the hive were last written at different times");
            } else if old_format::apply(self, log, most)? {
                return Ok(true);
            }
        }
        Ok(false)
    }

    /// Writes pages to the hive, given by their offsets from the first bin and their bytes. Either all are written, or none if
    /// one of them is outside of the hive.
    fn write(&mut self, bins: u32, pages: &[(usize, &[u8])], most: usize) -> Result<bool, String> {
        let length = base_block::LENGTH.saturating_add(size(bins));
        if length > most {
            return Err(format!("a transaction log of the hive is damaged: by it the hive would have {length} bytes"));
        }
        let length = length.max(self.hive.len());
        let bins_length = length.saturating_sub(base_block::LENGTH);
        let is_within =
            |(at, bytes): &(usize, &[u8])| at.checked_add(bytes.len()).is_some_and(|end| end <= bins_length);
        if !pages.iter().all(is_within) {
            return Ok(false);
        }
        let hive = self.hive.to_mut();
        hive.resize(length, 0);
        let (_, hive) = hive.split_at_mut(base_block::LENGTH.min(length));
        for (at, bytes) in pages {
            if let Some(page) = hive.get_mut(*at..).and_then(|rest| rest.get_mut(..bytes.len())) {
                page.copy_from_slice(bytes);
            }
        }
        self.base.bins = self.base.bins.max(bins);
        Ok(true)
    }
}
