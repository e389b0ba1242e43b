//! `graph`: draws a catalog.

use super::show::called;
use super::{Failure, Globals, Status, output};
use sockatlas::Registry;
use std::path::PathBuf;

/// Draws the catalog: layers over base protocols, and the chains that run through them
///
/// Disabled entries are left out; hidden ones are drawn.
#[derive(clap::Args)]
#[command(after_help = "\
Examples:
  sockatlas graph --to svg -o catalog.svg
  sockatlas graph --to mermaid --highlight tls
  sockatlas graph --to dot | dot -Tpdf > catalog.pdf")]
pub(super) struct Args {
    /// The language of the picture
    #[arg(long, value_enum, value_name = "LANGUAGE")]
    to: Language,

    /// Fade everything except this entry and the chains through it
    #[arg(long, value_name = "NAME|ID")]
    highlight: Option<String>,

    /// Write to this file instead of stdout
    #[arg(short, long, value_name = "FILE")]
    output: Option<PathBuf>,
}

#[derive(Copy, Clone, clap::ValueEnum)]
enum Language {
    /// For Graphviz
    Dot,
    /// For pages that render Mermaid
    Mermaid,
    /// A finished drawing
    Svg,
}

pub(super) fn run(args: &Args, globals: &Globals) -> Result<Status, Failure> {
    let registry = globals.registry()?;
    let mut picture = registry.picture();
    if let Some(name) = &args.highlight {
        picture.highlight = Some(highlighted(&registry, name)?);
    }
    let text = match args.to {
        Language::Dot => picture.to_dot(),
        Language::Mermaid => picture.to_mermaid(),
        Language::Svg => picture.to_svg(),
    };
    match &args.output {
        Some(file) if file.as_os_str() != "-" => {
            std::fs::write(file, text).map_err(|error| Failure::io(file.display(), error))?;
        }
        _ => output::bytes(text.as_bytes())?,
    }
    Ok(Status::Clean)
}

/// Returns the name to highlight. It must be in the picture, and stand for one entry.
fn highlighted(registry: &Registry, name: &str) -> Result<String, Failure> {
    let entries = called(registry, name)?;
    let reported = |message: String, help: Option<String>| Err(Failure::Message { message, help });
    match entries.as_slice() {
        [entry] if entry.is_disabled() => reported(format!("`{}` is disabled, so it is not drawn", entry.name()), None),
        [entry] => Ok(entry.name().to_owned()),
        entries => {
            let names: Vec<String> = entries.iter().map(|entry| format!("`{}`", entry.name())).collect();
            reported(format!("`{name}` stands for several entries"), Some(format!("name one of {}", names.join(", "))))
        }
    }
}
