//! The module `system`: the sockets of the operating system, through socket2, and through rustix where socket2 lacks a call.
//!
//! Written for Linux. Every family of its catalog can be opened. Addresses are supported for `inet`, `inet6`, `unix`, `vsock` and
//! `netlink`. A socket of another family, such as `packet` and `xdp`, is opened without an address: binding or connecting it is
//! an error, and is left to programs that take the file descriptor out.
//!
//! # Behaviour of the kernel
//!
//! - A socket that listens at a path of `unix` leaves its file behind when it is closed, as the kernel does. The program that
//!   listened removes it. Nothing is removed here: a file that exists already, stale or not, causes EADDRINUSE.
//! - A connection to a `unix` socket whose backlog is full fails with EAGAIN instead of waiting, because it is begun without
//!   blocking (connect(2)), and the kernel provides no event to wait for.
//! - A message longer than the buffer is truncated, as by recv(2).
//! - A base protocol is opened with the catalog's family, type and protocol. The actual values are queried from the socket
//!   (`SO_DOMAIN`, `SO_TYPE`, `SO_PROTOCOL`); the kernel reports 0 for the protocol of `unix`, `vsock` and `packet`, and `dgram`
//!   for a raw socket of `unix`.
//!
//! # Options
//!
//! Options are set between socket(2) and bind(2), in the order of the table in `options`, and read back from the kernel. On Linux
//! an accepted socket of TCP or MPTCP inherits the options of its listener, with two exceptions: `priority`, which is reset to 0,
//! and `quickack`. These are set again on each accepted socket; so are all options of other families, where the accepted socket
//! is created by the peer's connect(2) and inherits almost nothing. `quickack` is set once more when a connection is established;
//! `false` before that, as here, delays the last acknowledgement of the handshake until the first bytes are sent, or for 40 ms.
//! MPTCP rejects some options of TCP, with EOPNOTSUPP or ENOPROTOOPT; which ones depends on the kernel.

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

/// The provider of the module `system`.
#[derive(Copy, Clone, Debug, Default)]
pub struct System;

/// The number of connections that may wait to be accepted: the most that Linux grants by default (`SOMAXCONN`).
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
                return Err(ProviderError::system("connect", error).with_argument("(the listener's backlog is full)"));
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

/// Opens a socket, and sets its options; `flagged` adds flags to the type.
fn open(base: &Base<'_>, stated: &Stated, flagged: impl Fn(Type) -> Type) -> Result<Socket, ProviderError> {
    let (domain, socket_type, protocol) = triple(base)?;
    let socket = Socket::new(domain, flagged(socket_type), protocol);
    let socket = socket.map_err(|error| ProviderError::system("socket", error))?;
    stated.apply(&socket)?;
    Ok(socket)
}
