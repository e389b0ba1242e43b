//! Reads a TOML text into the parts that a layout consists of.
//!
//! The parts are made from the parser's events, which contain every comment and line break of the author.

use crate::text::events::{self, Event, EventKind, raw};
use crate::text::{lines, values};
use std::borrow::Cow;

/// A part of a document: one or more whole lines.
pub(super) enum Part<'t> {
    Blank,
    Comment(&'t str),
    Header { text: String, comment: Option<Comment<'t>> },
    Pair { key: String, value: Value<'t>, comment: Option<Comment<'t>> },
}

/// A trailing comment.
#[derive(Copy, Clone)]
pub(super) struct Comment<'t> {
    pub text: &'t str,
    /// The column where it stood, in characters from 0.
    pub column: usize,
}

pub(super) enum Value<'t> {
    Scalar(Cow<'t, str>),
    Block(Block<'t>),
}

/// An array or an inline table.
pub(super) struct Block<'t> {
    pub is_array: bool,
    /// Whether the author broke it into lines.
    pub is_broken: bool,
    /// The comment after the opening bracket.
    pub comment: Option<Comment<'t>>,
    pub rows: Vec<Row<'t>>,
}

/// The content of one line of a block: values, a comment, or both.
#[derive(Default)]
pub(super) struct Row<'t> {
    pub blank_before: bool,
    /// The values, with their keys in an inline table.
    pub items: Vec<(Option<String>, Value<'t>)>,
    pub comment: Option<Comment<'t>>,
}

/// Reads a text that is known to be TOML.
pub(super) fn read(text: &str) -> Vec<Part<'_>> {
    let mut events = Vec::new();
    events::each(text, |event| events.push(event));
    let mut reader = Reader { text, events: events.into_iter().peekable() };
    let mut parts = Vec::new();
    while let Some(event) = reader.next() {
        match event.kind() {
            EventKind::Newline => parts.push(Part::Blank),
            EventKind::Comment => {
                parts.push(Part::Comment(reader.raw(&event).trim_end()));
                reader.skip_newline();
            }
            EventKind::StdTableOpen | EventKind::ArrayTableOpen => {
                let text = format!("{0}{1}{2}", reader.raw(&event), reader.key(), brackets(&event));
                let comment = reader.comment_behind();
                parts.push(Part::Header { text, comment });
            }
            EventKind::SimpleKey => {
                let mut key = reader.simple_key(&event);
                key.push_str(&reader.key());
                let value = reader.value();
                let comment = reader.comment_behind();
                parts.push(Part::Pair { key, value, comment });
            }
            _ => {}
        }
    }
    parts
}

/// Returns the comments of a text, without white space at their ends.
pub(super) fn comments(text: &str) -> Vec<&str> {
    let mut comments = Vec::new();
    events::each(text, |event| {
        if event.kind() == EventKind::Comment {
            comments.push(raw(text, &event).trim_end());
        }
    });
    comments
}

fn brackets(open: &Event) -> &'static str {
    if open.kind() == EventKind::ArrayTableOpen { "]]" } else { "]" }
}

struct Reader<'t> {
    text: &'t str,
    events: std::iter::Peekable<std::vec::IntoIter<Event>>,
}

impl<'t> Reader<'t> {
    fn next(&mut self) -> Option<Event> {
        self.events.find(|event| event.kind() != EventKind::Whitespace)
    }

    fn next_if(&mut self, kind: EventKind) -> Option<Event> {
        while self.events.next_if(|event| event.kind() == EventKind::Whitespace).is_some() {}
        self.events.next_if(|event| event.kind() == kind)
    }

    fn raw(&self, event: &Event) -> &'t str {
        raw(self.text, event)
    }

    fn skip_newline(&mut self) {
        let _ = self.next_if(EventKind::Newline);
    }

    fn comment(&self, event: &Event) -> Comment<'t> {
        Comment { text: self.raw(event).trim_end(), column: lines::column(self.text, event.span().start()) }
    }

    /// Returns the comment at the end of a line, and reads the line break.
    fn comment_behind(&mut self) -> Option<Comment<'t>> {
        let comment = self.next_if(EventKind::Comment).map(|event| self.comment(&event));
        self.skip_newline();
        comment
    }

    /// Returns the rest of a key, and reads the token that ends it.
    fn key(&mut self) -> String {
        let mut key = String::new();
        while let Some(event) = self.next() {
            match event.kind() {
                EventKind::SimpleKey => key.push_str(&self.simple_key(&event)),
                EventKind::KeySep => key.push('.'),
                _ => break,
            }
        }
        key
    }

    fn simple_key(&self, event: &Event) -> String {
        let key = self.raw(event);
        let Some(inner) = event.encoding().and_then(|_| key.get(1..key.len() - 1)) else { return key.to_owned() };
        if values::is_bare(inner) {
            return inner.to_owned();
        }
        self.quoted(event).into_owned()
    }

    /// Returns a string in double quotes, if it reads the same in them.
    fn quoted(&self, event: &Event) -> Cow<'t, str> {
        let raw = self.raw(event);
        match raw.get(1..raw.len().saturating_sub(1)) {
            Some(inner) if events::is_literal(event) && !inner.contains(['"', '\\']) => {
                Cow::Owned(format!("\"{inner}\""))
            }
            _ => Cow::Borrowed(raw),
        }
    }

    fn value(&mut self) -> Value<'t> {
        let Some(event) = self.next() else { return Value::Scalar(Cow::Borrowed("")) };
        match event.kind() {
            EventKind::ArrayOpen | EventKind::InlineTableOpen => {
                Value::Block(self.block(event.kind() == EventKind::ArrayOpen))
            }
            _ => Value::Scalar(self.quoted(&event)),
        }
    }

    /// Returns the content between brackets, after the opening bracket was read. Commas are left out, because the
    /// printer adds them.
    fn block(&mut self, is_array: bool) -> Block<'t> {
        let mut block = Block { is_array, is_broken: false, comment: None, rows: Vec::new() };
        let mut row = Row::default();
        let mut line_breaks = 0;
        while let Some(event) = self.next() {
            let item = match event.kind() {
                EventKind::ArrayClose | EventKind::InlineTableClose => break,
                EventKind::Newline => {
                    block.is_broken = true;
                    if !row.is_empty() {
                        block.rows.push(std::mem::take(&mut row));
                        line_breaks = 0;
                    }
                    line_breaks += 1;
                    continue;
                }
                EventKind::Comment if line_breaks == 0 && row.is_empty() => {
                    block.comment = Some(self.comment(&event));
                    continue;
                }
                EventKind::Comment => {
                    row.blank_before |= row.is_empty() && line_breaks > 1 && !block.rows.is_empty();
                    row.comment = Some(self.comment(&event));
                    continue;
                }
                EventKind::SimpleKey => {
                    let mut key = self.simple_key(&event);
                    key.push_str(&self.key());
                    (Some(key), self.value())
                }
                EventKind::ArrayOpen => (None, Value::Block(self.block(true))),
                EventKind::InlineTableOpen => (None, Value::Block(self.block(false))),
                EventKind::Scalar => (None, Value::Scalar(self.quoted(&event))),
                _ => continue,
            };
            row.blank_before |= row.is_empty() && line_breaks > 1 && !block.rows.is_empty();
            row.items.push(item);
        }
        if !row.is_empty() {
            block.rows.push(row);
        }
        block
    }
}

impl Row<'_> {
    fn is_empty(&self) -> bool {
        self.items.is_empty() && self.comment.is_none()
    }
}
