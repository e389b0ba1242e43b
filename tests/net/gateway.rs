//! `gateway`, as programs of others use it.

mod chains;
mod following;
mod programs;
mod refusals;
mod rights;
mod stop;

use super::command::sockatlas;
use super::peer::{Running, free_port, listening, program};
use rustix::process::{Pid, Signal, kill_process};
use serde_json::Value;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{IpAddr, Ipv4Addr, SocketAddr, TcpListener, TcpStream};
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStderr, Command, ExitStatus, Stdio};
use std::time::{Duration, Instant};
use tempfile::TempDir;

/// How long anything may take, before it counts as never.
const PATIENCE: Duration = Duration::from_secs(30);

/// A gateway that runs, for SOCKS and for HTTP.
struct Gateway {
    child: Child,
    stderr: BufReader<ChildStderr>,
    socks: SocketAddr,
    http: SocketAddr,
    files: Files,
}

/// What a gateway leaves.
struct Left {
    status: ExitStatus,
    /// What it said, behind where it listens.
    said: String,
}

/// A folder with files of one test.
struct Files(TempDir);

impl Files {
    fn new() -> Files {
        let files = Files(TempDir::new().expect("there is room"));
        let made = rcgen::generate_simple_self_signed(vec!["localhost".to_owned()]).expect("a certificate");
        files.write("certificate.pem", &made.cert.pem());
        files.write("key.pem", &made.signing_key.serialize_pem());
        files.write("users", "alice:open sesame\n");
        files
    }

    fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    fn word(&self, name: &str) -> String {
        self.path(name).display().to_string()
    }

    fn write(&self, name: &str, text: &str) {
        crate::secret::write(self.path(name), text);
    }
}

impl Gateway {
    /// Opens targets by these arguments.
    fn start(arguments: &[&str]) -> Gateway {
        Gateway::at("127.0.0.1:0", Files::new(), arguments)
    }

    /// Listens at this place, with files that were made before.
    fn at(place: &str, files: Files, arguments: &[&str]) -> Gateway {
        let mut command = sockatlas(&["gateway", "--socks5", place, "--http", place]);
        command.arg("--log").arg(files.path("log")).args(arguments);
        // A group of its own, so that a signal to the tests' is none to it.
        command.process_group(0).stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::piped());
        let mut child = command.spawn().expect("it runs");
        let mut stderr = BufReader::new(child.stderr.take().expect("piped"));
        let [socks, http] = ["listening at socks5h://", "listening at http://"].map(|before| {
            let mut line = String::new();
            stderr.read_line(&mut line).expect("it is text");
            let place = line.trim_end().strip_prefix(before).unwrap_or_else(|| panic!("{line}"));
            place.parse().expect("an address")
        });
        Gateway { child, stderr, socks, http, files }
    }

    fn signal(&self, signal: Signal) {
        kill_process(Pid::from_child(&self.child), signal).expect("it runs");
    }

    /// Waits until so many connections are over: the lines of the log.
    fn ended(&self, count: usize) -> Vec<Value> {
        until(&format!("{count} connections are over"), || {
            let text = std::fs::read_to_string(self.files.path("log")).expect("there is a log");
            let lines: Vec<Value> = text.lines().map(|line| serde_json::from_str(line).expect("JSON")).collect();
            Some(lines).filter(|lines| lines.len() >= count)
        })
    }

    /// Ends it gracefully, and waits until it has.
    fn finish(self) -> Left {
        self.signal(Signal::TERM);
        self.wait()
    }

    fn wait(mut self) -> Left {
        let mut said = String::new();
        self.stderr.read_to_string(&mut said).expect("it is text");
        Left { status: self.child.wait().expect("it was started"), said }
    }

    /// Fetches a URL with curl through SOCKS: its exit status, and all that it wrote.
    fn curl_socks(&self, arguments: &[&str]) -> Option<(i32, String)> {
        curl(&[&["--socks5-hostname", &self.socks.to_string()], arguments].concat())
    }

    /// The same through a tunnel of HTTP, with the headers of its answer.
    fn curl_http(&self, arguments: &[&str]) -> Option<(i32, String)> {
        curl(&[&["--include", "--proxytunnel", "--proxy", &format!("http://{}", self.http)], arguments].concat())
    }
}

impl Drop for Gateway {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
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

/// Forgets proxies that the tests were started with, and exceptions from them.
fn without_proxies(command: &mut Command) -> &mut Command {
    let names = ["http_proxy", "https_proxy", "all_proxy", "no_proxy", "HTTPS_PROXY", "ALL_PROXY", "NO_PROXY"];
    names.iter().fold(command, |command, name| command.env_remove(name))
}

fn curl(arguments: &[&str]) -> Option<(i32, String)> {
    let mut command = Command::new(program("curl")?);
    command.args(["-q", "-sS", "--max-time", "30"]).args(arguments);
    let output = without_proxies(&mut command).output().expect("it was found");
    let said = [output.stdout, output.stderr].concat();
    Some((output.status.code().expect("it exits"), String::from_utf8_lossy(&said).into_owned()))
}

/// A web server that says by which port it was reached.
fn web(ip: impl Into<IpAddr>) -> std::io::Result<u16> {
    let listener = TcpListener::bind((ip.into(), 0))?;
    let port = listener.local_addr()?.port();
    std::thread::spawn(move || {
        for stream in listener.incoming().map_while(Result::ok) {
            std::thread::spawn(move || {
                let mut stream = BufReader::new(stream);
                let head = stream.by_ref().lines().map_while(Result::ok).take_while(|line| !line.is_empty()).count();
                let body = format!("port {port}, {head} lines\n");
                let head = "HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: ";
                // The client may be gone.
                let _ = stream.get_mut().write_all(format!("{head}{}\r\n\r\n{body}", body.len()).as_bytes());
            });
        }
    });
    Ok(port)
}

fn web4() -> u16 {
    web(Ipv4Addr::LOCALHOST).expect("loopback has ports")
}

/// Whether it is what [`web`] says.
fn is_of_web(said: &str, port: u16) -> bool {
    said.contains(&format!("port {port}, "))
}

/// Python's web server for the files of a folder; with TLS if there is a certificate.
fn files_server(folder: &Path, tls: Option<&Files>) -> Option<(Running, u16)> {
    const SERVER: &str = "
import functools, http.server, ssl, sys
folder, port, *tls = sys.argv[1:]
handler = functools.partial(http.server.SimpleHTTPRequestHandler, directory=folder)
server = http.server.ThreadingHTTPServer(('127.0.0.1', int(port)), handler)
if tls:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(*tls)
    server.socket = context.wrap_socket(server.socket, server_side=True)
server.serve_forever()
";
    let port = free_port();
    let mut command = Command::new(program("python3")?);
    command.args(["-c", SERVER]).arg(folder).arg(port.to_string());
    if let Some(files) = tls {
        command.arg(files.path("certificate.pem")).arg(files.path("key.pem"));
    }
    let server = Running::start(command.stdout(Stdio::null()).stderr(Stdio::null()));
    listening(port);
    Some((server, port))
}

/// A connection that waits only so long.
fn connect(address: SocketAddr) -> TcpStream {
    let stream = TcpStream::connect(address).expect("somebody listens");
    stream.set_read_timeout(Some(PATIENCE)).expect("it is a socket");
    stream.set_write_timeout(Some(PATIENCE)).expect("it is a socket");
    stream
}
