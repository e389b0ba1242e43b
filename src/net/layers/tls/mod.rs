//! `tls`: TLS 1.2 (RFC 5246) and 1.3 (RFC 8446), by rustls.
//!
//! | file | what |
//! |---|---|
//! | `config` | builds the configuration of rustls from options and the PEM files that they name |
//! | `session` | the session of one connection |
//! | `error` | [`TlsError`]: the errors, and their texts |
//!
//! The connecting side always verifies the server, and no option changes that: an authority in `roots` must prove the name in
//! `server-name`, or else the host of the target. With `client-roots` the accepting side verifies clients. Certificates must be
//! valid at the [`now`](Context::now) of the connection. A connection may resume the TLS session of an earlier one to the same
//! server with the same opener; then the authentication of the earlier one counts, as long as its ticket is valid.
//!
//! `roots = "platform"` uses the authorities of the system by rustls-platform-verifier. On Linux these are the system's bundle,
//! or the files that `SSL_CERT_FILE` or `SSL_CERT_DIR` in the environment of the process name, as with OpenSSL.
//!
//! A stream ends with close_notify. A stream that ends without it is truncated, which is an error of kind
//! [`Truncated`](crate::net::machine::Failure::Truncated). The directions end independently: after the peer's close_notify this
//! end can still send, and the peer can after ours.

mod config;
mod error;
mod session;

pub use error::TlsError;

use crate::catalog::{Module, modules};
use crate::net::machine::Session;
use crate::net::provider::{Context, Layer, LayerProvider, ProviderError, Role};
use crate::net::settings::Settings;
use config::{AskedName, At};
use rustls::client::UnbufferedClientConnection;
use rustls::crypto::CryptoProvider;
use rustls::pki_types::ServerName;
use rustls::server::UnbufferedServerConnection;
use rustls::sign::CertifiedKey;
use rustls::{ClientConfig, ServerConfig};
use session::{Peer, TlsSession};
use std::sync::Arc;

/// The module `tls`.
#[derive(Clone, Debug)]
pub struct Tls {
    crypto: Arc<CryptoProvider>,
}

impl Tls {
    /// Creates the module with this cryptography provider. The default provider of the process is never used.
    pub fn with_crypto(crypto: Arc<CryptoProvider>) -> Self {
        Tls { crypto }
    }
}

impl Default for Tls {
    /// Creates the module with the cryptography of ring.
    fn default() -> Self {
        Tls::with_crypto(Arc::new(rustls::crypto::ring::default_provider()))
    }
}

impl LayerProvider for Tls {
    fn module(&self) -> &'static Module {
        &modules::tls::TLS
    }

    fn prepare(&self, settings: &Settings<'_>, role: Role) -> Result<Arc<dyn Layer>, ProviderError> {
        Ok(match role {
            Role::Connect => Arc::new(Connecting {
                config: config::client(&self.crypto, settings)?,
                name: settings.text("server-name").map(config::server_name).transpose()?,
            }),
            Role::Accept => {
                let (config, identity) = config::server(&self.crypto, settings)?;
                Arc::new(Accepting { config, identity })
            }
        })
    }
}

struct Connecting {
    config: ClientConfig,
    /// The name that the option states, or `None` to use the host of the target.
    name: Option<ServerName<'static>>,
}

impl Layer for Connecting {
    fn session(&self, context: &Context<'_>) -> Result<Box<dyn Session>, ProviderError> {
        let name = match (&self.name, context.target.and_then(|target| target.host_and_port())) {
            (Some(name), _) => name.clone(),
            (None, Some((host, _))) => config::server_name(&host)?,
            (None, None) => {
                let problem = "the target has no host that a certificate could prove: state the name";
                return Err(ProviderError::option("server-name", problem));
            }
        };
        // All sessions share the parts behind pointers, such as the TLS sessions that can be resumed.
        let mut config = self.config.clone();
        config.time_provider = Arc::new(At::new(context.now));
        let peer = Peer::Server(name.to_str().into_owned());
        let connection = UnbufferedClientConnection::new(Arc::new(config), name);
        Ok(Box::new(TlsSession::new(connection.map_err(unusable)?, peer)))
    }
}

struct Accepting {
    config: ServerConfig,
    identity: Arc<CertifiedKey>,
}

impl Layer for Accepting {
    fn session(&self, context: &Context<'_>) -> Result<Box<dyn Session>, ProviderError> {
        let asked = Arc::new(AskedName::new(self.identity.clone()));
        let mut config = self.config.clone();
        config.time_provider = Arc::new(At::new(context.now));
        config.cert_resolver = asked.clone();
        let connection = UnbufferedServerConnection::new(Arc::new(config));
        Ok(Box::new(TlsSession::new(connection.map_err(unusable)?, Peer::Client(asked))))
    }
}

/// Converts the error of rustls when it cannot create a session, which it cannot without random numbers.
fn unusable(error: rustls::Error) -> ProviderError {
    ProviderError::system("beginning a TLS session", std::io::Error::other(error))
}

#[cfg(test)]
mod tests;
