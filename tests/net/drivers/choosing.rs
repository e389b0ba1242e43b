//! Several addresses, and several entries: raced and fallen back to by every driver, against the kernel.

use super::limits::full_at;
use super::stage::{Stage, raw_tls};
use rustix::event::{PollFd, PollFlags, Timespec, poll};
use sockatlas::catalog::Module;
use sockatlas::net::{
    Address, Alternatives, Attempt, Base, BaseProvider, BaseSocket, Cancel, Error, ErrorKind, Opened, Opener, Outcome,
    ProviderError, Providers, Target, readiness, system,
};
use sockatlas::terms::{Family, Protocol, Services, SocketType};
use sockatlas::{Registry, Request};
use std::io::{self, Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::{Mutex, mpsc};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

/// How long an address has before the next one is tried beside it.
const DELAY: Duration = Duration::from_millis(250);

/// The limit of connecting; who waited for it was held up by a dead address.
const LIMIT: Duration = Duration::from_secs(30);

/// The sockets of the system, with a name server that knows one name.
#[derive(Clone)]
struct Named(Vec<SocketAddr>);

impl BaseProvider for Named {
    fn module(&self) -> &'static Module {
        system::System.module()
    }

    fn resolve(&self, base: &Base<'_>, target: &Target) -> Result<Vec<Address>, ProviderError> {
        let mut known = self.0.iter().map(|address| Address::Ip(*address)).collect::<Vec<_>>();
        known.retain(|address| address.family() == Some(base.family));
        if known.is_empty() {
            return Err(ProviderError::unresolved(target, format!("it has no address of {}", base.family)));
        }
        Ok(known)
    }

    fn connect(&self, base: &Base<'_>, address: &Address) -> Result<Box<dyn BaseSocket>, ProviderError> {
        system::System.connect(base, address)
    }
}

fn opener(entry: &str, addresses: &[SocketAddr]) -> Opener {
    let registry = Registry::builtin();
    let selection = registry.resolve(&Request::named(entry)).expect("the catalog has it");
    Opener::new(&Providers::shipped().base(Named(addresses.to_vec())), &selection)
}

/// A listener, and a thread that reads what `count` connections say.
fn live(at: &str, count: usize) -> (SocketAddr, JoinHandle<Vec<String>>) {
    let listener = TcpListener::bind(at).expect("loopback has ports");
    let address = listener.local_addr().expect("it is bound");
    let hear = move || {
        let heard = (0..count).map(|_| {
            let mut said = String::new();
            listener.accept().expect("somebody comes").0.read_to_string(&mut said).expect("text");
            said
        });
        heard.collect()
    };
    (address, std::thread::spawn(hear))
}

/// An address at which nobody listens.
fn closed(at: &str) -> SocketAddr {
    TcpListener::bind(at).and_then(|listener| listener.local_addr()).expect("loopback has ports")
}

/// Opens without ever waiting but for what it is told to.
fn dialed(mut dial: readiness::Dial) -> Result<readiness::Stream, Error> {
    loop {
        if let Some(stream) = dial.progress(Instant::now())? {
            return Ok(stream);
        }
        let lookups = dial.lookups();
        if !lookups.is_empty() {
            lookups.into_iter().for_each(|lookup| dial.found(lookup.run(), Instant::now()));
            continue;
        }
        let left = dial.deadline().expect("there is a limit").saturating_duration_since(Instant::now());
        let left = Timespec { tv_sec: left.as_secs() as i64, tv_nsec: left.subsec_nanos().into() };
        let sockets = dial.sockets().map(|(_, socket, wants)| {
            let mut events = PollFlags::empty();
            events.set(PollFlags::IN, wants.readable);
            events.set(PollFlags::OUT, wants.writable);
            PollFd::from_borrowed_fd(socket, events)
        });
        poll(&mut sockets.collect::<Vec<_>>(), Some(&left)).expect("it can be waited for");
    }
}

/// A way to open: each driver, which says hello once it is open and goes.
type Driver = (&'static str, fn(&Alternatives) -> Result<Opened, Error>);

const SOMEWHERE: &str = "somewhere.test:7";

fn hello(stream: &mut impl Write) -> io::Result<()> {
    stream.write_all(b"hello").and_then(|()| stream.flush())
}

fn drivers() -> Vec<Driver> {
    let waiting: [Driver; 2] = [
        ("blocking", |alternatives| {
            let mut stream = alternatives.connect(SOMEWHERE)?;
            hello(&mut stream).expect("written");
            Ok(stream.opened())
        }),
        ("readiness", |alternatives| {
            let mut stream = dialed(alternatives.dial(SOMEWHERE, Instant::now())?)?;
            hello(&mut stream).expect("it has room");
            Ok(stream.opened())
        }),
    ];
    #[cfg(feature = "tokio")]
    let of_tokio: [Driver; 1] = [("tokio", |alternatives| {
        use tokio::io::AsyncWriteExt;
        let alternatives = alternatives.clone();
        let task = async move {
            let mut stream = alternatives.connect_tokio(SOMEWHERE).await?;
            stream.write_all(b"hello").await.expect("written");
            stream.flush().await.expect("sent");
            Ok(stream.opened())
        };
        // A task of its own, which may move from thread to thread.
        let runtime = super::tokio::runtime();
        runtime.block_on(async { tokio::spawn(task).await.expect("no panic") })
    })];
    #[cfg(not(feature = "tokio"))]
    let of_tokio: [Driver; 0] = [];
    waiting.into_iter().chain(of_tokio).collect()
}

fn outcomes(attempts: &[Attempt]) -> Vec<(&str, Option<SocketAddr>, &Outcome)> {
    let each = attempts.iter().map(|attempt| {
        (attempt.entry.as_str(), attempt.address.as_ref().and_then(Address::socket_addr), &attempt.outcome)
    });
    each.collect()
}

#[test]
fn a_live_address_is_not_held_up_by_a_dead_one() {
    let (_listener, _waiting, dead) = full_at("127.0.0.2:0");
    let dead: SocketAddr = dead.parse().expect("an address");
    let drivers = drivers();
    let (address, heard) = live("127.0.0.1:0", drivers.len());
    for (driver, open) in &drivers {
        let one = opener("tcp4", &[dead, address]).limit(sockatlas::net::Step::Connect, Some(LIMIT));
        let began = Instant::now();
        let opened = open(&one.into()).unwrap_or_else(|error| panic!("{driver}: {error}"));
        let took = began.elapsed();
        let [(_, Some(first), Outcome::Overtaken), (_, Some(second), Outcome::Connected)] =
            outcomes(&opened.attempts)[..]
        else {
            panic!("{driver}: {:?}", opened.attempts)
        };
        assert_eq!((first, second), (dead, address), "{driver}");
        let begun: Vec<Duration> = opened.attempts.iter().map(|attempt| attempt.began).collect();
        assert!(begun[1] >= begun[0] + DELAY && begun[1] < LIMIT, "{driver}: {begun:?}");
        assert!(took >= DELAY && took < LIMIT, "{driver}: it took {took:?}");
        assert!(opened.to_string().ends_with("; attempt 2 of 2"), "{opened}");
        assert_eq!(opened.peer.as_ref().and_then(Address::socket_addr), Some(address));
    }
    assert_eq!(heard.join().expect("content"), vec!["hello"; drivers.len()]);
}

#[test]
fn a_refused_address_costs_no_delay() {
    let dead = closed("127.0.0.2:0");
    let drivers = drivers();
    let (address, heard) = live("127.0.0.1:0", drivers.len());
    for (driver, open) in &drivers {
        let opened = open(&opener("tcp4", &[dead, address]).attempt_delay(Duration::from_secs(2)).into());
        let opened = opened.unwrap_or_else(|error| panic!("{driver}: {error}"));
        let [(_, _, Outcome::Failed(why)), (_, _, Outcome::Connected)] = outcomes(&opened.attempts)[..] else {
            panic!("{driver}: {:?}", opened.attempts)
        };
        assert_eq!(why.io().map(io::Error::kind), Some(io::ErrorKind::ConnectionRefused), "{driver}");
        assert!(opened.attempts[1].began < Duration::from_secs(2), "{driver}: {:?}", opened.attempts);
    }
    heard.join().expect("content");
}

#[test]
fn one_address_alone_is_reported_as_before() {
    let drivers = drivers();
    let (address, heard) = live("127.0.0.1:0", drivers.len());
    for (driver, open) in &drivers {
        let opened = open(&opener("tcp4", &[address]).into()).unwrap_or_else(|error| panic!("{driver}: {error}"));
        assert_eq!(opened.attempts.len(), 1, "{driver}");
        assert!(!opened.to_string().contains("attempt"), "{opened}");
        let nobody = closed("127.0.0.1:0");
        let error = open(&opener("tcp4", &[nobody]).into()).expect_err("nobody is there");
        assert_eq!(
            error.to_string(),
            format!("`tcp4`: {nobody}: connect: Connection refused (os error 111)"),
            "{driver}"
        );
    }
    heard.join().expect("content");
}

/// TCP over both IP versions, version 6 first.
fn both(addresses: &[SocketAddr]) -> Alternatives {
    opener("tcp6", addresses).or(opener("tcp4", addresses)).expect("they offer the same")
}

#[test]
fn ipv6_and_ipv4_race_as_one() {
    // Whether this host has IPv6 or not, nobody is there.
    let six: SocketAddr = format!("[::1]:{}", closed("127.0.0.1:0").port()).parse().expect("an address");
    let drivers = drivers();
    let (four, heard) = live("127.0.0.1:0", drivers.len());
    for (driver, open) in &drivers {
        let opened = open(&both(&[four, six])).unwrap_or_else(|error| panic!("{driver}: {error}"));
        let [("tcp6", Some(first), Outcome::Failed(_)), ("tcp4", Some(second), Outcome::Connected)] =
            outcomes(&opened.attempts)[..]
        else {
            panic!("{driver}: {:?}", opened.attempts)
        };
        assert_eq!((first, second, opened.entry.as_str()), (six, four, "tcp4"), "{driver}");

        // A family without an address is an outcome too.
        let error = open(&both(&[closed("127.0.0.1:0")])).expect_err("nobody is there");
        let Error::Unreached { attempts, entry, .. } = &error else { panic!("{driver}: {error:?}") };
        assert_eq!(entry, "tcp6");
        let lacking = attempts.iter().find(|attempt| attempt.entry == "tcp6").expect("it is told");
        assert_eq!(lacking.to_string(), "`tcp6`: looking up somewhere.test:7: it has no address of inet6");
        assert_eq!((attempts.len(), error.kind(), error.code()), (2, ErrorKind::Network, None), "{driver}");
        assert!(error.to_string().starts_with("somewhere.test:7 could be reached by no entry (`tcp"), "{error}");
    }
    heard.join().expect("content");
}

/// The sockets of the system, with a name server that does not answer for IPv6 until it is let.
struct Slow {
    four: SocketAddr,
    let_go: Mutex<mpsc::Receiver<()>>,
}

impl BaseProvider for Slow {
    fn module(&self) -> &'static Module {
        system::System.module()
    }

    fn resolve(&self, base: &Base<'_>, target: &Target) -> Result<Vec<Address>, ProviderError> {
        if base.family == Family::INET {
            return Ok(vec![Address::Ip(self.four)]);
        }
        let waited = self.let_go.lock().expect("nobody panicked with it").recv_timeout(LIMIT);
        Err(ProviderError::unresolved(target, waited.err().map_or("nobody knows it", |_| "nobody waited for IPv4")))
    }

    fn connect(&self, base: &Base<'_>, address: &Address) -> Result<Box<dyn BaseSocket>, ProviderError> {
        system::System.connect(base, address)
    }
}

#[test]
fn a_slow_answer_for_one_family_does_not_hold_up_the_other() {
    // That driver's look-ups are the program's.
    for (driver, open) in drivers().into_iter().filter(|(driver, _)| *driver != "readiness") {
        let (go, let_go) = mpsc::channel();
        let (four, heard) = live("127.0.0.1:0", 1);
        let providers = Providers::shipped().base(Slow { four, let_go: Mutex::new(let_go) });
        let registry = Registry::builtin();
        let of =
            |entry| Opener::new(&providers, &registry.resolve(&Request::named(entry)).expect("the catalog has it"));
        let list = of("tcp6").or(of("tcp4")).expect("they offer the same");
        let listening = std::thread::spawn(move || {
            let heard = heard.join().expect("content");
            // Only now, that it is connected and has said what it had to say.
            go.send(()).expect("the look-up still waits");
            heard
        });
        let opened = open(&list).unwrap_or_else(|error| panic!("{driver}: {error}"));
        let [("tcp4", Some(address), Outcome::Connected)] = outcomes(&opened.attempts)[..] else {
            panic!("{driver}: {:?}", opened.attempts)
        };
        assert_eq!(address, four);
        // Resolution Delay: RFC 8305, section 8.
        assert!(opened.attempts[0].began >= Duration::from_millis(50), "{driver}: {:?}", opened.attempts);
        assert_eq!(listening.join().expect("content"), ["hello"], "{driver}");
    }
}

#[test]
fn a_handshake_that_fails_is_fallen_back_from() {
    let stage = Stage::new();
    for (driver, open) in drivers() {
        let listener = TcpListener::bind("127.0.0.1:0").expect("loopback has ports");
        let address = listener.local_addr().expect("it is bound");
        let config = raw_tls::server(&stage);
        let peer = std::thread::spawn(move || {
            // The first one finds TLS, and inside it none.
            let mut once = raw_tls::accept(&config, listener.accept().expect("somebody comes").0);
            once.read_exact(&mut [0; 16]).expect("a hello");
            once.write_all(b"220 this is no TLS\r\n").expect("written");
            once.flush().expect("sent");
            let mut again = raw_tls::accept(&config, listener.accept().expect("somebody comes again").0);
            let mut said = [0; 5];
            again.read_exact(&mut said).expect("a hello");
            drop(once);
            said
        });
        let named = Providers::shipped().base(Named(vec![address]));
        let opener = |entry| Opener::new(&named, &stage.opener(entry).selection());
        let list = opener("secure-twice").or(opener("secure")).expect("both encrypt");
        // The certificate is that of an address.
        let list = list.set_word("tls", "server-name", "127.0.0.1").expect("it has a name");
        let list = list.set_word("tls-inside", "server-name", "127.0.0.1").expect("it has a name");
        let opened = open(&list).unwrap_or_else(|error| panic!("{driver}: {error}"));
        let [("secure-twice", at, Outcome::Unopened(why)), ("secure", _, Outcome::Connected)] =
            outcomes(&opened.attempts)[..]
        else {
            panic!("{driver}: {:?}", opened.attempts)
        };
        assert_eq!(at, Some(address));
        assert!(matches!(&**why, Error::Layer { layer, place: 1, .. } if layer == "tls-inside"), "{driver}: {why}");
        assert_eq!(peer.join().expect("content"), *b"hello", "{driver}");
    }
}

#[test]
fn nothing_weaker_is_fallen_back_to() {
    let stage = Stage::new();
    let error = stage.opener("secure").or(stage.opener("tcp4")).expect_err("it is weaker");
    assert_eq!(error.to_string(), "`tcp4`: it lacks `authenticated`, `encrypted`, so nothing falls back to it");
    // Nor by a request: what does not encrypt is no answer to it.
    let registry = Registry::builtin();
    let request = Request::new(Family::INET, SocketType::STREAM, Protocol::UNSPEC).require(Services::ENCRYPTED);
    let selections = registry.selections(&request).expect("some do");
    assert!(selections.len() > 1, "else there is nothing to choose from");
    let (address, peer) = plain_answer();
    let list =
        Alternatives::new(&Providers::shipped(), &selections).set_word("tls", "roots", "webpki").expect("it is there");
    let Error::Unreached { attempts, .. } = list.connect(address).expect_err("nobody there speaks TLS") else {
        panic!("each was tried")
    };
    assert_eq!(attempts.len(), selections.len(), "{attempts:?}");
    assert!(attempts.iter().all(|attempt| attempt.outcome.kind().is_some()));
    drop(TcpStream::connect(address).expect("it still listens"));
    let heard = peer.join().expect("content");
    // A record of TLS begins with 22 and 3 (RFC 8446, section 5.1), and may stand behind a PROXY header.
    let encrypts = |said: &[u8]| said.is_empty() || said.windows(2).any(|bytes| bytes == [22, 3]);
    assert!(heard.iter().all(|said| encrypts(said)), "something else than TLS was sent: {heard:?}");
}

/// Where no TLS is spoken: what each connection said first, until one said nothing.
fn plain_answer() -> (SocketAddr, JoinHandle<Vec<Vec<u8>>>) {
    let listener = TcpListener::bind("127.0.0.1:0").expect("loopback has ports");
    let address = listener.local_addr().expect("it is bound");
    let hear = move || {
        let mut heard = Vec::new();
        loop {
            let (mut peer, _) = listener.accept().expect("somebody comes");
            let mut said = vec![0; 600];
            let count = peer.read(&mut said).expect("it can be read");
            said.truncate(count);
            let silent = said.is_empty();
            heard.push(said);
            if silent {
                return heard;
            }
            let _ = peer.write_all(b"HTTP/1.1 400 Bad Request\r\n\r\n");
        }
    };
    (address, std::thread::spawn(hear))
}

#[test]
fn a_race_can_be_cancelled_and_nothing_is_fallen_back_to() {
    let held: Vec<_> = ["127.0.0.2:0", "127.0.0.3:0"].map(full_at).into();
    let dead: Vec<SocketAddr> = held.iter().map(|(_, _, address)| address.parse().expect("an address")).collect();
    let cancel = Cancel::new().expect("a file descriptor");
    let list = opener("tcp4", &dead).or(opener("tcp4", &dead)).expect("the same").cancelled_by(&cancel);
    let racing = std::thread::spawn(move || list.connect(SOMEWHERE));
    std::thread::sleep(DELAY);
    cancel.cancel();
    let began = Instant::now();
    let failure = racing.join().expect("no panic");
    assert!(matches!(failure, Err(Error::Cancelled)), "{failure:?}");
    assert!(began.elapsed() < Duration::from_secs(10));
}
