//! `relay`, as a user runs it, between peers of ours and of others.

mod datagrams;
mod endings;
mod failures;
mod following;
mod limits;
mod quiet;
mod soak;
mod stop;
mod terminal;
mod transfers;

use super::drivers::stage::Stage;
use rustix::process::{Pid, Signal, kill_process, kill_process_group};
use serde_json::Value;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::os::unix::process::CommandExt;
use std::process::{Child, ChildStderr, Command, ExitStatus, Stdio};
use std::time::{Duration, Instant};

/// How long anything may take, before it counts as never.
const PATIENCE: Duration = Duration::from_secs(30);

/// What accepts on TLS, and what connects on it, with the catalog of a stage.
const TLS: &str = "secure";

/// A relay that runs.
struct Relay {
    child: Child,
    stderr: BufReader<ChildStderr>,
    address: SocketAddr,
    log: std::path::PathBuf,
}

/// What a relay leaves.
struct Left {
    status: ExitStatus,
    /// What it said, behind where it listens.
    said: String,
    /// The lines of its log.
    log: Vec<Value>,
}

impl Relay {
    /// Listens with one spec, and connects with another to a target.
    fn start(stage: &Stage, near: &str, far: &str, target: &str, arguments: &[&str]) -> Relay {
        Relay::started_by(Command::new(env!("CARGO_BIN_EXE_sockatlas")), stage, [near, far], target, arguments)
    }

    /// With no more than so many file descriptors.
    fn with_files(files: u32, stage: &Stage, near: &str, far: &str, target: &str, arguments: &[&str]) -> Relay {
        let mut command = Command::new("sh");
        command.args(["-c", &format!("ulimit -n {files}; exec \"$@\""), "sh", env!("CARGO_BIN_EXE_sockatlas")]);
        Relay::started_by(command, stage, [near, far], target, arguments)
    }

    fn started_by(
        mut command: Command,
        stage: &Stage,
        [near, far]: [&str; 2],
        target: &str,
        arguments: &[&str],
    ) -> Relay {
        let number = {
            static NEXT: std::sync::atomic::AtomicU32 = std::sync::atomic::AtomicU32::new(0);
            NEXT.fetch_add(1, std::sync::atomic::Ordering::Relaxed)
        };
        let log = stage.file(&format!("log-{number}"));
        command.args(["relay", "--listen", near, "127.0.0.1:0", "--connect", far, target]).args(arguments);
        command.arg("--catalog").arg(stage.file("site.toml")).arg("--log").arg(&log);
        command.env_remove("SOCKATLAS_CATALOG").env("NO_COLOR", "1");
        // A group of its own, which can be ended as one.
        command.process_group(0).stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::piped());
        let mut child = command.spawn().expect("it runs");
        let stderr = BufReader::new(child.stderr.take().expect("piped"));
        let mut relay = Relay { child, stderr, address: SocketAddr::from(([0; 4], 0)), log };
        let mut said = String::new();
        loop {
            let mut line = String::new();
            relay.stderr.read_line(&mut line).expect("it is text");
            assert!(!line.is_empty(), "it listens: {said}");
            said += &line;
            if let Some(place) = line.trim_end().strip_prefix("listening at ") {
                let (_, address) = place.split_once("://").expect("a protocol");
                relay.address = address.parse().expect("an address");
                return relay;
            }
        }
    }

    fn address(&self) -> String {
        self.address.to_string()
    }

    fn pid(&self) -> Pid {
        Pid::from_child(&self.child)
    }

    fn signal(&self, signal: Signal) {
        kill_process(self.pid(), signal).expect("it runs");
    }

    /// The lines of the log so far.
    fn log(&self) -> Vec<Value> {
        let text = std::fs::read_to_string(&self.log).expect("there is a log");
        text.lines().map(|line| serde_json::from_str(line).expect("JSON")).collect()
    }

    /// Waits until so many connections are over.
    fn ended(&self, count: usize) -> Vec<Value> {
        until(&format!("{count} connections are over"), || Some(self.log()).filter(|log| log.len() >= count))
    }

    /// Waits until it listens no more. It is not asked by connecting, as who connects is served.
    fn has_closed(&self) {
        // Addresses and states in hexadecimal, of which 0A is LISTEN: proc_net_tcp(5).
        let listening = format!(":{:04X} 00000000:0000 0A ", self.address.port());
        until("the listener closes", || {
            let sockets = std::fs::read_to_string("/proc/net/tcp").expect("there are sockets");
            (!sockets.contains(&listening)).then_some(())
        });
    }

    /// Ends it gracefully, and waits until it has.
    fn finish(self) -> Left {
        self.signal(Signal::TERM);
        self.wait()
    }

    /// Waits until it has ended.
    fn wait(mut self) -> Left {
        let mut said = String::new();
        self.stderr.read_to_string(&mut said).expect("it is text");
        let status = self.child.wait().expect("it was started");
        Left { status, said, log: self.log() }
    }
}

impl Drop for Relay {
    fn drop(&mut self) {
        // With the tracer that may be above it, which would leave it behind.
        let _ = kill_process_group(self.pid(), Signal::KILL);
        let _ = self.child.wait();
    }
}

impl Left {
    #[track_caller]
    fn ended_well(&self) {
        assert_eq!(self.status.code(), Some(0), "{}", self.said);
    }
}

/// Waits for something that another process does.
#[track_caller]
fn until<T>(what: &str, mut look: impl FnMut() -> Option<T>) -> T {
    let patience = Instant::now() + PATIENCE;
    loop {
        if let Some(found) = look() {
            return found;
        }
        assert!(Instant::now() < patience, "never: {what}");
        std::thread::sleep(Duration::from_millis(5));
    }
}

/// A server that gives back all it gets, and its address.
fn echo() -> String {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    let address = listener.local_addr().expect("it is bound").to_string();
    std::thread::spawn(move || {
        for stream in listener.incoming() {
            let stream = stream.expect("accepted");
            std::thread::spawn(move || {
                let copied = std::io::copy(&mut &stream, &mut &stream);
                if copied.is_ok() {
                    let _ = stream.shutdown(std::net::Shutdown::Write);
                }
            });
        }
    });
    address
}

/// A plain connection that waits only so long.
fn connect(address: impl std::net::ToSocketAddrs) -> TcpStream {
    let stream = TcpStream::connect(address).expect("somebody listens");
    stream.set_read_timeout(Some(PATIENCE)).expect("it is a socket");
    stream.set_write_timeout(Some(PATIENCE)).expect("it is a socket");
    stream
}

/// Says something to an echo, and hears it.
#[track_caller]
fn chat(stream: &mut (impl Read + Write)) {
    stream.write_all(b"are you there?").expect("written");
    let mut answer = [0; 14];
    stream.read_exact(&mut answer).expect("answered");
    assert_eq!(&answer, b"are you there?");
}
