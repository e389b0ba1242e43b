//! `system`: the sockets of the operating system, by socket2.

mod address;
mod options;

use crate::catalog::{Module, OptionValue, modules};
use crate::net::address::{Address, Target};
use crate::net::provider::{Base, BaseProvider, ProviderError};
use crate::net::socket::{BaseListener, BaseSocket};
use crate::terms::System as Os;
use socket2::{Domain, Protocol, Socket, Type};
use std::io::{self, IoSlice, Read, Write};
use std::net::Shutdown;
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};
use std::time::Duration;

/// The module `system`.
#[derive(Copy, Clone, Debug, Default)]
pub struct System;

/// Connections that may wait to be accepted: the most that Linux grants unless it is told otherwise (`SOMAXCONN`).
const BACKLOG: i32 = 4096;

impl BaseProvider for System {
    fn module(&self) -> &'static Module {
        &modules::system::SYSTEM
    }

    fn resolve(&self, base: &Base<'_>, target: &Target) -> Result<Vec<Address>, ProviderError> {
        address::resolve(base, target)
    }

    fn connect(&self, base: &Base<'_>, address: &Address) -> Result<Box<dyn BaseSocket>, ProviderError> {
        let socket = socket(base)?;
        socket.set_nonblocking(true).map_err(|error| ProviderError::system("fcntl", error))?;
        match address::connect(&socket, address) {
            Ok(()) => Ok(Box::new(SystemSocket { socket, connecting: false })),
            Err(error) if error.raw_os_error() == Some(rustix::io::Errno::INPROGRESS.raw_os_error()) => {
                Ok(Box::new(SystemSocket { socket, connecting: true }))
            }
            Err(error) => Err(ProviderError::system("connect", error)),
        }
    }

    fn listen(&self, base: &Base<'_>, address: &Address) -> Result<Box<dyn BaseListener>, ProviderError> {
        let socket = socket(base)?;
        address::bind(&socket, address).map_err(|error| ProviderError::system("bind", error))?;
        socket.listen(BACKLOG).map_err(|error| ProviderError::system("listen", error))?;
        Ok(Box::new(SystemListener { socket }))
    }

    fn open(&self, base: &Base<'_>, address: Option<&Address>) -> Result<Box<dyn BaseSocket>, ProviderError> {
        let socket = socket(base)?;
        if let Some(address) = address {
            address::bind(&socket, address).map_err(|error| ProviderError::system("bind", error))?;
        }
        Ok(Box::new(SystemSocket { socket, connecting: false }))
    }

    fn pair(&self, base: &Base<'_>) -> Result<[Box<dyn BaseSocket>; 2], ProviderError> {
        let (domain, socket_type, protocol) = triple(base)?;
        let pair = Socket::pair(domain, socket_type, protocol);
        let (one, two) = pair.map_err(|error| ProviderError::system("socketpair", error))?;
        for socket in [&one, &two] {
            options::apply(socket, base)?;
        }
        Ok([one, two].map(|socket| -> Box<dyn BaseSocket> { Box::new(SystemSocket { socket, connecting: false }) }))
    }
}

fn triple(base: &Base<'_>) -> Result<(Domain, Type, Option<Protocol>), ProviderError> {
    let Some(family) = base.family.number(Os::HOST) else {
        let missing = io::Error::from_raw_os_error(rustix::io::Errno::AFNOSUPPORT.raw_os_error());
        return Err(ProviderError::system("socket", missing));
    };
    let protocol = Some(base.protocol.number()).filter(|&number| number != 0).map(Protocol::from);
    Ok((Domain::from(family), Type::from(base.socket_type.number()), protocol))
}

fn socket(base: &Base<'_>) -> Result<Socket, ProviderError> {
    let (domain, socket_type, protocol) = triple(base)?;
    let socket = Socket::new(domain, socket_type, protocol).map_err(|error| ProviderError::system("socket", error))?;
    options::apply(&socket, base)?;
    Ok(socket)
}

struct SystemSocket {
    socket: Socket,
    connecting: bool,
}

impl BaseSocket for SystemSocket {
    fn read(&mut self, target: &mut [u8]) -> io::Result<usize> {
        self.socket.read(target)
    }

    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.socket.write(bytes)
    }

    fn write_vectored(&mut self, pieces: &[IoSlice<'_>]) -> io::Result<usize> {
        self.socket.write_vectored(pieces)
    }

    fn shutdown_write(&mut self) -> io::Result<()> {
        match self.socket.shutdown(Shutdown::Write) {
            // A peer that has gone needs no goodbye; sockets without connections have none to say.
            Err(error) if error.kind() == io::ErrorKind::NotConnected => Ok(()),
            result => result,
        }
    }

    fn finish_connect(&mut self) -> io::Result<bool> {
        if self.connecting {
            if let Some(error) = self.socket.take_error()? {
                return Err(error);
            }
            // A socket that has a peer is connected; one that has neither peer nor error still waits.
            match self.socket.peer_addr() {
                Ok(_) => self.connecting = false,
                Err(error) if error.kind() == io::ErrorKind::NotConnected => return Ok(false),
                Err(error) => return Err(error),
            }
        }
        Ok(true)
    }

    fn set_nonblocking(&self, nonblocking: bool) -> io::Result<()> {
        self.socket.set_nonblocking(nonblocking)
    }

    fn set_read_timeout(&self, limit: Option<Duration>) -> io::Result<()> {
        self.socket.set_read_timeout(limit)
    }

    fn set_write_timeout(&self, limit: Option<Duration>) -> io::Result<()> {
        self.socket.set_write_timeout(limit)
    }

    fn local(&self) -> Option<Address> {
        address::local(&self.socket)
    }

    fn peer(&self) -> Option<Address> {
        address::peer(&self.socket)
    }

    fn triple(&self) -> Option<(i32, i32, i32)> {
        let protocol = self.socket.protocol().ok()?.map_or(0, i32::from);
        Some((self.socket.domain().ok()?.into(), self.socket.r#type().ok()?.into(), protocol))
    }

    fn option(&self, name: &str) -> io::Result<OptionValue> {
        options::query(&self.socket, name)
    }

    fn send_to(&self, bytes: &[u8], to: &Address) -> io::Result<usize> {
        address::send_to(&self.socket, bytes, to)
    }

    fn recv_from(&self, target: &mut [u8]) -> io::Result<(usize, Option<Address>)> {
        address::recv_from(&self.socket, target)
    }

    fn fd(&self) -> Option<BorrowedFd<'_>> {
        Some(self.socket.as_fd())
    }

    fn into_fd(self: Box<Self>) -> Result<OwnedFd, Box<dyn BaseSocket>> {
        Ok(self.socket.into())
    }
}

struct SystemListener {
    socket: Socket,
}

impl BaseListener for SystemListener {
    fn accept(&self) -> io::Result<Box<dyn BaseSocket>> {
        let (socket, _) = self.socket.accept()?;
        Ok(Box::new(SystemSocket { socket, connecting: false }))
    }

    fn set_nonblocking(&self, nonblocking: bool) -> io::Result<()> {
        self.socket.set_nonblocking(nonblocking)
    }

    fn local(&self) -> Option<Address> {
        address::local(&self.socket)
    }

    fn option(&self, name: &str) -> io::Result<OptionValue> {
        options::query(&self.socket, name)
    }

    fn fd(&self) -> Option<BorrowedFd<'_>> {
        Some(self.socket.as_fd())
    }
}
