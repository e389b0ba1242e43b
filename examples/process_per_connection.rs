//! A process for each connection: any program becomes a server, as with inetd(8).
//!
//! The program that is named gets the connection as its standard input and output, and need not know what a socket is.
//!
//! # Why it does not fork
//!
//! Tutorials call fork(2) and go on in the child. A process with threads may do next to nothing between fork and exec
//! (signal-safety(7)), which is why Rust has no safe fork. So the child is another program, started by [`Command`], and
//! the socket is handed over as a file descriptor.
//!
//! # What people get wrong
//!
//! - The parent keeps its own descriptor of the connection. Then the peer never sees an end, though the child has long
//!   ended. Here it goes with the [`Command`], which is dropped once the child runs.
//! - Children inherit the listener and the connections of others, and hold them open. Here only what is handed over is
//!   inherited; sockatlas opens and accepts every socket with `SOCK_CLOEXEC`.
//! - Nobody waits for the children, and each leaves a zombie. Here a thread waits for each, and tells how it ended.
//! - Processes without bound. Here 32 run at a time; further connections wait with the listener.
//!
//! ```sh
//! cargo run --example process_per_connection -- 127.0.0.1:7003 tr a-z A-Z
//! ```
//!
//! Arguments: the address, the program, its arguments.

mod accepting;

use accepting::Failure;
use sockatlas::net::{Accepted, Opener, Providers};
use sockatlas::terms::{Family, Protocol, SocketType};
use sockatlas::{Registry, Request};
use std::error::Error;
use std::process::{Child, Command, ExitCode, Stdio};
use std::sync::Arc;
use std::sync::mpsc::{Sender, channel};
use std::thread;
use std::time::Duration;

/// Processes at a time.
const MOST: usize = 32;
/// How long to wait for descriptors, memory or processes.
const PAUSE: Duration = Duration::from_millis(100);

fn main() -> ExitCode {
    match run() {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("process_per_connection: {error}");
            ExitCode::FAILURE
        }
    }
}

fn run() -> Result<(), Box<dyn Error>> {
    let mut arguments = std::env::args().skip(1);
    let at = arguments.next().ok_or("an address and a program are missing")?;
    let program: Vec<String> = arguments.collect();
    if program.is_empty() {
        return Err("a program is missing".into());
    }
    let registry = Registry::builtin();
    let selection = registry.resolve(&Request::new(Family::INET, SocketType::STREAM, Protocol::TCP))?;
    let opener = Opener::new(&Providers::shipped(), &selection).set_word(selection.name(), "reuse-address", "true")?;
    let listener = opener.listen(&at)?;
    let local = listener.local().ok_or("the listener has no address")?;
    println!("listening at {}", opener.shown(&local));

    let (leave, free) = channel();
    for _ in 0..MOST {
        leave.send(())?;
    }
    let program: Arc<[String]> = program.into();
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
        let program = program.clone();
        let work = move || {
            match serve(accepted, &program) {
                Ok(how) => println!("{peer}: {how}"),
                Err(error) => eprintln!("{peer}: {error}"),
            }
            drop(place);
        };
        if let Err(error) = thread::Builder::new().name("waits for a child".to_owned()).spawn(work) {
            // The connection is closed with the work that was not begun.
            eprintln!("a connection was turned away: {error}");
            thread::sleep(PAUSE);
        }
    }
    Ok(())
}

/// The right to have a process, which is given back however its thread ends.
struct Place(Sender<()>);

impl Drop for Place {
    fn drop(&mut self) {
        // Without a receiver the program is about to end.
        let _ = self.0.send(());
    }
}

/// Starts the program with the connection as its input and output, and waits for it; how it ended.
fn serve(accepted: Accepted, program: &[String]) -> Result<String, Box<dyn Error>> {
    let mut child = start(accepted, program)?;
    let status = child.wait()?;
    Ok(format!("process {} ended with {status}", child.id()))
}

fn start(accepted: Accepted, program: &[String]) -> Result<Child, Box<dyn Error>> {
    // A socket can be handed over when no layer is left between it and its bytes, and none of them was read here.
    let bare = accepted.handshake()?.into_socket().map_err(|stream| format!("{stream:?} is more than a socket"))?;
    if !bare.unread.is_empty() {
        return Err(format!("{} bytes were read already, and cannot be handed over", bare.unread.len()).into());
    }
    let (input, output) = (bare.socket.try_clone()?, bare.socket);
    let mut command = Command::new(&program[0]);
    command.args(&program[1..]).stdin(Stdio::from(input)).stdout(Stdio::from(output));
    command.spawn().map_err(|error| format!("`{}`: {error}", program[0]).into())
}
