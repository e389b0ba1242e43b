//! The type of rules, and their documentation.

use super::Lints;
use crate::catalog::Severity;

/// A rule of the checker.
///
/// Its documentation is the comment at the head of its file, under fixed headings: what it finds, why it matters, an example, and
/// the example corrected.
#[derive(Copy, Clone)]
pub struct Rule {
    /// Its name, in kebab-case.
    pub code: &'static str,
    /// The default severity of its findings; faults are errors whatever the user sets.
    pub severity: Severity,
    pub(super) source: &'static str,
    pub(super) look: Look,
}

/// The code that finds a rule's findings.
#[derive(Copy, Clone)]
pub(super) enum Look {
    /// Loading: the rule is a fault.
    Fault,
    /// The rule's function, in a catalog that loads.
    Lint(fn(&mut Lints<'_>)),
    /// The rules of Winsock catalogs, in a document that is one.
    Winsock,
    /// The checker itself.
    Check,
}

/// The headings of a rule's documentation, in their order.
pub const HEADINGS: [&str; 4] = ["What it finds", "Why it matters", "Example", "Mended"];

impl Rule {
    /// Returns whether it makes loading fail and cannot be silenced.
    pub fn is_fault(&self) -> bool {
        matches!(self.look, Look::Fault)
    }

    /// Returns the documentation as Markdown.
    pub fn docs(&self) -> String {
        let lines = self.source.lines().map_while(|line| line.strip_prefix("//!"));
        lines.map(|line| line.strip_prefix(' ').unwrap_or(line)).collect::<Vec<_>>().join("\n")
    }

    /// Returns the text under one of the [`HEADINGS`].
    pub fn section(&self, heading: &str) -> Option<String> {
        let docs = self.docs();
        let mut sections = docs.split("\n# ").map(|section| section.trim_start_matches("# "));
        let text = sections.find_map(|section| section.strip_prefix(heading))?;
        Some(text.trim().to_owned())
    }

    /// Returns the catalog shown under `Example` or `Mended`: TOML, or a Winsock catalog as `reg export` or netsh writes it.
    pub fn catalog(&self, heading: &str) -> Option<String> {
        let section = self.section(heading)?;
        let (_, rest) = section.split_once("```")?;
        let (_, rest) = rest.split_once('\n')?;
        Some(rest.split("```").next()?.to_owned())
    }
}

impl std::fmt::Debug for Rule {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Rule({})", self.code)
    }
}
