//! The frontends of a gateway: the addresses at which it listens, and the proxy protocol at each.

use crate::cli::Failure;
use crate::cli::failure::warn;
use crate::cli::spec::{Exposing, reported};
use crate::cli::traffic::Served;
use sockatlas::net::{Address, Error, Opener};
use sockatlas::{Loader, Registry, Request};
use std::net::{IpAddr, SocketAddr};
use std::path::Path;

/// The proxy protocol at an address.
#[derive(Copy, Clone, Debug, PartialEq, Eq)]
pub(super) enum Protocol {
    Socks5,
    Http,
}

/// An address at which the gateway listens, with the opener that accepts there.
#[derive(Clone)]
pub(super) struct Frontend {
    pub opener: Opener,
    pub address: Address,
    protocol: Protocol,
}

/// The addresses that a HOST:PORT stands for; at least one.
pub(super) struct Addresses<'p> {
    place: &'p str,
    found: Vec<SocketAddr>,
}

/// Returns the registry of the gateway's listening side.
pub(super) fn registry() -> Result<Registry, Failure> {
    Loader::new().builtin().text("gateway.toml", include_str!("../gateway.toml")).load().map_err(Failure::Catalog)
}

impl Protocol {
    /// Returns the name of the chain for addresses of this family.
    fn chain(self, ip: IpAddr) -> &'static str {
        match (self, ip) {
            (Protocol::Socks5, IpAddr::V4(_)) => "gateway-socks5/tcp4",
            (Protocol::Socks5, IpAddr::V6(_)) => "gateway-socks5/tcp6",
            (Protocol::Http, IpAddr::V4(_)) => "gateway-http/tcp4",
            (Protocol::Http, IpAddr::V6(_)) => "gateway-http/tcp6",
        }
    }

    /// Returns the name of the layer that implements the protocol.
    fn layer(self) -> &'static str {
        match self {
            Protocol::Socks5 => "socks5",
            Protocol::Http => "http-connect",
        }
    }

    /// Returns the scheme of a proxy's URL, as programs accept it. With `socks5h`, programs let the proxy resolve
    /// names.
    fn scheme(self) -> &'static str {
        match self {
            Protocol::Socks5 => "socks5h",
            Protocol::Http => "http",
        }
    }
}

impl<'p> Addresses<'p> {
    pub fn find(place: &'p str, registry: &Registry) -> Result<Self, Failure> {
        let mut found = Vec::new();
        let mut first = None;
        for base in ["tcp4", "tcp6"] {
            let opener = opener(registry, base, &Exposing::default())?;
            let addresses = opener.target(place).and_then(|target| opener.resolve(&target));
            match addresses {
                Ok(addresses) => found.extend(addresses.iter().filter_map(Address::socket_addr)),
                Err(error) => drop(first.get_or_insert(error)),
            }
        }
        if place.starts_with(':') {
            let message = format!("`{place}`: at which address? `127.0.0.1{place}` is this host's own");
            return Err(Failure::Message { message, help: None });
        }
        match first {
            Some(error) if found.is_empty() => Err(reported(error)),
            _ => Ok(Addresses { place, found }),
        }
    }

    /// Checks that no other host can reach any of the addresses.
    pub fn are_of_this_host(&self) -> Result<(), Failure> {
        let Some(remote) = self.found.iter().find(|address| !address.ip().to_canonical().is_loopback()) else {
            return Ok(());
        };
        let place = self.place;
        let at = if place.parse() == Ok(*remote) { String::new() } else { format!(" ({})", remote.ip()) };
        let message = format!("`{place}`{at} is no address of loopback: other hosts may reach it");
        let help = "with `--allow-remote --users-file FILE` it serves those of other hosts who have a password";
        Err(Failure::Message { message, help: Some(help.to_owned()) })
    }

    pub fn frontends(
        &self,
        protocol: Protocol,
        registry: &Registry,
        users_file: Option<&Path>,
        exposing: &Exposing,
    ) -> Result<Vec<Frontend>, Failure> {
        let frontend = |address: &SocketAddr| {
            let mut opener = opener(registry, protocol.chain(address.ip()), exposing)?;
            // Messages of clients are sent at once: they may be parts of a handshake, and wait for an answer.
            let base = if address.is_ipv4() { "tcp4" } else { "tcp6" };
            opener = opener.set_word(base, "nodelay", "true").map_err(reported)?;
            // A restarted gateway need not wait until the connections of the last one have timed out.
            opener = opener.set_word(base, "reuse-address", "true").map_err(reported)?;
            if let Some(file) = users_file {
                let path = file.to_str().ok_or_else(|| Failure::Message {
                    message: format!("{}: a path that is no UTF-8", file.display()),
                    help: None,
                })?;
                opener = opener.set_word(protocol.layer(), "users-file", path).map_err(reported)?;
            }
            Ok(Frontend { opener, address: Address::Ip(*address), protocol })
        };
        self.found.iter().map(frontend).collect()
    }
}

fn opener(registry: &Registry, entry: &str, exposing: &Exposing) -> Result<Opener, Failure> {
    match registry.resolve(&Request::named(entry).accepting()) {
        Ok(selection) => Ok(Opener::new(&exposing.providers(), &selection)),
        Err(refusal) => Err(Failure::Message { message: refusal.to_string(), help: None }),
    }
}

impl Frontend {
    /// Returns the URL of the proxy.
    pub fn shown(&self, local: Option<&Address>) -> String {
        format!("{}://{}", self.protocol.scheme(), local.unwrap_or(&self.address))
    }
}

/// Listens at all addresses of a place. A name may stand for addresses that this host does not have, as `localhost`
/// does where there is no IPv6: one that succeeds is enough.
pub(super) fn listen(
    place: &[Frontend],
    listen: impl Fn(&Frontend) -> Result<Served, Error>,
) -> Result<Vec<Served>, Failure> {
    let mut served = Vec::new();
    let mut failed = Vec::new();
    for frontend in place {
        match listen(frontend) {
            Ok(listening) => served.push(listening),
            Err(error) => failed.push(error),
        }
    }
    let mut failed = failed.into_iter();
    if served.is_empty()
        && let Some(error) = failed.next()
    {
        return Err(reported(error));
    }
    failed.for_each(warn);
    Ok(served)
}

/// Returns whether an address is among the listening ones. A wildcard address stands for all addresses for which `here`
/// returns `true`.
pub(super) fn is_among(address: SocketAddr, listening: &[SocketAddr], here: impl Fn(IpAddr) -> bool) -> bool {
    let ip = address.ip().to_canonical();
    listening.iter().any(|own| {
        let same = own.ip().to_canonical() == ip || own.ip().is_unspecified() && here(address.ip());
        own.port() == address.port() && same
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn remote(place: &str) -> Option<String> {
        let registry = registry().expect("it is tested");
        let addresses = Addresses::find(place, &registry).unwrap_or_else(|failure| panic!("{failure:?}"));
        match addresses.are_of_this_host() {
            Ok(()) => None,
            Err(Failure::Message { message, .. }) => Some(message),
            Err(other) => panic!("{other:?}"),
        }
    }

    #[test]
    fn what_other_hosts_may_reach_is_known_from_what_they_do_not() {
        for place in ["127.0.0.1:0", "127.1.2.3:1080", "[::1]:1080", "[::ffff:127.0.0.1]:1080", "localhost:1080"] {
            assert_eq!(remote(place), None);
        }
        for place in ["0.0.0.0:1080", "[::]:0", "192.0.2.1:1080", "[2001:db8::1]:1080", "[::ffff:192.0.2.1]:1080"] {
            let reported = format!("`{place}` is no address of loopback: other hosts may reach it");
            assert_eq!(remote(place), Some(reported));
        }
    }

    #[test]
    fn the_gateway_is_known_by_its_addresses() {
        let address = |text: &str| text.parse::<SocketAddr>().unwrap();
        let own = ["127.0.0.1:1080", "[::1]:1080", "0.0.0.0:8080"].map(address);
        let here = |ip: IpAddr| ip == address("192.0.2.1:0").ip();
        for text in ["127.0.0.1:1080", "[::1]:1080", "[::ffff:127.0.0.1]:1080", "192.0.2.1:8080"] {
            assert!(is_among(address(text), &own, here), "{text}");
        }
        for text in ["127.0.0.1:1081", "192.0.2.1:1080", "192.0.2.2:8080"] {
            assert!(!is_among(address(text), &own, here), "{text}");
        }
    }
}
