//! Addresses of the system's sockets: resolves names, binds and connects addresses, and reads them back.

use crate::net::address::{Address, Target};
use crate::net::provider::{Base, ProviderError};
use crate::terms::Family;
use rustix::io::retry_on_intr;
use rustix::net::netlink::SocketAddrNetlink;
use rustix::net::{RecvFlags, SendFlags};
use socket2::{SockAddr, Socket, Type};
use std::ffi::OsStr;
use std::io;
use std::net::{SocketAddr, ToSocketAddrs};
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};

pub(super) fn resolve(base: &Base<'_>, target: &Target) -> Result<Vec<Address>, ProviderError> {
    let (host, port) = match target {
        Target::Address(address) if address.family() == Some(base.family) => return Ok(vec![address.clone()]),
        Target::Address(address) => {
            return Err(ProviderError::unsupported(format!("`{address}` as an address of {}", base.family)));
        }
        Target::Host { host, port } => (host.as_str(), *port),
    };
    let wildcard = if base.family == Family::INET6 { "::" } else { "0.0.0.0" };
    let host = if host.is_empty() { wildcard } else { host };
    let found = (host, port).to_socket_addrs().map_err(|error| ProviderError::unresolved(host, error))?;
    let fits = |address: &Address| address.family() == Some(base.family);
    let mut addresses: Vec<Address> = Vec::new();
    for address in found.map(Address::Ip).filter(fits) {
        if !addresses.contains(&address) {
            addresses.push(address);
        }
    }
    if addresses.is_empty() {
        return Err(ProviderError::unresolved(host, format!("it has no address of {}", base.family)));
    }
    Ok(addresses)
}

/// An address in the form of the crate that can pass it to the system: socket2 does not support netlink.
enum Passed {
    Plain(SockAddr),
    Netlink(SocketAddrNetlink),
}

fn passed(address: &Address) -> io::Result<Passed> {
    match address {
        Address::Ip(address) => Ok(Passed::Plain((*address).into())),
        Address::Unix(path) => unix(path).map(Passed::Plain),
        Address::UnixAbstract(name) => abstract_name(name).map(Passed::Plain),
        Address::Vsock { cid, port } => Ok(Passed::Plain(SockAddr::vsock(*cid, *port))),
        Address::Netlink { port, groups } => Ok(Passed::Netlink(SocketAddrNetlink::new(*port, *groups))),
        Address::Other(text) => Err(wrong(format!("`{text}` is no address that the system's sockets know"))),
    }
}

/// The longest path or abstract name in bytes: one byte less than `sun_path` of unix(7), as a path has a 0 after it, and an
/// abstract name one before it.
const PATH: usize = 107;

fn unix(path: &Path) -> io::Result<SockAddr> {
    let bytes = path.as_os_str().as_bytes();
    if bytes.len() > PATH {
        return Err(wrong(format!("a path of a unix socket has at most {PATH} bytes, this one has {}", bytes.len())));
    }
    if bytes.contains(&0) {
        return Err(wrong("a path of a unix socket has no 0 bytes".to_owned()));
    }
    SockAddr::unix(path)
}

fn abstract_name(name: &[u8]) -> io::Result<SockAddr> {
    if name.len() > PATH {
        return Err(wrong(format!("a name of a unix socket has at most {PATH} bytes, this one has {}", name.len())));
    }
    SockAddr::unix(OsStr::from_bytes(&[&[0], name].concat()))
}

fn wrong(problem: String) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidInput, problem)
}

fn read_back(address: &SockAddr) -> Option<Address> {
    if let Some(address) = address.as_socket() {
        return Some(Address::Ip(address));
    }
    if let Some((cid, port)) = address.as_vsock_address() {
        return Some(Address::Vsock { cid, port });
    }
    if let Some(name) = address.as_abstract_namespace() {
        return Some(Address::UnixAbstract(name.to_owned()));
    }
    address.is_unix().then(|| Address::Unix(address.as_pathname().map(Into::into).unwrap_or_default()))
}

fn netlink(address: rustix::net::SocketAddrAny) -> Option<Address> {
    let address = SocketAddrNetlink::try_from(address).ok()?;
    Some(Address::Netlink { port: address.pid(), groups: address.groups() })
}

pub(super) fn connect(socket: &Socket, address: &Address) -> io::Result<()> {
    match passed(address)? {
        Passed::Plain(address) => socket.connect(&address),
        Passed::Netlink(address) => Ok(rustix::net::connect(socket, &address)?),
    }
}

pub(super) fn bind(socket: &Socket, address: &Address) -> io::Result<()> {
    match passed(address)? {
        Passed::Plain(address) => socket.bind(&address),
        Passed::Netlink(address) => Ok(rustix::net::bind(socket, &address)?),
    }
}

pub(super) fn local(socket: &Socket) -> Option<Address> {
    let address = socket.local_addr().ok()?;
    read_back(&address).or_else(|| netlink(rustix::net::getsockname(socket).ok()?))
}

pub(super) fn peer(socket: &Socket) -> Option<Address> {
    let address = socket.peer_addr().ok()?;
    read_back(&address).or_else(|| netlink(rustix::net::getpeername(socket).ok()??))
}

pub(super) fn send_to(socket: &Socket, bytes: &[u8], to: &Address) -> io::Result<usize> {
    let flags = SendFlags::NOSIGNAL;
    match passed(to)? {
        Passed::Plain(address) => loop {
            match socket.send_to_with_flags(bytes, &address, flags.bits() as i32) {
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                result => return result,
            }
        },
        Passed::Netlink(address) => Ok(retry_on_intr(|| rustix::net::sendto(socket, bytes, flags, &address))?),
    }
}

pub(super) fn recv_from(socket: &Socket, family: Family, target: &mut [u8]) -> io::Result<(usize, Option<Address>)> {
    // rustix cannot read addresses of vsock, and not all of unix; socket2 can, but not together with the bytes. A socket is used
    // by one thread at a time, so the message that is peeked at is the one that is then received.
    let by_socket2 = (family == Family::UNIX || family == Family::VSOCK) && socket.r#type()? == Type::DGRAM;
    let peeked = if by_socket2 { Some(peek_sender(socket)?) } else { None };
    let (count, _, address) = retry_on_intr(|| rustix::net::recvfrom(socket, &mut *target, RecvFlags::empty()))?;
    let address = match (peeked, address) {
        (Some(peeked), _) => read_back(&peeked).or_else(|| unnamed(family)),
        (None, Some(address)) if family == Family::NETLINK => netlink(address),
        (None, Some(address)) => SocketAddr::try_from(address).ok().map(Address::Ip),
        (None, None) => None,
    };
    Ok((count, address))
}

fn peek_sender(socket: &Socket) -> io::Result<SockAddr> {
    loop {
        match socket.peek_sender() {
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            result => return result,
        }
    }
}

/// Returns the sender of a message that came without an address: for unix, a socket that was never bound.
fn unnamed(family: Family) -> Option<Address> {
    (family == Family::UNIX).then(|| Address::Unix(PathBuf::new()))
}
