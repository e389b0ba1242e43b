//! The peers, the proxies on the way to them, and a catalog that leads there.

use sockatlas::net::{Opener, Providers};
use sockatlas::{Loader, Registry, Request};
use std::io::{Read, Write};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::thread::JoinHandle;
use std::time::Duration;

/// What the far end of a connection is.
#[derive(Copy, Clone, Debug, PartialEq, Eq)]
pub enum Peer {
    Plain,
    Tls,
    /// TLS in TLS.
    Twice,
}

impl Peer {
    pub fn has_tls(self) -> bool {
        self != Peer::Plain
    }
}

/// Every chain, with the peer that it leads to.
pub const CHAINS: &[(&str, Peer)] = &[
    ("tcp4", Peer::Plain),
    ("socks", Peer::Plain),
    ("http", Peer::Plain),
    ("secure", Peer::Tls),
    ("secure-socks", Peer::Tls),
    ("secure-http-socks", Peer::Tls),
    ("inside-secure-http-socks", Peer::Twice),
];

const CATALOG: &str = r#"
format  = 1
dialect = "linux"

[provider.kernel]
module = "system"
[provider.tls]
[provider.socks5]
[provider.http-connect]

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
        let write = |name: &str, text: String| std::fs::write(path.join(name), text).expect("written");
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
        Opener::new(&Providers::shipped(), &selection)
    }

    /// A peer that serves one connection; one of ours, or one that has nothing of ours.
    pub fn peer(&self, kind: Peer, ours: bool, serve: impl FnOnce(&mut dyn End) + Send + 'static) -> Serving {
        let entry = match kind {
            Peer::Plain => "tcp4",
            Peer::Tls => "secure",
            Peer::Twice => "secure-twice",
        };
        if ours {
            let listener = self.opener(entry).listen("127.0.0.1:0").expect("it listens");
            let address = listener.local().expect("it is bound").socket_addr().expect("an IP address");
            let thread = std::thread::spawn(move || {
                let mut stream = listener.accept().expect("accepted").handshake().expect("open");
                serve(&mut stream);
            });
            return Serving { address: address.to_string(), thread };
        }
        let config = raw_tls::server(self);
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
        let address = listener.local_addr().expect("it is bound").to_string();
        let thread = std::thread::spawn(move || {
            let (mut stream, _) = listener.accept().expect("accepted");
            match kind {
                Peer::Plain => serve(&mut stream),
                Peer::Tls => serve(&mut raw_tls::accept(&config, stream)),
                Peer::Twice => serve(&mut raw_tls::accept(&config, raw_tls::accept(&config, stream))),
            }
        });
        Serving { address, thread }
    }
}

/// A peer that runs.
pub struct Serving {
    address: String,
    thread: JoinHandle<()>,
}

impl Serving {
    pub fn address(&self) -> String {
        self.address.clone()
    }

    /// Waits until it is done.
    pub fn finish(self) {
        self.thread.join().expect("the peer is content");
    }
}

/// TLS by rustls alone.
pub mod raw_tls {
    use super::*;
    use rustls::pki_types::pem::PemObject;
    use rustls::pki_types::{CertificateDer, PrivateKeyDer};
    use rustls::{ServerConfig, ServerConnection, StreamOwned};

    pub fn server(stage: &Stage) -> Arc<ServerConfig> {
        let certificate = CertificateDer::from_pem_file(stage.file("certificate.pem")).expect("a certificate");
        let key = PrivateKeyDer::from_pem_file(stage.file("key.pem")).expect("a key");
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let config = ServerConfig::builder_with_provider(provider).with_safe_default_protocol_versions();
        let config = config.expect("versions").with_no_client_auth().with_single_cert(vec![certificate], key);
        Arc::new(config.expect("a key that fits"))
    }

    pub fn accept<S: Read + Write>(config: &Arc<ServerConfig>, stream: S) -> StreamOwned<ServerConnection, S> {
        StreamOwned::new(ServerConnection::new(config.clone()).expect("a connection"), stream)
    }

    impl<S: End> End for StreamOwned<ServerConnection, S> {
        fn end(&mut self) {
            self.conn.send_close_notify();
            self.flush().expect("it ends");
            self.sock.end();
        }
    }
}

/// The peer's end of a connection, which waits.
pub trait End: Read + Write {
    /// Ends its side.
    fn end(&mut self);
}

impl End for TcpStream {
    fn end(&mut self) {
        self.shutdown(Shutdown::Write).expect("it ends");
    }
}

impl End for sockatlas::net::Stream {
    fn end(&mut self) {
        self.shutdown_write().expect("it ends");
    }
}

impl dyn End + '_ {
    /// Reads to the end, then writes and ends.
    pub fn answer(&mut self, payload: &Payload) {
        let mut random = Random(payload.out.len() as u64 | 1);
        let mut got = 0;
        while self.take(payload, &mut got, &mut random) {}
        let mut sent = 0;
        while self.give(payload, &mut sent, &mut random) {}
        self.end();
    }

    /// Reads and writes by turns.
    pub fn talk(&mut self, payload: &Payload) {
        let mut random = Random(payload.out.len() as u64 | 1);
        let (mut got, mut sent) = (0, 0);
        let (mut takes, mut gives) = (true, true);
        while takes || gives {
            if gives {
                gives = self.give(payload, &mut sent, &mut random);
                if !gives {
                    self.end();
                }
            }
            takes = takes && self.take(payload, &mut got, &mut random);
        }
    }

    fn take(&mut self, payload: &Payload, got: &mut usize, random: &mut Random) -> bool {
        payload.stall(random);
        let mut target = vec![0; random.size()];
        let count = self.read(&mut target).expect("there is something to read, or the end");
        payload.check(&payload.out, *got, &target[..count]);
        *got += count;
        count > 0
    }

    fn give(&mut self, payload: &Payload, sent: &mut usize, random: &mut Random) -> bool {
        payload.stall(random);
        let end = (*sent + random.size()).min(payload.back.len());
        self.write_all(&payload.back[*sent..end]).expect("it can be written");
        self.flush().expect("it can be sent");
        *sent = end;
        end < payload.back.len()
    }
}

/// What goes out to the peer, and what comes back.
#[derive(Clone)]
pub struct Payload {
    pub out: Arc<[u8]>,
    pub back: Arc<[u8]>,
}

impl Payload {
    pub fn new(length: usize) -> Self {
        let bytes = |seed: u64| -> Arc<[u8]> {
            let mut random = Random(seed);
            let words = (0..length.div_ceil(8)).flat_map(|_| random.next().to_le_bytes());
            words.take(length).collect()
        };
        // Lengths that differ, and fit into nothing.
        let (mut out, back) = (bytes(0x9e37_79b9), bytes(0x85eb_ca6b));
        if length > 13 {
            out = out[..length - 13].into();
        }
        Payload { out, back }
    }

    /// Whether `got` is what stands at `at`, or the end where that is.
    pub fn check(&self, whole: &[u8], at: usize, got: &[u8]) {
        if got.is_empty() {
            assert_eq!(at, whole.len(), "the end comes behind the last byte");
        }
        assert!(whole[at..].starts_with(got), "the bytes {at} to {} are others", at + got.len());
    }

    fn stall(&self, random: &mut Random) {
        if random.below(64) == 0 {
            std::thread::sleep(Duration::from_millis(2));
        }
    }
}

/// Numbers that are the same in each run.
pub struct Random(pub u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0
    }

    pub fn below(&mut self, end: usize) -> usize {
        (self.next() % end as u64) as usize
    }

    /// How much to move at a time: now and then a trickle.
    pub fn size(&mut self) -> usize {
        match self.below(8) {
            0 => 1 + self.below(9),
            1..4 => 1 + self.below(5_000),
            _ => 1 + self.below(100_000),
        }
    }
}

/// A proxy that runs as long as the test does, and reads with this function where a connection is to lead.
fn proxy(target: fn(&mut TcpStream) -> String) -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    let port = listener.local_addr().expect("it is bound").port();
    std::thread::spawn(move || {
        for stream in listener.incoming() {
            let mut near = stream.expect("accepted");
            std::thread::spawn(move || {
                let far = TcpStream::connect(target(&mut near)).expect("the target is there");
                let other = (near.try_clone().expect("a handle"), far.try_clone().expect("a handle"));
                std::thread::spawn(move || forward(other.0, other.1));
                forward(far, near);
            });
        }
    });
    port
}

/// Hands on bytes and the end. What goes wrong, both peers see.
fn forward(mut from: TcpStream, mut to: TcpStream) {
    if std::io::copy(&mut from, &mut to).is_ok() {
        let _ = to.shutdown(Shutdown::Write);
    } else {
        let _ = to.shutdown(Shutdown::Both);
        let _ = from.shutdown(Shutdown::Both);
    }
}

/// The proxy's part of RFC 1928.
fn socks_target(stream: &mut TcpStream) -> String {
    let mut bytes = |count: usize| {
        let mut bytes = vec![0; count];
        stream.read_exact(&mut bytes).expect("a request");
        bytes
    };
    let methods = bytes(2);
    assert_eq!(methods[0], 5);
    bytes(methods[1].into());
    stream.write_all(&[5, 0]).expect("answered");
    let mut bytes = |count: usize| {
        let mut bytes = vec![0; count];
        stream.read_exact(&mut bytes).expect("a request");
        bytes
    };
    let host = match bytes(4)[3] {
        1 => std::net::Ipv4Addr::from(<[u8; 4]>::try_from(bytes(4)).expect("four")).to_string(),
        3 => {
            let length = bytes(1)[0];
            String::from_utf8(bytes(length.into())).expect("a name")
        }
        other => panic!("address type {other}"),
    };
    let port = u16::from_be_bytes(bytes(2).try_into().expect("two"));
    stream.write_all(&[5, 0, 0, 1, 0, 0, 0, 0, 0, 0]).expect("answered");
    format!("{host}:{port}")
}

/// The proxy's part of CONNECT.
fn http_target(stream: &mut TcpStream) -> String {
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        let mut byte = [0];
        stream.read_exact(&mut byte).expect("a request");
        head.extend(byte);
    }
    let head = String::from_utf8(head).expect("text");
    stream.write_all(b"HTTP/1.1 200 Connected\r\n\r\n").expect("answered");
    head.split(' ').nth(1).expect("a target").to_owned()
}
