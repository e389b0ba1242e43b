//! `http-connect`: connects through an HTTP proxy with the method CONNECT (RFC 9110, section 9.3.6), optionally with a user and a
//! password (basic authentication, RFC 7617); or accepts the clients of an HTTP proxy.
//!
//! | file | what |
//! |---|---|
//! | `message` | the parts of the messages that both sides share |
//! | `connect` | the connecting side: one connection through a proxy, and its errors |
//! | `accept` | the accepting side: the session with one client, and its errors |
//!
//! The connecting side sends the name of the target to the proxy, and does not resolve it. After an answer with status 2xx the
//! layer retires, and the socket is the connection to the target. The credentials are sent with the first request, readable by
//! everyone on the way; `tls` below this layer encrypts them.
//!
//! The accepting side serves the method CONNECT only; the target of the request is the connection's [claim](machine::Claims). The
//! session waits for the answer to the claim, and retires if it is granted. With a `users-file` the client must be one of those
//! users. A request that fails is answered with the matching status, with `Proxy-Status` (RFC 9209) and with a line of text; no
//! second request is read from the same connection, so a client that was asked for a password connects again.

mod accept;
mod connect;
mod message;
#[cfg(test)]
mod tests;

pub use accept::HttpConnectClientError;
pub use connect::{HttpConnectError, Status};

use crate::catalog::{Module, modules};
#[cfg(doc)]
use crate::net::machine;
use crate::net::provider::{Layer, LayerProvider, ProviderError, Role};
use crate::net::settings::Settings;
use accept::Accepting;
use connect::Connecting;
use std::sync::Arc;

/// The module `http-connect`.
#[derive(Copy, Clone, Debug, Default)]
pub struct HttpConnect;

impl LayerProvider for HttpConnect {
    fn module(&self) -> &'static Module {
        &modules::http_connect::HTTP_CONNECT
    }

    fn prepare(&self, settings: &Settings<'_>, role: Role) -> Result<Arc<dyn Layer>, ProviderError> {
        Ok(match role {
            Role::Connect => Arc::new(Connecting::new(settings)?),
            Role::Accept => Arc::new(Accepting::new(settings)?),
        })
    }
}
