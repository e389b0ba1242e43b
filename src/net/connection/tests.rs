//! Two connections, joined by a wire in memory, each call of which may find nothing, or move less than it was asked to.

use super::*;
use crate::catalog::{Module, ModuleRole};
use crate::net::machine::tests::{Mask, Toy};
use crate::net::machine::{Above, Buffer, Failure, Phase, Session, SessionError};
use crate::net::provider::{Base, BaseProvider, ProviderError};
use crate::net::{Address, Context, Layer, LayerProvider, Opener, Providers, Role, Settings, Target};
use crate::{Loader, Request};
use proptest::prelude::*;
use std::collections::VecDeque;
use std::os::fd::{BorrowedFd, OwnedFd};
use std::sync::{Arc, Mutex, MutexGuard};
use std::time::Duration;

/// One direction of a wire.
#[derive(Default)]
struct Direction {
    bytes: VecDeque<u8>,
    /// How many times the writing end was shut down.
    ends: usize,
    /// The total number of bytes that it accepted.
    taken: usize,
}

#[derive(Default)]
struct Wire {
    directions: [Direction; 2],
    /// The number of calls of both sockets.
    calls: usize,
}

/// The number of bytes that a direction of the wire holds.
const CAPACITY: usize = 3000;

/// A socket whose calls follow a script: 0 would block, 1 is interrupted, a larger number is the largest number of bytes moved.
#[derive(Clone)]
struct Scripted {
    wire: Arc<Mutex<Wire>>,
    /// The direction that it writes.
    side: usize,
    script: Vec<u16>,
    at: usize,
    /// The other end is gone: writing fails.
    broken: bool,
}

impl Scripted {
    fn pair(scripts: [Vec<u16>; 2]) -> [Scripted; 2] {
        let wire = Arc::<Mutex<Wire>>::default();
        let [one, two] = scripts;
        let end = |side, script| Scripted { wire: wire.clone(), side, script, at: 0, broken: false };
        [end(0, one), end(1, two)]
    }

    fn wire(&self) -> MutexGuard<'_, Wire> {
        self.wire.lock().unwrap()
    }

    /// Returns the number of bytes that the next call may move.
    fn step(&mut self) -> io::Result<usize> {
        self.wire().calls += 1;
        let step = self.script[self.at % self.script.len()];
        self.at += 1;
        match step {
            0 => Err(io::ErrorKind::WouldBlock.into()),
            1 => Err(io::ErrorKind::Interrupted.into()),
            most => Ok(most.into()),
        }
    }
}

impl BaseSocket for Scripted {
    fn read(&mut self, target: &mut [u8]) -> io::Result<usize> {
        let most = self.step()?;
        let mut wire = self.wire();
        let direction = &mut wire.directions[1 - self.side];
        if direction.bytes.is_empty() {
            return if direction.ends > 0 { Ok(0) } else { Err(io::ErrorKind::WouldBlock.into()) };
        }
        let count = most.min(target.len()).min(direction.bytes.len());
        for (place, byte) in target.iter_mut().zip(direction.bytes.drain(..count)) {
            *place = byte;
        }
        Ok(count)
    }

    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let most = self.step()?;
        if self.broken {
            return Err(io::ErrorKind::BrokenPipe.into());
        }
        let mut wire = self.wire();
        let direction = &mut wire.directions[self.side];
        assert_eq!(direction.ends, 0, "nothing is written behind the end");
        let count = most.min(bytes.len()).min(CAPACITY - direction.bytes.len());
        if count == 0 {
            return Err(io::ErrorKind::WouldBlock.into());
        }
        direction.bytes.extend(&bytes[..count]);
        direction.taken += count;
        Ok(count)
    }

    fn shutdown_write(&mut self) -> io::Result<()> {
        self.wire().directions[self.side].ends += 1;
        Ok(())
    }

    fn set_nonblocking(&self, _: bool) -> io::Result<()> {
        Ok(())
    }

    fn set_read_timeout(&self, _: Option<Duration>) -> io::Result<()> {
        Ok(())
    }

    fn set_write_timeout(&self, _: Option<Duration>) -> io::Result<()> {
        Ok(())
    }

    fn local(&self) -> Option<Address> {
        None
    }

    fn peer(&self) -> Option<Address> {
        None
    }

    fn fd(&self) -> Option<BorrowedFd<'_>> {
        None
    }

    fn into_fd(self: Box<Self>) -> Result<OwnedFd, Box<dyn BaseSocket>> {
        Err(self)
    }
}

/// A base protocol whose connections are such a socket.
struct Memory(Scripted);

static MEMORY: Module = Module::new("memory", ModuleRole::Base, "A wire in memory");

impl BaseProvider for Memory {
    fn module(&self) -> &'static Module {
        &MEMORY
    }

    fn resolve(&self, _: &Base<'_>, target: &Target) -> Result<Vec<Address>, ProviderError> {
        Ok(vec![Address::Other(target.to_string())])
    }

    fn connect(&self, _: &Base<'_>, _: &Address) -> Result<Box<dyn BaseSocket>, ProviderError> {
        Ok(Box::new(self.0.clone()))
    }
}

/// Sessions that a function creates.
struct Made(fn() -> Box<dyn Session>);

impl Layer for Made {
    fn session(&self, _: &Context<'_>) -> Result<Box<dyn Session>, ProviderError> {
        Ok((self.0)())
    }
}

/// The layers of this test, each with a module and a function that creates its sessions.
struct Of(&'static Module, fn() -> Box<dyn Session>);

impl LayerProvider for Of {
    fn module(&self) -> &'static Module {
        self.0
    }

    fn prepare(&self, _: &Settings<'_>, _: Role) -> Result<Arc<dyn Layer>, ProviderError> {
        Ok(Arc::new(Made(self.1)))
    }
}

static SHIFT: Module = Module::new("shift", ModuleRole::Layer, "Shifts bytes");
static MASK: Module = Module::new("mask", ModuleRole::Layer, "Masks messages");
static GREET: Module = Module::new("greet", ModuleRole::Layer, "Greets and retires");
static SOCKS_PROXY: Module = Module::new("socks-proxy", ModuleRole::Layer, "The other side of socks5");
static HTTP_PROXY: Module = Module::new("http-proxy", ModuleRole::Layer, "The other side of http-connect");

/// The side of a proxy: answers a request of given lengths, or one that ends with `end`, then retires.
struct Proxy {
    /// The length of each expected request, the position of a length byte that is added to it, and the answer.
    answers: VecDeque<(usize, Option<usize>, &'static [u8])>,
    end: &'static [u8],
}

impl Session for Proxy {
    fn phase(&self) -> Phase {
        if self.answers.is_empty() { Phase::Retired } else { Phase::Handshake }
    }

    fn start(&mut self, _: &mut Buffer) -> Result<(), SessionError> {
        Ok(())
    }

    fn receive(&mut self, input: &mut Buffer, _: &mut Above<'_>, below: &mut Buffer) -> Result<(), SessionError> {
        let Some(&(least, place, answer)) = self.answers.front() else { return Ok(()) };
        let bytes = input.bytes();
        let length = match place.map(|place| bytes.get(place)) {
            _ if !self.end.is_empty() => match bytes.windows(self.end.len()).position(|some| some == self.end) {
                Some(at) => at + self.end.len(),
                None => return Ok(()),
            },
            None => least,
            Some(Some(&more)) => least + usize::from(more),
            Some(None) => return Ok(()),
        };
        if bytes.len() >= length {
            input.consume(length);
            below.push(answer);
            self.answers.pop_front();
        }
        Ok(())
    }

    fn receive_end(&mut self, _: &mut Buffer, _: &mut Above<'_>) -> Result<(), SessionError> {
        Err(SessionError::new(Failure::Truncated, "no request"))
    }

    fn send(&mut self, _: &[u8], _: &mut Buffer) -> Result<usize, SessionError> {
        unreachable!("it retires")
    }

    fn send_end(&mut self, _: &mut Buffer) -> Result<(), SessionError> {
        Ok(())
    }
}

fn socks_proxy() -> Box<dyn Session> {
    // RFC 1928: the offered methods, answered with "no authentication", and a request for a name.
    let answers = [(2, Some(1), &b"\x05\x00"[..]), (7, Some(4), b"\x05\x00\x00\x01\x00\x00\x00\x00\x00\x00")];
    Box::new(Proxy { answers: answers.into(), end: b"" })
}

fn http_proxy() -> Box<dyn Session> {
    Box::new(Proxy { answers: [(0, None, &b"HTTP/1.1 200 OK\r\n\r\n"[..])].into(), end: b"\r\n\r\n" })
}

const LAYERS: &str = r#"
format  = 1
dialect = "linux"
[provider.memory]
[provider.shift]
[provider.greet]
[provider.mask]
[provider.frame]
[provider.socks-proxy]
[provider.http-proxy]
[provider.socks5]
[provider.http-connect]
[provider.tls]
[base.tcp4]
provider = "memory"
family   = "inet"
type     = "stream"
protocol = "tcp"
[layer.shift]
provider = "shift"
[layer.greet]
provider = "greet"
[layer.shift-again]
provider = "shift"
[layer.greet-again]
provider = "greet"
[layer.socks-proxy]
provider = "socks-proxy"
[layer.http-proxy]
provider = "http-proxy"
[layer.mask]
provider = "mask"
[layer.frame]
provider = "frame"
adds = ["framed"]
type     = "seqpacket"
options  = { max-message = 4000 }
[layer.socks5]
provider = "socks5"
adds = ["proxied"]
options  = { proxy = "socks:1080" }
[layer.http-connect]
provider = "http-connect"
adds = ["proxied"]
options  = { proxy = "http:3128" }
"#;

/// Returns the connections of both sides, and the wire. The chains of the two sides are named `here` and `there`.
fn connections(catalog: &str, scripts: [Vec<u16>; 2]) -> ([Connection; 2], Arc<Mutex<Wire>>) {
    let [one, two] = Scripted::pair(scripts);
    let wire = one.wire.clone();
    let providers = Providers::shipped()
        .base(Memory(one))
        .layer(Of(&SHIFT, || Toy::session(b"shift", 3, false)))
        .layer(Of(&MASK, || Mask::session(b"", false)))
        .layer(Of(&GREET, || Toy::session(b"greetings", 0, true)))
        .layer(Of(&SOCKS_PROXY, socks_proxy))
        .layer(Of(&HTTP_PROXY, http_proxy));
    let loader = Loader::new().text("layers.toml", format!("{LAYERS}{catalog}"));
    let registry = loader.modules(providers.modules()).load().unwrap_or_else(|error| panic!("{error}"));
    let opener = |name: &str| Opener::new(&providers, &registry.resolve(&Request::named(name)).unwrap());
    let here = opener("here");
    let target = here.target("example.org:7").unwrap();
    let address = here.addresses(&target).unwrap().remove(0);
    let Ok(here) = here.begin(&target, &address) else { panic!("it begins") };
    let there = opener("there").accepted(Box::new(two)).unwrap();
    ([here, there], wire)
}

fn chains(here: &str, there: &str) -> String {
    format!("[chain.here]\nlayers = {here}\nbase = \"tcp4\"\n[chain.there]\nlayers = {there}\nbase = \"tcp4\"\n")
}

/// Creates bytes without a 0, which a [`Toy`] uses as its end.
fn message(length: usize, salt: usize) -> Vec<u8> {
    (0..length).map(|at| ((at * 7 + at / 255 + salt) % 251 + 1) as u8).collect()
}

/// A generator of pseudo-random numbers from a seed.
struct Numbers(u64);

impl Numbers {
    fn below(&mut self, end: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 % end as u64) as usize
    }
}

/// The bytes that a side has sent and received so far.
struct Side {
    message: Vec<u8>,
    sent: usize,
    got: Vec<u8>,
    shut: bool,
    ended: bool,
}

impl Side {
    fn new(message: Vec<u8>) -> Self {
        Side { message, sent: 0, got: Vec::new(), shut: false, ended: false }
    }

    /// Makes one call of a random kind and size.
    fn act(&mut self, connection: &mut Connection, numbers: &mut Numbers) -> io::Result<()> {
        let size = 1 + numbers.below(5000);
        match numbers.below(8) {
            0 => connection.flush()?,
            1..4 if self.sent < self.message.len() => {
                let end = (self.sent + size).min(self.message.len());
                let count = connection.write(&self.message[self.sent..end])?;
                assert!(count > 0 && count <= end - self.sent);
                self.sent += count;
            }
            1..4 if !self.shut => {
                connection.shutdown_write()?;
                self.shut = true;
            }
            _ => {
                let mut target = vec![0; size];
                let count = connection.read(&mut target)?;
                assert!(!self.ended || count == 0, "the end stays the end");
                self.got.extend(&target[..count]);
                self.ended = count == 0;
            }
        }
        Ok(())
    }
}

/// Both sides write their messages, end, and read to the other's end.
fn exchange(catalog: &str, scripts: [Vec<u16>; 2], seed: u64, lengths: [usize; 2]) {
    let ([mut here, mut there], wire) = connections(catalog, scripts);
    let mut numbers = Numbers(seed | 1);
    let mut sides = [Side::new(message(lengths[0], 1)), Side::new(message(lengths[1], 2))];
    for turn in 0.. {
        assert!(turn < 400_000, "{here:?} and {there:?} do not get on");
        let who = numbers.below(2);
        let connection = if who == 0 { &mut here } else { &mut there };
        match sides[who].act(connection, &mut numbers) {
            Err(error) if error.kind() == io::ErrorKind::WouldBlock => {}
            result => result.unwrap(),
        }
        if sides.iter().all(|side| side.shut && side.ended) {
            break;
        }
    }
    assert!(sides[0].got == sides[1].message && sides[1].got == sides[0].message, "what is sent arrives, once");
    for (connection, socket) in [&here, &there].into_iter().zip(&wire.lock().unwrap().directions) {
        assert_eq!(socket.ends, 1, "the socket is shut down once");
        assert_eq!(connection.opened.sent, socket.taken as u64);
        assert_eq!(connection.wants(), Wants::default(), "nothing is left to wait for");
    }
}

impl std::fmt::Debug for Connection {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{:?}, {:?}", self.machine, self.wants())
    }
}

/// Generates the script of a socket, which has at least one step that moves bytes.
fn script() -> impl Strategy<Value = Vec<u16>> {
    let step = prop_oneof![3 => Just(0), 1 => Just(1), 3 => 2..9_u16, 4 => 9..2000_u16];
    (prop::collection::vec(step, 0..40), 2..400_u16).prop_map(|(mut steps, last)| {
        steps.push(last);
        steps
    })
}

/// The stacks of both sides. Layers over a `shift` send no 0.
const STACKS: [(&str, &str); 6] = [
    (r#"["shift"]"#, r#"["shift"]"#),
    (r#"["greet"]"#, r#"["greet"]"#),
    (r#"["shift", "greet", "shift-again", "greet-again"]"#, r#"["shift", "greet", "shift-again", "greet-again"]"#),
    (r#"["socks5"]"#, r#"["socks-proxy"]"#),
    (r#"["shift", "http-connect", "socks5"]"#, r#"["shift", "http-proxy", "socks-proxy"]"#),
    (r#"["greet", "http-connect", "shift", "socks5"]"#, r#"["greet", "http-proxy", "shift", "socks-proxy"]"#),
];

proptest! {
    #![proptest_config(ProptestConfig { cases: 96, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn nothing_is_lost_or_doubled_whatever_the_socket_does(
        stack in prop::sample::select(&STACKS[..]),
        one in script(),
        two in script(),
        seed: u64,
        lengths in [0..20_000_usize, 0..20_000_usize],
    ) {
        exchange(&chains(stack.0, stack.1), [one, two], seed, lengths);
    }
}

/// TLS on both sides, with a certificate made for the test.
#[cfg(feature = "tls")]
mod encrypted {
    use super::*;

    pub(super) fn layers(folder: &tempfile::TempDir) -> String {
        let made = rcgen::generate_simple_self_signed(vec!["example.org".to_owned()]).unwrap();
        let file = |name: &str, text: String| {
            let path = folder.path().join(name);
            crate::catalog::rights::tests::write(&path, text);
            path.display().to_string()
        };
        let (certificate, key) =
            (file("certificate.pem", made.cert.pem()), file("key.pem", made.signing_key.serialize_pem()));
        let layer = |name: &str| {
            let files = format!("certificate = {certificate:?}, key = {key:?}");
            // The lower one of two TLS layers leads to a proxy, whose certificate is the same here.
            let options = format!("roots = [{certificate:?}], server-name = \"example.org\", {files}");
            format!("[layer.{name}]\nprovider = \"tls\"\nadds = [\"encrypted\"]\noptions = {{ {options} }}\n")
        };
        layer("tls") + &layer("tls-again")
    }

    proptest! {
        #![proptest_config(ProptestConfig { cases: 24, failure_persistence: None, ..ProptestConfig::default() })]

        #[test]
        fn nothing_is_lost_or_doubled_through_tls(
            stack in prop::sample::select(&[
                (r#"["tls"]"#, r#"["tls"]"#),
                (r#"["tls", "http-connect", "socks5"]"#, r#"["tls", "http-proxy", "socks-proxy"]"#),
                (r#"["tls", "http-connect", "tls-again", "socks5"]"#, r#"["tls", "http-proxy", "tls-again", "socks-proxy"]"#),
            ][..]),
            one in script(),
            two in script(),
            seed: u64,
            lengths in [0..50_000_usize, 0..50_000_usize],
        ) {
            let folder = tempfile::tempdir().unwrap();
            exchange(&(layers(&folder) + &chains(stack.0, stack.1)), [one, two], seed, lengths);
        }
    }
}

/// Repeats a call until it would block; returns the results before that.
fn all<T>(mut call: impl FnMut() -> io::Result<T>) -> Vec<T> {
    let mut answers = Vec::new();
    loop {
        match call() {
            Ok(answer) => answers.push(answer),
            Err(error) if error.kind() == io::ErrorKind::WouldBlock => return answers,
            Err(error) => panic!("{error}"),
        }
    }
}

/// Returns both sides of a chain of one `shift`, open, over a socket that moves as much as it can.
fn open() -> ([Connection; 2], Arc<Mutex<Wire>>) {
    let ([mut here, mut there], wire) =
        connections(&chains(STACKS[0].0, STACKS[0].1), [vec![u16::MAX], vec![u16::MAX]]);
    let would_block = |result: io::Result<()>| assert_eq!(result.unwrap_err().kind(), io::ErrorKind::WouldBlock);
    would_block(here.establish());
    there.establish().unwrap();
    here.establish().unwrap();
    ([here, there], wire)
}

#[test]
fn a_call_that_can_do_nothing_asks_the_socket_once() {
    let ([mut here, _], wire) = open();
    let calls = |here: &mut Connection, call: fn(&mut Connection) -> bool| {
        let before = wire.lock().unwrap().calls;
        assert!(call(here));
        wire.lock().unwrap().calls - before
    };
    let blocked = |result: io::Result<usize>| result.unwrap_err().kind() == io::ErrorKind::WouldBlock;
    assert_eq!(calls(&mut here, |here| here.read(&mut [0; 9]).is_err()), 1);
    // Writes as much as the wire and the machine hold.
    all(|| here.write(&[7; 5000]));
    assert_eq!(calls(&mut here, |here| here.write(&[7; 9]).is_err()), 1);
    assert_eq!(calls(&mut here, |here| here.flush().is_err()), 1);
    assert_eq!(calls(&mut here, |here| here.read(&mut [0; 9]).is_err()), 2, "it sends what waits, and reads");
    assert!(blocked(here.write(&[7; 9])) && blocked(here.read(&mut [0; 9])));
}

#[test]
fn a_peer_that_never_reads_stops_the_writer_and_memory_stays_bounded() {
    let ([mut here, mut there], wire) = open();
    let taken: usize = all(|| here.write(&[7; 10_000])).into_iter().sum();
    assert!(here.machine.outbound().len() <= 65 * 1024, "{}", here.machine.outbound().len());
    assert_eq!(taken, here.machine.outbound().len() + CAPACITY);
    assert_eq!(here.wants(), Wants { readable: true, writable: true });
    // A peer that does not read and keeps writing does not fill more than the capacity of the wire.
    all(|| there.write(&[8; 10_000]));
    assert!(wire.lock().unwrap().directions.iter().all(|direction| direction.bytes.len() == CAPACITY));
    // Both sides have output to send first, but still make progress by reading.
    let mut target = [0; 2000];
    assert_eq!(there.read(&mut target).unwrap(), 2000);
    assert_eq!(here.read(&mut target).unwrap(), 2000);
}

#[test]
fn what_a_small_read_left_over_is_announced() {
    let ([mut here, mut there], _) = open();
    let mut some = |left: usize| {
        let count = here.read(&mut [0; 10]).unwrap();
        assert_eq!((count, here.has_unread()), (left.min(10), left >= 10));
    };
    for at in 0..5 {
        assert_eq!(there.write(&[7; 5]).unwrap(), 5, "{at}");
    }
    there.shutdown_write().unwrap();
    // One read of the socket brings all bytes and the end.
    some(25);
    some(15);
    let count = here.read(&mut [0; 10]).unwrap();
    assert_eq!((count, here.has_unread()), (5, true), "the end is news");
    assert_eq!(here.wants(), Wants::default(), "of which the socket tells nothing");
    assert_eq!((here.read(&mut [0; 10]).unwrap(), here.has_unread()), (0, false));
}

#[test]
fn what_came_with_the_peer_s_greeting_is_not_announced_before_ours_is_sent() {
    let script = vec![0, u16::MAX, 0, 0, u16::MAX];
    let ([mut here, _], wire) = connections(&chains(STACKS[0].0, STACKS[0].1), [script, vec![u16::MAX]]);
    // The greeting, and two bytes shifted by 3.
    wire.lock().unwrap().directions[1].bytes.extend(b"shiftkl");
    assert_eq!(here.establish().unwrap_err().kind(), io::ErrorKind::WouldBlock);
    assert!(here.machine.is_open() && here.machine.has_unread() && !here.has_unread());
    assert_eq!(here.wants(), Wants { readable: false, writable: true });
    let mut target = [0; 9];
    assert_eq!(here.read(&mut target).unwrap_err().kind(), io::ErrorKind::WouldBlock, "as it was not announced");
    assert_eq!(here.read(&mut target).unwrap(), 2);
    assert_eq!(&target[..2], b"hi");
}

#[test]
fn what_came_in_can_be_read_after_sending_has_failed() {
    let ([mut here, mut there], wire) = open();
    assert_eq!(there.write(b"too much").unwrap(), 7);
    all(|| here.write(&[7; 10_000]));
    here.socket = Box::new(Scripted { wire, side: 0, script: vec![u16::MAX], at: 0, broken: true });
    assert_eq!(here.write(b"x").unwrap_err().kind(), io::ErrorKind::BrokenPipe);
    let mut target = [0; 20];
    assert_eq!(here.read(&mut target).unwrap(), 7);
    assert_eq!(&target[..7], b"too muc");
    there.socket.shutdown_write().unwrap();
    let error = here.read(&mut target).unwrap_err();
    assert_eq!(error.kind(), io::ErrorKind::BrokenPipe, "a broken connection does not look like one that ended");
}

#[test]
fn nothing_follows_the_end() {
    let ([mut here, mut there], wire) = open();
    here.shutdown_write().unwrap();
    here.shutdown_write().unwrap();
    assert_eq!(here.write(b"x").unwrap_err().kind(), io::ErrorKind::BrokenPipe);
    assert_eq!(wire.lock().unwrap().directions[0].ends, 1);
    assert_eq!(there.read(&mut [0; 10]).unwrap(), 0);
    // The other direction continues, and its errors are reported, though no closing message can be sent.
    assert_eq!(there.write(b"on").unwrap(), 2);
    assert_eq!(here.read(&mut [0; 10]).unwrap(), 2);
    there.socket.shutdown_write().unwrap();
    assert_eq!(here.read(&mut [0; 10]).unwrap_err().kind(), io::ErrorKind::UnexpectedEof);
    here.flush().unwrap();
}

mod messages;
