//! `socks5`: connects through a SOCKS 5 proxy (RFC 1928), as a user with a password (RFC 1929) if there is one.
//!
//! | file | what |
//! |---|---|
//! | `session` | the messages of one connection |
//! | `error` | what can go wrong, and how it is told |
//!
//! The proxy is told the name of the target, never an address that was looked up here: what resolves and where the traffic goes
//! stay the proxy's business. Once the proxy has connected the layer retires, and the socket is the connection to the target.
//!
//! With a user, both "no authentication" and "user and password" are offered, and the proxy chooses. That weakens nothing: SOCKS
//! has no proof of who the proxy is, so whoever poses as the proxy could choose the password's method all the same; and a proxy
//! that does not ask for the password does not get to see it. What it chose is the fact `authentication`.

mod error;
mod session;
#[cfg(test)]
mod tests;

pub use error::{Method, Reply, Socks5Error};

use crate::catalog::{Module, modules};
use crate::net::Target;
use crate::net::machine;
use crate::net::provider::{Context, Layer, LayerProvider, ProviderError, Role};
use crate::net::settings::{Secret, Settings};
use session::Session;
use std::sync::Arc;

/// The module `socks5`.
#[derive(Copy, Clone, Debug, Default)]
pub struct Socks5;

/// A proxy, and who we are to it.
#[derive(Debug)]
struct Proxy {
    address: Target,
    user: Option<User>,
}

/// A user, of 1 to 255 bytes, and a password, of 1 to 255 bytes.
#[derive(Debug)]
struct User {
    name: String,
    password: Secret,
}

/// Sessions with one proxy.
#[derive(Debug)]
struct Prepared(Arc<Proxy>);

impl LayerProvider for Socks5 {
    fn module(&self) -> &'static Module {
        &modules::socks5::SOCKS5
    }

    fn prepare(&self, settings: &Settings<'_>, role: Role) -> Result<Arc<dyn Layer>, ProviderError> {
        if role == Role::Accept {
            return Err(ProviderError::unsupported("accepting connections through a SOCKS 5 proxy"));
        }
        let Some((host, port)) = settings.address("proxy") else {
            return Err(ProviderError::option("proxy", "neither the catalog nor the call states it"));
        };
        let user = match (settings.text("username"), settings.secret("password")?) {
            (Some(name), Some(password)) => Some(user(name, password)?),
            // One without the other is refused before: see the module's options.
            _ => None,
        };
        Ok(Arc::new(Prepared(Arc::new(Proxy { address: Target::host(host, port), user }))))
    }
}

/// RFC 1929 has a byte for each length, and no room for an empty user or password.
fn user(name: &str, password: Secret) -> Result<User, ProviderError> {
    for (option, text) in [("username", name), ("password", password.reveal())] {
        if !(1..=255).contains(&text.len()) {
            let why = format!("{} bytes where 1 to 255 are expected (RFC 1929)", text.len());
            return Err(ProviderError::option(option, why));
        }
    }
    Ok(User { name: name.to_owned(), password })
}

impl Layer for Prepared {
    fn below(&self, _: &Target) -> Target {
        self.0.address.clone()
    }

    fn session(&self, context: &Context<'_>) -> Result<Box<dyn machine::Session>, ProviderError> {
        let Some(target) = context.target else {
            return Err(ProviderError::unsupported("a SOCKS 5 proxy without a target"));
        };
        Ok(Box::new(Session::new(self.0.clone(), target.clone())))
    }
}
