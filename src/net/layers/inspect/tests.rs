mod capture;
mod files;
mod texts;

use super::*;
use crate::net::machine::{Ends, Failure, Machine, Phase};
use crate::net::{Address, Target};
use std::sync::{Arc, Mutex};

/// A call that a recorder received.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Stated {
    Begun(Inspected),
    Passed(Direction, Vec<u8>),
    Ended(Direction),
    Closed,
}

/// A recorder that remembers its calls, and fails after a number of them.
#[derive(Default)]
struct Remembering {
    reported: Arc<Mutex<Vec<Stated>>>,
    fails_after: Option<usize>,
}

struct RememberingOne {
    reported: Arc<Mutex<Vec<Stated>>>,
    fails_after: Option<usize>,
}

impl Recorder for Remembering {
    fn begin(&self, inspected: &Inspected) -> Result<Box<dyn Recording>, RecordError> {
        let mut one = RememberingOne { reported: self.reported.clone(), fails_after: self.fails_after };
        one.hear(Stated::Begun(inspected.clone()))?;
        Ok(Box::new(one))
    }
}

impl RememberingOne {
    fn hear(&mut self, reported: Stated) -> Result<(), RecordError> {
        let mut all = self.reported.lock().expect("no panic");
        if self.fails_after == Some(all.len()) {
            return Err("the paper is full".into());
        }
        all.push(reported);
        Ok(())
    }
}

impl Recording for RememberingOne {
    fn passed(&mut self, direction: Direction, bytes: &[u8]) -> Result<(), RecordError> {
        self.hear(Stated::Passed(direction, bytes.to_vec()))
    }

    fn ended(&mut self, direction: Direction) -> Result<(), RecordError> {
        self.hear(Stated::Ended(direction))
    }

    fn closed(&mut self) {
        // The error cannot be reported to anyone.
        let _ = self.hear(Stated::Closed);
    }
}

struct Fixed;

impl Ends for Fixed {
    fn local(&self) -> Option<Address> {
        Some(Address::Ip("127.0.0.1:50000".parse().expect("an address")))
    }

    fn peer(&self) -> Option<Address> {
        Some(Address::Ip("127.0.0.1:80".parse().expect("an address")))
    }
}

/// Returns a connection that was made from 127.0.0.1:50000 to 127.0.0.1:80.
fn inspected(of_messages: bool) -> Inspected {
    Inspected {
        entry: "inspect".to_owned(),
        role: Role::Connect,
        target: Some(Target::host("localhost", 80)),
        local: Fixed.local(),
        peer: Fixed.peer(),
        of_messages,
    }
}

/// Returns a machine with this layer alone, and the calls of its recorder.
fn machine(of_messages: bool, fails_after: Option<usize>) -> (Machine, Arc<Mutex<Vec<Stated>>>) {
    let recorder = Remembering { reported: Arc::default(), fails_after };
    let reported = recorder.reported.clone();
    let layer = Prepared {
        entry: "inspect".to_owned(),
        role: Role::Connect,
        recorders: Arc::new([Arc::new(recorder) as Arc<dyn Recorder>]),
        facts: Vec::new(),
    };
    let target = Target::host("localhost", 80);
    let session = layer.session(&Context::new(Some(&target), std::time::SystemTime::UNIX_EPOCH)).expect("made");
    let sessions = [("inspect".to_owned(), session)];
    let mut machine = if of_messages { Machine::of_messages(sessions) } else { Machine::new(sessions) };
    machine.connected(&Fixed);
    (machine, reported)
}

fn receive(machine: &mut Machine, bytes: &[u8]) {
    machine.room()[..bytes.len()].copy_from_slice(bytes);
    machine.received(bytes.len());
}

#[test]
fn a_stream_passes_unchanged_and_everything_is_reported_in_order() {
    for piece in [1, 7, 1000] {
        let (mut machine, reported) = machine(false, None);
        assert!(!machine.is_open());
        machine.start().unwrap();
        assert!(machine.is_open() && machine.outbound().is_empty(), "there is no handshake");
        let (question, answer): (Vec<u8>, Vec<u8>) = ((0..=255).collect(), (0..=255).rev().collect());
        for bytes in question.chunks(piece) {
            assert_eq!(machine.send(bytes).unwrap(), bytes.len());
        }
        machine.send_end().unwrap();
        assert_eq!(machine.outbound(), question);
        let mut heard: Vec<u8> = Vec::new();
        for bytes in answer.chunks(piece) {
            receive(&mut machine, bytes);
            // The room is smaller than the number of bytes.
            let mut room = [0; 5];
            loop {
                let count = machine.read(&mut room).unwrap();
                if count == 0 {
                    break;
                }
                heard.extend(&room[..count]);
            }
        }
        assert_eq!(heard, answer);
        assert!(!machine.has_ended());
        machine.received_end();
        assert_eq!(machine.read(&mut [0; 5]).unwrap(), 0);
        assert!(machine.has_ended(), "the end passes");
        let traffic = machine.reports()[0].traffic;
        let expected = [256; 4];
        let counted = [traffic.sent_above, traffic.sent_below, traffic.received_below, traffic.received_above];
        assert_eq!((counted, traffic.messages_sent), (expected, 0));
        drop(machine);
        let reported = reported.lock().unwrap();
        let sent = question.chunks(piece).map(|bytes| Stated::Passed(Direction::Sent, bytes.to_vec()));
        let received = answer.chunks(piece).map(|bytes| Stated::Passed(Direction::Received, bytes.to_vec()));
        let expected = std::iter::once(Stated::Begun(inspected(false)))
            .chain(sent)
            .chain([Stated::Ended(Direction::Sent)])
            .chain(received)
            .chain([Stated::Ended(Direction::Received), Stated::Closed]);
        assert!(reported.iter().cloned().eq(expected), "{reported:?}");
    }
}

#[test]
fn messages_keep_their_boundaries_and_empty_ones_are_messages() {
    let (mut machine, reported) = machine(true, None);
    machine.start().unwrap();
    assert!(machine.is_of_messages());
    let messages: [&[u8]; 4] = [b"one", b"", b"three", b""];
    for message in messages {
        assert!(machine.send_message(message).unwrap());
        receive(&mut machine, message);
    }
    for message in messages {
        assert!(machine.has_outbound());
        assert_eq!(machine.outbound(), message);
        machine.sent(message.len());
        assert_eq!(machine.next_message().unwrap(), Some(message.len()));
        let mut room = [0; 9];
        let count = machine.take_message(&mut room);
        assert_eq!(&room[..count], message);
    }
    assert!(!machine.has_outbound());
    assert_eq!(machine.next_message().unwrap(), None);
    let traffic = machine.reports()[0].traffic;
    assert_eq!((traffic.messages_sent, traffic.messages_received, traffic.received_above), (4, 4, 8));
    drop(machine);
    let sent = messages.map(|message| Stated::Passed(Direction::Sent, message.to_vec()));
    let received = messages.map(|message| Stated::Passed(Direction::Received, message.to_vec()));
    let expected = std::iter::once(Stated::Begun(inspected(true))).chain(sent).chain(received).chain([Stated::Closed]);
    let reported = reported.lock().unwrap();
    assert!(reported.iter().cloned().eq(expected), "{reported:?}");
}

#[test]
fn what_cannot_be_recorded_does_not_pass() {
    let reported = |failure: &crate::net::machine::LayerFailure| {
        (failure.source.to_string(), failure.source.kind(), failure.phase)
    };
    let expected = |phase| ("the paper is full".to_owned(), Failure::Host, phase);

    let (mut machine, _) = self::machine(false, Some(0));
    let failure = machine.start().unwrap_err();
    assert_eq!(reported(&failure), expected(Phase::Handshake));

    let (mut machine, _) = self::machine(false, Some(2));
    machine.start().unwrap();
    machine.send(b"recorded").unwrap();
    assert_eq!(reported(&machine.send(b"not recorded").unwrap_err()), expected(Phase::Open));
    assert_eq!(machine.outbound(), b"recorded");
    assert_eq!(reported(&machine.send(b"again").unwrap_err()), expected(Phase::Open), "it stays so");

    let (mut machine, heard) = self::machine(false, Some(2));
    machine.start().unwrap();
    let mut room = [0; 20];
    receive(&mut machine, b"recorded");
    assert_eq!(machine.read(&mut room).unwrap(), 8);
    receive(&mut machine, b"not recorded");
    assert_eq!(reported(&machine.read(&mut room).unwrap_err()), expected(Phase::Open));
    assert!(!machine.has_unread());
    assert_eq!(heard.lock().unwrap().len(), 2);

    for ends in [Machine::send_end as fn(&mut Machine) -> _, |machine| {
        machine.received_end();
        machine.read(&mut []).map(drop)
    }] {
        let (mut machine, _) = self::machine(false, Some(1));
        machine.start().unwrap();
        assert_eq!(reported(&ends(&mut machine).unwrap_err()), expected(Phase::Open));
        assert!(!machine.has_ended());
    }
}

#[test]
fn what_waits_stays_bounded_when_nobody_reads() {
    let recorders: Arc<[Arc<dyn Recorder>]> = Arc::new([]);
    let session = |name: &str| {
        let session = InspectSession::new(recorders.clone(), inspected(false), Vec::new());
        (name.to_owned(), Box::new(session) as Box<dyn Session>)
    };
    let mut machine = Machine::new([session("one"), session("two"), session("three")]);
    machine.start().unwrap();
    let mut taken = 0;
    for _ in 0..1000 {
        let room = machine.room();
        room.fill(b'x');
        let count = room.len().min(32 * 1024);
        machine.received(count);
        // There is room for one byte: the others wait in the machine, which the driver does not fill before they are read.
        taken += machine.read(&mut [0]).unwrap();
        while machine.has_unread() {
            taken += machine.read(&mut [0; 1000]).unwrap();
        }
    }
    assert_eq!(taken, 1000 * 32 * 1024);
    let mut sent = 0;
    while machine.send(&[b'y'; 4096]).unwrap() > 0 {
        sent += 4096;
        assert!(sent <= 128 * 1024, "it stops");
    }
}

#[test]
fn without_a_recorder_the_ends_are_not_asked_for() {
    struct Asked;
    impl Ends for Asked {
        fn local(&self) -> Option<Address> {
            panic!("asked")
        }
        fn peer(&self) -> Option<Address> {
            panic!("asked")
        }
    }
    let session = InspectSession::new(Arc::new([]), inspected(false), Vec::new());
    let mut machine = Machine::new([("inspect".to_owned(), Box::new(session) as Box<dyn Session>)]);
    machine.connected(&Asked);
    machine.start().unwrap();
    assert!(machine.is_open());
}
