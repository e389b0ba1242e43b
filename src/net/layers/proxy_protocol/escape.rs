//! How bytes of the peer are shown.

/// As many bytes are shown of what may be long.
const MOST: usize = 256;

/// As a text without control characters, and without those that stand between facts where these are shown in a line; of long
/// ones the beginning, and how many bytes they have.
pub(super) fn escaped(bytes: &[u8]) -> String {
    let text = match std::str::from_utf8(bytes) {
        Ok(text) => text[..text.floor_char_boundary(MOST)].escape_debug().to_string(),
        Err(_) => bytes[..bytes.len().min(MOST)].escape_ascii().to_string(),
    };
    let text = text.replace(',', "\\x2c").replace(';', "\\x3b");
    if bytes.len() > MOST { format!("{text}... ({} bytes)", bytes.len()) } else { text }
}
