//! The spacing of lines: their line breaks and indentation, and the comments above and below them.

use super::Splice;
use crate::text::lines::{beginning, end, start};
use std::ops::Range;

/// Returns the line that begins at this position, with its line break.
pub(super) fn line(text: &str, start: usize) -> &str {
    text.get(start..end(text, start)).unwrap_or_default()
}

/// Returns the line above the one that begins at this position.
pub(super) fn above(text: &str, line_start: usize) -> Option<Range<usize>> {
    let last = line_start.checked_sub(1).filter(|_| line_start > beginning(text))?;
    Some(start(text, last)..line_start)
}

/// Returns the line break of the line at this byte, or of the line before it, or else a line feed.
pub(super) fn line_break(text: &str, at: usize) -> &'static str {
    let end = end(text, at);
    let broken = text.get(..end).unwrap_or_default();
    let broken = if broken.ends_with('\n') { broken } else { &broken[..start(text, at)] };
    if broken.ends_with("\r\n") { "\r\n" } else { "\n" }
}

/// Returns the white space at the beginning of the line that contains this byte.
pub(super) fn indent(text: &str, at: usize) -> &str {
    let line = line(text, start(text, at));
    &line[..line.len() - line.trim_start_matches([' ', '\t']).len()]
}

/// Returns whether only white space stands before this byte on its line.
pub(super) fn begins(text: &str, at: usize) -> bool {
    text.get(start(text, at)..at).is_some_and(|before| before.trim_matches([' ', '\t']).is_empty())
}

/// Returns the start of the comments directly above the line that begins at this position, without a blank line
/// between; the position itself, if there are none.
pub(super) fn lead(text: &str, line_start: usize) -> usize {
    let mut lead = line_start;
    while let Some(above) = above(text, lead) {
        if !is_comment(&text[above.clone()]) {
            break;
        }
        lead = above.start;
    }
    lead
}

/// Returns the end of the comments directly below, from the line that begins at this position.
pub(super) fn trail(text: &str, line_start: usize) -> usize {
    let mut trail = line_start;
    while is_comment(line(text, trail)) {
        trail = end(text, trail);
    }
    trail
}

/// Returns the range to delete so that nothing remains of the lines: for the last line of a text that ends without a
/// line break, it includes the line break before it.
pub(super) fn whole(text: &str, lines: Range<usize>) -> Range<usize> {
    let is_open = lines.end == text.len() && !text.ends_with('\n') && lines.start > beginning(text);
    let broken = if is_open { text.get(..lines.start).unwrap_or_default() } else { "" };
    let line_break = ["\r\n", "\n"].into_iter().find(|line_break| broken.ends_with(line_break));
    lines.start - line_break.map_or(0, str::len)..lines.end
}

/// Returns the splice that inserts further lines, given without their last line break, below the line that contains
/// this byte.
pub(super) fn below(text: &str, at: usize, lines: &str) -> Splice {
    let (end, line_break) = (end(text, at), line_break(text, at));
    let is_broken = end > beginning(text) && text.get(..end).is_some_and(|before| before.ends_with('\n'));
    let new = match is_broken || end == beginning(text) {
        true => format!("{lines}{line_break}"),
        false => format!("{line_break}{lines}"),
    };
    Splice::insertion(end, new)
}

/// Returns the lines with this line break, also within strings, whose meaning in catalogs does not depend on it;
/// without blank lines around them, and without a last line break.
pub(super) fn rebroken(text: &str, line_break: &str) -> String {
    let text = text.trim_start_matches('\u{feff}');
    let blank = text.len() - text.trim_start().len();
    let text = text.get(start(text, blank)..).unwrap_or_default().trim_end();
    text.replace("\r\n", "\n").replace('\n', line_break)
}

/// Returns whether a line, or the rest of one, is a comment.
pub(super) fn is_comment(line: &str) -> bool {
    line.trim_start().starts_with('#')
}
