//! `connect` where there is something to choose from: a name with a dead and a live address, and `--fallback`.

#![cfg(feature = "tls")]

use super::command::{certificates, run, sockatlas};
use super::drivers::limits::full_at;
use super::peer::program;
use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::path::Path;
use std::process::{Command, Output};
use std::thread::JoinHandle;

/// Runs the command where `/etc/hosts` is another; nothing, said loudly, where that is not permitted.
fn with_hosts(hosts: &str, arguments: &[&str], input: &[u8]) -> Option<Output> {
    let folder = tempfile::tempdir().expect("made");
    let file = folder.path().join("hosts");
    std::fs::write(&file, hosts).expect("written");
    let inside = |program: &Path, arguments: &[&str]| {
        let mut command = Command::new("unshare");
        let script = "mount --bind \"$0\" /etc/hosts && exec \"$@\"";
        command.args(["--map-root-user", "--mount", "sh", "-c", script]).arg(&file).arg(program).args(arguments);
        command.env_remove("SOCKATLAS_CATALOG").env("NO_COLOR", "1");
        command
    };
    let permitted = inside(Path::new("true"), &[]).output();
    if !permitted.as_ref().is_ok_and(|output| output.status.success()) {
        // Past the capture of the test's output.
        let _ = writeln!(std::io::stderr(), "SKIPPED: /etc/hosts of one's own is not permitted here: {permitted:?}");
        return None;
    }
    Some(run(&mut inside(Path::new(env!("CARGO_BIN_EXE_sockatlas")), arguments), input))
}

/// Accepts one connection, and gives back what comes, turned round.
fn turning(listener: TcpListener) -> JoinHandle<()> {
    std::thread::spawn(move || {
        let (mut peer, _) = listener.accept().expect("somebody comes");
        let mut said = Vec::new();
        peer.read_to_end(&mut said).expect("readable");
        said.reverse();
        peer.write_all(&said).expect("writable");
    })
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

#[test]
fn a_name_with_a_dead_and_a_live_address_is_connected_to_after_the_delay() {
    let (_listener, _waiting, dead) = full_at("127.0.0.1:0");
    let port = dead.rsplit_once(':').expect("a port").1;
    // The system's resolver puts 127.0.0.1 before 127.0.0.2: RFC 6724, section 6, rule 9.
    let live = match TcpListener::bind(format!("127.0.0.2:{port}")) {
        Ok(listener) => turning(listener),
        Err(error) => panic!("127.0.0.2:{port}: {error}"),
    };
    let target = format!("both.test:{port}");
    let hosts = "127.0.0.1 both.test\n127.0.0.2 both.test\n";
    let Some(output) = with_hosts(hosts, &["connect", "tcp4", &target, "--verbose"], b"stressed") else {
        // The peer is let go.
        let _ = TcpStream::connect(format!("127.0.0.2:{port}"));
        return live.join().expect("content");
    };
    let reported = text(&output.stderr);
    assert_eq!(text(&output.stdout), "desserts", "{reported}");
    let lines: Vec<&str> = reported.lines().collect();
    let attempts = ["127.0.0.1", "127.0.0.2"].iter().zip(["overtaken", "connected"]).zip(&lines);
    let began = attempts.map(|((address, outcome), line)| {
        let before = format!("`tcp4`: {address}:{port}: {outcome}, begun after ");
        let began = line.strip_prefix(&before).and_then(|rest| rest.strip_suffix(" ms"));
        began.and_then(|began| began.parse::<u64>().ok()).unwrap_or_else(|| panic!("{reported}"))
    });
    let began: Vec<u64> = began.collect();
    // Not before the delay, and not after the limit of 30 seconds that the dead one has.
    assert!(began[1] >= began[0] + 250 && began[1] < began[0] + 30_000, "{reported}");
    assert!(lines[2].starts_with("tcp4, tcp://127.0.0.1:") && lines[2].ends_with("; attempt 2 of 2"), "{reported}");
    live.join().expect("content");
}

#[test]
fn fallback_tries_both_ip_versions_that_a_name_stands_for() {
    let folder = tempfile::tempdir().expect("made");
    let [certificate, key] = certificates(folder.path());
    let (listener, port) = only_ipv4();
    let server = encrypted(listener, &certificate, &key);
    let (target, roots) = (format!("localhost:{port}"), format!("tls.roots={certificate}"));
    let arguments = ["connect", "--fallback", "secure", &target, "--set", &roots, "--verbose"];
    let hosts = "::1 localhost\n127.0.0.1 localhost\n";
    // IPv6 first, by the catalog's order.
    let order = folder.path().join("order.toml");
    std::fs::write(&order, format!("format = 1\norder = [\"secure/tcp6\"]\n{}", include_layers())).expect("written");
    let order = order.display().to_string();
    let with_order = [&["--catalog", &order], &arguments[..]].concat();
    let Some(output) = with_hosts(hosts, &with_order, b"hello") else {
        let _ = TcpStream::connect(("127.0.0.1", port));
        let _ = server.join();
        return;
    };
    let reported = text(&output.stderr);
    assert!(output.status.success(), "{reported}");
    assert_eq!(server.join().expect("content"), b"hello", "{reported}");
    let lines: Vec<&str> = reported.lines().collect();
    let refused = format!("`secure/tcp6`: [::1]:{port}: connect: ");
    assert!(lines[0].starts_with(&refused), "{reported}");
    assert!(lines[1].starts_with(&format!("`secure/tcp4`: 127.0.0.1:{port}: connected, begun after ")), "{reported}");
    assert!(lines[2].starts_with("secure/tcp4: tls over tcp4, tcp://127.0.0.1:"), "{reported}");
}

/// What the built-in catalog of this system is made of.
fn include_layers() -> String {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("catalogs");
    format!("include = [{:?}, {:?}]\n", folder.join("linux.toml"), folder.join("layers.toml"))
}

/// A listener of 127.0.0.1 whose port nobody listens at over IPv6.
fn only_ipv4() -> (TcpListener, u16) {
    for _ in 0..64 {
        let listener = TcpListener::bind("127.0.0.1:0").expect("loopback has ports");
        let port = listener.local_addr().expect("it is bound").port();
        if TcpStream::connect(("::1", port)).is_err() {
            return (listener, port);
        }
    }
    panic!("somebody listens at every port of IPv6")
}

/// Speaks TLS with one client; what it said. Nothing if there was none.
fn encrypted(listener: TcpListener, certificate: &str, key: &str) -> JoinHandle<Vec<u8>> {
    use rustls::pki_types::pem::PemObject;
    use rustls::pki_types::{CertificateDer, PrivateKeyDer};
    use rustls::{ServerConfig, ServerConnection, StreamOwned};
    let certificate = CertificateDer::from_pem_file(certificate).expect("a certificate");
    let key = PrivateKeyDer::from_pem_file(key).expect("a key");
    let provider = std::sync::Arc::new(rustls::crypto::ring::default_provider());
    let config = ServerConfig::builder_with_provider(provider).with_safe_default_protocol_versions();
    let config = config.expect("versions").with_no_client_auth().with_single_cert(vec![certificate], key);
    let config = std::sync::Arc::new(config.expect("a key that fits"));
    std::thread::spawn(move || {
        let (peer, _) = listener.accept().expect("somebody comes");
        let mut stream = StreamOwned::new(ServerConnection::new(config).expect("a connection"), peer);
        let mut said = Vec::new();
        if stream.read_to_end(&mut said).is_ok() {
            stream.conn.send_close_notify();
            stream.flush().expect("it is told");
        }
        said
    })
}

/// The calls by which a program that does all by hand connects without waiting, asks what came of it, and waits from then on.
const BY_HAND: [&str; 6] = ["socket", "connect", "poll", "getsockopt", "getpeername", "ioctl"];

#[test]
fn a_single_address_takes_the_calls_that_it_takes_by_hand() {
    let Some(strace) = program("strace") else { return };
    let listener = TcpListener::bind("127.0.0.1:0").expect("loopback has ports");
    let target = listener.local_addr().expect("it is bound").to_string();
    let peer = turning(listener);
    let folder = tempfile::tempdir().expect("made");
    let log = folder.path().join("calls");
    let mut tracer = Command::new(strace);
    tracer.args(["-f", "-o"]).arg(&log).arg(env!("CARGO_BIN_EXE_sockatlas")).args(["connect", "tcp4", &target]);
    let output = run(tracer.env_remove("SOCKATLAS_CATALOG"), b"x");
    assert!(output.status.success() && output.stdout == b"x", "{}", text(&output.stderr));
    peer.join().expect("content");
    let log = std::fs::read_to_string(&log).expect("the tracer's log");
    let calls = log.lines().filter_map(|line| line.split_once(' ')?.1.trim_start().split_once('('));
    let opening = calls.skip_while(|(name, rest)| *name != "socket" || !rest.starts_with("AF_INET,"));
    let mut names = Vec::new();
    for (name, rest) in opening {
        names.push(if name == "ppoll" { "poll" } else { name });
        if name == "ioctl" && rest.contains("FIONBIO, [0]") {
            break;
        }
    }
    // Where loopback has not connected at once, it is waited for and asked once more.
    if names.get(2..4) == Some(&["poll", "poll"]) {
        names.drain(2..4);
    }
    assert_eq!(names, BY_HAND, "{log}");
}

#[test]
fn without_fallback_a_name_that_stands_for_several_is_refused() {
    let reported = |arguments: &[&str]| {
        let output = run(&mut sockatlas(arguments), b"");
        (output.status.code(), text(&output.stderr))
    };
    let several = "error: `secure` stands for several entries: `secure/tcp4`, `secure/tcp6`\n";
    let (status, reported_by_connect) = reported(&["connect", "secure", "127.0.0.1:1"]);
    let help = "help: name one of them, or --fallback tries them in order\n";
    assert_eq!((status, reported_by_connect), (Some(2), format!("{several}{help}")));
    let (status, reported_by_listen) = reported(&["listen", "secure", "127.0.0.1:1"]);
    assert_eq!((status, reported_by_listen), (Some(2), format!("{several}help: name one of them\n")));
}

#[test]
fn fallback_never_goes_below_what_is_required() {
    // Somebody who speaks no TLS, and hears who comes.
    let listener = TcpListener::bind("127.0.0.1:0").expect("loopback has ports");
    let target = listener.local_addr().expect("it is bound").to_string();
    let peer = std::thread::spawn(move || {
        let mut heard = Vec::new();
        loop {
            let (mut peer, _) = listener.accept().expect("somebody comes");
            let mut said = vec![0; 2000];
            let count = peer.read(&mut said).expect("readable");
            if count == 0 {
                return heard;
            }
            heard.push(text(&said[..count]));
            let _ = peer.write_all(b"no TLS here\r\n");
        }
    });
    let arguments =
        ["connect", "--fallback", "inet/stream", &target, "--require", "encrypted", "--set", "tls.roots=webpki"];
    let output = run(&mut sockatlas(&arguments), b"a secret");
    let reported = text(&output.stderr);
    assert_eq!(output.status.code(), Some(2), "{reported}");
    assert!(
        reported.starts_with(&format!("error: {target} could be reached by no entry (`secure/tcp4`: ")),
        "{reported}"
    );
    assert!(!reported.contains("`tcp4`: 127"), "the plain base was tried: {reported}");
    drop(TcpStream::connect(&target).expect("it still listens"));
    let heard = peer.join().expect("content");
    assert!(!heard.is_empty(), "several were tried");
    assert!(!heard.iter().any(|said| said.contains("secret")), "what was to be encrypted was sent as it is: {heard:?}");
}

#[test]
fn fallback_is_refused_as_resolving_is() {
    for (spec, code) in
        [("inet/dgram", "service-not-offered"), ("secure", "service-not-offered"), ("sekure", "no-such-entry")]
    {
        let arguments = ["connect", "--fallback", spec, "127.0.0.1:1", "--require", "x-unheard-of"];
        let output = run(&mut sockatlas(&arguments), b"");
        let reported = text(&output.stderr);
        assert_eq!(output.status.code(), Some(1), "{reported}");
        assert!(reported.starts_with(&format!("error[{code}]: ")), "{reported}");
    }
}

/// Somebody between: shows a certificate that nobody vouches for to who speaks TLS, and writes down what comes in plain. Until somebody
/// says nothing.
fn between(certificate: &str, key: &str) -> (String, JoinHandle<Vec<String>>) {
    use rustls::pki_types::pem::PemObject;
    use rustls::pki_types::{CertificateDer, PrivateKeyDer};
    use rustls::{ServerConfig, ServerConnection, StreamOwned};
    let certificate = CertificateDer::from_pem_file(certificate).expect("a certificate");
    let key = PrivateKeyDer::from_pem_file(key).expect("a key");
    let provider = std::sync::Arc::new(rustls::crypto::ring::default_provider());
    let config = ServerConfig::builder_with_provider(provider).with_safe_default_protocol_versions();
    let config = config.expect("versions").with_no_client_auth().with_single_cert(vec![certificate], key);
    let config = std::sync::Arc::new(config.expect("a key that fits"));
    let listener = TcpListener::bind("127.0.0.1:0").expect("loopback has ports");
    let port = listener.local_addr().expect("it is bound").port();
    let hear = move || {
        let mut heard = Vec::new();
        loop {
            let (peer, _) = listener.accept().expect("somebody comes");
            let mut first = [0];
            if peer.peek(&mut first).expect("readable") == 0 {
                return heard;
            }
            let mut said = Vec::new();
            if first == [0x16] {
                let server = ServerConnection::new(config.clone()).expect("a connection");
                let refused = StreamOwned::new(server, peer).read_to_end(&mut said).is_err();
                heard.push(format!("TLS, {}", if refused { "refused" } else { "accepted" }));
            } else {
                let _ = (&peer).read_to_end(&mut said);
                heard.push(text(&said));
            }
        }
    };
    (format!("localhost:{port}"), std::thread::spawn(hear))
}

/// A chain with TLS before the bare base; who is trusted signed nothing of what is shown.
fn secure_first(folder: &Path) -> String {
    let other = folder.join("other");
    std::fs::create_dir(&other).expect("there is room");
    let [roots, _] = certificates(&other);
    let catalog = folder.join("site.toml");
    let text = format!(
        "format = 1\norder = [\"secure\", \"tcp4\"]\n[provider.kernel]\nmodule = \"system\"\n[provider.tls]\n[base.tcp4]\n\
         provider = \"kernel\"\nfamily = \"inet\"\ntype = \"stream\"\nprotocol = \"tcp\"\nmatches-zero = true\n\
         services = [\"guaranteed-delivery\", \"guaranteed-order\"]\n[layer.tls]\nprovider = \"tls\"\n\
         adds = [\"encrypted\", \"authenticated\"]\noptions = {{ roots = {roots:?} }}\n\
         [chain.secure]\nlayers = [\"tls\"]\nbase = \"tcp4\"\n"
    );
    std::fs::write(&catalog, text).expect("written");
    catalog.display().to_string()
}

#[test]
fn after_a_wrong_certificate_nothing_goes_out_in_plain_whatever_may_be_lost() {
    let folder = tempfile::tempdir().expect("made");
    let [certificate, key] = certificates(folder.path());
    let catalog = secure_first(folder.path());
    let both: &[&str] = &["--may-lose", "encrypted,authenticated"];
    for (more, bar) in [
        (&[][..], "(without `authenticated` and `encrypted` of `secure`)"),
        (&["--may-lose", "encrypted"][..], "(without `authenticated` of `secure`)"),
        (both, "(after the failure of authentication of `secure`)"),
    ] {
        let (target, peer) = between(&certificate, &key);
        let arguments = [&["-c", &*catalog, "connect", "--fallback", "inet/stream", &target], more].concat();
        let output = run(&mut sockatlas(&arguments), b"password=hunter2");
        let reported = text(&output.stderr);
        drop(TcpStream::connect(&*target).expect("it still listens"));
        assert_eq!(peer.join().expect("content"), ["TLS, refused"], "{reported}");
        assert!(!output.status.success() && output.stdout.is_empty(), "{reported}");
        let never = format!("never fallen back to: `tcp4` {bar}\n");
        assert_eq!(reported.contains(&never), more != both, "{reported}");
        assert!(
            reported.contains("error: `secure`: 127.0.0.1:")
                && reported.contains(": the certificate of `localhost` is ")
        );
        assert!(reported.ends_with(&format!("; not tried: `tcp4` {bar}\n")), "{reported}");
    }
}

#[test]
fn what_may_be_lost_is_lost_when_nothing_better_can_be_reached_and_not_before() {
    let folder = tempfile::tempdir().expect("made");
    let catalog = secure_first(folder.path());
    // The entry with TLS is led to where nobody is; the bare one is not.
    let closed =
        TcpListener::bind("127.0.0.1:0").and_then(|listener| listener.local_addr()).expect("loopback has ports");
    let dead = folder.path().join("dead.toml");
    let text_of_dead = format!(
        "format = 1\ninclude = [\"site.toml\"]\n[provider.socks5]\n[layer.socks]\nprovider = \"socks5\"\n\
         adds = [\"proxied\"]\nremoves = [\"encrypted\", \"authenticated\"]\noptions = {{ proxy = \"{closed}\" }}\n\
         [chain.secure]\nreplace = true\nlayers = [\"tls\", \"socks\"]\nbase = \"tcp4\"\n"
    );
    std::fs::write(&dead, text_of_dead).expect("written");
    assert!(Path::new(&catalog).exists());
    let dead = dead.display().to_string();
    for (more, said) in [(&[][..], None), (&["--may-lose", "encrypted,authenticated"][..], Some("olleh"))] {
        let listener = TcpListener::bind("127.0.0.1:0").expect("loopback has ports");
        let target = listener.local_addr().expect("it is bound").to_string();
        let peer = turning(listener);
        let arguments = [&["-c", &*dead, "connect", "--fallback", "inet/stream", &target], more].concat();
        let output = run(&mut sockatlas(&arguments), b"hello");
        let reported = text(&output.stderr);
        // The peer is let go where nobody has come.
        let _ = TcpStream::connect(&target).map(|peer| peer.shutdown(std::net::Shutdown::Write));
        peer.join().expect("content");
        assert_eq!(said.unwrap_or_default(), text(&output.stdout), "{reported}");
        assert_eq!(output.status.success(), said.is_some(), "{reported}");
    }
}

#[test]
fn only_what_falling_back_keeps_can_be_lost_and_only_by_falling_back() {
    let reported = |arguments: &[&str]| {
        let output = run(sockatlas(&["connect", "inet/stream", "127.0.0.1:1"]).args(arguments), b"");
        (output.status.code(), text(&output.stderr))
    };
    let (status, alone) = reported(&["--may-lose", "encrypted"]);
    assert!(status == Some(2) && alone.contains("--fallback"), "{alone}");
    let (status, other) = reported(&["--fallback", "--may-lose", "proxied"]);
    assert!(status == Some(2) && other.contains("falling back keeps `encrypted` and `authenticated`"), "{other}");
    let (status, mistyped) = reported(&["--fallback", "--may-lose", "encrypte"]);
    assert!(status == Some(2) && mistyped.contains("unknown service `encrypte`"), "{mistyped}");
}
