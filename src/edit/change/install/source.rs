//! Loads the catalogs that definitions are installed from, and distinguishes their own documents from the others.

use super::Catalogs;
use crate::catalog::{FileId, Location, Span};
use crate::edit::draft::Draft;
use crate::edit::refused::{ChangeError, TransactionError};
use crate::edit::text::Text;
use crate::edit::written::to_toml;
use crate::load::Loader;
use crate::registry::Registry;
use crate::terms::Dialect;
use std::cell::OnceCell;
use std::path::Path;

/// Catalogs from which definitions are taken.
pub(super) struct Source {
    pub registry: Registry,
    /// The number of the first document that does not belong to the catalogs to be changed.
    first: u32,
    /// The documents as editable texts, read on first use; a document that is not TOML is converted to TOML.
    texts: Vec<OnceCell<Text>>,
}

impl Source {
    /// Loads the catalogs that definitions are copied from. A path or a text is loaded together with the existing
    /// catalogs; a path that fails so is loaded apart from them.
    pub fn load(catalogs: &Catalogs, draft: &Draft) -> Result<Self, TransactionError> {
        let source = match catalogs {
            Catalogs::Registry(registry) => Source::of(registry.clone(), 0),
            Catalogs::Path(path) => Source::beside(draft, |loader| loader.path(path))
                .or_else(|error| Source::apart(draft, path).ok_or(error))?,
            Catalogs::Text { name, text } => Source::beside(draft, |loader| loader.text(name, text))?,
        };
        source.fits(draft)?;
        Ok(source)
    }

    fn of(registry: Registry, first: u32) -> Self {
        let texts = registry.sources().iter().map(|_| OnceCell::new()).collect();
        Source { registry, first, texts }
    }

    /// Loads catalogs after the existing ones, whose definitions they may redefine.
    fn beside(draft: &Draft, add: impl Fn(Loader) -> Loader) -> Result<Self, TransactionError> {
        let here = draft.registry().sources().len();
        let loader = add(draft.loader().clone());
        let first = u32::try_from(here).unwrap_or(u32::MAX);
        let error = match loader.load_prevailing(here) {
            Ok(registry) => return Ok(Source::of(registry, first)),
            Err(error) => error,
        };
        // If all faults are in the existing catalogs, they come from the redefinitions; then report that both define
        // the same names.
        let is_here = error.faults().iter().all(|fault| fault.at.file.0 < first);
        let error = if is_here { loader.load().err().unwrap_or(error) } else { error };
        Err(TransactionError::Source(error))
    }

    /// Loads a catalog that cannot be loaded together with the existing ones: by itself, or over the built-in catalog
    /// of the dialect, as `builtin:layers.toml` is meant to be loaded.
    fn apart(draft: &Draft, path: &Path) -> Option<Self> {
        let loader = draft.loader().without_inputs();
        let alone = loader.clone().path(path).load().ok().map(|registry| Source::of(registry, 0));
        let ships = match draft.registry().dialect() {
            Dialect::Windows => "builtin:windows.toml",
            _ => "builtin:linux.toml",
        };
        alone.or_else(|| Some(Source::of(loader.path(ships).path(path).load().ok()?, 1)))
    }

    /// Rejects catalogs that state another dialect.
    fn fits(&self, draft: &Draft) -> Result<(), ChangeError> {
        let here = draft.registry().dialect();
        let stated = self.registry.dialect();
        let states = |(_, source): &(FileId, &crate::catalog::Source)| {
            source.is_foreign() || Text::new(source.text()).value(&[], &["dialect"]).is_some()
        };
        match self.registry.sources().iter().find(states) {
            Some((_, source)) if stated != here => {
                Err(ChangeError::OtherDialect { from: source.name().to_owned(), stated, here })
            }
            _ => Ok(()),
        }
    }

    /// Returns whether the catalogs themselves contain this place, as opposed to documents that they include.
    pub fn is_own(&self, at: Span) -> bool {
        at.file.0 >= self.first && !self.registry.sources().get(at.file).is_included()
    }

    /// Returns the names of the source's own documents, separated by commas.
    pub fn name(&self) -> String {
        let own = |(file, _): &(FileId, &crate::catalog::Source)| self.is_own(Span::beginning(*file));
        let names = self.registry.sources().iter().filter(own).map(|(_, source)| source.name());
        names.collect::<Vec<_>>().join(", ")
    }

    pub fn locate(&self, at: Span) -> Location {
        self.registry.locate(at)
    }

    /// Returns the folder that relative paths at this place are relative to, or `None` where the document is not a
    /// file.
    pub fn folder(&self, at: Span) -> Option<&Path> {
        self.registry.sources().get(at.file).file().map(|file| file.parent().unwrap_or(Path::new("")))
    }

    /// Returns whether the document at this place is not TOML.
    pub fn is_foreign(&self, at: Span) -> bool {
        self.registry.sources().get(at.file).is_foreign()
    }

    /// Returns the text of a table that is defined at this place, as it is written, or converted to TOML for other
    /// documents.
    pub fn definition(&self, at: Span, table: &[&str]) -> Option<String> {
        self.text(at.file)?.definition(table)
    }

    fn text(&self, file: FileId) -> Option<&Text> {
        let source = self.registry.sources().get(file);
        let read = || match source.is_foreign() {
            true => Text::new(&to_toml(&self.registry)),
            false => Text::new(source.text()),
        };
        Some(self.texts.get(usize::try_from(file.0).ok()?)?.get_or_init(read))
    }
}
