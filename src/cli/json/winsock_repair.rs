//! The output of `winsock repair`.

use super::{Place, Text, VERSION};
use sockatlas::catalog::Sources;
use sockatlas::report::Finding;
use sockatlas::winsock::SourceForm;
use sockatlas::winsock::repair::{Plan, Step, Subject};

/// A repair plan, and its result.
#[derive(serde::Serialize)]
pub struct Repair<'a> {
    version: u32,
    /// `reg`, `hive` or `packed`.
    form: &'static str,
    steps: Vec<Planned<'a>>,
    /// The errors that no step repairs.
    left: Vec<Found<'a>>,
    /// The warnings that the repaired catalog still has.
    warnings: Vec<Found<'a>>,
    /// The file that was written; null if none was.
    output: Option<String>,
}

#[derive(serde::Serialize)]
struct Planned<'a> {
    /// The kind of change, as in `remove`.
    change: &'static str,
    /// The rule that requires the step; null if the user requested it, or if other steps caused it.
    code: Option<&'static str>,
    /// 32 or 64; null for a step that concerns both sets.
    bits: Option<u32>,
    /// Null for a counter, and for a step that concerns all keys of a set.
    item: Option<Item<'a>>,
    /// The description of the step.
    message: Text<&'a Step>,
    reason: String,
    source: Place,
}

#[derive(serde::Serialize)]
struct Item<'a> {
    key: Option<&'a str>,
    catalog_entry_id: Option<u32>,
    name: Option<&'a str>,
}

#[derive(serde::Serialize)]
struct Found<'a> {
    code: &'static str,
    severity: &'static str,
    message: &'a str,
    help: Option<&'a str>,
    source: Place,
}

impl<'a> Repair<'a> {
    /// Creates the output for a plan for a catalog of this form, and the file that was written.
    pub fn new(plan: &'a Plan, form: SourceForm, sources: &Sources, output: Option<String>) -> Self {
        let found = |finding: &'a Finding| Found {
            code: finding.code,
            severity: finding.severity.name(),
            message: &finding.message,
            help: finding.help.as_deref(),
            source: Place(sources.locate(finding.at)),
        };
        let item = |item: &'a Subject| Item {
            key: item.key.as_deref(),
            catalog_entry_id: item.catalog_entry_id,
            name: item.name.as_deref(),
        };
        let planned = |step: &'a Step| Planned {
            change: step.change.name(),
            code: step.code(),
            bits: step.bits.map(|bits| bits.number()),
            item: step.item.as_ref().map(item),
            message: Text(step),
            reason: step.reason(),
            source: Place(sources.locate(step.at)),
        };
        Repair {
            version: VERSION,
            form: form.name(),
            steps: plan.steps.iter().map(planned).collect(),
            left: plan.left.iter().map(found).collect(),
            warnings: plan.warnings.iter().map(found).collect(),
            output,
        }
    }
}
