//! Evidence for an incident: what of a Winsock catalog is standard, what was changed, what was added and when, which paths lead
//! to other files, which chains break, and who answers.
//!
//! | file | what |
//! |---|---|
//! | `sets`, `changes` | the entries, compared with the shipped catalog of Windows 10 1709 |
//! | `bitness` | what 32- and 64-bit programs see differently |
//! | `answers` | which entry answers the usual requests, with and without what was added |
//! | `paths` | what is odd about a path |
//! | `leftovers` | bytes where nothing has a meaning: what stood there before |
//! | `times` | when keys were written, as a hive reports it |
//! | `name_spaces` | name-space providers: the known ones, and others |
//!
//! A report says what the source states and nothing more: what is not stated is no change, and what cannot be read is a finding in
//! it. It is data; the command writes it for people and for programs.

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
    /// How much of all that follows there is.
    pub verdict: Verdict,
    /// The sets, in the order of the source.
    pub sets: Vec<SetReport<'s>>,
    /// Whether the source leaves entries out, or states them in part: then nobody can report what is missing, and which chains break.
    pub has_gaps: bool,
    /// What the source states of entries that it does not state whole.
    pub fragments: Vec<FragmentReport<'s>>,
    /// What 32- and 64-bit programs see differently.
    pub differences: Vec<Difference<'s>>,
    /// The name-space providers.
    pub name_spaces: Vec<NameSpaceSetReport<'s>>,
    /// Applications with categories.
    pub applications: Vec<ApplicationReport<'s>>,
    /// Values beside the catalogs that name libraries.
    pub load_points: Vec<LoadPointReport<'s>>,
    /// What cannot be read, what is broken, and what the rules have to say: the worst first, then by place.
    pub findings: Vec<Finding>,
    /// Whether libraries were looked for.
    pub is_mounted: bool,
}

/// An entry that the source states a part of.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct FragmentReport<'s> {
    /// The part.
    pub fragment: &'s Fragment,
    /// The GUID of its provider, where that is stated and can be read.
    pub provider_id: Option<Uuid>,
    /// Its id, where that is stated and can be read.
    pub catalog_entry_id: Option<u32>,
    /// What a known provider is called.
    pub known_provider: Option<&'static str>,
    /// What is odd about its path; nothing where that is not stated.
    pub concerns: Vec<PathConcern>,
}

/// An application with categories.
///
/// No source states the categories of layers. By the rule for loading them, one loads into this application if it has at least one
/// category and all of its are permitted, and `system` is among them where `system` is permitted.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct ApplicationReport<'s> {
    /// The application.
    pub application: &'s ApplicationCategories,
    /// Whether a layer without categories loads into it; nothing where its own are not stated.
    pub loads_uncategorised: Option<bool>,
}

/// A value beside the catalogs that names a library.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct LoadPointReport<'s> {
    /// The value.
    pub load_point: &'s LoadPoint,
    /// Whether it names the library of Windows, or none.
    pub is_stock: bool,
}

/// How much was found, over all sets.
#[derive(Copy, Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Verdict {
    /// Entries that are stated whole.
    pub entries: usize,
    /// Those of them that are standard, as far as the source states.
    pub standard: usize,
    /// Those that are standard with fields that say otherwise.
    pub changed: usize,
    /// Those that are neither.
    pub added: usize,
    /// Standard entries that are not there: the six of TCP, UDP and RAW, and any that only the other set has.
    pub missing: usize,
    /// Entries of which the source states a part.
    pub stated_in_part: usize,
    /// Findings of severity error: chains that break, items that cannot be read, gaps.
    pub errors: usize,
    /// Findings of severity warning.
    pub warnings: usize,
    /// Paths that may lead to another library than the provider's own, those of name-space providers too.
    pub odd_paths: usize,
    /// Libraries that were looked for and are not there.
    pub missing_libraries: usize,
    /// Known name-space providers.
    pub name_spaces_known: usize,
    /// Known ones with values that say otherwise.
    pub name_spaces_changed: usize,
    /// Those that are not known.
    pub name_spaces_added: usize,
    /// Needed ones that are not there.
    pub name_spaces_missing: usize,
}

impl Verdict {
    /// Returns whether all is standard and sound, so that there is nothing to look at. Notes, and bytes that are left over, count
    /// for nothing.
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

/// Compares a catalog with what is known, and judges it. What cannot be read of it stops nothing.
///
/// With a mounted Windows the libraries are looked for.
pub fn report<'s>(reading: &'s Reading, mounted: Option<&MountedWindows>) -> Report<'s> {
    let store = &reading.store;
    let mut findings = findings(reading);
    let has_gaps = !store.fragments.is_empty() || findings.iter().any(|finding| finding.code == "winsock-gap");
    // What a chain runs over may stand in a gap.
    findings.retain(|finding| !has_gaps || finding.code != "winsock-broken-chain");
    // netsh prints the name-space providers last: a text without them may end before the entries do.
    let may_go_on = has_gaps || store.form == SourceForm::Netsh && store.name_spaces.is_empty();
    let report = |set: &'s Set| sets::report(set, has_gaps, may_go_on, mounted);
    let mut sets: Vec<SetReport<'s>> = store.sets.iter().map(report).collect();
    if store.form == SourceForm::Packed {
        // Packed items may be any part of a catalog: what is not among them may well be there.
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

/// Returns what is wrong with how the catalog is stated, and what the rules have to say of it.
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
