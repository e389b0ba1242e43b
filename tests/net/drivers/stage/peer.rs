//! The far ends of connections: ours, and those that have nothing of ours.

use super::payload::Payload;
use super::{ORIGIN, Stage};
use std::io::{self, Read, Write};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::sync::Arc;
use std::thread::JoinHandle;

/// What the far end of a connection is.
#[derive(Copy, Clone, Debug, PartialEq, Eq)]
pub enum Peer {
    Plain,
    Tls,
    /// TLS in TLS.
    Twice,
    Inspected,
    /// A header of the PROXY protocol comes first.
    Forwarded,
    /// Messages come behind their lengths.
    Framed,
    FramedTls,
    FramedTlsForwarded,
}

/// What a peer that has nothing of ours does.
struct By {
    /// The entry of ours that does the same.
    entry: &'static str,
    header: bool,
    /// How often TLS is inside TLS.
    tls: usize,
    framed: bool,
}

impl Peer {
    fn by(self) -> By {
        let (entry, header, tls, framed) = match self {
            Peer::Plain => ("tcp4", false, 0, false),
            Peer::Tls => ("secure", false, 1, false),
            Peer::Twice => ("secure-twice", false, 2, false),
            Peer::Inspected => ("inspected", false, 0, false),
            Peer::Forwarded => ("forwarded", true, 0, false),
            Peer::Framed => ("framed", false, 0, true),
            Peer::FramedTls => ("secure-framed", false, 1, true),
            Peer::FramedTlsForwarded => ("secure-framed-forwarded", true, 1, true),
        };
        By { entry, header, tls, framed }
    }

    /// Whether it is more than the system's socket.
    pub fn has_layers(self) -> bool {
        self != Peer::Plain
    }

    /// Whether each read and each write is a message.
    pub fn is_of_messages(self) -> bool {
        self.by().framed
    }

    /// So many bytes for it and from it, as it takes and gives them.
    pub fn payload(self, length: usize) -> Payload {
        if self.is_of_messages() { Payload::of_messages(length) } else { Payload::new(length) }
    }
}

impl Stage {
    /// A peer that serves one connection; one of ours, or one that has nothing of ours.
    pub fn peer(&self, kind: Peer, ours: bool, serve: impl FnOnce(&mut dyn End) + Send + 'static) -> Serving {
        let kind = kind.by();
        if ours {
            let listener = self.opener(kind.entry).listen("127.0.0.1:0").expect("it listens");
            let address = listener.local().expect("it is bound").socket_addr().expect("an IP address");
            let thread = std::thread::spawn(move || {
                let mut stream = listener.accept().expect("accepted").handshake().expect("open");
                let origin = stream.opened().origin.map(|origin| origin.to_string());
                assert_eq!(origin, kind.header.then(|| ORIGIN.replace(' ', " to ")), "whose connection it is");
                serve(&mut stream);
            });
            return Serving { address: address.to_string(), thread };
        }
        let config = raw_tls::server(self);
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
        let address = listener.local_addr().expect("it is bound").to_string();
        let thread = std::thread::spawn(move || {
            let (mut stream, _) = listener.accept().expect("accepted");
            if kind.header {
                read_header(&mut stream);
            }
            let mut end: Box<dyn End> = Box::new(stream);
            for _ in 0..kind.tls {
                end = Box::new(raw_tls::accept(&config, end));
            }
            if kind.framed {
                end = Box::new(Framed { end, ended: false });
            }
            serve(&mut *end);
        });
        Serving { address, thread }
    }
}

/// Reads a header of either version, which must tell of [`ORIGIN`] (proxy-protocol.txt of HAProxy, sections 2.1 and 2.2).
fn read_header(stream: &mut TcpStream) {
    let mut start = [0; 12];
    stream.read_exact(&mut start).expect("a header");
    if start == *b"\r\n\r\n\0\r\nQUIT\n" {
        let mut rest = [0; 4 + 12];
        stream.read_exact(&mut rest).expect("a header");
        // Version 2, PROXY; TCP over IPv4; 12 bytes: two addresses and two ports.
        assert_eq!(rest, *b"\x21\x11\0\x0c\xc0\0\x02\x07\xc6\x33\x64\x09\x12\x67\x01\xbb");
        return;
    }
    let mut line = start.to_vec();
    while !line.ends_with(b"\r\n") {
        let mut byte = [0];
        stream.read_exact(&mut byte).expect("a header");
        line.extend(byte);
    }
    assert_eq!(String::from_utf8(line).expect("text"), "PROXY TCP4 192.0.2.7 198.51.100.9 4711 443\r\n");
}

/// Messages over a stream by hand: each read is one, whole, and so is each write.
struct Framed {
    end: Box<dyn End>,
    ended: bool,
}

impl Read for Framed {
    fn read(&mut self, target: &mut [u8]) -> io::Result<usize> {
        let mut length = [0; 4];
        let count = self.end.read(&mut length)?;
        self.ended = count == 0;
        if self.ended {
            return Ok(0);
        }
        self.end.read_exact(&mut length[count..])?;
        let length = u32::from_be_bytes(length) as usize;
        assert!(length <= target.len(), "a message of {length} bytes");
        self.end.read_exact(&mut target[..length])?;
        Ok(length)
    }
}

impl Write for Framed {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.end.write_all(&(bytes.len() as u32).to_be_bytes())?;
        self.end.write_all(bytes)?;
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        self.end.flush()
    }
}

impl End for Framed {
    fn end(&mut self) {
        self.end.end();
    }

    fn has_ended(&self) -> bool {
        self.ended
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

    /// Whether a read of 0 bytes was the end; else it is an empty message.
    fn has_ended(&self) -> bool {
        true
    }
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

    fn has_ended(&self) -> bool {
        sockatlas::net::Stream::has_ended(self)
    }
}

impl<E: End + ?Sized> End for Box<E> {
    fn end(&mut self) {
        (**self).end();
    }

    fn has_ended(&self) -> bool {
        (**self).has_ended()
    }
}

impl dyn End + '_ {
    /// Reads to the end, then writes and ends.
    pub fn answer(&mut self, payload: &Payload) {
        let mut incoming = payload.out.incoming(3);
        while !incoming.is_over() {
            incoming.stall();
            let mut target = incoming.enough_room();
            let count = self.read(&mut target).expect("there is something to read, or the end");
            incoming.got(&target[..count], self.has_ended());
        }
        let mut outgoing = payload.back.outgoing(5);
        while let Some(piece) = outgoing.piece() {
            let count = self.write(piece).expect("it can be written");
            self.flush().expect("it can be sent");
            outgoing.sent(count);
            outgoing.stall();
        }
        self.end();
    }

    /// Reads and writes by turns.
    pub fn talk(&mut self, payload: &Payload) {
        let (mut incoming, mut outgoing) = (payload.out.incoming(3), payload.back.outgoing(5));
        let mut gives = true;
        while gives || !incoming.is_over() {
            outgoing.stall();
            match outgoing.piece() {
                Some(piece) => {
                    let count = self.write(piece).expect("it can be written");
                    self.flush().expect("it can be sent");
                    outgoing.sent(count);
                }
                None if gives => {
                    self.end();
                    gives = false;
                }
                None => {}
            }
            if !incoming.is_over() {
                incoming.stall();
                let mut target = incoming.enough_room();
                let count = self.read(&mut target).expect("there is something to read, or the end");
                incoming.got(&target[..count], self.has_ended());
            }
        }
    }
}
