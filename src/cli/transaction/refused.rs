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
        TransactionError::Unsound(error) => Err(Failure::Catalog(error)),
        TransactionError::Faults(error) => {
            let findings: Vec<Finding> = error.faults().iter().map(Finding::from).collect();
            result_has_errors(&findings, error.sources(), format)
        }
        TransactionError::Findings(mut report) => {
            report.findings.retain(|finding| finding.severity == Severity::Error);
            result_has_errors(&report.findings, &report.sources, format)
        }
        TransactionError::Change(error) => match Refusal::of(&error) {
            Some(refusal) => refusal.say(remedy, format),
            None => Err(told(&error.to_string(), None)),
        },
        TransactionError::Lock(error @ LockError::Busy { .. }) => {
            Err(told(&error.to_string(), Some("without `--no-wait` its end is waited for")))
        }
        error @ TransactionError::NotAmong { .. } => {
            let help = "`--file` is one of the files that `--catalog` names, or that they include";
            Err(told(&error.to_string(), Some(help)))
        }
        error => Err(told(&error.to_string(), None)),
    }
}

/// The catalogs refuse a change.
struct Refusal<'e> {
    code: &'static str,
    message: String,
    /// Those that stand in its way: what they are, their names, and their places.
    others: Vec<(&'static str, &'e str, &'e Location)>,
    error: &'e ChangeError,
}

impl<'e> Refusal<'e> {
    /// The refusal that an error is; nothing where it is the command line that is wrong, or the change cannot be made at all.
    fn of(error: &'e ChangeError) -> Option<Self> {
        let (code, message, others) = match error {
            ChangeError::NeededBy { names, by } => {
                let verb = if names.len() == 1 { "is" } else { "are" };
                let others = counted(by.len(), "other", "others");
                let message = format!("{} {verb} needed by {others}", quoted(names));
                ("needed-by-others", message, dependents(by))
            }
            ChangeError::StandsOnDisabled { name, on } => {
                let others = counted(on.len(), "other that is disabled", "others that are disabled");
                ("stands-on-disabled", format!("`{name}` stands on {others}"), dependents(on))
            }
            _ => return None,
        };
        Some(Refusal { code, message, others, error })
    }

    fn say(&self, remedy: Option<&str>, format: Format) -> Result<Status, Failure> {
        match format {
            Format::Json => {
                let message = self.error.to_string();
                output::json(&json::RefusedTransaction::of_others(self.code, &message, &self.others))?;
            }
            Format::Text => {
                talk(format_args!("{BAD}error{BAD:#}: {}", printable(&self.message)));
                for (what, name, at) in &self.others {
                    let other = match *what {
                        "expect" | "always" => format!("{at}: [[{what}]] that names `{name}`"),
                        what => format!("{at}: {what} `{name}`"),
                    };
                    talk(format_args!("  {}", printable(&other)));
                }
                if let Some(remedy) = remedy {
                    talk(format_args!("{HINT}help{HINT:#}: {remedy}"));
                }
            }
        }
        Ok(Status::Refused)
    }
}

fn dependents(dependents: &[Dependent]) -> Vec<(&'static str, &str, &Location)> {
    dependents.iter().map(|dependent| (dependent.what, dependent.name.as_str(), &dependent.at)).collect()
}

/// Says a message of one or several lines, and what may help.
fn told(message: &str, help: Option<&str>) -> Failure {
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
