//! `schema`: prints the format of catalogs and of reports, for editors and programs.

use super::{Failure, Status, output};
use crate::catalog::schema::schema;
use crate::check::{HEADINGS, rules};

/// Prints the JSON Schema of catalogs, or of the report of a check
///
/// With it, editors complete and check catalogs: name the printed file in the catalog's first line, as in #:schema
/// ./catalog.schema.json, which Taplo and Even Better TOML read. It describes the shape of a document; sockatlas check reports
/// all other faults too.
#[derive(clap::Args)]
#[command(after_help = "\
Examples:
  sockatlas schema > catalog.schema.json
  sockatlas schema --report > report.schema.json")]
pub(super) struct Args {
    /// Print the schema of the output of `check --format json`
    #[arg(long)]
    report: bool,
}

/// The schema of reports; the tests compare it with the output.
const REPORT: &str = include_str!("../report/report.schema.json");

pub(super) fn run(args: &Args) -> Result<Status, Failure> {
    if args.report {
        output::bytes(REPORT.as_bytes())?;
        return Ok(Status::Clean);
    }
    let about = |finds: String| {
        let finds = finds.replace('\n', " ");
        finds.split_inclusive(". ").next().unwrap_or_default().trim_end().to_owned()
    };
    let settable = rules().iter().filter(|rule| !rule.is_fault());
    let settable: Vec<(&str, String)> =
        settable.map(|rule| (rule.code, about(rule.section(HEADINGS[0]).unwrap_or_default()))).collect();
    let text = serde_json::to_string_pretty(&schema(&settable));
    let text = text.map_err(|error| Failure::io("<stdout>", error.into()))?;
    output::bytes(format!("{text}\n").as_bytes())?;
    Ok(Status::Clean)
}
