//! The report of an open connection: entries, triple, addresses, negotiated facts, and bytes.

use super::address::{Address, Target};
use super::error::{Attempt, Outcome};
use super::machine::{LayerReport, Origin};
use super::provider::Role;
use super::socket::BaseSocket;
use crate::Selection;
use crate::terms::{Family, Protocol, SocketType, System};
use std::fmt;
use std::os::fd::OwnedFd;

/// A report of the actual properties of a connection.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Opened {
    /// The name of the entry that was selected.
    pub entry: String,
    /// The names of the entries of its stack, top first.
    pub stack: Vec<String>,
    /// Whether the connection was made or accepted.
    pub role: Role,
    /// The family of the socket.
    pub family: Family,
    /// The type of the socket, which a layer may present as another above.
    pub socket_type: SocketType,
    /// The protocol of the socket.
    pub protocol: Protocol,
    /// The target of the connection. If it was accepted: the target that the client of a proxy layer asked for, if any.
    pub target: Option<Target>,
    /// The origin of the connection, where it is passed on: as the peer claims it if the connection was accepted, or as the peer
    /// is notified if it was made.
    pub origin: Option<Origin>,
    /// The address of this end of the socket.
    pub local: Option<Address>,
    /// The address of the other end of the socket, which is that of the proxy where there is one.
    pub peer: Option<Address>,
    /// The layers, top first, including those that have retired.
    pub layers: Vec<LayerReport>,
    /// The number of bytes that were sent on the socket.
    pub sent: u64,
    /// The number of bytes that were received from the socket.
    pub received: u64,
    /// The attempts until the connection was made, in the order in which they began, including the one that succeeded. Empty if
    /// the connection was accepted, or [started](super::Opener::start) at one address.
    pub attempts: Vec<Attempt>,
}

/// The socket of a stream whose layers have all retired, and the bytes that were read from it already.
#[derive(Debug)]
#[non_exhaustive]
pub struct Bare {
    /// The socket. It blocks if the calls of the stream did.
    pub socket: OwnedFd,
    /// Bytes that were read from the socket already, and come before all others.
    pub unread: Vec<u8>,
}

impl Opened {
    pub(super) fn new(selection: &Selection<'_>, role: Role, target: Option<Target>) -> Self {
        let base = selection.entry().base();
        Opened {
            entry: selection.name().to_owned(),
            stack: selection.stack().map(|entry| entry.name().to_owned()).collect(),
            role,
            family: selection.family(),
            socket_type: base.and_then(|base| base.socket_type()).unwrap_or_else(|| selection.socket_type()),
            protocol: selection.protocol(),
            target,
            origin: None,
            local: None,
            peer: None,
            layers: Vec::new(),
            sent: 0,
            received: 0,
            attempts: Vec::new(),
        }
    }

    /// Queries the socket for its addresses, and for the triple that the system reports.
    pub(super) fn ask(&mut self, socket: &dyn BaseSocket) {
        self.local = socket.local();
        // The address of a peer that has disconnected is kept.
        self.peer = socket.peer().or_else(|| self.peer.take());
        if let Some((family, socket_type, protocol)) = socket.triple() {
            self.family = Family::from_number(family, System::HOST);
            self.socket_type = SocketType::from_raw(socket_type);
            self.protocol = Protocol::from_raw(protocol);
        }
    }

    /// Returns the name of the protocol, or if it has none, the family and the number of the protocol.
    pub fn protocol_name(&self) -> String {
        match self.protocol.name(self.family, System::HOST) {
            Some(name) => name.to_owned(),
            None if self.protocol == Protocol::UNSPEC => self.family.to_string(),
            None => format!("{}-{}", self.family, self.protocol.number()),
        }
    }

    /// Returns an address with the protocol before it: `tcp://[::1]:443`.
    pub fn show(&self, address: &Address) -> String {
        address.with_protocol(&self.protocol_name())
    }

    /// Returns the fact with this name that this layer negotiated, or `None` if there is none.
    pub fn fact(&self, layer: &str, name: &str) -> Option<&str> {
        let layer = self.layers.iter().find(|report| report.name == layer)?;
        layer.facts.iter().find(|(known, _)| *known == name).map(|(_, value)| value.as_str())
    }
}

impl fmt::Display for Opened {
    /// Formats the report in one line: `secure/tcp4: tls over tcp4, tcp://127.0.0.1:50000 to tcp://127.0.0.1:443; tls: version
    /// TLS 1.3, ...`, with `attempt 2 of 3` at its end if there was more than one.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.entry)?;
        if self.stack.len() > 1 {
            write!(f, ": {}", self.stack.join(" over "))?;
        }
        match (&self.local, &self.peer) {
            (Some(local), Some(peer)) => write!(f, ", {} to {}", self.show(local), self.show(peer))?,
            (Some(local), None) => write!(f, ", {}", self.show(local))?,
            (None, Some(peer)) => write!(f, ", to {}", self.show(peer))?,
            (None, None) => {}
        }
        for layer in &self.layers {
            let facts: Vec<String> = layer.facts.iter().map(|(name, value)| format!("{name} {value}")).collect();
            if !facts.is_empty() {
                write!(f, "; {}: {}", layer.name, facts.join(", "))?;
            }
        }
        let winner = self.attempts.iter().position(|attempt| matches!(attempt.outcome, Outcome::Connected));
        match winner {
            Some(at) if self.attempts.len() > 1 => write!(f, "; attempt {} of {}", at + 1, self.attempts.len()),
            _ => Ok(()),
        }
    }
}
