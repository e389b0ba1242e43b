//! Addresses that cannot be, and those that are taken.

use super::{opener, refused};
use sockatlas::net::{Address, ErrorKind};
use std::time::Duration;

const EADDRINUSE: i32 = 98;

#[test]
fn a_path_too_long_for_the_kernel_is_reported_with_its_length() {
    let long = Address::Unix(format!("/tmp/{}", "x".repeat(120)).into());
    let reported = refused(opener("unix-stream").listen(&long)).to_string();
    assert_eq!(
        reported,
        format!("`unix-stream`: {long}: bind: a path of a unix socket has at most 107 bytes, this one has 125")
    );
    let reported = refused(opener("unix-dgram").connect(&long)).to_string();
    assert!(
        reported.ends_with("connect: a path of a unix socket has at most 107 bytes, this one has 125"),
        "{reported}"
    );
    let name = Address::UnixAbstract(vec![b'x'; 108]);
    let reported = refused(opener("unix-dgram").bind(Some(&name))).to_string();
    let expected =
        format!("`unix-dgram`: {name}: bind: a name of a unix socket has at most 107 bytes, this one has 108");
    assert_eq!(reported, expected);
    // The longest are taken, and read back whole.
    for longest in [Address::Unix(format!("/tmp/{}", "x".repeat(102)).into()), Address::UnixAbstract(vec![b'x'; 107])] {
        if let Address::Unix(path) = &longest {
            let _ = std::fs::remove_file(path);
        }
        let socket = opener("unix-dgram").bind(Some(&longest)).expect("it is no longer than it may be");
        assert_eq!(socket.local(), Some(longest.clone()));
        if let Address::Unix(path) = &longest {
            std::fs::remove_file(path).expect("it is ours");
        }
    }
}

#[test]
fn a_file_that_is_there_already_is_never_removed() {
    let folder = tempfile::tempdir().expect("there is room");
    let at = Address::Unix(folder.path().join("stale"));
    drop(opener("unix-stream").listen(&at).expect("the folder is ours"));
    let error = refused(opener("unix-stream").listen(&at));
    assert_eq!((error.kind(), error.errno()), (ErrorKind::Host, Some(EADDRINUSE)));
    assert_eq!(error.to_string(), format!("`unix-stream`: {at}: bind: Address already in use (os error 98)"));
    assert!(at.path().is_some_and(std::path::Path::exists));
    // Nobody answers at it, and that is the network's. A program that another test is just starting holds the listener, too, until
    // it has begun.
    let mut attempts = std::iter::repeat_with(|| {
        std::thread::sleep(Duration::from_millis(5));
        opener("unix-stream").connect(&at)
    });
    let error = attempts.by_ref().take(2000).find_map(Result::err);
    let error = error.expect("it is refused");
    assert_eq!((error.kind(), error.errno()), (ErrorKind::Network, Some(111)));
}

#[test]
fn an_address_of_another_family_is_no_address_of_this_one() {
    let v6 = Address::Ip("[::1]:1".parse().expect("an address"));
    let reported = refused(opener("tcp4").connect(&v6)).to_string();
    assert_eq!(reported, "`tcp4`: `[::1]:1` as an address of inet is not supported");
    let reported = refused(opener("unix-dgram").bind(Some(&v6))).to_string();
    assert_eq!(reported, "`unix-dgram`: `[::1]:1` as an address of unix is not supported");
}

#[test]
fn sockets_without_addresses_of_ours_are_neither_bound_nor_connected() {
    for entry in ["packet-raw", "xdp"] {
        let family = opener(entry).selection().family();
        let reported = refused(opener(entry).bind(Some(&"eth0")));
        assert_eq!(reported.to_string(), format!("`{entry}`: `eth0` as an address of {family} is not supported"));
        assert_eq!(reported.kind(), ErrorKind::Host);
        assert!(opener(entry).connect("eth0").is_err());
    }
}

#[test]
fn an_interface_belongs_to_an_address_that_counts_on_one_link() {
    let reported = refused(opener("udp6").connect("[fe80::1%no-such-link]:9")).to_string();
    assert!(reported.starts_with("`udp6`: looking up fe80::1%no-such-link: "), "{reported}");
    let Ok(stream) = opener("udp6").connect("[fe80::1%lo]:9") else {
        return super::skipped("addresses of one link", "the loopback has none");
    };
    let peer = stream.opened().peer.expect("it is connected").to_string();
    assert!(peer.starts_with("[fe80::1%"), "{peer}");
}
