//! Documents in, a registry or every fault out: the one way in, for programs, for `check` and for the command.

use crate::catalog::{self, Fault, Input, Limits, Location, Sources};
use crate::graph::Graph;
use crate::registry::Registry;
use std::fmt;
use std::path::PathBuf;
use std::sync::{Arc, OnceLock};

/// Gathers the documents of a catalog and loads them.
///
/// ```
/// use sockatlas::Loader;
///
/// let site = r#"
///     format = 1
///     [provider.kernel]
///     module = "system"
///     [base.tcp]
///     provider = "kernel"
///     family = "inet"
///     type = "stream"
///     protocol = "tcp"
/// "#;
/// let registry = Loader::new().text("site.toml", site).load()?;
/// assert_eq!(registry.entries().len(), 1);
///
/// let broken = Loader::new().text("site.toml", site.replace("inet", "inte")).load().unwrap_err();
/// assert_eq!(broken.to_string(), "site.toml:7:14: unknown address family `inte` (did you mean `inet`?)");
/// # Ok::<(), sockatlas::LoadError>(())
/// ```
#[derive(Clone, Debug, Default)]
#[must_use]
pub struct Loader {
    inputs: Vec<Input>,
    limits: Limits,
}

impl Loader {
    /// A loader without documents.
    pub fn new() -> Self {
        Loader::default()
    }

    /// Adds a file, or a folder whose `*.toml` files are read in the order of their names.
    pub fn path(mut self, path: impl Into<PathBuf>) -> Self {
        self.inputs.push(Input::Path(path.into()));
        self
    }

    /// Adds a text under a name for messages. A text cannot include files.
    pub fn text(mut self, name: impl Into<String>, text: impl Into<String>) -> Self {
        self.inputs.push(Input::Text { name: name.into(), text: text.into() });
        self
    }

    /// Adds the catalogs built in for this system: what it offers, and the layers that come with sockatlas.
    pub fn builtin(self) -> Self {
        BUILTIN.iter().fold(self, |loader, (name, text)| loader.text(*name, *text))
    }

    /// Changes the bounds against hostile input.
    pub fn limits(mut self, limits: Limits) -> Self {
        self.limits = limits;
        self
    }

    /// Reads, merges, checks and freezes.
    ///
    /// # Errors
    ///
    /// Every fault of every document, at once.
    pub fn load(&self) -> Result<Registry, LoadError> {
        let (sources, catalog, mut faults) = catalog::read(&self.inputs, &self.limits);
        let (graph, stacks) = Graph::build(&catalog, &mut faults);
        if faults.is_empty() {
            return Ok(Registry::freeze(sources, catalog, graph, stacks));
        }
        faults.sort_by_key(|fault| (fault.at, fault.kind.code()));
        Err(LoadError { faults, sources: Arc::new(sources) })
    }
}

/// The catalogs of this system, in the order of merging.
#[cfg(any(target_os = "linux", target_os = "android"))]
const BUILTIN: [(&str, &str); 2] = [
    ("builtin:linux.toml", include_str!("../catalogs/linux.toml")),
    ("builtin:layers.toml", include_str!("../catalogs/layers.toml")),
];
/// The catalogs of this system, in the order of merging.
#[cfg(windows)]
const BUILTIN: [(&str, &str); 2] = [
    ("builtin:windows.toml", include_str!("../catalogs/windows.toml")),
    ("builtin:layers.toml", include_str!("../catalogs/layers.toml")),
];
/// The catalogs of this system, in the order of merging.
#[cfg(not(any(target_os = "linux", target_os = "android", windows)))]
const BUILTIN: [(&str, &str); 2] = [
    ("builtin:macos.toml", include_str!("../catalogs/macos.toml")),
    ("builtin:layers.toml", include_str!("../catalogs/layers.toml")),
];

impl Registry {
    /// What this system offers, and the layers that come with sockatlas, from the catalogs built in.
    ///
    /// They are loaded once in a process; further calls share the result.
    pub fn builtin() -> Registry {
        static BUILTIN: OnceLock<Registry> = OnceLock::new();
        let load = || Loader::new().builtin().load().expect("the catalogs built in are checked by the tests");
        BUILTIN.get_or_init(load).clone()
    }
}

/// Why a catalog was not loaded: all its faults, in the order of their places.
#[derive(Clone, Debug)]
pub struct LoadError {
    faults: Vec<Fault>,
    sources: Arc<Sources>,
}

impl LoadError {
    /// The faults; at least one.
    pub fn faults(&self) -> &[Fault] {
        &self.faults
    }

    /// The documents that were read, as far as they could be.
    pub fn sources(&self) -> &Sources {
        &self.sources
    }

    /// Where a fault is.
    pub fn locate(&self, fault: &Fault) -> Location {
        self.sources.locate(fault.at)
    }
}

impl fmt::Display for LoadError {
    /// A line for each fault: file, line and column, what is wrong, and what may help.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (at, fault) in self.faults.iter().enumerate() {
            let line_break = if at == 0 { "" } else { "\n" };
            write!(f, "{line_break}{}: {}", self.locate(fault), fault.kind)?;
            if let Some(help) = fault.kind.help() {
                write!(f, " ({help})")?;
            }
        }
        Ok(())
    }
}

impl std::error::Error for LoadError {}
