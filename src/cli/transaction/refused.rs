//! What is said of a change that is not made.

use crate::catalog::{Location, Severity, Sources, quoted};
use crate::cli::output::{self, Format, counted, printable, talk};
use crate::cli::style::{BAD, HINT};
use crate::cli::{Failure, Status, json};
use crate::edit::{ChangeError, Dependent, LockError, TransactionError};
use crate::report::{self, Finding};

/// Says why: exit status 1 where the catalogs refuse it, 2 where it could not be tried.
///
/// `remedy` helps where others stand in the way.
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

/// The catalogs refuse a change.
struct Refusal<'e> {
    code: &'static str,
    /// What is said to people, where they are shown the others line by line; else what the error says.
    message: Option<String>,
    /// Those that stand in its way: what they are, their names, and their places.
    others: Vec<Other<'e>>,
    help: Option<&'e str>,
    error: &'e ChangeError,
}

pub(in crate::cli) type Other<'e> = (&'static str, &'e str, &'e Location);

impl<'e> Refusal<'e> {
    /// The refusal that an error is; nothing where it is the command line that is wrong, or where the change could not be tried.
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

/// Says a message of one or several lines, and what may help.
fn reported(message: &str, help: Option<&str>) -> Failure {
    let lines: Vec<_> = message.lines().map(printable).collect();
    talk(format_args!("{BAD}error{BAD:#}: {}", lines.join("\n  ")));
    if let Some(help) = help {
        talk(format_args!("{HINT}help{HINT:#}: {help}"));
    }
    Failure::Reported
}

/// The result of the change is not sound.
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
