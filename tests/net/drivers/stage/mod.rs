//! The peers, the proxies on the way to them, and a catalog that leads there.

mod payload;
mod peer;
mod proxies;

pub use payload::{LONGEST, Payload};
pub use peer::{End, Peer, Serving, raw_tls};

use proxies::{http_target, proxy, socks_target};
use sockatlas::net::{Address, Opener, Origin, Providers};
use sockatlas::{Loader, Registry, Request};
use std::net::SocketAddr;
use std::path::{Path, PathBuf};

/// Every chain, with the peer that it leads to.
pub const CHAINS: &[(&str, Peer)] = &[
    ("tcp4", Peer::Plain),
    ("socks", Peer::Plain),
    ("http", Peer::Plain),
    ("secure", Peer::Tls),
    ("secure-socks", Peer::Tls),
    ("secure-http-socks", Peer::Tls),
    ("inside-secure-http-socks", Peer::Twice),
    ("inspected", Peer::Inspected),
    ("inspected-secure-http-socks", Peer::Tls),
    ("secure-inspected-socks", Peer::Tls),
    ("forwarded", Peer::Forwarded),
    ("forwarded-by-line-http", Peer::Forwarded),
    ("framed", Peer::Framed),
    ("inspected-framed", Peer::Framed),
    ("secure-framed", Peer::FramedTls),
    ("secure-framed-forwarded", Peer::FramedTlsForwarded),
];

/// On whose behalf connections are made: where they come from, and where they went.
pub const ORIGIN: &str = "192.0.2.7:4711 198.51.100.9:443";

const CATALOG: &str = r#"
format  = 1
dialect = "linux"

[provider.kernel]
module = "system"
[provider.tls]
[provider.socks5]
[provider.http-connect]
[provider.proxy-protocol]
[provider.inspect]
[provider.frame]

[base.tcp4]
provider     = "kernel"
family       = "inet"
type         = "stream"
protocol     = "tcp"
matches-zero = true
services     = ["guaranteed-delivery", "guaranteed-order", "graceful-close"]

[layer.tls]
provider = "tls"
adds     = ["encrypted", "authenticated"]
options  = { roots = ["certificate.pem"], certificate = "certificate.pem", key = "key.pem" }

[layer.tls-inside]
provider = "tls"
adds     = ["encrypted", "authenticated"]
options  = { roots = ["certificate.pem"], certificate = "certificate.pem", key = "key.pem" }

[layer.socks5]
provider = "socks5"
adds     = ["proxied"]
removes  = ["encrypted", "authenticated"]
options  = { proxy = "127.0.0.1:{socks}" }

[layer.http-connect]
provider = "http-connect"
adds     = ["proxied"]
removes  = ["encrypted", "authenticated"]
options  = { proxy = "127.0.0.1:{http}" }

[layer.inspect]
provider = "inspect"
adds     = ["metered"]

[layer.proxy-protocol]
provider = "proxy-protocol"

[layer.proxy-protocol-by-line]
provider = "proxy-protocol"
options  = { version = 1 }

[layer.frame]
provider = "frame"
type     = "seqpacket"
adds     = ["framed", "message-oriented"]
options  = { max-message = 200000 }

[chain.secure]
layers = ["tls"]
base   = "tcp4"

[chain.secure-twice]
layers = ["tls-inside", "tls"]
base   = "tcp4"

[chain.socks]
layers = ["socks5"]
base   = "tcp4"

[chain.http]
layers = ["http-connect"]
base   = "tcp4"

[chain.secure-socks]
layers = ["tls", "socks5"]
base   = "tcp4"

[chain.secure-http-socks]
layers = ["tls", "http-connect", "socks5"]
base   = "tcp4"

[chain.inside-secure-http-socks]
layers = ["tls-inside", "tls", "http-connect", "socks5"]
base   = "tcp4"

[chain.inspected]
layers = ["inspect"]
base   = "tcp4"

[chain.inspected-secure-http-socks]
layers = ["inspect", "tls", "http-connect", "socks5"]
base   = "tcp4"

[chain.secure-inspected-socks]
layers = ["tls", "inspect", "socks5"]
base   = "tcp4"

[chain.forwarded]
layers = ["proxy-protocol"]
base   = "tcp4"

[chain.forwarded-by-line-http]
layers = ["proxy-protocol-by-line", "http-connect"]
base   = "tcp4"

[chain.framed]
layers = ["frame"]
base   = "tcp4"

[chain.inspected-framed]
layers = ["inspect", "frame"]
base   = "tcp4"

[chain.secure-framed]
layers = ["frame", "tls"]
base   = "tcp4"

[chain.secure-framed-forwarded]
layers = ["frame", "tls", "proxy-protocol"]
base   = "tcp4"
"#;

/// A catalog with certificates, and proxies that run.
pub struct Stage {
    /// Where the files are, and for how long.
    folder: PathBuf,
    _held: Option<tempfile::TempDir>,
    /// The port of the SOCKS proxy.
    socks: u16,
    registry: Registry,
}

impl Stage {
    /// With proxies of its own.
    pub fn new() -> Self {
        Stage::with(proxy(socks_target), proxy(http_target))
    }

    /// With proxies at these ports.
    pub fn with(socks: u16, http: u16) -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().to_owned();
        let made = rcgen::generate_simple_self_signed(vec!["127.0.0.1".to_owned()]).expect("a certificate");
        let write = |name: &str, text: String| crate::secret::write(path.join(name), text);
        write("certificate.pem", made.cert.pem());
        write("key.pem", made.signing_key.serialize_pem());
        write("site.toml", CATALOG.replace("{socks}", &socks.to_string()).replace("{http}", &http.to_string()));
        Stage { _held: Some(folder), ..Stage::at(path, socks) }
    }

    /// With the files of another, in this folder.
    pub fn at(folder: impl Into<PathBuf>, socks: u16) -> Self {
        let folder = folder.into();
        let loaded = Loader::new().path(folder.join("site.toml")).load();
        Stage { folder, _held: None, socks, registry: loaded.unwrap_or_else(|error| panic!("{error}")) }
    }

    pub fn folder(&self) -> &Path {
        &self.folder
    }

    pub fn socks(&self) -> u16 {
        self.socks
    }

    pub fn file(&self, name: &str) -> PathBuf {
        self.folder.join(name)
    }

    pub fn opener(&self, entry: &str) -> Opener {
        let selection = self.registry.resolve(&Request::named(entry)).unwrap_or_else(|refusal| panic!("{refusal}"));
        let ends = ORIGIN.split(' ').map(|end| Address::Ip(end.parse::<SocketAddr>().expect("an address")));
        let [source, destination] = ends.collect::<Vec<_>>().try_into().expect("two ends");
        Opener::new(&Providers::shipped(), &selection).on_behalf_of(Origin { source, destination })
    }
}
