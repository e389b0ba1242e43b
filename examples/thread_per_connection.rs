//! A thread for each connection: code that waits, read from top to bottom.
//!
//! Each line comes back in capitals. The simplest server there is, and good for some hundred connections, if the number
//! of threads is bounded.
//!
//! # What people get wrong
//!
//! - Threads without bound: each has a stack, and so whoever connects often enough has all memory. Here a connection
//!   needs a free place before it is accepted; others wait with the listener.
//! - Handshakes in the thread that accepts: one peer that dawdles holds up all. With layers above TCP, say TLS, this
//!   server would shake hands in the connection's own thread.
//! - A read without time limit: a peer that vanished holds its place for ever. Here 30 seconds of silence end a
//!   connection.
//! - Lines without bound: a peer that sends no end of line fills the memory. Here a line has at most 4096 bytes.
//! - `thread::spawn` panics when there can be no more threads; a `Builder` reports it.
//!
//! ```sh
//! cargo run --example thread_per_connection -- 127.0.0.1:7002
//! ```
//!
//! Arguments: the address, the number of connections at a time (64).

mod accepting;

use accepting::Failure;
use sockatlas::net::{Accepted, Opener, Providers, Step, Stream};
use sockatlas::terms::{Family, Protocol, SocketType};
use sockatlas::{Registry, Request};
use std::error::Error;
use std::io::{BufRead, BufReader, Read, Write};
use std::process::ExitCode;
use std::sync::mpsc::{Sender, channel};
use std::thread;
use std::time::Duration;

/// Bytes of the longest line, its end not counted.
const LONGEST: usize = 4096;
/// So long a peer may be silent, or leave no room for an answer.
const IDLE: Duration = Duration::from_secs(30);
/// How long to wait for descriptors, memory or threads.
const PAUSE: Duration = Duration::from_millis(100);

fn main() -> ExitCode {
    match run() {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("thread_per_connection: {error}");
            ExitCode::FAILURE
        }
    }
}

fn run() -> Result<(), Box<dyn Error>> {
    let at = std::env::args().nth(1).unwrap_or_else(|| "127.0.0.1:0".to_owned());
    let most = std::env::args().nth(2).map_or(Ok(64), |word| word.parse::<usize>())?;
    let registry = Registry::builtin();
    let selection = registry.resolve(&Request::new(Family::INET, SocketType::STREAM, Protocol::TCP))?;
    let opener = Opener::new(&Providers::shipped(), &selection).set_word(selection.name(), "reuse-address", "true")?;
    let opener = opener.limit(Step::Read, Some(IDLE)).limit(Step::Write, Some(IDLE));
    let listener = opener.listen(&at)?;
    let local = listener.local().ok_or("the listener has no address")?;
    println!("listening at {}", opener.shown(&local));

    let (leave, free) = channel();
    for _ in 0..most {
        leave.send(())?;
    }
    // We hold a sender ourselves, so this waits, and never ends.
    while let Ok(()) = free.recv() {
        let place = Place(leave.clone());
        let accepted = match listener.accept() {
            Ok(accepted) => accepted,
            Err(error) => match accepting::failure(&error) {
                Failure::Connection => continue,
                Failure::Resources => {
                    eprintln!("waiting: {error}");
                    thread::sleep(PAUSE);
                    continue;
                }
                Failure::Listener => return Err(error.into()),
            },
        };
        let peer = accepted.peer().map_or_else(|| "(gone)".to_owned(), |peer| opener.shown(&peer));
        let work = move || {
            match serve(accepted) {
                Ok(lines) => println!("{peer}: {lines} lines"),
                Err(error) => eprintln!("{peer}: {error}"),
            }
            drop(place);
        };
        if let Err(error) = thread::Builder::new().name("connection".to_owned()).spawn(work) {
            // The connection is closed with the work that was not begun.
            eprintln!("a connection was turned away: {error}");
            thread::sleep(PAUSE);
        }
    }
    Ok(())
}

/// The right to have a connection, which is given back however its thread ends.
struct Place(Sender<()>);

impl Drop for Place {
    fn drop(&mut self) {
        // Without a receiver the program is about to end.
        let _ = self.0.send(());
    }
}

/// Answers each line until the peer ends; how many there were.
fn serve(accepted: Accepted) -> Result<u64, Box<dyn Error>> {
    let mut reader = BufReader::new(accepted.handshake()?);
    let (mut line, mut lines) = (Vec::new(), 0);
    loop {
        line.clear();
        // A byte more than allowed shows that there are too many.
        let count = reader.by_ref().take(LONGEST as u64 + 1).read_until(b'\n', &mut line)?;
        if count == 0 {
            break;
        }
        if count > LONGEST && !line.ends_with(b"\n") {
            let reported = format!("a line has at most {LONGEST} bytes");
            reader.get_mut().write_all(format!("{reported}\n").as_bytes())?;
            close(reader.into_inner())?;
            return Err(reported.into());
        }
        line.make_ascii_uppercase();
        // All of it: a write alone may take a part.
        reader.get_mut().write_all(&line)?;
        lines += 1;
    }
    close(reader.into_inner())?;
    Ok(lines)
}

/// Ends our side, then waits for the peer to end its own: closed before, what is on its way to the peer might be lost.
fn close(stream: Stream) -> Result<(), Box<dyn Error>> {
    Ok(stream.close()?)
}
