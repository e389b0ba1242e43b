//! The text for people about a change that is made, or shown.

use crate::cli::output::{self, printable, talk};
use crate::cli::{Failure, diff, unified};
use sockatlas::Comparison;
use sockatlas::edit::Outcome;
use sockatlas::report;
use std::fmt::Write;

/// The name of the new text in the head of a diff.
pub(in crate::cli) const CHANGED: &str = "changed";

/// Prints the change: results on stdout, and between them the new findings of the check on stderr.
pub(super) fn say(outcome: &Outcome, differences: &Comparison, dry_run: bool) -> Result<(), Failure> {
    if outcome.files().len() == 0 {
        return output::text("nothing to change: the catalogs are so already\n");
    }
    let mut text = String::new();
    if dry_run {
        for (original, now) in outcome.files() {
            let name = original.path().display().to_string();
            let was = String::from_utf8_lossy(original.content());
            text += &unified::styled(&unified::lines(&name, &was, now, CHANGED));
            text.push('\n');
        }
    }
    text += &diff::gist(&outcome.is, differences);
    if !outcome.consequences.is_empty() {
        text.push('\n');
    }
    for consequence in &outcome.consequences {
        // Writing to a string cannot fail.
        let _ = writeln!(text, "also {}", printable(&consequence.to_string()));
    }
    output::text(&text)?;
    let findings = report::text::findings(&outcome.findings, &outcome.report.sources, true);
    if !findings.is_empty() {
        talk(format_args!("{}", findings.trim_end()));
    }
    let mut text = String::from("\n");
    match dry_run {
        true => text += "nothing is written\n",
        false => {
            for (original, _) in outcome.files() {
                let _ = writeln!(text, "changed {}", printable(&original.path().display().to_string()));
            }
        }
    }
    output::text(&text)
}
