//! Where what is installed comes from: other catalogs, loaded, and which of their documents are meant.

use super::Catalogs;
use crate::catalog::{FileId, Location, Span};
use crate::edit::change::ChangeError;
use crate::edit::text::Text;
use crate::edit::transaction::{Draft, TransactionError};
use crate::edit::written::to_toml;
use crate::load::Loader;
use crate::registry::Registry;
use crate::terms::Dialect;
use std::cell::OnceCell;
use std::path::Path;

/// Catalogs from which definitions are taken.
pub(super) struct Source {
    pub registry: Registry,
    /// The first document that is not one of the catalogs that are changed.
    first: u32,
    /// The documents as texts, those that are no TOML as what they say in TOML; read when they are asked for.
    texts: Vec<OnceCell<Text>>,
}

impl Source {
    /// Loads what definitions are taken from. What is no catalog of its own is loaded together with those that are here.
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

    /// Loads catalogs as if they stood behind those that are here, where they may define what is defined here otherwise.
    fn beside(draft: &Draft, add: impl Fn(Loader) -> Loader) -> Result<Self, TransactionError> {
        let here = draft.registry().sources().len();
        let loader = add(draft.loader().clone());
        let first = u32::try_from(here).unwrap_or(u32::MAX);
        let error = match loader.load_prevailing(here) {
            Ok(registry) => return Ok(Source::of(registry, first)),
            Err(error) => error,
        };
        // Where all faults are here they come of what prevails there: then what matters is that both define the same names.
        let is_here = error.faults().iter().all(|fault| fault.at.file.0 < first);
        let error = if is_here { loader.load().err().unwrap_or(error) } else { error };
        Err(TransactionError::Source(error))
    }

    /// Loads catalogs of which some part would not stand on those that are here: by themselves, or over what ships for the dialect,
    /// as `builtin:layers.toml` is meant to be.
    fn apart(draft: &Draft, path: &Path) -> Option<Self> {
        let loader = draft.loader().without_inputs();
        let alone = loader.clone().path(path).load().ok().map(|registry| Source::of(registry, 0));
        let ships = match draft.registry().dialect() {
            Dialect::Windows => "builtin:windows.toml",
            _ => "builtin:linux.toml",
        };
        alone.or_else(|| Some(Source::of(loader.path(ships).path(path).load().ok()?, 1)))
    }

    /// Refuses catalogs that state another dialect.
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

    /// Returns whether what stands there is said by the catalogs themselves, and not by what they include.
    pub fn is_own(&self, at: Span) -> bool {
        at.file.0 >= self.first && !self.registry.sources().get(at.file).is_included()
    }

    /// Returns what the catalogs are called.
    pub fn name(&self) -> String {
        let own = |(file, _): &(FileId, &crate::catalog::Source)| self.is_own(Span::beginning(*file));
        let names = self.registry.sources().iter().filter(own).map(|(_, source)| source.name());
        names.collect::<Vec<_>>().join(", ")
    }

    pub fn locate(&self, at: Span) -> Location {
        self.registry.locate(at)
    }

    /// Returns the folder from which relative paths count that are written there, or `None` where that is no file.
    pub fn folder(&self, at: Span) -> Option<&Path> {
        self.registry.sources().get(at.file).file().map(|file| file.parent().unwrap_or(Path::new("")))
    }

    /// Returns whether what stands there is no TOML.
    pub fn is_foreign(&self, at: Span) -> bool {
        self.registry.sources().get(at.file).is_foreign()
    }

    /// Returns the text of a table that is defined there, as it is written; of a document that is no TOML as it would be written.
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
