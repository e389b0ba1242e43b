//! What implements entries: traits that a program can implement too, and the value that holds the implementations.

use super::address::{Address, Target};
use super::machine::{Origin, Session};
use super::settings::Settings;
use super::socket::{BaseListener, BaseSocket};
use crate::catalog::{Module, Modules};
use crate::terms::{Family, Protocol, SocketType};
use std::error::Error;
use std::fmt;
use std::io;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::SystemTime;

/// Implements base protocols.
///
/// Each method has a default that says it cannot be done, so an implementation has those that make sense for its protocol.
pub trait BaseProvider: Send + Sync {
    /// Its name and options.
    fn module(&self) -> &'static Module;

    /// The addresses that a target has, best first. May block, as name servers are asked.
    ///
    /// # Errors
    ///
    /// The name is not known, or is of another family.
    fn resolve(&self, base: &Base<'_>, target: &Target) -> Result<Vec<Address>, ProviderError>;

    /// A socket that begins to connect to an address, and does not block; it is writable once it has or has failed. One without a
    /// file descriptor blocks, and is connected when it is given.
    ///
    /// # Errors
    ///
    /// The call that failed, and why.
    fn connect(&self, base: &Base<'_>, address: &Address) -> Result<Box<dyn BaseSocket>, ProviderError> {
        let _ = (base, address);
        Err(ProviderError::unsupported("connect"))
    }

    /// A socket that accepts connections at an address.
    ///
    /// # Errors
    ///
    /// The call that failed, and why.
    fn listen(&self, base: &Base<'_>, address: &Address) -> Result<Box<dyn BaseListener>, ProviderError> {
        let _ = (base, address);
        Err(ProviderError::unsupported("listen"))
    }

    /// A socket without a peer; bound to an address if there is one.
    ///
    /// # Errors
    ///
    /// The call that failed, and why.
    fn open(&self, base: &Base<'_>, address: Option<&Address>) -> Result<Box<dyn BaseSocket>, ProviderError> {
        let _ = (base, address);
        Err(ProviderError::unsupported("open"))
    }

    /// Two sockets connected to one another.
    ///
    /// # Errors
    ///
    /// The call that failed, and why.
    fn pair(&self, base: &Base<'_>) -> Result<[Box<dyn BaseSocket>; 2], ProviderError> {
        let _ = base;
        Err(ProviderError::unsupported("socketpair"))
    }
}

/// The base protocol that is to be opened.
#[derive(Copy, Clone, Debug)]
#[non_exhaustive]
pub struct Base<'a> {
    /// The entry's name, for messages.
    pub name: &'a str,
    /// The family of the socket.
    pub family: Family,
    /// Its type.
    pub socket_type: SocketType,
    /// Its protocol: the one asked for, or the first of the entry's.
    pub protocol: Protocol,
    /// The entry's options, and what the call changes of them.
    pub settings: Settings<'a>,
}

/// Implements layers.
pub trait LayerProvider: Send + Sync {
    /// Its name and options.
    fn module(&self) -> &'static Module;

    /// Reads the options, and what they name: files, secrets. What it gives makes the sessions of many connections.
    ///
    /// # Errors
    ///
    /// An option is missing or unusable, a file cannot be read, or the layer cannot play this role.
    fn prepare(&self, settings: &Settings<'_>, role: Role) -> Result<Arc<dyn Layer>, ProviderError>;
}

pub use crate::terms::Role;

/// A layer whose options are read: makes a session for each connection.
pub trait Layer: Send + Sync {
    /// What lies below must lead to this target, if the one above wants to reach `target`. A proxy is reached at its own
    /// address; other layers change nothing.
    fn below(&self, target: &Target) -> Target {
        target.clone()
    }

    /// A session for a connection.
    ///
    /// # Errors
    ///
    /// There can be none for this target.
    fn session(&self, context: &Context<'_>) -> Result<Box<dyn Session>, ProviderError>;
}

/// What a session may know of its connection.
#[derive(Copy, Clone, Debug)]
#[non_exhaustive]
pub struct Context<'a> {
    /// What the connection is to lead to, as the layer above wants it; nothing when it is accepted.
    pub target: Option<&'a Target>,
    /// The time at which the session is made, for certificates.
    pub now: SystemTime,
    /// The connection that this one is to stand for, if it is made on somebody's behalf.
    pub origin: Option<&'a Origin>,
}

impl<'a> Context<'a> {
    /// A session for a connection to `target`, made at `now`.
    pub fn new(target: Option<&'a Target>, now: SystemTime) -> Self {
        Context { target, now, origin: None }
    }
}

/// Why a provider could not do what it was asked for.
#[derive(Debug)]
pub struct ProviderError {
    what: String,
    kind: ProviderFailure,
    source: Option<Box<dyn Error + Send + Sync>>,
}

/// What kind of failure it is.
#[derive(Copy, Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum ProviderFailure {
    /// The module never can.
    Unsupported,
    /// An option is missing, or cannot be used.
    Option,
    /// The system, or what stands for it, refused.
    System,
    /// A name has no address.
    Unresolved,
}

impl ProviderError {
    /// The module cannot do this at all.
    pub fn unsupported(what: impl Into<String>) -> Self {
        ProviderError { what: what.into(), kind: ProviderFailure::Unsupported, source: None }
    }

    /// An option is missing or cannot be used: its name, and why.
    pub fn option(name: &str, why: impl Into<Box<dyn Error + Send + Sync>>) -> Self {
        let what = format!("option `{name}`");
        ProviderError { what, kind: ProviderFailure::Option, source: Some(why.into()) }
    }

    /// A call of the system failed.
    pub fn system(call: impl Into<String>, error: io::Error) -> Self {
        ProviderError { what: call.into(), kind: ProviderFailure::System, source: Some(error.into()) }
    }

    /// A name has no address that could be used.
    pub fn unresolved(name: impl fmt::Display, why: impl Into<Box<dyn Error + Send + Sync>>) -> Self {
        let what = format!("looking up {name}");
        ProviderError { what, kind: ProviderFailure::Unresolved, source: Some(why.into()) }
    }

    /// What kind of failure it is.
    pub fn kind(&self) -> ProviderFailure {
        self.kind
    }

    /// The option that it is about, if it is about one.
    pub fn option_name(&self) -> Option<&str> {
        self.what.strip_prefix("option `")?.strip_suffix('`')
    }

    /// Whether it is this call that failed, whatever it was for: `setsockopt` of `setsockopt TCP_NODELAY`.
    pub(super) fn is_of_call(&self, call: &str) -> bool {
        self.what.split(' ').next() == Some(call)
    }

    /// The system's error, if it is one.
    pub fn io(&self) -> Option<&io::Error> {
        self.source.as_ref()?.downcast_ref()
    }
}

impl fmt::Display for ProviderError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (&self.source, self.kind) {
            (Some(source), _) => write!(f, "{}: {source}", self.what),
            (None, ProviderFailure::Unsupported) => write!(f, "{} is not supported", self.what),
            (None, _) => f.write_str(&self.what),
        }
    }
}

impl Error for ProviderError {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        self.source.as_ref().map(|source| &**source as _)
    }
}

/// A way to the environment; see [`Providers::environment`].
pub(super) type Environment = Arc<dyn Fn(&str) -> Option<String> + Send + Sync>;

/// The implementations that a program opens sockets with.
///
/// A value, passed to where it is needed: there are no globals, and two parts of a program may differ.
#[derive(Clone)]
pub struct Providers {
    bases: Vec<Arc<dyn BaseProvider>>,
    layers: Vec<Arc<dyn LayerProvider>>,
    environment: Environment,
    /// Files that others may have rights to.
    exposed: Vec<PathBuf>,
}

impl Providers {
    /// None at all.
    pub fn none() -> Self {
        Providers { bases: Vec::new(), layers: Vec::new(), environment: Arc::new(|_| None), exposed: Vec::new() }
    }

    /// The modules that come with sockatlas, as far as this build has them: see the features in the crate's documentation.
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

    /// The same with a further module for base protocols; it takes the place of one with its name.
    pub fn base(mut self, provider: impl BaseProvider + 'static) -> Self {
        self.bases.retain(|known| known.module().name() != provider.module().name());
        self.bases.push(Arc::new(provider));
        self
    }

    /// The same with a further module for layers; it takes the place of one with its name.
    pub fn layer(mut self, provider: impl LayerProvider + 'static) -> Self {
        self.layers.retain(|known| known.module().name() != provider.module().name());
        self.layers.push(Arc::new(provider));
        self
    }

    /// The same with a way to variables of the environment, for options such as `password-env`. The library itself never reads
    /// the environment; a program that trusts its own hands over `|name| std::env::var(name).ok()`.
    pub fn environment(mut self, read: impl Fn(&str) -> Option<String> + Send + Sync + 'static) -> Self {
        self.environment = Arc::new(read);
        self
    }

    /// Takes a file as it is, whoever else can read or write it: a catalog, or a file that an option names. Or a folder on the way to such
    /// files, for all of them. Else those that others can write are refused when something is opened, and files of secrets that others can
    /// read: [`Error::Exposed`](super::Error::Exposed) says what is wrong, and the page of
    /// [`Opener`](super::Opener#files-that-others-can-read-or-write) what is looked at.
    pub fn allow_exposed_file(mut self, path: impl Into<PathBuf>) -> Self {
        self.exposed.push(path.into());
        self
    }

    pub(super) fn exposed(&self) -> &[PathBuf] {
        &self.exposed
    }

    /// What is known of the modules: those that come with sockatlas, and those added here. To be handed to
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
    /// [`Providers::shipped`].
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
