//! Catalogs that change while a relay runs.

use super::{Relay, chat, connect, echo};
use crate::net::drivers::stage::Stage;
use crate::net::hearing::hear;
use rustix::process::Signal;
use serde_json::Value;
use std::fs;
use std::io::{Read, Write};
use std::net::TcpStream;

/// The catalog of a stage, which is edited.
struct Catalog<'s> {
    stage: &'s Stage,
    text: String,
}

impl<'s> Catalog<'s> {
    fn of(stage: &'s Stage) -> Catalog<'s> {
        Catalog { stage, text: fs::read_to_string(stage.file("site.toml")).expect("it was written") }
    }

    /// Puts this before what it said first, as an editor does that renames.
    fn begins_with(&self, beginning: &str) {
        self.is(&format!("{beginning}\n{}", self.text));
    }

    fn is(&self, text: &str) {
        fs::write(self.stage.file("site.new"), text).expect("there is room");
        fs::rename(self.stage.file("site.new"), self.stage.file("site.toml")).expect("it is renamed");
    }
}

/// A connection through a relay, over which something was said.
fn through(relay: &Relay) -> TcpStream {
    let mut stream = connect(relay.address);
    chat(&mut stream);
    stream
}

/// Ends connections one after the other: by which entries they were forwarded.
fn entries(relay: &Relay, streams: Vec<TcpStream>) -> Vec<Value> {
    let before = relay.log().len();
    for (at, mut stream) in streams.into_iter().enumerate() {
        // It is the same connection still.
        chat(&mut stream);
        drop(stream);
        relay.ended(before + at + 1);
    }
    relay.log()[before..].iter().map(|line| line["far"]["entry"].clone()).collect()
}

/// Expects that a new connection is reset, and the relay's reason for that.
fn is_refused(relay: &Relay) -> Value {
    let before = relay.log().len();
    let mut stream = connect(relay.address);
    let refused = stream.write_all(b"is this forwarded?").and_then(|()| stream.read_exact(&mut [0]));
    assert!(refused.is_err(), "it is reset");
    relay.ended(before + 1).remove(before)
}

#[test]
fn new_connections_take_the_new_chain_and_open_ones_keep_theirs() {
    let stage = Stage::new();
    let catalog = Catalog::of(&stage);
    let mut relay = Relay::start(&stage, "tcp4", "inet/stream", &echo(), &["--watch"]);
    let mut streams = vec![through(&relay)];

    catalog.begins_with("order = [\"socks\"]");
    let said = hear(&mut relay.stderr, "version 2 counts\n");
    assert!(said.starts_with("the catalogs have changed\n  - tcp4 (tcp4)\n  + socks (socks5 > tcp4)\n"), "{said}");
    streams.push(through(&relay));

    catalog.is("format = 1\n[chain.socks");
    let said = hear(&mut relay.stderr, "so version 2 goes on counting\n");
    assert!(said.contains("site.toml:2:"), "{said}");
    streams.push(through(&relay));

    catalog.begins_with("order = [\"inspected\"]");
    hear(&mut relay.stderr, "version 3 counts\n");
    streams.push(through(&relay));
    assert_eq!(entries(&relay, streams), ["tcp4", "socks", "socks", "inspected"]);
    relay.finish().ended_well();
}

#[test]
fn a_hangup_has_the_catalogs_read_again() {
    let stage = Stage::new();
    let catalog = Catalog::of(&stage);
    let mut relay = Relay::start(&stage, "tcp4", "inet/stream", &echo(), &[]);
    let mut streams = vec![through(&relay)];
    catalog.begins_with("order = [\"socks\"]");
    // Nobody has asked for it yet.
    streams.push(through(&relay));
    relay.signal(Signal::HUP);
    hear(&mut relay.stderr, "version 2 counts\n");
    streams.push(through(&relay));

    relay.signal(Signal::HUP);
    hear(&mut relay.stderr, "the catalogs say what they said: version 2 counts\n");
    catalog.is("format = 2");
    for _ in 0..2 {
        relay.signal(Signal::HUP);
        hear(&mut relay.stderr, "the catalogs have faults: version 2 counts\n");
    }
    streams.push(through(&relay));
    catalog.begins_with("order = [\"socks\"]");
    relay.signal(Signal::HUP);
    hear(&mut relay.stderr, "say what version 2 says\n");
    assert_eq!(entries(&relay, streams), ["tcp4", "tcp4", "socks", "socks"]);
    relay.finish().ended_well();
}

#[test]
fn what_the_new_version_refuses_is_not_opened_by_the_old_one() {
    let stage = Stage::new();
    let catalog = Catalog::of(&stage);
    let mut relay = Relay::start(&stage, "tcp4", "socks", &echo(), &["--watch"]);
    let mut streams = vec![through(&relay)];
    catalog.begins_with("disable = [\"socks\"]");
    let said = hear(&mut relay.stderr, "version 2 counts, so new connections are refused; those that are open go on\n");
    assert!(said.contains("no-such-entry"), "{said}");
    let refused = is_refused(&relay);
    assert_eq!(refused["outcome"], "failed", "{refused}");
    let message = "`socks`: the catalogs as they are now do not let it be opened";
    assert_eq!([&refused["error"]["side"], &refused["error"]["message"]], ["far", message], "{refused}");
    // Faults do not bring back what was refused.
    catalog.is("format = 2");
    hear(&mut relay.stderr, "so version 2 goes on counting\n");
    is_refused(&relay);
    catalog.begins_with("# It is back.");
    hear(&mut relay.stderr, "version 3 counts\n");
    streams.push(through(&relay));
    assert_eq!(entries(&relay, streams), ["socks", "socks"]);
    let left = relay.finish();
    left.ended_well();
    assert!(left.said.contains(" 2 served, 2 failed;"), "{}", left.said);
}

#[test]
fn what_cannot_be_prepared_is_refused_too() {
    let stage = Stage::new();
    let catalog = Catalog::of(&stage);
    let mut relay = Relay::start(&stage, "tcp4", "inet/stream", &echo(), &["--watch"]);
    let streams = vec![through(&relay)];
    let lost = catalog.text.replace("roots = [\"certificate.pem\"]", "roots = [\"lost.pem\"]");
    catalog.is(&format!("order = [\"secure\"]\n{lost}"));
    let said = hear(&mut relay.stderr, "version 2 counts, so new connections are refused; those that are open go on\n");
    assert!(said.contains("lost.pem"), "{said}");
    is_refused(&relay);
    assert_eq!(entries(&relay, streams), ["tcp4"]);
    relay.finish().ended_well();
}

#[test]
fn new_layers_of_the_side_that_accepts_stand_over_the_same_socket() {
    let stage = Stage::new();
    let catalog = Catalog::of(&stage);
    let mut relay = Relay::start(&stage, "inet/stream", "tcp4", &echo(), &["--watch"]);
    let mut plain = through(&relay);
    catalog.begins_with("order = [\"secure\"]");
    hear(&mut relay.stderr, "version 2 counts\n");
    let mut encrypted = stage.opener("secure").connect(relay.address().as_str()).expect("it speaks TLS now");
    chat(&mut encrypted);
    chat(&mut plain);
    let mut other = connect(relay.address);
    other.write_all(b"GET / HTTP/1.0\r\n\r\n").expect("it is open");
    let mut heard = Vec::new();
    let _ = other.read_to_end(&mut heard);
    assert!(!heard.windows(3).any(|window| window == b"GET"), "what is not encrypted is not forwarded");
    drop((plain, encrypted, other));
    let log = relay.ended(3);
    let near = |entry: &str| log.iter().filter(|line| line["near"]["entry"] == entry).count();
    assert_eq!([near("tcp4"), near("secure")], [1, 2], "{log:?}");
    relay.finish().ended_well();
}

#[test]
fn another_base_protocol_takes_a_new_start() {
    let stage = Stage::new();
    let catalog = Catalog::of(&stage);
    let front = |base: &str| format!("{}\n[chain.front]\nlayers = [\"inspect\"]\nbase = \"{base}\"\n", catalog.text);
    catalog.is(&front("tcp4"));
    let mut relay = Relay::start(&stage, "front", "tcp4", &echo(), &["--watch"]);
    let streams = vec![through(&relay)];
    let others = "
        [base.unix-stream]
        provider     = \"kernel\"
        family       = \"unix\"
        type         = \"stream\"
        protocol     = 0
        matches-zero = true
        services     = [\"guaranteed-delivery\", \"guaranteed-order\"]";
    catalog.is(&format!("{}{others}", front("unix-stream")));
    let said = hear(&mut relay.stderr, "version 2 counts, so new connections are refused; those that are open go on\n");
    assert!(said.contains("it stands on `unix-stream`, and what listens is `tcp4`"), "{said}");
    is_refused(&relay);
    assert_eq!(entries(&relay, streams), ["tcp4"]);
    relay.finish().ended_well();
}

#[test]
fn a_reload_while_connections_come_and_go_loses_none() {
    let stage = Stage::new();
    let catalog = Catalog::of(&stage);
    let mut relay = Relay::start(&stage, "tcp4", "inet/stream", &echo(), &[]);
    let address = relay.address;
    let clients: Vec<_> =
        (0..4).map(|_| std::thread::spawn(move || (0..100).for_each(|_| chat(&mut connect(address))))).collect();
    for round in 2..12 {
        catalog.begins_with(if round % 2 == 0 { "order = [\"inspected\"]" } else { "# As it was." });
        relay.signal(Signal::HUP);
        hear(&mut relay.stderr, &format!("version {round} counts\n"));
    }
    clients.into_iter().for_each(|client| client.join().expect("all are answered"));
    relay.ended(400);
    let left = relay.finish();
    left.ended_well();
    assert!(left.said.contains(" 400 served, 0 failed;"), "{}", left.said);
}
