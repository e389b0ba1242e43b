use super::*;
use crate::net::machine::tests::Mask;
use crate::net::machine::{Failure, LayerFailure, Machine, Phase, Traffic};
use proptest::prelude::*;

fn machine(longest: u32) -> Machine {
    Machine::new([("frame".to_owned(), Box::new(Session::new(longest)) as Box<dyn machine::Session>)])
}

/// Returns all messages that are complete, and the failure, if there was one.
fn messages(machine: &mut Machine) -> (Vec<Vec<u8>>, Result<(), LayerFailure>) {
    let mut messages = Vec::new();
    loop {
        match machine.next_message() {
            Ok(Some(length)) => {
                let mut message = vec![0; length];
                assert_eq!(machine.take_message(&mut message), length);
                messages.push(message);
            }
            Ok(None) => return (messages, Ok(())),
            Err(failure) => return (messages, Err(failure)),
        }
    }
}

/// Passes `said` to the machine in pieces of `piece` bytes, and then the end if `ends`. Returns the messages, and the failure, if
/// any.
fn hear(machine: &mut Machine, said: &[u8], piece: usize, ends: bool) -> (Vec<Vec<u8>>, Result<(), LayerFailure>) {
    machine.start().expect("it waits for nobody");
    let mut heard = Vec::new();
    for piece in said.chunks(piece) {
        machine.room()[..piece.len()].copy_from_slice(piece);
        machine.received(piece.len());
        let (some, result) = messages(machine);
        heard.extend(some);
        if result.is_err() {
            return (heard, result);
        }
    }
    if ends {
        machine.received_end();
        let (some, result) = messages(machine);
        heard.extend(some);
        return (heard, result);
    }
    (heard, Ok(()))
}

#[test]
fn a_message_goes_behind_its_length_in_network_order() {
    let mut machine = machine(LONGEST);
    machine.start().unwrap();
    assert!(machine.is_open() && machine.is_of_messages() && !machine.is_bare());
    assert!(machine.send_message(b"hello").unwrap());
    assert!(machine.send_message(b"").unwrap());
    assert!(machine.send_message(&[7; 258]).unwrap());
    let mut expected = b"\0\0\0\x05hello\0\0\0\0\0\0\x01\x02".to_vec();
    expected.extend([7; 258]);
    assert_eq!(machine.outbound(), expected);
    machine.send_end().unwrap();
    assert_eq!(machine.outbound(), expected, "the end is that of the stream");
    let traffic = Traffic { sent_above: 263, sent_below: 263 + 12, messages_sent: 3, ..machine.reports()[0].traffic };
    assert_eq!(machine.reports()[0].traffic, traffic);
    assert_eq!(traffic.received_below, 0);
}

#[test]
fn what_comes_in_pieces_comes_up_whole_and_the_end_behind_it() {
    let said = b"\0\0\0\x05hello\0\0\0\0\0\0\0\x01x\0\0\0\0";
    let expected = [&b"hello"[..], b"", b"x", b""];
    for piece in 1..=said.len() {
        let mut machine = machine(5);
        let (heard, result) = hear(&mut machine, said, piece, true);
        result.unwrap();
        assert_eq!(heard, expected, "{piece} bytes at a time");
        assert!(machine.has_ended());
        let traffic = machine.reports()[0].traffic;
        assert_eq!((traffic.received_below, traffic.received_above, traffic.messages_received), (22, 6, 4));
    }
}

#[test]
fn a_peer_that_breaks_the_protocol_is_answered_so_behind_what_was_whole() {
    let too_long = |length: u32| {
        format!("the peer announced a message of {length} bytes, where at most 10 are accepted (`max-message`)")
    };
    let cut = |missing: u32, length: u32| {
        format!("the stream ended {missing} bytes before the end of a message of {length} bytes")
    };
    let length = |received: usize| format!("the stream ended after {received} of the 4 bytes of a message's length");
    #[rustfmt::skip]
    let table: [(&[u8], Failure, String); 13] = [
        (b"\0\0\0\x0b", Failure::Protocol, too_long(11)),
        (b"\0\0\0\x0b0123456789a", Failure::Protocol, too_long(11)),
        (b"\x01\0\0\0", Failure::Protocol, too_long(1 << 24)),
        (b"\xff\xff\xff\xff", Failure::Protocol, too_long(u32::MAX)),
        (b"\x80\0\0\x01x", Failure::Protocol, too_long(0x8000_0001)),
        (b"GET / HTTP/1.1\r\n", Failure::Protocol, too_long(0x4745_5420)),
        (b"\x16\x03\x01\x02\0\x01", Failure::Protocol, too_long(0x1603_0102)),
        (b"\0", Failure::Truncated, length(1)),
        (b"\0\0", Failure::Truncated, length(2)),
        (b"\0\0\0", Failure::Truncated, length(3)),
        (b"\0\0\0\x0a", Failure::Truncated, cut(10, 10)),
        (b"\0\0\0\x0a0123", Failure::Truncated, cut(6, 10)),
        (b"\0\0\0\x0a012345678", Failure::Truncated, cut(1, 10)),
    ];
    for (said, kind, reported) in table {
        for before in [&b""[..], b"\0\0\0\x02ok", b"\0\0\0\0"] {
            for piece in [1, 3, 100] {
                let mut machine = machine(10);
                let (heard, result) = hear(&mut machine, &[before, said].concat(), piece, true);
                let failure = result.unwrap_err();
                assert_eq!((failure.source.to_string(), failure.source.kind()), (reported.clone(), kind));
                assert_eq!((failure.layer.as_str(), failure.place, failure.phase), ("frame", 1, Phase::Open));
                let expected: Vec<&[u8]> = if before.is_empty() { vec![] } else { vec![&before[4..]] };
                assert_eq!(heard, expected, "{reported}");
                assert!(!machine.has_ended(), "it does not look like an end");
                assert!(machine.send_message(b"x").is_err() && machine.outbound().is_empty());
            }
        }
    }
}

#[test]
fn what_is_announced_and_does_not_come_takes_no_memory() {
    let allocated = |bytes: &[u8]| {
        allocation_counter::measure(|| {
            let mut machine = machine(1 << 30);
            let (heard, result) = hear(&mut machine, bytes, 100, false);
            assert!(heard.is_empty() && result.is_ok());
        })
    };
    let little = allocated(b"\0\0\0\x05");
    let much = allocated(b"\x40\0\0\0");
    assert_eq!(much.bytes_max, little.bytes_max);
    // A message that is longer than allowed is not collected: the machine holds the part of it that one read brought, and no
    // more.
    let mut machine = machine(1 << 20);
    let mut said = vec![7; 1 << 20];
    said[..4].copy_from_slice(&(1_u32 << 20).wrapping_add(1).to_be_bytes());
    let taken = allocation_counter::measure(|| assert!(hear(&mut machine, &said, 32 << 10, false).1.is_err()));
    assert!(taken.bytes_max < 100_000, "{taken:?}");
}

#[test]
fn a_message_takes_as_much_memory_as_it_is_long() {
    let length = 8 << 20;
    let mut said = (length as u32).to_be_bytes().to_vec();
    said.resize(4 + length, 7);
    let taken = allocation_counter::measure(|| {
        let mut machine = machine(1 << 30);
        machine.start().unwrap();
        for piece in said.chunks(32 << 10) {
            machine.room()[..piece.len()].copy_from_slice(piece);
            machine.received(piece.len());
            machine.next_message().unwrap();
        }
        assert_eq!(machine.next_message().unwrap(), Some(length));
    });
    // A vector that grows doubles its capacity, and copies its contents.
    assert!(taken.bytes_max < 3 * length as u64 + 100_000, "{taken:?}");
}

#[test]
fn a_message_may_be_longer_than_what_else_waits_between_two_layers() {
    let frame: Box<dyn machine::Session> = Box::new(Session::new(LONGEST));
    let layers = [("mask".to_owned(), Mask::session(b"", false)), ("frame".to_owned(), frame)];
    let mut machine = Machine::new(layers);
    machine.start().unwrap();
    assert_eq!(machine.longest_message(), LONGEST as usize - 1);
    let longest = vec![7; LONGEST as usize - 1];
    assert!(machine.send_message(&longest).unwrap());
    let said = machine.outbound().to_vec();
    machine.sent(said.len());
    let (heard, result) = hear(&mut machine, &said, 10_000, true);
    result.unwrap();
    assert!(heard == [longest]);
}

#[test]
fn a_message_that_is_too_long_is_not_sent() {
    let mut machine = machine(10);
    machine.start().unwrap();
    assert_eq!(machine.longest_message(), 10);
    assert!(machine.send_message(&[7; 10]).unwrap());
    machine.sent(14);
    let failure = machine.send_message(&[7; 11]).unwrap_err();
    let reported = "a message of 11 bytes cannot be sent, where at most 10 are accepted (`max-message`)";
    assert_eq!((failure.source.to_string().as_str(), failure.source.kind()), (reported, Failure::Unusable));
    assert!(machine.outbound().is_empty());
}

#[test]
fn many_short_messages_do_not_pile_up() {
    for message in [&b"\0\0\0\0"[..], b"\0\0\0\x01x"] {
        let mut machine = machine(10);
        machine.start().unwrap();
        for _ in 0..20 {
            let some = message.repeat(READ / message.len());
            machine.room()[..some.len()].copy_from_slice(&some);
            machine.received(some.len());
            machine.next_message().unwrap();
        }
        let waiting = machine.reports()[0].traffic.messages_received;
        assert!(waiting <= 1024, "{waiting} messages wait to be read");
        let (heard, result) = messages(&mut machine);
        result.unwrap();
        assert_eq!(heard.len(), 20 * (READ / message.len()));
        assert!(heard.iter().all(|heard| heard == &message[4..]));
    }
}

/// The number of bytes that a driver reads at a time.
const READ: usize = 32 << 10;

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn what_is_sent_is_heard_however_it_is_cut(
        sent in prop::collection::vec(prop::collection::vec(any::<u8>(), 0..300), 0..50),
        pieces in prop::collection::vec(1..2000_usize, 1..20),
    ) {
        let (mut here, mut there) = (machine(300), machine(300));
        here.start().unwrap();
        there.start().unwrap();
        for message in &sent {
            prop_assert!(here.send_message(message).unwrap());
        }
        let mut heard = Vec::new();
        let mut pieces = pieces.iter().cycle();
        while here.has_outbound() {
            let count = here.outbound().len().min(*pieces.next().unwrap());
            there.room()[..count].copy_from_slice(&here.outbound()[..count]);
            there.received(count);
            here.sent(count);
            heard.extend(messages(&mut there).0);
        }
        prop_assert_eq!(heard, sent);
    }

    #[test]
    fn whatever_a_peer_says_there_is_an_answer(said: Vec<u8>, piece in 1..50_usize) {
        let mut machine = machine(100);
        let (heard, _) = hear(&mut machine, &said, piece, true);
        prop_assert!(heard.iter().all(|message| message.len() <= 100));
    }
}
