mod messages;

use super::*;
pub(in crate::net) use messages::Mask;

/// A layer that greets with `word`, expects the same from the peer, then shifts every byte by `shift`; with `retires` it retires
/// after the greeting.
pub(in crate::net) struct Toy {
    word: &'static [u8],
    shift: u8,
    retires: bool,
    phase: Phase,
    end_seen: bool,
}

const END: u8 = 0;

impl Toy {
    pub(in crate::net) fn session(word: &'static [u8], shift: u8, retires: bool) -> Box<dyn Session> {
        Box::new(Toy { word, shift, retires, phase: Phase::Handshake, end_seen: false })
    }
}

impl Session for Toy {
    fn phase(&self) -> Phase {
        self.phase
    }

    fn start(&mut self, below: &mut Buffer) -> Result<(), SessionError> {
        below.push(self.word);
        Ok(())
    }

    fn receive(&mut self, input: &mut Buffer, above: &mut Above<'_>, _: &mut Buffer) -> Result<(), SessionError> {
        if self.phase == Phase::Handshake {
            let length = input.len().min(self.word.len());
            if input.bytes()[..length] != self.word[..length] {
                return Err(SessionError::new(Failure::Protocol, "wrong word"));
            }
            if length == self.word.len() {
                input.consume(length);
                self.phase = if self.retires { Phase::Retired } else { Phase::Open };
            }
            return Ok(());
        }
        while !above.is_full() && !input.is_empty() {
            let byte = input.bytes()[0].wrapping_sub(self.shift);
            input.consume(1);
            if byte == END {
                self.end_seen = true;
                above.end();
            } else {
                above.push(&[byte]);
            }
        }
        Ok(())
    }

    fn receive_end(&mut self, _: &mut Buffer, _: &mut Above<'_>) -> Result<(), SessionError> {
        if self.end_seen { Ok(()) } else { Err(SessionError::new(Failure::Truncated, "cut off")) }
    }

    fn send(&mut self, bytes: &[u8], below: &mut Buffer) -> Result<usize, SessionError> {
        // Fewer bytes than there are, so that the machine must call again.
        let some = &bytes[..bytes.len().min(7)];
        for byte in some {
            below.push(&[byte.wrapping_add(self.shift)]);
        }
        Ok(some.len())
    }

    fn send_end(&mut self, below: &mut Buffer) -> Result<(), SessionError> {
        below.push(&[END.wrapping_add(self.shift)]);
        Ok(())
    }

    fn abort(&mut self, below: &mut Buffer) {
        below.push(b"!");
    }

    fn facts(&self) -> Vec<(&'static str, String)> {
        vec![("word", String::from_utf8_lossy(self.word).into_owned())]
    }
}

fn stack() -> Machine {
    let layers = [
        ("top", Toy::session(b"hello", 1, false)),
        ("proxy", Toy::session(b"connect", 0, true)),
        ("middle", Toy::session(b"hi", 3, false)),
        ("lowest", Toy::session(b"way", 0, true)),
    ];
    Machine::new(layers.map(|(name, session)| (name.to_owned(), session)))
}

/// Moves up to `most` bytes from one machine to the other; returns whether there were any.
fn carry(from: &mut Machine, to: &mut Machine, most: usize) -> bool {
    let count = from.outbound().len().min(most);
    let bytes = from.outbound()[..count].to_vec();
    from.sent(count);
    let mut bytes = bytes.as_slice();
    while !bytes.is_empty() {
        let room = to.room();
        let some = bytes.len().min(room.len());
        room[..some].copy_from_slice(&bytes[..some]);
        to.received(some);
        bytes = &bytes[some..];
    }
    count > 0
}

#[test]
fn layers_shake_hands_from_the_bottom_up_and_the_retired_leave() {
    let (mut a, mut b) = (stack(), stack());
    a.start().unwrap();
    b.start().unwrap();
    assert_eq!(a.outbound(), b"way", "only the lowest speaks at first");
    let mut none = [0; 0];
    while carry(&mut a, &mut b, 1) | carry(&mut b, &mut a, 2) {
        a.read(&mut none).unwrap();
        b.read(&mut none).unwrap();
    }
    assert!(a.is_open() && b.is_open() && !a.is_bare());
    let phases: Vec<_> = a.reports().iter().map(|report| (report.name.as_str(), report.phase)).collect();
    let expected =
        [("top", Phase::Open), ("proxy", Phase::Retired), ("middle", Phase::Open), ("lowest", Phase::Retired)];
    assert_eq!(phases, expected);
    assert_eq!(a.reports()[1].facts, [("word", "connect".to_owned())]);
    assert_eq!(a.reports()[3].traffic, Traffic { sent_below: 3, received_below: 3, ..Traffic::default() });
}

#[test]
fn what_is_sent_arrives_whole_and_the_end_with_it() {
    let (mut a, mut b) = (stack(), stack());
    a.start().unwrap();
    b.start().unwrap();
    let message: Vec<u8> = (0..100_000_u32).map(|at| (at % 251 + 1) as u8).collect();
    let (mut sent, mut got) = (0, Vec::<u8>::new());
    let mut target = [0; 1000];
    while !b.has_ended() {
        if a.is_open() {
            sent += a.send(&message[sent..]).unwrap();
            if sent == message.len() {
                a.send_end().unwrap();
            }
        }
        carry(&mut a, &mut b, 333);
        carry(&mut b, &mut a, 333);
        a.read(&mut target).unwrap();
        let count = b.read(&mut target).unwrap();
        got.extend(&target[..count]);
    }
    assert!(got == message);
    let top = &b.reports()[0].traffic;
    assert_eq!((top.received_above, top.received_below), (100_000, 100_000 + 5 + 1));
}

#[test]
fn what_a_retired_layer_left_goes_to_the_one_above() {
    let mut machine = Machine::new([("proxy".to_owned(), Toy::session(b"ok", 0, true))]);
    machine.start().unwrap();
    let bytes = b"okand more";
    machine.room()[..bytes.len()].copy_from_slice(bytes);
    machine.received(bytes.len());
    let mut target = [0; 4];
    assert_eq!(machine.read(&mut target).unwrap(), 0, "retiring is no reading");
    assert!(machine.is_bare());
    assert_eq!(machine.read(&mut target).unwrap(), 4);
    assert_eq!(&target, b"and ");
    assert_eq!(machine.take_unread(), b"more");
}

#[test]
fn a_failure_names_the_layer_and_its_place_and_the_peer_is_reported() {
    let mut machine = stack();
    machine.start().unwrap();
    machine.room()[..6].copy_from_slice(b"wayhix");
    machine.received(6);
    let failure = machine.read(&mut []).unwrap_err();
    assert_eq!((failure.layer.as_str(), failure.place, failure.phase), ("proxy", 2, Phase::Handshake));
    assert_eq!(failure.source.to_string(), "wrong word");
    // The report of the proxy passes through the layer below it, which shifts by 3; `way` and `hi` came before.
    assert!(machine.outbound().ends_with(b"$"), "{:?}", machine.outbound());
}

#[test]
fn an_end_in_the_handshake_or_without_goodbye_is_an_error() {
    let mut machine = stack();
    machine.start().unwrap();
    machine.received_end();
    let failure = machine.read(&mut []).unwrap_err();
    assert_eq!((failure.layer.as_str(), failure.source.kind()), ("lowest", Failure::Truncated));

    let mut machine = Machine::new([("top".to_owned(), Toy::session(b"a", 0, false))]);
    machine.start().unwrap();
    machine.room()[..2].copy_from_slice(b"ab");
    machine.received(2);
    machine.received_end();
    let mut target = [0; 9];
    let count = machine.read(&mut target).unwrap();
    assert_eq!(&target[..count], b"b", "what came before the cut can be read");
    assert_eq!(machine.read(&mut target).unwrap_err().source.to_string(), "cut off");
}

/// Returns two machines of two layers each, open to one another.
fn open() -> (Machine, Machine) {
    let two = || {
        let layers = [("upper", Toy::session(b"hi", 1, false)), ("lower", Toy::session(b"you", 2, false))];
        Machine::new(layers.map(|(name, session)| (name.to_owned(), session)))
    };
    let (mut a, mut b) = (two(), two());
    a.start().unwrap();
    b.start().unwrap();
    while carry(&mut a, &mut b, 9) | carry(&mut b, &mut a, 9) {
        a.read(&mut []).unwrap();
        b.read(&mut []).unwrap();
    }
    assert!(a.is_open() && b.is_open());
    (a, b)
}

#[test]
fn what_came_up_before_a_lower_layer_failed_is_read_first() {
    let (mut a, mut b) = open();
    let message = [7; 700];
    let mut sent = 0;
    while sent < message.len() {
        sent += a.send(&message[sent..]).unwrap();
    }
    carry(&mut a, &mut b, usize::MAX);
    b.received_end();
    let mut got = 0;
    let failure = loop {
        match b.read(&mut [0; 10]) {
            Ok(count) => got += count,
            Err(failure) => break failure,
        }
        assert!(got == message.len() || !b.has_ended());
    };
    assert_eq!((got, failure.layer.as_str(), failure.source.kind()), (message.len(), "lower", Failure::Truncated));
    assert!(b.send(b"x").is_err() && b.send_end().is_err(), "nothing is sent through a layer that failed");
    assert!(b.outbound().is_empty() || b.outbound() == b"!", "{:?}", b.outbound());
}

#[test]
fn what_waits_to_be_sent_is_bounded_whatever_is_written_at_a_time() {
    let (mut a, _) = open();
    let much = vec![7; 1 << 20];
    let mut taken = 0;
    loop {
        match a.send(&much).unwrap() {
            0 => break,
            count => taken += count,
        }
    }
    assert!(taken >= HIGH_WATER && a.outbound().len() < 2 * HIGH_WATER && !a.is_clogged());
}

/// A layer that waits for a message that never ends, or answers every byte with `answers` bytes.
struct Odd {
    answers: usize,
}

impl Session for Odd {
    fn phase(&self) -> Phase {
        Phase::Open
    }

    fn start(&mut self, _: &mut Buffer) -> Result<(), SessionError> {
        Ok(())
    }

    fn receive(&mut self, input: &mut Buffer, _: &mut Above<'_>, below: &mut Buffer) -> Result<(), SessionError> {
        if self.answers > 0 {
            below.push(&vec![7; self.answers * input.len()]);
            input.consume(input.len());
        }
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

#[test]
fn a_message_without_end_fails_instead_of_filling_memory() {
    // The same holds above another layer, which stops when as many bytes as may wait have been passed up.
    for below in [0, 1] {
        let passes = (0..below).map(|_| ("passes".to_owned(), Toy::session(b"you", 0, false)));
        let odd: Box<dyn Session> = Box::new(Odd { answers: 0 });
        let mut machine = Machine::new([("odd".to_owned(), odd)].into_iter().chain(passes));
        machine.start().unwrap();
        if below > 0 {
            machine.room()[..3].copy_from_slice(b"you");
            machine.received(3);
        }
        let failure = (0..1000).find_map(|_| {
            machine.room()[..1000].fill(7);
            machine.received(1000);
            machine.read(&mut [0; 10]).err()
        });
        let failure = failure.expect("it gives up");
        assert_eq!((failure.layer.as_str(), failure.source.kind()), ("odd", Failure::Protocol));
    }
}

#[test]
fn a_layer_that_answers_everything_clogs() {
    let odd: Box<dyn Session> = Box::new(Odd { answers: 50 });
    let mut machine = Machine::new([("odd".to_owned(), odd)]);
    machine.start().unwrap();
    for _ in 0..10 {
        machine.room()[..1000].fill(7);
        machine.received(1000);
        machine.read(&mut [0; 10]).unwrap();
    }
    assert!(machine.is_clogged());
    machine.sent(usize::MAX / 2);
    assert!(!machine.is_clogged());
}
