//! Logs since Windows 8.1: one entry for each change, with a number, hashes, and the pages of the change.

use super::marvin32::marvin32;
use super::{Recovery, SECTOR, Sound, size};
use crate::winsock::hive::{u32_at, u64_at};

/// The signature of an entry.
const ENTRY: &[u8] = b"HvLE";

/// The length of an entry before the references of its pages, in bytes.
const HEADER: usize = 40;

/// The offset of the first of the two hashes, and the number of bytes that the second covers.
const HASHES: usize = 24;
const HASHED_HEADER: usize = 32;

/// The unit of the lengths of bins, in bytes.
const PAGE: u32 = 4096;

/// The seed of the hashes; the specification states its bytes: `82 EF 4D 88 7A 4E 55 C5`.
pub(super) const SEED: u64 = 0x82ef_4d88_7a4e_55c5;

struct Entry<'l> {
    length: usize,
    /// The number of the change.
    number: u32,
    /// The length of the hive's bins after the change, in bytes.
    bins: u32,
    /// The offsets of the pages from the first bin, and their bytes.
    pages: Vec<(usize, &'l [u8])>,
}

/// Applies the entries of a log up to the first that is out of sequence, and returns the number of the next change.
pub(super) fn apply(recovery: &mut Recovery, log: &Sound, most: usize) -> Result<u32, String> {
    let mut next = log.base.begun;
    let mut at = SECTOR;
    while let Some(rest) = log.bytes.get(at..).filter(|rest| rest.starts_with(ENTRY)) {
        let entry = match Entry::of(rest) {
            Ok(entry) => entry,
            Err(fault) => {
                recovery.remark(log, &format!("is not applied from change {next} on: its entry at {at:#x} {fault}"));
                return Ok(next);
            }
        };
        let number = entry.number;
        if number != next {
            // Remnants of older entries follow the newest entry of a log.
            if number > next || at == SECTOR {
                let what = format!(
                    "is not applied from change {next} on: its entry at {at:#x} holds change {number} in its place"
                );
                recovery.remark(log, &what);
            }
            return Ok(next);
        }
        if !recovery.write(entry.bins, &entry.pages, most)? {
            let what =
                format!("is not applied from change {next} on: its entry at {at:#x} writes pages outside of the hive");
            recovery.remark(log, &what);
            return Ok(next);
        }
        next = next.wrapping_add(1);
        at = at.saturating_add(entry.length);
    }
    if at == SECTOR {
        recovery.remark(log, "is not applied: it has no entries");
    }
    Ok(next)
}

impl<'l> Entry<'l> {
    /// Parses the entry at the beginning of the bytes, or returns a description of its damage.
    fn of(rest: &'l [u8]) -> Result<Self, &'static str> {
        let length = size(u32_at(rest, 4).unwrap_or_default());
        let bytes = rest.get(..length).ok_or("is cut off")?;
        let (Some(number), Some(bins), Some(count)) = (u32_at(bytes, 12), u32_at(bytes, 16), u32_at(bytes, 20)) else {
            return Err("is too short for an entry");
        };
        let Some(body) = bytes.get(HEADER..).filter(|_| length.is_multiple_of(SECTOR)) else {
            return Err("has a length that is no multiple of a sector's");
        };
        if (u64_at(bytes, HASHES), u64_at(bytes, HASHED_HEADER)) != hashes(bytes) {
            return Err("has other bytes than its hashes say");
        }
        if !bins.is_multiple_of(PAGE) {
            return Err("states bins that are no multiple of a page's length");
        }
        let references = size(count).checked_mul(8).and_then(|length| body.split_at_checked(length));
        let Some((references, mut rest)) = references else { return Err("has fewer pages than it states") };
        let (references, _) = references.as_chunks::<8>();
        let mut pages = Vec::new();
        for [a, b, c, d, e, f, g, h] in references {
            let (at, length) = (u32::from_le_bytes([*a, *b, *c, *d]), u32::from_le_bytes([*e, *f, *g, *h]));
            let page;
            (page, rest) = rest.split_at_checked(size(length)).ok_or("has fewer bytes than its pages")?;
            pages.push((size(at), page));
        }
        Ok(Entry { length, number, bins, pages })
    }
}

/// Returns the two hashes that an entry must have: of the bytes behind its header, and of the header with the first hash.
pub(super) fn hashes(entry: &[u8]) -> (Option<u64>, Option<u64>) {
    let hash = |bytes: Option<&[u8]>| bytes.map(|bytes| marvin32(SEED, bytes));
    (hash(entry.get(HEADER..)), hash(entry.get(..HASHED_HEADER)))
}
