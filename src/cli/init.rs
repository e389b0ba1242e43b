//! `sockatlas init`: writes a starter catalog.

use super::globals::is_stdin;
use super::output::printable;
use super::{Failure, Status, failure, output};
use sockatlas::edit::{Original, WriteError, create, format};
use sockatlas::terms::System;
use std::path::PathBuf;

/// Writes a commented catalog to begin with: a policy, a guarantee, and tests that pass
///
/// It includes the catalog of this system and the layers that come with sockatlas.
#[derive(clap::Args)]
#[command(after_help = "\
Examples:
  sockatlas init
  sockatlas init catalogs/site.toml
  sockatlas init -")]
pub(super) struct Args {
    /// The file to write; - is stdout
    #[arg(value_name = "FILE", default_value = "sockatlas.toml")]
    file: PathBuf,
    /// Replace an existing file
    #[arg(long)]
    force: bool,
}

/// The starter catalog; a test checks that it has no findings.
const STARTER: &str = include_str!("starter.toml");

pub(super) fn run(args: &Args) -> Result<Status, Failure> {
    let starter = starter(System::HOST, &args.file.display().to_string());
    if is_stdin(&args.file) {
        output::text(&starter)?;
        return Ok(Status::Clean);
    }
    match create(&args.file, &starter) {
        Err(WriteError::Exists { .. }) if args.force => {
            failure::written(Original::read(&args.file)?.replace(&starter))?
        }
        Err(error @ WriteError::Exists { .. }) => {
            return Err(Failure::Message {
                message: error.to_string(),
                help: Some("`--force` replaces it; a further argument names another file".to_owned()),
            });
        }
        result => result?,
    }
    let file = args.file.display().to_string();
    output::text(&format!("created {0}: next, `sockatlas check {0}`\n", printable(&file)))?;
    Ok(Status::Clean)
}

/// Returns the starter catalog for a system, with the file name that it gets.
fn starter(system: System, file: &str) -> String {
    let catalog = match system {
        System::Linux => "builtin:linux.toml",
        System::Windows => "builtin:windows.toml",
        System::MacOs => "builtin:macos.toml",
    };
    let starter = STARTER.replace("builtin:linux.toml", catalog);
    let is_plain = |c: char| c.is_ascii_alphanumeric() || "._/-".contains(c);
    let starter = match file != "-" && file.chars().all(is_plain) {
        true => starter.replace("sockatlas.toml", file),
        false => starter,
    };
    // A longer name may move the text after it.
    format(&starter).unwrap_or(starter)
}

#[cfg(test)]
mod tests {
    use super::*;
    use sockatlas::Loader;
    use sockatlas::catalog::Severity;
    use sockatlas::check::{Settings, check};
    use sockatlas::report::Finding;

    #[test]
    fn the_starter_has_no_finding_on_any_system_and_is_laid_out() {
        for system in [System::Linux, System::Windows, System::MacOs] {
            let text = starter(system, "site.toml");
            let report = check(&Loader::new().text("starter.toml", text.as_str()), &Settings::new());
            // The catalogs that it includes may have notes of their own.
            let own = |finding: &&Finding| report.sources.get(finding.at.file).name() == "starter.toml";
            assert_eq!(report.findings.iter().find(own), None, "{system:?}");
            assert!(report.findings.iter().all(|finding| finding.severity == Severity::Note), "{system:?}");
            assert!(report.tally.expectations > 2 && report.tally.guarantees > 1);
            assert_eq!(format(&text).as_ref(), Ok(&text), "{system:?}");
        }
    }
}
