//! `winsock repair`: makes a broken catalog sound, with the smallest changes.

use super::input::WholeInput;
use super::written::Written;
use crate::cli::globals::is_stdin;
use crate::cli::json::Repair;
use crate::cli::output::{self, Format, counted, printable};
use crate::cli::style::{BAD, FAINT, GOOD, SUBJECT, WARNING};
use crate::cli::{Failure, Status, outfile};
use sockatlas::catalog::{FaultKind, Sources};
use sockatlas::report::{Finding, text};
use sockatlas::winsock::reg::{self, WriteOptions};
use sockatlas::winsock::repair::{Plan, RepairOptions, Step, plan};
use sockatlas::winsock::{self, Options, PackedItem, Reading, Store};
use std::fmt::Write;
use std::path::PathBuf;
use uuid::Uuid;

/// Makes a broken Winsock catalog sound, with the smallest changes that do
///
/// Shows the plan: each change, its reason, and the key that it concerns. With --output the repaired catalog is then written as a
/// registry export; the input is never overwritten. A sound catalog is written unchanged.
///
/// To install it, on the machine itself and as an administrator: first `reg export` the existing catalog; then `reg delete` the
/// keys Catalog_Entries and Catalog_Entries64 of Protocol_Catalog9, because an import keeps keys that it does not name; then `reg
/// import` the new one. Running programs see the change after a restart.
#[derive(clap::Args)]
#[command(after_help = "\
Examples:
  sockatlas winsock repair broken.reg
  sockatlas winsock repair broken.reg -o mended.reg
  sockatlas winsock repair --remove-provider 2b611370-2190-4059-9af8-5bc0f58fb742 SYSTEM -o mended.reg

Exit status:
  0  the catalog is sound, or is when the plan is done
  1  something is left that repair cannot mend
  2  there is no plan, or it cannot be written")]
pub(super) struct Args {
    #[command(flatten)]
    input: WholeInput,

    /// The file for the repaired catalog; without it only the plan is shown
    #[arg(short, long, value_name = "OUT")]
    output: Option<PathBuf>,

    /// Replace OUT if it exists
    #[arg(long, requires = "output")]
    force: bool,

    /// Write nothing, even with --output
    #[arg(long)]
    dry_run: bool,

    /// Remove all entries of this provider, given by its GUID, and those that depend on them; repeatable
    #[arg(long = "remove-provider", value_name = "GUID")]
    remove_providers: Vec<Uuid>,

    /// Remove layers that no chain uses
    #[arg(long)]
    remove_unreachable: bool,

    #[command(flatten)]
    written: Written,

    /// The format of the plan
    #[arg(long, value_enum, value_name = "FORMAT", default_value = "text")]
    format: Format,
}

pub(super) fn run(args: &Args) -> Result<Status, Failure> {
    let input = args.input.input();
    let output = args.output.as_deref().filter(|_| !args.dry_run);
    if let Some(output) = output {
        if is_stdin(output) {
            return Err(Failure::Message {
                message: "the plan is printed on stdout".to_owned(),
                help: Some("name a file for the mended catalog".to_owned()),
            });
        }
        outfile::may_be_written(output, [input.file.as_path()], args.force)?;
    }
    let Reading { sources, store, faults, .. } = input.read()?;
    let mut options = RepairOptions::default();
    options.bits = args.written.bits();
    options.remove_providers = args.remove_providers.clone();
    options.remove_unreachable = args.remove_unreachable;
    let name = input.name();
    let plan = plan(&store, &options).map_err(|error| Failure::Message {
        message: format!("{name}: {error}"),
        help: error.help().map(str::to_owned),
    });
    let unread: Vec<Finding> = faults.iter().filter(|fault| !is_mended(&fault.kind)).map(Finding::from).collect();
    if !unread.is_empty() {
        output::talk(format_args!("{}", text::findings(&unread, &sources, true).trim_end()));
        return Err(Failure::Message {
            message: format!("{name}: it is not repaired, since a part of it was not read"),
            help: Some("mend the lines above, or export the catalog again".to_owned()),
        });
    }
    let plan = plan?;
    match args.format {
        Format::Text => output::text(&stated(&plan, &sources, &name))?,
        Format::Json => {
            let output = output.map(|output| output.display().to_string());
            output::json(&Repair::new(&plan, store.form, &sources, output))?;
        }
    }
    if let Some(output) = output {
        let bytes = written(&plan.store, &args.written.options())
            .map_err(|message| Failure::Message { message, help: None })?;
        outfile::write(output, &bytes, args.force)?;
        if args.format == Format::Text {
            let output = output.display().to_string();
            output::text(&format!("{GOOD}written{GOOD:#} to {}\n", printable(&output)))?;
        }
    }
    Ok(if plan.left.is_empty() { Status::Clean } else { Status::Refused })
}

/// Returns whether the plan repairs a fault of reading: a key of an item whose value is not an item, or a gap.
fn is_mended(kind: &FaultKind) -> bool {
    matches!(kind.code(), "winsock-malformed-item" | "winsock-gap")
}

/// Returns the export, after reading it back to verify it.
fn written(store: &Store, options: &WriteOptions) -> Result<Vec<u8>, String> {
    let bytes = reg::write(store, options).map_err(|error| error.to_string())?;
    let items = |store: &Store| -> Vec<Option<PackedItem>> { store.items().map(|item| item.packed.clone()).collect() };
    match winsock::read("the export", &bytes, None, &Options::default()) {
        Some(Ok(again)) if again.faults.is_empty() && items(&again.store) == items(store) => Ok(bytes),
        _ => Err("nothing is written: the export does not read back as what it was made of".to_owned()),
    }
}

/// Returns the plan as text for people.
fn stated(plan: &Plan, sources: &Sources, name: &str) -> String {
    let mut stated = String::new();
    let name = printable(name);
    let count = plan.steps.len();
    let _ = match count {
        0 if plan.left.is_empty() && plan.warnings.is_empty() => {
            writeln!(stated, "{name}: {GOOD}nothing to repair{GOOD:#}")
        }
        0 => writeln!(stated, "{name}: there is nothing that repair can mend"),
        1 => writeln!(stated, "{name}: 1 step"),
        _ => writeln!(stated, "{name}: {count} steps"),
    };
    let mut bits = None;
    for (step, number) in plan.steps.iter().zip(1..) {
        if bits != Some(step.bits) {
            bits = Some(step.bits);
            let _ = match step.bits {
                Some(bits) => writeln!(stated, "\n{SUBJECT}{}-bit set{SUBJECT:#}", bits.number()),
                None => writeln!(stated, "\n{SUBJECT}the catalog{SUBJECT:#}"),
            };
        }
        stated_step(&mut stated, step, number, sources);
    }
    if !plan.left.is_empty() {
        let count = counted(plan.left.len(), "error", "errors");
        let _ = writeln!(stated, "\n{BAD}left{BAD:#}: {count}, for which nothing here states what would be right\n");
        stated.push_str(&text::findings(&plan.left, sources, output::stdout_is_styled()));
    }
    if !plan.warnings.is_empty() {
        let count = counted(plan.warnings.len(), "warning", "warnings");
        let _ = writeln!(
            stated,
            "\n{WARNING}left{WARNING:#}: {count}, to look at: what is right cannot be derived from here\n"
        );
        stated.push_str(&text::findings(&plan.warnings, sources, output::stdout_is_styled()));
    }
    if count > 0 || !plan.left.is_empty() || !plan.warnings.is_empty() {
        stated.push('\n');
    }
    stated
}

fn stated_step(stated: &mut String, step: &Step, number: usize, sources: &Sources) {
    let code = step.code().map(|code| format!(" [{code}]")).unwrap_or_default();
    let _ = writeln!(stated, "{number:>4}. {}", printable(&step.to_string()));
    let (reason, place) = (step.reason(), sources.locate(step.at).to_string());
    let _ = writeln!(stated, "      {}{FAINT}{code}, {}{FAINT:#}", printable(&reason), printable(&place));
}
