//! Escapes bytes of the peer for messages and facts.

/// The number of bytes that are shown of a long value.
const MOST: usize = 256;

/// Returns the bytes as a text without control characters, and without the characters that separate facts in a line. A long value
/// is cut, and its length is added.
pub(super) fn escaped(bytes: &[u8]) -> String {
    let text = match std::str::from_utf8(bytes) {
        Ok(text) => text[..text.floor_char_boundary(MOST)].escape_debug().to_string(),
        Err(_) => bytes[..bytes.len().min(MOST)].escape_ascii().to_string(),
    };
    let text = text.replace(',', "\\x2c").replace(';', "\\x3b");
    if bytes.len() > MOST { format!("{text}... ({} bytes)", bytes.len()) } else { text }
}
