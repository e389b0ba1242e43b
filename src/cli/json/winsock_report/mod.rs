//! The output of `winsock report`.
//!
//! | file | contents |
//! |---|---|
//! | `sets` | the entries of one set, and the answers to the usual requests |
//! | `name_spaces` | name-space providers |
//! | `parts` | the parts that both share: places, paths, libraries, times |

mod name_spaces;
mod parts;
mod sets;

use super::{Text, VERSION};
use crate::cli::winsock::Keys;
use name_spaces::NameSpaceSetJson;
use parts::{ConcernJson, PlaceJson, ProviderJson};
use serde::Serialize;
use sets::SetJson;
use sockatlas::catalog::{Bitness, Severity};
use sockatlas::report::Finding;
use sockatlas::winsock::Item;
use sockatlas::winsock::report::{ApplicationReport, Difference, FragmentReport, LoadPointReport, Report, Verdict};

/// The report on a Winsock catalog.
#[derive(Serialize)]
pub struct WinsockReport<'r> {
    version: u32,
    verdict: VerdictJson,
    source: SourceJson<'r>,
    sets: Vec<SetJson<'r>>,
    #[serde(rename = "told_in_part")]
    stated_in_part: Vec<FragmentJson<'r>>,
    differences: Vec<DifferenceJson<'r>>,
    name_spaces: Vec<NameSpaceSetJson<'r>>,
    applications: Vec<ApplicationJson<'r>>,
    load_points: Vec<LoadPointJson<'r>>,
    findings: Vec<FindingJson<'r>>,
}

impl<'r> WinsockReport<'r> {
    pub fn new(report: &'r Report<'r>, keys: &Keys<'r>) -> Self {
        let store = report.store;
        WinsockReport {
            version: VERSION,
            verdict: VerdictJson::new(&report.verdict),
            source: SourceJson {
                name: keys.source(),
                form: store.form.name(),
                root: store.root.as_ref().map(|root| root.value.as_str()),
                next_catalog_entry_id: store.next_catalog_entry_id.as_ref().map(|stated| stated.value),
                serial_access_number: store.serial_access_number.as_ref().map(|stated| stated.value),
            },
            sets: report.sets.iter().map(|set| SetJson::new(set, keys)).collect(),
            stated_in_part: report.fragments.iter().map(|fragment| FragmentJson::new(fragment, keys)).collect(),
            differences: report.differences.iter().map(|difference| DifferenceJson::new(difference, keys)).collect(),
            name_spaces: report.name_spaces.iter().map(|set| NameSpaceSetJson::new(set, keys)).collect(),
            applications: report.applications.iter().map(|of| ApplicationJson::new(of, keys)).collect(),
            load_points: report.load_points.iter().map(|point| LoadPointJson::new(point, keys)).collect(),
            findings: report.findings.iter().map(|finding| FindingJson::new(finding, keys)).collect(),
        }
    }
}

#[derive(Serialize)]
struct VerdictJson {
    clean: bool,
    entries: usize,
    standard: usize,
    changed: usize,
    added: usize,
    missing: usize,
    #[serde(rename = "told_in_part")]
    stated_in_part: usize,
    errors: usize,
    warnings: usize,
    odd_paths: usize,
    missing_libraries: usize,
    name_spaces_known: usize,
    name_spaces_changed: usize,
    name_spaces_added: usize,
    name_spaces_missing: usize,
}

impl VerdictJson {
    fn new(verdict: &Verdict) -> Self {
        VerdictJson {
            clean: verdict.is_clean(),
            entries: verdict.entries,
            standard: verdict.standard,
            changed: verdict.changed,
            added: verdict.added,
            missing: verdict.missing,
            stated_in_part: verdict.stated_in_part,
            errors: verdict.errors,
            warnings: verdict.warnings,
            odd_paths: verdict.odd_paths,
            missing_libraries: verdict.missing_libraries,
            name_spaces_known: verdict.name_spaces_known,
            name_spaces_changed: verdict.name_spaces_changed,
            name_spaces_added: verdict.name_spaces_added,
            name_spaces_missing: verdict.name_spaces_missing,
        }
    }
}

#[derive(Serialize)]
struct SourceJson<'r> {
    name: &'r str,
    form: &'static str,
    root: Option<&'r str>,
    next_catalog_entry_id: Option<u32>,
    serial_access_number: Option<u32>,
}

#[derive(Serialize)]
struct FragmentJson<'r> {
    bits: Option<u32>,
    facts: Vec<FactJson<'r>>,
    provider: ProviderJson,
    path_concerns: Vec<ConcernJson>,
    source: PlaceJson,
}

#[derive(Serialize)]
struct FactJson<'r> {
    field: &'static str,
    value: &'r str,
    source: PlaceJson,
}

impl<'r> FragmentJson<'r> {
    fn new(fragment: &'r FragmentReport<'r>, keys: &Keys<'_>) -> Self {
        let facts = fragment.fragment.facts.iter().map(|(field, stated)| FactJson {
            field: field.name(),
            value: &stated.value,
            source: keys.place(stated.at).into(),
        });
        FragmentJson {
            bits: fragment.fragment.bits.map(Bitness::number),
            facts: facts.collect(),
            provider: ProviderJson::new(fragment.provider_id),
            path_concerns: fragment.concerns.iter().map(ConcernJson::new).collect(),
            source: keys.place(fragment.fragment.at).into(),
        }
    }
}

#[derive(Serialize)]
struct DifferenceJson<'r> {
    /// `only-in`, `fields` or `order`.
    kind: &'static str,
    /// The set that contains the entry, if the other does not.
    bits: Option<u32>,
    in_32: Option<DifferentJson<'r>>,
    in_64: Option<DifferentJson<'r>>,
    /// The fields that differ.
    fields: Vec<&'static str>,
}

#[derive(Serialize)]
struct DifferentJson<'r> {
    catalog_entry_id: u32,
    name: &'r str,
    path: &'r str,
    source: PlaceJson,
}

impl<'r> DifferenceJson<'r> {
    fn new(difference: &'r Difference<'r>, keys: &Keys<'_>) -> Self {
        let entry = |item: &'r Item| {
            Some(DifferentJson {
                catalog_entry_id: item.id(),
                name: &item.info.name,
                path: &item.info.path,
                source: keys.place(item.at).into(),
            })
        };
        let none = DifferenceJson { kind: "only-in", bits: None, in_32: None, in_64: None, fields: Vec::new() };
        match difference {
            Difference::OnlyIn(bits @ Bitness::Bits32, item) => {
                DifferenceJson { bits: Some(bits.number()), in_32: entry(item), ..none }
            }
            Difference::OnlyIn(bits @ Bitness::Bits64, item) => {
                DifferenceJson { bits: Some(bits.number()), in_64: entry(item), ..none }
            }
            Difference::Fields { item_32, item_64, fields } => DifferenceJson {
                kind: "fields",
                in_32: entry(item_32),
                in_64: entry(item_64),
                fields: fields.iter().map(|field| field.name()).collect(),
                ..none
            },
            Difference::Order { item_32, item_64 } => {
                DifferenceJson { kind: "order", in_32: entry(item_32), in_64: entry(item_64), ..none }
            }
        }
    }
}

#[derive(Serialize)]
struct ApplicationJson<'r> {
    path: Option<&'r str>,
    arguments: Option<&'r str>,
    /// The categories, by name where they have one.
    categories: Option<Vec<String>>,
    loads_uncategorised: Option<bool>,
    written: Option<&'r str>,
    source: PlaceJson,
}

impl<'r> ApplicationJson<'r> {
    fn new(report: &'r ApplicationReport<'r>, keys: &Keys<'_>) -> Self {
        let application = report.application;
        ApplicationJson {
            path: application.path.as_ref().map(|stated| stated.value.as_str()),
            arguments: application.arguments.as_ref().map(|stated| stated.value.as_str()),
            categories: application.categories.as_ref().map(|stated| stated.value.to_names()),
            loads_uncategorised: report.loads_uncategorised,
            written: application.written.as_deref(),
            source: keys.place(application.key.at).into(),
        }
    }
}

#[derive(Serialize)]
struct LoadPointJson<'r> {
    name: &'static str,
    path: Option<&'r str>,
    /// The library that Windows has by default.
    known: &'static str,
    stock: bool,
    source: PlaceJson,
}

impl<'r> LoadPointJson<'r> {
    fn new(report: &'r LoadPointReport<'r>, keys: &Keys<'_>) -> Self {
        let point = report.load_point;
        LoadPointJson {
            name: point.known.name,
            path: point.path.as_deref(),
            known: point.known.library,
            stock: report.is_stock,
            source: keys.place(point.at).into(),
        }
    }
}

#[derive(Serialize)]
struct FindingJson<'r> {
    code: &'static str,
    severity: &'static str,
    message: &'r str,
    help: Option<&'r str>,
    source: PlaceJson,
    labels: Vec<LabelJson<'r>>,
}

#[derive(Serialize)]
struct LabelJson<'r> {
    message: &'r str,
    source: PlaceJson,
}

impl<'r> FindingJson<'r> {
    fn new(finding: &'r Finding, keys: &Keys<'_>) -> Self {
        let labels = finding.labels.iter();
        FindingJson {
            code: finding.code,
            severity: Severity::name(finding.severity),
            message: &finding.message,
            help: finding.help.as_deref(),
            source: keys.place(finding.at).into(),
            labels: labels
                .map(|label| LabelJson { message: &label.text, source: keys.place(label.at).into() })
                .collect(),
        }
    }
}
