//! `proxy-protocol`, accepting: headers of versions 1 and 2.
//!
//! Asserts what `sessions` does, and that an origin which was read is read again from the header that states it.

use super::sessions::{Input, Prepared, machine, prepared, talk};
use sockatlas::net::Role;
use sockatlas::net::layers::proxy_protocol::ProxyProtocol;
use std::sync::LazyLock;

/// The accepting side of either version, and of version 1 alone.
static ACCEPTING: LazyLock<[Prepared; 2]> = LazyLock::new(|| {
    let one = [("proxy-protocol.version", "1")];
    [&[][..], &one].map(|options| prepared(ProxyProtocol, "forwarded/tcp4", Role::Accept, options))
});

static CONNECTING: LazyLock<Prepared> = LazyLock::new(|| prepared(ProxyProtocol, "forwarded/tcp4", Role::Connect, &[]));

pub fn run(input: &[u8]) {
    let Some(input) = Input::of(input) else { return };
    let accepting = &ACCEPTING[usize::from(input.variant)];
    let done = input.hear(|| machine(accepting, None, None));
    let Some(origin) = done.claims.origin else { return };
    let mut connecting = machine(&CONNECTING, None, Some(&origin));
    let mut accepting = machine(&ACCEPTING[0], None, None);
    assert!(talk(&mut connecting, &mut accepting).expect("our own header is sound"));
    assert_eq!(accepting.claims().origin.as_ref(), Some(&origin));
}
