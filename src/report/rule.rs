//! Rules, which findings break: their codes, their severities, and the pages that explain them.

use crate::catalog::Severity;

/// A rule: the code of its findings, their severity, and the page that explains it.
///
/// The page is the comment at the beginning of the rule's source file, under fixed [headings](HEADINGS). The registry
/// [`check::rules`](crate::check::rules()) returns all rules.
#[derive(Copy, Clone)]
#[non_exhaustive]
pub struct Rule {
    /// The code, in kebab-case.
    pub code: &'static str,
    /// The severity of its findings unless a setting changes it. Faults are always errors.
    pub severity: Severity,
    is_fault: bool,
    /// The text of the source file.
    source: &'static str,
}

/// The headings on the page of every rule, in their order.
pub const HEADINGS: [&str; 4] = ["What it finds", "Why it matters", "Example", "Mended"];

impl Rule {
    /// Creates the rule of a fault, which prevents loading. `source` is the text of the file that begins with its page.
    pub(crate) const fn fault(code: &'static str, source: &'static str) -> Self {
        Rule { code, severity: Severity::Error, is_fault: true, source }
    }

    /// Creates the rule of a lint, whose severity can be set. `source` is the text of the file that begins with its page.
    pub(crate) const fn lint(code: &'static str, severity: Severity, source: &'static str) -> Self {
        Rule { code, severity, is_fault: false, source }
    }

    /// Returns whether its findings are faults, which prevent loading and cannot be silenced.
    pub fn is_fault(&self) -> bool {
        self.is_fault
    }

    /// Returns the page as Markdown.
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

    /// Returns the catalog under `Example` or `Mended`: TOML, or a Winsock catalog as `reg export`, netsh or
    /// `sockatlas winsock show` writes it.
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
