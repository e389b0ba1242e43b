//! Directions between scripted ends.

use super::*;
use proptest::prelude::*;
use rustix::event::epoll::EventFlags;
use std::collections::VecDeque;
use std::os::fd::BorrowedFd;

/// A step of an end, one for each call; after the last step the end would have to wait.
#[derive(Clone, Debug)]
enum Step {
    /// Reads or writes up to this many bytes.
    Bytes(usize),
    Waits,
    Fails,
    /// Reads or writes a message of this many bytes, whole or not at all.
    Message(usize),
}

/// A scripted end: it produces the bytes 0, 1, 2 and so on.
#[derive(Default)]
struct Scripted {
    reads: VecDeque<Step>,
    writes: VecDeque<Step>,
    /// Whether the stream ends after `reads`; if not, the end waits.
    ends: bool,
    given: usize,
    /// The bytes that were written to it; `shut` counts how often the end was passed to it.
    taken: Vec<u8>,
    messages: Vec<usize>,
    shut: usize,
    calls: usize,
}

impl End for Scripted {
    fn read(&mut self, target: &mut [u8]) -> io::Result<usize> {
        self.calls += 1;
        match self.reads.pop_front() {
            Some(Step::Bytes(most)) => {
                let count = most.min(target.len());
                for (at, byte) in target[..count].iter_mut().enumerate() {
                    *byte = (self.given + at) as u8;
                }
                self.given += count;
                Ok(count)
            }
            Some(Step::Message(length)) if length > target.len() => {
                self.reads.push_front(Step::Message(length));
                Err(Error::NoRoom { length, room: target.len() }.into())
            }
            Some(Step::Message(length)) => {
                target[..length].fill(7);
                self.given += length;
                Ok(length)
            }
            Some(Step::Fails) => Err(io::ErrorKind::ConnectionReset.into()),
            None if self.ends => Ok(0),
            Some(Step::Waits) | None => Err(io::ErrorKind::WouldBlock.into()),
        }
    }

    fn has_ended(&self) -> bool {
        self.ends && self.reads.is_empty()
    }

    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.calls += 1;
        match self.writes.pop_front() {
            Some(Step::Message(_)) => {
                self.taken.extend(bytes);
                self.messages.push(bytes.len());
                Ok(bytes.len())
            }
            Some(Step::Bytes(most)) => {
                let count = bytes.len().min(most.max(1));
                self.taken.extend(&bytes[..count]);
                self.messages.push(count);
                Ok(count)
            }
            Some(Step::Fails) => Err(io::ErrorKind::BrokenPipe.into()),
            Some(Step::Waits) | None => Err(io::ErrorKind::WouldBlock.into()),
        }
    }

    fn shutdown_write(&mut self) -> io::Result<()> {
        self.shut += 1;
        Ok(())
    }

    fn holds_back(&self) -> bool {
        false
    }

    fn bare(&self) -> Option<BorrowedFd<'_>> {
        None
    }
}

fn reader(steps: impl IntoIterator<Item = Step>, ends: bool) -> Side<Scripted> {
    Side::new(Scripted { reads: steps.into_iter().collect(), ends, ..Scripted::default() }, EventFlags::empty())
}

fn writer(steps: impl IntoIterator<Item = Step>) -> Side<Scripted> {
    Side::new(Scripted { writes: steps.into_iter().collect(), ..Scripted::default() }, EventFlags::empty())
}

fn tools() -> Tools {
    Tools { scratch: vec![0; SCRATCH], pipes: Pipes::new() }
}

/// Reports both ends as ready, as epoll does, until the direction is over or nothing moves any more.
fn run(
    flow: &mut Flow,
    from: &mut Side<Scripted>,
    to: &mut Side<Scripted>,
    tools: &mut Tools,
) -> Result<Pause, Broken> {
    loop {
        let pause = flow.work(from, to, tools)?;
        if pause == Pause::Over || from.end.reads.is_empty() && !from.end.ends && !flow.is_held_up() {
            return Ok(pause);
        }
        from.reported(EventFlags::IN);
        to.reported(EventFlags::OUT);
        if to.end.writes.is_empty() {
            to.end.writes.push_back(Step::Bytes(usize::MAX));
        }
    }
}

fn step() -> impl Strategy<Value = Step> {
    prop_oneof![3 => (1..200_000_usize).prop_map(Step::Bytes), 2 => (1..50_usize).prop_map(Step::Bytes), 2 => Just(Step::Waits)]
}

proptest! {
    // Each case moves megabytes.
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn however_ends_dawdle_all_bytes_arrive_in_order_and_the_end_behind_them(
        reads in prop::collection::vec(step(), 0..30),
        writes in prop::collection::vec(step(), 0..60),
    ) {
        let (mut from, mut to) = (reader(reads, true), writer(writes));
        let (mut flow, mut tools) = (Flow::new(Passes::Bytes), tools());
        prop_assert_eq!(run(&mut flow, &mut from, &mut to, &mut tools).expect("nothing fails"), Pause::Over);
        prop_assert_eq!(to.end.taken.len(), from.end.given);
        prop_assert!(to.end.taken.iter().enumerate().all(|(at, byte)| *byte == at as u8));
        prop_assert_eq!((to.end.shut, flow.moved), (1, from.end.given as u64));
    }

    #[test]
    fn messages_keep_their_boundaries_and_empty_ones_are_messages(lengths in prop::collection::vec(0..3000_usize, 0..40), waits in prop::collection::vec(any::<bool>(), 0..40)) {
        let mut from = reader(lengths.iter().map(|length| Step::Bytes(*length)), false);
        let room = || Step::Bytes(usize::MAX);
        let mut to = writer(waits.iter().map(|waits| if *waits { Step::Waits } else { room() }));
        let (mut flow, mut tools) = (Flow::new(Passes::Datagrams), tools());
        run(&mut flow, &mut from, &mut to, &mut tools).expect("nothing fails");
        prop_assert_eq!(&to.end.messages, &lengths);
        prop_assert_eq!(to.end.shut, 0);
    }
}

#[test]
fn nothing_is_read_while_the_other_side_has_not_taken_what_was() {
    let mut from = reader((0..5).map(|_| Step::Bytes(1000)), true);
    let mut to = writer([Step::Bytes(400), Step::Waits]);
    let (mut flow, mut tools) = (Flow::new(Passes::Bytes), tools());
    assert_eq!(flow.work(&mut from, &mut to, &mut tools).expect("nothing fails"), Pause::Sink);
    assert_eq!((from.end.given, to.end.taken.len()), (1000, 400));
    // Events of the reading side change nothing.
    from.reported(EventFlags::IN);
    let calls = from.end.calls;
    assert_eq!(flow.work(&mut from, &mut to, &mut tools).expect("nothing fails"), Pause::Sink);
    assert!(flow.is_held_up() && from.end.calls == calls);
}

#[test]
fn a_direction_that_waits_calls_nobody() {
    let (mut from, mut to) = (reader([Step::Bytes(10), Step::Waits], false), writer([Step::Bytes(10)]));
    let (mut flow, mut tools) = (Flow::new(Passes::Bytes), tools());
    assert_eq!(flow.work(&mut from, &mut to, &mut tools).expect("nothing fails"), Pause::Source);
    let calls = (from.end.calls, to.end.calls);
    assert_eq!(flow.work(&mut from, &mut to, &mut tools).expect("nothing fails"), Pause::Source);
    assert_eq!((from.end.calls, to.end.calls), calls);
}

#[test]
fn a_direction_that_never_ends_lets_others_have_their_turn() {
    let mut from = reader((0..1000).map(|_| Step::Bytes(COPIED)), false);
    let mut to = writer((0..1000).map(|_| Step::Bytes(COPIED)));
    let (mut flow, mut tools) = (Flow::new(Passes::Bytes), tools());
    assert_eq!(flow.work(&mut from, &mut to, &mut tools).expect("nothing fails"), Pause::Turn);
    assert_eq!(flow.moved, TURN as u64);
}

#[test]
fn an_error_is_reported_with_its_side_and_nothing_is_ended() {
    let (mut flow, mut tools) = (Flow::new(Passes::Bytes), tools());
    let (mut from, mut to) = (reader([Step::Bytes(7), Step::Fails], false), writer([Step::Bytes(7)]));
    let broken = flow.work(&mut from, &mut to, &mut tools).expect_err("it fails");
    assert!(broken.source && broken.call == "read" && broken.error.kind() == io::ErrorKind::ConnectionReset);
    assert_eq!((to.end.taken.len(), to.end.shut), (7, 0), "what came before arrives, and no end");

    let mut flow = Flow::new(Passes::Bytes);
    let (mut from, mut to) = (reader([Step::Bytes(7)], true), writer([Step::Fails]));
    let broken = flow.work(&mut from, &mut to, &mut tools).expect_err("it fails");
    assert!(!broken.source && broken.call == "write" && broken.error.kind() == io::ErrorKind::BrokenPipe);
    assert_eq!(to.end.shut, 0);
}

#[test]
fn messages_pass_whole_from_empty_ones_to_those_longer_than_the_scratch() {
    let lengths = [0, 1, 70_000, SCRATCH, SCRATCH + 1, 0, 1 << 20, 0];
    let waits = [Step::Waits, Step::Message(0)];
    let (mut from, mut to) = (reader(lengths.map(Step::Message), true), writer(waits.into_iter().cycle().take(40)));
    let (mut flow, mut tools) = (Flow::new(Passes::Messages), tools());
    // The end may arrive together with the last message.
    from.end.reads.push_back(Step::Message(3));
    assert_eq!(run(&mut flow, &mut from, &mut to, &mut tools).expect("nothing fails"), Pause::Over);
    assert_eq!(to.end.messages, [&lengths[..], &[3]].concat());
    assert_eq!((to.end.shut, flow.moved as usize, tools.scratch.len()), (1, from.end.given, SCRATCH));
}
