//! Every base protocol of the catalog, opened.

use super::{errno, opener, registry, skipped};
use sockatlas::catalog::EntryKind;
use sockatlas::net::ErrorKind;
use sockatlas::terms::{ErrorCode, Family, Protocol, SocketType};

const EPERM: i32 = 1;
const EACCES: i32 = 13;
const ENODEV: i32 = 19;
const EPROTONOSUPPORT: i32 = 93;
const EAFNOSUPPORT: i32 = 97;

#[test]
fn every_base_is_opened_as_the_catalog_says_or_the_host_says_why_not() {
    let mut opened = Vec::new();
    for base in registry().selectable().filter(|entry| entry.kind() == EntryKind::Base) {
        let name = base.name();
        let opener = opener(name);
        match opener.bind(None) {
            Ok(socket) => {
                let selection = opener.selection();
                let asked = (selection.family(), selection.socket_type(), selection.protocol());
                let real = socket.opened();
                assert_eq!((real.family, real.socket_type, real.protocol), made_of(asked), "{name}");
                opened.push(name);
            }
            Err(error) => {
                assert_eq!((error.kind(), error.code()), (ErrorKind::Host, Some(ErrorCode::ProviderFailed)), "{name}");
                assert!(error.to_string().starts_with(&format!("`{name}`: socket: ")), "{error}");
                let lacking = [EPERM, EACCES, ENODEV, EPROTONOSUPPORT, EAFNOSUPPORT];
                assert!(lacking.contains(&errno(&error)), "{error}");
                skipped("opening", error);
            }
        }
    }
    for name in ["tcp4", "udp4", "tcp6", "udp6", "unix-stream", "unix-dgram", "unix-seqpacket", "netlink-raw"] {
        assert!(opened.contains(&name), "{name}: {opened:?}");
    }
}

/// What the kernel makes of a triple, as it tells by SO_DOMAIN, SO_TYPE and SO_PROTOCOL.
fn made_of((family, socket_type, protocol): (Family, SocketType, Protocol)) -> (Family, SocketType, Protocol) {
    match (family, socket_type) {
        (Family::INET, SocketType::PACKET) => (Family::PACKET, socket_type, Protocol::UNSPEC),
        (Family::UNIX, SocketType::RAW) => (family, SocketType::DGRAM, Protocol::UNSPEC),
        // They keep no protocol in their sockets.
        (Family::UNIX | Family::VSOCK | Family::PACKET, _) => (family, socket_type, Protocol::UNSPEC),
        _ => (family, socket_type, protocol),
    }
}
