//! `http-connect`: connects through an HTTP proxy with the method CONNECT (RFC 9110, section 9.3.6), as a user with a password
//! (basic authentication, RFC 7617) if there is one.
//!
//! | file | what |
//! |---|---|
//! | `session` | one connection: a request and its answer |
//! | `request` | the request, and which hosts may stand in it |
//! | `answer` | the header of the answer |
//! | `error` | what can go wrong, and how it is told |
//!
//! The proxy is told the name of the target, never an address that was looked up here. Once it has answered with 2xx the layer
//! retires, and the socket is the connection to the target. User and password are sent with the request, unasked, and readable
//! for whoever sees it; `tls` below this layer hides them.

mod answer;
mod error;
mod request;
mod session;
#[cfg(test)]
mod tests;

pub use error::{HttpConnectError, Status};

use crate::catalog::{Module, modules};
use crate::net::Target;
use crate::net::machine;
use crate::net::provider::{Context, Layer, LayerProvider, ProviderError, Role};
use crate::net::settings::{Secret, Settings};
use base64::prelude::{BASE64_STANDARD, Engine as _};
use session::Session;
use std::sync::Arc;

/// The module `http-connect`.
#[derive(Copy, Clone, Debug, Default)]
pub struct HttpConnect;

/// A proxy, and who we are to it.
#[derive(Debug)]
struct Proxy {
    address: Target,
    /// What follows `Proxy-Authorization: `.
    authorization: Option<Secret>,
}

/// Sessions with one proxy.
#[derive(Debug)]
struct Prepared(Arc<Proxy>);

impl LayerProvider for HttpConnect {
    fn module(&self) -> &'static Module {
        &modules::http_connect::HTTP_CONNECT
    }

    fn prepare(&self, settings: &Settings<'_>, role: Role) -> Result<Arc<dyn Layer>, ProviderError> {
        if role == Role::Accept {
            return Err(ProviderError::unsupported("accepting connections through an HTTP proxy"));
        }
        let Some((host, port)) = settings.address("proxy") else {
            return Err(ProviderError::option("proxy", "neither the catalog nor the call states it"));
        };
        let authorization = match (settings.text("username"), settings.secret("password")?) {
            (Some(name), Some(password)) => Some(authorization(name, password.reveal())?),
            // One without the other is refused before: see the module's options.
            _ => None,
        };
        Ok(Arc::new(Prepared(Arc::new(Proxy { address: Target::host(host, port), authorization }))))
    }
}

/// The credentials of RFC 7617, section 2.
fn authorization(name: &str, password: &str) -> Result<Secret, ProviderError> {
    if name.contains(':') {
        return Err(ProviderError::option("username", "a colon, which would end the user's name (RFC 7617)"));
    }
    for (option, text) in [("username", name), ("password", password)] {
        if text.chars().any(char::is_control) {
            return Err(ProviderError::option(option, "a control character, which RFC 7617 forbids"));
        }
    }
    Ok(Secret::from(format!("Basic {}", BASE64_STANDARD.encode(format!("{name}:{password}")))))
}

impl Layer for Prepared {
    fn below(&self, _: &Target) -> Target {
        self.0.address.clone()
    }

    fn session(&self, context: &Context<'_>) -> Result<Box<dyn machine::Session>, ProviderError> {
        let Some(target) = context.target else {
            return Err(ProviderError::unsupported("an HTTP proxy without a target"));
        };
        Ok(Box::new(Session::new(self.0.clone(), target.clone())))
    }
}
