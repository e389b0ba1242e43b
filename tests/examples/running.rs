//! An example that runs, and what it prints.

use std::io::{BufRead, BufReader};
use std::net::{SocketAddr, TcpStream};
use std::path::PathBuf;
use std::process::{Child, Command, Output, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::thread::spawn;
use std::time::{Duration, Instant};

/// So long anything that is waited for may take.
pub const PATIENCE: Duration = Duration::from_secs(30);

/// The program of an example, which cargo builds beside the tests.
pub fn binary(name: &str) -> PathBuf {
    // target/PROFILE/deps/main-0123456789abcdef
    let tests = std::env::current_exe().expect("a test is a program");
    let profile = tests.parent().and_then(|deps| deps.parent()).expect("cargo puts tests two folders down");
    let path = profile.join("examples").join(name);
    assert!(path.is_file(), "{} is built by `cargo test`, or by `cargo build --examples`", path.display());
    path
}

/// Runs an example to its end.
pub fn run(name: &str, arguments: &[&str]) -> Output {
    Command::new(binary(name)).args(arguments).stdin(Stdio::null()).output().expect("it is a program")
}

/// What it printed, of an example that must end with this status: its output, and its errors.
#[track_caller]
pub fn printed(output: &Output, status: i32) -> (String, String) {
    let [stdout, stderr] = [&output.stdout, &output.stderr].map(|bytes| String::from_utf8_lossy(bytes).into_owned());
    assert_eq!(output.status.code(), Some(status), "stdout: {stdout}stderr: {stderr}");
    (stdout, stderr)
}

/// An example that listens, until it is dropped.
pub struct Server {
    child: Child,
    lines: Receiver<String>,
    address: SocketAddr,
}

impl Server {
    pub fn start(name: &str, arguments: &[&str]) -> Self {
        let mut command = Command::new(binary(name));
        command.arg("127.0.0.1:0").args(arguments);
        Server::of(&mut command)
    }

    /// The server that a command becomes.
    pub fn of(command: &mut Command) -> Self {
        let (mut child, lines) = start(command);
        let first = lines.recv_timeout(PATIENCE).unwrap_or_else(|_| panic!("{command:?} printed nothing"));
        let address = first.strip_prefix("listening at tcp://").and_then(|address| address.parse().ok());
        let Some(address) = address else {
            let _ = child.kill();
            panic!("{command:?} printed {first}");
        };
        Server { child, lines, address }
    }

    pub fn address(&self) -> String {
        self.address.to_string()
    }

    pub fn id(&self) -> u32 {
        self.child.id()
    }

    /// A connection to it, whose reads and writes do not wait for ever.
    pub fn connect(&self) -> TcpStream {
        let stream = TcpStream::connect(self.address).expect("it listens");
        stream.set_read_timeout(Some(PATIENCE)).expect("it is a socket");
        stream.set_write_timeout(Some(PATIENCE)).expect("it is a socket");
        stream
    }

    /// Waits for it to print a line that has this in it, to its output or its errors.
    #[track_caller]
    pub fn says(&self, text: &str) -> String {
        let (deadline, mut said) = (Instant::now() + PATIENCE, Vec::new());
        loop {
            match self.lines.recv_timeout(deadline.saturating_duration_since(Instant::now())) {
                Ok(line) if line.contains(text) => return line,
                Ok(line) => said.push(line),
                Err(error) => panic!("it said no `{text}` ({error}), but {said:#?}"),
            }
        }
    }

    /// Milliseconds of a processor that it has used (proc_pid_stat(5); Linux counts 100 ticks a second for programs).
    pub fn used(&self) -> u64 {
        let path = format!("/proc/{}/stat", self.id());
        let stat = std::fs::read_to_string(path).expect("it runs");
        let (_, fields) = stat.rsplit_once(") ").expect("the name stands in parentheses");
        let fields: Vec<&str> = fields.split(' ').collect();
        [fields[11], fields[12]].iter().map(|ticks| ticks.parse::<u64>().expect("a number") * 10).sum()
    }

    /// For what its selector waits, as `EPOLL*`, for each descriptor (proc_pid_fdinfo(5)).
    pub fn interests(&self) -> Vec<u32> {
        let folder = format!("/proc/{}/fdinfo", self.id());
        let files = std::fs::read_dir(folder).expect("it runs").map(|file| file.expect("it can be read").path());
        let texts: Vec<String> = files.filter_map(|path| std::fs::read_to_string(path).ok()).collect();
        let rows = texts.iter().flat_map(|text| text.lines()).filter(|line| line.starts_with("tfd:"));
        let masks = rows.filter_map(|row| row.split_whitespace().skip_while(|word| *word != "events:").nth(1));
        masks.map(|mask| u32::from_str_radix(mask, 16).expect("a number")).collect()
    }

    /// The most memory that it has had, in bytes.
    pub fn peak(&self) -> u64 {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.id())).expect("it runs");
        let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).expect("Linux reports it");
        line.trim().trim_end_matches(" kB").parse::<u64>().expect("a number") * 1024
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Starts a command, whose lines of both outputs come as they are printed, and in that order.
pub fn start(command: &mut Command) -> (Child, Receiver<String>) {
    let (output, input) = std::io::pipe().expect("there are descriptors");
    command.stdin(Stdio::null()).stdout(input.try_clone().expect("there are descriptors")).stderr(input);
    let child = command.spawn().unwrap_or_else(|error| panic!("{command:?}: {error}"));
    // Else the command would hold the pipe open, and the lines would not end with the program.
    command.stdout(Stdio::null()).stderr(Stdio::null());
    let (sender, lines) = channel();
    // To the end even when nobody listens any more: a program must not be stopped by a full pipe.
    spawn(move || BufReader::new(output).lines().map_while(Result::ok).for_each(|line| drop(sender.send(line))));
    (child, lines)
}

/// Closes a connection with a reset, as one does whose program is killed with bytes unread.
pub fn vanish(stream: TcpStream) {
    let socket = socket2::Socket::from(stream);
    socket.set_linger(Some(Duration::ZERO)).expect("it is a socket");
}
