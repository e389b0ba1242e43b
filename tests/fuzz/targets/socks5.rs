//! `socks5`: what a proxy answers to a client, and what a client asks of a proxy.
//!
//! Asserts what `sessions` does, and that a target which was asked for can be asked for by our own client.

use super::sessions::{Input, Prepared, machine, prepared, talk, users, usual};
use sockatlas::net::layers::socks5::Socks5;
use sockatlas::net::{Role, Target};
use std::sync::LazyLock;

/// The connecting side, without a user and with one.
static CONNECTING: LazyLock<[Prepared; 2]> = LazyLock::new(|| {
    let proxy = ("socks5.proxy", "192.0.2.1:1080");
    let user = [proxy, ("socks5.username", "alice"), ("socks5.password-env", "PASSWORD")];
    [&[proxy][..], &user].map(|options| prepared(Socks5, "socks/tcp4", Role::Connect, options))
});

/// The accepting side, for all and for users.
static ACCEPTING: LazyLock<[Prepared; 2]> = LazyLock::new(|| {
    let users = users();
    let users = [("socks5.users-file", users.as_str())];
    [&[][..], &users].map(|options| prepared(Socks5, "socks/tcp4", Role::Accept, options))
});

/// Runs the connecting side with the bytes of a proxy.
pub fn client(input: &[u8]) {
    let Some(input) = Input::of(input) else { return };
    let target = Target::host("example.org", 443);
    input.hear(|| machine(&CONNECTING[usize::from(input.variant)], Some(&target), None));
}

/// Runs the accepting side with the bytes of a client.
pub fn server(input: &[u8]) {
    let Some(input) = Input::of(input) else { return };
    let layer = usize::from(input.variant);
    let done = input.hear(|| machine(&ACCEPTING[layer], None, None));
    let Some(target) = done.claims.target else { return };
    let mut connecting = machine(&CONNECTING[layer], Some(&target), None);
    let mut accepting = machine(&ACCEPTING[layer], None, None);
    assert!(talk(&mut connecting, &mut accepting).expect("our own request is sound"));
    assert_eq!(accepting.claims().target.as_ref().and_then(usual), usual(&target));
}
