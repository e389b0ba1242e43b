//! `proxy-protocol`: a header ahead of the stream says whose connection it is (HAProxy's PROXY protocol, versions 1 and 2, as
//! [proxy-protocol.txt](https://www.haproxy.org/download/2.9/doc/proxy-protocol.txt) specifies them).
//!
//! | file | what |
//! |---|---|
//! | `session` | one connection: the header goes out, or comes in |
//! | `header` | the contents of headers |
//! | `reader` | reads headers of either version, and finds where they end |
//! | `line` | version 1, a line of text |
//! | `binary` | version 2: a signature, commands and addresses |
//! | `unix` | addresses of unix sockets in version 2 |
//! | `vectors` | what may follow the addresses of version 2 |
//! | `escape` | how bytes of the peer are told |
//! | `error` | what can be wrong with a header |
//!
//! Either way the layer retires behind the header, and the socket is the connection.
//!
//! # Connecting
//!
//! The header is of version 2 unless the option `version` says otherwise, and states the [`Origin`](crate::net::Origin) on whose
//! behalf the connection is made ([`Opener::on_behalf_of`](crate::net::Opener::on_behalf_of)). Of two addresses of different
//! families the one of IPv4 is reported as IPv6 (`::ffff:192.0.2.1`, RFC 4291, section 2.5.5.2), as HAProxy does. Paths and abstract
//! names of unix sockets have a form in version 2 only. Whatever the header has no form for is reported as the connection of an
//! unknown somebody (UNKNOWN, or PROXY of an unspecified family), and not as our own, which it is not; a reader is free to reject
//! that in version 2, as HAProxy does, along with the addresses of unix sockets.
//!
//! Made on nobody's behalf, a connection is reported as the specification has it for each version: in version 2 as LOCAL, which says
//! just that, and holds where addresses are translated on the way. Version 1 has no such word, and its UNKNOWN "SHOULD not" be
//! sent for connections of one's own as some receivers reject it, so its line holds the two addresses of the socket (section
//! 2.1); where a proxy lies below, the second one is the proxy's.
//!
//! # Accepting
//!
//! Version 1 or 2, or the one that the option `version` names. A peer that does not begin with a header is refused: to guess would
//! let everybody claim to be anybody (section 2). The origin is a claim, as good as the peer is trusted; who may connect is the
//! business of a firewall. Connections of nobody (LOCAL, UNKNOWN, addresses of an unspecified family) have no origin, and the
//! bytes of such a header are skipped, as the specification demands.
//!
//! What follows the addresses of version 2 is reported as facts: `alpn`, `authority`, `unique-id`, `network-namespace`; of the
//! client's TLS `tls`, `client-certificate`, `common-name`, `cipher`, `signature-algorithm` and `key-algorithm`; and the numbers
//! of all other vectors as `further`. A checksum is verified. Values are escaped, so that no peer can make them look like another
//! fact or control a terminal, and long ones are cut.
//!
//! The header is read here and not by the crate `ppp`, whose version 2.3 is not exact where it matters: it takes `+80` for a port,
//! ends a line of UNKNOWN at a line feed alone, which the specification forbids, waits for ever for the end of one with more than
//! four words, refuses one that is not UTF-8, refuses LOCAL with a family that is to be ignored, and knows no checksum.

mod binary;
mod error;
mod escape;
mod header;
mod line;
mod reader;
mod session;
#[cfg(test)]
mod tests;
mod unix;
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
