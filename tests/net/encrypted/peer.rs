//! A peer that speaks whatever it is spoken to, SOCKS, HTTP or TLS, in any order, and remembers what could be read on the way.

use proptest::prelude::*;
use rustls::pki_types::{CertificateDer, PrivateKeyDer, PrivatePkcs8KeyDer};
use rustls::{ServerConfig, ServerConnection, StreamOwned};
use std::io::{self, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::path::Path;
use std::sync::{Arc, Mutex};

/// A certificate that is trusted, and one that is not.
pub struct Certificates {
    folder: tempfile::TempDir,
    good: Arc<ServerConfig>,
    bad: Arc<ServerConfig>,
}

impl Certificates {
    pub fn new() -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let make = |file: &str| {
            let made = rcgen::generate_simple_self_signed(vec!["127.0.0.1".to_owned()]).expect("a certificate");
            std::fs::write(folder.path().join(file), made.cert.pem()).expect("written");
            let certificate: CertificateDer<'static> = made.cert.der().clone();
            let key = PrivateKeyDer::Pkcs8(PrivatePkcs8KeyDer::from(made.signing_key.serialize_der()));
            let provider = Arc::new(rustls::crypto::ring::default_provider());
            let config = ServerConfig::builder_with_provider(provider).with_safe_default_protocol_versions();
            let config = config.expect("versions").with_no_client_auth().with_single_cert(vec![certificate], key);
            Arc::new(config.expect("a key that fits"))
        };
        let (good, bad) = (make("good.pem"), make("bad.pem"));
        Certificates { folder, good, bad }
    }

    pub fn folder(&self) -> &Path {
        self.folder.path()
    }
}

/// What the peer does wrong.
#[derive(Copy, Clone, Debug)]
pub struct Behaviour {
    pub certificate_is_good: bool,
    /// After how many protocols it fails, and how.
    fails: Option<(usize, Fault)>,
}

#[derive(Copy, Clone, Debug)]
enum Fault {
    /// It hangs up.
    Closes,
    /// It answers with something else.
    Babbles,
    /// It refuses, as the protocol says it.
    Refuses,
    /// It says that all is well, in plain text, and reads on.
    Agrees,
}

impl Behaviour {
    pub const GOOD: Behaviour = Behaviour { certificate_is_good: true, fails: None };
}

pub fn behaviour() -> impl Strategy<Value = Behaviour> {
    let fault = prop::sample::select(&[Fault::Closes, Fault::Babbles, Fault::Refuses, Fault::Agrees][..]);
    (prop::bool::weighted(0.8), prop::option::weighted(0.35, (0..4_usize, fault)))
        .prop_map(|(certificate_is_good, fails)| Behaviour { certificate_is_good, fails })
}

/// What became of the marker.
#[derive(Copy, Clone, Debug, Default)]
pub struct Seen {
    /// It could be read between us and the peer, or behind a proxy.
    pub in_clear: bool,
    /// The peer itself could read it, in clear or not.
    pub arrived: bool,
}

/// What the last connection of a run says, behind all others.
const QUIT: &[u8] = b"quit";

/// Runs the peer while `work` does, which is told its port.
pub fn run(certificates: &Certificates, behaviour: Behaviour, marker: &'static [u8], work: impl FnOnce(u16)) -> Seen {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    let address = listener.local_addr().expect("it is bound");
    let config = if behaviour.certificate_is_good { &certificates.good } else { &certificates.bad };
    let config = config.clone();
    let thread = std::thread::spawn(move || {
        let mut seen = Seen::default();
        loop {
            let (stream, _) = listener.accept().expect("accepted");
            let read = Arc::<Mutex<Vec<Vec<u8>>>>::default();
            let talk = Talk { config: config.clone(), behaviour, read: read.clone() };
            // However the talk ends, what was read until then counts.
            let arrived = talk.level(talk.in_clear(stream), 0).unwrap_or_default();
            if arrived == QUIT {
                return seen;
            }
            let holds = |bytes: &[u8]| bytes.windows(marker.len()).any(|window| window == marker);
            seen.arrived |= holds(&arrived);
            seen.in_clear |= read.lock().expect("nobody panicked").iter().any(|bytes| holds(bytes));
        }
    });
    work(address.port());
    let mut last = TcpStream::connect(address).expect("it accepts");
    last.write_all(QUIT).expect("written");
    drop(last);
    thread.join().expect("the peer is content")
}

struct Talk {
    config: Arc<ServerConfig>,
    behaviour: Behaviour,
    /// What could be read on each stretch of the way that nothing encrypts.
    read: Arc<Mutex<Vec<Vec<u8>>>>,
}

trait Duplex: Read + Write {}

impl<T: Read + Write> Duplex for T {}

/// A stretch in clear.
struct InClear<S> {
    stream: S,
    read: Arc<Mutex<Vec<Vec<u8>>>>,
    at: usize,
}

impl<S: Read> Read for InClear<S> {
    fn read(&mut self, target: &mut [u8]) -> io::Result<usize> {
        let count = self.stream.read(target)?;
        self.read.lock().expect("nobody panicked")[self.at].extend(&target[..count]);
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
struct Ahead {
    first: Option<u8>,
    stream: Box<dyn Duplex>,
}

impl Read for Ahead {
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

impl Write for Ahead {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.stream.write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.stream.flush()
    }
}

impl Talk {
    fn in_clear(&self, stream: impl Duplex + 'static) -> Box<dyn Duplex> {
        let mut read = self.read.lock().expect("nobody panicked");
        read.push(Vec::new());
        Box::new(InClear { stream, read: self.read.clone(), at: read.len() - 1 })
    }

    /// Speaks the protocol that it is spoken to, and what is inside; gives what no protocol was.
    fn level(&self, mut stream: Box<dyn Duplex>, level: usize) -> io::Result<Vec<u8>> {
        let mut first = [0];
        if stream.read(&mut first)? == 0 {
            return Ok(Vec::new());
        }
        let mut stream = Ahead { first: Some(first[0]), stream };
        let fault = self.behaviour.fails.filter(|(at, _)| *at == level).map(|(_, fault)| fault);
        match fault {
            _ if first[0] == QUIT[0] => {}
            Some(Fault::Closes) => return Err(io::ErrorKind::ConnectionAborted.into()),
            Some(Fault::Babbles) => {
                stream.write_all(b"\x00\xff\x17 what?\r\n\r\n")?;
                return rest(stream);
            }
            Some(Fault::Agrees) => {
                let answer: &[u8] = match first[0] {
                    5 => &[5, 0, 5, 0, 0, 1, 0, 0, 0, 0, 0, 0],
                    _ => b"HTTP/1.1 200 OK\r\n\r\n",
                };
                stream.write_all(answer)?;
                stream.flush()?;
                return rest(stream);
            }
            Some(Fault::Refuses) | None => {}
        }
        let refuses = fault.is_some();
        match first[0] {
            5 => {
                let mut methods = [0; 2];
                stream.read_exact(&mut methods)?;
                stream.read_exact(&mut vec![0; methods[1].into()])?;
                stream.write_all(&[5, 0])?;
                stream.flush()?;
                let mut head = [0; 4];
                stream.read_exact(&mut head)?;
                let mut length = [3];
                if head[3] == 3 {
                    stream.read_exact(&mut length)?;
                }
                stream.read_exact(&mut vec![0; usize::from(length[0]) + if head[3] == 3 { 2 } else { 3 }])?;
                stream.write_all(&[5, if refuses { 2 } else { 0 }, 0, 1, 0, 0, 0, 0, 0, 0])?;
                stream.flush()?;
                // Behind a proxy everything travels as the proxy reads it.
                self.level(self.in_clear(stream), level + 1)
            }
            b'C' => {
                let mut head = Vec::new();
                while !head.ends_with(b"\r\n\r\n") {
                    let mut byte = [0];
                    stream.read_exact(&mut byte)?;
                    head.extend(byte);
                }
                let status = if refuses { "403 Forbidden" } else { "200 OK" };
                stream.write_all(format!("HTTP/1.1 {status}\r\n\r\n").as_bytes())?;
                stream.flush()?;
                self.level(self.in_clear(stream), level + 1)
            }
            0x16 if !refuses => {
                let server = ServerConnection::new(self.config.clone()).map_err(io::Error::other)?;
                self.level(Box::new(StreamOwned::new(server, stream)), level + 1)
            }
            0x16 => {
                // The alert handshake_failure.
                stream.write_all(&[0x15, 3, 3, 0, 2, 2, 40])?;
                rest(stream)
            }
            _ => rest(stream),
        }
    }
}

/// Everything until the end, or until something goes wrong.
fn rest(mut stream: impl Read) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    let _ = stream.read_to_end(&mut bytes);
    Ok(bytes)
}
