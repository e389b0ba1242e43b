//! Logs before Windows 8.1: the pages of one change, behind a bitmap of their places in the hive.

use super::{Recovery, SECTOR, Sound, size};

/// The signature of the bitmap.
const MAP: &[u8] = b"DIRT";

/// Applies the log, and returns whether it could be applied; if not, adds a remark.
pub(super) fn apply(recovery: &mut Recovery, log: &Sound, most: usize) -> Result<bool, String> {
    let pages = match pages(log) {
        Ok(pages) => pages,
        Err(fault) => {
            recovery.remark(log, &format!("is not applied: {fault}"));
            return Ok(false);
        }
    };
    recovery.take_base(log);
    let is_within = recovery.write(log.base.bins, &pages, most)?;
    if !is_within {
        recovery.remark(log, "is not applied: it writes pages outside of the hive");
    }
    Ok(is_within)
}

/// Returns the pages of a log, each with its offset from the first bin.
fn pages<'l>(log: &Sound<'l>) -> Result<Vec<(usize, &'l [u8])>, &'static str> {
    let map = log.bytes.get(SECTOR..).and_then(|rest| rest.strip_prefix(MAP)).ok_or("it has no map of its pages")?;
    // The map has one bit for each page, which is as long as a sector; the pages begin in the sector behind the map.
    let bits = size(log.base.bins) / SECTOR;
    let length = bits.div_ceil(8);
    let map = map.get(..length).ok_or("it is cut off within the map of its pages")?;
    let begin = (SECTOR + MAP.len()).saturating_add(length).next_multiple_of(SECTOR);
    let (bytes, _) = log.bytes.get(begin..).unwrap_or_default().as_chunks::<SECTOR>();
    let dirty = (0..bits).filter(|bit| map.get(bit / 8).is_some_and(|byte| byte >> (bit % 8) & 1 == 1));
    let mut bytes = bytes.iter();
    let mut pages = Vec::new();
    for bit in dirty {
        let page = bytes.next().ok_or("it has fewer pages than its map says")?;
        pages.push((bit * SECTOR, page.as_slice()));
    }
    Ok(pages)
}
