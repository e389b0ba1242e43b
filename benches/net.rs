//! What a chain costs over the sockets and the TLS that it is made of, over loopback.
//!
//! `cargo bench --bench net --features tls` prints one table: medians of the same run, and the ratio of each chain to the same
//! done by hand. The contenders take turns, in an order that rotates, so that what else the machine does hits all of them; this
//! is why the turns are counted here, and not by criterion, which measures one contender after the other.

use sockatlas::net::{Opener, Providers, Stream};
use sockatlas::terms::{Family, Protocol, SocketType};
use sockatlas::{Loader, Registry, Request};
use std::io::{self, Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::path::Path;
use std::sync::Arc;
use std::time::Instant;

use rustls::pki_types::{CertificateDer, PrivateKeyDer, PrivatePkcs8KeyDer, ServerName};
use rustls::{ClientConfig, ClientConnection, RootCertStore, ServerConfig, ServerConnection, StreamOwned};

/// Bytes that a turn moves.
const BULK: usize = 32 << 20;
/// Bytes that go each way before a turn.
const WARM: usize = 8 << 20;
/// Bytes that are read or written at a time.
const CHUNK: usize = 64 << 10;
/// Round trips of a turn, and their bytes.
const TRIPS: usize = 2_000;
const TRIP: usize = 64;
/// Connections that a turn opens.
const OPENED: usize = 50;
const TURNS: usize = 61;

fn main() {
    // `cargo test --benches` and its like only want to see that it runs.
    let turns = if std::env::args().any(|argument| argument == "--test") { 1 } else { TURNS };
    let stage = Stage::new();
    let address = stage.plain;

    println!("| what | by hand | chain | ratio |\n|---|---:|---:|---:|");
    let plain = [
        ("", Contender::new(|| stage.by_hand(address))),
        ("plain", Contender::new(|| stage.chain("tcp4", address))),
        ("retired", Contender::new(|| stage.chain("socks", address))),
    ];
    let encrypted = [
        ("", Contender::new(|| stage.by_hand_with_tls())),
        ("TLS", Contender::new(|| stage.chain("secure", stage.tls))),
        ("TLS over retired", Contender::new(|| stage.chain("secure-socks", stage.tls))),
    ];
    for mut contenders in [plain, encrypted] {
        for work in [Work::Out, Work::In, Work::Trips] {
            let took = take_turns(turns, &mut contenders, |(_, contender)| contender.time(work));
            for (at, (name, _)) in contenders.iter().enumerate().skip(1) {
                work.print(name, &took[0], &took[at]);
            }
        }
    }

    let kept = stage.opener("tcp4");
    let mut opens: [Box<dyn FnMut()>; 3] = [
        Box::new(|| {
            let socket = socket2::Socket::new(socket2::Domain::IPV4, socket2::Type::STREAM, None).expect("a socket");
            socket.connect(&address.into()).expect("connected");
        }),
        Box::new(|| {
            let request = Request::new(Family::INET, SocketType::STREAM, Protocol::TCP);
            let selection = stage.registry.resolve(&request).expect("it is there");
            drop(Opener::new(&stage.providers, &selection).connect(address).expect("connected"));
        }),
        Box::new(|| drop(kept.connect(address).expect("connected"))),
    ];
    let took = take_turns(turns, &mut opens, |open| timed(|| (0..OPENED).for_each(|_| open())));
    for (what, at) in [("resolve and open", 1), ("open, with a kept opener", 2)] {
        let [hand, chain] = [0, at].map(|at| median(&took[at]) * 1e6 / OPENED as f64);
        let ratio = ratio(&took[0], &took[at]);
        println!("| {what}, socket and connect by hand | {hand:.1} us | {chain:.1} us | {ratio:.2} |");
    }
}

/// Lets each contender work once a turn, there and back again; how many seconds each took in each turn.
fn take_turns<C>(turns: usize, contenders: &mut [C], mut work: impl FnMut(&mut C) -> f64) -> Vec<Vec<f64>> {
    let mut took = vec![Vec::new(); contenders.len()];
    for turn in 0..turns {
        for at in 0..contenders.len() {
            let at = if turn % 2 == 0 { at } else { contenders.len() - 1 - at };
            took[at].push(work(&mut contenders[at]));
        }
    }
    took
}

fn timed(work: impl FnOnce()) -> f64 {
    let began = Instant::now();
    work();
    began.elapsed().as_secs_f64()
}

fn median(values: &[f64]) -> f64 {
    let mut sorted = values.to_vec();
    sorted.sort_unstable_by(f64::total_cmp);
    sorted[sorted.len() / 2]
}

/// How fast the second is against the first: the median of the turns' ratios, as a turn's two were hit by the same noise.
fn ratio(first: &[f64], second: &[f64]) -> f64 {
    median(&first.iter().zip(second).map(|(first, second)| first / second).collect::<Vec<_>>())
}

#[derive(Copy, Clone)]
enum Work {
    /// Bytes to the peer.
    Out,
    /// Bytes from the peer.
    In,
    /// Words and answers.
    Trips,
}

impl Work {
    fn amount(self) -> usize {
        match self {
            Work::Out | Work::In => BULK,
            Work::Trips => TRIPS,
        }
    }

    fn run(self, stream: &mut dyn Duplex, count: usize) {
        let word = match self {
            Work::Out => b'o',
            Work::In => b'i',
            Work::Trips => b't',
        };
        let mut command = [word; 9];
        command[1..].copy_from_slice(&(count as u64).to_ne_bytes());
        stream.write_all(&command).expect("written");
        stream.flush().expect("sent");
        match self {
            Work::Out => {
                write(stream, count).expect("written");
                stream.read_exact(&mut [0]).expect("the peer has it");
            }
            Work::In => read(stream, count).expect("read"),
            Work::Trips => {
                let mut bytes = [7; TRIP];
                for _ in 0..count {
                    stream.write_all(&bytes).expect("written");
                    stream.flush().expect("sent");
                    stream.read_exact(&mut bytes).expect("answered");
                }
            }
        }
    }

    fn print(self, name: &str, by_hand: &[f64], chain: &[f64]) {
        let (what, unit, amount) = match self {
            Work::Out => ("out", "MB/s", 1e-6),
            Work::In => ("in", "MB/s", 1e-6),
            Work::Trips => ("round trips", "/s", 1.0),
        };
        let amount = amount * self.amount() as f64;
        let ratio = ratio(by_hand, chain);
        let [hand, chain] = [by_hand, chain].map(|took| amount / median(took));
        println!("| {name}, {what} | {hand:.0} {unit} | {chain:.0} {unit} | {ratio:.3} |");
    }
}

trait Duplex: Read + Write {}

impl<T: Read + Write> Duplex for T {}

/// Opens connections of one kind.
struct Contender<'a>(Box<dyn Fn() -> Box<dyn Duplex> + 'a>);

impl<'a> Contender<'a> {
    fn new<S: Duplex + 'static>(open: impl Fn() -> S + 'a) -> Self {
        Contender(Box::new(move || Box::new(open())))
    }

    /// With a connection of its own, as the kernel treats no two alike, and warmed up: its windows have grown.
    fn time(&self, work: Work) -> f64 {
        let mut stream = (self.0)();
        Work::In.run(&mut *stream, WARM);
        Work::Out.run(&mut *stream, WARM);
        timed(|| work.run(&mut *stream, work.amount()))
    }
}

fn write(stream: &mut (impl Write + ?Sized), mut count: usize) -> io::Result<()> {
    let chunk = [7; CHUNK];
    while count > 0 {
        let some = count.min(CHUNK);
        stream.write_all(&chunk[..some])?;
        count -= some;
    }
    stream.flush()
}

fn read(stream: &mut (impl Read + ?Sized), mut count: usize) -> io::Result<()> {
    let mut chunk = [0; CHUNK];
    while count > 0 {
        let most = count.min(CHUNK);
        match stream.read(&mut chunk[..most])? {
            0 => return Err(io::ErrorKind::UnexpectedEof.into()),
            some => count -= some,
        }
    }
    Ok(())
}

/// Does what it is told, until the connection ends.
fn serve(stream: &mut (impl Read + Write)) -> io::Result<()> {
    let mut command = [0; 9];
    loop {
        stream.read_exact(&mut command)?;
        let count = u64::from_ne_bytes(command[1..].try_into().expect("eight")) as usize;
        match command[0] {
            b'o' => {
                read(stream, count)?;
                stream.write_all(&[1])?;
                stream.flush()?;
            }
            b'i' => write(stream, count)?,
            _ => {
                let mut bytes = [0; TRIP];
                for _ in 0..count {
                    stream.read_exact(&mut bytes)?;
                    stream.write_all(&bytes)?;
                    stream.flush()?;
                }
            }
        }
    }
}

/// Peers, and a catalog that leads to them.
struct Stage {
    plain: SocketAddr,
    tls: SocketAddr,
    registry: Registry,
    providers: Providers,
    client: Arc<ClientConfig>,
    _folder: tempfile::TempDir,
}

const CATALOG: &str = r#"
format  = 1
dialect = "linux"
[provider.kernel]
module = "system"
[provider.tls]
[provider.socks5]
[base.tcp4]
provider     = "kernel"
family       = "inet"
type         = "stream"
protocol     = "tcp"
matches-zero = true
options      = { nodelay = true }
[layer.tls]
provider = "tls"
adds     = ["encrypted", "authenticated"]
options  = { roots = ["certificate.pem"] }
[layer.socks5]
provider = "socks5"
adds     = ["proxied"]
removes  = ["encrypted", "authenticated"]
options  = { proxy = "127.0.0.1:1080" }
[chain.secure]
layers = ["tls"]
base   = "tcp4"
[chain.socks]
layers = ["socks5"]
base   = "tcp4"
[chain.secure-socks]
layers = ["tls", "socks5"]
base   = "tcp4"
"#;

impl Stage {
    fn new() -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let made = rcgen::generate_simple_self_signed(vec!["127.0.0.1".to_owned()]).expect("a certificate");
        std::fs::write(folder.path().join("certificate.pem"), made.cert.pem()).expect("written");
        std::fs::write(folder.path().join("site.toml"), CATALOG).expect("written");
        let certificate: CertificateDer<'static> = made.cert.der().clone();
        let key = PrivateKeyDer::Pkcs8(PrivatePkcs8KeyDer::from(made.signing_key.serialize_der()));
        let (client, server) = configs(certificate, key);
        let (plain, tls) = (listen(None), listen(Some(server)));
        Stage { plain, tls, registry: load(folder.path()), providers: Providers::shipped(), client, _folder: folder }
    }

    fn opener(&self, entry: &str) -> Opener {
        let selection = self.registry.resolve(&Request::named(entry)).expect("it is there");
        Opener::new(&self.providers, &selection)
    }

    /// A chain's stream; a proxy of it is the peer itself.
    fn chain(&self, entry: &str, peer: SocketAddr) -> Stream {
        let opener = self.opener(entry);
        let proxied = opener.selection().stack().any(|part| part.name() == "socks5");
        let opener = match proxied {
            true => opener.set_word("socks5", "proxy", &peer.to_string()).expect("an address"),
            false => opener,
        };
        opener.connect(peer).unwrap_or_else(|error| panic!("{entry}: {error}"))
    }

    fn by_hand(&self, peer: SocketAddr) -> TcpStream {
        let stream = TcpStream::connect(peer).expect("connected");
        stream.set_nodelay(true).expect("set");
        stream
    }

    fn by_hand_with_tls(&self) -> StreamOwned<ClientConnection, TcpStream> {
        let name = ServerName::try_from("127.0.0.1").expect("a name");
        let client = ClientConnection::new(self.client.clone(), name).expect("a connection");
        StreamOwned::new(client, self.by_hand(self.tls))
    }
}

fn load(folder: &Path) -> Registry {
    Loader::new().path(folder.join("site.toml")).load().unwrap_or_else(|error| panic!("{error}"))
}

/// Both sides. The server has one cipher suite, so that all contenders get the same.
fn configs(
    certificate: CertificateDer<'static>,
    key: PrivateKeyDer<'static>,
) -> (Arc<ClientConfig>, Arc<ServerConfig>) {
    let provider = rustls::crypto::ring::default_provider();
    let mut roots = RootCertStore::empty();
    roots.add(certificate.clone()).expect("a certificate");
    let client = ClientConfig::builder_with_provider(Arc::new(provider.clone())).with_safe_default_protocol_versions();
    let client = client.expect("versions").with_root_certificates(roots).with_no_client_auth();
    let suite = rustls::crypto::ring::cipher_suite::TLS13_AES_128_GCM_SHA256;
    let provider = rustls::crypto::CryptoProvider { cipher_suites: vec![suite], ..provider };
    let server = ServerConfig::builder_with_provider(Arc::new(provider)).with_safe_default_protocol_versions();
    let server = server.expect("versions").with_no_client_auth().with_single_cert(vec![certificate], key);
    (Arc::new(client), Arc::new(server.expect("a key that fits")))
}

/// Serves connections, each in a thread; with a SOCKS handshake first for those who begin one.
fn listen(config: Option<Arc<ServerConfig>>) -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    let address = listener.local_addr().expect("it is bound");
    std::thread::spawn(move || {
        for stream in listener.incoming() {
            let mut stream = stream.expect("accepted");
            let config = config.clone();
            std::thread::spawn(move || -> io::Result<()> {
                stream.set_nodelay(true)?;
                let mut first = [0];
                if stream.peek(&mut first)? == 1 && first[0] == 5 {
                    stream.read_exact(&mut [0; 3])?;
                    stream.write_all(&[5, 0])?;
                    stream.read_exact(&mut [0; 10])?;
                    stream.write_all(&[5, 0, 0, 1, 0, 0, 0, 0, 0, 0])?;
                }
                match config {
                    None => serve(&mut stream),
                    Some(config) => {
                        let server = ServerConnection::new(config).map_err(io::Error::other)?;
                        serve(&mut StreamOwned::new(server, stream))
                    }
                }
            });
        }
    });
    address
}
