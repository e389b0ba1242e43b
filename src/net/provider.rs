//! Providers: the traits that implement entries, also in programs, and the value that holds the implementations.

mod error;

pub use error::{ProviderError, ProviderFailure};

use super::address::{Address, Target};
use super::machine::{Origin, Session};
use super::settings::Settings;
use super::socket::{BaseListener, BaseSocket};
use crate::catalog::{Module, Modules};
use crate::terms::{Family, Protocol, SocketType};
use std::fmt;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::SystemTime;

/// Implements base protocols.
///
/// Except [`module`](BaseProvider::module) and [`resolve`](BaseProvider::resolve), each method has a default that returns
/// [`ProviderError::unsupported`], so an implementation defines those that its protocol supports.
pub trait BaseProvider: Send + Sync {
    /// Returns the data of the module: its name, options and promises.
    fn module(&self) -> &'static Module;

    /// Resolves a target to addresses, best first. The call may block, as it queries name servers.
    ///
    /// # Errors
    ///
    /// The name is unknown, or belongs to another family.
    fn resolve(&self, base: &Base<'_>, target: &Target) -> Result<Vec<Address>, ProviderError>;

    /// Creates a non-blocking socket and begins to connect it to an address. The socket becomes writable when the connection is
    /// made or has failed. If the socket has no file descriptor, this call blocks until it is connected.
    ///
    /// # Errors
    ///
    /// The failed call and its error.
    fn connect(&self, base: &Base<'_>, address: &Address) -> Result<Box<dyn BaseSocket>, ProviderError> {
        let _ = (base, address);
        Err(ProviderError::unsupported("connect"))
    }

    /// Creates a socket that accepts connections at an address.
    ///
    /// # Errors
    ///
    /// The failed call and its error.
    fn listen(&self, base: &Base<'_>, address: &Address) -> Result<Box<dyn BaseListener>, ProviderError> {
        let _ = (base, address);
        Err(ProviderError::unsupported("listen"))
    }

    /// Creates a socket without a peer, bound to the address if one is given.
    ///
    /// # Errors
    ///
    /// The failed call and its error.
    fn open(&self, base: &Base<'_>, address: Option<&Address>) -> Result<Box<dyn BaseSocket>, ProviderError> {
        let _ = (base, address);
        Err(ProviderError::unsupported("open"))
    }

    /// Creates two sockets that are connected to each other.
    ///
    /// # Errors
    ///
    /// The failed call and its error.
    fn pair(&self, base: &Base<'_>) -> Result<[Box<dyn BaseSocket>; 2], ProviderError> {
        let _ = base;
        Err(ProviderError::unsupported("socketpair"))
    }
}

/// Describes the base protocol that is to be opened.
#[derive(Copy, Clone, Debug)]
#[non_exhaustive]
pub struct Base<'a> {
    /// The name of the entry, for messages.
    pub name: &'a str,
    /// The family of the socket.
    pub family: Family,
    /// The type of the socket.
    pub socket_type: SocketType,
    /// The protocol of the socket: the one that was requested, or the first of the entry.
    pub protocol: Protocol,
    /// The options of the entry, with the changes of the call.
    pub settings: Settings<'a>,
}

/// Implements layers.
pub trait LayerProvider: Send + Sync {
    /// Returns the data of the module: its name and options.
    fn module(&self) -> &'static Module;

    /// Reads the options, and the files and secrets that they name, and returns a layer that creates the sessions of many
    /// connections.
    ///
    /// # Errors
    ///
    /// An option is missing or unusable, a file cannot be read, or the layer cannot play this role.
    fn prepare(&self, settings: &Settings<'_>, role: Role) -> Result<Arc<dyn Layer>, ProviderError>;
}

pub use crate::terms::Role;

/// Creates the sessions of connections; its options have been read.
pub trait Layer: Send + Sync {
    /// Returns the target to which the stack below must lead in order to reach `target`. A proxy returns its own address; other
    /// layers change nothing.
    fn below(&self, target: &Target) -> Target {
        target.clone()
    }

    /// Creates the session of a connection.
    ///
    /// # Errors
    ///
    /// The layer cannot serve this target.
    fn session(&self, context: &Context<'_>) -> Result<Box<dyn Session>, ProviderError>;
}

/// Describes the connection for which a session is made.
#[derive(Copy, Clone, Debug)]
#[non_exhaustive]
pub struct Context<'a> {
    /// The target of the connection at the layer's place, or `None` if it was accepted.
    pub target: Option<&'a Target>,
    /// The time at which the session is created, for the validity of certificates.
    pub now: SystemTime,
    /// The origin on whose behalf the connection is made, if any.
    pub origin: Option<&'a Origin>,
}

impl<'a> Context<'a> {
    /// Creates the context of a connection to `target` that is made at `now`.
    pub fn new(target: Option<&'a Target>, now: SystemTime) -> Self {
        Context { target, now, origin: None }
    }
}

/// A function that reads variables of the environment; see [`Providers::environment`].
pub(super) type Environment = Arc<dyn Fn(&str) -> Option<String> + Send + Sync>;

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

    /// Creates the set of the modules that ship with sockatlas, as far as the features of this build include them.
    pub fn shipped() -> Self {
        let providers = Providers::none()
            .base(super::system::System)
            .layer(super::layers::socks5::Socks5)
            .layer(super::layers::http_connect::HttpConnect)
            .layer(super::layers::proxy_protocol::ProxyProtocol)
            .layer(super::layers::inspect::Inspect::default())
            .layer(super::layers::frame::Frame);
        #[cfg(feature = "tls")]
        let providers = providers.layer(super::layers::tls::Tls::default());
        providers
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

impl Default for Providers {
    /// Returns [`Providers::shipped`].
    fn default() -> Self {
        Providers::shipped()
    }
}

impl fmt::Debug for Providers {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let bases = self.bases.iter().map(|provider| provider.module().name());
        let layers = self.layers.iter().map(|provider| provider.module().name());
        f.debug_list().entries(bases.chain(layers)).finish()
    }
}
