//! The edits that safe fixes consist of.

use crate::catalog::{FileId, Source, Span};
use crate::report::Edit;
use crate::text::{Home, Outline, Pair, lines};
use std::ops::Range;

/// Returns the edit that removes a comment, with its line if it has one of its own.
pub(super) fn without_comment(source: &Source, comment: Span) -> Edit {
    let text = source.text();
    let line = lines::around(text, &comment.range());
    let before = text[line.start..comment.range().start].trim_end();
    let range = if before.is_empty() { line } else { line.start + before.len()..comment.range().end };
    removal(comment.file, range)
}

/// Returns the edit that removes a key from the table in whose header this name stands.
///
/// `None` if the key is not written with a scalar on a line, as in an inline table.
pub(super) fn without_key(source: &Source, name: Span, key: &str) -> Option<Edit> {
    let text = source.text();
    let outline = Outline::read(text);
    let start = name.range().start;
    let header = outline.headers.iter().position(|header| header.parts.iter().any(|part| part.start == start))?;
    let is_meant = |pair: &Pair| pair.home == Home::Header(header) && text.get(pair.key()) == Some(key);
    without(source, name.file, &outline, is_meant)
}

/// Returns the edit that removes the key that begins at this place, or `None` as [`without_key`] does.
pub(super) fn without_key_at(source: &Source, key: Span) -> Option<Edit> {
    let outline = Outline::read(source.text());
    without(source, key.file, &outline, |pair| pair.key().start == key.range().start)
}

/// Returns the edit that removes the lines of the first meant pair that has lines of its own, a key without dots, and a
/// scalar value.
fn without(source: &Source, file: FileId, outline: &Outline, is_meant: impl Fn(&Pair) -> bool) -> Option<Edit> {
    let pair = outline.lines().find(|pair| pair.is_plain() && is_meant(pair))?;
    Some(removal(file, lines::around(source.text(), &pair.at())))
}

fn removal(file: FileId, range: Range<usize>) -> Edit {
    Edit { at: Span::new(file, range), text: String::new() }
}
