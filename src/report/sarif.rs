//! Writes findings as SARIF 2.1.0, for code scanning by GitHub and others.
//!
//! Beyond the schema it meets GitHub's requirements: every rule has help, every result has a place, places are relative to the
//! root of the repository and percent-encoded, and a fingerprint identifies a finding when lines move.
//!
//! A document that is not a file, such as a catalog that ships, has a place too: its name as a relative URI, which names nothing
//! in the repository. The report does not name the machine on which the check ran: its reader knows where `SRCROOT` is.
//!
//! The structs are the part of the standard that is used: OASIS, Static Analysis Results Interchange Format 2.1.0, section 3.

use super::fingerprint::line_fingerprints;
use super::place::{Place, Root, Utf16Region, part};
use super::{Finding, Fix, HEADINGS, Report, Rule};
use crate::catalog::{FileId, Severity, Source, Span};
use serde::Serialize;
use std::collections::{BTreeMap, HashMap};

const SCHEMA: &str = "https://json.schemastore.org/sarif-2.1.0.json";
const INFORMATION: &str = "https://docs.rs/sockatlas";
/// The base to which places are relative.
const ROOT: &str = "SRCROOT";

/// A whole report.
#[derive(Serialize)]
pub struct Log {
    #[serde(rename = "$schema")]
    schema: &'static str,
    version: &'static str,
    runs: [Run; 1],
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Run {
    tool: Tool,
    invocations: [Invocation; 1],
    column_kind: &'static str,
    original_uri_base_ids: BTreeMap<&'static str, BaseId>,
    results: Vec<ResultOf>,
    properties: Summary,
}

#[derive(Serialize)]
struct Tool {
    driver: Driver,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Driver {
    name: &'static str,
    semantic_version: &'static str,
    information_uri: &'static str,
    rules: Vec<Descriptor>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Descriptor {
    id: &'static str,
    short_description: Message,
    full_description: Message,
    default_configuration: Configuration,
    help: Help,
    properties: Tags,
}

#[derive(Serialize)]
struct Configuration {
    level: &'static str,
}

#[derive(Serialize)]
struct Help {
    text: String,
    markdown: String,
}

#[derive(Serialize)]
struct Tags {
    tags: [&'static str; 2],
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Invocation {
    execution_successful: bool,
}

#[derive(Serialize)]
struct BaseId {
    description: Message,
}

#[derive(Serialize)]
struct Summary {
    errors: usize,
    warnings: usize,
    notes: usize,
    documents: usize,
    entries: usize,
    expectations: usize,
    failed: usize,
    guarantees: usize,
    proved: usize,
}

#[derive(Serialize)]
struct Message {
    text: String,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct ResultOf {
    rule_id: &'static str,
    rule_index: usize,
    level: &'static str,
    message: Message,
    locations: [Location; 1],
    #[serde(skip_serializing_if = "Vec::is_empty")]
    related_locations: Vec<Location>,
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    partial_fingerprints: BTreeMap<&'static str, String>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    fixes: Vec<FixOf>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Location {
    #[serde(skip_serializing_if = "Option::is_none")]
    id: Option<usize>,
    physical_location: PhysicalLocation,
    /// The place in a binary file, which has no region: the key of a hive, or the number of a packed item.
    #[serde(skip_serializing_if = "Option::is_none")]
    logical_locations: Option<[LogicalLocation; 1]>,
    #[serde(skip_serializing_if = "Option::is_none")]
    message: Option<Message>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct LogicalLocation {
    fully_qualified_name: String,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct PhysicalLocation {
    artifact_location: ArtifactLocation,
    /// `None` for a binary file: SARIF's regions are regions of the file.
    #[serde(skip_serializing_if = "Option::is_none")]
    region: Option<Region>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct ArtifactLocation {
    uri: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    uri_base_id: Option<&'static str>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Region {
    start_line: u32,
    start_column: u32,
    end_line: u32,
    end_column: u32,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct FixOf {
    description: Message,
    artifact_changes: Vec<ArtifactChange>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct ArtifactChange {
    artifact_location: ArtifactLocation,
    replacements: Vec<Replacement>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Replacement {
    deleted_region: Region,
    #[serde(skip_serializing_if = "Option::is_none")]
    inserted_content: Option<Message>,
}

/// Returns the report as a SARIF log of one run.
pub fn log(report: &Report, rules: &[Rule], root: &Root) -> Log {
    let mut writer = Writer { report, root, lines: HashMap::new() };
    let mut rules: Vec<Descriptor> = rules.iter().map(Descriptor::of).collect();
    let mut index_of = |code: &'static str| {
        rules.iter().position(|rule| rule.id == code).unwrap_or_else(|| {
            rules.push(Descriptor::named(code));
            rules.len() - 1
        })
    };
    let results =
        report.findings.iter().map(|finding| writer.result(finding, index_of(finding.code))).collect::<Vec<_>>();
    let tally = report.tally;
    let description = "the root of the repository, or else the folder in which the check ran";
    Log {
        schema: SCHEMA,
        version: "2.1.0",
        runs: [Run {
            tool: Tool {
                driver: Driver {
                    name: "sockatlas",
                    semantic_version: env!("CARGO_PKG_VERSION"),
                    information_uri: INFORMATION,
                    rules,
                },
            },
            invocations: [Invocation { execution_successful: !report.unread }],
            column_kind: "utf16CodeUnits",
            original_uri_base_ids: BTreeMap::from([(ROOT, BaseId { description: description.into() })]),
            results,
            properties: Summary {
                errors: report.count(Severity::Error),
                warnings: report.count(Severity::Warning),
                notes: report.count(Severity::Note),
                documents: tally.documents,
                entries: tally.entries,
                expectations: tally.expectations,
                failed: tally.failed,
                guarantees: tally.guarantees,
                proved: tally.proved,
            },
        }],
    }
}

impl From<&str> for Message {
    fn from(text: &str) -> Message {
        Message { text: text.to_owned() }
    }
}

impl Descriptor {
    /// Returns the descriptor of a rule.
    fn of(rule: &Rule) -> Descriptor {
        let tag = if rule.is_fault() { "fault" } else { "lint" };
        let finds = rule.section(HEADINGS[0]).unwrap_or_default();
        Descriptor::new(rule.code, rule.severity, tag, &finds, rule.docs())
    }

    /// Returns the descriptor of a rule of which only the code is known.
    fn named(code: &'static str) -> Descriptor {
        let finds = format!("{}.", code.replace('-', " "));
        Descriptor::new(code, Severity::Error, "fault", &finds, finds.clone())
    }

    /// Returns a descriptor. `finds` and `help` are Markdown: the first section of the page, and all of the page.
    fn new(id: &'static str, severity: Severity, tag: &'static str, finds: &str, help: String) -> Descriptor {
        let finds = finds.replace('\n', " ");
        let first = finds.split_inclusive(". ").next().unwrap_or_default().trim_end();
        Descriptor {
            id,
            short_description: shortened(first).into(),
            full_description: shortened(&finds).into(),
            default_configuration: Configuration { level: level(severity) },
            help: Help { text: help.clone(), markdown: help },
            properties: Tags { tags: ["catalog", tag] },
        }
    }
}

/// GitHub takes descriptions of 1024 characters at most.
fn shortened(text: &str) -> &str {
    text.char_indices().nth(1024).map_or(text, |(end, _)| &text[..end])
}

fn level(severity: Severity) -> &'static str {
    match severity {
        Severity::Allow => "none",
        Severity::Note => "note",
        Severity::Warning => "warning",
        Severity::Error => "error",
    }
}

/// Writes places, and caches the fingerprints of documents.
struct Writer<'r> {
    report: &'r Report,
    root: &'r Root,
    lines: HashMap<FileId, Vec<String>>,
}

impl Writer<'_> {
    fn source(&self, file: FileId) -> &Source {
        self.report.sources.get(file)
    }

    fn result(&mut self, finding: &Finding, rule_index: usize) -> ResultOf {
        let help = finding.help.as_ref().map(|help| format!(" ({help})")).unwrap_or_default();
        let labels = finding.labels.iter().enumerate();
        ResultOf {
            rule_id: finding.code,
            rule_index,
            level: level(finding.severity),
            message: Message { text: format!("{}{help}", finding.message) },
            locations: [self.location(finding.at, None, None)],
            related_locations: labels
                .map(|(at, label)| self.location(label.at, Some(at + 1), Some(&label.text)))
                .collect(),
            partial_fingerprints: self.fingerprint(finding).into_iter().collect(),
            fixes: finding.fix.iter().map(|fix| self.fix(fix)).collect(),
        }
    }

    fn location(&self, at: Span, id: Option<usize>, message: Option<&str>) -> Location {
        let source = self.source(at.file);
        let region = (!source.is_rendered()).then(|| self.region(at));
        let part = if source.is_rendered() { part(source, at) } else { None };
        let logical_locations = part.map(|part| [LogicalLocation { fully_qualified_name: part }]);
        let physical_location = PhysicalLocation { artifact_location: self.artifact(at.file), region };
        Location { id, physical_location, logical_locations, message: message.map(Message::from) }
    }

    fn artifact(&self, file: FileId) -> ArtifactLocation {
        let place = self.root.place(self.source(file));
        let uri_base_id = matches!(place, Place::Inside(_)).then_some(ROOT);
        ArtifactLocation { uri: place.uri(), uri_base_id }
    }

    fn region(&self, at: Span) -> Region {
        let Utf16Region { start, end } = Utf16Region::of(self.source(at.file), at);
        Region { start_line: start.0, start_column: start.1, end_line: end.0, end_column: end.1 }
    }

    /// Returns the fingerprint of a finding's line, or `None` for a line with a secret, of which it would be a weak hash, and for
    /// a file without lines.
    fn fingerprint(&mut self, finding: &Finding) -> Option<(&'static str, String)> {
        let file = finding.at.file;
        let source = self.report.sources.get(file);
        if finding.concealed || source.is_rendered() {
            return None;
        }
        let (line, _) = source.line_and_column(finding.at.start);
        let lines = self.lines.entry(file).or_insert_with(|| line_fingerprints(source.text()));
        lines.get(line as usize - 1).map(|line| ("primaryLocationLineHash", line.clone()))
    }

    fn fix(&self, fix: &Fix) -> FixOf {
        let mut changes: BTreeMap<FileId, Vec<Replacement>> = BTreeMap::new();
        let mut edits: Vec<_> = fix.edits.iter().collect();
        edits.sort_by_key(|edit| edit.at);
        for edit in edits {
            let inserted = (!edit.text.is_empty()).then(|| Message::from(edit.text.as_str()));
            let replacement = Replacement { deleted_region: self.region(edit.at), inserted_content: inserted };
            changes.entry(edit.at.file).or_default().push(replacement);
        }
        let change = |(file, replacements)| ArtifactChange { artifact_location: self.artifact(file), replacements };
        FixOf { description: fix.title.as_str().into(), artifact_changes: changes.into_iter().map(change).collect() }
    }
}
