//! Reads headers of either version: finds where they end, and parses them.

use super::error::ProxyProtocolError;
use super::escape::escaped;
use super::header::{Header, Version};
use super::{binary, line};

/// The length of the shortest header, in bytes: `PROXY UNKNOWN` and the end of its line. The signature of version 2 is shorter.
const SHORTEST: usize = 15;

/// Returns the number of further bytes that certainly belong to the header that begins with these, or 0 if it is complete. The
/// result depends on the bytes alone, and not on the pieces in which they came.
pub(super) fn missing(bytes: &[u8], expected: Option<Version>) -> Result<usize, ProxyProtocolError> {
    match (begun(bytes)?, expected) {
        (None, _) => Ok(SHORTEST - bytes.len()),
        (Some(found), Some(expected)) if found != expected => Err(ProxyProtocolError::Version { found, expected }),
        (Some(Version::One), _) => line::missing(bytes),
        (Some(Version::Two), _) => binary::missing(bytes),
    }
}

/// Parses a complete header, of which no byte is [missing].
pub(super) fn read(bytes: &[u8]) -> Result<Header, ProxyProtocolError> {
    match bytes.first() {
        Some(b'P') => line::read(bytes),
        _ => binary::read(bytes),
    }
}

/// Returns the version whose first bytes are complete, or `None` if none is yet.
fn begun(bytes: &[u8]) -> Result<Option<Version>, ProxyProtocolError> {
    let mut fitting = 0;
    for (version, beginning) in [(Version::One, line::BEGINNING), (Version::Two, binary::SIGNATURE)] {
        let same = bytes.iter().zip(beginning).take_while(|(one, other)| one == other).count();
        if same == beginning.len() {
            return Ok(Some(version));
        }
        fitting = fitting.max(same);
    }
    match bytes.get(..=fitting) {
        Some(found) => Err(ProxyProtocolError::Absent { found: escaped(found) }),
        None => Ok(None),
    }
}
