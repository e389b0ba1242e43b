//! Targets, as people write them, and addresses, as sockets have them.

use crate::catalog::modules::host_and_port;
use crate::terms::Family;
use std::fmt;
use std::net::{IpAddr, Ipv6Addr, SocketAddr};
use std::path::{Path, PathBuf};

/// The target of a connection, before its name is resolved.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Target {
    /// A host, by name or by address without brackets, and a port.
    Host {
        /// The name or address.
        host: String,
        /// The port; 0 lets the system choose one for a listener.
        port: u16,
    },
    /// An address of a socket.
    Address(Address),
}

/// The address of one end of a socket.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Address {
    /// The address of `inet` and `inet6`: IP address and port.
    Ip(SocketAddr),
    /// The address of `unix`: a path, which is empty for an unnamed socket.
    Unix(PathBuf),
    /// The address of `unix` on Linux in the abstract namespace: a name, without the 0 byte before it.
    UnixAbstract(Vec<u8>),
    /// The address of `vsock`: the context id of the machine, and the port.
    Vsock {
        /// The context id: 2 is the host, 4294967295 any machine.
        cid: u32,
        /// The port; 4294967295 is any port.
        port: u32,
    },
    /// The address of `netlink`: the port id, which is 0 for the kernel and for a new one, and the multicast groups as bits.
    Netlink {
        /// The port id.
        port: u32,
        /// The groups.
        groups: u32,
    },
    /// The address of a base protocol that a program provides.
    Other(String),
}

/// The error for a text that is not a target of the family.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("`{text}` is no address of {family}: {expected} is expected")]
pub struct TargetError {
    text: String,
    family: Family,
    expected: &'static str,
}

impl Target {
    /// Creates the target of a host and a port.
    pub fn host(host: impl Into<String>, port: u16) -> Self {
        Target::Host { host: host.into(), port }
    }

    /// Parses a target in the notation of the family:
    ///
    /// - `inet` and `inet6`: `HOST:PORT`, `[ADDRESS]:PORT` and, for an address that is valid on one network interface only,
    ///   `[ADDRESS%INTERFACE]:PORT`;
    /// - `unix`: a path or `@NAME`;
    /// - `vsock`: `CID:PORT`, where the CID may be `any`, `host` or `local`, and the port `any`;
    /// - `netlink`: `PORT` or `PORT:GROUPS`;
    /// - other families: any text.
    ///
    /// # Errors
    ///
    /// The text is not a target of the family.
    pub fn parse(family: Family, text: &str) -> Result<Target, TargetError> {
        let wrong = |expected| TargetError { text: text.to_owned(), family, expected };
        let number = |text: &str| text.parse::<u32>().ok();
        match family {
            Family::INET | Family::INET6 => {
                let expected = "HOST:PORT, as in `example.org:443` or `[::1]:443`,";
                // An empty host and port 0 are for listeners.
                match text.rsplit_once(':') {
                    _ if text.contains('%') => scoped(text).ok_or_else(|| wrong(expected)),
                    Some(("", port)) => {
                        let port = port.parse().map_err(|_| wrong(expected))?;
                        Ok(Target::host("", port))
                    }
                    Some((host, "0")) => match host_and_port(&format!("{host}:1")) {
                        Some((host, _)) => Ok(Target::host(host, 0)),
                        None => Err(wrong(expected)),
                    },
                    _ => {
                        let (host, port) = host_and_port(text).ok_or_else(|| wrong(expected))?;
                        Ok(Target::host(host, port))
                    }
                }
            }
            Family::UNIX => match text.strip_prefix('@') {
                Some(name) => Ok(Target::Address(Address::UnixAbstract(name.as_bytes().to_vec()))),
                None if text.is_empty() || text.contains('\0') => Err(wrong("a path, or @NAME,")),
                None => Ok(Target::Address(Address::Unix(text.into()))),
            },
            Family::VSOCK => {
                let parts = text.split_once(':').and_then(|(cid, port)| {
                    let cid = match cid {
                        "any" => Some(u32::MAX),
                        "host" => Some(2),
                        "local" => Some(1),
                        cid => number(cid),
                    };
                    let port = if port == "any" { Some(u32::MAX) } else { number(port) };
                    Some(Address::Vsock { cid: cid?, port: port? })
                });
                parts.map(Target::Address).ok_or_else(|| wrong("CID:PORT"))
            }
            Family::NETLINK => {
                let (port, groups) = text.split_once(':').unwrap_or((text, "0"));
                match (number(port), number(groups)) {
                    (Some(port), Some(groups)) => Ok(Target::Address(Address::Netlink { port, groups })),
                    _ => Err(wrong("PORT or PORT:GROUPS")),
                }
            }
            _ => Ok(Target::Address(Address::Other(text.to_owned()))),
        }
    }

    /// Returns the host and the port, or `None` if the target has none. Proxies and certificates need them.
    pub fn host_and_port(&self) -> Option<(String, u16)> {
        match self {
            Target::Host { host, port } => Some((host.clone(), *port)),
            Target::Address(Address::Ip(address)) => Some((address.ip().to_string(), address.port())),
            Target::Address(_) => None,
        }
    }
}

/// Parses `[ADDRESS%INTERFACE]:PORT` of RFC 4007, section 11.
fn scoped(text: &str) -> Option<Target> {
    let (host, port) = text.strip_prefix('[')?.split_once("]:")?;
    let (address, interface) = host.split_once('%')?;
    let named = !interface.is_empty() && !interface.contains(|c: char| c.is_whitespace() || c.is_control());
    let whole = named && address.parse::<Ipv6Addr>().is_ok();
    whole.then_some(Target::host(host, port.parse().ok()?))
}

impl From<Address> for Target {
    fn from(address: Address) -> Self {
        Target::Address(address)
    }
}

impl From<SocketAddr> for Target {
    fn from(address: SocketAddr) -> Self {
        Target::Address(Address::Ip(address))
    }
}

impl fmt::Display for Target {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            // Among hosts only IPv6 addresses contain colons.
            Target::Host { host, port } if host.contains(':') => write!(f, "[{host}]:{port}"),
            Target::Host { host, port } => write!(f, "{host}:{port}"),
            Target::Address(address) => address.fmt(f),
        }
    }
}

impl Address {
    /// Returns the family of sockets that have such addresses, or `None` if it is not known.
    pub fn family(&self) -> Option<Family> {
        match self {
            Address::Ip(SocketAddr::V4(_)) => Some(Family::INET),
            Address::Ip(SocketAddr::V6(_)) => Some(Family::INET6),
            Address::Unix(_) | Address::UnixAbstract(_) => Some(Family::UNIX),
            Address::Vsock { .. } => Some(Family::VSOCK),
            Address::Netlink { .. } => Some(Family::NETLINK),
            Address::Other(_) => None,
        }
    }

    /// Formats the address with its protocol before it, as in `tcp://[::1]:443`, so that addresses of two protocols with the same
    /// port differ.
    pub fn with_protocol(&self, protocol: &str) -> String {
        format!("{protocol}://{self}")
    }

    /// Returns the IP address, or `None` if it has none.
    pub fn ip(&self) -> Option<IpAddr> {
        match self {
            Address::Ip(address) => Some(address.ip()),
            _ => None,
        }
    }

    /// Returns the IP address and port, or `None` if it has none.
    pub fn socket_addr(&self) -> Option<SocketAddr> {
        match self {
            Address::Ip(address) => Some(*address),
            _ => None,
        }
    }

    /// Returns the path, or `None` if it has none.
    pub fn path(&self) -> Option<&Path> {
        match self {
            Address::Unix(path) => Some(path),
            _ => None,
        }
    }
}

impl fmt::Display for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Address::Ip(address) => address.fmt(f),
            Address::Unix(path) if path.as_os_str().is_empty() => f.write_str("(unnamed)"),
            Address::Unix(path) => path.display().fmt(f),
            Address::UnixAbstract(name) => write!(f, "@{}", name.escape_ascii()),
            Address::Vsock { cid, port } => {
                let part = |number: u32| if number == u32::MAX { "any".to_owned() } else { number.to_string() };
                write!(f, "{}:{}", part(*cid), part(*port))
            }
            Address::Netlink { port, groups: 0 } => port.fmt(f),
            Address::Netlink { port, groups } => write!(f, "{port}:{groups}"),
            Address::Other(text) => f.write_str(text),
        }
    }
}

/// A value that can be read as a target.
pub trait ToTarget {
    /// Returns the value as a target of this family.
    ///
    /// # Errors
    ///
    /// The value is no target of the family.
    fn to_target(&self, family: Family) -> Result<Target, TargetError>;
}

impl ToTarget for str {
    fn to_target(&self, family: Family) -> Result<Target, TargetError> {
        Target::parse(family, self)
    }
}

impl ToTarget for String {
    fn to_target(&self, family: Family) -> Result<Target, TargetError> {
        Target::parse(family, self)
    }
}

impl ToTarget for Target {
    fn to_target(&self, _: Family) -> Result<Target, TargetError> {
        Ok(self.clone())
    }
}

impl ToTarget for SocketAddr {
    fn to_target(&self, _: Family) -> Result<Target, TargetError> {
        Ok((*self).into())
    }
}

impl ToTarget for Address {
    fn to_target(&self, _: Family) -> Result<Target, TargetError> {
        Ok(self.clone().into())
    }
}

impl<T: ToTarget + ?Sized> ToTarget for &T {
    fn to_target(&self, family: Family) -> Result<Target, TargetError> {
        (**self).to_target(family)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn targets_are_read_in_the_scope_of_their_family() {
        let read = |family, text| Target::parse(family, text).map(|target| target.to_string());
        for (family, text) in [
            (Family::INET, "example.org:443"),
            (Family::INET, "127.0.0.1:0"),
            (Family::INET6, "[::1]:443"),
            (Family::INET6, "[fe80::1%eth0]:443"),
            (Family::UNIX, "/run/x.sock"),
            (Family::UNIX, "@name"),
            (Family::VSOCK, "3:1024"),
            (Family::VSOCK, "any:1024"),
            (Family::NETLINK, "0"),
            (Family::NETLINK, "0:1"),
            (Family::BLUETOOTH, "00:11:22:33:44:55"),
        ] {
            assert_eq!(read(family, text).as_deref(), Ok(text));
        }
        let wrong = ["::1:443", "[fe80::1%]:443", "fe80::1%eth0:443", "[x%eth0]:443"].map(|text| (Family::INET6, text));
        for (family, text) in wrong.into_iter().chain([(Family::INET, "example.org"), (Family::UNIX, "")]) {
            assert!(read(family, text).is_err(), "{text}");
        }
        let reported = read(Family::VSOCK, "3").unwrap_err().to_string();
        assert_eq!(reported, "`3` is no address of vsock: CID:PORT is expected");
    }

    #[test]
    fn addresses_are_shown_with_their_protocol() {
        let address = Address::Ip("[::1]:443".parse().unwrap());
        assert_eq!(address.with_protocol("tcp"), "tcp://[::1]:443");
        assert_ne!(address.with_protocol("tcp"), address.with_protocol("udp"));
    }
}
