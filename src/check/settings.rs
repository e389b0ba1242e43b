//! Whose severity counts: what an allowance speaks of is not reported; else the command line's, then that of the `[lint]` of the sole
//! TOML document that is named, then that of the document in which the finding has its place, then the rule's own.
//!
//! So no document can silence what is found in another, but for one that is checked by itself with what it includes: whoever names it
//! means it to speak for all. What fails is counted as failed whatever is reported.

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
    /// Where the volume is mounted on which the libraries of Winsock catalogs are looked for.
    pub(super) windows_root: Option<PathBuf>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum What {
    Rule(&'static str),
    /// Everything that is a warning.
    Warnings,
}

/// A word that names no rule whose severity can be set.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum LevelError {
    /// No rule is called so.
    #[error("no rule is called `{word}`{}", suggestion.as_ref().map(|near| format!(" (did you mean `{near}`?)")).unwrap_or_default())]
    UnknownRule {
        /// The word.
        word: String,
        /// The code that was probably meant.
        suggestion: Option<String>,
    },
    /// It is a fault.
    #[error("`{code}` is a fault: it refuses loading, and nothing silences it")]
    Fault {
        /// Its code.
        code: &'static str,
    },
}

impl Settings {
    /// Returns the severities of the rules and of the catalogs.
    pub fn new() -> Self {
        Settings::default()
    }

    /// Sets the severity of a rule, or of all `warnings`.
    ///
    /// # Errors
    ///
    /// The word is neither `warnings` nor the code of a lint.
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

    /// Also reports the entries that no `[[expect]]` reaches, and counts the others.
    pub fn coverage(mut self, wanted: bool) -> Self {
        self.coverage = wanted;
        self
    }

    /// Also looks whether the libraries of Winsock catalogs are there: in the folder in which the volume of Windows is mounted, the
    /// one that holds the folder `Windows`.
    pub fn windows_root(mut self, root: impl Into<PathBuf>) -> Self {
        self.windows_root = Some(root.into());
        self
    }

    /// Returns the severity that the user states for a rule, if he does.
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
