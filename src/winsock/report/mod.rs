//! Reports on a Winsock catalog as evidence for an incident: standard, changed and added entries, the times of their keys,
//! suspicious paths, broken chains, and the answers to usual requests.
//!
//! | file | what |
//! |---|---|
//! | `sets`, `changes` | the entries, compared with the shipped catalog of Windows 10 1709 |
//! | `bitness` | the differences between the sets of 32- and 64-bit programs |
//! | `answers` | the entries that answer the usual requests, with and without the added entries |
//! | `paths` | concerns about a path |
//! | `leftovers` | bytes in unused parts of items, which are left from earlier contents |
//! | `times` | the times at which keys were written, which hives contain |
//! | `name_spaces` | name-space providers, compared with those of Windows 10 1709 |
//!
//! A report uses only the facts that the source states: a fact that is not stated is not a change, and an unreadable part is a
//! finding in the report. The report is data; the command formats it for people and for programs.

mod answers;
mod bitness;
mod changes;
mod leftovers;
mod name_spaces;
mod paths;
mod sets;
mod times;

pub use answers::{Answer, Outcome, USUAL_REQUESTS, UsualRequest};
pub use bitness::Difference;
pub use changes::Change;
pub use leftovers::Leftover;
pub use name_spaces::{
    KNOWN_NAME_SPACES, KnownNameSpace, NameSpaceChange, NameSpaceReport, NameSpaceSetReport, NameSpaceStanding,
};
pub use paths::PathConcern;
pub use sets::{Absent, Addition, EntryReport, LayerReport, SetReport, Standing, shown_name};
pub use times::{LONG_AFTER, Times};

pub use super::mounted::{LibraryFile, LibraryState, MountedWindows};
use super::standard::StandardProvider;
use super::wsa::permits;
use super::{ApplicationCategories, Field, Fragment, LoadPoint, Reading, Set, SourceForm, Store, rules};
use crate::catalog::Severity;
use crate::report::Finding;
use crate::terms::Categories;
use uuid::Uuid;

/// The report on a Winsock catalog.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Report<'s> {
    /// The catalog.
    pub store: &'s Store,
    /// The numbers of all the following.
    pub verdict: Verdict,
    /// The sets, in the order of the source.
    pub sets: Vec<SetReport<'s>>,
    /// Whether the source leaves entries out, or states them in part. Then missing entries and broken chains cannot be
    /// determined.
    pub has_gaps: bool,
    /// The entries that the source states in part.
    pub fragments: Vec<FragmentReport<'s>>,
    /// The differences between the sets of 32- and 64-bit programs.
    pub differences: Vec<Difference<'s>>,
    /// The name-space providers.
    pub name_spaces: Vec<NameSpaceSetReport<'s>>,
    /// Applications with categories.
    pub applications: Vec<ApplicationReport<'s>>,
    /// The values beside the catalogs that name libraries.
    pub load_points: Vec<LoadPointReport<'s>>,
    /// The faults of the source and of the catalog, and the findings of the rules: sorted by severity, and then by place.
    pub findings: Vec<Finding>,
    /// Whether libraries were searched in a mounted Windows.
    pub is_mounted: bool,
}

/// An entry that the source states in part.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct FragmentReport<'s> {
    /// The stated facts.
    pub fragment: &'s Fragment,
    /// The GUID of the provider, if it is stated and readable.
    pub provider_id: Option<Uuid>,
    /// The id, if it is stated and readable.
    pub catalog_entry_id: Option<u32>,
    /// The name of the provider, if it is a known one.
    pub known_provider: Option<&'static str>,
    /// The concerns about its path; empty if the path is not stated.
    pub concerns: Vec<PathConcern>,
}

/// An application with categories.
///
/// No source states the categories of layers. A layer loads into this application if it has at least one category, all of its
/// categories are permitted, and they include `system` where `system` is permitted.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct ApplicationReport<'s> {
    /// The application.
    pub application: &'s ApplicationCategories,
    /// Whether a layer without categories loads into it, or `None` if the source does not state the application's categories.
    pub loads_uncategorised: Option<bool>,
}

/// A value beside the catalogs that names a library.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct LoadPointReport<'s> {
    /// The value.
    pub load_point: &'s LoadPoint,
    /// Whether it names the library of Windows, or no library.
    pub is_stock: bool,
}

/// The summary of a report, over all sets.
#[derive(Copy, Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Verdict {
    /// The entries that are stated completely.
    pub entries: usize,
    /// The entries that are standard, as far as the source states them.
    pub standard: usize,
    /// The standard entries with changed fields.
    pub changed: usize,
    /// The entries that are not standard.
    pub added: usize,
    /// The standard entries that are missing: the six of TCP, UDP and RAW, and any that only the other set has.
    pub missing: usize,
    /// The entries that the source states in part.
    pub stated_in_part: usize,
    /// The findings of severity error: broken chains, unreadable items, gaps.
    pub errors: usize,
    /// The findings of severity warning.
    pub warnings: usize,
    /// The paths that may lead to another library than the provider's own, including those of name-space providers.
    pub odd_paths: usize,
    /// The libraries that were searched and not found.
    pub missing_libraries: usize,
    /// The known name-space providers.
    pub name_spaces_known: usize,
    /// The known ones with changed values.
    pub name_spaces_changed: usize,
    /// The unknown ones.
    pub name_spaces_added: usize,
    /// The required ones that are missing.
    pub name_spaces_missing: usize,
}

impl Verdict {
    /// Returns whether everything is standard and without errors, so that nothing needs attention. Notes and leftover bytes are
    /// ignored.
    pub const fn is_clean(&self) -> bool {
        self.changed
            + self.added
            + self.missing
            + self.stated_in_part
            + self.errors
            + self.warnings
            + self.odd_paths
            + self.missing_libraries
            + self.name_spaces_changed
            + self.name_spaces_added
            + self.name_spaces_missing
            == 0
    }
}

/// Creates the report on a catalog by comparing it with the known one. Unreadable parts do not prevent it.
///
/// With a mounted Windows the libraries are searched there.
pub fn report<'s>(reading: &'s Reading, mounted: Option<&MountedWindows>) -> Report<'s> {
    let store = &reading.store;
    let mut findings = findings(reading);
    let has_gaps = !store.fragments.is_empty() || findings.iter().any(|finding| finding.code == "winsock-gap");
    // The base of a chain may be in a gap.
    findings.retain(|finding| !has_gaps || finding.code != "winsock-broken-chain");
    // netsh prints the name-space providers last, so a text without them may be cut off within the entries.
    let may_go_on = has_gaps || store.form == SourceForm::Netsh && store.name_spaces.is_empty();
    let report = |set: &'s Set| sets::report(set, has_gaps, may_go_on, mounted);
    let mut sets: Vec<SetReport<'s>> = store.sets.iter().map(report).collect();
    if store.form == SourceForm::Packed {
        // Packed items may be any part of a catalog, so nothing is known to be absent.
        sets.iter_mut().for_each(|set| set.absent = None);
    }
    sets::compare_absent(&mut sets);
    let mut report = Report {
        store,
        verdict: Verdict::default(),
        sets,
        has_gaps,
        fragments: store.fragments.iter().map(fragment).collect(),
        differences: bitness::differences(store),
        name_spaces: store.name_spaces.iter().map(|set| name_spaces::report(set, mounted)).collect(),
        applications: store.applications.iter().map(application).collect(),
        load_points: store.load_points.iter().map(load_point).collect(),
        findings,
        is_mounted: mounted.is_some(),
    };
    report.verdict = verdict(&report);
    report
}

/// Returns the faults of the source and the findings of the rules.
fn findings(reading: &Reading) -> Vec<Finding> {
    let mut findings: Vec<Finding> = reading.faults.iter().map(Finding::from).collect();
    findings.extend(rules::faults(&reading.store).iter().map(Finding::from));
    findings.extend(rules::lints(&reading.store));
    findings.sort_by(|one, other| {
        let key = |finding: &Finding| (std::cmp::Reverse(finding.severity), finding.at, finding.code);
        key(one).cmp(&key(other)).then_with(|| one.message.cmp(&other.message))
    });
    findings.dedup();
    findings
}

fn fragment(fragment: &Fragment) -> FragmentReport<'_> {
    let fact = |field| fragment.facts.get(&field).map(|stated| stated.value.trim());
    let provider_id = fact(Field::ProviderId).and_then(|text| Uuid::try_parse(text).ok());
    let known = provider_id.and_then(StandardProvider::by_id);
    let path = fact(Field::LibraryPath);
    let concerns = path.map(|path| {
        let other = known.filter(|known| !known.has_library(path));
        paths::concerns(path, other.map(|known| known.library))
    });
    FragmentReport {
        fragment,
        provider_id,
        catalog_entry_id: fact(Field::CatalogEntryId).and_then(|text| text.parse().ok()),
        known_provider: known.map(|known| known.name),
        concerns: concerns.unwrap_or_default(),
    }
}

fn load_point(load_point: &LoadPoint) -> LoadPointReport<'_> {
    LoadPointReport { load_point, is_stock: load_point.known.oddity(load_point.path.as_deref()).is_none() }
}

fn application(application: &ApplicationCategories) -> ApplicationReport<'_> {
    let categories = application.categories.as_ref().map(|stated| stated.value);
    ApplicationReport {
        application,
        loads_uncategorised: categories.map(|permitted| permits(permitted, Categories::empty())),
    }
}

fn verdict(report: &Report<'_>) -> Verdict {
    let mut verdict = Verdict { stated_in_part: report.fragments.len(), ..Verdict::default() };
    let count = |severity| report.findings.iter().filter(|finding| finding.severity == severity).count();
    (verdict.errors, verdict.warnings) = (count(Severity::Error), count(Severity::Warning));
    let mut path = |concerns: &[PathConcern], library: Option<&LibraryFile>| {
        verdict.odd_paths += usize::from(concerns.iter().any(|concern| concern.is_grave()));
        let is_missing = library.is_some_and(|library| library.state == LibraryState::Missing);
        verdict.missing_libraries += usize::from(is_missing);
    };
    report.fragments.iter().for_each(|fragment| path(&fragment.concerns, None));
    let entries = report.sets.iter().flat_map(|set| &set.entries);
    entries.for_each(|entry| path(&entry.concerns, entry.library.as_ref()));
    let providers = report.name_spaces.iter().flat_map(|set| &set.providers);
    providers.for_each(|provider| path(&provider.concerns, provider.library.as_ref()));
    for set in &report.sets {
        verdict.entries += set.entries.len();
        for entry in &set.entries {
            match entry.standing {
                Standing::Standard(_) => verdict.standard += 1,
                Standing::Changed(..) => verdict.changed += 1,
                Standing::Added(_) => verdict.added += 1,
            }
        }
        verdict.missing += set.absent.iter().flatten().filter(|absent| absent.is_missing).count();
    }
    for set in &report.name_spaces {
        for provider in &set.providers {
            match provider.standing {
                NameSpaceStanding::Known(_) => verdict.name_spaces_known += 1,
                NameSpaceStanding::Changed(..) => verdict.name_spaces_changed += 1,
                NameSpaceStanding::Added => verdict.name_spaces_added += 1,
            }
        }
        verdict.name_spaces_missing += set.absent.iter().filter(|known| known.is_needed).count();
    }
    verdict
}
