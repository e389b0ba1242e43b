//! `tls`: TLS 1.2 (RFC 5246) and 1.3 (RFC 8446), by rustls.
//!
//! | file | what |
//! |---|---|
//! | `config` | options, and the PEM files that they name, as rustls takes them |
//! | `session` | one connection |
//! | `error` | [`TlsError`]: what went wrong, and with whom |
//!
//! Who connects always verifies the server, and no option changes that: the server proves the name in `server-name`, or the host
//! that the connection is to lead to, by an authority in `roots`. With `client-roots`, who accepts verifies clients. Certificates
//! are valid at the [`now`](Context::now) of the connection. A connection may resume the TLS session of an earlier one to the
//! same server and with the same opener, and the proof of that one holds then, for as long as its ticket does.
//!
//! `roots = "platform"` asks the system by rustls-platform-verifier. On Linux that is the system's bundle of authorities, or where
//! the environment of the process has `SSL_CERT_FILE` or `SSL_CERT_DIR` what these name, as with OpenSSL.
//!
//! The end of a stream is close_notify. One that ends without is cut off, and an error of kind
//! [`Truncated`](crate::net::machine::Failure::Truncated). Each direction ends by itself: after the peer's close_notify we can
//! go on sending, and it can after ours.

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
    /// TLS with this cryptography. The default of the process is never asked for.
    pub fn with_crypto(crypto: Arc<CryptoProvider>) -> Self {
        Tls { crypto }
    }
}

impl Default for Tls {
    /// With the cryptography of ring.
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
    /// The one stated; else it is the host of the target.
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
        // What is behind pointers, such as the sessions that can be resumed, is shared by all of them.
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

/// rustls makes no session, as without random numbers it cannot.
fn unusable(error: rustls::Error) -> ProviderError {
    ProviderError::system("beginning a TLS session", std::io::Error::other(error))
}

#[cfg(test)]
mod tests;
