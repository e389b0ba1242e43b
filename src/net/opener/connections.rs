//! Connections: prepared layers over a socket.

use super::{Layers, Opener};
use crate::EntryRef;
use crate::net::address::{Address, Target};
use crate::net::connection::{Connection, State};
use crate::net::error::Error;
use crate::net::machine::{Machine, Session};
use crate::net::opened::Opened;
use crate::net::provider::{Context, ProviderError, Role};
use crate::net::socket::BaseSocket;
use crate::terms::{Services, SocketType};
use std::sync::Arc;
use std::time::SystemTime;

/// The sessions of one connection with the names of their entries, top first.
type Sessions = Vec<(String, Box<dyn Session>)>;

/// The error of a connection that could not be begun.
pub(in crate::net) enum BeginError {
    /// The stack cannot be opened with any address.
    Stack(Error),
    /// The socket failed; another address may work.
    Socket(ProviderError),
}

impl Opener {
    /// Begins to connect to an address.
    pub(in crate::net) fn begin(&self, target: &Target, address: &Address) -> Result<Connection, BeginError> {
        let layers = self.layers(Role::Connect).map_err(BeginError::Stack)?;
        let sessions = self.sessions(&layers, Some(target)).map_err(BeginError::Stack)?;
        let socket = self
            .with_base(|provider, base| Ok(provider.connect(base, address)))
            .map_err(BeginError::Stack)?
            .map_err(BeginError::Socket)?;
        let mut opened = Opened::new(&self.selection.get(), Role::Connect, Some(target.clone()));
        opened.peer = Some(address.clone());
        opened.origin = self.origin.clone();
        let mut connection =
            Connection::new(self.machine(sessions), socket, opened, State::Connecting, self.is_endless());
        connection.securing = self.securing();
        Ok(connection)
    }

    /// Returns for each layer whether it offers `encrypted` or `authenticated`, by the catalog or by its module, top first.
    fn securing(&self) -> Arc<[bool]> {
        let (selection, security) = (self.selection.get(), security());
        let layers = selection.stack().len() - 1;
        let secures = |part: EntryRef<'_>| {
            let module = self.providers.find_layer(part.provider().module()).map(|provider| provider.module());
            part.adds().is_some_and(|added| added.intersects(&security))
                || module.is_some_and(|module| {
                    let mut gives = module.promised().filter(|promise| !promise.is_end());
                    gives.any(|promise| security.iter().any(|service| service == promise.service()))
                })
        };
        selection.stack().take(layers).map(secures).collect()
    }

    /// Creates a connection over a socket that was accepted.
    pub(in crate::net) fn accepted(&self, socket: Box<dyn BaseSocket>) -> Result<Connection, Error> {
        let layers = self.layers(Role::Accept)?;
        let sessions = self.sessions(&layers, None)?;
        let opened = Opened::new(&self.selection.get(), Role::Accept, None);
        let mut connection =
            Connection::new(self.machine(sessions), socket, opened, State::Connected, self.is_endless());
        connection.asks = self.asks;
        connection.securing = self.securing();
        Ok(connection)
    }

    fn machine(&self, sessions: Sessions) -> Machine {
        if self.base_type() == SocketType::STREAM { Machine::new(sessions) } else { Machine::of_messages(sessions) }
    }

    fn sessions(&self, layers: &Layers, target: Option<&Target>) -> Result<Sessions, Error> {
        let mut target = target.cloned();
        let now = SystemTime::now();
        let mut sessions = Vec::with_capacity(layers.len());
        for (name, layer) in layers.iter() {
            let context = Context { target: target.as_ref(), now, origin: self.origin.as_ref() };
            let session = layer.session(&context).map_err(|error| self.failed(name, None, error))?;
            target = target.map(|target| layer.below(&target));
            sessions.push((name.clone(), session));
        }
        Ok(sessions)
    }

    /// Returns the type of the socket itself.
    fn base_type(&self) -> SocketType {
        let selection = self.selection.get();
        selection.entry().base().and_then(|base| base.socket_type()).unwrap_or_else(|| selection.socket_type())
    }

    /// Returns whether the socket carries messages without an end, so that a message of 0 bytes is not an end.
    fn is_endless(&self) -> bool {
        ![SocketType::STREAM, SocketType::SEQPACKET, SocketType::DCCP].contains(&self.base_type())
    }
}

/// Returns the services that are not lost by falling back: who reads, and who answers.
pub(in crate::net) fn security() -> Services {
    Services::ENCRYPTED | Services::AUTHENTICATED
}
