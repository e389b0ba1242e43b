//! Repairs texts that are not TOML: reports each mistake once, and reads the rest of the text.
//!
//! After an error, the parser goes on from a guess, and may report correct text that stands after the error. So the part that it
//! cannot read is blanked out, line by line, until it can read the rest. Blanks keep all places unchanged. A table with such a
//! line may lack keys that it does have; of a table with such a header, only the name is known.

use super::*;
use std::ops::Range;
use toml::de::Error;

/// The most times that a text is read again.
const MOST_REPAIRS: usize = 100;

/// The most bytes that are read again.
const MOST_BYTES: usize = 16 << 20;

/// Returns whether an error leaves everything readable: of two equal keys, the parser takes the first.
pub(super) fn is_duplicate(error: &Error) -> bool {
    error.message() == "duplicate key"
}

fn start(error: &Error) -> usize {
    error.span().map_or(0, |span| span.start)
}

impl Reader<'_> {
    /// Returns the text without the parts that cannot be read, and the fault because of which it may still be unreadable.
    pub(super) fn repaired(&mut self, text: &str, unread: &mut Vec<(String, Reported)>) -> (String, Option<Reported>) {
        let mut repaired = text.to_owned();
        let most = (MOST_BYTES / text.len().max(1)).clamp(1, MOST_REPAIRS);
        let mut last = None;
        for _ in 0..most {
            let error = {
                let (_, errors) = DeTable::parse_recoverable(&repaired);
                errors.into_iter().filter(|error| !is_duplicate(error)).min_by_key(start)
            };
            let Some(error) = error else { return (repaired, None) };
            last = Some(self.take_out(&mut repaired, &error, unread));
        }
        (repaired, last)
    }

    /// Records an error, and blanks out the part of the text that it concerns.
    fn take_out(&mut self, text: &mut String, error: &Error, unread: &mut Vec<(String, Reported)>) -> Reported {
        let span = error.span().unwrap_or(0..0);
        let line = line_at(text, span.start);
        let in_line = text.get(line.start..span.start).unwrap_or_default();
        let whole = text.get(line.clone()).unwrap_or_default();
        let begins_anew = whole.trim_start().starts_with('[') || key_of(whole).is_some();
        // An unclosed bracket takes in the lines after it.
        let opened =
            if begins_anew && opens(in_line) <= 0 && is_of_brackets(error) { opening(text, line.start) } else { None };
        let (out, reported) = if let Some(opening) = opened {
            let out = opening.start..line.start;
            let end = text.get(out.clone()).map_or(opening.end, |open| out.start + open.trim_end().len());
            let opened = text.get(opening.clone()).unwrap_or_default();
            let is_array = opened.rfind('[') > opened.rfind('{');
            let message = if is_array { "unclosed array, expected `]`" } else { "unclosed inline table, expected `}`" };
            let at = self.span(end.saturating_sub(1)..end);
            (out, self.fault(FaultKind::Syntax { message: message.to_owned(), stands: None }, at))
        } else {
            let stands = stands(text, &line, &span, error);
            let kind = FaultKind::Syntax { message: error.message().replace('\n', ", "), stands };
            let at = self.span(span.clone());
            let reported = self.fault(kind, at);
            let is_header = whole.trim_start().starts_with('[') && !is_of_brackets(error);
            if is_header {
                let end = next_header(text, line.end);
                let names = whole.split(['[', ']', '.', ' ', '"', '\'', '#']).filter(|name| !name.is_empty()).skip(1);
                unread.extend(names.map(|name| (name.trim().to_owned(), reported)));
                (line.start..end, reported)
            } else {
                (line.clone(), reported)
            }
        };
        // Nothing is left of a table whose header is blanked out; its name is noted.
        let is_header = text.get(out.start..).is_some_and(|rest| rest.trim_start().starts_with('['));
        let table = header_before(text, out.start);
        if table.is_none() && !is_header {
            // The tables of the catalog itself may stand on one line.
            let taken = text.get(out.clone()).unwrap_or_default();
            let words = taken
                .split('=')
                .filter_map(|part| part.split([' ', '{', ',', '.', '\n']).rfind(|word| !word.is_empty()));
            unread.extend(words.map(|word| (word.to_owned(), reported)));
        }
        if !is_header {
            self.damaged.push(Damage { table: table.map_or(0, |header| header.start), at: out.start, reported });
        }
        let blank: String = text[out.clone()]
            .bytes()
            .map(|byte| if matches!(byte, b'\n' | b'\r') { char::from(byte) } else { ' ' })
            .collect();
        text.replace_range(out, &blank);
        reported
    }

    /// Records each duplicate key and each duplicate table. The content after the second header of a table is ignored.
    pub(super) fn duplicates(&mut self, text: &str, table: &DeTable<'_>, errors: &[Error]) {
        let mut second_table: Option<Range<usize>> = None;
        for error in errors.iter().filter(|error| is_duplicate(error)) {
            let span = error.span().unwrap_or(0..0);
            let line = line_at(text, span.start);
            let header = text.get(line.clone()).is_some_and(|line| line.trim_start().starts_with('['));
            if second_table.as_ref().is_some_and(|table| table.contains(&span.start)) && !header {
                continue;
            }
            let of = if header { Some(line.start..span.start) } else { header_before(text, line.start) };
            if header {
                second_table = Some(span.start..next_header(text, line.end));
            }
            let name = text.get(span.clone()).unwrap_or_default().to_owned();
            let plain = name.trim_matches(['"', '\'']);
            let written = if header {
                let path = text.get(line.start..span.end).map(components).unwrap_or_default();
                header_of(text, &path, line.start)
            } else {
                let from = of.as_ref().map_or(0, |of| of.end);
                lines(text, from..line.start).find_map(|line| {
                    let key = key_of(text.get(line.clone())?).filter(|key| *key == name)?;
                    let start = line.start + text.get(line)?.find(key)?;
                    Some(start..start + key.len())
                })
            };
            // A key of an inline table may stand anywhere before.
            let first = written.or_else(|| {
                let mut found = Vec::new();
                keys_called(table, plain, &mut found);
                found.into_iter().filter(|first| first.end <= span.start).max_by_key(|first| first.start)
            });
            let at = self.span(span.clone());
            let mut fault = Fault::new(FaultKind::DuplicateName { what: "key", name }, at);
            if let Some(first) = &first {
                fault = fault.because(self.span(first.clone()), "first declared here");
            }
            let reported = self.faults.push(fault);
            self.last = Some(reported);
            if header {
                // It is not specified which of the two the parser gives as the place of the table.
                let both = first.into_iter().chain([span]).map(|name| name.start);
                self.damaged.extend(both.map(|at| Damage { table: at, at, reported }));
            } else {
                self.damaged.push(Damage { table: of.map_or(0, |of| of.start), at: span.start, reported });
            }
        }
    }
}

/// Returns the lines of a part of the text.
fn lines(text: &str, part: Range<usize>) -> impl Iterator<Item = Range<usize>> {
    let mut start = part.start;
    std::iter::from_fn(move || {
        let line = (start < part.end).then(|| line_at(text, start))?;
        start = line.end + 1;
        Some(line)
    })
}

/// Returns the last name of the first header of this path before a place.
fn header_of(text: &str, path: &[String], before: usize) -> Option<Range<usize>> {
    let header = lines(text, 0..before).find(|line| {
        let header = text.get(line.clone()).unwrap_or_default().trim_start();
        header.starts_with('[') && components(header) == path
    })?;
    let name = path.last()?;
    let start = header.start + text.get(header)?.rfind(name.as_str())?;
    Some(start..start + name.len())
}

/// Returns the line with this byte, or at the end of the text the last line that is not blank.
fn line_at(text: &str, at: usize) -> Range<usize> {
    let before = text.get(..at).unwrap_or(text);
    let before = if at >= text.len() { before.trim_end() } else { before };
    let start = before.rfind('\n').map_or(0, |line_break| line_break + 1);
    let end = text.get(start..).and_then(|rest| rest.find('\n')).map_or(text.len(), |length| start + length);
    start..end
}

/// Returns the key with which a line begins, if it does.
fn key_of(line: &str) -> Option<&str> {
    let (key, _) = line.split_once('=')?;
    let key = key.trim();
    let is_key = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.' | b'"');
    (!key.is_empty() && key.bytes().all(is_key)).then_some(key)
}

/// Returns how many more brackets a part of a line opens than it closes; those in strings count too.
fn opens(line: &str) -> i32 {
    line.bytes().map(|byte| i32::from(matches!(byte, b'[' | b'{')) - i32::from(matches!(byte, b']' | b'}'))).sum()
}

fn is_of_brackets(error: &Error) -> bool {
    ["array", "inline table", "missing comma"].iter().any(|word| error.message().contains(word))
}

/// Returns the line before this place with a key whose value opens a bracket and does not close it.
fn opening(text: &str, before: usize) -> Option<Range<usize>> {
    let mut start = before;
    while start > 0 {
        let line = line_at(text, start - 1);
        let whole = text.get(line.clone())?;
        if key_of(whole).is_some() {
            return (opens(whole) > 0).then_some(line);
        }
        if whole.trim_start().starts_with('[') {
            return None;
        }
        start = line.start;
    }
    None
}

/// Returns the header of the table in which a line stands.
fn header_before(text: &str, before: usize) -> Option<Range<usize>> {
    let before = text.get(..before)?;
    let start = before.rfind("\n[").map(|line_break| line_break + 1).or(before.starts_with('[').then_some(0))?;
    Some(line_at(text, start))
}

fn next_header(text: &str, from: usize) -> usize {
    text.get(from..).and_then(|rest| rest.find("\n[")).map_or(text.len(), |length| from + length + 1)
}

/// Returns the names of a header, or of a part of one.
fn components(header: &str) -> Vec<String> {
    let header = header.split('#').next().unwrap_or_default();
    let names = header.split(['[', ']', '.']).map(|name| name.trim().trim_matches(['"', '\'']));
    names.filter(|name| !name.is_empty()).map(str::to_owned).collect()
}

/// Finds every key with this name.
fn keys_called(table: &DeTable<'_>, name: &str, found: &mut Vec<Range<usize>>) {
    for (key, value) in table.iter() {
        if key.get_ref() == name {
            found.push(key.span());
        }
        match value.get_ref() {
            DeValue::Table(inner) => keys_called(inner, name, found),
            DeValue::Array(array) => {
                let tables = array.iter().filter_map(|element| element.get_ref().as_table());
                tables.for_each(|inner| keys_called(inner, name, found));
            }
            _ => {}
        }
    }
}

/// Returns the construct at this place, where it is clear what was meant.
fn stands(text: &str, line: &Range<usize>, span: &Range<usize>, error: &Error) -> Option<Stands> {
    let message = error.message();
    let found = text.get(span.clone())?;
    let before = text.get(line.start..span.start)?.trim();
    if message.starts_with("invalid unquoted key") {
        let first = text.get(span.start..)?.chars().next()?;
        return match first {
            '*' if before.trim_start_matches('[').trim() == "application." => Some(Stands::Everyone),
            ':' if !before.is_empty() => Some(Stands::Colon(before.to_owned())),
            letter if letter.is_alphabetic() => Some(Stands::Name(letter.to_string())),
            _ => None,
        };
    }
    if !message.starts_with("invalid") && !message.starts_with("string values must be quoted") {
        return None;
    }
    let rest = text.get(span.start..line.end)?;
    let word = if found.is_empty() { rest.split([' ', ',', ']', '}', '#']).next()? } else { found };
    is_bare_word(word).then(|| Stands::Unquoted(word.to_owned()))
}

/// Returns whether a text looks like a string without quotes.
fn is_bare_word(word: &str) -> bool {
    let mut characters = word.chars();
    characters.next().is_some_and(char::is_alphabetic) && characters.all(|character| !character.is_whitespace())
}
