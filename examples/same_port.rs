//! The same port number used by TCP and UDP at once, and addresses that show which is which.
//!
//! # What people get wrong
//!
//! - A port is not a number of the machine but of a protocol: TCP and UDP have 65535 each, which have nothing to do
//!   with one another. DNS and QUIC rely on that.
//! - `127.0.0.1:7000` is half an address. As a key of a map or in a log it mixes up two peers; `tcp://127.0.0.1:7000`
//!   does not.
//! - Binding port 0 for one protocol and the number it gave for the other may fail, as another program may have that
//!   one. Then both are chosen anew; here the first is kept meanwhile, so that another number comes.
//! - "Address already in use" says nothing of the address. Errors here name it.
//!
//! ```sh
//! cargo run --example same_port
//! ```

use rustix::io::Errno;
use sockatlas::net::{Address, Listener, Opener, Providers, Socket};
use sockatlas::terms::{Family, Protocol, SocketType};
use sockatlas::{Registry, Request};
use std::error::Error;
use std::io::{Read, Write};
use std::process::ExitCode;
use std::time::Duration;

/// So often a number is tried.
const TRIES: usize = 16;
/// So long anything may take.
const PATIENCE: Duration = Duration::from_secs(10);

fn main() -> ExitCode {
    match run() {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("same_port: {error}");
            ExitCode::FAILURE
        }
    }
}

fn run() -> Result<(), Box<dyn Error>> {
    let tcp = opener(SocketType::STREAM, Protocol::TCP)?;
    let udp = opener(SocketType::DGRAM, Protocol::UDP)?;
    let (listener, socket, address) = both(&tcp, &udp)?;
    println!("bound: {} and {}", tcp.shown(&address), udp.shown(&address));

    // One of the same protocol is refused.
    if let Err(error) = tcp.listen(&address) {
        println!("again: {error}");
    }

    // What is sent to the one does not come to the other.
    let mut client = tcp.connect(&address)?;
    client.write_all(b"a stream")?;
    client.shutdown_write()?;
    let mut stream = listener.accept()?.handshake()?;
    stream.set_read_limit(Some(PATIENCE))?;
    let mut text = String::new();
    stream.read_to_string(&mut text)?;
    println!("{text:?} came by {}", stream.opened());

    let mut client = udp.connect(&address)?;
    client.write_all(b"a message")?;
    socket.set_read_limit(Some(PATIENCE))?;
    let mut buffer = [0; 2048];
    let (count, sender) = socket.recv_from(&mut buffer)?;
    let sender = sender.ok_or("a message without a sender")?;
    println!(
        "{:?} came by {}, from {}",
        buffer[..count].escape_ascii().to_string(),
        socket.opened(),
        udp.shown(&sender)
    );
    Ok(())
}

fn opener(socket_type: SocketType, protocol: Protocol) -> Result<Opener, Box<dyn Error>> {
    let registry = Registry::builtin();
    let selection = registry.resolve(&Request::new(Family::INET, socket_type, protocol))?;
    Ok(Opener::new(&Providers::shipped(), &selection))
}

/// A TCP listener and a UDP socket with one number.
fn both(tcp: &Opener, udp: &Opener) -> Result<(Listener, Socket, Address), Box<dyn Error>> {
    let mut taken = Vec::new();
    for _ in 0..TRIES {
        let listener = tcp.listen("127.0.0.1:0")?;
        let address = listener.local().ok_or("the listener has no address")?;
        match udp.bind(Some(&address)) {
            Ok(socket) => return Ok((listener, socket, address)),
            Err(error) if error.errno() == Some(Errno::ADDRINUSE.raw_os_error()) => taken.push(listener),
            Err(error) => return Err(error.into()),
        }
    }
    Err(format!("none of {TRIES} ports was free for both").into())
}
