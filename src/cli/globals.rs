//! Which catalogs are meant.

use super::Failure;
use super::question::quoted;
use super::winsock::up_to_limit;
use crate::winsock::Options;
use crate::{Loader, Registry};
use std::path::{Path, PathBuf};

/// What all commands are given.
#[derive(Clone, Debug)]
pub(super) struct Globals {
    /// In the order given, those before the subcommand first.
    catalogs: Vec<PathBuf>,
}

/// Names catalogs where the command line names none.
const VARIABLE: &str = "SOCKATLAS_CATALOG";

/// What stdin is called in messages.
pub(super) const STDIN: &str = "<stdin>";

impl Globals {
    pub fn new(catalogs: Vec<PathBuf>) -> Self {
        Globals { catalogs }
    }

    /// The same with further catalogs behind those of `--catalog`.
    pub fn with(&self, further: &[PathBuf]) -> Globals {
        Globals { catalogs: [self.catalogs.as_slice(), further].concat() }
    }

    /// The catalogs of the command line, else those of the environment.
    pub fn paths(&self) -> Vec<PathBuf> {
        if self.catalogs.is_empty() { environment() } else { self.catalogs.clone() }
    }

    /// The arguments again, as a shell reads them: ` -c site.toml`.
    pub fn words(&self) -> String {
        self.catalogs.iter().map(|path| format!(" -c {}", quoted(&path.display().to_string()))).collect()
    }

    /// Whether a catalog is read from stdin, which is then not there for anything else.
    pub fn reads_stdin(&self) -> bool {
        self.catalogs.iter().any(|path| is_stdin(path))
    }

    /// The catalogs of the command line, else those of the environment, else those built in; nothing is loaded yet.
    ///
    /// Fails when stdin is a catalog and cannot be read.
    pub fn loader(&self) -> Result<Loader, Failure> {
        let from_environment;
        let catalogs = if self.catalogs.is_empty() {
            from_environment = environment();
            &from_environment
        } else {
            &self.catalogs
        };
        if catalogs.is_empty() {
            return Ok(Loader::new().builtin());
        }
        catalogs.iter().try_fold(Loader::new().winsock(Options::default()), |loader, path| {
            if !is_stdin(path) {
                return Ok(loader.path(path));
            }
            let bytes = up_to_limit(std::io::stdin().lock()).map_err(|error| Failure::io(STDIN, error))?;
            Ok(loader.bytes(STDIN, bytes))
        })
    }

    /// The registry that the catalogs make.
    pub fn registry(&self) -> Result<Registry, Failure> {
        self.loader()?.load().map_err(Failure::Catalog)
    }
}

pub(super) fn is_stdin(path: &Path) -> bool {
    path.as_os_str() == "-"
}

/// The paths of `$SOCKATLAS_CATALOG`. An empty one names nothing, as in `a.toml:`; if all are empty it counts as unset.
fn environment() -> Vec<PathBuf> {
    let value = std::env::var_os(VARIABLE).unwrap_or_default();
    std::env::split_paths(&value).filter(|path| !path.as_os_str().is_empty()).collect()
}
