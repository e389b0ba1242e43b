//! `sockatlas export`: writes a catalog in the format in which Windows stores it.

use super::output::{printable, talk};
use super::style::{BAD, HINT};
use super::winsock::Written;
use super::{Failure, Globals, Status, outfile, output};
use sockatlas::Registry;
use sockatlas::winsock::{self, Export, Remark, reg};
use std::path::PathBuf;

/// Writes the catalog as Windows keeps it: a registry export that `reg import` reads
///
/// Entries that were imported from such an export and not changed are written with exactly the same bytes. Facts that Windows
/// cannot store are listed on stderr; if an entry is among them, nothing is written without --partial.
#[derive(clap::Args)]
#[command(after_help = "\
Examples:
  sockatlas export -c site.toml --to reg -o site.reg
  sockatlas export -c broken.reg -c fixes.toml --to reg --bits 64 -o fixed.reg
  sockatlas export -c site.toml --to reg --encoding utf-8 | less

Exit status:
  0  all entries are written
  1  some do not fit: with --partial the others are written, without it nothing
  2  nothing could be written")]
pub(super) struct Args {
    /// The format to write
    #[arg(long, value_enum, value_name = "FORM")]
    to: To,

    #[command(flatten)]
    written: Written,

    /// Write to this file instead of stdout
    #[arg(short, long, value_name = "FILE")]
    output: Option<PathBuf>,

    /// Replace an existing file; a file that is read is never replaced
    #[arg(long, requires = "output")]
    force: bool,

    /// Leave out the entries that cannot be stored, and those that depend on them, and write the rest
    #[arg(long)]
    partial: bool,
}

#[derive(Copy, Clone, clap::ValueEnum)]
enum To {
    /// A registry export
    Reg,
}

pub(super) fn run(args: &Args, globals: &Globals) -> Result<Status, Failure> {
    let registry = globals.registry()?;
    if let Some(output) = &args.output {
        let inputs = registry.sources().iter().filter_map(|(_, source)| source.file());
        outfile::may_be_written(output, inputs, args.force)?;
    }
    let To::Reg = args.to;
    let Export { store, remarks, .. } = winsock::export(&registry, args.written.bits());
    remarks.iter().for_each(|remark| say(remark, &registry));
    let left_out = remarks.iter().filter(|remark| remark.reason.leaves_out()).count();
    if left_out > 0 && !args.partial {
        let entries = if left_out == 1 { "1 entry does".to_owned() } else { format!("{left_out} entries do") };
        talk(format_args!("{BAD}error{BAD:#}: {entries} not fit into a Winsock catalog, and so nothing is written"));
        talk(format_args!("{HINT}help{HINT:#}: `--partial` leaves out what does not fit, and what stands on it"));
        return Ok(Status::Refused);
    }
    if store.items().next().is_none() {
        return Err(Failure::Message { message: "there is no entry to write".to_owned(), help: None });
    }
    let bytes = reg::write(&store, &args.written.options())
        .map_err(|error| Failure::Message { message: error.to_string(), help: None })?;
    match &args.output {
        None => output::bytes(&bytes)?,
        Some(path) => {
            outfile::write(path, &bytes, args.force)?;
            output::text(&format!("created {}\n", printable(&path.display().to_string())))?;
        }
    }
    Ok(if left_out > 0 { Status::Refused } else { Status::Clean })
}

fn say(remark: &Remark, registry: &Registry) {
    let place = registry.locate(remark.at).to_string();
    let (place, text) = (printable(&place), remark.to_string());
    let text = printable(&text);
    if remark.reason.leaves_out() {
        talk(format_args!("{BAD}not exported{BAD:#}: {place}: {text}"));
    } else {
        talk(format_args!("{HINT}note{HINT:#}: {place}: {text}"));
    }
}
