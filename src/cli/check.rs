//! `sockatlas check`: validates catalogs and runs their tests.

use super::style::GOOD;
use super::{Failure, Globals, Status, failure, output};
use sockatlas::Loader;
use sockatlas::catalog::Severity;
use sockatlas::check::{LevelError, Settings, check, rules};
use sockatlas::edit::{WriteError, fix};
use sockatlas::report::{self, Report, Root};
use std::path::PathBuf;

/// Validates catalogs, runs their tests and proves their guarantees
///
/// Reads every PATH (a file, or a folder of *.toml, with its subfolders) as one set of catalogs; without PATH and --catalog,
/// sockatlas.toml of this folder or the nearest above it in the repository. Reports every fault at its place; if there is none,
/// runs every [[expect]] and proves every [[always]]. A Winsock catalog (a registry export, a SYSTEM hive, the output of netsh)
/// is checked by rules of its own, whether or not it has faults. Exit status 1 means that there are findings of severity error.
#[derive(clap::Args)]
#[command(
    after_help = "Examples:\n  sockatlas check catalogs/linux.toml catalogs/layers.toml\n  sockatlas check --deny warnings site/\n  sockatlas check --fix site/\n  sockatlas check --allow unchained-layer --coverage site/ --format sarif\n  sockatlas check broken.reg --windows-root /mnt/windows"
)]
pub(super) struct Args {
    /// Files, or folders of *.toml, that are checked together
    #[arg(value_name = "PATH")]
    paths: Vec<PathBuf>,
    /// Make a lint, or all `warnings`, an error; a fault is always an error
    #[arg(long, value_name = "CODE|warnings", value_delimiter = ',')]
    deny: Vec<String>,
    /// Make a lint a warning
    #[arg(long, value_name = "CODE", value_delimiter = ',')]
    warn: Vec<String>,
    /// Do not report a lint, or any `warnings`
    #[arg(long, value_name = "CODE|warnings", value_delimiter = ',')]
    allow: Vec<String>,
    /// Also report the entries that no [[expect]] reaches, and how many are reached
    #[arg(long)]
    coverage: bool,
    /// Mend the files where that is safe: no request is answered otherwise, comments and layout stay
    #[arg(long)]
    fix: bool,
    /// Also check that the libraries that Winsock catalogs name exist, on the volume of Windows that is mounted at DIR
    #[arg(long, value_name = "DIR")]
    windows_root: Option<PathBuf>,
    /// Let included files lie in DIR too, beside the folders that are named and those of the named files; repeatable
    #[arg(long, value_name = "DIR")]
    root: Vec<PathBuf>,
    /// The format of the findings
    #[arg(long, value_enum, default_value_t)]
    format: Format,
}

/// The format in which the findings are printed.
#[derive(Copy, Clone, Debug, Default, PartialEq, Eq, clap::ValueEnum)]
enum Format {
    /// For people, with the source shown
    #[default]
    Text,
    /// For programs: versioned, on one line (`sockatlas schema --report` describes it)
    Json,
    /// For code scanning: SARIF 2.1.0, on one line
    Sarif,
    /// For GitHub Actions: annotations
    Github,
    /// For build servers: JUnit's XML
    Junit,
}

pub(super) fn run(args: &Args, globals: &Globals) -> Result<Status, Failure> {
    let named = globals.with(&args.paths);
    if args.fix && named.named().paths()?.is_empty() {
        let message = "no catalog is named, and only one that is can be mended".to_owned();
        return Err(Failure::Message {
            message,
            help: Some("as in `sockatlas check --fix sockatlas.toml`".to_owned()),
        });
    }
    let loader = roots(named.loader()?, &args.root)?;
    let report = if args.fix { fixed(&loader, &settings(args)?)? } else { check(&loader, &settings(args)?) };
    match args.format {
        Format::Text => output::text(&report::text::render(&report, output::stdout_is_styled()))?,
        Format::Json => output::json(&report::json::ReportV1::from(&report))?,
        Format::Sarif => output::json(&report::sarif::log(&report, rules(), &root()?))?,
        Format::Github => output::bytes(report::github::render(&report, &root()?).as_bytes())?,
        Format::Junit => {
            let xml = report::junit::render(&report, &root()?);
            let xml = xml.map_err(|error| Failure::io("<stdout>", std::io::Error::other(error)))?;
            output::bytes(xml.as_bytes())?;
        }
    }
    let failed = report.count(Severity::Error) > 0;
    Ok(match () {
        () if report.unread => return Err(Failure::Reported),
        () if failed => Status::Refused,
        () => Status::Clean,
    })
}

/// Returns the loader with further folders that included files may lie in.
fn roots(loader: Loader, roots: &[PathBuf]) -> Result<Loader, Failure> {
    roots.iter().try_fold(loader, |loader, root| match root.is_dir() {
        true => Ok(loader.root(root)),
        false => Err(Failure::Message { message: format!("`{}` is no folder", root.display()), help: None }),
    })
}

/// The number of times that catalogs which others change meanwhile are checked anew.
const ATTEMPTS: u32 = 10;

/// Applies the fixes, prints them, and returns the remaining findings.
fn fixed(loader: &Loader, settings: &Settings) -> Result<Report, Failure> {
    let mut attempts = 0..ATTEMPTS;
    let fixed = loop {
        let fixed = fix(loader, settings);
        match fixed.write() {
            // The change of another process in between is checked too.
            Err(WriteError::Changed { .. }) if attempts.next().is_some() => {}
            written => {
                failure::written(written)?;
                break fixed;
            }
        }
    };
    if let Some(refused) = &fixed.refused {
        failure::warn(format_args!("some fixes were not made: {}", refused.reason));
    }
    for applied in &fixed.applied {
        let place = applied.at.to_string();
        let (place, title) = (output::printable(&place), output::printable(&applied.title));
        output::talk(format_args!("{GOOD}fixed{GOOD:#}[{}]: {place}: {title}", applied.code));
    }
    Ok(fixed.report)
}

/// Returns the settings of the severity flags. A flag for one rule takes precedence over a flag for all warnings, and
/// of several flags for one rule, the strictest wins.
fn settings(args: &Args) -> Result<Settings, Failure> {
    let said = [(&args.allow, Severity::Allow), (&args.warn, Severity::Warning), (&args.deny, Severity::Error)];
    let mut settings = Settings::new().coverage(args.coverage);
    if let Some(root) = &args.windows_root {
        if !root.join("Windows").is_dir() && !root.join("WINDOWS").is_dir() {
            let message = format!("`{}` holds no folder `Windows`", root.display());
            let help = Some("name the folder in which the volume C: of that machine is mounted".to_owned());
            return Err(Failure::Message { message, help });
        }
        settings = settings.windows_root(root);
    }
    for of_all in [true, false] {
        for (words, severity) in said {
            for word in words.iter().filter(|word| (*word == "warnings") == of_all) {
                let reported = |error: LevelError| Failure::Message { message: error.to_string(), help: None };
                settings = settings.level(word, severity).map_err(reported)?;
            }
        }
    }
    Ok(settings)
}

/// Returns the folder that file names in reports for other machines are relative to: the repository's root where GitHub
/// Actions states it, else the current folder.
fn root() -> Result<Root, Failure> {
    let here = std::env::current_dir().map_err(|error| Failure::io("the current folder", error))?;
    let workspace = std::env::var_os("GITHUB_WORKSPACE").map(PathBuf::from);
    let root = workspace.filter(|workspace| here.starts_with(workspace)).unwrap_or_else(|| here.clone());
    Ok(Root { root, here })
}
