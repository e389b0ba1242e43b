//! The report for people, in a layout that can be pasted into a ticket; every statement has its place.
//!
//! | file | contents |
//! |---|---|
//! | `entries` | the entries of one set |
//! | `others` | all other parts |

mod entries;
mod others;

use super::place::Keys;
use crate::cli::output::printable;
use crate::cli::style::{BAD, FAINT, GOOD, HEADING};
use sockatlas::catalog::Bitness;
use sockatlas::winsock::Item;
use sockatlas::winsock::report::{LibraryFile, LibraryState, PathConcern, Report, Times, shown_name};
use std::fmt::{Display, Write};

pub(super) fn render(report: &Report<'_>, keys: &Keys<'_>) -> String {
    let mut text = Text { out: String::new(), keys };
    verdict(&mut text, report);
    others::source(&mut text, report);
    others::findings(&mut text, report);
    for set in &report.sets {
        entries::set(&mut text, set, report);
    }
    others::fragments(&mut text, report);
    others::differences(&mut text, report);
    report.name_spaces.iter().for_each(|set| others::name_spaces(&mut text, set));
    others::applications(&mut text, report);
    text.out
}

/// The text written so far.
pub(super) struct Text<'k> {
    out: String,
    keys: &'k Keys<'k>,
}

impl Text<'_> {
    /// Writes a heading, after a blank line.
    fn heading(&mut self, heading: impl Display) {
        // Writing to a string cannot fail.
        let _ = writeln!(self.out, "\n{HEADING}{heading}{HEADING:#}");
    }

    /// Writes a line, indented by this number of steps. It may contain styles; the caller makes text of the source
    /// printable.
    fn line(&mut self, steps: usize, line: impl Display) {
        let _ = writeln!(self.out, "{:1$}{line}", "", steps * 2);
    }

    /// Writes a line with the place of its statement.
    fn said(&mut self, steps: usize, line: impl Display, at: sockatlas::catalog::Span) {
        let place = self.keys.place(at).to_string();
        self.line(steps, format_args!("{line}  {FAINT}{}{FAINT:#}", printable(&place)));
    }
}

fn verdict(text: &mut Text<'_>, report: &Report<'_>) {
    let verdict = &report.verdict;
    let (style, word) = if verdict.is_clean() { (GOOD, "standard and sound") } else { (BAD, "look at this") };
    let counts = format!(
        "{} standard, {} changed, {} added, {} missing, {} broken",
        verdict.standard, verdict.changed, verdict.added, verdict.missing, verdict.errors
    );
    text.line(0, format_args!("{style}{word}{style:#}: {counts}"));
    let further = [
        (verdict.stated_in_part, "stated in part"),
        (verdict.warnings, "with a warning"),
        (verdict.odd_paths, "with an odd path"),
        (verdict.missing_libraries, "without its library"),
    ];
    let further: Vec<String> =
        further.into_iter().filter(|(count, _)| *count > 0).map(|(count, what)| format!("{count} {what}")).collect();
    if !further.is_empty() {
        text.line(0, further.join(", "));
    }
    if !report.name_spaces.is_empty() {
        let counts = format!(
            "{} known, {} changed, {} added, {} missing",
            verdict.name_spaces_known,
            verdict.name_spaces_changed,
            verdict.name_spaces_added,
            verdict.name_spaces_missing
        );
        text.line(0, format_args!("name-space providers: {counts}"));
    }
}

/// Returns an item by its name for people, as in "`Acme` (id 1007)".
fn named(item: &Item) -> String {
    format!("`{}` (id {})", printable(shown_name(item)), item.id())
}

/// Returns the bitness as in "64-bit "; an empty text if the source does not state it.
fn bits(bits: Option<Bitness>) -> String {
    bits.map(|bits| format!("{bits} ")).unwrap_or_default()
}

/// Returns the concerns about a path, in one line.
fn concerns(concerns: &[PathConcern]) -> String {
    concerns.iter().map(PathConcern::to_string).collect::<Vec<_>>().join("; ")
}

/// Returns the result of looking for a library.
fn library(library: &LibraryFile) -> String {
    let at = library.looked_for.as_ref().map(|path| path.display().to_string()).unwrap_or_default();
    let at = printable(&at);
    match &library.state {
        LibraryState::There { size, modified } => {
            let modified = modified.as_ref().map(|time| format!(", changed {time}")).unwrap_or_default();
            format!("{at}: {size} bytes{modified}")
        }
        LibraryState::Missing => format!("{BAD}not there{BAD:#}: {at}"),
        LibraryState::NoFile => format!("no file: {at}"),
        LibraryState::Link => format!("a link, which is not followed: {at}"),
        LibraryState::NotLookedFor(reason) => format!("not looked for: {reason}"),
        LibraryState::Unreadable(reason) => format!("cannot be looked at: {at}: {}", printable(reason)),
    }
}

/// Writes the times at which keys were written, and the keys that were written long after the bulk.
fn times(
    text: &mut Text<'_>,
    times: Option<&Times<'_>>,
    late: impl Fn(usize) -> Option<(String, sockatlas::catalog::Span)>,
) {
    let Some(times) = times else {
        text.line(1, "when keys were written: not stated");
        return;
    };
    let Times { earliest, bulk, latest, stated, .. } = times;
    text.line(1, format_args!("keys written: {stated}, from {earliest} to {latest}, half of them by {bulk}"));
    for (place, after) in &times.late {
        if let Some((name, at)) = late(*place) {
            text.said(2, format_args!("{} later: {name}", duration(after.as_secs())), at);
        }
    }
}

/// Returns a duration as in "3 days", in the largest unit of which there are two or more.
fn duration(seconds: u64) -> String {
    match seconds {
        172_800.. => format!("{} days", seconds / 86_400),
        7_200.. => format!("{} hours", seconds / 3_600),
        _ => format!("{} minutes", seconds / 60),
    }
}
