//! Races between scripted sockets, with a clock that the test controls.

use super::*;
use crate::catalog::{Module, ModuleRole};
use crate::net::alternatives::Alternatives;
use crate::net::provider::{Base, BaseProvider};
use crate::net::providers::Providers;
use crate::net::socket::BaseSocket;
use crate::{Loader, Registry, Request};
use proptest::prelude::*;
use std::fs::File;
use std::net::SocketAddr;
use std::os::fd::{AsFd, OwnedFd};
use std::sync::{Mutex, MutexGuard};

/// The behaviour of an address.
#[derive(Copy, Clone, Debug, PartialEq, Eq)]
enum Does {
    Nothing,
    Connects,
    Refuses,
    /// The call that begins a connection fails.
    CannotBegin,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Event {
    Begun(String),
    Closed(String),
}

#[derive(Default)]
struct World {
    does: Vec<(String, Does)>,
    names: Vec<(Family, Vec<&'static str>)>,
    events: Vec<Event>,
    /// Sockets have no file descriptor.
    without_descriptors: bool,
}

/// A base protocol of both families.
#[derive(Clone, Default)]
struct Fake(Arc<Mutex<World>>);

static FAKE: Module = Module::new("fake", ModuleRole::Base, "Connects when it is told to");

struct FakeSocket {
    address: String,
    world: Fake,
    descriptor: Option<OwnedFd>,
}

impl Fake {
    fn world(&self) -> MutexGuard<'_, World> {
        self.0.lock().expect("nobody panicked with it")
    }

    fn does(&self, address: &str) -> Does {
        let world = self.world();
        world.does.iter().find(|(known, _)| known == address).map_or(Does::Nothing, |(_, does)| *does)
    }

    /// Sets the behaviour of an address from now on.
    fn set(&self, address: &str, does: Does) {
        let mut world = self.world();
        world.does.retain(|(known, _)| known != address);
        world.does.push((address.to_owned(), does));
    }

    /// Returns the events since the last call: `+` an attempt was begun, `-` its socket was closed.
    fn happened(&self) -> Vec<String> {
        let events = std::mem::take(&mut self.world().events);
        let reported = events.into_iter().map(|event| match event {
            Event::Begun(address) => format!("+{address}"),
            Event::Closed(address) => format!("-{address}"),
        });
        reported.collect()
    }
}

impl BaseProvider for Fake {
    fn module(&self) -> &'static Module {
        &FAKE
    }

    fn resolve(&self, base: &Base<'_>, target: &Target) -> Result<Vec<Address>, ProviderError> {
        let world = self.world();
        let known = world.names.iter().find(|(family, _)| *family == base.family);
        let known = known.ok_or_else(|| ProviderError::unresolved(target, "nobody knows it"))?;
        Ok(known.1.iter().map(|address| ip(address)).collect())
    }

    fn connect(&self, _: &Base<'_>, address: &Address) -> Result<Box<dyn BaseSocket>, ProviderError> {
        let address = address.to_string();
        self.world().events.push(Event::Begun(address.clone()));
        if self.does(&address) == Does::CannotBegin {
            return Err(ProviderError::system("connect", io::ErrorKind::NetworkUnreachable.into()));
        }
        let descriptor =
            (!self.world().without_descriptors).then(|| File::open("/dev/null").expect("it is there").into());
        Ok(Box::new(FakeSocket { address, world: self.clone(), descriptor }))
    }
}

impl Drop for FakeSocket {
    fn drop(&mut self) {
        self.world.world().events.push(Event::Closed(self.address.clone()));
    }
}

impl BaseSocket for FakeSocket {
    fn finish_connect(&mut self) -> io::Result<bool> {
        match self.world.does(&self.address) {
            Does::Nothing => Ok(false),
            Does::Connects => Ok(true),
            Does::Refuses | Does::CannotBegin => Err(io::ErrorKind::ConnectionRefused.into()),
        }
    }

    fn read(&mut self, _: &mut [u8]) -> io::Result<usize> {
        Err(io::ErrorKind::WouldBlock.into())
    }

    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        Ok(bytes.len())
    }

    fn shutdown_write(&mut self) -> io::Result<()> {
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
        self.descriptor.as_ref().map(AsFd::as_fd)
    }

    fn into_fd(self: Box<Self>) -> Result<OwnedFd, Box<dyn BaseSocket>> {
        Err(self)
    }
}

const CATALOG: &str = r#"
format = 1
[provider.fake]
[base.six]
provider = "fake"
family = "inet6"
type = "stream"
protocol = "tcp"
services = ["guaranteed-order"]
[base.four]
provider = "fake"
family = "inet"
type = "stream"
protocol = "tcp"
services = ["guaranteed-order"]
[base.other]
provider = "fake"
family = "inet"
type = "stream"
protocol = "sctp"
services = ["guaranteed-order", "expedited-data"]
"#;

/// A world, its openers, and its start time.
struct Stage {
    fake: Fake,
    registry: Registry,
    start: Instant,
}

impl Stage {
    fn new() -> Self {
        let registry = Loader::new().text("fake.toml", CATALOG).load().expect("it is sound");
        Stage { fake: Fake::default(), registry, start: Instant::now() }
    }

    fn opener(&self, entry: &str) -> Opener {
        let selection = self.registry.resolve(&Request::named(entry)).expect("it is there");
        Opener::new(&Providers::none().base(self.fake.clone()), &selection)
    }

    /// Returns the time this many milliseconds after the start.
    fn at(&self, milliseconds: u64) -> Instant {
        self.start + Duration::from_millis(milliseconds)
    }

    /// Creates a race of one opener over these addresses.
    fn race(&self, entry: &str, addresses: &[&str]) -> Race {
        let addresses = addresses.iter().map(|address| ip(address)).collect();
        self.opener(entry).race(&Target::host("somewhere", 1), addresses, self.start)
    }

    /// Creates a race of both families, `six` first, that still has to look up its addresses.
    fn both(&self) -> Race {
        let target = Target::host("somewhere", 1);
        Race::new(self.opener("six"), target.clone(), self.start).and(self.opener("four"), target)
    }
}

const SIX: [&str; 3] = ["[::1]:1", "[::2]:1", "[::3]:1"];
const FOUR: [&str; 3] = ["10.0.0.1:1", "10.0.0.2:1", "10.0.0.3:1"];

fn ip(address: &str) -> Address {
    Address::Ip(address.parse::<SocketAddr>().expect("an address"))
}

fn found(contender: usize, addresses: &[&str]) -> Found {
    Found { result: Ok(addresses.iter().map(|address| ip(address)).collect()), contender, round: 0 }
}

fn unknown(contender: usize) -> Found {
    let source = ProviderError::unresolved("somewhere", "nobody knows it");
    let target = Target::host("somewhere", 1);
    Found { result: Err(Error::Unresolved { entry: "six".to_owned(), target, source }), contender, round: 0 }
}

fn lines(attempts: &[Attempt]) -> Vec<String> {
    attempts.iter().map(|attempt| format!("{} ms {attempt}", attempt.began.as_millis())).collect()
}

/// Asserts that the race has no winner yet.
#[track_caller]
fn none(progress: Result<Option<Won>, Error>) {
    assert!(progress.expect("it is not lost").is_none(), "nobody has won");
}

#[track_caller]
fn won(progress: Result<Option<Won>, Error>) -> Won {
    progress.expect("it is not lost").expect("somebody has won")
}

#[test]
fn the_next_attempt_begins_when_the_delay_has_passed() {
    let stage = Stage::new();
    let mut race = stage.race("four", &FOUR);
    none(race.progress(stage.at(0)));
    assert_eq!(stage.fake.happened(), ["+10.0.0.1:1"]);
    assert_eq!(race.deadline(), Some(stage.at(250)));
    none(race.progress(stage.at(249)));
    assert!(stage.fake.happened().is_empty());
    none(race.progress(stage.at(250)));
    assert_eq!(stage.fake.happened(), ["+10.0.0.2:1"]);
    // A late call does not shorten the next delay, which counts from when the last attempt really began.
    none(race.progress(stage.at(700)));
    assert_eq!(stage.fake.happened(), ["+10.0.0.3:1"]);
    // No attempt is left to begin; the limit of the first attempt is next.
    assert_eq!(race.deadline(), Some(stage.at(30_000)));
}

#[test]
fn the_delay_can_be_stated_within_the_bounds_of_the_rfc() {
    let stage = Stage::new();
    for (stated, counts) in [(0, 100), (99, 100), (400, 400), (2_000, 2_000), (60_000, 2_000)] {
        let opener = stage.opener("four").attempt_delay(Duration::from_millis(stated));
        let mut race = opener.race(&Target::host("x", 1), FOUR.map(ip).to_vec(), stage.start);
        none(race.progress(stage.start));
        assert_eq!(race.deadline(), Some(stage.at(counts)), "{stated} ms");
    }
}

#[test]
fn when_the_last_one_fails_the_next_begins_at_once() {
    let stage = Stage::new();
    stage.fake.set(FOUR[0], Does::CannotBegin);
    let mut race = stage.race("four", &FOUR);
    none(race.progress(stage.at(0)));
    assert_eq!(stage.fake.happened(), ["+10.0.0.1:1", "+10.0.0.2:1"]);
    stage.fake.set(FOUR[1], Does::Refuses);
    none(race.progress(stage.at(30)));
    assert_eq!(stage.fake.happened(), ["-10.0.0.2:1", "+10.0.0.3:1"]);
}

#[test]
fn a_name_that_is_not_found_meanwhile_changes_nothing_of_that() {
    let stage = Stage::new();
    let mut race = stage.both();
    race.lookups();
    race.found(found(0, &SIX[..2]), stage.at(0));
    none(race.progress(stage.at(0)));
    race.found(unknown(1), stage.at(10));
    stage.fake.set(SIX[0], Does::Refuses);
    none(race.progress(stage.at(20)));
    assert_eq!(stage.fake.happened(), ["+[::1]:1", "-[::1]:1", "+[::2]:1"]);
}

#[test]
fn when_an_earlier_one_fails_the_last_one_keeps_its_time() {
    let stage = Stage::new();
    let mut race = stage.race("four", &FOUR);
    none(race.progress(stage.at(0)));
    none(race.progress(stage.at(250)));
    stage.fake.happened();
    stage.fake.set(FOUR[0], Does::Refuses);
    none(race.progress(stage.at(300)));
    assert_eq!(stage.fake.happened(), ["-10.0.0.1:1"]);
    assert_eq!(race.deadline(), Some(stage.at(500)));
}

#[test]
fn families_take_turns_and_that_of_the_first_opener_begins() {
    let stage = Stage::new();
    let mut race = stage.both();
    race.lookups();
    race.found(found(1, &FOUR[..2]), stage.start);
    race.found(found(0, &SIX), stage.start);
    for milliseconds in (0..2_000).step_by(250) {
        none(race.progress(stage.at(milliseconds)));
    }
    let order = ["+[::1]:1", "+10.0.0.1:1", "+[::2]:1", "+10.0.0.2:1", "+[::3]:1"];
    assert_eq!(stage.fake.happened(), order);
}

#[test]
fn the_first_to_connect_wins_and_the_others_are_closed() {
    let stage = Stage::new();
    let mut race = stage.both();
    race.lookups();
    race.found(found(0, &SIX[..2]), stage.start);
    race.found(found(1, &FOUR), stage.start);
    stage.fake.set(SIX[0], Does::Refuses);
    for milliseconds in [0, 250, 500] {
        none(race.progress(stage.at(milliseconds)));
    }
    stage.fake.happened();
    stage.fake.set(SIX[1], Does::Connects);
    let winner = won(race.progress(stage.at(501)));
    assert_eq!((winner.contender(), winner.number()), (0, 2));
    assert_eq!(stage.fake.happened(), ["-10.0.0.1:1", "-10.0.0.2:1"]);
    let reported = [
        "0 ms `six`: [::1]:1: connect: connection refused",
        "0 ms `four`: 10.0.0.1:1: overtaken",
        "250 ms `six`: [::2]:1: connected",
        "500 ms `four`: 10.0.0.2:1: overtaken",
    ];
    assert_eq!(lines(winner.attempts()), reported);
    // The race is over: no more attempts begin, and there is no second winner.
    assert_eq!((race.deadline(), race.sockets().count()), (None, 0));
    stage.fake.set(FOUR[2], Does::Connects);
    none(race.progress(stage.at(5_000)));
    assert!(stage.fake.happened().is_empty());
}

#[test]
fn of_two_that_are_connected_at_once_the_one_begun_first_wins() {
    let stage = Stage::new();
    let mut race = stage.race("four", &FOUR);
    none(race.progress(stage.at(0)));
    none(race.progress(stage.at(250)));
    stage.fake.set(FOUR[1], Does::Connects);
    stage.fake.set(FOUR[0], Does::Connects);
    assert_eq!(won(race.progress(stage.at(251))).number(), 0);
}

#[test]
fn when_all_fail_each_is_reported_in_the_order_begun() {
    let stage = Stage::new();
    let mut race = stage.both();
    race.lookups();
    race.found(unknown(0), stage.at(3));
    race.found(found(1, &FOUR[..2]), stage.at(4));
    none(race.progress(stage.at(4)));
    none(race.progress(stage.at(254)));
    stage.fake.set(FOUR[1], Does::Refuses);
    none(race.progress(stage.at(300)));
    stage.fake.set(FOUR[0], Does::Refuses);
    let error = race.progress(stage.at(301)).expect_err("nothing is left");
    assert_eq!(
        error.to_string(),
        "somewhere:1 could be reached by no entry (`six`: looking up somewhere: nobody knows it; `four`: 10.0.0.1:1: connect: \
         connection refused; `four`: 10.0.0.2:1: connect: connection refused)"
    );
    let Error::Unreached { attempts, .. } = error else { panic!("{error:?}") };
    assert_eq!(attempts.iter().map(|attempt| attempt.began.as_millis()).collect::<Vec<_>>(), [3, 4, 254]);
}

#[test]
fn what_one_opener_alone_cannot_look_up_is_reported_as_it_is() {
    let stage = Stage::new();
    let mut race = Race::new(stage.opener("four"), Target::host("somewhere", 1), stage.start);
    let asked = race.lookups();
    assert_eq!((asked.len(), race.lookups().len()), (1, 0), "each is asked for once");
    none(race.progress(stage.start));
    for lookup in asked {
        race.found(lookup.run(), stage.start);
    }
    assert_eq!(race.deadline(), Some(stage.start), "there is something to tell");
    let error = race.progress(stage.start).expect_err("it is not known");
    assert_eq!(error.to_string(), "`four`: looking up somewhere:1: nobody knows it");
}

#[test]
fn each_attempt_has_the_time_to_connect_for_itself() {
    let stage = Stage::new();
    let opener = stage.opener("four").limit(Step::Connect, Some(Duration::from_millis(300)));
    let mut race =
        opener.race(&Target::host("x", 1), FOUR[..2].iter().map(|address| ip(address)).collect(), stage.start);
    none(race.progress(stage.at(0)));
    none(race.progress(stage.at(250)));
    assert_eq!(race.deadline(), Some(stage.at(300)));
    stage.fake.happened();
    none(race.progress(stage.at(300)));
    assert_eq!(stage.fake.happened(), ["-10.0.0.1:1"]);
    assert_eq!(race.deadline(), Some(stage.at(550)));
    none(race.progress(stage.at(549)));
    let error = race.progress(stage.at(550)).expect_err("the second had its time too");
    assert_eq!(io::Error::from(error).kind(), io::ErrorKind::TimedOut);
}

#[test]
fn what_comes_up_for_the_second_family_waits_for_the_first_as_long_as_the_rfc_says() {
    let stage = Stage::new();
    let begun = |race: &mut Race, milliseconds| {
        none(race.progress(stage.at(milliseconds)));
        stage.fake.happened()
    };
    // The first family's answer comes in time.
    let mut race = stage.both();
    race.lookups();
    race.found(found(1, &FOUR), stage.at(10));
    assert!(begun(&mut race, 10).is_empty());
    assert_eq!(race.deadline(), Some(stage.at(60)));
    race.found(found(0, &SIX), stage.at(40));
    assert_eq!(begun(&mut race, 40), ["+[::1]:1"]);
    drop(race);
    stage.fake.happened();
    // The first family's answer comes late; the family then has the next turn.
    let mut race = stage.both();
    race.lookups();
    race.found(found(1, &FOUR), stage.at(10));
    assert!(begun(&mut race, 59).is_empty());
    assert_eq!(begun(&mut race, 60), ["+10.0.0.1:1"]);
    race.found(found(0, &SIX), stage.at(100));
    assert!(begun(&mut race, 100).is_empty());
    assert_eq!(begun(&mut race, 310), ["+[::1]:1"]);
    drop(race);
    stage.fake.happened();
    // The first family has no address: the second one does not wait.
    let mut race = stage.both();
    race.lookups();
    race.found(found(1, &FOUR), stage.at(10));
    race.found(unknown(0), stage.at(20));
    assert_eq!(begun(&mut race, 20), ["+10.0.0.1:1"]);
    drop(race);
    stage.fake.happened();
    // The first family does not wait for the second one.
    let mut race = stage.both();
    race.lookups();
    race.found(found(0, &SIX), stage.at(10));
    assert_eq!(begun(&mut race, 10), ["+[::1]:1"]);
}

#[test]
fn a_race_is_not_lost_while_a_name_is_looked_up() {
    let stage = Stage::new();
    stage.fake.set(SIX[0], Does::Refuses);
    let mut race = stage.both();
    race.lookups();
    race.found(found(0, &SIX[..1]), stage.at(1));
    none(race.progress(stage.at(1)));
    assert_eq!(race.deadline(), None);
    stage.fake.set(FOUR[0], Does::Connects);
    race.found(found(1, &FOUR[..1]), stage.at(900));
    assert_eq!(won(race.progress(stage.at(900))).contender(), 1);
}

#[test]
fn what_has_no_descriptor_is_connected_when_it_is_given() {
    let stage = Stage::new();
    stage.fake.world().without_descriptors = true;
    stage.fake.set(FOUR[1], Does::Connects);
    // A socket without a descriptor cannot be waited for.
    let mut race = stage.race("four", &FOUR);
    let winner = won(race.progress(stage.start));
    assert_eq!(
        lines(winner.attempts()),
        ["0 ms `four`: 10.0.0.1:1: connect: operation would block", "0 ms `four`: 10.0.0.2:1: connected"]
    );
    let error = winner.into_stream(stage.start).map(drop).expect_err("there is nothing to wait on");
    assert!(matches!(error, Error::Unfit { .. }), "{error:?}");
}

#[test]
fn sockets_are_reported_by_numbers_that_are_never_given_twice() {
    let stage = Stage::new();
    let mut race = stage.race("four", &FOUR);
    let numbers = |race: &Race| race.sockets().map(|(number, _)| number).collect::<Vec<_>>();
    none(race.progress(stage.at(0)));
    assert_eq!(numbers(&race), [0]);
    none(race.progress(stage.at(250)));
    assert_eq!(numbers(&race), [0, 1]);
    stage.fake.set(FOUR[1], Does::Refuses);
    none(race.progress(stage.at(251)));
    assert_eq!(numbers(&race), [0, 2]);
}

mod falling_back;
mod laws;
