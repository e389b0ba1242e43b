//! `schema`: prints the format of catalogs and of reports, for editors and programs.

use super::{Failure, Status, output};
use sockatlas::check::catalog_schema;
use sockatlas::report::json;

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

pub(super) fn run(args: &Args) -> Result<Status, Failure> {
    if args.report {
        output::bytes(json::SCHEMA.as_bytes())?;
        return Ok(Status::Clean);
    }
    let text = serde_json::to_string_pretty(&catalog_schema());
    let text = text.map_err(|error| Failure::io("<stdout>", error.into()))?;
    output::bytes(format!("{text}\n").as_bytes())?;
    Ok(Status::Clean)
}
