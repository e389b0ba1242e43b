//! `system`: the sockets of the operating system, by socket2, and by rustix where that has no word for it.
//!
//! Written for Linux. Every family of its catalog can be opened; addresses are known of `inet`, `inet6`, `unix`, `vsock` and
//! `netlink`, so a socket of another family, as `packet` and `xdp` are, is opened without one: binding or connecting it is
//! refused, and left to those who take the file descriptor out.
//!
//! # What a program should know
//!
//! - A socket that listens at a path of `unix` leaves its file behind when it is closed, as the kernel does. The program that
//!   listened removes it. Nothing is removed here: a file that is there already, stale or not, is EADDRINUSE.
//! - A connection to a `unix` socket whose backlog is full fails with EAGAIN instead of waiting, because it is begun without
//!   blocking (connect(2)), and the kernel has nothing by which to wait for it.
//! - A message longer than the buffer is cut, as recv(2) does.
//! - A base protocol is opened with the catalog's family, type and protocol. What the kernel made of it is asked of the socket
//!   (`SO_DOMAIN`, `SO_TYPE`, `SO_PROTOCOL`); it says 0 for the protocol of `unix`, `vsock` and `packet`, and `dgram` for a raw
//!   socket of `unix`.
//!
//! # Options
//!
//! They are set between socket(2) and bind(2), in the order of the table in `options`, and asked back from the kernel. On Linux
//! an accepted socket of TCP or MPTCP inherits what its listener has, with two exceptions: `priority`, which begins at 0 anew, and
//! `quickack`. These are set again on each accepted socket; so are all options of other families, where the accepted socket is
//! made by the peer's connect(2) and inherits next to nothing. `quickack` is set once more when a connection that was begun is
//! there; `false` before that, as here, keeps back the last acknowledgement of the handshake until the first bytes go, or 40 ms.
//! MPTCP refuses some options of TCP, with EOPNOTSUPP or ENOPROTOOPT; which ones depends on the kernel.

mod address;
mod options;
mod socket;

use crate::catalog::{Module, modules};
use crate::net::address::{Address, Target};
use crate::net::provider::{Base, BaseProvider, ProviderError};
use crate::net::socket::{BaseListener, BaseSocket};
use crate::terms::{Family, System as Os};
use options::Stated;
use rustix::io::Errno;
use socket::{SystemListener, SystemSocket};
use socket2::{Domain, Protocol, Socket, Type};

/// The module `system`.
#[derive(Copy, Clone, Debug, Default)]
pub struct System;

/// Connections that may wait to be accepted: the most that Linux grants unless an option says otherwise (`SOMAXCONN`).
const BACKLOG: i32 = 4096;

impl BaseProvider for System {
    fn module(&self) -> &'static Module {
        &modules::system::SYSTEM
    }

    fn resolve(&self, base: &Base<'_>, target: &Target) -> Result<Vec<Address>, ProviderError> {
        address::resolve(base, target)
    }

    fn connect(&self, base: &Base<'_>, address: &Address) -> Result<Box<dyn BaseSocket>, ProviderError> {
        let stated = Stated::of(base)?;
        let socket = open(base, &stated, Type::nonblocking)?;
        let connecting = match address::connect(&socket, address) {
            Ok(()) => {
                stated.when_connected(&socket).map_err(|error| ProviderError::system("setsockopt", error))?;
                false
            }
            Err(error) if Errno::from_io_error(&error) == Some(Errno::INPROGRESS) => true,
            Err(error) if Errno::from_io_error(&error) == Some(Errno::AGAIN) && base.family == Family::UNIX => {
                return Err(ProviderError::system("connect (the listener's backlog is full)", error));
            }
            Err(error) => return Err(ProviderError::system("connect", error)),
        };
        Ok(Box::new(SystemSocket::new(socket, stated, connecting)))
    }

    fn listen(&self, base: &Base<'_>, address: &Address) -> Result<Box<dyn BaseListener>, ProviderError> {
        let stated = Stated::of(base)?;
        let socket = open(base, &stated, |socket_type| socket_type)?;
        address::bind(&socket, address).map_err(|error| ProviderError::system("bind", error))?;
        socket.listen(BACKLOG).map_err(|error| ProviderError::system("listen", error))?;
        Ok(Box::new(SystemListener::new(socket, stated)))
    }

    fn open(&self, base: &Base<'_>, address: Option<&Address>) -> Result<Box<dyn BaseSocket>, ProviderError> {
        let stated = Stated::of(base)?;
        let socket = open(base, &stated, |socket_type| socket_type)?;
        if let Some(address) = address {
            address::bind(&socket, address).map_err(|error| ProviderError::system("bind", error))?;
        }
        Ok(Box::new(SystemSocket::new(socket, stated, false)))
    }

    fn pair(&self, base: &Base<'_>) -> Result<[Box<dyn BaseSocket>; 2], ProviderError> {
        let stated = Stated::of(base)?;
        let (domain, socket_type, protocol) = triple(base)?;
        let pair = Socket::pair(domain, socket_type, protocol);
        let (one, two) = pair.map_err(|error| ProviderError::system("socketpair", error))?;
        for socket in [&one, &two] {
            stated.apply(socket)?;
        }
        Ok([one, two]
            .map(|socket| -> Box<dyn BaseSocket> { Box::new(SystemSocket::new(socket, stated.clone(), false)) }))
    }
}

fn triple(base: &Base<'_>) -> Result<(Domain, Type, Option<Protocol>), ProviderError> {
    let Some(family) = base.family.number(Os::HOST) else {
        return Err(ProviderError::system("socket", Errno::AFNOSUPPORT.into()));
    };
    let protocol = Some(base.protocol.number()).filter(|&number| number != 0).map(Protocol::from);
    Ok((Domain::from(family), Type::from(base.socket_type.number()), protocol))
}

/// A socket with its options set; `flagged` adds what rides in the type.
fn open(base: &Base<'_>, stated: &Stated, flagged: impl Fn(Type) -> Type) -> Result<Socket, ProviderError> {
    let (domain, socket_type, protocol) = triple(base)?;
    let socket = Socket::new(domain, flagged(socket_type), protocol);
    let socket = socket.map_err(|error| ProviderError::system("socket", error))?;
    stated.apply(&socket)?;
    Ok(socket)
}
