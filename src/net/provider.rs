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
/// Each method has a default that returns [`ProviderError::unsupported`], so an implementation defines those that its protocol supports.
pub trait BaseProvider: Send + Sync {
    /// Returns the data of the module: its name, options and promises.
    fn module(&self) -> &'static Module;

    /// Resolves a target to addresses, best first. It may block, since name servers are asked.
    ///
    /// # Errors
    ///
    /// The name is not known, or is of another family.
    fn resolve(&self, base: &Base<'_>, target: &Target) -> Result<Vec<Address>, ProviderError>;

    /// Creates a non-blocking socket and begins to connect it to an address; it becomes writable when the connection is made or has failed. One without a
    /// file descriptor blocks, and is connected when it is given.
    ///
    /// # Errors
    ///
    /// The call that failed, and why.
    fn connect(&self, base: &Base<'_>, address: &Address) -> Result<Box<dyn BaseSocket>, ProviderError> {
        let _ = (base, address);
        Err(ProviderError::unsupported("connect"))
    }

    /// Creates a socket that accepts connections at an address.
    ///
    /// # Errors
    ///
    /// The call that failed, and why.
    fn listen(&self, base: &Base<'_>, address: &Address) -> Result<Box<dyn BaseListener>, ProviderError> {
        let _ = (base, address);
        Err(ProviderError::unsupported("listen"))
    }

    /// Creates a socket without a peer, bound to the address if one is given.
    ///
    /// # Errors
    ///
    /// The call that failed, and why.
    fn open(&self, base: &Base<'_>, address: Option<&Address>) -> Result<Box<dyn BaseSocket>, ProviderError> {
        let _ = (base, address);
        Err(ProviderError::unsupported("open"))
    }

    /// Creates two sockets that are connected to each other.
    ///
    /// # Errors
    ///
    /// The call that failed, and why.
    fn pair(&self, base: &Base<'_>) -> Result<[Box<dyn BaseSocket>; 2], ProviderError> {
        let _ = base;
        Err(ProviderError::unsupported("socketpair"))
    }
}

/// Describes the base protocol that is to be opened.
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
    /// Returns its name and options.
    fn module(&self) -> &'static Module;

    /// Reads the options and the files and secrets that they name, and returns a layer that makes the sessions of many connections.
    ///
    /// # Errors
    ///
    /// An option is missing or unusable, a file cannot be read, or the layer cannot play this role.
    fn prepare(&self, settings: &Settings<'_>, role: Role) -> Result<Arc<dyn Layer>, ProviderError>;
}

pub use crate::terms::Role;

/// Makes a session for each connection; its options have been read.
pub trait Layer: Send + Sync {
    /// Returns what lies below must lead to this target, if the one above wants to reach `target`. A proxy is reached at its own
    /// address; other layers change nothing.
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
    /// What the connection is to lead to, as the layer above wants it; nothing when it is accepted.
    pub target: Option<&'a Target>,
    /// The time at which the session is made, for certificates.
    pub now: SystemTime,
    /// The connection that this one is to stand for, if it is made on somebody's behalf.
    pub origin: Option<&'a Origin>,
}

impl<'a> Context<'a> {
    /// Creates a session for a connection to `target`, made at `now`.
    pub fn new(target: Option<&'a Target>, now: SystemTime) -> Self {
        Context { target, now, origin: None }
    }
}
