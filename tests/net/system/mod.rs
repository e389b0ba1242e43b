//! The system's sockets, against the kernel that runs the tests.
//!
//! What a kernel or a user may lack is skipped, and said loudly.

mod addresses;
mod bases;
mod options;
mod refusals;
mod traffic;

use sockatlas::net::{Error, Listener, Opener, Providers, Stream};
use sockatlas::{Loader, Registry, Request};
use std::io::{Read, Write};
use std::sync::OnceLock;
use std::thread::{JoinHandle, spawn};
use std::time::Duration;

/// The catalog that is built in for this system.
fn registry() -> &'static Registry {
    static REGISTRY: OnceLock<Registry> = OnceLock::new();
    REGISTRY.get_or_init(|| Loader::new().builtin().load().expect("it is tested"))
}

fn opener(entry: &str) -> Opener {
    let selection = registry().resolve(&Request::named(entry)).expect("the catalog has it");
    Opener::new(&Providers::shipped(), &selection)
}

/// Past the capture of the test's output.
fn skipped(what: &str, why: impl std::fmt::Display) {
    let _ = writeln!(std::io::stderr(), "SKIPPED: {what}: {why}");
}

/// The error of something that must not open.
#[track_caller]
fn refused<T>(result: Result<T, Error>) -> Error {
    result.err().expect("it is refused")
}

fn errno(error: &Error) -> i32 {
    error.errno().unwrap_or_else(|| panic!("it is the system's: {error}"))
}

/// Accepts one connection, and gives back what comes until its end.
fn echo(listener: Listener) -> JoinHandle<()> {
    spawn(move || {
        let mut stream = listener.accept().expect("somebody comes").handshake().expect("there are no layers");
        stream.set_read_limit(Some(Duration::from_secs(20))).expect("it is a socket");
        let mut buffer = [0; 4096];
        loop {
            match stream.read(&mut buffer).expect("the peer is there") {
                0 => break,
                count => stream.write_all(&buffer[..count]).expect("the peer is there"),
            }
        }
        stream.shutdown_write().expect("the peer is there");
    })
}

fn read(stream: &mut Stream) -> Vec<u8> {
    stream.set_read_limit(Some(Duration::from_secs(20))).expect("it is a socket");
    let mut buffer = vec![0; 65_536];
    let count = stream.read(&mut buffer).expect("something comes");
    buffer.truncate(count);
    buffer
}
