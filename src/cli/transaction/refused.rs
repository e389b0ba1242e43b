//! The message about a change that is rejected.

use crate::cli::output::{self, Format, counted, printable, talk};
use crate::cli::style::{BAD, HINT};
use crate::cli::{Failure, Status, json};
use sockatlas::catalog::{Location, Severity, Sources, quoted};
use sockatlas::edit::{ChangeError, Dependent, LockError, TransactionError};
use sockatlas::report::{self, Finding};

/// Prints the reason: exit status 1 if the catalogs do not allow the change, 2 if it could not be tried.
///
/// `remedy` is the suggestion for a change that is rejected because of other items.
pub(super) fn say(error: TransactionError, remedy: Option<&str>, format: Format) -> Result<Status, Failure> {
    match error {
        TransactionError::Unsound(error) | TransactionError::Source(error) => Err(Failure::Catalog(error)),
        TransactionError::Faults(error) => {
            let findings: Vec<Finding> = error.faults().iter().map(Finding::from).collect();
            result_has_errors(&findings, error.sources(), format)
        }
        TransactionError::Findings(mut report) => {
            report.findings.retain(|finding| finding.severity == Severity::Error);
            result_has_errors(&report.findings, &report.sources, format)
        }
        TransactionError::Change(error) => match Refusal::of(&error, remedy) {
            Some(refusal) => refusal.say(format),
            None => Err(reported(&error.to_string(), None)),
        },
        TransactionError::Lock(error @ LockError::Busy { .. }) => {
            Err(reported(&error.to_string(), Some("without `--no-wait` its end is waited for")))
        }
        error @ TransactionError::NotAmong { .. } => {
            let help = "`--file` is one of the files that `--catalog` names, or that they include";
            Err(reported(&error.to_string(), Some(help)))
        }
        error => Err(reported(&error.to_string(), None)),
    }
}

/// A change that the catalogs do not allow.
struct Refusal<'e> {
    code: &'static str,
    /// The message for people if the other items are listed line by line; otherwise the error's message is used.
    message: Option<String>,
    /// The other items that caused the rejection: their kinds, names and places.
    others: Vec<Other<'e>>,
    help: Option<&'e str>,
    error: &'e ChangeError,
}

pub(in crate::cli) type Other<'e> = (&'static str, &'e str, &'e Location);

impl<'e> Refusal<'e> {
    /// Returns the refusal for an error, or `None` if the command line is wrong or the change could not be tried.
    fn of(error: &'e ChangeError, remedy: Option<&'e str>) -> Option<Self> {
        const REPLACE: Option<&str> = Some("`--replace` puts what comes in its place");
        let is = |code, others, help| Refusal { code, message: None, others, help, error };
        Some(match error {
            ChangeError::NeededBy { names, by } => {
                let verb = if names.len() == 1 { "is" } else { "are" };
                let message = format!("{} {verb} needed by {}", quoted(names), counted(by.len(), "other", "others"));
                Refusal { message: Some(message), ..is("needed-by-others", dependents(by), remedy) }
            }
            ChangeError::StandsOnDisabled { name, on } => {
                let others = counted(on.len(), "other that is disabled", "others that are disabled");
                let message = format!("`{name}` stands on {others}");
                Refusal { message: Some(message), ..is("stands-on-disabled", dependents(on), remedy) }
            }
            ChangeError::Exists { what, name, at, .. } => is("exists", vec![(what, name, at)], REPLACE),
            ChangeError::Conflicts { conflicts } => {
                let others = conflicts.iter().map(|conflict| (conflict.what, conflict.name.as_str(), &conflict.here));
                is("exists", others.collect(), REPLACE)
            }
            ChangeError::OtherProvider { provider, at, .. } => {
                is("other-provider", vec![("provider", provider, at)], None)
            }
            ChangeError::OtherDialect { .. } => is("other-dialect", Vec::new(), None),
            ChangeError::CannotRunOver { .. } => is("cannot-run-over", Vec::new(), None),
            ChangeError::NotAllowed { layer, at, .. } => is("not-allowed-below", vec![("layer", layer, at)], None),
            _ => return None,
        })
    }

    fn say(&self, format: Format) -> Result<Status, Failure> {
        let error = self.error.to_string();
        match (format, &self.message) {
            (Format::Json, _) => output::json(&json::RefusedTransaction::of_others(self.code, &error, &self.others))?,
            (Format::Text, None) => drop(reported(&error, self.help)),
            (Format::Text, Some(message)) => {
                let others = self.others.iter().map(|(what, name, at)| match *what {
                    "expect" | "always" => format!("\n{at}: [[{what}]] that names `{name}`"),
                    what => format!("\n{at}: {what} `{name}`"),
                });
                drop(reported(&others.fold(message.clone(), |text, other| text + &other), self.help));
            }
        }
        Ok(Status::Refused)
    }
}

fn dependents(dependents: &[Dependent]) -> Vec<Other<'_>> {
    dependents.iter().map(|dependent| (dependent.what, dependent.name.as_str(), &dependent.at)).collect()
}

/// Prints a message of one or several lines, and a suggestion.
fn reported(message: &str, help: Option<&str>) -> Failure {
    let lines: Vec<_> = message.lines().map(printable).collect();
    talk(format_args!("{BAD}error{BAD:#}: {}", lines.join("\n  ")));
    if let Some(help) = help {
        talk(format_args!("{HINT}help{HINT:#}: {help}"));
    }
    Failure::Reported
}

/// Reports that the result of the change is not sound.
fn result_has_errors(findings: &[Finding], sources: &Sources, format: Format) -> Result<Status, Failure> {
    const MESSAGE: &str = "not written, because the result has errors";
    match format {
        Format::Json => output::json(&json::RefusedTransaction::of_findings(MESSAGE, findings, sources))?,
        Format::Text => {
            talk(format_args!("{}\n", report::text::findings(findings, sources, true).trim_end()));
            talk(format_args!("{BAD}error{BAD:#}: {MESSAGE}"));
            talk(format_args!("{HINT}help{HINT:#}: the places are those of the text as it would be"));
        }
    }
    Ok(Status::Refused)
}
