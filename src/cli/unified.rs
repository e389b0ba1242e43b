//! The changed lines of a text, in the format of `diff -u`.

use super::output::printable;
use super::style::{BAD, FAINT, GOOD, PLAIN};
use std::fmt::Write;

/// Returns the changed lines of the text `name`, with a few lines around them. `what` is the name of the new text.
pub(super) fn lines(name: &str, was: &str, is: &str, what: &str) -> String {
    similar::TextDiff::from_lines(was, is).unified_diff().context_radius(2).header(name, what).to_string()
}

/// Returns the lines with styles, for people.
pub(super) fn styled(lines: &str) -> String {
    lines.trim_end_matches('\n').split('\n').fold(String::new(), |mut text, line| {
        let style = match line.as_bytes().first() {
            Some(b'+') => GOOD,
            Some(b'-') => BAD,
            Some(b'@') => FAINT,
            _ => PLAIN,
        };
        // A changed kind of line break could be the only difference, and would not be visible otherwise. Writing to a
        // string cannot fail.
        let _ = writeln!(text, "{style}{}{style:#}", printable(line));
        text
    })
}
