//! `proxy-protocol`: sends or reads a header ahead of the stream, which states whose connection it is (HAProxy's PROXY protocol,
//! versions 1 and 2, as [proxy-protocol.txt](https://www.haproxy.org/download/2.9/doc/proxy-protocol.txt) specifies them).
//!
//! | file | what |
//! |---|---|
//! | `session` | the sessions that send or read the header of one connection |
//! | `header` | headers of either version: their contents, and where they end |
//! | `line` | version 1, a line of text |
//! | `binary` | version 2: a signature, commands and addresses |
//! | `vectors` | the vectors behind the addresses of version 2 |
//! | `escape` | escapes bytes of the peer |
//! | `error` | the errors of headers |
//!
//! In both roles the layer retires behind the header, and the socket is the connection.
//!
//! # Connecting
//!
//! The header is of version 2 unless the option `version` says otherwise, and states the [`Origin`](crate::net::Origin) on whose
//! behalf the connection is made ([`Opener::on_behalf_of`](crate::net::Opener::on_behalf_of)). If the two addresses are of
//! different families, the one of IPv4 is sent as IPv6 (`::ffff:192.0.2.1`, RFC 4291, section 2.5.5.2), as HAProxy does. Only
//! version 2 has a form for paths and abstract names of unix sockets. An origin that the header cannot express is sent as an
//! unknown one (UNKNOWN, or PROXY of an unspecified family), and not as our own connection, which it is not; readers may reject
//! this in version 2, along with the addresses of unix sockets, as HAProxy does.
//!
//! A connection that is not made on behalf of another is sent as the specification demands for each version. In version 2 it is
//! LOCAL, which has exactly this meaning, and stays true where addresses are translated on the way. Version 1 has no such word,
//! and its UNKNOWN "SHOULD not" be sent for connections of one's own, as some receivers reject it, so its line contains the two
//! addresses of the socket (section 2.1); where a proxy lies below, the second one is the proxy's.
//!
//! # Accepting
//!
//! Version 1 and 2 are accepted, or only the one that the option `version` names. A peer that does not begin with a header is
//! refused: to guess would let everybody claim to be anybody (section 2). The origin is a claim, as trustworthy as the peer; a
//! firewall must decide who may connect. Headers without an origin (LOCAL, UNKNOWN, addresses of an unspecified family) are
//! accepted, and the rest of such a header is skipped, as the specification demands.
//!
//! The vectors behind the addresses of version 2 are reported as facts: `alpn`, `authority`, `unique-id`, `network-namespace`; of
//! the client's TLS `tls`, `client-certificate`, `common-name`, `cipher`, `signature-algorithm` and `key-algorithm`; and the
//! numbers of all other vectors as `further`. A checksum is verified. Values are escaped, so that no peer can make them look like
//! another fact or control a terminal, and long ones are cut.
//!
//! The header is not parsed by the crate `ppp`, because its version 2.3 is inexact in points that matter: it accepts `+80` as a
//! port, ends a line of UNKNOWN at a line feed alone, which the specification forbids, waits forever for the end of a line with
//! more than four words, refuses a line that is not UTF-8, refuses LOCAL with a family that must be ignored, and does not know
//! checksums.

mod binary;
mod error;
mod escape;
mod header;
mod line;
mod session;
#[cfg(test)]
mod tests;
mod vectors;

pub use error::{ProxyProtocolError, Vector, Word};
pub use header::Version;

use crate::catalog::{Module, modules};
use crate::net::machine::{HandshakeSession, Session};
use crate::net::provider::{Context, Layer, LayerProvider, ProviderError, Role};
use crate::net::settings::Settings;
use session::{Accepting, Connecting};
use std::sync::Arc;

/// The module `proxy-protocol`.
#[derive(Copy, Clone, Debug, Default)]
pub struct ProxyProtocol;

/// The layer with its options: creates the sessions of one role, for one version or for both.
#[derive(Debug)]
struct Prepared {
    role: Role,
    version: Option<Version>,
}

impl LayerProvider for ProxyProtocol {
    fn module(&self) -> &'static Module {
        &modules::proxy_protocol::PROXY_PROTOCOL
    }

    fn prepare(&self, settings: &Settings<'_>, role: Role) -> Result<Arc<dyn Layer>, ProviderError> {
        let version = match settings.integer("version") {
            Some(1) => Some(Version::One),
            Some(2) => Some(Version::Two),
            // The range of the option allows no other value.
            _ => None,
        };
        Ok(Arc::new(Prepared { role, version }))
    }
}

impl Layer for Prepared {
    fn session(&self, context: &Context<'_>) -> Result<Box<dyn Session>, ProviderError> {
        Ok(match self.role {
            Role::Connect => {
                let version = self.version.unwrap_or(Version::Two);
                Box::new(HandshakeSession::new(Connecting::new(version, context.origin.cloned())))
            }
            Role::Accept => Box::new(HandshakeSession::new(Accepting::new(self.version))),
        })
    }
}
