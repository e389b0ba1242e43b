//! Messages: over a scripted socket of messages that may find nothing or refuse to send, and framed over the wire of bytes.

mod calls;

use super::*;
use crate::net::Error;
use crate::net::machine::LayerReport;
use rustix::io::Errno;

/// One direction of a post office.
#[derive(Default)]
struct Direction {
    messages: VecDeque<Vec<u8>>,
    ended: bool,
    /// All messages that were ever sent, and whether each was refused.
    posted: Vec<(Vec<u8>, bool)>,
}

#[derive(Default)]
struct Office {
    directions: [Direction; 2],
    /// The number of calls of both sockets.
    calls: usize,
}

/// The number of messages that a direction holds.
const CAPACITY: usize = 5;

/// A socket of messages whose calls follow a script: 0 would block, 1 is interrupted, 2 refuses to send, others work.
#[derive(Clone)]
struct Post {
    office: Arc<Mutex<Office>>,
    /// The direction that it writes.
    side: usize,
    script: Vec<u16>,
    at: usize,
    /// Whether it can report the length of a message.
    notifies: bool,
    /// The last call reported a length, so the message is there.
    reported: bool,
    /// The last read returned the end.
    at_end: bool,
}

impl Post {
    fn pair(scripts: [Vec<u16>; 2], notifies: bool) -> [Post; 2] {
        let office = Arc::<Mutex<Office>>::default();
        let [one, two] = scripts;
        let end = |side, script| Post {
            office: office.clone(),
            side,
            script,
            at: 0,
            notifies,
            reported: false,
            at_end: false,
        };
        [end(0, one), end(1, two)]
    }

    fn office(&self) -> MutexGuard<'_, Office> {
        self.office.lock().unwrap()
    }

    /// Returns whether the next call is refused.
    fn step(&mut self) -> io::Result<bool> {
        self.office().calls += 1;
        let step = self.script[self.at % self.script.len()];
        self.at += 1;
        match step {
            0 if !self.reported => Err(io::ErrorKind::WouldBlock.into()),
            1 => Err(io::ErrorKind::Interrupted.into()),
            step => Ok(step == 2),
        }
    }

    /// Returns the message to be read next, or `None` at the end.
    fn front(&mut self, take: bool) -> io::Result<Option<Vec<u8>>> {
        self.step()?;
        let mut office = self.office();
        let direction = &mut office.directions[1 - self.side];
        match if take { direction.messages.pop_front() } else { direction.messages.front().cloned() } {
            None if !direction.ended => Err(io::ErrorKind::WouldBlock.into()),
            message => Ok(message),
        }
    }
}

impl BaseSocket for Post {
    fn read(&mut self, target: &mut [u8]) -> io::Result<usize> {
        Ok(self.read_message(target)?.min(target.len()))
    }

    fn read_message(&mut self, target: &mut [u8]) -> io::Result<usize> {
        let message = self.front(true)?;
        (self.reported, self.at_end) = (false, message.is_none());
        let message = message.unwrap_or_default();
        let count = message.len().min(target.len());
        target[..count].copy_from_slice(&message[..count]);
        Ok(message.len())
    }

    fn message_length(&mut self) -> io::Result<Option<usize>> {
        if !self.notifies {
            return Ok(None);
        }
        let length = self.front(false)?.unwrap_or_default().len();
        self.reported = true;
        Ok(Some(length))
    }

    fn is_at_end(&mut self) -> bool {
        self.at_end
    }

    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let refuses = self.step()?;
        let mut office = self.office();
        let direction = &mut office.directions[self.side];
        assert!(!direction.ended, "nothing is written behind the end");
        if !refuses && direction.messages.len() == CAPACITY {
            return Err(io::ErrorKind::WouldBlock.into());
        }
        direction.posted.push((bytes.to_vec(), refuses));
        if refuses {
            return Err(Errno::MSGSIZE.into());
        }
        direction.messages.push_back(bytes.to_vec());
        Ok(bytes.len())
    }

    fn shutdown_write(&mut self) -> io::Result<()> {
        self.office().directions[self.side].ended = true;
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
struct Posted(Post);

static POSTED: Module = Module::new("posted", ModuleRole::Base, "Messages in memory");

impl BaseProvider for Posted {
    fn module(&self) -> &'static Module {
        &POSTED
    }

    fn resolve(&self, _: &Base<'_>, target: &Target) -> Result<Vec<Address>, ProviderError> {
        Ok(vec![Address::Other(target.to_string())])
    }

    fn connect(&self, _: &Base<'_>, _: &Address) -> Result<Box<dyn BaseSocket>, ProviderError> {
        Ok(Box::new(self.0.clone()))
    }
}

static GREETED: Module = Module::new("greeted", ModuleRole::Layer, "Greets, and retires");

/// Returns the connections of both sides of a chain with these layers, over datagrams or over messages that have an end.
fn posted(
    layers: &str,
    endless: bool,
    scripts: [Vec<u16>; 2],
    notifies: bool,
) -> ([Connection; 2], Arc<Mutex<Office>>) {
    let [one, two] = Post::pair(scripts, notifies);
    let office = one.office.clone();
    let providers = Providers::none()
        .base(Posted(one))
        .layer(Of(&MASK, || Mask::session(b"", false)))
        .layer(Of(&GREETED, || Mask::session(b"hello", true)));
    let socket_type = if endless { "dgram" } else { "seqpacket" };
    let catalog = format!(
        r#"
        format = 1
        dialect = "linux"
        [provider.posted]
        [provider.mask]
        [provider.greeted]
        [base.post]
        provider = "posted"
        family = "inet"
        type = "{socket_type}"
        protocol = "any"
        [layer.mask]
        provider = "mask"
        [layer.mask-again]
        provider = "mask"
        [layer.greeted]
        provider = "greeted"
        [chain.chain]
        layers = {layers}
        base = "post"
        "#
    );
    let loader = Loader::new().modules(providers.modules()).text("posted.toml", catalog);
    let registry = loader.load().unwrap_or_else(|error| panic!("{error}"));
    let opener = Opener::new(&providers, &registry.resolve(&Request::named("chain")).unwrap());
    let target = opener.target("example.org:7").unwrap();
    let address = opener.addresses(&target).unwrap().remove(0);
    let Ok(here) = opener.begin(&target, &address) else { panic!("it begins") };
    ([here, opener.accepted(Box::new(two)).unwrap()], office)
}

/// The messages that a side has sent and received so far.
#[derive(Default)]
struct Side {
    messages: Vec<Vec<u8>>,
    /// The number of `messages` that were tried; `taken` contains those of them that a write accepted.
    tried: usize,
    taken: Vec<Vec<u8>>,
    /// How many times a refusal was reported to it.
    reported: usize,
    got: Vec<Vec<u8>>,
    /// The size of the buffer now, and its smallest size.
    room: usize,
    least_room: usize,
    shut: bool,
    ended: bool,
}

impl Side {
    fn new(messages: Vec<Vec<u8>>) -> Self {
        Side { messages, ..Side::default() }
    }

    fn has_tried_all(&self) -> bool {
        self.tried == self.messages.len()
    }

    /// Makes one call of a random kind; `ends` states whether the messages have an end.
    fn act(&mut self, connection: &mut Connection, numbers: &mut Numbers, ends: bool) -> io::Result<()> {
        match numbers.below(8) {
            0 => connection.flush()?,
            1..4 if !self.has_tried_all() => {
                let message = &self.messages[self.tried];
                let result = connection.write(message);
                if !would_block(&result) {
                    self.tried += 1;
                }
                assert_eq!(result?, message.len(), "a message is taken whole");
                self.taken.push(message.clone());
            }
            1..4 if ends && !self.shut => {
                connection.shutdown_write()?;
                self.shut = true;
            }
            _ => {
                let announced = connection.has_unread();
                let mut target = vec![0; self.room];
                let result = connection.read(&mut target);
                assert!(!announced || !would_block(&result), "what is announced is there");
                match result {
                    Err(error) => {
                        let Some(&Error::NoRoom { length, room }) = Error::of(&error) else { return Err(error) };
                        assert!(room == self.room && length > room && connection.has_unread());
                        self.room = length;
                    }
                    Ok(0) if connection.has_ended() => self.ended = true,
                    Ok(count) => {
                        assert!(!self.ended, "nothing comes behind the end");
                        self.got.push(target[..count].to_vec());
                        self.room = self.least_room + numbers.below(1000);
                    }
                }
            }
        }
        Ok(())
    }
}

/// Both sides send all messages, and receive those of the other side to its end or, where there is none, until they have received
/// as many as `count` returns.
fn exchange(
    connections: &mut [Connection; 2],
    seed: u64,
    messages: [Vec<Vec<u8>>; 2],
    count: Option<&dyn Fn(usize) -> usize>,
) -> [Side; 2] {
    let mut numbers = Numbers(seed | 1);
    let mut sides = messages.map(Side::new);
    for (side, connection) in sides.iter_mut().zip(connections.iter()) {
        // Where no layer is left, the socket truncates messages that do not fit.
        let leaves = |report: &LayerReport| report.name == "greeted";
        side.least_room = if connection.machine.reports().iter().all(leaves) { 5000 } else { 0 };
        side.room = side.least_room;
    }
    for turn in 0.. {
        assert!(turn < 400_000, "{connections:?} do not get on");
        let who = numbers.below(2);
        match sides[who].act(&mut connections[who], &mut numbers, count.is_none()) {
            Err(error) if error.kind() == io::ErrorKind::WouldBlock => {}
            Err(error) if Errno::from_io_error(&error) == Some(Errno::MSGSIZE) => sides[who].reported += 1,
            result => result.unwrap(),
        }
        let over = |who: usize| match count {
            None => sides[who].shut && sides[who].ended,
            Some(count) => {
                let sent = sides[who].has_tried_all() && !connections[who].machine.has_outbound();
                sent && sides[who].got.len() == count(who)
            }
        };
        if over(0) && over(1) {
            break;
        }
    }
    for connection in connections {
        assert!(!connection.has_unread());
        assert!(count.is_some() || connection.wants() == Wants::default(), "nothing is left to wait for");
    }
    sides
}

/// Returns whether `some` are all among `all`, in that order.
fn is_part(some: &[Vec<u8>], all: &[Vec<u8>]) -> bool {
    let mut all = all.iter();
    some.iter().all(|some| all.any(|one| one == some))
}

/// Returns the message before it was masked `times` times.
fn unmask(mut message: Vec<u8>, times: usize) -> Vec<u8> {
    for _ in 0..times {
        message = message[1..].iter().map(|byte| !byte).collect();
    }
    message
}

/// Generates messages of 0 bytes to a few thousand.
fn messages(longest: usize) -> impl Strategy<Value = Vec<Vec<u8>>> {
    let length = prop_oneof![2 => Just(0), 4 => 1..100_usize, 2 => 100..longest, 1 => Just(longest)];
    let message = (length, any::<u8>()).prop_map(|(length, salt)| message(length, salt.into()));
    prop::collection::vec(message, 0..40)
}

/// Generates the script of a socket of messages, which has at least one step that works; it may have steps that refuse.
fn steps(refuses: bool) -> impl Strategy<Value = Vec<u16>> {
    let step = prop_oneof![3 => Just(0), 1 => Just(1), 1 => Just(if refuses { 2 } else { 3 }), 4 => Just(3)];
    prop::collection::vec(step, 0..40).prop_map(|mut steps| {
        steps.push(3);
        steps
    })
}

/// Stacks of layers over messages, how many times they mask, and whether they greet, which requires that no message is lost.
const POSTED_STACKS: [(&str, usize, bool); 5] = [
    (r#"["mask"]"#, 1, false),
    (r#"["mask", "mask-again"]"#, 2, false),
    (r#"["greeted"]"#, 0, true),
    (r#"["mask", "greeted"]"#, 1, true),
    (r#"["greeted", "mask"]"#, 1, true),
];

/// Stacks that make messages of a stream, and those of their peers.
const FRAMED_STACKS: [(&str, &str); 5] = [
    (r#"["frame"]"#, r#"["frame"]"#),
    (r#"["mask", "frame"]"#, r#"["mask", "frame"]"#),
    (r#"["frame", "greet", "greet-again"]"#, r#"["frame", "greet", "greet-again"]"#),
    (r#"["frame", "http-connect", "socks5"]"#, r#"["frame", "http-proxy", "socks-proxy"]"#),
    (r#"["mask", "frame", "greet", "socks5"]"#, r#"["mask", "frame", "greet", "socks-proxy"]"#),
];

/// The longest message in bytes of a frame below a mask.
const LONGEST: usize = 3999;

proptest! {
    #![proptest_config(ProptestConfig { cases: 128, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn messages_of_a_socket_arrive_once_and_whole_whatever_it_does(
        stack in prop::sample::select(&POSTED_STACKS[..]),
        endless: bool,
        notifies: bool,
        scripts in prop::array::uniform2(steps(true)),
        seed: u64,
        messages in prop::array::uniform2(messages(5000)),
    ) {
        let (layers, masks, greets) = stack;
        let scripts = scripts.map(|mut steps| {
            steps.retain(|&step| step != 2 || !greets);
            steps
        });
        let (mut connections, office) = posted(layers, endless, scripts, notifies);
        let greetings = usize::from(greets);
        let taken = |who: usize| {
            let posted = &office.lock().unwrap().directions[1 - who].posted;
            posted.iter().filter(|(_, refused)| !refused).count().saturating_sub(greetings)
        };
        let sides = exchange(&mut connections, seed, messages, endless.then_some(&taken));
        for who in [0, 1] {
            let mut posted = office.lock().unwrap().directions[who].posted.split_off(greetings);
            posted.iter_mut().for_each(|(message, _)| *message = unmask(std::mem::take(message), masks));
            let any_refused = posted.iter().any(|(_, refused)| *refused);
            let arrived: Vec<_> = posted.iter().filter(|(_, refused)| !refused).map(|(message, _)| message).collect();
            let posted: Vec<_> = posted.iter().map(|(message, _)| message.clone()).collect();
            let (side, peer) = (&sides[who], &sides[1 - who]);
            prop_assert!(peer.got.iter().eq(arrived), "what the socket took is heard");
            prop_assert!(is_part(&side.taken, &posted), "what a write took was sent");
            prop_assert!(is_part(&posted, &side.messages), "once");
            let reported = side.reported > 0 || connections[who].send_failed.is_some();
            prop_assert_eq!(reported, any_refused, "and what the socket refused was told");
        }
    }

    #[test]
    fn framed_messages_arrive_once_and_whole_whatever_the_socket_does(
        stack in prop::sample::select(&FRAMED_STACKS[..]),
        scripts in prop::array::uniform2(script()),
        seed: u64,
        messages in prop::array::uniform2(messages(LONGEST)),
    ) {
        let (mut connections, _) = connections(&chains(stack.0, stack.1), scripts);
        let sides = exchange(&mut connections, seed, messages, None);
        prop_assert!(sides[0].got == sides[1].messages && sides[1].got == sides[0].messages);
    }
}

#[cfg(feature = "tls")]
proptest! {
    #![proptest_config(ProptestConfig { cases: 16, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn framed_messages_arrive_through_tls_and_proxies(
        scripts in prop::array::uniform2(script()),
        seed: u64,
        messages in prop::array::uniform2(messages(LONGEST)),
    ) {
        let folder = tempfile::tempdir().unwrap();
        let chains = chains(
            r#"["frame", "tls", "http-connect", "socks5"]"#,
            r#"["frame", "tls", "http-proxy", "socks-proxy"]"#,
        );
        let (mut connections, _) = connections(&(encrypted::layers(&folder) + &chains), scripts);
        let sides = exchange(&mut connections, seed, messages, None);
        prop_assert!(sides[0].got == sides[1].messages && sides[1].got == sides[0].messages);
    }
}
