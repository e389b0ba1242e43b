//! One stream type for every system: sockatlas where it has sockets, the standard library elsewhere.
//!
//! What a program may connect by is asked of the registry everywhere. Where sockatlas cannot open it, a plain TCP
//! socket is opened for a plain TCP entry, and nothing at all for anything else: a chain with TLS never becomes a
//! stream without.
//!
//! # What people get wrong
//!
//! - `cfg` in every function. Here it stands at one type and the function that makes it; whatever uses the type knows
//!   no system.
//! - What differs is left to callers: a read that is late is `TimedOut` on one system and `WouldBlock` on another. Here
//!   it is one of them.
//!
//! ```sh
//! cargo run --example portable_stream -- 127.0.0.1:7000 hello
//! ```
//!
//! Arguments: the address, a text, an entry of the catalog in place of plain TCP; `--standard` does without sockatlas'
//! sockets.

use sockatlas::terms::{Family, Protocol, SocketType};
use sockatlas::{Registry, Request, Selection};
use std::error::Error;
use std::io::{self, Read, Write};
use std::net::{Shutdown, TcpStream, ToSocketAddrs};
use std::process::ExitCode;
use std::time::Duration;

/// So long connecting may take, and a peer may be silent.
const PATIENCE: Duration = Duration::from_secs(10);

fn main() -> ExitCode {
    match run() {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("portable_stream: {error}");
            ExitCode::FAILURE
        }
    }
}

fn run() -> Result<(), Box<dyn Error>> {
    let (flags, words): (Vec<_>, Vec<_>) = std::env::args().skip(1).partition(|word| word.starts_with("--"));
    let (Some(address), Some(text)) = (words.first(), words.get(1)) else {
        return Err("an address and a text are missing".into());
    };
    let registry = Registry::builtin();
    let tcp = Request::new(Family::INET, SocketType::STREAM, Protocol::TCP);
    let selection = registry.resolve(&words.get(2).map_or(tcp, Request::named))?;
    let standard = flags.iter().any(|flag| flag == "--standard");
    let mut stream = if standard { Stream::standard(&selection, address)? } else { Stream::open(&selection, address)? };
    stream.write_all(text.as_bytes())?;
    stream.end()?;
    let mut answer = String::new();
    stream.read_to_string(&mut answer)?;
    println!("{} brought back {answer:?}", stream.name());
    Ok(())
}

/// A connection, whatever opened it.
struct Stream(Inner);

enum Inner {
    #[cfg(target_os = "linux")]
    Sockatlas(Box<sockatlas::net::Stream>),
    Standard(TcpStream),
}

impl Stream {
    /// Opens what was selected by the best means that this system has.
    #[cfg(target_os = "linux")]
    fn open(selection: &Selection<'_>, address: &str) -> Result<Self, Box<dyn Error>> {
        use sockatlas::net::{Opener, Providers, Step};

        let opener = Opener::new(&Providers::shipped(), selection);
        let opener = opener.limit(Step::Connect, Some(PATIENCE)).limit(Step::Read, Some(PATIENCE));
        Ok(Stream(Inner::Sockatlas(Box::new(opener.connect(address)?))))
    }

    /// Opens what was selected by the best means that this system has.
    #[cfg(not(target_os = "linux"))]
    fn open(selection: &Selection<'_>, address: &str) -> Result<Self, Box<dyn Error>> {
        Stream::standard(selection, address)
    }

    /// Opens what was selected with the standard library, if it is no more than TCP.
    fn standard(selection: &Selection<'_>, address: &str) -> Result<Self, Box<dyn Error>> {
        let plain = selection.stack().len() == 1
            && (selection.socket_type(), selection.protocol()) == (SocketType::STREAM, Protocol::TCP);
        if !plain {
            return Err(format!("`{}` is more than TCP, which is all there is here", selection.name()).into());
        }
        let address = address.to_socket_addrs()?.next().ok_or("the host has no address")?;
        let stream = TcpStream::connect_timeout(&address, PATIENCE).map_err(|error| format!("{address}: {error}"))?;
        stream.set_read_timeout(Some(PATIENCE))?;
        Ok(Stream(Inner::Standard(stream)))
    }

    /// Ends our side; the peer's can still be read.
    fn end(&mut self) -> io::Result<()> {
        match &mut self.0 {
            #[cfg(target_os = "linux")]
            Inner::Sockatlas(stream) => stream.shutdown_write(),
            Inner::Standard(stream) => stream.shutdown(Shutdown::Write),
        }
    }

    /// What opened it.
    fn name(&self) -> &'static str {
        match self.0 {
            #[cfg(target_os = "linux")]
            Inner::Sockatlas(_) => "sockatlas",
            Inner::Standard(_) => "the standard library",
        }
    }
}

impl Read for Stream {
    fn read(&mut self, target: &mut [u8]) -> io::Result<usize> {
        let result = match &mut self.0 {
            #[cfg(target_os = "linux")]
            Inner::Sockatlas(stream) => stream.read(target),
            Inner::Standard(stream) => stream.read(target),
        };
        // Of a socket that waits this is a limit that passed, for which systems have two names.
        result.map_err(|error| match error.kind() {
            io::ErrorKind::WouldBlock => io::Error::new(io::ErrorKind::TimedOut, error),
            _ => error,
        })
    }
}

impl Write for Stream {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        match &mut self.0 {
            #[cfg(target_os = "linux")]
            Inner::Sockatlas(stream) => stream.write(bytes),
            Inner::Standard(stream) => stream.write(bytes),
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        match &mut self.0 {
            #[cfg(target_os = "linux")]
            Inner::Sockatlas(stream) => stream.flush(),
            Inner::Standard(stream) => stream.flush(),
        }
    }
}
