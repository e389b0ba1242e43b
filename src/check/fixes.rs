//! The edits of which safe fixes consist.

use crate::catalog::{FileId, Source, Span};
use crate::report::Edit;
use std::ops::Range;
use toml_parser::parser::{Event, EventKind, parse_document};

/// Removes a comment, and its line if it has one of its own.
pub(super) fn without_comment(source: &Source, comment: Span) -> Edit {
    let text = source.text();
    let line_start = line_start(text, comment.range().start);
    let before = text[line_start..comment.range().start].trim_end();
    let range = match before.is_empty() {
        true => line_start..line_end(text, comment.range().end),
        false => line_start + before.len()..comment.range().end,
    };
    removal(comment.file, range)
}

/// Removes a key from the table whose header has this name.
///
/// Returns `None` unless the key is written as a key and a value on a line of their own, and not in an inline table.
pub(super) fn without_key(source: &Source, name: Span, key: &str) -> Option<Edit> {
    let is_meant = |pair: &Pair| pair.header.contains(&name.range().start) && &source.text()[pair.key.clone()] == key;
    let pair = pairs(source.text()).into_iter().find(is_meant)?;
    Some(removal(name.file, pair.lines))
}

/// Removes the key at this place, under the same condition.
pub(super) fn without_key_at(source: &Source, key: Span) -> Option<Edit> {
    let pair = pairs(source.text()).into_iter().find(|pair| pair.key.start == key.range().start)?;
    Some(removal(key.file, pair.lines))
}

/// A key in a table with a header, and its scalar value.
struct Pair {
    /// The offsets at which the words of the header begin.
    header: Vec<usize>,
    key: Range<usize>,
    /// The lines of both, with everything else on them.
    lines: Range<usize>,
}

/// Returns the pairs of a document, without dotted keys.
fn pairs(text: &str) -> Vec<Pair> {
    let tokens = toml_parser::Source::new(text).lex().into_vec();
    let mut events: Vec<Event> = Vec::new();
    let mut receiver = |event: Event| match event.kind() {
        EventKind::Whitespace => {}
        _ => events.push(event),
    };
    parse_document(&tokens, &mut receiver, &mut ());
    let mut pairs = Vec::new();
    let mut header = Vec::new();
    let (mut in_header, mut depth) = (false, 0);
    for (at, event) in events.iter().enumerate() {
        match event.kind() {
            EventKind::StdTableOpen | EventKind::ArrayTableOpen => {
                in_header = true;
                header.clear();
            }
            EventKind::StdTableClose | EventKind::ArrayTableClose => in_header = false,
            EventKind::ArrayOpen | EventKind::InlineTableOpen => depth += 1,
            EventKind::ArrayClose | EventKind::InlineTableClose => depth -= 1,
            EventKind::SimpleKey if in_header => header.push(event.span().start()),
            EventKind::SimpleKey if depth == 0 => {
                let is_rest_of_key = at > 0 && events[at - 1].kind() == EventKind::KeySep;
                let (Some(separator), Some(value)) = (events.get(at + 1), events.get(at + 2)) else { break };
                let kinds = (separator.kind(), value.kind());
                if kinds == (EventKind::KeyValSep, EventKind::Scalar) && !is_rest_of_key {
                    let key = event.span().start()..event.span().end();
                    let lines = line_start(text, key.start)..line_end(text, value.span().end());
                    pairs.push(Pair { header: header.clone(), key, lines });
                }
            }
            _ => {}
        }
    }
    pairs
}

fn removal(file: FileId, range: Range<usize>) -> Edit {
    Edit { at: Span::new(file, range), text: String::new() }
}

fn line_start(text: &str, at: usize) -> usize {
    text[..at].rfind('\n').map_or(0, |line_break| line_break + 1)
}

/// Returns the offset after the line break.
fn line_end(text: &str, at: usize) -> usize {
    text[at..].find('\n').map_or(text.len(), |line_break| at + line_break + 1)
}
