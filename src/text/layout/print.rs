//! Prints the parts of a document in the canonical layout.

use super::tree::{Block, Comment, Part, Row, Value};
use crate::text::lines::{column, width};
use crate::text::values::{COLUMNS, INDENT, array, inline_table};

/// The least number of spaces before a trailing comment, when the comment has to move.
const GAP: usize = 1;

/// Prints the parts of a text.
pub(super) fn print(parts: &[Part<'_>], text: &str) -> String {
    let mut printer = Printer::default();
    let mut blanks = 0;
    for (at, part) in parts.iter().enumerate() {
        if matches!(part, Part::Blank) {
            blanks += 1;
            continue;
        }
        let most = if leads_to_key(&parts[at..]) { 1 } else { 2 };
        let least = usize::from(at > 0 && matches!(parts[at - 1], Part::Pair { .. }) && opens_table(&parts[at..]));
        if !printer.lines.is_empty() {
            (0..blanks.clamp(least, most)).for_each(|_| printer.end(None));
        }
        blanks = 0;
        match part {
            Part::Blank => {}
            Part::Comment(text) => {
                printer.line.push_str(text);
                printer.end(None);
            }
            Part::Header { text, comment } => {
                printer.line.push_str(text);
                printer.end(*comment);
            }
            Part::Pair { key, value, comment } => printer.pair(key, width_of_keys(parts, at), value, *comment),
        }
    }
    printer.align_comments();
    let line_break = if text.split('\n').next().is_some_and(|line| line.ends_with('\r')) { "\r\n" } else { "\n" };
    let mark = if text.starts_with('\u{feff}') { "\u{feff}" } else { "" };
    let mut result = mark.to_owned();
    for line in printer.lines {
        result.push_str(&line.text);
        result.push_str(line_break);
    }
    result
}

/// Returns whether the next part that is neither blank nor a comment is a key, so that the parts before it stand inside
/// its table.
fn leads_to_key(parts: &[Part<'_>]) -> bool {
    let next = parts.iter().find(|part| !matches!(part, Part::Blank | Part::Comment(_)));
    matches!(next, Some(Part::Pair { .. }))
}

/// Returns whether the parts begin with the header of a table, or with comments directly above one.
fn opens_table(parts: &[Part<'_>]) -> bool {
    matches!(parts.iter().find(|part| !matches!(part, Part::Comment(_))), Some(Part::Header { .. }))
}

/// Returns the width of the widest key among those that are aligned with the key at `at`.
fn width_of_keys(parts: &[Part<'_>], at: usize) -> usize {
    let aligned = |part: &&Part<'_>| matches!(part, Part::Pair { .. } | Part::Comment(_));
    let above = parts[..at].iter().rev().take_while(aligned);
    let below = parts[at..].iter().take_while(aligned);
    let width_of = |part: &Part<'_>| if let Part::Pair { key, .. } = part { width(key) } else { 0 };
    above.chain(below).map(width_of).max().unwrap_or_default()
}

/// Returns the column at which a text ends. The text may have several lines, as multi-line strings have.
fn end_of(text: &str) -> usize {
    column(text, text.len())
}

/// The form in which a block is printed.
#[derive(Copy, Clone, PartialEq, Eq)]
enum Form {
    /// On one line.
    Line,
    /// On the lines that its author chose.
    Lines,
    /// On lines with one value each.
    Spread,
}

/// The printed lines. Trailing comments are appended at the end, when their columns are known.
#[derive(Default)]
struct Printer<'t> {
    lines: Vec<Line<'t>>,
    /// The line that is being written.
    line: String,
}

struct Line<'t> {
    text: String,
    comment: Option<Comment<'t>>,
}

impl<'t> Printer<'t> {
    fn end(&mut self, comment: Option<Comment<'t>>) {
        self.lines.push(Line { text: std::mem::take(&mut self.line), comment });
    }

    fn pair(&mut self, key: &str, key_width: usize, value: &Value<'t>, comment: Option<Comment<'t>>) {
        self.line = format!("{key:key_width$} = ");
        let too_wide = |value: &str, line: &str| end_of(line) + width(value) > COLUMNS;
        match value {
            Value::Block(block) if block.is_array && flat(value).is_some_and(|flat| too_wide(&flat, &self.line)) => {
                self.block(block, Form::Spread, 0);
                // The old column was that of the long line.
                self.end(comment.map(|comment| Comment { column: 0, ..comment }));
            }
            _ => {
                self.value(value, 0);
                self.end(comment);
            }
        }
    }

    fn value(&mut self, value: &Value<'t>, indent: usize) {
        match value {
            Value::Scalar(text) => self.line.push_str(text),
            Value::Block(block) => self.block(block, if block.has_lines() { Form::Lines } else { Form::Line }, indent),
        }
    }

    fn item(&mut self, (key, value): &(Option<String>, Value<'t>), indent: usize) {
        if let Some(key) = key {
            self.line.push_str(key);
            self.line.push_str(" = ");
        }
        self.value(value, indent);
    }

    fn block(&mut self, block: &Block<'t>, form: Form, indent: usize) {
        let (open, space, close) = if block.is_array { ('[', "", ']') } else { ('{', " ", '}') };
        self.line.push(open);
        if form != Form::Line {
            self.end(block.comment);
            for row in &block.rows {
                self.row(row, form, indent + INDENT.len());
            }
            self.line = " ".repeat(indent);
        } else {
            let items = || block.rows.iter().flat_map(|row| &row.items);
            let space = if items().next().is_some() { space } else { "" };
            self.line.push_str(space);
            for (at, item) in items().enumerate() {
                self.line.push_str(if at == 0 { "" } else { ", " });
                self.item(item, indent);
            }
            self.line.push_str(space);
        }
        self.line.push(close);
    }

    /// Prints a row of a block that has several lines. A row that is too long becomes one line for each value.
    fn row(&mut self, row: &Row<'t>, form: Form, indent: usize) {
        if row.blank_before {
            self.end(None);
        }
        let items: Option<Vec<String>> = row.items.iter().map(flat_item).collect();
        let too_wide = items.is_some_and(|items| indent + width(&items.join(", ")) + 1 > COLUMNS);
        let spread = too_wide || form == Form::Spread;
        self.line = " ".repeat(indent);
        for (at, item) in row.items.iter().enumerate() {
            if at > 0 && spread {
                self.end(None);
                self.line = " ".repeat(indent);
            } else if at > 0 {
                self.line.push(' ');
            }
            self.item(item, indent);
            self.line.push(',');
        }
        match row.comment {
            // A comment on a line of its own has no column to keep.
            Some(comment) if row.items.is_empty() => {
                self.line.push_str(comment.text);
                self.end(None);
            }
            Some(comment) if spread => self.end(Some(Comment { column: 0, ..comment })),
            comment => self.end(comment),
        }
    }

    /// Appends the comments to their lines, in their old column or as near to it as there is room.
    fn align_comments(&mut self) {
        let column = |line: &Line<'_>| line.comment.map(|comment| comment.column);
        let mut rest = self.lines.as_mut_slice();
        while let Some(first) = rest.first() {
            let together = match column(first) {
                None => 1,
                Some(_) => rest.iter().take_while(|line| column(line) == column(first)).count(),
            };
            let (lines, behind) = rest.split_at_mut(together);
            let fits = lines.iter().all(|line| column(line).is_none_or(|column| end_of(&line.text) < column));
            let least = lines.iter().map(|line| end_of(&line.text) + GAP).max().unwrap_or_default();
            for line in lines {
                if let Some(comment) = line.comment.take() {
                    let column = if fits { comment.column } else { least.max(comment.column) };
                    let space = column - end_of(&line.text);
                    line.text.push_str(&" ".repeat(space));
                    line.text.push_str(comment.text);
                }
            }
            rest = behind;
        }
    }
}

impl Block<'_> {
    /// Returns whether the block is printed over several lines.
    fn has_lines(&self) -> bool {
        let has_comment = self.comment.is_some() || self.rows.iter().any(|row| row.comment.is_some());
        has_comment || self.is_broken && !self.rows.is_empty()
    }
}

/// Returns a value on one line, or `None` if it has several lines.
fn flat(value: &Value<'_>) -> Option<String> {
    match value {
        Value::Scalar(text) => (!text.contains('\n')).then(|| text.to_string()),
        Value::Block(block) if block.has_lines() => None,
        Value::Block(block) => {
            let items: Option<Vec<String>> = block.rows.iter().flat_map(|row| &row.items).map(flat_item).collect();
            Some(if block.is_array { array(&items?) } else { inline_table(&items?) })
        }
    }
}

fn flat_item((key, value): &(Option<String>, Value<'_>)) -> Option<String> {
    let value = flat(value)?;
    Some(key.as_ref().map_or_else(|| value.clone(), |key| format!("{key} = {value}")))
}
