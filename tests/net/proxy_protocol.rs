//! `proxy-protocol` with HAProxy before us and behind us.

use super::command::{listen, run, sockatlas};
use super::peer::{Running, free_port, listening, program};
use rcgen::{BasicConstraints, CertificateParams, DnType, IsCa, Issuer, KeyPair};
use sockatlas::check::{Settings, check};
use sockatlas::net::machine::{Failure, Phase};
use sockatlas::net::{Address, Error, Listener, Opened, Opener, Origin, Providers, Stream};
use sockatlas::{Loader, Request};
use std::io::{Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::os::unix::net::UnixStream;
use std::process::{Command, Stdio};
use std::thread;
use tempfile::TempDir;

/// HAProxy, with its files.
struct Haproxy {
    _program: Running,
    folder: TempDir,
}

impl Haproxy {
    /// Runs it with these sections and files, named as `FOLDER/NAME`, until it listens at all of its ports; nothing if it is not
    /// installed.
    fn start(sections: &str, files: &[(&str, String)]) -> Option<Haproxy> {
        let path = program("haproxy")?;
        let (ready, folder) = (free_port(), TempDir::new().expect("there is room"));
        for (name, text) in files {
            crate::secret::write(folder.path().join(name), text);
        }
        // It begins to serve when all of its sections are bound.
        let configuration = format!(
            "defaults\n mode tcp\n timeout connect 10s\n timeout client 20s\n timeout server 20s\n\
             frontend ready\n bind 127.0.0.1:{ready}\n mode http\n http-request return status 200\n{sections}"
        );
        let configuration = configuration.replace("FOLDER", folder.path().to_str().expect("its path is text"));
        let file = folder.path().join("haproxy.cfg");
        std::fs::write(&file, configuration).expect("the folder is ours");
        let mut command = Command::new(path);
        command.args(["-db", "-q", "-f"]).arg(file).stdout(Stdio::null());
        let running = Running::start(&mut command);
        listening(ready);
        Some(Haproxy { _program: running, folder })
    }
}

/// Passes on what it gets at an address, with a header before it.
fn passing_on(name: &str, bind: &str, to: &str, header: &str) -> String {
    format!("listen {name}\n bind {bind}\n unique-id-format id-of-%ci\n server s {to} {header}\n")
}

/// Reads headers at a port, and answers requests with what it was told of the client.
fn telling(name: &str, bind: &str) -> String {
    format!(
        "frontend {name}\n mode http\n bind {bind}\n http-request return status 200 content-type text/plain lf-string \
         \"%[src] %[src_port] %[dst] %[dst_port]\"\n"
    )
}

/// An authority, `ca.pem`, and what it signed: `server.pem` and `client.pem`, each with its key.
fn certificates() -> Vec<(&'static str, String)> {
    let (mut params, key) = (CertificateParams::default(), KeyPair::generate().expect("keys can be made"));
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    let mut files = vec![("ca.pem", params.self_signed(&key).expect("it can be signed").pem())];
    let authority = Issuer::new(params, key);
    for (file, host, name) in [("server.pem", "localhost", "a server"), ("client.pem", "client", "Smith, Alice")] {
        let mut params = CertificateParams::new([host.to_owned()]).expect("a name");
        params.distinguished_name.push(DnType::CommonName, name);
        let key = KeyPair::generate().expect("keys can be made");
        let certificate = params.signed_by(&key, &authority).expect("it can be signed").pem();
        files.push((file, certificate + &key.serialize_pem()));
    }
    files
}

/// An entry with these options of its layers: layer, option, value.
fn opener(entry: &str, options: &[(&str, &str, &str)]) -> Opener {
    let registry = Loader::new().builtin().load().expect("it is tested");
    let opener = Opener::new(&Providers::shipped(), &registry.resolve(&Request::named(entry)).expect("it is there"));
    options
        .iter()
        .fold(opener, |opener, (layer, option, value)| opener.set_word(layer, option, value).expect("it takes that"))
}

fn listener(entry: &str, options: &[(&str, &str, &str)]) -> (Listener, String) {
    let listener = opener(entry, options).listen("127.0.0.1:0").expect("loopback has ports");
    let address = listener.local().expect("it is bound").to_string();
    (listener, address)
}

/// Accepts a connection, sends back what it says until it ends, and tells what it was.
fn echo(listener: &Listener) -> Result<Opened, Error> {
    let mut stream = listener.accept()?.handshake()?;
    let opened = stream.opened();
    let mut said = Vec::new();
    stream.read_to_end(&mut said).expect("the peer ends");
    stream.write_all(&said).expect("the peer reads");
    Ok(opened)
}

/// Says something to whoever sends it back.
fn chatter(mut stream: TcpStream) {
    let bytes: Vec<u8> = (0..100_000_u32).flat_map(u32::to_be_bytes).collect();
    stream.write_all(&bytes).expect("it reads");
    stream.shutdown(std::net::Shutdown::Write).expect("it is connected");
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer).expect("it answers");
    assert!(answer == bytes, "{} bytes came back", answer.len());
}

/// What a server behind HAProxy says of the client.
fn ask(mut stream: impl Read + Write) -> String {
    stream.write_all(b"GET / HTTP/1.0\r\n\r\n").expect("it reads");
    let mut answer = String::new();
    stream.read_to_string(&mut answer).expect("it answers");
    let (head, body) = answer.split_once("\r\n\r\n").expect("a header and a body");
    assert!(head.starts_with("HTTP/1.0 200") || head.starts_with("HTTP/1.1 200"), "{head}");
    body.to_owned()
}

fn ip(address: &str) -> Address {
    Address::Ip(address.parse().expect("an address and a port"))
}

fn origin(source: &str, destination: &str) -> Origin {
    Origin { source: ip(source), destination: ip(destination) }
}

fn fact<'o>(opened: &'o Opened, name: &str) -> Option<&'o str> {
    opened.fact("proxy-protocol", name)
}

fn facts(opened: &Opened) -> Vec<(&str, &str)> {
    let layer = opened.layers.iter().find(|layer| layer.name == "proxy-protocol").expect("it is in the stack");
    layer.facts.iter().map(|(name, value)| (*name, value.as_str())).collect()
}

#[test]
fn haproxy_tells_whose_connection_it_passes_on() {
    let (listener, ours) = listener("forwarded/tcp4", &[]);
    let rows = [
        ("send-proxy", "127.0.0.1", "1", "TCP4"),
        ("send-proxy", "[::1]", "1", "TCP6"),
        ("send-proxy-v2", "127.0.0.1", "2", "TCP4"),
        ("send-proxy-v2", "[::1]", "2", "TCP6"),
        ("send-proxy-v2 proxy-v2-options crc32c,unique-id", "127.0.0.1", "2", "TCP4"),
        ("send-proxy-v2 proxy-v2-options crc32c", "[::1]", "2", "TCP6"),
    ];
    let ports = rows.map(|_| free_port());
    let sections = rows.iter().zip(ports).enumerate().map(|(at, ((header, host, ..), port))| {
        passing_on(&format!("row{at}"), &format!("{host}:{port}"), &ours, header)
    });
    let Some(_haproxy) = Haproxy::start(&sections.collect::<String>(), &[]) else { return };
    for ((header, host, version, protocol), port) in rows.into_iter().zip(ports) {
        let client = TcpStream::connect(format!("{host}:{port}")).unwrap();
        let (source, destination) = (client.local_addr().unwrap(), client.peer_addr().unwrap());
        let client = thread::spawn(move || chatter(client));
        let opened = echo(&listener).unwrap();
        client.join().unwrap();
        let expected = Origin { source: Address::Ip(source), destination: Address::Ip(destination) };
        assert_eq!(opened.origin, Some(expected), "{header}");
        let (source, destination) = (source.to_string(), destination.to_string());
        let mut reported = vec![("version", version), ("protocol", protocol)];
        reported.extend([("source", &*source), ("destination", &*destination)]);
        if header.contains("unique-id") {
            reported.push(("unique-id", "id-of-127.0.0.1"));
        }
        if header.contains("crc32c") {
            reported.push(("crc32c", "verified"));
        }
        let mut found = facts(&opened);
        found.sort_by_key(|fact| reported.iter().position(|known| known == fact));
        assert_eq!(found, reported, "{header}");
        assert_ne!(opened.peer.as_ref().unwrap().to_string(), source, "the socket leads to HAProxy");
        assert_eq!(opened.layers[0].phase, Phase::Retired);
    }
}

#[test]
fn haproxy_tells_what_it_knows_of_the_client_s_tls() {
    let (listener, ours) = listener("forwarded/tcp4", &[]);
    let port = free_port();
    let options = "ssl,cert-cn,ssl-cipher,cert-sig,cert-key,authority,crc32c";
    let bind = format!("127.0.0.1:{port} ssl crt FOLDER/server.pem ca-file FOLDER/ca.pem verify optional alpn x/1");
    let header = format!("send-proxy-v2 proxy-v2-options {options}");
    let files = certificates();
    let Some(haproxy) = Haproxy::start(&passing_on("tls", &bind, &ours, &header), &files) else { return };
    let file = |name: &str| haproxy.folder.path().join(name).display().to_string();
    let (roots, client) = (file("ca.pem"), file("client.pem"));
    let mut settings = vec![("tls", "roots", &*roots), ("tls", "alpn", "x/1")];
    for certificate in ["none", "verified"] {
        if certificate == "verified" {
            settings.extend([("tls", "certificate", &*client), ("tls", "key", &*client)]);
        }
        let opener = opener("secure/tcp4", &settings);
        let client = thread::spawn(move || {
            let mut stream = opener.connect(format!("localhost:{port}")).unwrap();
            stream.write_all(b"hello").unwrap();
            stream.shutdown_write().unwrap();
            let mut answer = String::new();
            stream.read_to_string(&mut answer).unwrap();
            assert_eq!(answer, "hello");
            stream.opened()
        });
        let opened = echo(&listener).unwrap();
        let theirs = client.join().unwrap();
        assert_eq!(opened.origin.as_ref().map(|origin| &origin.source), theirs.local.as_ref());
        for (name, value) in [
            ("version", "2"),
            ("alpn", "x/1"),
            ("authority", "localhost"),
            ("crc32c", "verified"),
            ("tls", "TLSv1.3"),
            ("client-certificate", certificate),
        ] {
            assert_eq!(fact(&opened, name), Some(value), "{name} of {opened}");
        }
        let name = (certificate == "verified").then_some(r"Smith\x2c Alice");
        assert_eq!(fact(&opened, "common-name"), name);
        let cipher = theirs.fact("tls", "cipher").unwrap().replace("TLS13_", "TLS_");
        assert_eq!(fact(&opened, "cipher"), Some(&*cipher));
        for name in ["signature-algorithm", "key-algorithm"] {
            assert!(fact(&opened, name).is_some_and(|value| !value.is_empty()), "{name} of {opened}");
        }
    }
}

#[test]
fn a_client_that_haproxy_cannot_name_has_no_origin() {
    let (listener, ours) = listener("forwarded/tcp4", &[]);
    let folder = TempDir::new().unwrap();
    let path = |name: &str| folder.path().join(name).display().to_string();
    let rows = [("send-proxy", "1", "UNKNOWN"), ("send-proxy-v2", "2", "LOCAL")];
    let sections = rows.map(|(header, ..)| passing_on(header, &format!("unix@{}", path(header)), &ours, header));
    let Some(_haproxy) = Haproxy::start(&sections.concat(), &[]) else { return };
    for (header, version, protocol) in rows {
        let mut client = UnixStream::connect(path(header)).unwrap();
        client.write_all(b"hello").unwrap();
        client.shutdown(std::net::Shutdown::Write).unwrap();
        let opened = echo(&listener).unwrap();
        let mut answer = String::new();
        client.read_to_string(&mut answer).unwrap();
        assert_eq!((answer.as_str(), &opened.origin), ("hello", &None));
        assert_eq!(facts(&opened), [("version", version), ("protocol", protocol)]);
    }
}

#[test]
fn tls_lies_behind_the_header_either_way() {
    let files = certificates();
    let folder = TempDir::new().unwrap();
    for (name, text) in &files {
        crate::secret::write(folder.path().join(name), text);
    }
    let file = |name: &str| folder.path().join(name).display().to_string();
    let (roots, server) = (file("ca.pem"), file("server.pem"));
    let (listener, ours) =
        listener("secure-forwarded/tcp4", &[("tls", "certificate", &*server), ("tls", "key", &*server)]);
    let (port, behind) = (free_port(), free_port());
    let sections = [
        passing_on(
            "encrypting",
            &format!("127.0.0.1:{port}"),
            &ours,
            "send-proxy-v2 ssl verify required ca-file FOLDER/ca.pem sni str(localhost) verifyhost localhost",
        ),
        telling("decrypting", &format!("127.0.0.1:{behind} accept-proxy ssl crt FOLDER/server.pem")),
    ];
    let Some(_haproxy) = Haproxy::start(&sections.concat(), &files) else { return };

    let client = TcpStream::connect(("127.0.0.1", port)).unwrap();
    let source = client.local_addr().unwrap();
    let client = thread::spawn(move || chatter(client));
    let opened = echo(&listener).unwrap();
    client.join().unwrap();
    assert_eq!(opened.stack, ["tls", "proxy-protocol", "tcp4"]);
    assert_eq!(opened.origin.as_ref().map(|origin| &origin.source), Some(&Address::Ip(source)));
    assert_eq!(opened.fact("tls", "version"), Some("TLS 1.3"));

    for version in ["1", "2"] {
        let settings = [("tls", "roots", &*roots), ("proxy-protocol", "version", version)];
        let opener =
            opener("secure-forwarded/tcp4", &settings).on_behalf_of(origin("192.0.2.1:50000", "192.0.2.2:443"));
        let stream = opener.connect(format!("localhost:{behind}")).unwrap();
        assert_eq!(fact(&stream.opened(), "source"), Some("192.0.2.1:50000"));
        assert_eq!(ask(stream), "192.0.2.1 50000 192.0.2.2 443");
    }
}

#[test]
fn haproxy_is_reported_on_whose_behalf_we_connect() {
    let port = free_port();
    let Some(_haproxy) = Haproxy::start(&telling("behind", &format!("127.0.0.1:{port} accept-proxy")), &[]) else {
        return;
    };
    let target = format!("127.0.0.1:{port}");
    let connect = |version: &str, origin: Option<Origin>| -> Stream {
        let opener = opener("forwarded/tcp4", &[("proxy-protocol", "version", version)]);
        let opener = origin.into_iter().fold(opener, Opener::on_behalf_of);
        opener.connect(&target).unwrap()
    };
    for version in ["1", "2"] {
        for (source, destination, reported) in [
            ("192.0.2.1:50000", "198.51.100.7:443", "192.0.2.1 50000 198.51.100.7 443"),
            ("[2001:db8::1]:1", "[2001:db8::2]:65535", "2001:db8::1 1 2001:db8::2 65535"),
            ("192.0.2.1:1", "[2001:db8::2]:2", "::ffff:192.0.2.1 1 2001:db8::2 2"),
        ] {
            let stream = connect(version, Some(origin(source, destination)));
            assert!(stream.is_bare(), "it has retired");
            assert_eq!(fact(&stream.opened(), "version"), Some(version));
            assert_eq!(stream.opened().origin, Some(origin(source, destination)));
            assert_eq!(ask(stream), reported, "version {version}");
        }
        // Of nobody, HAProxy sees the socket.
        let stream = connect(version, None);
        let opened = stream.opened();
        assert_eq!(fact(&opened, "protocol"), Some(if version == "1" { "TCP4" } else { "LOCAL" }));
        let local = opened.local.as_ref().and_then(Address::socket_addr).unwrap();
        assert_eq!(ask(stream), format!("127.0.0.1 {} 127.0.0.1 {port}", local.port()));
    }
    // Of somebody who cannot be named HAProxy takes a line, as it has to, and no binary header, as it may.
    let vsock = Address::Vsock { cid: 3, port: 4 };
    let nameless = Origin { source: vsock.clone(), destination: vsock };
    let stream = connect("1", Some(nameless.clone()));
    assert_eq!(fact(&stream.opened(), "protocol"), Some("UNKNOWN"));
    assert!(ask(stream).starts_with("127.0.0.1 "));
    let stream = connect("2", Some(nameless));
    assert_eq!(fact(&stream.opened(), "protocol"), Some("UNKNOWN"));
    assert_hung_up_on(stream);
    // Without a header, nobody at all.
    assert_hung_up_on(opener("tcp4", &[]).connect(&target).unwrap());
}

/// The peer ends, or resets as it has not read all, and says nothing.
fn assert_hung_up_on(mut stream: Stream) {
    let mut answer = Vec::new();
    let said = stream.write_all(b"GET / HTTP/1.0\r\n\r\n").and_then(|()| stream.read_to_end(&mut answer));
    assert!(answer.is_empty(), "{said:?} {}", answer.escape_ascii());
}

#[test]
fn an_origin_passes_through_haproxy_from_us_to_us() {
    let (listener, ours) = listener("forwarded/tcp4", &[]);
    let port = free_port();
    let bind = format!("127.0.0.1:{port} accept-proxy");
    let Some(_haproxy) = Haproxy::start(&passing_on("between", &bind, &ours, "send-proxy-v2"), &[]) else { return };
    for (source, destination) in [("192.0.2.1:50000", "192.0.2.2:443"), ("[2001:db8::1]:1", "[2001:db8::2]:2")] {
        let reported = origin(source, destination);
        let opener = opener("forwarded/tcp4", &[]).on_behalf_of(reported.clone());
        let client = thread::spawn(move || {
            let stream = opener.connect(SocketAddr::from(([127, 0, 0, 1], port))).unwrap();
            chatter(stream.into_socket().unwrap().socket.into());
        });
        let opened = echo(&listener).unwrap();
        client.join().unwrap();
        assert_eq!(opened.origin, Some(reported));
    }
}

#[test]
fn curl_names_its_own_socket() {
    let Some(curl) = program("curl") else { return };
    let (listener, ours) = listener("forwarded/tcp4", &[("proxy-protocol", "version", "1")]);
    let mut command = Command::new(curl);
    command.args(["-s", "--noproxy", "*", "--haproxy-protocol", &format!("http://{ours}/")]);
    let client = thread::spawn(move || command.output().unwrap());
    let mut stream = listener.accept().unwrap().handshake().unwrap();
    let opened = stream.opened();
    assert_eq!(opened.origin.as_ref().map(|origin| Some(&origin.source)), Some(opened.peer.as_ref()));
    assert_eq!(opened.origin.as_ref().map(|origin| Some(&origin.destination)), Some(opened.local.as_ref()));
    let mut request = [0; 5];
    stream.read_exact(&mut request).unwrap();
    assert_eq!(&request, b"GET /", "behind the header all is curl's");
    stream.write_all(b"HTTP/1.0 200 OK\r\nContent-Length: 6\r\n\r\nhello\n").unwrap();
    assert_eq!(client.join().unwrap().stdout, b"hello\n");
}

#[test]
fn a_peer_without_a_header_is_refused_and_the_next_one_served() {
    let (listener, ours) = listener("forwarded/tcp4", &[]);
    let mut without = TcpStream::connect(&ours).unwrap();
    without.write_all(b"GET / HTTP/1.0\r\n\r\n").unwrap();
    let error = echo(&listener).unwrap_err();
    let reported = "layer `proxy-protocol` (1 of 2, in the handshake): the connection begins with `G` where a PROXY protocol \
                header is expected";
    assert_eq!(error.to_string(), reported);
    assert!(matches!(&error, Error::Layer { source, .. } if source.kind() == Failure::Protocol), "{error:?}");
    // It is hung up on, with an end or a reset, as it had said more.
    let mut answer = Vec::new();
    let _ = without.read_to_end(&mut answer);
    assert!(answer.is_empty());

    let mut with = TcpStream::connect(&ours).unwrap();
    with.write_all(b"PROXY TCP4 192.0.2.1 192.0.2.2 1 2\r\nmore").unwrap();
    let stream = listener.accept().unwrap().handshake().unwrap();
    assert_eq!(stream.opened().origin, Some(origin("192.0.2.1:1", "192.0.2.2:2")));
    let bare = stream.into_socket().unwrap();
    let mut rest = bare.unread;
    drop(with);
    TcpStream::from(bare.socket).read_to_end(&mut rest).unwrap();
    assert_eq!(rest, b"more");
}

#[test]
fn the_command_tells_and_is_reported() {
    let server = listen(&["forwarded/tcp4", "127.0.0.1:0", "-v"]);
    let (port, behind) = (free_port(), free_port());
    let sections = [
        passing_on("before", &format!("127.0.0.1:{port}"), &server.address, "send-proxy-v2"),
        telling("behind", &format!("127.0.0.1:{behind} accept-proxy")),
    ];
    let Some(_haproxy) = Haproxy::start(&sections.concat(), &[]) else { return };
    let mut client = TcpStream::connect(("127.0.0.1", port)).unwrap();
    let source = client.local_addr().unwrap();
    client.write_all(b"a question").unwrap();
    client.shutdown(std::net::Shutdown::Write).unwrap();
    let (received, said, well) = server.answer(b"an answer");
    let mut answer = String::new();
    client.read_to_string(&mut answer).unwrap();
    assert!(well && received == b"a question" && answer == "an answer", "{said}");
    let reported = format!("proxy-protocol: version 2, protocol TCP4, source {source}, destination 127.0.0.1:{port}\n");
    assert!(said.contains(&reported), "{said}");

    for (set, protocol) in [("proxy-protocol.version=1", "TCP4"), ("proxy-protocol.version=2", "LOCAL")] {
        let target = format!("127.0.0.1:{behind}");
        let arguments = ["connect", "inet/stream", &target, "--require", "x-origin-address", "--set", set, "-v"];
        let output = run(&mut sockatlas(&arguments), b"GET / HTTP/1.0\r\n\r\n");
        let said = String::from_utf8_lossy(&output.stderr);
        let local = said.split("tcp://127.0.0.1:").nth(1).and_then(|rest| rest.split(' ').next()).unwrap();
        assert!(said.contains(&format!("protocol {protocol}")), "{said}");
        let body = format!("127.0.0.1 {local} 127.0.0.1 {behind}");
        assert!(output.status.success() && output.stdout.ends_with(body.as_bytes()), "{said} {:?}", output.stdout);
    }
}

#[test]
fn the_option_is_of_the_catalog_too_and_checked_there() {
    let loader = |version: &str| {
        let layer = format!(
            "format = 1\n[layer.line]\nprovider = \"proxy-protocol\"\noptions = {{ version = {version} }}\n\
             [chain.lined]\nlayers = [\"line\"]\nbase = \"tcp4\"\n"
        );
        Loader::new().builtin().text("line.toml", &layer)
    };
    let wrong = loader("3").load().unwrap_err().to_string();
    let reported = "option `version` of layer `line` has 3 where a whole number from 1 to 2 is expected";
    assert!(wrong.contains(reported), "{wrong}");

    let report = check(&loader("1"), &Settings::new());
    assert!(report.findings.iter().all(|finding| finding.code != "unknown-module"), "{report:?}");

    let registry = loader("1").load().unwrap();
    let opener = Opener::new(&Providers::shipped(), &registry.resolve(&Request::named("lined")).unwrap());
    let listener = opener.listen("127.0.0.1:0").unwrap();
    let stream = opener.connect(listener.local().unwrap()).unwrap();
    assert_eq!(stream.opened().fact("line", "version"), Some("1"));
    let accepted = listener.accept().unwrap().handshake().unwrap().opened();
    assert_eq!(accepted.origin.map(|origin| Some(origin.source)), Some(stream.opened().local));
}
