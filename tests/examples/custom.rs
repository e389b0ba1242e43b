//! The layer and the base protocol that the examples write: their code itself, with peers that behave and that do not.

#[path = "../../examples/custom_base.rs"]
#[allow(dead_code)]
mod custom_base;
#[path = "../../examples/custom_layer.rs"]
#[allow(dead_code)]
mod custom_layer;

use super::running::{PATIENCE, Server, printed, run};
use crate::net::peer::program;
use custom_base::Programs;
use custom_layer::Greeting;
use sockatlas::net::{Error, Opener, Providers, Step, Stream};
use sockatlas::{Loader, Request};
use std::io::{Read, Write};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::thread::spawn;
use std::time::{Duration, Instant};

fn greeting() -> Opener {
    let providers = Providers::shipped().layer(Greeting);
    let text = include_str!("../../examples/custom_layer.toml");
    let registry = Loader::new().modules(providers.modules()).text("custom_layer.toml", text).load().expect("sound");
    let selection = registry.resolve(&Request::named("acme")).expect("it is there");
    Opener::new(&providers, &selection).limit(Step::Handshake, Some(PATIENCE)).limit(Step::Read, Some(PATIENCE))
}

/// Connects to a peer that does this once it has our greeting.
fn against(peer: impl FnOnce(TcpStream) + Send + 'static) -> Result<Stream, Error> {
    let listener = TcpListener::bind("127.0.0.1:0").expect("loopback");
    let address = listener.local_addr().expect("it is bound");
    let serving = spawn(move || {
        let (mut stream, _) = listener.accept().expect("we come");
        let mut came = [0; 5];
        stream.read_exact(&mut came).expect("we greet");
        assert_eq!(&came, b"ACME\x03");
        peer(stream);
    });
    let result = greeting().connect(address);
    serving.join().expect("it behaved as it was told");
    result
}

#[test]
fn a_greeting_in_pieces_is_one_and_what_comes_with_it_belongs_to_the_program() {
    let mut stream = against(|mut peer| {
        peer.set_nodelay(true).expect("it is a socket");
        for byte in b"ACM" {
            peer.write_all(&[*byte]).expect("we are there");
        }
        peer.write_all(b"E\x02and the rest").expect("we are there");
    });
    let stream = stream.as_mut().expect("it is open");
    assert_eq!(stream.opened().fact("greeting", "version"), Some("2"), "the older of 2 and 3");
    let mut text = String::new();
    stream.read_to_string(&mut text).expect("it comes");
    assert_eq!(text, "and the rest");
    assert!(stream.is_bare());
}

#[test]
fn a_newer_peer_is_spoken_to_in_our_version() {
    let stream = against(|mut peer| peer.write_all(b"ACME\xff").expect("we are there")).expect("it is open");
    assert_eq!(stream.opened().fact("greeting", "version"), Some("3"));
}

#[test]
fn wrong_peers_are_reported_with_the_layer_and_its_place() {
    let reported = |bytes: &'static [u8]| {
        let result = against(move |mut peer| {
            peer.write_all(bytes).expect("we are there");
            // Until we have hung up, so that nothing but these bytes can be what we complain of.
            let _ = peer.read(&mut [0]);
        });
        result.expect_err("it is wrong").to_string()
    };
    let place = "layer `greeting` (1 of 2, in the handshake): ";
    assert_eq!(reported(b"H"), format!("{place}the peer began with `H`, not with `ACME`"));
    assert_eq!(reported(b"ACMF"), format!("{place}the peer began with `ACMF`, not with `ACME`"));
    assert_eq!(reported(b"ACME\x01"), format!("{place}the peer speaks version 1 at most, 2 is the oldest accepted"));
    let error = against(|mut peer| {
        peer.write_all(b"ACM").expect("we are there");
        peer.shutdown(Shutdown::Write).expect("it is connected");
        let _ = peer.read(&mut [0]);
    });
    let reported = error.expect_err("it is cut off").to_string();
    assert!(reported.starts_with(place) && reported.contains("ended"), "{reported}");
}

#[test]
fn its_options_are_tested_when_the_catalog_is_loaded() {
    let text = include_str!("../../examples/custom_layer.toml").replace("oldest = 2", "oldest = 4");
    let modules = Providers::shipped().layer(Greeting).modules();
    let error = Loader::new().modules(modules).text("custom_layer.toml", text).load().expect_err("4 is too new");
    assert!(error.to_string().contains("4 where a whole number from 1 to 3 is expected"), "{error}");
}

fn command(entry: &str) -> Opener {
    let providers = Providers::shipped().base(Programs);
    let text = include_str!("../../examples/custom_base.toml");
    let registry = Loader::new().modules(providers.modules()).text("custom_base.toml", text).load().expect("sound");
    let selection = registry.resolve(&Request::named(entry)).expect("it is there");
    Opener::new(&providers, &selection).limit(Step::Handshake, Some(PATIENCE))
}

#[test]
fn a_program_is_a_connection_with_ends_and_limits() {
    let opener = command("command").limit(Step::Read, Some(Duration::from_millis(100)));
    let mut stream = opener.connect("cat").expect("there is a cat");
    stream.write_all(b"there").expect("it reads");
    let mut back = [0; 5];
    stream.read_exact(&mut back).expect("it writes");
    assert_eq!(&back, b"there");
    let error = stream.read(&mut back).expect_err("nothing was sent");
    assert_eq!(error.to_string(), "nothing to read within 100ms");
    stream.shutdown_write().expect("it reads");
    stream.set_read_limit(Some(PATIENCE)).expect("it is a socket");
    assert_eq!(stream.read(&mut back).expect("it ends"), 0);
    assert!(stream.into_socket().is_ok(), "it is a socket and nothing else");
}

#[test]
fn a_program_whose_connection_is_dropped_ends_and_is_waited_for() {
    let mut stream = command("command").connect("sh -c 'echo $$; exec cat'").expect("there is a shell");
    let mut line = [0; 16];
    let count = stream.read(&mut line).expect("it writes");
    let number = String::from_utf8_lossy(&line[..count]).trim().to_owned();
    let process = std::path::PathBuf::from(format!("/proc/{number}"));
    assert!(process.exists(), "{number} runs");
    drop(stream);
    // The example waits for it, so that nothing is left here that could be awaited.
    let deadline = Instant::now() + PATIENCE;
    while process.exists() {
        assert!(Instant::now() < deadline, "{number} still runs, or is a zombie");
        std::thread::sleep(Duration::from_millis(5));
    }
}

#[test]
fn a_program_that_is_not_there_is_reported_by_the_shell_and_by_the_end() {
    let (_, errors) = printed(&run("custom_base", &["/no/such/program", ""]), 0);
    assert!(errors.contains("/no/such/program: not found"), "{errors}");
}

#[test]
fn a_layer_of_others_runs_over_a_base_of_ones_own() {
    let Some(socat) = program("socat") else { return };
    let folder = tempfile::tempdir().expect("there is room");
    let made = rcgen::generate_simple_self_signed(["ours.example".to_owned()]).expect("a certificate");
    let file = |name: &str, text: &str| {
        let path = folder.path().join(name);
        crate::secret::write(&path, text);
        path.to_str().expect("it is text").to_owned()
    };
    let (certificate, key) =
        (file("certificate.pem", &made.cert.pem()), file("key.pem", &made.signing_key.serialize_pem()));

    let registry = sockatlas::Registry::builtin();
    let selection = registry.resolve(&Request::named("secure/tcp4")).expect("it is there");
    let server = Opener::new(&Providers::shipped(), &selection);
    let server = server.set_word("tls", "certificate", &certificate).expect("it takes one");
    let server = server.set_word("tls", "key", &key).expect("it takes one");
    let listener = server.listen("127.0.0.1:0").expect("loopback");
    let address = listener.local().expect("it is bound");
    let serving = spawn(move || {
        let mut stream = listener.accept().expect("socat comes").handshake().expect("we trust it");
        stream.write_all(b"through socat, under TLS").expect("it is open");
        stream.close().expect("it says goodbye");
    });

    let opener = command("secure-command").set_word("tls", "roots", &certificate).expect("it takes one");
    let opener = opener.set_word("tls", "server-name", "ours.example").expect("it takes one");
    let mut stream = opener.connect(format!("{} - TCP:{address}", socat.display())).expect("TLS over a program");
    let mut text = String::new();
    stream.read_to_string(&mut text).expect("it comes");
    assert_eq!(text, "through socat, under TLS");
    assert_eq!(stream.opened().fact("tls", "version"), Some("TLS 1.3"));
    stream.close().expect("it says goodbye");
    serving.join().expect("it answered");
}

#[test]
fn the_example_runs_any_program() {
    let server = Server::start("echo_server", &[]);
    let Some(socat) = program("socat") else { return };
    let target = format!("{} - TCP:{}", socat.display(), server.address());
    let (reported, errors) = printed(&run("custom_base", &[&target, "hello"]), 0);
    assert_eq!((reported, errors.as_str()), (format!("{target}: \"hello\"\n"), ""));
}
