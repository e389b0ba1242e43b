//! Parses the data of a value as an export writes it: a text in quotes, `dword:`, `hex:` and `hex(TYPE):`.

use super::kinds;
use std::borrow::Cow;
use std::ops::Range;

/// The data of a value as the registry stores it: texts are UTF-16LE and end with a zero.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::winsock) struct Data {
    /// The type, a `REG_*` number.
    pub kind: u32,
    pub bytes: Vec<u8>,
}

impl Data {
    /// Returns the number of a dword, or `None` for other data.
    pub fn dword(&self) -> Option<u32> {
        let bytes: [u8; 4] = self.bytes.as_slice().try_into().ok()?;
        (self.kind == kinds::DWORD).then(|| u32::from_le_bytes(bytes))
    }

    /// Returns a text up to its zero, or `None` for other data. A lone surrogate becomes U+FFFD.
    pub fn text(&self) -> Option<String> {
        let (units, _) = self.bytes.as_chunks::<2>();
        let units: Vec<u16> =
            units.iter().map(|&unit| u16::from_le_bytes(unit)).take_while(|&unit| unit != 0).collect();
        matches!(self.kind, kinds::SZ | kinds::EXPAND_SZ).then(|| String::from_utf16_lossy(&units))
    }

    /// Returns whether it has the same meaning as other data: the types of texts may differ, and any number but 0 equals 1.
    pub fn means(&self, other: &Data) -> bool {
        let is_yes = |data: &Data| data.dword().map(|number| number != 0);
        let is_same_text = self.text().is_some() && self.text() == other.text();
        self == other || is_same_text || (other.dword() == Some(1) && is_yes(self) == Some(true))
    }

    /// Returns whether the data consists of exactly the bytes of this text as a `REG_SZ`.
    pub fn is_plain_text(&self, text: &str) -> bool {
        self.kind == kinds::SZ && self.bytes == sz(text)
    }
}

/// The place and the description of an error.
pub(super) type Flaw = (Range<usize>, String);

/// A position in a text that is read from left to right.
pub(super) struct Cursor<'a> {
    pub text: &'a str,
    pub at: usize,
}

impl<'a> Cursor<'a> {
    pub fn rest(&self) -> &'a str {
        self.text.get(self.at..).unwrap_or_default()
    }

    pub fn peek(&self) -> Option<char> {
        self.rest().chars().next()
    }

    /// Skips this character, if it is the next one, and returns whether it was.
    pub fn eat(&mut self, character: char) -> bool {
        let found = self.peek() == Some(character);
        if found {
            self.at += character.len_utf8();
        }
        found
    }

    pub fn skip_blanks(&mut self) {
        self.at += self.rest().len() - self.rest().trim_start_matches([' ', '\t']).len();
    }

    /// Returns whether the position is at the end of a line.
    pub fn is_line_end(&self) -> bool {
        let rest = self.rest();
        rest.is_empty() || rest.starts_with('\n') || rest.starts_with("\r\n") || rest == "\r"
    }

    /// Returns the offset of the end of the current line, without its line break.
    pub fn line_end(&self) -> usize {
        let rest = self.rest();
        let line = rest.split('\n').next().unwrap_or_default();
        self.at + line.strip_suffix('\r').unwrap_or(line).len()
    }

    /// Moves to the beginning of the next line, or to the end of the text.
    pub fn next_line(&mut self) {
        self.at = self.rest().find('\n').map_or(self.text.len(), |found| self.at + found + 1);
    }

    /// Returns a description of the next character for messages, or of the end of the line or text.
    fn found(&self) -> String {
        match self.peek().filter(|_| !self.is_line_end()) {
            Some(character) => format!("`{}`", character.escape_debug()),
            None if self.rest().is_empty() => "the end of the text".to_owned(),
            None => "the end of the line".to_owned(),
        }
    }

    /// Returns the range of the next character, which is empty at the end of a line.
    pub fn here(&self) -> Range<usize> {
        let length = self.peek().filter(|_| !self.is_line_end()).map_or(0, char::len_utf8);
        self.at..self.at + length
    }

    /// Returns an error that states the next character and what is expected instead.
    pub fn unexpected(&self, expected: &str) -> Flaw {
        (self.here(), format!("{} where {expected} is expected", self.found()))
    }
}

/// Parses a text in quotes that begins here.
pub(super) fn quoted<'a>(cursor: &mut Cursor<'a>) -> Result<Cow<'a, str>, Flaw> {
    let opening = cursor.here();
    let line_end = cursor.line_end();
    cursor.at = opening.end;
    let mut text = Cow::Borrowed("");
    loop {
        let line = cursor.text.get(cursor.at..line_end).unwrap_or_default();
        let Some(found) = line.find(['"', '\\']) else {
            return Err((opening.start..line_end, "the text has no closing `\"` on its line".to_owned()));
        };
        let plain = &line[..found];
        if text.is_empty() {
            text = Cow::Borrowed(plain);
        } else {
            text.to_mut().push_str(plain);
        }
        cursor.at += found;
        if cursor.eat('"') {
            return Ok(text);
        }
        cursor.at += 1;
        match cursor.peek() {
            Some(character @ ('"' | '\\')) => {
                cursor.at += 1;
                text.to_mut().push(character);
            }
            _ => {
                let message = format!("`\\` before {} in a text: a backslash is written `\\\\`", cursor.found());
                return Err((cursor.at - 1..cursor.here().end, message));
            }
        }
    }
}

/// Parses the data that begins here, over as many lines as it has. Texts of an ANSI export are converted to UTF-16.
pub(super) fn data(cursor: &mut Cursor<'_>, is_ansi: bool) -> Result<Data, Flaw> {
    if cursor.peek() == Some('"') {
        let text = quoted(cursor)?;
        return Ok(Data { kind: kinds::SZ, bytes: sz(&text) });
    }
    if eat_word(cursor, "dword:") {
        return dword(cursor);
    }
    if eat_word(cursor, "hex:") {
        return Ok(Data { kind: kinds::BINARY, bytes: hex(cursor)? });
    }
    if eat_word(cursor, "hex(") {
        let kind = hex_type(cursor)?;
        let bytes = hex(cursor)?;
        let is_text = matches!(kind, kinds::SZ | kinds::EXPAND_SZ | kinds::MULTI_SZ);
        let bytes = if is_ansi && is_text { bytes.into_iter().flat_map(|byte| [byte, 0]).collect() } else { bytes };
        return Ok(Data { kind, bytes });
    }
    if cursor.peek() == Some('-') {
        return Err((
            cursor.here(),
            "a value is deleted here: an export holds what is there, and no deletions".to_owned(),
        ));
    }
    Err(cursor.unexpected("a text in quotes, `dword:`, `hex:` or `hex(TYPE):`"))
}

/// Returns the bytes of a text as the registry stores it.
pub(super) fn sz(text: &str) -> Vec<u8> {
    text.encode_utf16().chain([0]).flat_map(u16::to_le_bytes).collect()
}

/// Skips this word in any case, if it is next, and returns whether it was.
fn eat_word(cursor: &mut Cursor<'_>, word: &str) -> bool {
    let found = cursor.rest().get(..word.len()).is_some_and(|start| start.eq_ignore_ascii_case(word));
    if found {
        cursor.at += word.len();
    }
    found
}

fn dword(cursor: &mut Cursor<'_>) -> Result<Data, Flaw> {
    let start = cursor.at;
    let digits = cursor.rest().bytes().take_while(u8::is_ascii_hexdigit).count();
    cursor.at += digits;
    let written = cursor.text.get(start..cursor.at).unwrap_or_default();
    match u32::from_str_radix(written, 16) {
        Ok(number) if digits == 8 => Ok(Data { kind: kinds::DWORD, bytes: number.to_le_bytes().to_vec() }),
        _ if digits == 0 => Err(cursor.unexpected("a dword, 8 hexadecimal digits,")),
        _ => Err((start..cursor.at, format!("a dword of {digits} digits where 8 are expected"))),
    }
}

/// Parses `TYPE):`.
fn hex_type(cursor: &mut Cursor<'_>) -> Result<u32, Flaw> {
    let start = cursor.at;
    cursor.at += cursor.rest().bytes().take_while(u8::is_ascii_hexdigit).count();
    let written = cursor.text.get(start..cursor.at).unwrap_or_default();
    let kind = u32::from_str_radix(written, 16).map_err(|_| match written {
        "" => cursor.unexpected("a type, a hexadecimal number,"),
        _ => (start..cursor.at, "the type of a value has 32 bits at most".to_owned()),
    })?;
    if !cursor.eat(')') || !cursor.eat(':') {
        return Err(cursor.unexpected("`):` behind the type of the value"));
    }
    Ok(kind)
}

fn hex(cursor: &mut Cursor<'_>) -> Result<Vec<u8>, Flaw> {
    let mut bytes = Vec::new();
    hex_bytes(cursor, |_, byte| bytes.push(byte))?;
    Ok(bytes)
}

/// Returns the offset of the two digits of each byte of a `hex:` value, whose data begins at `start` and has no errors.
pub(super) fn digits(text: &str, start: usize) -> Box<[u32]> {
    let mut digits = Vec::new();
    let mut cursor = Cursor { text, at: start };
    if eat_word(&mut cursor, "hex:") || (eat_word(&mut cursor, "hex(") && hex_type(&mut cursor).is_ok()) {
        // The data has no errors.
        let _ = hex_bytes(&mut cursor, |at, _| digits.push(u32::try_from(at).unwrap_or(u32::MAX)));
    }
    digits.into_boxed_slice()
}

/// Calls `each` with the offset of its digits and the value of each byte.
fn hex_bytes(cursor: &mut Cursor<'_>, mut each: impl FnMut(usize, u8)) -> Result<(), Flaw> {
    cursor.skip_blanks();
    if cursor.is_line_end() || cursor.peek() == Some(';') {
        return Ok(());
    }
    loop {
        cursor.skip_blanks();
        while cursor.peek() == Some('\\') {
            wrap(cursor)?;
        }
        each(cursor.at, byte(cursor)?);
        cursor.skip_blanks();
        if !cursor.eat(',') {
            return Ok(());
        }
    }
}

/// Skips the `\` at the end of a line, and moves to the next line.
fn wrap(cursor: &mut Cursor<'_>) -> Result<(), Flaw> {
    let backslash = cursor.here();
    cursor.at = backslash.end;
    cursor.skip_blanks();
    if !cursor.is_line_end() {
        return Err(cursor.unexpected("the end of the line behind `\\`"));
    }
    cursor.next_line();
    cursor.skip_blanks();
    if cursor.rest().is_empty() {
        return Err((backslash, "the value goes on behind this `\\`, but the text ends here".to_owned()));
    }
    Ok(())
}

fn byte(cursor: &mut Cursor<'_>) -> Result<u8, Flaw> {
    let mut value = 0;
    for _ in 0..2 {
        let Some(digit) = cursor.peek().and_then(|digit| digit.to_digit(16)) else {
            return Err(cursor.unexpected("a byte, two hexadecimal digits,"));
        };
        cursor.at += 1;
        value = value << 4 | digit as u8;
    }
    Ok(value)
}
