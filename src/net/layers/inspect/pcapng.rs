//! The blocks of a capture file, as draft-ietf-opsawg-pcapng specifies them.
//!
//! A block consists of its type, its length, its body and its length again, each field padded to a multiple of 4 bytes (section
//! 3.1). Integers are little-endian on every machine, and every section has the same interface, so that a packet is read alike
//! anywhere in the file, even behind the section header of another process.

use super::recorder::RecordError;
use std::time::SystemTime;

/// The types of blocks: sections 4.1, 4.2 and 4.3.
const SECTION_HEADER: u32 = 0x0A0D_0D0A;
const INTERFACE_DESCRIPTION: u32 = 1;
const ENHANCED_PACKET: u32 = 6;

/// The magic number that shows the byte order of the section.
const BYTE_ORDER_MAGIC: u32 = 0x1A2B_3C4D;

/// The link type of packets that begin with an IPv4 or IPv6 header: `LINKTYPE_RAW` of the registry of link types.
const LINKTYPE_RAW: u16 = 101;

/// The codes of options: section 3.5, and those of each block.
const END: u16 = 0;
const COMMENT: u16 = 1;
const SECTION_APPLICATION: u16 = 4;
const INTERFACE_NAME: u16 = 2;
const INTERFACE_DESCRIPTION_TEXT: u16 = 3;
const INTERFACE_RESOLUTION: u16 = 9;
const PACKET_FLAGS: u16 = 2;

/// The first bytes of every file: the type of the first block, which is the same in either byte order.
pub(super) const MAGIC: [u8; 4] = SECTION_HEADER.to_le_bytes();

/// The direction of a packet: bits 0 and 1 of its flags (section 4.3.1).
#[derive(Copy, Clone, Debug, PartialEq, Eq)]
pub(super) enum Way {
    Inbound = 1,
    Outbound = 2,
}

/// Returns the bytes that are written when a file is opened: the header of a section, and its interface.
pub(super) fn preamble() -> Vec<u8> {
    let mut out = Vec::new();
    block(&mut out, SECTION_HEADER, |out| {
        out.extend(BYTE_ORDER_MAGIC.to_le_bytes());
        // Version 1.0, and an unspecified section length.
        out.extend(1_u16.to_le_bytes());
        out.extend(0_u16.to_le_bytes());
        out.extend((-1_i64).to_le_bytes());
        option(out, SECTION_APPLICATION, concat!("sockatlas ", env!("CARGO_PKG_VERSION")).as_bytes());
        option(out, END, &[]);
    });
    block(&mut out, INTERFACE_DESCRIPTION, |out| {
        out.extend(LINKTYPE_RAW.to_le_bytes());
        out.extend([0, 0]);
        // The capture length is unlimited.
        out.extend(0_u32.to_le_bytes());
        option(out, INTERFACE_NAME, b"sockatlas");
        let what = b"what passes at a layer of a connection; the headers of IP, TCP and UDP are made up";
        option(out, INTERFACE_DESCRIPTION_TEXT, what);
        // The unit of times is 10^-9 seconds.
        option(out, INTERFACE_RESOLUTION, &[9]);
        option(out, END, &[]);
    });
    out
}

/// Appends a packet, whose bytes `write` appends.
pub(super) fn packet(
    out: &mut Vec<u8>,
    time: SystemTime,
    way: Way,
    comment: Option<&str>,
    write: impl FnOnce(&mut Vec<u8>) -> Result<(), RecordError>,
) -> Result<(), RecordError> {
    let start = out.len();
    let mut written = Ok(());
    block(out, ENHANCED_PACKET, |out| {
        let nanoseconds = time.duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default().as_nanos();
        let nanoseconds = u64::try_from(nanoseconds).unwrap_or(u64::MAX);
        // The interface, the time, the captured length and the original length.
        out.extend(0_u32.to_le_bytes());
        out.extend(((nanoseconds >> 32) as u32).to_le_bytes());
        out.extend((nanoseconds as u32).to_le_bytes());
        let lengths = out.len();
        out.extend([0; 8]);
        let begin = out.len();
        written = write(out);
        let length = ((out.len() - begin) as u32).to_le_bytes();
        out[lengths..lengths + 4].copy_from_slice(&length);
        out[lengths + 4..lengths + 8].copy_from_slice(&length);
        fill_up(out, begin);
        if let Some(comment) = comment {
            option(out, COMMENT, comment.as_bytes());
        }
        option(out, PACKET_FLAGS, &(way as u32).to_le_bytes());
        option(out, END, &[]);
    });
    if written.is_err() {
        out.truncate(start);
    }
    written
}

/// Appends a block around its body.
fn block(out: &mut Vec<u8>, block_type: u32, body: impl FnOnce(&mut Vec<u8>)) {
    let start = out.len();
    out.extend(block_type.to_le_bytes());
    out.extend([0; 4]);
    body(out);
    let length = ((out.len() - start + 4) as u32).to_le_bytes();
    out[start + 4..start + 8].copy_from_slice(&length);
    out.extend(length);
}

/// Appends an option: its code, its length, its value. The value is cut at the longest length that the field can express; only
/// texts with the ends of a connection could come near it.
fn option(out: &mut Vec<u8>, code: u16, value: &[u8]) {
    let length = u16::try_from(value.len()).unwrap_or(u16::MAX);
    out.extend(code.to_le_bytes());
    out.extend(length.to_le_bytes());
    let begin = out.len();
    out.extend(&value[..usize::from(length)]);
    fill_up(out, begin);
}

/// Appends zeros until the length from `begin` on is a multiple of 4 bytes.
fn fill_up(out: &mut Vec<u8>, begin: usize) {
    let length = out.len() - begin;
    out.resize(begin + length.next_multiple_of(4), 0);
}
