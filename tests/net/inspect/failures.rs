//! A record that cannot be kept, and a program's own.

use super::*;
use sockatlas::net::layers::inspect::{Direction, Inspect, InspectError, Inspected, RecordError, Recorder, Recording};
use sockatlas::net::machine::{Failure, Phase};
use sockatlas::net::{Error, ErrorKind, Role};
use sockatlas::terms::ErrorCode;
use std::process::Stdio;
use std::sync::{Arc, Mutex};

#[test]
fn a_full_disk_ends_the_connection_with_the_file_s_name() {
    if !Path::new("/dev/full").exists() {
        return eprintln!("SKIPPED: this system has no /dev/full");
    }
    let address = server("127.0.0.1:0", answer(1000));
    let why = "No space left on device (os error 28)";
    for (form, expected) in [
        // A capture has a header, without which nothing is opened.
        ("pcapng", format!("`inspect`: writing to /dev/full: {why}")),
        ("hexdump", format!("layer `inspect` (1 of 2, in the handshake): /dev/full cannot be written: {why}")),
        ("counts", format!("layer `inspect` (1 of 2, while open): /dev/full cannot be written: {why}")),
    ] {
        let form = format!("inspect.form={form}");
        let mut command =
            sockatlas(&["connect", "inspected/tcp4", &address, "--set", "inspect.file=/dev/full", "--set", &form]);
        let mut child =
            command.stdin(Stdio::piped()).stderr(Stdio::piped()).stdout(Stdio::piped()).spawn().expect("runs");
        // It may have gone before it reads.
        let _ = child.stdin.take().expect("piped").write_all(QUESTION);
        let output = child.wait_with_output().expect("ends");
        let reported = String::from_utf8_lossy(&output.stderr);
        assert!(reported.contains(&expected), "{form}: {reported}");
        assert_eq!(output.status.code(), Some(2), "{form}");
    }
}

#[test]
fn a_program_learns_what_failed_and_whose_fault_it_is() {
    if !Path::new("/dev/full").exists() {
        return eprintln!("SKIPPED: this system has no /dev/full");
    }
    let address = server("127.0.0.1:0", answer(1000));
    let opener = opener("inspected/tcp4", &[("inspect", "file", "/dev/full"), ("inspect", "form", "hexdump")]);
    let error = opener.connect(&*address).map(drop).expect_err("nothing can be written");
    assert_eq!((error.kind(), error.code()), (ErrorKind::Host, Some(ErrorCode::ProviderFailed)));
    let Error::Layer { layer, place: 1, depth: 2, phase: Phase::Handshake, source, .. } = &error else {
        panic!("{error:?}")
    };
    assert_eq!((layer.as_str(), source.kind()), ("inspect", Failure::Host));
    let cause = std::error::Error::source(source).and_then(|error| error.downcast_ref());
    assert!(matches!(cause, Some(InspectError::Write { path, .. }) if path == Path::new("/dev/full")), "{source:?}");

    let opener = capturing("inspected/tcp4", "inspect", Path::new("/dev/full"));
    let error = opener.prepare(Role::Connect).expect_err("not even a header can be written");
    assert_eq!((error.kind(), error.errno()), (ErrorKind::Host, Some(28)));
    let opener = capturing("inspected/tcp4", "inspect", Path::new("/no such folder/x"));
    let error = opener.prepare(Role::Connect).expect_err("there is no such folder");
    assert_eq!(error.kind(), ErrorKind::Usage);
    let reported = "`inspect`: option `file`: /no such folder/x: No such file or directory (os error 2)";
    assert_eq!(error.to_string(), reported);
}

/// Counts the bytes of every connection, by direction.
#[derive(Clone, Default)]
struct Tally(Arc<Mutex<Counted>>);

#[derive(Debug, Default)]
struct Counted {
    begun: Vec<Inspected>,
    passed: [usize; 2],
    closed: usize,
}

impl Recorder for Tally {
    fn begin(&self, inspected: &Inspected) -> Result<Box<dyn Recording>, RecordError> {
        self.0.lock().expect("no panic").begun.push(inspected.clone());
        Ok(Box::new(self.clone()))
    }
}

impl Recording for Tally {
    fn passed(&mut self, direction: Direction, bytes: &[u8]) -> Result<(), RecordError> {
        self.0.lock().expect("no panic").passed[usize::from(direction == Direction::Received)] += bytes.len();
        Ok(())
    }

    fn ended(&mut self, _: Direction) -> Result<(), RecordError> {
        Ok(())
    }

    fn closed(&mut self) {
        self.0.lock().expect("no panic").closed += 1;
    }
}

#[test]
fn a_program_can_have_a_recorder_of_its_own_besides_the_file() {
    let folder = tempfile::tempdir().expect("there is room");
    let path = folder.path().join("counts");
    let answer = answer(100_000);
    let address = server("127.0.0.1:0", answer.clone());
    let tally = Tally::default();
    let providers = Providers::shipped().layer(Inspect::recording(Arc::new(tally.clone())));
    let registry = registry();
    let selection = registry.resolve(&Request::named("inspected/tcp4")).expect("the entry is there");
    let opener = Opener::new(&providers, &selection);
    assert!(ask(opener.connect(&*address).expect("it listens")) == answer);
    let opener = opener.set_word("inspect", "file", path.to_str().expect("UTF-8")).expect("it takes that");
    assert!(ask(opener.connect(&*address).expect("it listens")) == answer);
    let reported = tally.0.lock().expect("no panic");
    assert_eq!((reported.passed, reported.closed), ([2 * QUESTION.len(), 2 * answer.len()], 2));
    let [one, two] = &reported.begun[..] else { panic!("{reported:?}") };
    assert_eq!(one.peer.as_ref().map(ToString::to_string), Some(address));
    assert!(one.local != two.local && !one.of_messages && one.role == Role::Connect && one.entry == "inspect");
    let written = std::fs::read_to_string(&path).expect("it was written");
    assert_eq!(written.lines().count(), 1, "the file was for the second alone: {written}");
}
