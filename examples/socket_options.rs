//! Socket options: set before a socket listens, read back from the kernel, and inherited by what it accepts.
//!
//! # What people get wrong
//!
//! - The value that was set is taken for the one that counts. The kernel doubles buffers (socket(7)) and bounds them;
//!   only what it tells is true.
//! - Options are set on an accepted socket, when it is too late: the size of the receive buffer decides on the window
//!   that the handshake offers (tcp(7)). Set on the listener, they are there from the first packet.
//! - All are thought to be inherited. `priority` is not: the kernel begins at 0 anew. sockatlas sets it again on what
//!   is accepted.
//! - Setting too many: a client of the same entry has none of them, if they are given to the listener's opener only, as
//!   here.
//! - A mistyped option or value is found when it is given, with the nearest name, and not by a number from
//!   setsockopt(2).
//!
//! ```sh
//! cargo run --example socket_options
//! ```

use sockatlas::net::{Opener, Providers};
use sockatlas::terms::{Family, Protocol, SocketType};
use sockatlas::{Registry, Request};
use std::error::Error;
use std::io;
use std::process::ExitCode;

/// Options and what they are set to, as on a command line.
const OPTIONS: [(&str, &str); 7] = [
    ("reuse-address", "true"),
    ("nodelay", "true"),
    ("keepalive", "true"),
    ("keepalive-time", "60"),
    ("receive-buffer", "65536"),
    ("ttl", "9"),
    ("priority", "5"),
];

fn main() -> ExitCode {
    match run() {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("socket_options: {error}");
            ExitCode::FAILURE
        }
    }
}

fn run() -> Result<(), Box<dyn Error>> {
    let registry = Registry::builtin();
    let selection = registry.resolve(&Request::new(Family::INET, SocketType::STREAM, Protocol::TCP))?;
    let entry = selection.name();
    let plain = Opener::new(&Providers::shipped(), &selection);
    let mut opener = plain.clone();
    for (option, word) in OPTIONS {
        opener = opener.set_word(entry, option, word)?;
    }

    let listener = opener.listen("127.0.0.1:0")?;
    let address = listener.local().ok_or("the listener has no address")?;
    let client = plain.connect(&address)?;
    let accepted = listener.accept()?.handshake()?;
    println!("{:<16}{:>8}{:>10}{:>10}{:>10}", "option", "set", "listener", "accepted", "client");
    for (option, word) in OPTIONS {
        let reported = [listener.option(option), accepted.option(option), client.option(option)];
        let [listener, accepted, client] = reported.map(|value| value.map(|value| value.to_string()));
        println!("{option:<16}{word:>8}{:>10}{:>10}{:>10}", listener?, accepted?, shown(option, client)?);
    }

    for (option, word) in [("nodeley", "true"), ("ttl", "0"), ("only-v6", "true")] {
        if let Err(error) = plain.clone().set_word(entry, option, word) {
            println!("refused: {error}");
        }
    }
    Ok(())
}

/// A client's value, but for those that are the system's choice.
fn shown(option: &str, value: io::Result<String>) -> io::Result<String> {
    let systems = ["keepalive-time", "receive-buffer", "ttl"];
    if systems.contains(&option) { value.map(|_| "system's".to_owned()) } else { value }
}
