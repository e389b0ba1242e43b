//! Whose severity counts: the user's on the command line, then an allowance in the catalog, then its `[lint]`, then the rule's.

use super::{Rule, rules};
use crate::catalog::{Severity, nearest};

/// What the user says of severities; later words count more.
#[derive(Clone, Debug, Default)]
#[must_use]
pub struct Settings {
    levels: Vec<(What, Severity)>,
    /// Whether entries that no `[[expect]]` reaches are reported.
    pub(super) coverage: bool,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum What {
    Rule(&'static str),
    /// Everything that is a warning.
    Warnings,
}

/// A word that names no rule.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("no rule is called `{word}`{}", suggestion.as_ref().map(|near| format!(" (did you mean `{near}`?)")).unwrap_or_default())]
pub struct UnknownRule {
    word: String,
    suggestion: Option<String>,
}

impl Settings {
    /// The severities of the rules and of the catalogs.
    pub fn new() -> Self {
        Settings::default()
    }

    /// Sets the severity of a rule, or of all `warnings`.
    ///
    /// # Errors
    ///
    /// The word is neither `warnings` nor the code of a rule.
    pub fn level(mut self, word: &str, severity: Severity) -> Result<Self, UnknownRule> {
        let what = match rules::find(word) {
            _ if word == "warnings" => What::Warnings,
            Some(rule) => What::Rule(rule.code),
            None => {
                let known = rules::ALL.iter().map(|rule| rule.code).chain(["warnings"]);
                return Err(UnknownRule { word: word.to_owned(), suggestion: nearest(word, known) });
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

    /// The severity that the user states for a rule, if he does.
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
