//! `frame`: messages over a stream.
//!
//! Asserts what `sessions` does, and that the messages that were read are sent as the bytes that they were read from.

use super::sessions::{Input, Prepared, machine, prepared};
use sockatlas::net::Role;
use sockatlas::net::layers::frame::Frame;
use std::sync::LazyLock;

/// The layer with its own limit, and with one of 1,000 bytes.
static LAYERS: LazyLock<[Prepared; 2]> = LazyLock::new(|| {
    let short = [("frame.max-message", "1000")];
    [&[][..], &short].map(|options| prepared(Frame, "framed/tcp4", Role::Connect, options))
});

pub fn run(input: &[u8]) {
    let Some(input) = Input::of(input) else { return };
    let layer = &LAYERS[usize::from(input.variant)];
    let done = input.hear(|| machine(layer, None, None));
    let mut sending = machine(layer, None, None);
    sending.start().expect("there is no handshake");
    let mut sent = Vec::new();
    let mut rest = done.received.as_slice();
    for length in done.messages {
        let (message, behind) = rest.split_at(length);
        rest = behind;
        assert!(sending.send_message(message).expect("a message that was accepted is not too long"));
        sent.extend_from_slice(sending.outbound());
        sending.sent(sending.outbound().len());
    }
    assert!(input.bytes.starts_with(&sent), "the messages are sent as other bytes");
}
