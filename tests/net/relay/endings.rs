//! What breaks on one side never looks like an end to the other.

use super::{Relay, TLS, connect, echo};
use crate::net::drivers::stage::Stage;
use sockatlas::net::Error;
use sockatlas::net::machine::Failure;
use std::io::{self, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::thread::JoinHandle;
use std::time::Duration;

/// What somebody has read, and how that ended.
type Heard = (Vec<u8>, io::Result<()>);

/// A far side that accepts once, and what it hears.
fn reader() -> (String, JoinHandle<Heard>) {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    let address = listener.local_addr().expect("it is bound").to_string();
    let thread = std::thread::spawn(move || {
        let (mut stream, _) = listener.accept().expect("somebody comes");
        stream.set_read_timeout(Some(super::PATIENCE)).expect("it is a socket");
        let mut heard = Vec::new();
        let ended = stream.read_to_end(&mut heard).map(drop);
        (heard, ended)
    });
    (address, thread)
}

/// Makes the kernel reset the connection, where it would end it.
fn reset(stream: TcpStream) {
    socket2::SockRef::from(&stream).set_linger(Some(Duration::ZERO)).expect("it is a socket");
}

/// A client's TLS by rustls alone, with a goodbye or without.
fn raw_client(
    stage: &Stage,
    address: std::net::SocketAddr,
) -> rustls::StreamOwned<rustls::ClientConnection, TcpStream> {
    use rustls::pki_types::pem::PemObject;
    let mut roots = rustls::RootCertStore::empty();
    let certificate = rustls::pki_types::CertificateDer::from_pem_file(stage.file("certificate.pem"));
    roots.add(certificate.expect("a certificate")).expect("usable");
    let provider = std::sync::Arc::new(rustls::crypto::ring::default_provider());
    let config = rustls::ClientConfig::builder_with_provider(provider).with_safe_default_protocol_versions();
    let config = config.expect("versions").with_root_certificates(roots).with_no_client_auth();
    let name = "127.0.0.1".try_into().expect("a name");
    let client = rustls::ClientConnection::new(std::sync::Arc::new(config), name).expect("a connection");
    rustls::StreamOwned::new(client, connect(address))
}

#[test]
fn a_truncated_tls_stream_resets_the_far_side() {
    let stage = Stage::new();
    let (far, heard) = reader();
    let relay = Relay::start(&stage, TLS, "tcp4", &far, &[]);
    let mut client = raw_client(&stage, relay.address);
    client.write_all(b"half a sent").expect("written");
    client.flush().expect("sent");
    // It hangs up below TLS.
    client.sock.shutdown(std::net::Shutdown::Write).expect("ended");
    let (heard, ended) = heard.join().expect("no panic");
    assert_eq!(heard, b"half a sent", "what came before arrives");
    assert_eq!(ended.expect_err("it does not look whole").kind(), io::ErrorKind::ConnectionReset);
    let log = relay.ended(1);
    assert_eq!(
        [&log[0]["outcome"], &log[0]["error"]["side"], &log[0]["error"]["kind"]],
        ["failed", "near", "truncated"]
    );
    assert_eq!(log[0]["up"], 11, "{}", log[0]);
    relay.finish().ended_well();
}

#[test]
fn a_goodbye_of_tls_is_an_end() {
    let stage = Stage::new();
    let (far, heard) = reader();
    let relay = Relay::start(&stage, TLS, "tcp4", &far, &[]);
    let mut client = raw_client(&stage, relay.address);
    client.write_all(b"a whole sentence").expect("written");
    client.conn.send_close_notify();
    client.flush().expect("sent");
    let (heard, ended) = heard.join().expect("no panic");
    assert!(heard == b"a whole sentence" && ended.is_ok(), "{ended:?}");
    assert_eq!(client.read(&mut [0]).expect("the far side's end comes back as a goodbye"), 0);
    drop(client);
    let left = relay.finish();
    assert_eq!(left.log[0]["outcome"], "served", "{}", left.log[0]);
}

#[test]
fn a_reset_of_the_near_side_resets_the_far_side() {
    let stage = Stage::new();
    let (far, heard) = reader();
    let relay = Relay::start(&stage, "tcp4", "tcp4", &far, &[]);
    let mut client = connect(relay.address);
    client.write_all(b"never mind").expect("written");
    super::until("the far side has it", || relay_has_sent(&relay));
    reset(client);
    let (_, ended) = heard.join().expect("no panic");
    assert_eq!(ended.expect_err("it does not look whole").kind(), io::ErrorKind::ConnectionReset);
    let log = relay.ended(1);
    assert_eq!([&log[0]["error"]["side"], &log[0]["error"]["kind"]], ["near", "reset"], "{}", log[0]);
    let message = log[0]["error"]["message"].as_str().expect("text");
    assert_eq!(message, "`tcp4`: read: Connection reset by peer (os error 104)");
}

/// Whether a connection of the relay's to its far side is there: it has two sockets that are established.
fn relay_has_sent(relay: &Relay) -> Option<()> {
    let sockets = std::fs::read_dir(format!("/proc/{}/fd", relay.child.id())).expect("it runs");
    let sockets = sockets.filter_map(|entry| std::fs::read_link(entry.ok()?.path()).ok());
    // The listener and both sides.
    (sockets.filter(|link| link.to_string_lossy().starts_with("socket:")).count() == 3).then_some(())
}

#[test]
fn a_reset_of_the_far_side_resets_the_near_side() {
    let stage = Stage::new();
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    let far = listener.local_addr().expect("it is bound").to_string();
    for near in ["tcp4", TLS] {
        let relay = Relay::start(&stage, near, "tcp4", &far, &[]);
        let mut client = stage.opener(near).connect(relay.address().as_str()).expect("open");
        client.write_all(b"a question").expect("written");
        let (mut server, _) = listener.accept().expect("it comes");
        server.read_exact(&mut [0; 10]).expect("it arrives");
        reset(server);
        let error = client.read(&mut [0]).expect_err("it does not look whole");
        assert_eq!(error.kind(), io::ErrorKind::ConnectionReset, "{near}: {error}");
        let log = relay.ended(1);
        assert_eq!([&log[0]["error"]["side"], &log[0]["error"]["kind"]], ["far", "reset"], "{}", log[0]);
    }
}

#[test]
fn a_truncated_far_side_is_no_end_for_a_client_with_tls() {
    let stage = Stage::new();
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    let far = listener.local_addr().expect("it is bound").to_string();
    let relay = Relay::start(&stage, TLS, TLS, &far, &[]);
    let config = crate::net::drivers::stage::raw_tls::server(&stage);
    let server = std::thread::spawn(move || {
        let (stream, _) = listener.accept().expect("it comes");
        let mut stream = crate::net::drivers::stage::raw_tls::accept(&config, stream);
        stream.read_exact(&mut [0; 10]).expect("a question");
        stream.write_all(b"half an ans").expect("written");
        stream.flush().expect("sent");
        stream.sock.shutdown(std::net::Shutdown::Write).expect("ended");
    });
    let mut client = stage.opener(TLS).connect(relay.address().as_str()).expect("open");
    client.write_all(b"a question").expect("written");
    let mut heard = Vec::new();
    let error = client.read_to_end(&mut heard).expect_err("it does not look whole");
    assert!(b"half an ans".starts_with(&heard[..]));
    let truncated = match Error::of(&error) {
        Some(Error::Layer { source, .. }) => source.kind() == Failure::Truncated,
        _ => error.kind() == io::ErrorKind::ConnectionReset,
    };
    assert!(truncated, "{error}");
    server.join().expect("no panic");
    let log = relay.ended(1);
    assert_eq!([&log[0]["error"]["side"], &log[0]["error"]["kind"]], ["far", "truncated"], "{}", log[0]);
}

#[test]
fn what_fails_disturbs_nobody_else() {
    let stage = Stage::new();
    let relay = Relay::start(&stage, "tcp4", "tcp4", &echo(), &[]);
    let mut others: Vec<_> = (0..8).map(|_| connect(relay.address)).collect();
    for round in 0..50 {
        let mut client = connect(relay.address);
        super::chat(&mut client);
        reset(client);
        super::chat(&mut others[round % 8]);
    }
    drop(others);
    let log = relay.ended(58);
    assert_eq!(log.iter().filter(|line| line["error"]["kind"] == "reset").count(), 50);
    assert_eq!(log.iter().filter(|line| line["outcome"] == "served").count(), 8);
    relay.finish().ended_well();
}
