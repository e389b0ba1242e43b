//! Determines the catalogs that a command loads.

use super::Failure;
use super::failure::warn;
use super::output::{printable, talk};
use super::question::quoted;
use super::style::HINT;
use super::winsock::up_to_limit;
use sockatlas::winsock::Options;
use sockatlas::{Loader, Registry};
use std::path::{Path, PathBuf};

/// The arguments that all commands have.
#[derive(Clone, Debug)]
pub(super) struct Globals {
    /// The catalogs in the order given, those before the subcommand first.
    catalogs: Vec<PathBuf>,
    /// Whether to use the folder's catalog if none is named.
    finds: bool,
}

/// The environment variable that names catalogs if the command line names none.
const VARIABLE: &str = "SOCKATLAS_CATALOG";

/// The name of a folder's catalog, which read-only commands find by themselves.
const OF_FOLDER: &str = "sockatlas.toml";

/// The name of stdin in messages.
pub(super) const STDIN: &str = "<stdin>";

impl Globals {
    pub fn new(catalogs: Vec<PathBuf>, finds: bool) -> Self {
        Globals { catalogs, finds }
    }

    /// Returns these arguments with further catalogs after those of `--catalog`.
    pub fn with(&self, further: &[PathBuf]) -> Globals {
        Globals { catalogs: [self.catalogs.as_slice(), further].concat(), finds: self.finds }
    }

    /// Returns these arguments without the search for the folder's catalog.
    pub fn named(&self) -> Globals {
        Globals { finds: false, ..self.clone() }
    }

    /// Returns the catalogs of the command line, else those of the environment, else, for a read-only command, the
    /// folder's catalog, which is reported on stderr. If the result is empty, the built-in catalogs are meant.
    pub fn paths(&self) -> Result<Vec<PathBuf>, Failure> {
        if !self.catalogs.is_empty() {
            return Ok(self.catalogs.clone());
        }
        if let Some(catalogs) = environment()? {
            return Ok(catalogs);
        }
        let found = if self.finds { of_folder() } else { None };
        if let Some(path) = &found {
            let shown = path.display().to_string();
            talk(format_args!("{HINT}note{HINT:#}: the catalog is `{}`; `-c` names another", printable(&shown)));
        }
        Ok(found.into_iter().collect())
    }

    /// Returns the arguments as a shell reads them: ` -c site.toml`.
    pub fn words(&self) -> String {
        self.catalogs.iter().map(|path| format!(" -c {}", quoted(&path.display().to_string()))).collect()
    }

    /// Returns whether a catalog is read from stdin, which is then not available for other input.
    pub fn reads_stdin(&self) -> bool {
        self.catalogs.iter().any(|path| is_stdin(path))
    }

    /// Returns a loader of the catalogs that [`paths`](Self::paths) finds; nothing is loaded yet.
    ///
    /// Fails if stdin is a catalog and cannot be read.
    pub fn loader(&self) -> Result<Loader, Failure> {
        let catalogs = self.paths()?;
        if catalogs.is_empty() {
            return Ok(Loader::new().builtin());
        }
        // Stdin is read once, under whatever name and however often it is named.
        let has_stdin = catalogs.iter().any(|path| is_stdin(path));
        let mut is_read = false;
        catalogs.iter().try_fold(Loader::new().winsock(Options::default()), |loader, path| {
            let is_stdin = is_stdin(path) || has_stdin && names_stdin(path);
            if !is_stdin {
                return Ok(loader.path(path));
            }
            if std::mem::replace(&mut is_read, true) {
                return Ok(loader);
            }
            let bytes = up_to_limit(std::io::stdin().lock()).map_err(|error| Failure::io(STDIN, error))?;
            Ok(loader.bytes(STDIN, bytes))
        })
    }

    /// Loads the registry of the catalogs, and warns of skipped files in their folders whose names resemble those of documents.
    pub fn registry(&self) -> Result<Registry, Failure> {
        let registry = self.loader()?.load().map_err(Failure::Catalog)?;
        for (_, source) in registry.sources().iter().filter(|(_, source)| source.is_skipped()) {
            warn(format_args!("`{}` is not read; `sockatlas check` says why", source.name()));
        }
        Ok(registry)
    }
}

pub(super) fn is_stdin(path: &Path) -> bool {
    path.as_os_str() == "-"
}

/// Returns whether a path is a file-system path of stdin.
fn names_stdin(path: &Path) -> bool {
    ["/dev/stdin", "/dev/fd/0", "/proc/self/fd/0"].iter().any(|stdin| path == Path::new(stdin))
}

/// Returns the paths of `$SOCKATLAS_CATALOG`, if it is set. An empty path is an error: it usually comes from another
/// variable that is not set, and a command that went on without that catalog would go on without its policy.
fn environment() -> Result<Option<Vec<PathBuf>>, Failure> {
    let Some(value) = std::env::var_os(VARIABLE) else { return Ok(None) };
    let paths: Vec<PathBuf> = std::env::split_paths(&value).collect();
    if paths.iter().any(|path| path.as_os_str().is_empty()) {
        let what = if value.is_empty() { "is empty" } else { "has an empty path in it" };
        return Err(Failure::Message {
            message: format!("${VARIABLE} {what}"),
            help: Some(format!("unset {VARIABLE} where no catalog is meant; `-c` goes before it")),
        });
    }
    Ok(Some(paths))
}

/// Returns the catalog of the current folder, or of the nearest folder above it that has one, inside the repository.
/// Outside a repository only the current folder is searched: a file above it may be anybody's, as in `/tmp`.
fn of_folder() -> Option<PathBuf> {
    let here = std::env::current_dir().ok()?;
    let is_there = |path: &Path| path.symlink_metadata().is_ok();
    let repository = here.ancestors().find(|folder| is_there(&folder.join(".git"))).unwrap_or(&here);
    let mut path = PathBuf::from(OF_FOLDER);
    for folder in here.ancestors() {
        if is_there(&folder.join(OF_FOLDER)) {
            return Some(path);
        }
        if folder == repository {
            return None;
        }
        path = Path::new("..").join(path);
    }
    None
}
