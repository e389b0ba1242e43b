//! `sockatlas fmt`: formats catalogs.

use super::globals::is_stdin;
use super::output::printable;
use super::question::quoted;
use super::{Failure, Globals, Status, failure, output, unified};
use sockatlas::catalog::{BUILTIN, Severity, Sources, Span, recognise, walk};
use sockatlas::edit::{FormatError, Original, WriteError, format};
use sockatlas::report::{Finding, text};
use sockatlas::winsock;
use std::io::{self, Read};
use std::path::{Path, PathBuf};

/// Lays out catalogs in the one canonical way; comments and meaning stay as they are
///
/// Each PATH is a file, a folder whose *.toml files are formatted, with those of its subfolders, or - for stdin, whose formatted
/// text is printed on stdout; without PATH and --catalog it is sockatlas.toml of this folder or the nearest above it in the
/// repository. Files that they include are not changed. A file that is not a catalog, or not valid TOML, is reported and not
/// changed, with exit status 2.
#[derive(clap::Args)]
#[command(after_help = "\
Examples:
  sockatlas fmt site.toml
  sockatlas fmt --check catalogs/
  sockatlas fmt - <site.toml")]
pub(super) struct Args {
    /// Files, folders of *.toml, or -
    #[arg(value_name = "PATH")]
    paths: Vec<PathBuf>,
    /// Write nothing, show what would change, and end with status 1 if anything would
    #[arg(long)]
    check: bool,
}

/// The name of the new text in the head of a diff.
const FORMATTED: &str = "formatted";

/// The number of times that a file which others change meanwhile is read.
const ATTEMPTS: u32 = 10;

pub(super) fn run(args: &Args, globals: &Globals) -> Result<Status, Failure> {
    let paths = globals.with(&args.paths).paths()?;
    if paths.is_empty() {
        return Err(Failure::Message {
            message: "no catalog is named, and the catalogs built in cannot be changed".to_owned(),
            help: Some("name files or folders, as in `sockatlas fmt site.toml`; `-` is stdin".to_owned()),
        });
    }
    let mut done = Done::default();
    for path in &paths {
        let result = match () {
            () if is_stdin(path) => done.stdin(args.check),
            () if path.to_str().is_some_and(|path| path.starts_with(BUILTIN)) => Err(Failure::Message {
                message: format!("{} is built in and cannot be changed", path.display()),
                help: None,
            }),
            () if path.is_dir() => done.folder(path, args.check),
            () => done.file(path, args.check),
        };
        // A failure does not stop the formatting of the other paths.
        if let Err(failure) = result {
            let _ = failure.report();
            done.failed = true;
        }
    }
    match done {
        Done { failed: true, .. } => Err(Failure::Reported),
        Done { changed: true, .. } if args.check => Ok(Status::Refused),
        _ => Ok(Status::Clean),
    }
}

#[derive(Default)]
struct Done {
    changed: bool,
    failed: bool,
}

impl Done {
    fn folder(&mut self, path: &Path, check: bool) -> Result<(), Failure> {
        let canonical = path.canonicalize().map_err(|error| Failure::io(path.display(), error))?;
        let found = walk(path, |path| path.starts_with(&canonical));
        let found = found.map_err(|error| Failure::io(path.display(), error))?;
        for path in found.near_misses {
            failure::warn(format_args!("`{}` is not read, because its name does not end in `.toml`", path.display()));
        }
        for (path, to) in found.outside {
            let (path, to) = (path.display(), to.display());
            failure::warn(format_args!("`{path}` is a link to `{to}`, which is outside the folder and is not read"));
        }
        for (path, error) in found.unreadable {
            let _ = Failure::io(path.display(), error).report();
            self.failed = true;
        }
        let files = found.files;
        for file in files {
            if let Err(failure) = self.file(&file, check) {
                let _ = failure.report();
                self.failed = true;
            }
        }
        Ok(())
    }

    fn file(&mut self, path: &Path, check: bool) -> Result<(), Failure> {
        self.laid_out(path, check, ATTEMPTS)
    }

    fn laid_out(&mut self, path: &Path, check: bool, attempts: u32) -> Result<(), Failure> {
        let original = Original::read(path)?;
        let name = path.display().to_string();
        let text = toml(&name, original.content())?;
        // A link may lead to any file of the machine, and a diff would reveal its content.
        if let Err(reason) = recognise(text) {
            return Err(Failure::Message { message: format!("`{name}` is no catalog: {reason}"), help: None });
        }
        let result = laid_out(&name, text)?;
        if result == text {
            return Ok(());
        }
        self.changed = true;
        if check {
            return output::text(&unified::styled(&unified::lines(&name, text, &result, FORMATTED)));
        }
        match original.replace(&result) {
            // The change of another process in between is formatted too.
            Err(WriteError::Changed { .. }) if attempts > 1 => return self.laid_out(path, check, attempts - 1),
            written => failure::written(written)?,
        }
        output::text(&format!("formatted {}\n", printable(&name)))
    }

    fn stdin(&mut self, check: bool) -> Result<(), Failure> {
        const NAME: &str = "<stdin>";
        let mut bytes = Vec::new();
        io::stdin().lock().read_to_end(&mut bytes).map_err(|error| Failure::io(NAME, error))?;
        let text = toml(NAME, &bytes)?;
        let result = laid_out(NAME, text)?;
        match check {
            false => output::bytes(result.as_bytes()),
            true if result == text => Ok(()),
            true => {
                self.changed = true;
                output::text(&unified::styled(&unified::lines(NAME, text, &result, FORMATTED)))
            }
        }
    }
}

/// Returns the text of a catalog in TOML, the only format that can be formatted.
fn toml<'t>(name: &str, bytes: &'t [u8]) -> Result<&'t str, Failure> {
    if winsock::recognised(bytes) {
        return Err(Failure::Message {
            message: format!("{name}: this is a Winsock catalog, and only TOML is laid out"),
            help: Some(format!("`sockatlas import {}` makes TOML of it", quoted(name))),
        });
    }
    std::str::from_utf8(bytes).map_err(|error| Failure::Message {
        message: format!("{name}: the text is not UTF-8 from byte {} on", error.valid_up_to()),
        help: None,
    })
}

fn laid_out(name: &str, text: &str) -> Result<String, Failure> {
    format(text).map_err(|error| match error {
        FormatError::Syntax { errors } => {
            let mut sources = Sources::default();
            let file = sources.add(name, text.to_owned());
            let finding = |error: sockatlas::edit::SyntaxError| {
                Finding::new("syntax", Severity::Error, error.message, Span::new(file, error.at))
            };
            let findings: Vec<Finding> = errors.into_iter().map(finding).collect();
            output::talk(format_args!("{}", text::findings(&findings, &sources, true).trim_end()));
            Failure::Reported
        }
        error => Failure::Message { message: format!("{name}: {error}"), help: None },
    })
}
