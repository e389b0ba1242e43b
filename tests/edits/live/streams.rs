//! What is open stays as it was opened.

use super::Site;
use sockatlas::net::{Listener, Opener, Providers, Stream};
use sockatlas::terms::ErrorCode;
use sockatlas::{Request, Selection};
use std::io::{Read, Write};
use std::thread::JoinHandle;

const FIRST: &str = r#"
format = 1
[provider.kernel]
module = "system"
[provider.frame]
[provider.inspect]
[base.tcp4]
provider = "kernel"
family = "inet"
type = "stream"
protocol = "tcp"
services = ["guaranteed-delivery", "guaranteed-order"]
[layer.frame]
provider = "frame"
type = "seqpacket"
adds = ["framed", "message-oriented"]
options = { HEADER }
[layer.inspect]
provider = "inspect"
adds = ["metered"]
[chain.orders]
layers = ["inspect", "frame"]
base = "tcp4"
"#;

fn opener(selection: Result<Selection<'_>, sockatlas::Refusal>) -> Opener {
    Opener::new(&Providers::shipped(), &selection.expect("it is there"))
}

/// Sends messages back as they come, on each of so many connections.
fn echo(listener: Listener, connections: usize) -> JoinHandle<()> {
    std::thread::spawn(move || {
        for _ in 0..connections {
            let mut stream = listener.accept().and_then(|accepted| accepted.handshake()).expect("a client comes");
            let mut message = [0; 64];
            loop {
                let length = stream.read(&mut message).expect("a message or the end");
                if stream.has_ended() {
                    break;
                }
                stream.write_all(&message[..length]).expect("the client reads");
            }
        }
    })
}

#[track_caller]
fn converse(stream: &mut Stream, message: &str) {
    stream.write_all(message.as_bytes()).expect("the echo reads");
    let mut answer = [0; 64];
    let length = stream.read(&mut answer).expect("the echo answers");
    assert_eq!(std::str::from_utf8(&answer[..length]), Ok(message));
}

#[test]
fn a_stream_goes_on_by_its_version_when_its_entry_is_changed_and_when_it_is_gone() {
    let first = FIRST.replace("HEADER", "max-message = 1024");
    let site = Site::new(&first);
    let live = site.live();
    let named = Request::named("orders");
    let listener = opener(live.version().resolve(&named)).listen("127.0.0.1:0").expect("loopback has ports");
    let address = listener.local().expect("it is bound").to_string();
    let echo = echo(listener, 2);
    let by_first = opener(live.version().resolve(&named));
    let mut stream = by_first.connect(address.as_str()).expect("the echo listens");
    converse(&mut stream, "before");
    let before = stream.opened();
    assert_eq!((before.entry.as_str(), before.stack.join(" > ").as_str()), ("orders", "inspect > frame > tcp4"));
    let metered = |stream: &Stream| {
        let opened = stream.opened();
        let layer = opened.layers.first().expect("inspect is on top").clone();
        (layer.name, layer.traffic.messages_sent, layer.traffic.messages_received)
    };
    assert_eq!(metered(&stream), ("inspect".to_owned(), 1, 1));

    // Changed: the layers stand the other way round, and messages have four bytes at most.
    let second = first.replace("[\"inspect\", \"frame\"]", "[\"frame\", \"inspect\"]").replace("1024", "4");
    site.save(&second);
    assert!(live.reload().is_some());
    let stack = |selection: Selection<'_>| selection.stack().map(|entry| entry.name().to_owned()).collect::<Vec<_>>();
    assert_eq!(live.version().resolve(&named).map(stack).expect("it is there"), ["frame", "inspect", "tcp4"]);
    converse(&mut stream, "while it is another");

    // Gone.
    site.save(first.split("[chain.orders]").next().expect("there is something before it"));
    assert!(live.reload().is_some());
    assert_eq!(live.version().resolve(&named).map_err(|refusal| refusal.code()).err(), Some(ErrorCode::NoSuchEntry));
    converse(&mut stream, "while it is gone");
    let now = stream.opened();
    assert_eq!(
        (&now.entry, &now.stack, &now.local, &now.peer),
        (&before.entry, &before.stack, &before.local, &before.peer)
    );
    assert!(now.sent > before.sent && now.received > before.received);
    assert_eq!(metered(&stream), ("inspect".to_owned(), 3, 3), "its layers are those that they were");

    // What was prepared by the first version opens by it too, and keeps it.
    assert_eq!(live.release(), 1);
    stream.close().expect("the echo closes too");
    let mut another = by_first.connect(address.as_str()).expect("the echo listens");
    converse(&mut another, "opened later");
    assert_eq!(another.entry(), "orders");
    another.close().expect("the echo closes too");
    echo.join().expect("it echoed");
    assert_eq!(live.release(), 1);
    drop(by_first);
    assert_eq!(live.release(), 0, "nothing keeps the first version any more");
}
