//! `socks5`: connects through a SOCKS 5 proxy (RFC 1928), as a user with a password (RFC 1929) if there is one; or accepts the
//! clients of one.
//!
//! | file | what |
//! |---|---|
//! | `message` | what both sides share of the messages |
//! | `connect` | the connecting side: one connection through a proxy, and what can go wrong with it |
//! | `accept` | the accepting side: one client, and what can go wrong with it |
//!
//! Connecting, the proxy is told the name of the target, never an address that was looked up here: what resolves and where the
//! traffic goes stay the proxy's business. Once the proxy has connected the layer retires, and the socket is the connection to
//! the target. With a user, both "no authentication" and "user and password" are offered, and the proxy chooses. That weakens
//! nothing: SOCKS has no proof of who the proxy is, so whoever poses as the proxy could choose the password's method all the same;
//! and a proxy that does not ask for the password does not get to see it. What it chose is the fact `authentication`.
//!
//! Accepting, a client that asks with CONNECT is the only one that gets anywhere; its target is the connection's
//! [claim](machine::Claims). The session waits until it knows what to tell the client, and retires when that was "connected". With
//! a `users-file` a client must be one of those users; no other method than the password's is chosen then. A client that does
//! something wrong is told so as far as its protocol has words for it.

mod accept;
mod connect;
mod message;
#[cfg(test)]
mod tests;

pub use accept::Socks5ClientError;
pub use connect::Socks5Error;
pub use message::{Command, Method, Reply};

use crate::catalog::{Module, modules};
#[cfg(doc)]
use crate::net::machine;
use crate::net::provider::{Layer, LayerProvider, ProviderError, Role};
use crate::net::settings::Settings;
use accept::Accepting;
use connect::Connecting;
use std::sync::Arc;

/// The module `socks5`.
#[derive(Copy, Clone, Debug, Default)]
pub struct Socks5;

impl LayerProvider for Socks5 {
    fn module(&self) -> &'static Module {
        &modules::socks5::SOCKS5
    }

    fn prepare(&self, settings: &Settings<'_>, role: Role) -> Result<Arc<dyn Layer>, ProviderError> {
        Ok(match role {
            Role::Connect => Arc::new(Connecting::new(settings)?),
            Role::Accept => Arc::new(Accepting::new(settings)?),
        })
    }
}
