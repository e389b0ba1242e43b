//! The severity that applies to a finding: an allowance suppresses it; otherwise the command line decides, then the `[lint]` of
//! the only TOML document that is named, then that of the document in which the finding has its place, then the rule's default.
//!
//! So no document can silence findings in another, except a document that is checked by itself with its includes: whoever names
//! it lets it decide for all. Failures are counted whatever is reported.

use super::rules;
use crate::catalog::{Severity, nearest_or_longer};
use crate::report::Rule;
use std::path::PathBuf;

/// The severities that the user sets; later settings take precedence.
#[derive(Clone, Debug, Default)]
#[must_use]
pub struct Settings {
    levels: Vec<(What, Severity)>,
    /// Whether entries that no `[[expect]]` reaches are reported.
    pub(super) coverage: bool,
    /// The folder in which the volume with the libraries of Winsock catalogs is mounted.
    pub(super) windows_root: Option<PathBuf>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum What {
    Rule(&'static str),
    /// All rules whose severity is a warning.
    Warnings,
}

/// A word that names no rule whose severity can be set.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum LevelError {
    /// No rule has this code.
    #[error("no rule is called `{word}`{}", suggestion.as_ref().map(|near| format!(" (did you mean `{near}`?)")).unwrap_or_default())]
    UnknownRule {
        /// The word.
        word: String,
        /// The code that was probably meant.
        suggestion: Option<String>,
    },
    /// The rule is a fault.
    #[error("`{code}` is a fault: it refuses loading, and nothing silences it")]
    Fault {
        /// Its code.
        code: &'static str,
    },
}

impl Settings {
    /// Creates settings with the severities of the rules and of the catalogs.
    pub fn new() -> Self {
        Settings::default()
    }

    /// Sets the severity of a rule, or of all `warnings`.
    ///
    /// # Errors
    ///
    /// Returns an error if the word is neither `warnings` nor the code of a lint.
    pub fn level(mut self, word: &str, severity: Severity) -> Result<Self, LevelError> {
        let what = match rules::find(word) {
            _ if word == "warnings" => What::Warnings,
            Some(rule) if rule.is_fault() => return Err(LevelError::Fault { code: rule.code }),
            Some(rule) => What::Rule(rule.code),
            None => {
                let known = rules::ALL.iter().map(|rule| rule.code).chain(["warnings"]);
                return Err(LevelError::UnknownRule {
                    word: word.to_owned(),
                    suggestion: nearest_or_longer(word, known),
                });
            }
        };
        self.levels.push((what, severity));
        Ok(self)
    }

    /// Sets whether to report the entries that no `[[expect]]` reaches, and to count the others.
    pub fn coverage(mut self, wanted: bool) -> Self {
        self.coverage = wanted;
        self
    }

    /// Sets the folder in which the volume of Windows is mounted, which holds the folder `Windows`, and checks that the libraries
    /// of Winsock catalogs exist there.
    pub fn windows_root(mut self, root: impl Into<PathBuf>) -> Self {
        self.windows_root = Some(root.into());
        self
    }

    /// Returns the severity that the user sets for a rule, if any.
    pub(super) fn stated(&self, rule: &Rule, otherwise: Severity) -> Option<Severity> {
        let mut stated = None;
        for (what, severity) in &self.levels {
            let applies = match what {
                What::Rule(code) => *code == rule.code,
                What::Warnings => stated.unwrap_or(otherwise) == Severity::Warning,
            };
            if applies {
                stated = Some(*severity);
            }
        }
        stated
    }
}
