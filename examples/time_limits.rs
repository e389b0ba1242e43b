//! Time limits and errors: what each step may take, and how one tells what went wrong.
//!
//! Everything here goes wrong on purpose, against peers of this program's own: nobody listens, nobody accepts, nobody
//! answers, nobody reads, somebody answers a byte at a time, somebody hangs up.
//!
//! # What people get wrong
//!
//! - No limit at all. The system gives up connecting after two minutes, and reading never.
//! - One limit for everything. Connecting, shaking hands, reading and writing are limited one by one here; in a catalog
//!   too, by `connect-timeout` and its kin.
//! - A limit of reading is one of silence: a peer that sends a byte now and then outlives it. Who wants all within a
//!   time sets what is left of it before each read.
//! - A limit that passed is an error of its own, and no end: the connection is as it was, and the next read may
//!   succeed.
//! - Errors are told by their text. Here [`Error::kind`] says whose failure it is, and so whether trying again makes
//!   sense: the network's may pass, this host's and the caller's will not.
//!
//! ```sh
//! cargo run --example time_limits
//! ```

use sockatlas::net::{Error, Opener, Providers, Step, Stream};
use sockatlas::{Registry, Request};
use std::error::Error as StdError;
use std::io::{self, Read, Write};
use std::net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream};
use std::process::ExitCode;
use std::thread;
use std::time::{Duration, Instant};

const LIMIT: Duration = Duration::from_millis(200);
const LOOPBACK: (Ipv4Addr, u16) = (Ipv4Addr::LOCALHOST, 0);

fn main() -> ExitCode {
    match run() {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("time_limits: {error}");
            ExitCode::FAILURE
        }
    }
}

fn run() -> Result<(), Box<dyn StdError>> {
    let plain = opener("tcp4")?;
    let listener = TcpListener::bind(LOOPBACK)?;
    let address = listener.local_addr()?;

    // A port that was free a moment ago: nobody listens.
    let nobody = TcpListener::bind(LOOPBACK)?.local_addr()?;
    tell("nobody listens", plain.connect(nobody).err());

    // A listener that accepts nothing, and whose queue is full: the system drops what asks for a connection.
    let (_full, _queued, address_of_full) = full_listener()?;
    tell("nobody accepts", plain.connect(address_of_full).err());

    // The queue accepts for a program that does nothing, so the connection is there; the handshake of TLS is not.
    // Nobody gets as far as to show a certificate, so it does not matter whether this system has authorities.
    let secure = opener("secure/tcp4")?.set_word("tls", "roots", "webpki")?;
    tell("nobody shakes hands", secure.connect(address).err());
    let _silent = listener.accept()?;

    // A limit of reading passes; what comes later is read all the same.
    let mut stream = plain.connect(address)?;
    let (mut peer, _) = listener.accept()?;
    let mut byte = [0];
    tell("nobody answers", stream.read(&mut byte).err());
    peer.write_all(b"x")?;
    stream.read_exact(&mut byte)?;
    println!("  ... and then: {:?} came", char::from(byte[0]));

    // Nobody reads: the buffers on the way fill, and then there is no room.
    let sent = io::copy(&mut io::repeat(7), &mut stream);
    tell("nobody reads", sent.err());

    // A byte each 20 ms is never silence; only a deadline for all of it ends that.
    let mut stream = plain.connect(address)?;
    let (dribble, _) = listener.accept()?;
    let dribbling = thread::spawn(move || dribble_to(dribble));
    tell("a byte at a time", read_within(&mut stream, 1000, LIMIT).err());
    drop(stream);
    dribbling.join().map_err(|_| "the peer panicked")?;

    // The peer closes while bytes of ours are unread: the connection is reset, and that is no end either.
    let mut stream = plain.connect(address)?;
    let (peer, _) = listener.accept()?;
    stream.write_all(b"unread")?;
    peer.peek(&mut byte)?;
    drop(peer);
    tell("the peer hangs up", stream.read(&mut byte).err());
    Ok(())
}

/// Opens an entry of the built-in catalog within limits.
fn opener(entry: &str) -> Result<Opener, Box<dyn StdError>> {
    let registry = Registry::builtin();
    let selection = registry.resolve(&Request::named(entry))?;
    let opener = Opener::new(&Providers::shipped(), &selection);
    let steps = [Step::Connect, Step::Handshake, Step::Read, Step::Write];
    Ok(steps.into_iter().fold(opener, |opener, step| opener.limit(step, Some(LIMIT))))
}

/// Reads so many bytes within a time, however they come.
fn read_within(stream: &mut Stream, count: usize, limit: Duration) -> io::Result<Vec<u8>> {
    let deadline = Instant::now() + limit;
    let mut bytes = vec![0; count];
    let mut filled = 0;
    while filled < count {
        let left = deadline.saturating_duration_since(Instant::now());
        let late = || io::Error::new(io::ErrorKind::TimedOut, format!("{filled} of {count} bytes within {limit:?}"));
        // A limit of zero would be none.
        if left.is_zero() {
            return Err(late());
        }
        stream.set_read_limit(Some(left))?;
        match stream.read(&mut bytes[filled..]) {
            Ok(0) => return Err(io::ErrorKind::UnexpectedEof.into()),
            Ok(count) => filled += count,
            Err(error) if error.kind() == io::ErrorKind::TimedOut => return Err(late()),
            Err(error) => return Err(error),
        }
    }
    Ok(bytes)
}

/// Sends a byte now and then until nobody hears it.
fn dribble_to(mut peer: TcpStream) {
    while peer.write_all(b".").is_ok() {
        thread::sleep(LIMIT / 10);
    }
}

/// A listener with a queue of one, and the connection in it.
fn full_listener() -> io::Result<(socket2::Socket, TcpStream, SocketAddr)> {
    let socket = socket2::Socket::new(socket2::Domain::IPV4, socket2::Type::STREAM, None)?;
    socket.bind(&SocketAddr::from(LOOPBACK).into())?;
    // On Linux a queue of 0 has room for one.
    socket.listen(0)?;
    let address = socket.local_addr()?.as_socket().ok_or("no address of IP").map_err(io::Error::other)?;
    Ok((socket, TcpStream::connect(address)?, address))
}

/// Tells what went wrong, and whose failure it was: of opening, or of reading and writing, which wraps the same errors.
fn tell(what: &str, error: Option<impl StdError + 'static>) {
    let Some(error) = error else { return println!("{what}: all went well") };
    let error: &(dyn StdError + 'static) = &error;
    let wrapped = error.downcast_ref::<io::Error>();
    let opening = error.downcast_ref::<Error>().or_else(|| wrapped.and_then(Error::of));
    match (opening, wrapped) {
        (Some(opening), _) => println!("{what}: {opening} (failure of: {:?})", opening.kind()),
        (None, Some(system)) => println!("{what}: {system} ({:?})", system.kind()),
        (None, None) => println!("{what}: {error}"),
    }
}
