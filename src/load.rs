//! Loads documents into a registry, or reports every fault: the only entry point for programs, for `check` and for the command.

use crate::catalog::faults::Faults;
#[cfg(any(feature = "winsock", feature = "edit"))]
use crate::catalog::raw::Document;
use crate::catalog::{self, Builtin, Draft, Fault, FaultKind, Form, Input, Limits, Location, Modules, Moment, Sources};
use crate::graph::Graph;
use crate::registry::Registry;
use crate::terms::{System, printable};
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
    modules: Modules,
    form: Option<Arc<dyn Form>>,
}

impl Loader {
    /// Creates a loader without documents.
    pub fn new() -> Self {
        Loader::default()
    }

    /// Adds a file, or a folder whose `*.toml` files are read, with those of its subfolders, in the order of their paths. Hidden
    /// files and folders, whose names begin with a dot, are not read; `check` reports other files that are skipped.
    ///
    /// A document without the key `format` is not a catalog: it makes loading fail, and the error shows nothing of its content.
    ///
    /// A path that begins with `builtin:` names a catalog that ships with sockatlas: `builtin:linux.toml`,
    /// `builtin:linux-modules.toml`, `builtin:windows.toml`, `builtin:macos.toml`, `builtin:layers.toml`. Catalogs include them
    /// by the same names.
    pub fn path(mut self, path: impl Into<PathBuf>) -> Self {
        self.inputs.push(Input::Path(path.into()));
        self
    }

    /// Adds a text, and the name that messages give it. A text can include the catalogs that ship with sockatlas, but no files.
    pub fn text(mut self, name: impl Into<String>, text: impl Into<String>) -> Self {
        self.inputs.push(Input::Text { name: name.into(), text: text.into() });
        self
    }

    /// Adds a document that this program [built](catalog::build), and the name that messages give it. It can include the catalogs
    /// that ship with sockatlas, but no files.
    pub fn built(mut self, name: impl Into<String>, document: &catalog::build::Document) -> Self {
        self.inputs.push(Input::Built { name: name.into(), text: document.to_toml() });
        self
    }

    /// Adds bytes that were read elsewhere, such as from standard input, and the name that messages give them: TOML in UTF-8, or
    /// a document of one of the further forms that the loader reads. It can include the catalogs that ship with sockatlas, but no
    /// files.
    ///
    /// ```
    /// use sockatlas::Loader;
    ///
    /// let error = Loader::new().bytes("<stdin>", b"format = 1\n\xff").load().unwrap_err();
    /// assert_eq!(error.to_string(), "<stdin>:2:1: the text is not UTF-8 from byte 11 on");
    /// ```
    pub fn bytes(mut self, name: impl Into<String>, bytes: impl Into<Vec<u8>>) -> Self {
        self.inputs.push(Input::Bytes { name: name.into(), bytes: bytes.into() });
        self
    }

    /// Replaces the content of a file by this text whenever the file is read: as an input, from a folder, or by an include. With
    /// it, an editor can check text that is not saved yet.
    pub fn unsaved(mut self, path: impl Into<PathBuf>, text: impl Into<String>) -> Self {
        self.inputs.push(Input::Unsaved { path: path.into(), text: text.into() });
        self
    }

    /// Adds a folder in which included files may lie, beside the folders that were added and those of the files that were added.
    /// `check` warns of an include that leads elsewhere; the included file is read nevertheless.
    pub fn root(mut self, folder: impl Into<PathBuf>) -> Self {
        self.inputs.push(Input::Root(folder.into()));
        self
    }

    /// Creates a loader without documents, with the same limits, forms and modules.
    #[cfg(feature = "edit")]
    pub(crate) fn without_inputs(&self) -> Self {
        Loader { inputs: Vec::new(), ..self.clone() }
    }

    /// Adds the catalogs built in for this system: the protocols that it offers, and the layers that come with sockatlas.
    pub fn builtin(self) -> Self {
        self.path(OF_THIS_SYSTEM).path("builtin:layers.toml")
    }

    /// Sets the limits that guard against hostile input.
    pub fn limits(mut self, limits: Limits) -> Self {
        self.limits = limits;
        self
    }

    /// Adds a further form of documents that the loader reads.
    #[cfg(any(feature = "winsock", test))]
    pub(crate) fn form(mut self, form: Arc<dyn Form>) -> Self {
        self.form = Some(form);
        self
    }

    /// Sets the modules that exist, and thus the options that entries may state. The default is [`Modules::shipped`].
    ///
    /// The options of entries whose module is not in the set are not checked here, but when a provider opens the entry.
    ///
    /// ```
    /// use sockatlas::Loader;
    /// use sockatlas::catalog::{Module, ModuleRole, Modules, OptionKind, OptionSpec};
    ///
    /// static ACME: Module = Module::new("acme", ModuleRole::Layer, "Our own cipher")
    ///     .options(&[OptionSpec::new("rounds", OptionKind::Integer { min: 1, max: 99 }, "How often").default("12")]);
    ///
    /// let catalog = "format = 1\n[provider.acme]\n[layer.sealed]\nprovider = \"acme\"\noptions = { rouns = 20 }";
    /// let loader = Loader::new().text("site.toml", catalog);
    /// assert!(loader.load().is_ok(), "nothing is known of the module");
    /// let error = loader.modules(Modules::shipped().with(&ACME)).load().unwrap_err();
    /// let expected = "site.toml:5:13: unknown option `rouns` of layer `sealed` (did you mean `rounds`?)";
    /// assert_eq!(error.to_string(), expected);
    /// ```
    pub fn modules(mut self, modules: Modules) -> Self {
        self.modules = modules;
        self
    }

    /// Reads, merges and checks the documents, and freezes them into a registry.
    ///
    /// # Errors
    ///
    /// Returns every fault of every document at once.
    pub fn load(&self) -> Result<Registry, LoadError> {
        let (_, loaded) = self.load_and_look();
        loaded
    }

    /// Returns the registry or the faults, and in both cases the files that were read or looked for.
    pub(crate) fn load_and_look(&self) -> (Arc<Sources>, Result<Registry, LoadError>) {
        let (sources, loaded, _) = self.load_at_moment();
        (sources, loaded)
    }

    /// Like [`Loader::load_and_look`]. Returns also the moment at which the documents were as they were read.
    pub(crate) fn load_at_moment(&self) -> (Arc<Sources>, Result<Registry, LoadError>, Moment) {
        let (sources, loaded, moment) = self.read(usize::MAX);
        (sources.clone(), loaded.map_err(|faults| LoadError { faults, sources }), moment)
    }

    /// Loads a document that was read elsewhere, with the faults that were found while reading it.
    #[cfg(feature = "winsock")]
    pub(crate) fn load_document(
        &self,
        sources: Arc<Sources>,
        document: Document,
        mut faults: Faults,
    ) -> Result<Registry, LoadError> {
        let draft = catalog::merged(vec![document], &self.limits, &mut faults);
        self.freeze(&sources, draft, faults).map_err(|faults| LoadError { faults, sources })
    }

    /// Loads as if the documents from this index on said `replace = true` of every entry that the documents before them define.
    #[cfg(feature = "edit")]
    pub(crate) fn load_prevailing(&self, from: usize) -> Result<Registry, LoadError> {
        let (sources, loaded, _) = self.read(from);
        loaded.map_err(|faults| LoadError { faults, sources })
    }

    /// Returns the registry or the faults, and in both cases the documents.
    pub(crate) fn load_with_sources(&self) -> (Arc<Sources>, Result<Registry, Vec<Fault>>) {
        let (sources, loaded, _) = self.read(usize::MAX);
        (sources, loaded)
    }

    fn read(&self, prevailing: usize) -> (Arc<Sources>, Result<Registry, Vec<Fault>>, Moment) {
        let (sources, draft, faults, moment) =
            catalog::read(&self.inputs, SHIPPED, self.form.as_deref(), &self.limits, prevailing);
        let sources = Arc::new(sources);
        let loaded = self.freeze(&sources, draft, faults);
        (sources, loaded, moment)
    }

    /// Returns the raw content of each document, in the order in which they merge, as far as they can be read.
    #[cfg(feature = "edit")]
    pub(crate) fn documents(&self) -> (Sources, Vec<Document>) {
        catalog::documents(&self.inputs, SHIPPED, self.form.as_deref(), &self.limits)
    }

    /// Runs the remaining checks on a merged catalog, and returns the registry if there are no faults.
    fn freeze(&self, sources: &Arc<Sources>, draft: Draft, mut faults: Faults) -> Result<Registry, Vec<Fault>> {
        catalog::modules::faults(&draft, &self.modules, &mut faults);
        let (graph, stacks) = Graph::build(&draft, &self.modules, &mut faults);
        let sealed = draft.seal().and_then(|catalog| Ok((catalog, stacks.seal()?)));
        let (catalog, stacks) = faults.settle(sealed)?;
        Ok(Registry::freeze(sources.clone(), catalog, graph, stacks, self.modules.clone()))
    }
}

/// The catalogs that ship with sockatlas, by the names under which they can be included.
const SHIPPED: &[Builtin] = &[
    ("builtin:linux.toml", include_str!("../catalogs/linux.toml")),
    ("builtin:linux-modules.toml", include_str!("../catalogs/linux-modules.toml")),
    ("builtin:windows.toml", include_str!("../catalogs/windows.toml")),
    ("builtin:macos.toml", include_str!("../catalogs/macos.toml")),
    ("builtin:layers.toml", include_str!("../catalogs/layers.toml")),
];

/// The name of the shipped catalog of this system.
const OF_THIS_SYSTEM: &str = match System::HOST {
    System::Linux => "builtin:linux.toml",
    System::Windows => "builtin:windows.toml",
    System::MacOs => "builtin:macos.toml",
};

impl Registry {
    /// Returns the built-in registry: the protocols that this system offers, and the layers that come with sockatlas.
    ///
    /// The catalogs are loaded once in a process; further calls share the result.
    pub fn builtin() -> Registry {
        static BUILTIN: OnceLock<Registry> = OnceLock::new();
        let load = || Loader::new().builtin().load().expect("the catalogs built in are checked by the tests");
        BUILTIN.get_or_init(load).clone()
    }
}

/// The error of a catalog that could not be loaded: all its faults, in the order of their places.
#[derive(Clone, Debug)]
pub struct LoadError {
    faults: Vec<Fault>,
    sources: Arc<Sources>,
}

impl LoadError {
    /// Returns the faults; there is at least one.
    pub fn faults(&self) -> &[Fault] {
        &self.faults
    }

    /// Returns the documents that were read, as far as they could be read.
    pub fn sources(&self) -> &Sources {
        &self.sources
    }

    /// Returns the location of a fault.
    pub fn locate(&self, fault: &Fault) -> Location {
        self.sources.locate(fault.at)
    }
}

impl fmt::Display for LoadError {
    /// Writes a line for each fault: file, line and column, the fault, a suggestion, and where a program built it.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (at, fault) in self.faults.iter().enumerate() {
            let line_break = if at == 0 { "" } else { "\n" };
            write!(f, "{line_break}")?;
            // A file that cannot be read has no line to report.
            let has_line = match fault.kind {
                FaultKind::UnreadableFile { included, .. } | FaultKind::NotACatalog { included, .. } => included,
                _ => true,
            };
            if has_line {
                write!(f, "{}: ", printable(&self.locate(fault).to_string()))?;
            }
            write!(f, "{}", printable(&fault.kind.to_string()))?;
            if let Some(help) = fault.kind.help() {
                write!(f, " ({})", printable(&help))?;
            }
            if let Some(place) = self.sources.built_at(fault.at) {
                write!(f, " (built at {})", printable(place))?;
            }
        }
        Ok(())
    }
}

impl std::error::Error for LoadError {}
