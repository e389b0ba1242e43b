//! Programs of others to talk to.

use std::io::Write as _;
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicU16, Ordering};
use std::time::{Duration, Instant};

/// The path of a program; nothing, said loudly, where it is not installed. In CI it must be.
pub fn program(name: &str) -> Option<PathBuf> {
    let path = std::env::var_os("PATH").unwrap_or_default();
    let mut folders: Vec<PathBuf> = std::env::split_paths(&path).collect();
    folders.extend(["/usr/sbin", "/sbin"].map(PathBuf::from));
    let found = folders.into_iter().map(|folder| folder.join(name)).find(|path| path.is_file());
    if found.is_none() {
        assert!(std::env::var_os("CI").is_none(), "{name} must be installed in CI");
        // Past the capture of the test's output.
        let _ = writeln!(std::io::stderr(), "SKIPPED: {name} is not installed");
    }
    found
}

/// A program that runs until it is dropped.
pub struct Running(pub Child);

impl Running {
    /// Starts it, without input, and with its output thrown away unless the command says otherwise.
    pub fn start(command: &mut Command) -> Running {
        Running(command.stdin(Stdio::null()).spawn().expect("it was found"))
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// A port of 127.0.0.1 that nobody listens at just now. It lies below those that the kernel gives away by itself (32768 on), so
/// that no test's connection takes it before the program that it is for.
pub fn free_port() -> u16 {
    static NEXT: AtomicU16 = AtomicU16::new(0);
    loop {
        let step = NEXT.fetch_add(1, Ordering::Relaxed);
        let port = 20_000 + (std::process::id().wrapping_mul(61) as u16).wrapping_add(step) % 12_000;
        if std::net::TcpListener::bind(("127.0.0.1", port)).is_ok() {
            return port;
        }
    }
}

/// Waits until somebody listens at a port of 127.0.0.1.
pub fn listening(port: u16) {
    let patience = Instant::now() + Duration::from_secs(20);
    while std::net::TcpStream::connect(("127.0.0.1", port)).is_err() {
        assert!(Instant::now() < patience, "nobody listens at port {port}");
        std::thread::sleep(Duration::from_millis(20));
    }
}
