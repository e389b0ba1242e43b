//! Clients and servers: the load.

use rustls::pki_types::ServerName;
use rustls::{ClientConfig, ClientConnection, StreamOwned};
use std::io::{Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::Arc;
use std::sync::Barrier;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

/// Bytes that are written or read at a time.
const CHUNK: usize = 64 << 10;

/// Takes what it is sent. The first byte says what for: `b`, bytes until the end, then one back; `e`, that byte back.
pub struct Sink {
    pub address: SocketAddr,
}

impl Sink {
    pub fn start() -> Sink {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
        // As long a backlog as the others have.
        rustix::net::listen(&listener, 4096).expect("it listens already");
        let address = listener.local_addr().expect("it is bound");
        std::thread::spawn(move || {
            for stream in listener.incoming() {
                let mut stream = stream.expect("accepted");
                std::thread::spawn(move || serve(&mut stream));
            }
        });
        Sink { address }
    }
}

fn serve(stream: &mut TcpStream) {
    let mut chunk = vec![0; CHUNK];
    // A program may look whether anybody is here.
    let Ok(count @ 1..) = stream.read(&mut chunk) else { return };
    if chunk[0] == b'b' {
        while stream.read(&mut chunk).is_ok_and(|count| count > 0) {}
        let _ = stream.write_all(b"b");
    } else {
        let _ = stream.write_all(&chunk[..count]);
        let _ = stream.read(&mut chunk);
    }
}

/// What clients do in a turn.
pub struct Load {
    /// Without session tickets, so that each handshake is whole.
    pub tls: Option<Arc<ClientConfig>>,
    pub connections: usize,
    /// Bytes, or connections, of all clients together.
    pub amount: usize,
}

trait Client: Read + Write {
    fn end(&mut self);
}

impl Client for TcpStream {
    fn end(&mut self) {
        self.shutdown(std::net::Shutdown::Write).expect("ended");
    }
}

impl Client for StreamOwned<ClientConnection, TcpStream> {
    fn end(&mut self) {
        self.conn.send_close_notify();
        self.flush().expect("sent");
        self.sock.shutdown(std::net::Shutdown::Write).expect("ended");
    }
}

impl Load {
    fn connect(&self, address: SocketAddr) -> Box<dyn Client> {
        let stream = TcpStream::connect(address).expect("somebody listens");
        stream.set_nodelay(true).expect("it is a socket");
        stream.set_read_timeout(Some(Duration::from_secs(60))).expect("it is a socket");
        match &self.tls {
            None => Box::new(stream),
            Some(config) => {
                let name = ServerName::try_from("127.0.0.1").expect("a name");
                let client = ClientConnection::new(config.clone(), name).expect("a connection");
                Box::new(StreamOwned::new(client, stream))
            }
        }
    }

    /// How many seconds it takes all clients to send their bytes, from when all are connected until all has arrived.
    pub fn bytes(&self, address: SocketAddr) -> f64 {
        let start = Barrier::new(self.connections);
        let each = self.amount / self.connections;
        let times: Vec<(Instant, Instant)> = std::thread::scope(|scope| {
            let clients: Vec<_> =
                (0..self.connections).map(|_| scope.spawn(|| self.send(address, &start, each))).collect();
            clients.into_iter().map(|client| client.join().expect("served")).collect()
        });
        let began = times.iter().map(|(began, _)| *began).min().expect("there are clients");
        let ended = times.iter().map(|(_, ended)| *ended).max().expect("there are clients");
        (ended - began).as_secs_f64()
    }

    /// Sends so many bytes, when all others are connected too; from when until when.
    fn send(&self, address: SocketAddr, start: &Barrier, mut left: usize) -> (Instant, Instant) {
        let mut stream = self.connect(address);
        stream.write_all(b"b").expect("written");
        stream.flush().expect("sent");
        start.wait();
        let began = Instant::now();
        let chunk = vec![7; CHUNK];
        while left > 0 {
            let some = left.min(CHUNK);
            stream.write_all(&chunk[..some]).expect("written");
            left -= some;
        }
        stream.flush().expect("sent");
        stream.end();
        stream.read_exact(&mut [0]).expect("all has arrived");
        (began, Instant::now())
    }

    /// How many seconds it takes the clients to open all connections, so many at a time, and to hear a byte back on each.
    pub fn opening(&self, address: SocketAddr) -> f64 {
        let next = AtomicUsize::new(0);
        let began = Instant::now();
        std::thread::scope(|scope| {
            for _ in 0..self.connections {
                scope.spawn(|| {
                    while next.fetch_add(1, Ordering::Relaxed) < self.amount {
                        let mut stream = self.connect(address);
                        stream.write_all(b"e").expect("written");
                        stream.flush().expect("sent");
                        stream.read_exact(&mut [0]).expect("answered");
                    }
                });
            }
        });
        began.elapsed().as_secs_f64()
    }
}
