//! The lines of a console text, classified by their form, independently of the language of the labels.

/// One line, without the characters that quoting and indenting put around it.
#[derive(Copy, Clone, Debug, PartialEq, Eq)]
pub(super) struct Line<'t> {
    /// The offset of its first character in the text.
    pub start: usize,
    pub text: &'t str,
    pub look: Look<'t>,
}

/// The form of a line.
#[derive(Copy, Clone, Debug, PartialEq, Eq)]
pub(super) enum Look<'t> {
    /// An empty line, or a code fence of Markdown.
    Blank,
    /// The line below a header: at least twenty dashes (netsh prints 54).
    Rule,
    /// `[...]` and the like, which mark that text was left out.
    Omission,
    /// `label:   value`.
    Labelled(Labelled<'t>),
    /// Any other line: headers, prompts, and text that people wrote around the output.
    Free,
}

/// A label and its value, which may be empty.
#[derive(Copy, Clone, Debug, PartialEq, Eq)]
pub(super) struct Labelled<'t> {
    pub label: &'t str,
    pub value: &'t str,
    /// The offset of the value in the text.
    pub value_start: usize,
    /// Whether the space between label and value is so wide that they form columns.
    pub in_columns: bool,
    /// The offset of the label in the text.
    pub start: usize,
}

impl Labelled<'_> {
    /// Returns the offset behind the value.
    pub fn end(&self) -> usize {
        self.value_start + self.value.len()
    }
}

impl Line<'_> {
    /// Returns the offset behind the last character.
    pub fn end(&self) -> usize {
        self.start + self.text.len()
    }
}

/// The line that stands for each line break that was removed, in a text whose lines were joined.
const JOINED: &str = "\u{b}";
/// The widths of consoles, in columns; longer lines are wrapped.
const WIDTHS: [usize; 2] = [80, 120];
/// The number of columns before the values.
const VALUES: usize = 36;

/// Returns the text with the lines joined that a console wrapped: a line `label:   value` that is as wide as a console, and the
/// lines that follow it without a label in columns. Behind the joined line, the result has one line for each line break that was
/// removed, so that line numbers do not change.
///
/// Returns `None` if there are no lines to join.
pub(super) fn unwrapped(text: &str) -> Option<String> {
    let mut joined = String::with_capacity(text.len() + 16);
    let mut lines = text.split_inclusive('\n').peekable();
    let mut is_changed = false;
    while let Some(first) = lines.next() {
        let mut whole = first.trim_end_matches(['\n', '\r']).to_owned();
        let end = &first[whole.len()..];
        let mut last = whole.clone();
        let mut breaks = String::new();
        while let (true, Some(next)) = (is_labelled(&whole), lines.peek()) {
            let Some(between) = wrapped(&last, next) else { break };
            let next = next.trim_end_matches(['\n', '\r']);
            whole.push_str(between);
            whole.push_str(next);
            last = next.to_owned();
            breaks.push_str(JOINED);
            breaks.push('\n');
            is_changed = true;
            lines.next();
        }
        joined.push_str(&whole);
        joined.push_str(if breaks.is_empty() { end } else { "\n" });
        joined.push_str(&breaks);
    }
    is_changed.then_some(joined)
}

/// Returns whether a line is netsh's, with its value in the column at which netsh begins all values.
fn is_labelled(whole: &str) -> bool {
    match line(whole, 0).look {
        Look::Labelled(labelled) => whole.get(..labelled.value_start).is_some_and(|before| width(before) == VALUES),
        _ => false,
    }
}

/// Returns the number of console columns that a text takes.
fn width(text: &str) -> usize {
    text.chars().map(|c| if is_wide(c) { 2 } else { 1 }).sum()
}

/// Returns the characters to insert between a line and the next one if a console wrapped one line into both: none, or the blank
/// that ended the line and was not copied. Returns `None` if the console did not wrap the line.
fn wrapped(before: &str, next: &str) -> Option<&'static str> {
    let goes_on = match line(next, 0).look {
        Look::Free => true,
        Look::Labelled(labelled) => {
            !labelled.in_columns && !labelled.value.is_empty() && !labelled.label.contains("Chain")
        }
        _ => false,
    };
    let found = width(before);
    let is_full = |by: usize| WIDTHS.iter().any(|&width| width == found + by);
    let begins_wide = next.chars().next().is_some_and(is_wide);
    match () {
        () if !goes_on => None,
        () if is_full(0) || is_full(1) && begins_wide => Some(""),
        () if is_full(1) => Some(" "),
        () => None,
    }
}

/// Returns whether a console shows a character in two columns, as it does for Chinese, Japanese and Korean.
const fn is_wide(c: char) -> bool {
    matches!(c, '\u{1100}'..='\u{115f}' | '\u{2e80}'..='\u{a4cf}' | '\u{ac00}'..='\u{d7a3}' | '\u{f900}'..='\u{faff}' | '\u{ff00}'..='\u{ff60}' | '\u{ffe0}'..='\u{ffe6}')
}

/// An iterator over the lines of a text.
///
/// If a text was pasted with a blank line behind each line, these blank lines are skipped, so that the remaining ones still
/// separate blocks.
pub(super) struct Lines<'t> {
    text: &'t str,
    at: usize,
    is_double_spaced: bool,
    after_text: bool,
}

impl<'t> Lines<'t> {
    pub fn new(text: &'t str) -> Self {
        let single = Lines { text, at: 0, is_double_spaced: false, after_text: false };
        let mut from_rule =
            Lines { ..single }.skip_while(|line| line.look != Look::Rule).skip(1).map(|line| line.look == Look::Blank);
        let is_double_spaced = (from_rule.next(), from_rule.next()) == (Some(true), Some(false));
        Lines { is_double_spaced, ..single }
    }
}

impl<'t> Iterator for Lines<'t> {
    type Item = Line<'t>;

    fn next(&mut self) -> Option<Line<'t>> {
        loop {
            let rest = self.text.get(self.at..).filter(|rest| !rest.is_empty())?;
            let length = rest.find('\n').map_or(rest.len(), |end| end + 1);
            let line = line(&rest[..length], self.at);
            self.at += length;
            if line.text == JOINED {
                continue;
            }
            let is_blank = line.look == Look::Blank;
            if is_blank && std::mem::take(&mut self.after_text) && self.is_double_spaced {
                continue;
            }
            self.after_text = !is_blank;
            return Some(line);
        }
    }
}

/// The least number of dashes in a rule.
const RULE: usize = 20;

/// Returns whether a text has a rule. This test is made for every document in TOML, so it looks only at the beginnings of lines:
/// looking at whole lines takes 13 % of the time of loading 10,000 entries.
pub(super) fn has_rule(text: &str) -> bool {
    text.split_inclusive('\n').any(|line| is_rule(unquoted(line)))
}

fn is_rule(text: &str) -> bool {
    text.chars().all(is_dash) && text.chars().count() >= RULE
}

/// Returns a line without the characters that quoting and indenting put around it.
fn unquoted(whole: &str) -> &str {
    without_quoting(whole).trim_end_matches(['\n', '\r', ' ', '\t'])
}

fn without_quoting(whole: &str) -> &str {
    whole.trim_start_matches(|c: char| is_blank(c) || matches!(c, '>' | '\u{feff}'))
}

fn line(whole: &str, start: usize) -> Line<'_> {
    let text = unquoted(whole);
    let start = start + (whole.len() - without_quoting(whole).len());
    let look = match text {
        "" => Look::Blank,
        _ if text.starts_with("```") || text.starts_with("~~~") => Look::Blank,
        _ if is_rule(text) => Look::Rule,
        _ if is_omission(text) => Look::Omission,
        _ => labelled(text, start).map_or(Look::Free, Look::Labelled),
    };
    Line { start, text, look }
}

/// Parses `label:` followed by blanks or the end of the line; a full-width colon needs no blanks. `C:\WINDOWS>` is thus not a
/// label.
fn labelled(text: &str, start: usize) -> Option<Labelled<'_>> {
    let ends_label = |&(at, c): &(usize, char)| match c {
        ':' => text[at + 1..].chars().next().is_none_or(is_blank),
        '\u{ff1a}' => true,
        _ => false,
    };
    let (colon, c) = text.char_indices().find(ends_label)?;
    let label = text[..colon].trim_end_matches(is_blank);
    let behind = &text[colon + c.len_utf8()..];
    let value = behind.trim_start_matches(is_blank);
    let space = &behind[..behind.len() - value.len()];
    let in_columns = !value.is_empty() && (space.chars().count() > 1 || space.contains('\t'));
    (!label.is_empty()).then_some(Labelled {
        label,
        value,
        value_start: start + text.len() - value.len(),
        in_columns,
        start,
    })
}

/// Returns whether a character is a blank, a tab, or a no-break space, into which web pages turn blanks.
fn is_blank(c: char) -> bool {
    matches!(c, ' ' | '\t' | '\u{a0}')
}

/// Returns whether a character is a dash, or one that word processors put in place of dashes.
fn is_dash(c: char) -> bool {
    matches!(c, '-' | '\u{2010}'..='\u{2015}' | '\u{2500}' | '\u{2501}')
}

/// Returns whether a line marks text that people left out: `...`, `…`, `[...]`, `(…)`, `[snip]`, a lone `.` or several below one
/// another, `...snip...`, `[... further entries ...]`.
fn is_omission(text: &str) -> bool {
    let is_dots = |text: &str| text.chars().all(|c| matches!(c, '.' | '\u{2026}' | '\u{22ee}' | ' '));
    let begins_with_dots = |text: &str| text.starts_with("...") || text.starts_with('\u{2026}');
    let is_bracket = |c| matches!(c, '[' | ']' | '(' | ')' | '<' | '>' | '{' | '}') || is_blank(c);
    let inner = text.trim_matches(is_bracket);
    let is_bracketed = text.starts_with(['[', '(', '<', '{']) && text.ends_with([']', ')', '>', '}']);
    match inner {
        "" => false,
        "." => text == ".",
        _ if is_dots(inner) || begins_with_dots(inner) => true,
        _ if ["snip", "snipped"].iter().any(|word| inner.eq_ignore_ascii_case(word)) => true,
        _ if is_bracketed => {
            let lower = inner.to_lowercase();
            ["snip", "omitted", "truncated", "left out", "..."].iter().any(|word| lower.contains(word))
        }
        _ => false,
    }
}
