//! `sockatlas check`: validates catalogs and runs their tests.

use super::{Failure, Globals, Status, output};
use crate::catalog::Severity;
use crate::check::{Settings, check};
use crate::report;
use std::path::PathBuf;

/// Validates catalogs, runs their tests and proves their guarantees
///
/// Reads every PATH (a file, or a folder of *.toml) as one set of catalogs, reports every fault at its place, and if there is
/// none runs every [[expect]] and proves every [[always]]. Exit status 1 means that something of severity error was found.
#[derive(clap::Args)]
#[command(
    after_help = "Examples:\n  sockatlas check catalogs/linux.toml catalogs/layers.toml\n  sockatlas check --deny warnings site/"
)]
pub(super) struct Args {
    /// Files, or folders of *.toml, that are checked together
    #[arg(value_name = "PATH")]
    paths: Vec<PathBuf>,
    /// `--deny warnings`: let warnings fail the check too
    #[arg(long, value_name = "WHAT", value_parser = ["warnings"])]
    deny: Option<String>,
    /// How the findings are written
    #[arg(long, value_enum, default_value_t)]
    format: output::Format,
}

pub(super) fn run(args: &Args, globals: &Globals) -> Result<Status, Failure> {
    let report = check(&globals.with(&args.paths).loader()?, &Settings::new());
    match args.format {
        output::Format::Text => output::text(&report::text::render(&report, output::stdout_is_styled()))?,
        output::Format::Json => output::json(&report::json::ReportV1::from(&report))?,
    }
    let failing = if args.deny.is_some() { Severity::Warning } else { Severity::Error };
    let failed = report.findings.iter().any(|finding| finding.severity >= failing);
    Ok(match () {
        () if report.unread => return Err(Failure::Reported),
        () if failed => Status::Refused,
        () => Status::Clean,
    })
}
