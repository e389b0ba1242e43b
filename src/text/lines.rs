//! Lines: where they begin and end, and the columns in them.

use std::ops::Range;

/// Returns the position where the text begins, after a byte order mark.
pub(crate) fn beginning(text: &str) -> usize {
    if text.starts_with('\u{feff}') { '\u{feff}'.len_utf8() } else { 0 }
}

/// Returns the start of the line that contains this byte. A byte order mark is not part of the first line.
pub(crate) fn start(text: &str, at: usize) -> usize {
    let before = text.get(..at).unwrap_or_default();
    before.rfind('\n').map_or_else(|| beginning(text).min(at), |line_break| line_break + 1)
}

/// Returns the end of the line that contains this byte, after its line break.
pub(crate) fn end(text: &str, at: usize) -> usize {
    let rest = text.get(at..).unwrap_or_default();
    rest.find('\n').map_or(text.len(), |line_break| at + line_break + 1)
}

/// Returns the range of the whole lines on which a range of bytes stands, with the last line break.
pub(crate) fn around(text: &str, range: &Range<usize>) -> Range<usize> {
    start(text, range.start)..end(text, range.end)
}

/// Returns the column of this byte, in characters from 0.
pub(super) fn column(text: &str, at: usize) -> usize {
    text.get(start(text, at)..at).map_or(0, width)
}

/// Returns the width of a text of one line, in characters.
pub(super) fn width(line: &str) -> usize {
    line.chars().count()
}

/// Returns whether a line is empty or consists of white space.
pub(super) fn is_blank(line: &str) -> bool {
    line.trim().is_empty()
}
