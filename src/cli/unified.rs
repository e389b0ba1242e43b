//! The lines that change in a text, as `diff -u` shows them.

use super::output::printable;
use super::style::{BAD, FAINT, GOOD, PLAIN};
use std::fmt::Write;

/// What changes in the text of this name, with as many lines around it as show where it is. `what` is what the new text is.
pub(super) fn lines(name: &str, was: &str, is: &str, what: &str) -> String {
    similar::TextDiff::from_lines(was, is).unified_diff().context_radius(2).header(name, what).to_string()
}

/// The same for people.
pub(super) fn styled(lines: &str) -> String {
    lines.trim_end_matches('\n').split('\n').fold(String::new(), |mut text, line| {
        let style = match line.as_bytes().first() {
            Some(b'+') => GOOD,
            Some(b'-') => BAD,
            Some(b'@') => FAINT,
            _ => PLAIN,
        };
        // A line break of another kind would else be all that differs, and not be seen. Writing to a string cannot fail.
        let _ = writeln!(text, "{style}{}{style:#}", printable(line));
        text
    })
}
