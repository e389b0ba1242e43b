//! `http-connect`: connects through an HTTP proxy with the method CONNECT (RFC 9110, section 9.3.6), as a user with a password
//! (basic authentication, RFC 7617) if there is one; or accepts the clients of one.
//!
//! | file | what |
//! |---|---|
//! | `message` | what both sides share of the messages |
//! | `connect` | the connecting side: one connection through a proxy, and what can go wrong with it |
//! | `accept` | the accepting side: one client, and what can go wrong with it |
//!
//! Connecting, the proxy is told the name of the target, never an address that was looked up here. Once it has answered with 2xx
//! the layer retires, and the socket is the connection to the target. User and password are sent with the request, unasked, and
//! readable for whoever sees it; `tls` below this layer hides them.
//!
//! Accepting, a client that asks with CONNECT is the only one that gets anywhere; its target is the connection's
//! [claim](machine::Claims). The session waits until it knows what to tell the client, and retires when that was "connected". With
//! a `users-file` a client must be one of those users. Whatever else becomes of a request, its client is answered with the status
//! that says so, with `Proxy-Status` (RFC 9209) and with a line of text, and no other request is heard on that connection: a
//! client that was asked for a password comes back with it.

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
