//! The traits that implement entries, which a program can implement too.

mod error;

pub use error::{ProviderError, ProviderFailure};

use super::address::{Address, Target};
use super::machine::{Origin, Session};
use super::settings::Settings;
use super::socket::{BaseListener, BaseSocket};
use crate::catalog::Module;
use crate::terms::{Family, Protocol, SocketType};
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
