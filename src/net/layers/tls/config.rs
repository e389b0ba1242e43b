//! Builds the configuration of rustls from options.

use crate::net::provider::ProviderError;
use crate::net::settings::Settings;
use rustls::crypto::CryptoProvider;
use rustls::pki_types::pem::{self, PemObject};
use rustls::pki_types::{CertificateDer, PrivateKeyDer, ServerName, UnixTime};
use rustls::server::{ClientHello, ResolvesServerCert, WebPkiClientVerifier};
use rustls::sign::{CertifiedKey, SingleCertAndKey};
use rustls::time_provider::TimeProvider;
use rustls::version::{TLS12, TLS13};
use rustls::{
    ClientConfig, ConfigBuilder, ConfigSide, Error, InconsistentKeys, RootCertStore, ServerConfig, WantsVerifier,
    WantsVersions,
};
use std::path::{Path, PathBuf};
use std::sync::{Arc, OnceLock};
use std::time::SystemTime;

/// Returns the configuration that all outgoing connections share.
pub(super) fn client(crypto: &Arc<CryptoProvider>, settings: &Settings<'_>) -> Result<ClientConfig, ProviderError> {
    let builder = versions(ClientConfig::builder_with_provider(crypto.clone()), settings)?;
    // `text` returns `None` for an array, which lists files, whatever their names are.
    let word = if settings.get("roots").is_none() { Some("platform") } else { settings.text("roots") };
    let builder = match word {
        Some("platform") => {
            let unusable = |error| ProviderError::option("roots", format!("\"platform\": {error}"));
            let verifier = rustls_platform_verifier::Verifier::new(crypto.clone()).map_err(unusable)?;
            builder.dangerous().with_custom_certificate_verifier(Arc::new(verifier))
        }
        Some("webpki") => {
            builder.with_root_certificates(RootCertStore::from_iter(webpki_roots::TLS_SERVER_ROOTS.to_vec()))
        }
        _ => builder.with_root_certificates(roots("roots", &settings.paths("roots").unwrap_or_default())?),
    };
    let mut config = match identity(crypto, settings)? {
        Some(identity) => builder.with_client_cert_resolver(Arc::new(SingleCertAndKey::from(identity))),
        None => builder.with_no_client_auth(),
    };
    config.alpn_protocols = alpn(settings)?;
    Ok(config)
}

/// Returns the configuration that all incoming connections share, and the certificate that is shown to them.
pub(super) fn server(
    crypto: &Arc<CryptoProvider>,
    settings: &Settings<'_>,
) -> Result<(ServerConfig, Arc<CertifiedKey>), ProviderError> {
    let Some(identity) = identity(crypto, settings)? else {
        return Err(ProviderError::option("certificate", "who accepts connections must show one: a PEM file"));
    };
    let builder = versions(ServerConfig::builder_with_provider(crypto.clone()), settings)?;
    let builder = match settings.path("client-roots") {
        Some(path) => {
            let roots = Arc::new(roots("client-roots", &[path])?);
            let verifier = WebPkiClientVerifier::builder_with_provider(roots, crypto.clone()).build();
            builder.with_client_cert_verifier(verifier.map_err(|error| ProviderError::option("client-roots", error))?)
        }
        None => builder.with_no_client_auth(),
    };
    let mut config = builder.with_cert_resolver(Arc::new(SingleCertAndKey::from(identity.clone())));
    config.alpn_protocols = alpn(settings)?;
    Ok((config, identity))
}

/// Parses a host in a form that a certificate can have.
pub(super) fn server_name(host: &str) -> Result<ServerName<'static>, ProviderError> {
    ServerName::try_from(host.to_owned()).map_err(|_| {
        let problem = format!("`{host}` is neither a name in DNS nor an IP address, so no certificate can prove it");
        ProviderError::option("server-name", problem)
    })
}

/// The time at which a session is made, as rustls queries it.
#[derive(Debug)]
pub(super) struct At(UnixTime);

impl At {
    pub(super) fn new(now: SystemTime) -> Self {
        // If the clock is set before 1970, no certificate is valid.
        At(UnixTime::since_unix_epoch(now.duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default()))
    }
}

impl TimeProvider for At {
    fn current_time(&self) -> Option<UnixTime> {
        Some(self.0)
    }
}

/// Resolves the certificate for one client, and remembers the name that the client asked for, which rustls does not report
/// elsewhere in this API.
#[derive(Debug)]
pub(super) struct AskedName {
    identity: Arc<CertifiedKey>,
    name: OnceLock<String>,
}

impl AskedName {
    pub(super) fn new(identity: Arc<CertifiedKey>) -> Self {
        AskedName { identity, name: OnceLock::new() }
    }

    pub(super) fn name(&self) -> Option<&str> {
        self.name.get().map(String::as_str)
    }
}

impl ResolvesServerCert for AskedName {
    fn resolve(&self, hello: ClientHello<'_>) -> Option<Arc<CertifiedKey>> {
        if let Some(name) = hello.server_name() {
            self.name.get_or_init(|| name.to_owned());
        }
        Some(self.identity.clone())
    }
}

fn versions<S: ConfigSide>(
    builder: ConfigBuilder<S, WantsVersions>,
    settings: &Settings<'_>,
) -> Result<ConfigBuilder<S, WantsVerifier>, ProviderError> {
    let versions: &[_] = match settings.text("min-version") {
        Some("1.3") => &[&TLS13],
        _ => &[&TLS13, &TLS12],
    };
    builder.with_protocol_versions(versions).map_err(|error| ProviderError::option("min-version", error))
}

fn alpn(settings: &Settings<'_>) -> Result<Vec<Vec<u8>>, ProviderError> {
    let protocols = settings.texts("alpn").unwrap_or_default();
    match protocols.iter().find(|protocol| !(1..=255).contains(&protocol.len())) {
        Some(wrong) => {
            let problem = format!("a protocol of {} bytes, where 1 to 255 are expected (RFC 7301)", wrong.len());
            Err(ProviderError::option("alpn", problem))
        }
        None => Ok(protocols.into_iter().map(|protocol| protocol.as_bytes().to_vec()).collect()),
    }
}

/// Reads the authorities in PEM files, all of which must be usable.
fn roots(option: &str, paths: &[PathBuf]) -> Result<RootCertStore, ProviderError> {
    let mut roots = RootCertStore::empty();
    for path in paths {
        for (at, certificate) in certificates(option, path)?.into_iter().enumerate() {
            let unusable =
                |error| ProviderError::file(option, path, format!("certificate {} is unusable: {error}", at + 1));
            roots.add(certificate).map_err(unusable)?;
        }
    }
    Ok(roots)
}

/// Reads the certificate chain of this end and its key.
fn identity(crypto: &CryptoProvider, settings: &Settings<'_>) -> Result<Option<Arc<CertifiedKey>>, ProviderError> {
    let (certificate_path, key_path) = match (settings.path("certificate"), settings.path("key")) {
        (Some(certificate), Some(key)) => (certificate, key),
        (Some(_), None) => return Err(ProviderError::option("key", "`certificate` is of no use without its key")),
        (None, Some(_)) => return Err(ProviderError::option("certificate", "`key` is of no use without it")),
        (None, None) => return Ok(None),
    };
    let chain = certificates("certificate", &certificate_path)?;
    let key = private_key(&key_path)?;
    // The error describes the kind of the key, and does not contain the key.
    let unusable = |error| ProviderError::file("key", &key_path, format!("the key is unusable: {error}"));
    let identity = CertifiedKey::new(chain, crypto.key_provider.load_private_key(key).map_err(unusable)?);
    match identity.keys_match() {
        // A key without access to its public half, as one in hardware may be, is checked by the handshake.
        Ok(()) | Err(Error::InconsistentKeys(InconsistentKeys::Unknown)) => Ok(Some(Arc::new(identity))),
        Err(Error::InconsistentKeys(_)) => {
            let problem = format!("it is not the key of the first certificate in {}", certificate_path.display());
            Err(ProviderError::file("key", &key_path, problem))
        }
        Err(error) => Err(ProviderError::file(
            "certificate",
            &certificate_path,
            format!("the first certificate is unusable: {error}"),
        )),
    }
}

/// Reads the certificates of a PEM file, at least one.
fn certificates(option: &str, path: &Path) -> Result<Vec<CertificateDer<'static>>, ProviderError> {
    let text = read(option, path)?;
    let certificates: Result<Vec<_>, _> = CertificateDer::pem_slice_iter(&text).collect();
    match certificates {
        Ok(certificates) if !certificates.is_empty() => Ok(certificates),
        Ok(_) => {
            Err(ProviderError::file(option, path, "it holds no certificate: a PEM section `CERTIFICATE` is expected"))
        }
        Err(error) => Err(ProviderError::file(option, path, damage(&error))),
    }
}

fn private_key(path: &Path) -> Result<PrivateKeyDer<'static>, ProviderError> {
    const ENCRYPTED: &[u8] = b"ENCRYPTED";
    let text = read("key", path)?;
    PrivateKeyDer::from_pem_slice(&text).map_err(|error| match error {
        pem::Error::NoItemsFound if text.windows(ENCRYPTED.len()).any(|part| part == ENCRYPTED) => {
            ProviderError::file("key", path, "the key is encrypted, and nobody is here to be asked for the password")
        }
        pem::Error::NoItemsFound => {
            ProviderError::file("key", path, "it holds no private key: a PEM section `PRIVATE KEY` is expected")
        }
        error => ProviderError::file("key", path, damage(&error)),
    })
}

fn read(option: &str, path: &Path) -> Result<Vec<u8>, ProviderError> {
    std::fs::read(path).map_err(|error| ProviderError::file(option, path, error))
}

/// Returns a description of the damage in a PEM file, without its lines: they may be of a key.
fn damage(error: &pem::Error) -> String {
    let damage = match error {
        pem::Error::MissingSectionEnd { .. } => "a section has no end",
        pem::Error::IllegalSectionStart { .. } => "the first line of a section is damaged",
        pem::Error::Base64Decode(_) => "a section is not in base64",
        _ => "a section cannot be read",
    };
    format!("it is damaged PEM: {damage}")
}
