//! The events of the parser: every token of a text with its byte range and its meaning.
//!
//! This file is the room's only use of the parser `toml_parser`, which is the one beneath `toml`.

use std::ops::Range;
use toml_parser::decoder::Encoding;
use toml_parser::parser::parse_document;
use toml_parser::{Raw, Source};

pub(super) use toml_parser::parser::{Event, EventKind};

/// Passes the events of a text on, including white space, comments and line breaks. Syntax errors are ignored: of a text
/// that is not TOML, the events may be incomplete.
pub(super) fn each(text: &str, mut receiver: impl FnMut(Event)) {
    let tokens = Source::new(text).lex().into_vec();
    parse_document(&tokens, &mut receiver, &mut ());
}

/// Returns the byte range of an event.
pub(super) fn range(event: &Event) -> Range<usize> {
    event.span().start()..event.span().end()
}

/// Returns the text of an event as it is written.
pub(super) fn raw<'t>(text: &'t str, event: &Event) -> &'t str {
    text.get(range(event)).unwrap_or_default()
}

/// Returns whether the string or key of an event is written in single quotes, on one line.
pub(super) fn is_literal(event: &Event) -> bool {
    event.encoding() == Some(Encoding::LiteralString)
}

/// Returns the decoded key.
pub(super) fn decoded_key(text: &str, event: &Event) -> String {
    let mut decoded = String::new();
    source(text, event).decode_key(&mut decoded, &mut ());
    decoded
}

/// Returns the decoded string.
pub(super) fn decoded_string(text: &str, event: &Event) -> String {
    let mut decoded = String::new();
    let _ = source(text, event).decode_scalar(&mut decoded, &mut ());
    decoded
}

fn source<'t>(text: &'t str, event: &Event) -> Raw<'t> {
    Raw::new_unchecked(raw(text, event), event.encoding(), event.span())
}
