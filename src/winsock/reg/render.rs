//! Formats an export like regedit: header, keys, values, and bytes wrapped at 80 columns.

use super::data::Data;
use super::{LAST_WRITTEN, VERSION_4, VERSION_5, kinds};
use std::fmt::Write;

/// The text of an export, which is built key by key.
pub(in crate::winsock) struct Render {
    text: String,
    is_ansi: bool,
    is_first: bool,
}

/// A text or data that an export cannot contain.
#[derive(Copy, Clone, Debug, PartialEq, Eq)]
pub(in crate::winsock) enum Unwritable {
    /// A name or a key with a line break.
    LineBreak,
    /// A character, or a UTF-16 unit, without a byte in ISO 8859-1.
    NotOneByte(u32),
    /// A text of UTF-16 units that ends within a unit.
    HalfUnit,
}

impl std::fmt::Display for Unwritable {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Unwritable::LineBreak => f.write_str("a line break in a name"),
            Unwritable::NotOneByte(unit) => match char::from_u32(*unit) {
                Some(character) => write!(f, "`{character}`, which has no byte in ISO 8859-1"),
                None => write!(f, "the surrogate 0x{unit:04x}, which has no byte in ISO 8859-1"),
            },
            Unwritable::HalfUnit => f.write_str("a text that ends within a UTF-16 unit"),
        }
    }
}

/// The column after which a line of bytes is wrapped; with the `\` it has at most 80 columns. Measured on exports of regedit:
/// continued lines have 25 bytes behind two blanks.
const WRAP_AT: usize = 77;

impl Render {
    /// Creates an export without keys, in the older format if it is ANSI.
    pub fn new(is_ansi: bool) -> Self {
        let mut render = Render { text: String::new(), is_ansi, is_first: true };
        render.line(if is_ansi { VERSION_4 } else { VERSION_5 });
        render.line("");
        render
    }

    /// Appends a comment line.
    #[cfg(feature = "hive")]
    pub fn comment(&mut self, text: &str) {
        self.line(&format!("; {text}"));
    }

    /// Begins a key, to which the values that follow belong.
    pub fn key(&mut self, path: &str, written: Option<&str>) -> Result<(), Unwritable> {
        self.check(path)?;
        if !std::mem::take(&mut self.is_first) {
            self.line("");
        }
        if let Some(written) = written {
            self.line(&format!("{LAST_WRITTEN}{written}"));
        }
        self.line(&format!("[{path}]"));
        Ok(())
    }

    /// Appends a value of the key. An empty name is that of the default value.
    pub fn value(&mut self, name: &str, data: &Data) -> Result<(), Unwritable> {
        self.check(name)?;
        let mut line = if name.is_empty() { "@=".to_owned() } else { format!("\"{}\"=", escaped(name)) };
        let text = data.text().filter(|text| data.is_plain_text(text) && !text.contains(['\r', '\n']));
        match (text, data.dword()) {
            (Some(text), _) => {
                self.check(&text)?;
                write!(line, "\"{}\"", escaped(&text)).unwrap_or_default();
            }
            (None, Some(number)) => write!(line, "dword:{number:08x}").unwrap_or_default(),
            (None, None) => {
                match data.kind {
                    kinds::BINARY => line.push_str("hex:"),
                    kind => write!(line, "hex({kind:x}):").unwrap_or_default(),
                }
                let is_text = matches!(data.kind, kinds::SZ | kinds::EXPAND_SZ | kinds::MULTI_SZ);
                match self.is_ansi && is_text {
                    true => wrapped(&mut line, &narrow(&data.bytes)?),
                    false => wrapped(&mut line, &data.bytes),
                }
            }
        }
        self.line(&line);
        Ok(())
    }

    /// Returns the whole text.
    pub fn finish(mut self) -> String {
        self.line("");
        self.text
    }

    fn line(&mut self, line: &str) {
        self.text.push_str(line);
        self.text.push_str("\r\n");
    }

    fn check(&self, text: &str) -> Result<(), Unwritable> {
        match text.chars().map(u32::from).find(|&character| self.is_ansi && character > 0xff) {
            Some(character) => Err(Unwritable::NotOneByte(character)),
            None if text.contains(['\r', '\n']) => Err(Unwritable::LineBreak),
            None => Ok(()),
        }
    }
}

fn escaped(text: &str) -> String {
    text.replace('\\', "\\\\").replace('"', "\\\"")
}

/// Converts UTF-16 units into the bytes of ISO 8859-1.
fn narrow(bytes: &[u8]) -> Result<Vec<u8>, Unwritable> {
    let (units, odd) = bytes.as_chunks::<2>();
    if !odd.is_empty() {
        return Err(Unwritable::HalfUnit);
    }
    let narrowed = units.iter().map(|&unit| match unit {
        [byte, 0] => Ok(byte),
        unit => Err(Unwritable::NotOneByte(u32::from(u16::from_le_bytes(unit)))),
    });
    narrowed.collect()
}

/// Appends bytes to a line, and wraps it. Columns are counted in characters from the beginning of `line`.
fn wrapped(line: &mut String, bytes: &[u8]) {
    let mut column = line.chars().count();
    for (position, byte) in bytes.iter().enumerate() {
        write!(line, "{byte:02x}").unwrap_or_default();
        if position + 1 < bytes.len() {
            line.push(',');
            column += 3;
            if column >= WRAP_AT {
                line.push_str("\\\r\n  ");
                column = 2;
            }
        }
    }
}
