//! What those who trace hear: a span for each layer, and in it what the layer does. Feature `tracing`.

use sockatlas::net::{Opener, Providers};
use sockatlas::{Loader, Request};
use std::fmt::{Debug, Write as _};
use std::io::{Read, Write};
use std::sync::{Arc, Mutex};
use tracing::field::{Field, Visit};
use tracing::span::{Attributes, Id, Record};
use tracing::{Event, Metadata, Subscriber};

/// Writes down spans when they are made, and events with the span they are in.
#[derive(Clone, Default)]
struct Ear {
    heard: Arc<Mutex<Vec<String>>>,
    spans: Arc<Mutex<Vec<String>>>,
    within: Arc<Mutex<Vec<u64>>>,
}

#[derive(Default)]
struct Fields(String);

impl Visit for Fields {
    fn record_debug(&mut self, field: &Field, value: &dyn Debug) {
        let before = if self.0.is_empty() { "" } else { " " };
        let _ = write!(self.0, "{before}{}={value:?}", field.name());
    }
}

impl Subscriber for Ear {
    fn enabled(&self, metadata: &Metadata<'_>) -> bool {
        metadata.target().starts_with("sockatlas")
    }

    fn new_span(&self, span: &Attributes<'_>) -> Id {
        let mut fields = Fields::default();
        span.record(&mut fields);
        let mut spans = self.spans.lock().expect("no panic");
        spans.push(format!("{}{{{}}}", span.metadata().name(), fields.0));
        Id::from_u64(spans.len() as u64)
    }

    fn record(&self, _: &Id, _: &Record<'_>) {}

    fn record_follows_from(&self, _: &Id, _: &Id) {}

    fn event(&self, event: &Event<'_>) {
        let mut fields = Fields::default();
        event.record(&mut fields);
        let within = self.within.lock().expect("no panic").last().copied();
        let span = within.map_or_else(String::new, |id| self.spans.lock().expect("no panic")[id as usize - 1].clone());
        self.heard.lock().expect("no panic").push(format!("{span}: {}", fields.0));
    }

    fn enter(&self, span: &Id) {
        self.within.lock().expect("no panic").push(span.into_u64());
    }

    fn exit(&self, _: &Id) {
        self.within.lock().expect("no panic").pop();
    }
}

#[test]
fn each_layer_has_a_span_with_what_it_does() {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").expect("loopback has ports");
    let proxy = listener.local_addr().expect("bound").to_string();
    let proxied = std::thread::spawn(move || {
        let (mut peer, _) = listener.accept().expect("it came");
        let mut some = [0; 64];
        assert!(peer.read(&mut some).expect("greets") > 0);
        peer.write_all(&[5, 0]).expect("sent");
        assert!(peer.read(&mut some).expect("asks") > 0);
        // Connected; and then no TLS behind it.
        peer.write_all(&[5, 0, 0, 1, 127, 0, 0, 1, 0, 9]).expect("sent");
        peer.write_all(b"220 not TLS\r\n").expect("sent");
        let _ = peer.read(&mut some);
    });
    let registry = Loader::new().builtin().load().expect("sound");
    let selection = registry.resolve(&Request::named("secure-socks/tcp4")).expect("it is there");
    let opener = Opener::new(&Providers::shipped(), &selection);
    let opener = opener.set_word("socks5", "proxy", &proxy).expect("an option");
    let opener = opener.set_word("tls", "roots", "webpki").expect("an option");
    let ear = Ear::default();
    tracing::subscriber::with_default(ear.clone(), || {
        opener.connect("localhost:443").expect_err("no TLS there");
    });
    proxied.join().expect("no panic");
    let heard = ear.heard.lock().expect("no panic").clone();
    let socks = "layer{name=\"socks5\" place=2}: ";
    let tls = "layer{name=\"tls\" place=1}: ";
    let begins = [
        (socks, "message=handshake begins"),
        (socks, "message=handshake is over, and"),
        (tls, "message=handshake begins"),
    ];
    for ((span, event), line) in begins.into_iter().zip(&heard) {
        assert!(line.starts_with(span) && line.contains(event), "{heard:#?}");
    }
    assert!(heard[1].contains("proxy="), "{heard:#?}");
    assert!(heard.last().is_some_and(|line| line.starts_with(&format!("{tls}message=failed"))), "{heard:#?}");
}
