//! Sessions of layers with a peer that sends any bytes.
//!
//! Asserts that a session consumes no more bytes than it was given, and that nothing which it does depends on the pieces in which the
//! bytes come.

use sockatlas::catalog::Module;
use sockatlas::net::machine::{Answer, Claims, Denial, Failure, LayerFailure, Machine};
use sockatlas::net::{Context, Layer, LayerProvider, Opener, Origin, ProviderError, Providers, Role, Settings, Target};
use sockatlas::{Registry, Request};
use std::sync::{Arc, Mutex};
use std::time::SystemTime;

/// A layer whose options were read.
pub type Prepared = Arc<dyn Layer>;

/// A module that keeps the layer which it prepares.
struct Kept {
    provider: Arc<dyn LayerProvider>,
    layer: Arc<Mutex<Option<Prepared>>>,
}

impl LayerProvider for Kept {
    fn module(&self) -> &'static Module {
        self.provider.module()
    }

    fn prepare(&self, settings: &Settings<'_>, role: Role) -> Result<Arc<dyn Layer>, ProviderError> {
        let layer = self.provider.prepare(settings, role)?;
        *self.layer.lock().expect("nobody panics here") = Some(layer.clone());
        Ok(layer)
    }
}

/// Prepares the layer of a built-in chain for a role. Its options are named as `LAYER.OPTION`.
pub fn prepared(provider: impl LayerProvider + 'static, chain: &str, role: Role, options: &[(&str, &str)]) -> Prepared {
    let layer = Arc::default();
    let kept = Kept { provider: Arc::new(provider), layer: Arc::clone(&layer) };
    // A checkout may be readable for everybody; this file holds no secret.
    let providers = Providers::shipped().layer(kept).allow_exposed_file(users());
    let providers = providers.environment(|name| (name == "PASSWORD").then(|| "open sesame".to_owned()));
    let registry = Registry::builtin();
    let selection = registry.resolve(&Request::named(chain)).expect("the chain is built in");
    let opener = options.iter().fold(Opener::new(&providers, &selection), |opener, (place, value)| {
        let (layer, option) = place.split_once('.').expect("a layer and an option");
        opener.set_word(layer, option, value).expect("the layer takes the option")
    });
    opener.prepare(role).unwrap_or_else(|error| panic!("{chain}: {error}"));
    let layer = layer.lock().expect("nobody panics here").take();
    layer.expect("the chain has the layer")
}

/// The path of the file of users.
pub fn users() -> String {
    concat!(env!("CARGO_MANIFEST_DIR"), "/tests/fuzz/users.txt").to_owned()
}

/// Creates a machine with one session of a layer, for a connection to a target on somebody's behalf.
pub fn machine(layer: &Prepared, target: Option<&Target>, origin: Option<&Origin>) -> Machine {
    let mut context = Context::new(target, SystemTime::UNIX_EPOCH);
    context.origin = origin;
    Machine::new([("layer".to_owned(), layer.session(&context).expect("the layer serves every target"))])
}

/// What a session has done.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Done {
    /// The bytes for the peer.
    pub sent: Vec<u8>,
    /// The bytes for the user, without the boundaries of messages.
    pub received: Vec<u8>,
    /// The lengths of the messages for the user.
    pub messages: Vec<usize>,
    pub claims: Claims,
    pub facts: Vec<(&'static str, String)>,
    /// The kind of the failure: its text may quote what had come by then.
    pub failure: Option<Failure>,
}

/// An input that is divided: the first byte states how the bytes behind it are cut, whether the client of a proxy is refused, and
/// which of two variants of a layer is meant.
pub struct Input<'i> {
    pub bytes: &'i [u8],
    pub variant: bool,
    piece: usize,
    answer: Answer,
}

impl<'i> Input<'i> {
    pub fn of(input: &'i [u8]) -> Option<Self> {
        let (&how, bytes) = input.split_first()?;
        let address = "192.0.2.1:1080".parse().expect("it is an address");
        let answer = if how & 0x40 == 0 { Answer::Granted(Some(address)) } else { Answer::Refused(Denial::NotAllowed) };
        Some(Input { bytes, variant: how & 0x80 != 0, piece: 1 + usize::from(how & 0x3f), answer })
    }

    /// Sends the bytes to sessions that `machine` creates, as a whole and in pieces, and returns what each of them has done.
    ///
    /// What a session says to a peer that broke its protocol may depend on the pieces, for it quotes the peer.
    #[track_caller]
    pub fn hear(&self, machine: impl Fn() -> Machine) -> Done {
        let mut whole = hear(machine(), self.bytes, self.bytes.len().max(1), &self.answer);
        let mut pieces = hear(machine(), self.bytes, self.piece, &self.answer);
        if whole.failure.is_some() && pieces.failure.is_some() {
            whole.sent.clear();
            pieces.sent.clear();
        }
        assert_eq!(whole, pieces, "as a whole, and in pieces of {} bytes", self.piece);
        whole
    }
}

/// Sends bytes to a session in pieces, and then the end.
#[track_caller]
fn hear(mut machine: Machine, bytes: &[u8], piece: usize, answer: &Answer) -> Done {
    let mut done = Done::default();
    let mut result = machine.start();
    let mut given = 0;
    let mut rest = bytes;
    while result.is_ok() && !rest.is_empty() {
        let next = &rest[..rest.len().min(piece)];
        if machine.is_bare() {
            done.received.extend_from_slice(next);
            rest = &rest[next.len()..];
            continue;
        }
        let room = machine.room();
        let count = next.len().min(room.len());
        room[..count].copy_from_slice(&next[..count]);
        machine.received(count);
        rest = &rest[count..];
        given += count;
        result = work(&mut machine, answer, &mut done);
        let consumed = machine.reports()[0].traffic.received_below;
        assert!(consumed <= given as u64, "{consumed} bytes of {given} were consumed");
    }
    if result.is_ok() && !machine.is_bare() {
        machine.received_end();
        result = work(&mut machine, answer, &mut done);
    }
    done.sent.extend_from_slice(machine.outbound());
    done.claims = machine.claims().clone();
    done.facts = machine.reports()[0].facts.clone();
    done.failure = result.err().map(|failure| failure.source.kind());
    done
}

/// Lets a session work on what it was given, and takes what it has for both sides.
fn work(machine: &mut Machine, answer: &Answer, done: &mut Done) -> Result<(), LayerFailure> {
    loop {
        let before = done.received.len() + done.messages.len();
        if machine.is_of_messages() {
            while let Some(length) = machine.next_message()? {
                let start = done.received.len();
                done.received.resize(start + length, 0);
                assert_eq!(machine.take_message(&mut done.received[start..]), length);
                done.messages.push(length);
            }
        } else {
            let mut target = [0; 512];
            let count = machine.read(&mut target)?;
            done.received.extend_from_slice(&target[..count]);
        }
        done.sent.extend_from_slice(machine.outbound());
        machine.sent(machine.outbound().len());
        if machine.asks() {
            machine.answer(answer)?;
        } else if before == done.received.len() + done.messages.len() && !machine.has_unread() {
            return Ok(());
        }
    }
}

/// Lets a connecting and an accepting session talk until neither has more to say. Returns whether both are through.
pub fn talk(connecting: &mut Machine, accepting: &mut Machine) -> Result<bool, LayerFailure> {
    let answer = Answer::Granted(None);
    connecting.start()?;
    accepting.start()?;
    loop {
        let moved = pass(connecting, accepting)?;
        if accepting.asks() {
            accepting.answer(&answer)?;
        }
        if !pass(accepting, connecting)? && !moved {
            return Ok(connecting.is_bare() && accepting.is_bare());
        }
    }
}

/// Passes the bytes that one side has for the other. Returns whether there were any.
fn pass(from: &mut Machine, to: &mut Machine) -> Result<bool, LayerFailure> {
    let bytes = from.outbound().to_vec();
    from.sent(bytes.len());
    for piece in bytes.chunks(1024) {
        to.room()[..piece.len()].copy_from_slice(piece);
        to.received(piece.len());
        to.read(&mut [])?;
    }
    Ok(!bytes.is_empty())
}

/// Returns the host and the port of a target, an address in its usual spelling: `::` for `::0`.
pub fn usual(target: &Target) -> Option<(String, u16)> {
    let (host, port) = target.host_and_port()?;
    Some((host.parse::<std::net::IpAddr>().map_or(host, |address| address.to_string()), port))
}
