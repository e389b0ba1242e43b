//! Addresses of the system's sockets: names looked up, addresses bound, connected and read back.

use crate::net::address::{Address, Target};
use crate::net::provider::{Base, ProviderError};
use crate::terms::Family;
use socket2::{SockAddr, Socket};
use std::io;
use std::net::ToSocketAddrs;

pub(super) fn resolve(base: &Base<'_>, target: &Target) -> Result<Vec<Address>, ProviderError> {
    let (host, port) = match target {
        Target::Address(address) => return Ok(vec![address.clone()]),
        Target::Host { host, port } => (host.as_str(), *port),
    };
    let wildcard = if base.family == Family::INET6 { "::" } else { "0.0.0.0" };
    let host = if host.is_empty() { wildcard } else { host };
    let found = (host, port).to_socket_addrs().map_err(|error| ProviderError::unresolved(host, error))?;
    let fits = |address: &std::net::SocketAddr| address.is_ipv6() == (base.family == Family::INET6);
    let mut addresses: Vec<Address> = Vec::new();
    for address in found.filter(fits).map(Address::Ip) {
        if !addresses.contains(&address) {
            addresses.push(address);
        }
    }
    if addresses.is_empty() {
        return Err(ProviderError::unresolved(host, format!("it has no address of {}", base.family)));
    }
    Ok(addresses)
}

fn sock_addr(address: &Address) -> io::Result<SockAddr> {
    match address {
        Address::Ip(address) => Ok((*address).into()),
        Address::Unix(path) => SockAddr::unix(path),
        _ => Err(io::ErrorKind::Unsupported.into()),
    }
}

fn from_sock_addr(address: &SockAddr) -> Option<Address> {
    if let Some(address) = address.as_socket() {
        return Some(Address::Ip(address));
    }
    address.is_unix().then(|| Address::Unix(address.as_pathname().map(Into::into).unwrap_or_default()))
}

pub(super) fn connect(socket: &Socket, address: &Address) -> io::Result<()> {
    socket.connect(&sock_addr(address)?)
}

pub(super) fn bind(socket: &Socket, address: &Address) -> io::Result<()> {
    socket.bind(&sock_addr(address)?)
}

pub(super) fn local(socket: &Socket) -> Option<Address> {
    from_sock_addr(&socket.local_addr().ok()?)
}

pub(super) fn peer(socket: &Socket) -> Option<Address> {
    from_sock_addr(&socket.peer_addr().ok()?)
}

pub(super) fn send_to(socket: &Socket, bytes: &[u8], to: &Address) -> io::Result<usize> {
    socket.send_to(bytes, &sock_addr(to)?)
}

pub(super) fn recv_from(socket: &Socket, target: &mut [u8]) -> io::Result<(usize, Option<Address>)> {
    let (count, address) = rustix::net::recvfrom(socket, target, rustix::net::RecvFlags::empty())
        .map(|(count, _, address)| (count, address))?;
    let address = address.and_then(|address| std::net::SocketAddr::try_from(address).ok()).map(Address::Ip);
    Ok((count, address))
}
