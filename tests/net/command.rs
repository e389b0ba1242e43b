//! `connect` and `listen`, as a user runs them.

use super::peer::{Running, free_port, listening, program};
use std::io::{BufRead, BufReader, Read, Write};
use std::path::Path;
use std::process::{Child, ChildStdin, Command, Output, Stdio};
use std::time::Duration;

pub(super) fn sockatlas(arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_sockatlas"));
    command.args(arguments).env_remove("SOCKATLAS_CATALOG").env("NO_COLOR", "1");
    command
}

/// Runs it with this input to its end.
pub(super) fn run(command: &mut Command, input: &[u8]) -> Output {
    let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("runs");
    feed(child.stdin.take().expect("piped"), input.to_vec());
    child.wait_with_output().expect("ends")
}

/// Writes from a thread, so that nobody waits for nobody.
fn feed(mut stdin: ChildStdin, input: Vec<u8>) {
    std::thread::spawn(move || {
        // A reader that has gone away is the test's business, not this thread's.
        let _ = stdin.write_all(&input);
    });
}

/// A listening command, and where it listens.
pub(super) struct Listening {
    child: Child,
    stderr: BufReader<std::process::ChildStderr>,
    pub(super) address: String,
}

pub(super) fn listen(arguments: &[&str]) -> Listening {
    let mut command = sockatlas(&["listen"]);
    command.args(arguments).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().expect("runs");
    let mut stderr = BufReader::new(child.stderr.take().expect("piped"));
    let mut line = String::new();
    stderr.read_line(&mut line).expect("it says something");
    let Some(place) = line.trim_end().strip_prefix("listening at ") else {
        let _ = stderr.read_to_string(&mut line);
        panic!("{line}")
    };
    let address = place.split_once("://").map_or(place, |(_, address)| address).to_owned();
    Listening { child, stderr, address }
}

impl Listening {
    pub(super) fn answer(mut self, input: &[u8]) -> (Vec<u8>, String, bool) {
        feed(self.child.stdin.take().expect("piped"), input.to_vec());
        let mut received = Vec::new();
        self.child.stdout.take().expect("piped").read_to_end(&mut received).expect("readable");
        let mut said = String::new();
        self.stderr.read_to_string(&mut said).expect("readable");
        (received, said, self.child.wait().expect("ends").success())
    }
}

impl Drop for Listening {
    fn drop(&mut self) {
        let _ = self.child.kill();
    }
}

pub(super) fn certificates(folder: &Path) -> [String; 2] {
    let made = rcgen::generate_simple_self_signed(["localhost".to_owned()]).expect("made");
    let write = |name: &str, text: String| {
        let path = folder.join(name);
        crate::secret::write(&path, text);
        path.display().to_string()
    };
    [write("certificate.pem", made.cert.pem()), write("key.pem", made.signing_key.serialize_pem())]
}

fn bytes(count: usize) -> Vec<u8> {
    (0..count as u32).map(|at| (at.wrapping_mul(2_654_435_761) >> 11) as u8).collect()
}

#[test]
fn both_ends_get_all_that_the_other_was_given_and_then_end() {
    for spec in ["tcp4", "inet/stream", "inet/stream/mptcp"] {
        let server = listen(&[spec, "127.0.0.1:0"]);
        let address = server.address.clone();
        let (one, two) = (bytes(700_001), bytes(300_017));
        let there = one.clone();
        let client = std::thread::spawn(move || run(&mut sockatlas(&["connect", spec, &address]), &there));
        let (received, said, well) = server.answer(&two);
        let client = client.join().expect("no panic");
        assert!(well && client.status.success(), "{spec}: {said} {}", String::from_utf8_lossy(&client.stderr));
        assert!(received == one && client.stdout == two, "{spec}");
        assert!(client.stderr.is_empty(), "without -v nothing is said");
    }
}

#[test]
fn a_tls_chain_carries_the_bytes_and_tells_what_it_is() {
    let folder = tempfile::tempdir().expect("made");
    let [certificate, key] = certificates(folder.path());
    let (certificate_option, key_option) = (format!("tls.certificate={certificate}"), format!("tls.key={key}"));
    let server = listen(&[
        "secure/tcp4",
        "127.0.0.1:0",
        "-v",
        "--set",
        &certificate_option,
        "--set",
        &key_option,
        "--set",
        "tls.alpn=x",
    ]);
    let port = server.address.rsplit_once(':').expect("a port").1.to_owned();
    let roots = format!("tls.roots={certificate}");
    let client = std::thread::spawn(move || {
        let target = format!("localhost:{port}");
        let arguments =
            ["connect", "inet/stream", &target, "--require", "encrypted", "--set", &roots, "--set", "tls.alpn=x", "-v"];
        run(&mut sockatlas(&arguments), &bytes(500_000))
    });
    let (received, said, well) = server.answer(b"answer");
    let client = client.join().expect("no panic");
    let reported = String::from_utf8_lossy(&client.stderr);
    assert!(well && client.status.success(), "{said} {reported}");
    assert!(received == bytes(500_000) && client.stdout == b"answer");
    for (what, text) in [("client", &*reported), ("server", &said)] {
        assert!(text.starts_with("secure/tcp4: tls over tcp4, tcp://127.0.0.1:"), "{what}: {text}");
        assert!(text.contains("version TLS 1.3") && text.contains("alpn x"), "{what}: {text}");
    }
    assert!(reported.contains("tls: 500000 bytes sent as "), "{reported}");
}

#[test]
fn openssl_is_a_peer_of_the_command() {
    let Some(openssl) = program("openssl") else { return };
    let folder = tempfile::tempdir().expect("made");
    let [certificate, key] = certificates(folder.path());
    let port = free_port();
    let mut server = Command::new(openssl);
    server.args([
        "s_server",
        "-quiet",
        "-rev",
        "-accept",
        &format!("127.0.0.1:{port}"),
        "-cert",
        &certificate,
        "-key",
        &key,
    ]);
    let _server = Running::start(server.stdout(Stdio::null()).stderr(Stdio::null()));
    listening(port);
    let (target, roots) = (format!("localhost:{port}"), format!("tls.roots={certificate}"));
    let output = run(&mut sockatlas(&["connect", "secure/tcp4", &target, "--set", &roots]), b"stressed\n");
    assert_eq!(String::from_utf8_lossy(&output.stdout), "desserts\n", "{}", String::from_utf8_lossy(&output.stderr));

    // Without the root that vouches for it, nothing is sent.
    let output = run(&mut sockatlas(&["connect", "secure/tcp4", &target, "--set", "tls.roots=webpki"]), b"stressed\n");
    let reported = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(2));
    assert!(
        output.stdout.is_empty() && reported.starts_with("error: layer `tls` (1 of 2, in the handshake): "),
        "{reported}"
    );
}

#[test]
fn datagrams_are_answered_to_whoever_spoke_last() {
    let server = listen(&["udp4", "127.0.0.1:0", "--read-timeout", "2s"]);
    let address = server.address.clone();
    let client = std::thread::spawn(move || {
        run(&mut sockatlas(&["connect", "udp4", &address, "--read-timeout", "1s"]), b"a question")
    });
    let (received, said, well) = server.answer(b"an answer");
    let client = client.join().expect("no panic");
    assert!(well && client.status.success(), "{said} {}", String::from_utf8_lossy(&client.stderr));
    assert_eq!((received.as_slice(), client.stdout.as_slice()), (&b"a question"[..], &b"an answer"[..]));
}

#[test]
fn unix_sockets_by_path() {
    let Some(socat) = program("socat") else { return };
    let folder = tempfile::tempdir().expect("made");
    let path = folder.path().join("x.sock").display().to_string();
    let mut server = Command::new(socat);
    server.args([&format!("UNIX-LISTEN:{path}"), "EXEC:cat"]);
    let _server = Running::start(&mut server);
    while !Path::new(&path).exists() {
        std::thread::sleep(Duration::from_millis(10));
    }
    let output = run(&mut sockatlas(&["connect", "unix-stream", &path]), &bytes(200_000));
    assert!(output.status.success() && output.stdout == bytes(200_000), "{}", String::from_utf8_lossy(&output.stderr));
}

#[test]
fn what_cannot_be_opened_is_reported_and_nothing_else_is_opened() {
    let port = free_port();
    let closed = format!("127.0.0.1:{port}");
    let reported = |arguments: &[&str]| {
        let output = run(&mut sockatlas(arguments), b"");
        assert!(output.stdout.is_empty(), "{arguments:?}");
        (output.status.code(), String::from_utf8_lossy(&output.stderr).into_owned())
    };
    // The catalog has nothing like it: refused, as by resolve.
    let (status, text) = reported(&["connect", "secure/tpc4", &closed]);
    assert!(status == Some(1) && text.starts_with("error[no-such-entry]: "), "{text}");
    assert!(text.contains("`sockatlas explain --entry secure/tpc4` shows every candidate"), "{text}");
    let (status, text) = reported(&["connect", "tls", &closed]);
    assert!(status == Some(1) && text.starts_with("error[unchained-layer]: "), "{text}");
    let (status, text) = reported(&["connect", "inet/dgram/udp", "--require", "encrypted", &closed]);
    assert!(status == Some(1) && text.starts_with("error[service-not-offered]: "), "{text}");
    // A name that stands for several.
    let (status, text) = reported(&["connect", "secure", &closed]);
    assert_eq!(status, Some(2));
    assert!(text.starts_with("error: `secure` stands for several entries: `secure/tcp4`, `secure/tcp6`"), "{text}");
    // The network.
    let (status, text) = reported(&["connect", "tcp4", &closed]);
    assert_eq!(status, Some(2));
    assert_eq!(text, format!("error: `tcp4`: {closed}: connect: Connection refused (os error 111)\n"));
    // Options.
    let (status, text) = reported(&["connect", "socks/tcp4", "localhost:1"]);
    assert_eq!(status, Some(2));
    assert!(text.contains("option `proxy`") && text.contains("--set socks5.proxy=VALUE"), "{text}");
    for (set, expected) in [
        ("socks5.proxi=x:1", "error: `socks5.proxi`: module `socks5` has no such option (did you mean `proxy`?)\n"),
        (
            "socks5.proxy=x",
            "error: `socks5.proxy`: \"x\" where a host and a port, as in \"proxy.example:1080\" is expected\n",
        ),
        ("tls.alpn=h2", "error: `tls.alpn`: the stack of `socks/tcp4` is socks5 over tcp4\n"),
        ("tcp4.only-v6=true", "error: `tcp4.only-v6`: it is for sockets of inet6 only\n"),
    ] {
        let (status, text) = reported(&["connect", "socks/tcp4", "localhost:1", "--set", set]);
        assert_eq!((status, text.as_str()), (Some(2), expected));
    }
    let (status, text) = reported(&["connect", "socks/tcp4", "localhost:1", "--set", "proxy"]);
    assert!(status == Some(2) && text.contains("is not of the form ENTRY.OPTION=VALUE"), "{text}");
    // A module that nobody provides.
    let catalog = tempfile::NamedTempFile::new().expect("made");
    let text =
        include_str!("../../catalogs/layers.toml").replace("[provider.frame]", "[provider.frame]\nmodule = \"acme\"");
    std::fs::write(&catalog, text).expect("written");
    let path = catalog.path().to_str().expect("text");
    let (status, text) = reported(&["-c", "catalogs/linux.toml", "-c", path, "connect", "framed/tcp4", &closed]);
    assert_eq!(status, Some(2));
    assert!(text.contains("[provider-failed] `frame` needs the module `acme`"), "{text}");
    // A target that is none.
    let (status, text) = reported(&["connect", "tcp4", "localhost"]);
    assert!(status == Some(2) && text.contains("`localhost` is no address of inet"), "{text}");
}

#[test]
fn a_secret_is_read_and_never_printed() {
    let folder = tempfile::tempdir().expect("made");
    let file = folder.path().join("password");
    crate::secret::write(&file, "correct horse\n");
    let by_file = format!("socks5.password-file={}", file.display());
    for password in [by_file.as_str(), "socks5.password-env=SOCKATLAS_TEST_PASSWORD"] {
        // A proxy that says no, and remembers what it was told.
        let listener = std::net::TcpListener::bind("127.0.0.1:0").expect("loopback has ports");
        let proxy = format!("socks5.proxy={}", listener.local_addr().expect("bound"));
        let seen = std::thread::spawn(move || {
            let (mut peer, _) = listener.accept().expect("comes");
            let mut heard: Vec<u8> = Vec::new();
            let mut greeting = [0; 64];
            let count = peer.read(&mut greeting).expect("greets");
            heard.extend(&greeting[..count]);
            peer.write_all(&[5, 2]).expect("written");
            let count = peer.read(&mut greeting).expect("authenticates");
            heard.extend(&greeting[..count]);
            peer.write_all(&[1, 1]).expect("written");
            heard
        });
        let arguments = [
            "connect",
            "socks/tcp4",
            "localhost:1",
            "-v",
            "--set",
            &proxy,
            "--set",
            "socks5.username=u",
            "--set",
            password,
        ];
        let output = run(sockatlas(&arguments).env("SOCKATLAS_TEST_PASSWORD", "correct horse"), b"");
        let heard = seen.join().expect("no panic");
        assert!(heard.windows(13).any(|window| window == b"correct horse"), "{password}");
        let reported = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.code() == Some(2) && !reported.contains("horse"), "{reported}");
        assert!(reported.starts_with("error: layer `socks5` (1 of 2, in the handshake): "), "{reported}");
    }
}

#[test]
fn a_time_limit_ends_what_takes_too_long() {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").expect("loopback has ports");
    let target = listener.local_addr().expect("bound").to_string();
    let output = run(
        &mut sockatlas(&[
            "connect",
            "secure/tcp4",
            &target,
            "--handshake-timeout",
            "200ms",
            "--set",
            "tls.roots=webpki",
        ]),
        b"",
    );
    let reported = String::from_utf8_lossy(&output.stderr);
    assert_eq!(reported, "error: layer `tls`: the handshakes did not end within 200ms\n");
    let output = run(&mut sockatlas(&["connect", "tcp4", &target, "--read-timeout", "200ms"]), b"x");
    assert_eq!(String::from_utf8_lossy(&output.stderr), "error: nothing to read within 200ms\n");
    assert_eq!(output.status.code(), Some(2));
}

#[test]
fn a_reader_that_goes_away_ends_it_quietly() {
    let server = listen(&["tcp4", "127.0.0.1:0"]);
    let mut client = sockatlas(&["connect", "tcp4", &server.address]);
    let mut client = client.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("runs");
    drop(client.stdout.take());
    let (_, _, _) = server.answer(&bytes(1_000_000));
    let output = client.wait_with_output().expect("ends");
    assert!(output.status.success() && output.stderr.is_empty(), "{}", String::from_utf8_lossy(&output.stderr));
}
