//! Decodes exports.
//!
//! A byte order mark identifies UTF-16 and UTF-8. Without one, `REGEDIT4` means the ANSI code page of the system, which the file
//! does not name: each byte is decoded as the character with its number (ISO 8859-1), so that each can be written back. Other
//! files without a mark are UTF-8 if they are valid, and otherwise ANSI too.

use super::VERSION_4;
use std::ops::Range;

/// A decoded text, and the bytes that could not be decoded.
#[derive(Debug, PartialEq, Eq)]
pub(in crate::winsock) struct Decoded {
    pub text: String,
    /// The places of the errors in the text, and their descriptions.
    pub flaws: Vec<(Range<usize>, String)>,
}

/// The number of errors that are reported one by one: a binary file can have millions.
const MOST_FLAWS: usize = 100;

/// Decodes the bytes of an export.
pub(in crate::winsock) fn decode(bytes: &[u8]) -> Decoded {
    match bytes {
        [0xff, 0xfe, rest @ ..] => utf_16(rest, u16::from_le_bytes),
        [0xfe, 0xff, rest @ ..] => utf_16(rest, u16::from_be_bytes),
        [0xef, 0xbb, 0xbf, rest @ ..] => utf_8(rest),
        _ if bytes.starts_with(VERSION_4.as_bytes()) => ansi(bytes),
        _ => match std::str::from_utf8(bytes) {
            Ok(text) => Decoded { text: text.to_owned(), flaws: Vec::new() },
            Err(_) => ansi(bytes),
        },
    }
}

fn utf_16(bytes: &[u8], unit: fn([u8; 2]) -> u16) -> Decoded {
    let (pairs, odd) = bytes.as_chunks::<2>();
    // Most characters of an export are ASCII.
    let mut text = String::with_capacity(pairs.len());
    let mut flaws = Vec::new();
    for decoded in char::decode_utf16(pairs.iter().map(|&pair| unit(pair))) {
        let start = text.len();
        match decoded {
            Ok(character) => text.push(character),
            Err(error) => {
                text.push(char::REPLACEMENT_CHARACTER);
                let surrogate = error.unpaired_surrogate();
                flaw(&mut flaws, start..text.len(), || format!("the surrogate 0x{surrogate:04x} stands alone"));
            }
        }
    }
    if !odd.is_empty() {
        let end = text.len()..text.len();
        flaw(&mut flaws, end, || "the text ends in the middle of a UTF-16 unit: one byte is missing".to_owned());
    }
    Decoded { text, flaws }
}

fn utf_8(bytes: &[u8]) -> Decoded {
    let mut text = String::with_capacity(bytes.len());
    let mut flaws = Vec::new();
    for chunk in bytes.utf8_chunks() {
        text.push_str(chunk.valid());
        if let [first, ..] = chunk.invalid() {
            let start = text.len();
            text.push(char::REPLACEMENT_CHARACTER);
            flaw(&mut flaws, start..text.len(), || {
                format!("the byte 0x{first:02x} is not UTF-8, as the mark at the beginning says")
            });
        }
    }
    Decoded { text, flaws }
}

fn ansi(bytes: &[u8]) -> Decoded {
    Decoded { text: bytes.iter().map(|&byte| char::from(byte)).collect(), flaws: Vec::new() }
}

fn flaw(flaws: &mut Vec<(Range<usize>, String)>, at: Range<usize>, message: impl FnOnce() -> String) {
    match flaws.len() {
        0..MOST_FLAWS => flaws.push((at, message())),
        MOST_FLAWS => flaws.push((
            at,
            format!("more than {MOST_FLAWS} faults in the encoding: this and further ones are not reported"),
        )),
        _ => {}
    }
}
