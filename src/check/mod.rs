//! The validator: proves, offline, that a set of catalogs does what its authors think.
//!
//! What loading refuses are faults, found by the same code that loads ([`Loader`]), and no setting changes that. What else
//! there is to say are lints, looked for when there are no faults. Every code has a rule with a page, in a file of its own.
//!
//! | file | what |
//! |---|---|
//! | `rules` | the rules, one file a rule, and the registry of all rules |
//! | `settings`, `allowance` | whose severity counts |
//! | `spelling` | where a word of a list is written |
//! | `winsock` | the rules of Winsock catalogs, which look at what a source tells and not at entries |
//! | `fixes` | the edits that safe fixes are made of |
//!
//! Depends on `load` and what lies below it, on `winsock`'s rules, and on `report`.

mod allowance;
mod fixes;
mod rules;
#[cfg(feature = "reports")]
mod schema;
mod settings;
mod spelling;
#[cfg(feature = "winsock")]
mod winsock;

#[cfg(feature = "reports")]
pub use schema::catalog_schema;
pub use settings::{LevelError, Settings};

use crate::catalog::{FaultKind, FileId, Severity, Sources, Span};
use crate::load::Loader;
use crate::registry::{Proof, Registry};
use crate::report::{Finding, Report, Rule, Tally};
use allowance::Allowance;

/// Returns all rules: faults, lints and rules about settings, those of Winsock catalogs included.
pub fn rules() -> &'static [Rule] {
    &rules::ALL
}

/// Returns the rule with this code.
pub fn rule(code: &str) -> Option<&'static Rule> {
    rules::find(code)
}

/// Returns the allowances of all documents, as far as they can be read.
pub(crate) fn allowances(sources: &Sources) -> Vec<Allowance> {
    allowance::read(sources, &mut Vec::new())
}

/// Checks the documents that a loader would load.
pub fn check(loader: &Loader, settings: &Settings) -> Report {
    let (sources, loaded) = loader.load_with_sources();
    let faults = match loaded {
        Ok(registry) => return check_registry(&registry, settings),
        Err(faults) => faults,
    };
    let unread = faults.iter().any(|fault| matches!(fault.kind, FaultKind::UnreadableFile { included: false, .. }));
    // A Winsock catalog is checked on its own: its faults hide none of its lints.
    let of_winsock = weighed(of_winsock(&sources, settings), settings, None);
    let findings = faults.iter().map(Finding::from).chain(of_winsock).collect();
    let tally = Tally { documents: sources.documents(), skipped: sources.skipped(), ..Tally::default() };
    Report { unread, ..Report::new(findings, sources, tally) }
}

/// Checks a loaded registry.
pub(crate) fn check_registry(registry: &Registry, settings: &Settings) -> Report {
    let sources = registry.shared_sources();
    let mut tally = Tally {
        documents: sources.documents(),
        skipped: sources.skipped(),
        entries: registry.entries().len(),
        expectations: registry.expectations().len(),
        guarantees: registry.guarantees().len(),
        coverage: settings.coverage.then(|| rules::coverage(registry)),
        ..Tally::default()
    };
    let of_winsock = of_winsock(sources, settings);
    let findings = lints(registry, settings, of_winsock, &mut tally);
    Report::new(findings, sources.clone(), tally)
}

#[cfg(feature = "winsock")]
use winsock::lints as of_winsock;

/// Returns the lints of Winsock catalogs: none, as none can be read without the feature `winsock`.
#[cfg(not(feature = "winsock"))]
fn of_winsock(_: &Sources, _: &Settings) -> Vec<Finding> {
    Vec::new()
}

/// The rules that apply to documents that are not TOML: the rules of Winsock catalogs cover the rest better.
const OF_ALL_FORMS: [&str; 4] = ["expectation-failed", "guarantee-broken", "uncovered-entry", "writable-by-others"];

fn lints(registry: &Registry, settings: &Settings, of_winsock: Vec<Finding>, tally: &mut Tally) -> Vec<Finding> {
    let mut found = Vec::new();
    let proofs: Vec<Proof> = registry.guarantees().iter().map(|guarantee| registry.prove(guarantee)).collect();
    for (rule, look) in rules::lints() {
        let mut lints = Lints { registry, settings, proofs: &proofs, rule, findings: Vec::new() };
        look(&mut lints);
        found.append(&mut lints.findings);
    }
    // Counted before severities and allowances are applied: a failure counts, whether or not it is reported.
    tally.failed = found.iter().filter(|finding| finding.code == "expectation-failed").count();
    tally.proved = proofs.iter().filter(|proof| matches!(proof, Proof::Holds)).count();
    let sources = registry.sources();
    found.retain(|finding| !sources.get(finding.at.file).is_foreign() || OF_ALL_FORMS.contains(&finding.code));
    found.extend(of_winsock);
    let mut allowances = allowance::read(sources, &mut found);
    found.retain(|finding| !allowances.iter_mut().any(|allowance| allowance.allows(finding.code, finding.at)));
    found.extend(allowances.iter().filter_map(|allowance| allowance.unused(registry, settings)));
    weighed(found, settings, Some(registry))
}

/// Returns the findings with the severities that apply, without those that are not reported.
///
/// Each finding has a place, which may be the beginning of a document, and is governed by the `[lint]` of that document. If only
/// one TOML document was named, its `[lint]` comes first.
fn weighed(mut found: Vec<Finding>, settings: &Settings, registry: Option<&Registry>) -> Vec<Finding> {
    let stated = registry.map(Registry::lint).unwrap_or_default();
    let sole = registry.and_then(|registry| registry.sources().sole());
    for finding in &mut found {
        let Some(rule) = rules::find(finding.code) else { continue };
        let stated_in = |file: FileId| {
            let of_rule = stated.iter().find(|(code, at, _)| code == finding.code && at.file == file);
            of_rule.map(|&(_, _, severity)| severity)
        };
        let otherwise = sole.and_then(stated_in).or_else(|| stated_in(finding.at.file)).unwrap_or(finding.severity);
        finding.severity = settings.stated(rule, otherwise).unwrap_or(otherwise);
    }
    found.retain(|finding| finding.severity != Severity::Allow);
    found
}

/// The input of a lint, and the place for its findings.
struct Lints<'r> {
    registry: &'r Registry,
    settings: &'r Settings,
    /// The proof of each guarantee.
    proofs: &'r [Proof],
    rule: Rule,
    findings: Vec<Finding>,
}

impl Lints<'_> {
    /// Adds a finding at a place; `more` adds labels and help.
    fn found(&mut self, message: impl Into<String>, at: Span, more: impl FnOnce(Finding) -> Finding) {
        self.findings.push(more(Finding::new(self.rule.code, self.rule.severity, message, at)));
    }
}
