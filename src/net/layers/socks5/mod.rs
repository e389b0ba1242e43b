//! `socks5`: connects through a SOCKS 5 proxy (RFC 1928), optionally with a user and a password (RFC 1929); or accepts the
//! clients of a SOCKS 5 proxy.
//!
//! | file | what |
//! |---|---|
//! | `message` | the parts of the messages that both sides share |
//! | `connect` | the connecting side: one connection through a proxy, and its errors |
//! | `accept` | the accepting side: the session with one client, and its errors |
//!
//! The connecting side sends the name of the target to the proxy, and does not resolve it. When the proxy has connected, the
//! layer retires, and the socket is the connection to the target. If there is a user, both "no authentication" and "user and
//! password" are offered, and the proxy chooses. This weakens nothing: SOCKS does not authenticate the proxy, so an attacker in
//! its place could choose the password's method anyway, and a proxy that does not ask for the password does not receive it. The
//! chosen method is the fact `authentication`.
//!
//! The accepting side serves the command CONNECT only; the target of the request is the connection's [claim](machine::Claims).
//! The session waits for the answer to the claim, and retires if it is granted. With a `users-file` the client must be one of
//! those users, and no other method than user and password is chosen. Errors are reported to the client as far as the protocol
//! has a message for them.

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
