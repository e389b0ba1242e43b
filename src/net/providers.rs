//! [`Providers`]: the value that holds the implementations of entries.

use super::provider::{BaseProvider, LayerProvider};
use super::settings::Environment;
use crate::catalog::Modules;
use std::fmt;
use std::path::PathBuf;
use std::sync::Arc;

/// The implementations with which a program opens sockets.
///
/// The set is a value that is passed where it is needed. There are no globals, and two parts of a program may use different sets.
#[derive(Clone)]
pub struct Providers {
    bases: Vec<Arc<dyn BaseProvider>>,
    layers: Vec<Arc<dyn LayerProvider>>,
    environment: Environment,
    /// The files and folders that are exempt from the check of rights.
    exposed: Vec<PathBuf>,
}

impl Providers {
    /// Creates a set without providers.
    pub fn none() -> Self {
        Providers { bases: Vec::new(), layers: Vec::new(), environment: Arc::new(|_| None), exposed: Vec::new() }
    }

    /// Adds a module for base protocols. It replaces a module of the same name.
    pub fn base(mut self, provider: impl BaseProvider + 'static) -> Self {
        self.bases.retain(|known| known.module().name() != provider.module().name());
        self.bases.push(Arc::new(provider));
        self
    }

    /// Adds a module for layers. It replaces a module of the same name.
    pub fn layer(mut self, provider: impl LayerProvider + 'static) -> Self {
        self.layers.retain(|known| known.module().name() != provider.module().name());
        self.layers.push(Arc::new(provider));
        self
    }

    /// Sets the function that reads variables of the environment, for options such as `password-env`. The library itself never
    /// reads the environment; a program that trusts its own passes `|name| std::env::var(name).ok()`.
    pub fn environment(mut self, read: impl Fn(&str) -> Option<String> + Send + Sync + 'static) -> Self {
        self.environment = Arc::new(read);
        self
    }

    /// Exempts a file from the check of rights: a catalog, or a file that an option names, or a folder on the way to such files,
    /// for all of them. Otherwise opening refuses files that others can write, and files of secrets that others can read, with
    /// [`Error::Exposed`](super::Error::Exposed); the page of [`Opener`](super::Opener#files-that-others-can-read-or-write)
    /// states the rules.
    pub fn allow_exposed_file(mut self, path: impl Into<PathBuf>) -> Self {
        self.exposed.push(path.into());
        self
    }

    pub(super) fn exposed(&self) -> &[PathBuf] {
        &self.exposed
    }

    /// Returns the data of all modules: those that ship with sockatlas, and those added here. Pass it to
    /// [`Loader::modules`](crate::Loader::modules), so that their options are checked.
    pub fn modules(&self) -> Modules {
        let bases = self.bases.iter().map(|provider| provider.module());
        bases.chain(self.layers.iter().map(|provider| provider.module())).fold(Modules::shipped(), Modules::with)
    }

    pub(super) fn find_base(&self, module: &str) -> Option<&Arc<dyn BaseProvider>> {
        self.bases.iter().find(|provider| provider.module().name() == module)
    }

    pub(super) fn find_layer(&self, module: &str) -> Option<&Arc<dyn LayerProvider>> {
        self.layers.iter().find(|provider| provider.module().name() == module)
    }

    pub(super) fn environ(&self) -> &Environment {
        &self.environment
    }
}

impl fmt::Debug for Providers {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let bases = self.bases.iter().map(|provider| provider.module().name());
        let layers = self.layers.iter().map(|provider| provider.module().name());
        f.debug_list().entries(bases.chain(layers)).finish()
    }
}
