//! Messages that pass through layers that keep them, over datagrams.

use super::*;
use proptest::prelude::*;

/// A layer over messages that greets with `word` and expects the same from the peer, then puts a byte before each message and
/// inverts the rest; with `retires` it retires after the greeting. Without a word it is open at once.
pub(in crate::net) struct Mask {
    word: &'static [u8],
    retires: bool,
    phase: Phase,
}

const MARK: u8 = b'M';

impl Mask {
    pub(in crate::net) fn session(word: &'static [u8], retires: bool) -> Box<dyn Session> {
        Box::new(Mask { word, retires, phase: Phase::Handshake })
    }

    /// Returns the masked form of a message.
    pub(in crate::net) fn mask(message: &[u8]) -> Vec<u8> {
        std::iter::once(MARK).chain(message.iter().map(|byte| !byte)).collect()
    }
}

impl Session for Mask {
    fn phase(&self) -> Phase {
        self.phase
    }

    fn longest_message(&self, below: usize) -> usize {
        below - 1
    }

    fn start(&mut self, below: &mut Buffer) -> Result<(), SessionError> {
        below.push(self.word);
        if self.word.is_empty() {
            self.phase = Phase::Open;
        }
        Ok(())
    }

    fn receive(&mut self, input: &mut Buffer, above: &mut Above<'_>, _: &mut Buffer) -> Result<(), SessionError> {
        if self.phase == Phase::Handshake {
            if input.bytes() != self.word {
                return Err(SessionError::new(Failure::Protocol, "wrong word"));
            }
            self.phase = if self.retires { Phase::Retired } else { Phase::Open };
        } else {
            let Some((&MARK, masked)) = input.bytes().split_first() else {
                return Err(SessionError::new(Failure::Protocol, "no mark"));
            };
            // In pieces, as a layer pushes that makes messages of a stream.
            masked.chunks(100).for_each(|piece| above.push(&piece.iter().map(|byte| !byte).collect::<Vec<u8>>()));
            above.end_message();
        }
        input.consume(input.len());
        Ok(())
    }

    fn receive_end(&mut self, _: &mut Buffer, _: &mut Above<'_>) -> Result<(), SessionError> {
        Ok(())
    }

    fn send(&mut self, bytes: &[u8], below: &mut Buffer) -> Result<usize, SessionError> {
        below.push(&Mask::mask(bytes));
        Ok(bytes.len())
    }

    fn send_end(&mut self, _: &mut Buffer) -> Result<(), SessionError> {
        Ok(())
    }
}

/// A layer that calls a function for each message.
struct Does<F>(F, Phase);

impl<F: FnMut(&mut Buffer, &mut Above<'_>, &mut Buffer) -> Phase + Send> Session for Does<F> {
    fn phase(&self) -> Phase {
        self.1
    }

    fn start(&mut self, _: &mut Buffer) -> Result<(), SessionError> {
        Ok(())
    }

    fn receive(&mut self, input: &mut Buffer, above: &mut Above<'_>, below: &mut Buffer) -> Result<(), SessionError> {
        self.1 = (self.0)(input, above, below);
        Ok(())
    }

    fn receive_end(&mut self, _: &mut Buffer, _: &mut Above<'_>) -> Result<(), SessionError> {
        Ok(())
    }

    fn send(&mut self, bytes: &[u8], below: &mut Buffer) -> Result<usize, SessionError> {
        below.push(bytes);
        Ok(bytes.len())
    }

    fn send_end(&mut self, _: &mut Buffer) -> Result<(), SessionError> {
        Ok(())
    }
}

fn named(sessions: Vec<Box<dyn Session>>) -> impl Iterator<Item = (String, Box<dyn Session>)> {
    sessions.into_iter().enumerate().map(|(at, session)| (format!("layer-{}", at + 1), session))
}

fn over_datagrams(sessions: Vec<Box<dyn Session>>) -> Machine {
    let mut machine = Machine::of_messages(named(sessions));
    machine.start().expect("it starts");
    machine
}

/// Receives a message from the socket.
fn comes(machine: &mut Machine, message: &[u8]) {
    machine.room_for(message.len())[..message.len()].copy_from_slice(message);
    machine.received(message.len());
}

/// Takes the next message for the user, if there is one.
fn next(machine: &mut Machine) -> Option<Vec<u8>> {
    let mut message = vec![0; machine.next_message().expect("all is well")?];
    machine.take_message(&mut message);
    Some(message)
}

/// Takes the first message for the socket.
fn goes(machine: &mut Machine) -> Option<Vec<u8>> {
    let message = machine.has_outbound().then(|| machine.outbound().to_vec());
    machine.sent(message.as_ref().map_or(0, Vec::len));
    message
}

#[test]
fn a_message_stays_one_through_every_layer() {
    let two = || over_datagrams(vec![Mask::session(b"", false), Mask::session(b"hi", false)]);
    let (mut here, mut there) = (two(), two());
    assert!(!here.is_open() && !here.send_message(b"too early").unwrap());
    let hello = goes(&mut here).unwrap();
    comes(&mut there, &hello);
    comes(&mut here, &goes(&mut there).unwrap());
    assert_eq!((next(&mut here), next(&mut there)), (None, None));
    assert!(here.is_open() && here.is_of_messages());
    let messages: [&[u8]; 5] = [b"one", b"", b"", &[7; 1000], b"five"];
    for message in messages {
        assert!(here.send_message(message).unwrap());
    }
    while let Some(message) = goes(&mut here) {
        comes(&mut there, &message);
    }
    for message in messages {
        assert_eq!(next(&mut there).as_deref(), Some(message));
    }
    assert_eq!(next(&mut there), None);
    let traffic = there.reports()[1].traffic;
    assert_eq!((traffic.messages_received, traffic.received_below, traffic.received_above), (5, 1019, 1012));
    let traffic = here.reports()[0].traffic;
    assert_eq!((traffic.messages_sent, traffic.sent_above, traffic.sent_below), (5, 1007, 1012));
}

#[test]
fn a_message_for_which_there_is_no_room_can_be_asked_for_again() {
    let mut machine = over_datagrams(vec![Mask::session(b"", false)]);
    comes(&mut machine, &Mask::mask(b"hello"));
    assert_eq!((machine.next_message().unwrap(), machine.next_message().unwrap()), (Some(5), Some(5)));
    assert_eq!(machine.read(&mut [0; 9]).unwrap(), 0, "messages do not come as bytes");
    assert_eq!(next(&mut machine).unwrap(), b"hello");
}

#[test]
fn what_a_layer_that_leaves_did_not_read_comes_up_as_it_came() {
    let mut machine = over_datagrams(vec![Mask::session(b"hi", true)]);
    for message in [&b"hi"[..], b"one", b"", b"three"] {
        comes(&mut machine, message);
    }
    assert_eq!(next(&mut machine).unwrap(), b"one");
    assert!(machine.is_bare() && machine.is_of_messages());
    assert_eq!([next(&mut machine).unwrap(), next(&mut machine).unwrap()], [&b""[..], b"three"]);
    comes(&mut machine, b"four");
    assert_eq!(machine.take_unread(), b"four");
    assert_eq!((next(&mut machine), machine.has_unread()), (None, false));
    assert!(machine.send_message(b"").unwrap() && machine.send_message(b"x").unwrap());
    assert_eq!(goes(&mut machine).unwrap(), b"hi");
    assert_eq!([goes(&mut machine).unwrap(), goes(&mut machine).unwrap()], [&b""[..], b"x"]);
}

#[test]
fn the_longest_message_is_the_least_that_any_layer_takes() {
    assert_eq!(over_datagrams(vec![]).longest_message(), usize::MAX);
    let two = over_datagrams(vec![Mask::session(b"", false), Mask::session(b"", false)]);
    assert_eq!(two.longest_message(), usize::MAX - 2);
}

#[test]
fn a_layer_that_breaks_the_rules_of_messages_fails_and_nothing_is_merged_or_lost_in_silence() {
    let fails = |machine: &mut Machine, reported: &str| {
        let failure = machine.next_message().unwrap_err();
        assert_eq!((failure.source.to_string().as_str(), failure.source.kind()), (reported, Failure::Unusable));
        assert!(machine.send_message(b"x").is_err());
    };
    let half = |input: &mut Buffer, above: &mut Above<'_>, _: &mut Buffer| {
        above.push(&input.bytes()[..1]);
        above.end_message();
        input.consume(1);
        Phase::Open
    };
    let mut machine = over_datagrams(vec![Box::new(Does(half, Phase::Open))]);
    comes(&mut machine, b"ab");
    assert_eq!(next(&mut machine).unwrap(), b"a", "what came before is good");
    fails(&mut machine, "the layer takes messages in pieces");

    let unended = |input: &mut Buffer, above: &mut Above<'_>, _: &mut Buffer| {
        above.push(input.bytes());
        input.consume(input.len());
        above.end();
        Phase::Open
    };
    let mut machine = over_datagrams(vec![Box::new(Does(unended, Phase::Open))]);
    comes(&mut machine, b"ab");
    fails(&mut machine, "the layer ended in the middle of a message");

    /// A layer that turns messages into a stream, and retires.
    struct Leaves;
    impl Session for Leaves {
        fn phase(&self) -> Phase {
            Phase::Retired
        }
        fn keeps_messages(&self, below: bool) -> bool {
            !below
        }
        fn start(&mut self, _: &mut Buffer) -> Result<(), SessionError> {
            Ok(())
        }
        fn receive(&mut self, _: &mut Buffer, _: &mut Above<'_>, _: &mut Buffer) -> Result<(), SessionError> {
            Ok(())
        }
        fn receive_end(&mut self, _: &mut Buffer, _: &mut Above<'_>) -> Result<(), SessionError> {
            Ok(())
        }
        fn send(&mut self, _: &[u8], _: &mut Buffer) -> Result<usize, SessionError> {
            Ok(0)
        }
        fn send_end(&mut self, _: &mut Buffer) -> Result<(), SessionError> {
            Ok(())
        }
    }
    let mut machine = Machine::of_messages(named(vec![Box::new(Leaves)]));
    let failure = machine.start().unwrap_err();
    let reported = "the layer left, and had made messages of what is none, or the other way round";
    assert_eq!((failure.source.to_string().as_str(), failure.source.kind()), (reported, Failure::Unusable));
}

#[test]
fn a_layer_that_answers_every_message_clogs_though_its_answers_be_short() {
    let answers = |input: &mut Buffer, _: &mut Above<'_>, below: &mut Buffer| {
        input.consume(input.len());
        below.push(b"!");
        Phase::Open
    };
    let mut machine = over_datagrams(vec![Box::new(Does(answers, Phase::Open))]);
    let mut received = 0;
    while !machine.is_clogged() {
        comes(&mut machine, b"");
        assert_eq!(next(&mut machine), None);
        received += 1;
        assert!(received < 10_000, "it never clogs");
    }
    assert_eq!(std::iter::from_fn(|| goes(&mut machine)).count(), received, "one call, one message");
    assert!(!machine.is_clogged());
}

#[test]
fn nobody_can_send_more_messages_than_may_wait_though_they_be_empty() {
    let mut machine = over_datagrams(vec![]);
    let sent = (0..10_000).take_while(|_| machine.send_message(b"").unwrap()).count();
    assert_eq!(sent, 1024);
    assert_eq!(machine.send(b"as a stream").unwrap(), 0);
    machine.sent(0);
    assert_eq!(machine.send(b"as a stream").unwrap(), 11, "which is a message too");
    machine.sent(0);
    assert_eq!(std::iter::from_fn(|| goes(&mut machine)).last().unwrap(), b"as a stream");
}

#[test]
fn more_than_was_read_cannot_be_counted() {
    let mut machine = over_datagrams(vec![]);
    let room = machine.room_for(3).len();
    machine.received(room + 1);
    assert_eq!(next(&mut machine).unwrap().len(), room);
}

#[test]
fn long_messages_leave_no_memory_behind() {
    let mut machine = over_datagrams(vec![Mask::session(b"", false), Mask::session(b"", false)]);
    let kept = allocation_counter::measure(|| {
        for length in [200_000, 10] {
            comes(&mut machine, &Mask::mask(&Mask::mask(&vec![7; length])));
            assert_eq!(next(&mut machine).unwrap().len(), length);
            assert!(machine.send_message(&vec![7; length]).unwrap());
            goes(&mut machine).unwrap();
        }
        machine.release_long();
    });
    assert!(kept.bytes_current < 60_000, "{kept:?}");
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn nothing_is_merged_split_or_lost_by_layers_that_are_read_at_any_time(
        messages in prop::collection::vec(prop::collection::vec(any::<u8>(), 0..400), 0..60),
        depth in 0..4_usize,
        steps in prop::collection::vec(0..3_u8, 1..50),
    ) {
        let stack = || over_datagrams((0..depth).map(|_| Mask::session(b"", false)).collect());
        let (mut here, mut there) = (stack(), stack());
        let (mut sent, mut heard) = (0, Vec::new());
        let mut steps = steps.into_iter().chain(0..3).cycle();
        while heard.len() < messages.len() {
            match steps.next() {
                Some(0) if sent < messages.len() => {
                    prop_assert!(here.send_message(&messages[sent]).unwrap());
                    sent += 1;
                }
                Some(1) => if let Some(message) = goes(&mut here) {
                    comes(&mut there, &message);
                },
                _ => heard.extend(next(&mut there)),
            }
        }
        prop_assert_eq!(heard, messages);
        prop_assert!(!here.has_outbound() && !there.has_unread());
    }
}
