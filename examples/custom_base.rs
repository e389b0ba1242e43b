//! A base protocol of one's own: the target is a program, and what it reads and writes is the connection, as with
//! `ProxyCommand` of ssh_config(5). All layers and drivers run over it: `custom_base.toml` has a chain with TLS.
//! `cargo run --example custom_base -- 'tr a-z A-Z' hello`

use sockatlas::catalog::{Module, ModuleRole};
use sockatlas::net::{Address, Base, BaseProvider, BaseSocket, Opener, ProviderError, Providers, Target};
use sockatlas::{Loader, Request};
use std::error::Error;
use std::io::{self, Read, Write};
use std::net::Shutdown;
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};
use std::os::unix::net::UnixStream;
use std::process::Command;
use std::time::Duration;

static MODULE: Module = Module::new("command", ModuleRole::Base, "The standard input and output of a program");

/// The module `command`.
pub struct Programs;

impl BaseProvider for Programs {
    fn module(&self) -> &'static Module {
        &MODULE
    }
    fn resolve(&self, _: &Base<'_>, target: &Target) -> Result<Vec<Address>, ProviderError> {
        Ok(vec![Address::Other(target.to_string())])
    }
    fn connect(&self, _: &Base<'_>, address: &Address) -> Result<Box<dyn BaseSocket>, ProviderError> {
        let failed = |call| move |error| ProviderError::system(call, error);
        let (ours, theirs) = UnixStream::pair().map_err(failed("socketpair"))?;
        // Opening never waits: the drivers do, as far as their limits go.
        ours.set_nonblocking(true).map_err(failed("ioctl FIONBIO"))?;
        let input = theirs.try_clone().map_err(failed("dup"))?;
        let mut command = Command::new("sh");
        command.arg("-c").arg(format!("exec {address}")).stdin(OwnedFd::from(input)).stdout(OwnedFd::from(theirs));
        let mut child = command.spawn().map_err(failed("sh"))?;
        // It is not killed with the connection, as it may have to pass on what came last, but it is waited for.
        let reaper = std::thread::Builder::new().spawn(move || child.wait());
        reaper.map_err(failed("clone"))?;
        Ok(Box::new(Program { ours, program: address.clone() }))
    }
}

struct Program {
    ours: UnixStream,
    program: Address,
}

impl BaseSocket for Program {
    fn read(&mut self, target: &mut [u8]) -> io::Result<usize> {
        self.ours.read(target)
    }
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.ours.write(bytes)
    }
    fn shutdown_write(&mut self) -> io::Result<()> {
        self.ours.shutdown(Shutdown::Write)
    }
    fn set_nonblocking(&self, nonblocking: bool) -> io::Result<()> {
        self.ours.set_nonblocking(nonblocking)
    }
    fn set_read_timeout(&self, limit: Option<Duration>) -> io::Result<()> {
        self.ours.set_read_timeout(limit)
    }
    fn set_write_timeout(&self, limit: Option<Duration>) -> io::Result<()> {
        self.ours.set_write_timeout(limit)
    }
    fn local(&self) -> Option<Address> {
        None
    }
    fn peer(&self) -> Option<Address> {
        Some(self.program.clone())
    }
    fn fd(&self) -> Option<BorrowedFd<'_>> {
        Some(self.ours.as_fd())
    }
    fn into_fd(self: Box<Self>) -> Result<OwnedFd, Box<dyn BaseSocket>> {
        Ok(self.ours.into())
    }
}

fn main() -> Result<(), Box<dyn Error>> {
    let (program, text) = std::env::args().nth(1).zip(std::env::args().nth(2)).ok_or("no program, or no text")?;
    let providers = Providers::shipped().base(Programs);
    let loader = Loader::new().modules(providers.modules());
    let registry = loader.text("custom_base.toml", include_str!("custom_base.toml")).load()?;
    let opener = Opener::new(&providers, &registry.resolve(&Request::named("command"))?);
    let mut stream = opener.connect(&program)?;
    stream.write_all(text.as_bytes())?;
    stream.shutdown_write()?;
    println!("{program}: {:?}", io::read_to_string(&mut stream)?);
    Ok(())
}
