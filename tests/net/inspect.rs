//! `inspect`, with what it writes read by Wireshark's programs.

mod captures;
mod datagrams;
mod failures;
mod texts;

use super::peer::program;
use sockatlas::net::{Listener, Opener, Providers, Stream};
use sockatlas::{Loader, Registry, Request};
use std::io::{Read, Write};
use std::net::{Shutdown, TcpListener};
use std::path::{Path, PathBuf};
use std::process::Command;

/// Layers and chains besides those that are built in: below TLS, and over sockets of unix.
const FURTHER: &str = r#"
    format = 1

    [layer.watch]
    provider = "inspect"
    adds = ["metered"]

    [chain.watched-secure]
    layers = ["tls", "watch"]
    base = ["tcp4"]

    [chain.watched-unix]
    layers = ["watch"]
    base = ["unix-stream"]
"#;

fn registry() -> Registry {
    Loader::new().builtin().text("further.toml", FURTHER).load().expect("it is tested")
}

/// Opens an entry with these options of its layers: layer, option, value.
fn opener(entry: &str, options: &[(&str, &str, &str)]) -> Opener {
    let registry = registry();
    let selection = registry.resolve(&Request::named(entry)).expect("the entry is there");
    let opener = Opener::new(&Providers::shipped(), &selection);
    options
        .iter()
        .fold(opener, |opener, (layer, option, value)| opener.set_word(layer, option, value).expect("it takes that"))
}

/// The same, writing captures.
fn capturing(entry: &str, layer: &str, path: &Path) -> Opener {
    opener(entry, &[(layer, "file", path.to_str().expect("UTF-8")), (layer, "form", "pcapng")])
}

const QUESTION: &[u8] = b"GET /atlas HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n";

/// An answer with a body of this length, which has every byte in it.
fn answer(length: usize) -> Vec<u8> {
    let mut answer = format!("HTTP/1.1 200 OK\r\nContent-Length: {length}\r\n\r\n").into_bytes();
    answer.extend((0..length as u32).map(|at| (at.wrapping_mul(2_654_435_761) >> 13) as u8));
    answer
}

/// Asks, ends its side, and reads to the end.
fn ask(mut stream: Stream) -> Vec<u8> {
    stream.write_all(QUESTION).expect("the server reads");
    stream.shutdown_write().expect("there is nothing to wait for");
    let mut heard = Vec::new();
    stream.read_to_end(&mut heard).expect("the server answers");
    heard
}

/// Hears a question to its end, and answers.
fn reply(mut stream: Stream, answer: &[u8]) {
    let mut heard = Vec::new();
    stream.read_to_end(&mut heard).expect("the client asks");
    assert_eq!(heard, QUESTION);
    stream.write_all(answer).expect("the client reads");
    stream.shutdown_write().expect("there is nothing to wait for");
}

/// A server without layers that gives everybody this answer; its address.
fn server(at: &str, answer: Vec<u8>) -> String {
    let listener = TcpListener::bind(at).expect("loopback has ports");
    let address = listener.local_addr().expect("it is bound").to_string();
    std::thread::spawn(move || {
        for stream in listener.incoming() {
            let mut stream = stream.expect("it was accepted");
            let answer = answer.clone();
            std::thread::spawn(move || {
                let mut heard = Vec::new();
                // A client that is gone, or was killed, is the test's business.
                let _ = stream.read_to_end(&mut heard).and_then(|_| stream.write_all(&answer));
                let _ = stream.shutdown(Shutdown::Write);
            });
        }
    });
    address
}

fn accept(listener: &Listener) -> Stream {
    listener.accept().expect("somebody comes").handshake().expect("it is who it should be")
}

fn port(address: &str) -> &str {
    address.rsplit_once(':').expect("it has a port").1
}

/// A capture file, and tshark.
struct Capture {
    tshark: PathBuf,
    path: PathBuf,
}

impl Capture {
    /// Nothing, said loudly, where tshark is not installed.
    fn of(path: &Path) -> Option<Capture> {
        Some(Capture { tshark: program("tshark")?, path: path.to_owned() })
    }

    /// What tshark says of the file with these arguments, line by line. Every checksum is tested.
    fn tshark(&self, arguments: &[&str]) -> Vec<String> {
        let mut command = Command::new(&self.tshark);
        for protocol in ["ip", "tcp", "udp"] {
            command.args(["-o", &format!("{protocol}.check_checksum:TRUE")]);
        }
        let output = command.arg("-n").arg("-r").arg(&self.path).args(arguments).output().expect("it was found");
        let reported = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "{reported}");
        // A file that is cut, or has what is no block, is read up to there.
        assert!(
            !reported.contains("appears to") && !reported.contains("cut short") && !reported.contains("isn't"),
            "{reported}"
        );
        String::from_utf8_lossy(&output.stdout).lines().map(str::to_owned).collect()
    }

    /// These fields of the packets that pass a filter.
    fn fields(&self, filter: &str, fields: &[&str], further: &[&str]) -> Vec<String> {
        let mut arguments = vec!["-Y", filter, "-T", "fields"];
        fields.iter().for_each(|field| arguments.extend(["-e", field]));
        self.tshark(&[&arguments, further].concat())
    }

    /// Nothing in it is malformed or out of order, no checksum is wrong, and no byte is missing or there twice.
    fn assert_clean(&self) {
        let odd = "tcp.analysis.flags || _ws.malformed || _ws.unreassembled || _ws.expert.severity >= 0x600000 \
                   || ip.checksum.status != 1 || tcp.checksum.status != 1 || udp.checksum.status != 1";
        let reported = self.tshark(&["-Y", odd]);
        assert!(reported.is_empty(), "{reported:#?}");
        // The filter says something at all.
        let good = "ip.checksum.status == 1 || tcp.checksum.status == 1 || udp.checksum.status == 1";
        assert!(!self.tshark(&["-Y", good]).is_empty());
    }

    /// What tshark makes of a TCP stream: the bytes of the side that began, and of the other.
    fn follow(&self, stream: usize) -> [Vec<u8>; 2] {
        let lines = self.tshark(&["-q", "-z", &format!("follow,tcp,raw,{stream}")]);
        let mut sides = [Vec::new(), Vec::new()];
        // Lines of hexadecimal digits, those of the other side behind a tab, between lines of `=`, behind a head of four.
        for line in lines
            .iter()
            .skip_while(|line| !line.starts_with("Node 1"))
            .skip(1)
            .take_while(|line| !line.starts_with('='))
        {
            let (side, digits) = line.strip_prefix('\t').map_or((0, line.as_str()), |digits| (1, digits));
            sides[side].extend(bytes(digits));
        }
        sides
    }
}

/// Bytes of hexadecimal digits.
fn bytes(digits: &str) -> Vec<u8> {
    digits
        .as_bytes()
        .chunks(2)
        .map(|pair| {
            let pair = std::str::from_utf8(pair).expect("ASCII");
            u8::from_str_radix(pair, 16).expect("two digits")
        })
        .collect()
}

/// The command, with these arguments.
fn sockatlas(arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_sockatlas"));
    command.args(arguments).env_remove("SOCKATLAS_CATALOG").env("NO_COLOR", "1");
    command
}
