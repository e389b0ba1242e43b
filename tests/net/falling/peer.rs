//! A peer that proxies, encrypts and reads, as it is spoken to, knows right credentials from wrong ones, and remembers.

use rustls::pki_types::{CertificateDer, PrivateKeyDer, PrivatePkcs8KeyDer};
use rustls::server::{ClientHello, ResolvesServerCert};
use rustls::sign::CertifiedKey;
use rustls::{ServerConfig, ServerConnection, StreamOwned};
use std::fmt::Debug;
use std::io::{self, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::path::Path;
use std::sync::{Arc, Mutex};

/// The names that the server's certificates are for: one is good, one has expired, one nobody vouches for.
pub const GOOD: &str = "good.test";
pub const EXPIRED: &str = "expired.test";
pub const STRANGER: &str = "stranger.test";

/// A certificate for each name, and files: `roots.pem` with those who are trusted, `right` and `wrong` with passwords.
#[derive(Debug)]
pub struct Stage {
    folder: tempfile::TempDir,
    certificates: Vec<(&'static str, Arc<CertifiedKey>)>,
}

pub const USER: &str = "alice";
const RIGHT: &str = "sesame";

/// `alice:sesame` in base64, for the scheme Basic (RFC 7617).
const BASIC: &str = "YWxpY2U6c2VzYW1l";

impl Stage {
    pub fn new() -> Arc<Self> {
        let folder = tempfile::tempdir().expect("a folder");
        let mut roots = String::new();
        let mut certificate = |name: &'static str, until: i32| {
            let mut parameters = rcgen::CertificateParams::new([name.to_owned()]).expect("a name");
            parameters.not_before = rcgen::date_time_ymd(2001, 1, 1);
            parameters.not_after = rcgen::date_time_ymd(until, 1, 1);
            let key = rcgen::KeyPair::generate().expect("a key");
            let made = parameters.self_signed(&key).expect("a certificate");
            if name != STRANGER {
                roots += &made.pem();
            }
            let chain: Vec<CertificateDer<'static>> = vec![made.der().clone()];
            let key = PrivateKeyDer::Pkcs8(PrivatePkcs8KeyDer::from(key.serialize_der()));
            let key = rustls::crypto::ring::sign::any_supported_type(&key).expect("a key of a known kind");
            (name, Arc::new(CertifiedKey::new(chain, key)))
        };
        let certificates = vec![certificate(GOOD, 2999), certificate(EXPIRED, 2002), certificate(STRANGER, 2999)];
        let write = |name: &str, text: &str| {
            let path = folder.path().join(name);
            crate::secret::write(&path, text);
        };
        write("roots.pem", &roots);
        write("right", RIGHT);
        write("wrong", "simsalabim");
        Arc::new(Stage { folder, certificates })
    }

    pub fn folder(&self) -> &Path {
        self.folder.path()
    }
}

/// Chooses by the name that the client asks for.
#[derive(Debug)]
struct ByName(Arc<Stage>);

impl ResolvesServerCert for ByName {
    fn resolve(&self, hello: ClientHello<'_>) -> Option<Arc<CertifiedKey>> {
        let of = |name| self.0.certificates.iter().find(|(known, _)| *known == name).map(|(_, key)| key.clone());
        hello.server_name().and_then(of).or_else(|| of(GOOD))
    }
}

/// What one connection was.
#[derive(Debug, Default)]
pub struct Heard {
    /// What was read on each stretch that nothing encrypts.
    pub in_clear: Vec<Vec<u8>>,
    /// The client refused the certificate, or the peer refused what the client had to show.
    pub failed_to_authenticate: bool,
}

impl Heard {
    pub fn says(&self, marker: &[u8]) -> bool {
        self.in_clear.iter().any(|bytes| bytes.windows(marker.len()).any(|window| window == marker))
    }
}

/// What the last connection of a run says, behind all others.
const QUIT: &[u8] = b"quit";

/// Runs the peer while `work` does, which is told its port; what it heard, one connection after the other.
pub fn run<T>(stage: &Arc<Stage>, work: impl FnOnce(u16) -> T) -> (Vec<Heard>, T) {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    let address = listener.local_addr().expect("it is bound");
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let config = ServerConfig::builder_with_provider(provider).with_safe_default_protocol_versions();
    let resolver = Arc::new(ByName(stage.clone()));
    let config = Arc::new(config.expect("versions").with_no_client_auth().with_cert_resolver(resolver));
    let thread = std::thread::spawn(move || {
        let mut all = Vec::new();
        loop {
            let (stream, _) = listener.accept().expect("accepted");
            let heard = Arc::<Mutex<Heard>>::default();
            let talk = Talk { config: config.clone(), heard: heard.clone() };
            let said = talk.level(talk.in_clear(stream));
            drop(talk);
            let mut heard = std::mem::take(&mut *heard.lock().expect("nobody panicked"));
            match said {
                Ok(said) if said == QUIT => return all,
                Ok(_) => {}
                // An alert tells that the client has looked at the certificate.
                Err(error) => heard.failed_to_authenticate |= is_of_authentication(&error),
            }
            all.push(heard);
        }
    });
    let done = work(address.port());
    let mut last = TcpStream::connect(address).expect("it accepts");
    last.write_all(QUIT).expect("written");
    drop(last);
    (thread.join().expect("the peer is content"), done)
}

fn is_of_authentication(error: &io::Error) -> bool {
    let tls = error.get_ref().and_then(|error| error.downcast_ref());
    matches!(tls, Some(rustls::Error::AlertReceived(_))) || error.kind() == io::ErrorKind::PermissionDenied
}

trait Duplex: Read + Write {}

impl<T: Read + Write> Duplex for T {}

struct Talk {
    config: Arc<ServerConfig>,
    heard: Arc<Mutex<Heard>>,
}

/// A stretch in clear.
struct InClear<S> {
    stream: S,
    heard: Arc<Mutex<Heard>>,
    at: usize,
}

impl<S: Read> Read for InClear<S> {
    fn read(&mut self, target: &mut [u8]) -> io::Result<usize> {
        let count = self.stream.read(target)?;
        self.heard.lock().expect("nobody panicked").in_clear[self.at].extend(&target[..count]);
        Ok(count)
    }
}

impl<S: Write> Write for InClear<S> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.stream.write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.stream.flush()
    }
}

/// A stream whose first byte was looked at.
struct Ahead<S> {
    first: Option<u8>,
    stream: S,
}

impl<S: Read> Read for Ahead<S> {
    fn read(&mut self, target: &mut [u8]) -> io::Result<usize> {
        match (self.first, target.first_mut()) {
            (Some(first), Some(place)) => {
                *place = first;
                self.first = None;
                Ok(1)
            }
            _ => self.stream.read(target),
        }
    }
}

impl<S: Write> Write for Ahead<S> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.stream.write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.stream.flush()
    }
}

/// Turns the bits of all bytes: what the layer `veil` of the test takes for encryption.
struct Veiled<S>(S);

impl<S: Read> Read for Veiled<S> {
    fn read(&mut self, target: &mut [u8]) -> io::Result<usize> {
        let count = self.0.read(target)?;
        target[..count].iter_mut().for_each(|byte| *byte = !*byte);
        Ok(count)
    }
}

impl<S: Write> Write for Veiled<S> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.write(&bytes.iter().map(|byte| !byte).collect::<Vec<_>>())
    }

    fn flush(&mut self) -> io::Result<()> {
        self.0.flush()
    }
}

/// What begins a veil, what is answered, and what it means.
pub const VEIL: u8 = 0xE0;
pub const VEIL_GRANTED: u8 = 0xE1;
pub const VEIL_DENIED: u8 = 0xE2;

fn denied() -> io::Error {
    io::ErrorKind::PermissionDenied.into()
}

impl Talk {
    fn in_clear(&self, stream: impl Duplex + 'static) -> Box<dyn Duplex> {
        let mut heard = self.heard.lock().expect("nobody panicked");
        heard.in_clear.push(Vec::new());
        Box::new(InClear { stream, heard: self.heard.clone(), at: heard.in_clear.len() - 1 })
    }

    /// Speaks the protocol that it is spoken to, and what is inside; gives what no protocol was.
    fn level(&self, mut stream: Box<dyn Duplex>) -> io::Result<Vec<u8>> {
        let mut first = [0];
        if stream.read(&mut first)? == 0 {
            return Ok(Vec::new());
        }
        let mut stream = Ahead { first: Some(first[0]), stream };
        match first[0] {
            5 => self.socks(stream),
            b'C' => self.http(stream),
            0x16 => {
                let server = ServerConnection::new(self.config.clone()).map_err(io::Error::other)?;
                self.level(Box::new(StreamOwned::new(server, stream)))
            }
            VEIL => {
                let mut word = [0; 2];
                stream.read_exact(&mut word)?;
                let granted = word[1] == b'r';
                stream.write_all(&[if granted { VEIL_GRANTED } else { VEIL_DENIED }])?;
                stream.flush()?;
                // What the layer makes of a denial is the layer's business.
                if granted { self.level(Box::new(Veiled(stream))) } else { rest(stream) }
            }
            _ => rest(stream),
        }
    }

    /// RFC 1928, with the method of RFC 1929 only.
    fn socks(&self, mut stream: Ahead<Box<dyn Duplex>>) -> io::Result<Vec<u8>> {
        let mut head = [0; 2];
        stream.read_exact(&mut head)?;
        stream.read_exact(&mut vec![0; head[1].into()])?;
        stream.write_all(&[5, 2])?;
        stream.flush()?;
        stream.read_exact(&mut head)?;
        let mut user = vec![0; head[1].into()];
        stream.read_exact(&mut user)?;
        let mut length = [0];
        stream.read_exact(&mut length)?;
        let mut password = vec![0; length[0].into()];
        stream.read_exact(&mut password)?;
        let known = user == USER.as_bytes() && password == RIGHT.as_bytes();
        stream.write_all(&[1, u8::from(!known)])?;
        stream.flush()?;
        if !known {
            return Err(denied());
        }
        let mut request = [0; 10];
        stream.read_exact(&mut request)?;
        assert_eq!(request[..4], [5, 1, 0, 1], "an address of IPv4 is asked for");
        stream.write_all(&[5, 0, 0, 1, 0, 0, 0, 0, 0, 0])?;
        stream.flush()?;
        self.level(self.in_clear(stream))
    }

    fn http(&self, mut stream: Ahead<Box<dyn Duplex>>) -> io::Result<Vec<u8>> {
        let mut head = Vec::new();
        while !head.ends_with(b"\r\n\r\n") {
            let mut byte = [0];
            stream.read_exact(&mut byte)?;
            head.extend(byte);
        }
        let known = String::from_utf8_lossy(&head).contains(&format!("Basic {BASIC}\r\n"));
        let answer: &[u8] = match known {
            true => b"HTTP/1.1 200 OK\r\n\r\n",
            false => b"HTTP/1.1 407 Proxy Authentication Required\r\nProxy-Authenticate: Basic realm=\"x\"\r\n\r\n",
        };
        stream.write_all(answer)?;
        stream.flush()?;
        if known { self.level(self.in_clear(stream)) } else { Err(denied()) }
    }
}

/// Everything until the end, or until something goes wrong.
fn rest(mut stream: impl Read) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    let _ = stream.read_to_end(&mut bytes);
    Ok(bytes)
}
