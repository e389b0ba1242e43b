//! Properties of every header.

use super::super::header::Connection;
use super::super::reader;
use super::super::{binary, line};
use super::*;
use proptest::prelude::*;
use std::net::SocketAddr;

fn ips() -> impl Strategy<Value = Address> {
    any::<SocketAddr>().prop_map(Address::Ip)
}

fn others() -> impl Strategy<Value = Address> {
    prop_oneof![
        "[ -~]{0,110}".prop_map(|path| Address::Unix(path.into())),
        prop::collection::vec(any::<u8>(), 0..110).prop_map(Address::UnixAbstract),
        (any::<u32>(), any::<u32>()).prop_map(|(cid, port)| Address::Vsock { cid, port }),
        ips(),
    ]
}

fn origins() -> impl Strategy<Value = Origin> {
    let pair = prop_oneof![(ips(), ips()).boxed(), (others(), others()).boxed()];
    pair.prop_map(|(source, destination)| Origin { source, destination })
}

fn versions() -> impl Strategy<Value = Version> {
    prop_oneof![Just(Version::One), Just(Version::Two)]
}

fn write(version: Version, connection: &Connection) -> Vec<u8> {
    match version {
        Version::One => line::write(connection),
        Version::Two => binary::write(connection),
    }
}

/// Generates bytes that are similar to a header.
fn nearly() -> impl Strategy<Value = Vec<u8>> {
    let text = "PROXY (TCP4|TCP6|UNKNOWN|X)?( [0-9a-f:.]{0,12}){0,5}[\r\n ]{0,3}".prop_map(String::into_bytes);
    let tail = prop::collection::vec(any::<u8>(), 0..400);
    let fixed = (prop::sample::select(&[0x20_u8, 0x21, 0x21, 0x21, 0x30][..]), 0..0x40_u8, 0..300_u16);
    let binary = (fixed, tail).prop_map(|((command, family, length), tail)| {
        [SIGNATURE, &[command, family], &length.to_be_bytes(), &tail].concat()
    });
    let made = (versions(), origins()).prop_map(|(version, origin)| write(version, &Connection::of(&origin, version)));
    let mutated = (made, any::<prop::sample::Index>(), any::<u8>()).prop_map(|(mut bytes, at, byte)| {
        let at = at.index(bytes.len());
        bytes[at] = byte;
        bytes
    });
    prop_oneof![prop::collection::vec(any::<u8>(), 0..200), text, binary, mutated]
}

proptest! {
    #[test]
    fn every_header_we_make_we_read_back(version in versions(), origin in origins(), behind in any::<[u8; 3]>()) {
        let connection = Connection::of(&origin, version);
        for connection in [connection, Connection::Unknown] {
            let bytes = write(version, &connection);
            prop_assert!(version == Version::Two || bytes.len() <= 107);
            let said = [&bytes[..], &behind].concat();
            let (mut machine, result) = hear(Some(version), &said, 1 + usize::from(behind[0]), false);
            prop_assert!(result.is_ok(), "{:?}", result);
            prop_assert_eq!(machine.claims().origin.as_ref(), connection.origin());
            prop_assert_eq!(machine.reports()[0].facts.clone(), connection.facts(version));
            prop_assert_eq!(machine.take_unread(), behind);
        }
    }

    #[test]
    fn an_origin_of_one_family_is_reported_as_it_is(source in ips(), destination in ips()) {
        let (Address::Ip(from), Address::Ip(to)) = (&source, &destination) else { unreachable!("they are of IP") };
        let plain = |address: &SocketAddr| Address::Ip(SocketAddr::new(address.ip(), address.port()));
        for version in [Version::One, Version::Two] {
            let connection = Connection::of(&Origin { source: source.clone(), destination: destination.clone() }, version);
            let reported = connection.origin().expect("it has a form");
            if from.is_ipv4() == to.is_ipv4() {
                prop_assert_eq!(reported, &Origin { source: plain(from), destination: plain(to) });
            } else {
                let canonical = |address: &Address| address.ip().expect("of IP").to_canonical();
                prop_assert_eq!(canonical(&reported.source), from.ip().to_canonical());
                prop_assert_eq!(canonical(&reported.destination), to.ip().to_canonical());
            }
        }
    }

    #[test]
    fn every_beginning_of_a_header_is_incomplete_and_no_error(version in versions(), origin in origins()) {
        let bytes = write(version, &Connection::of(&origin, version));
        for length in 0..bytes.len() {
            let missing = reader::missing(&bytes[..length], None);
            prop_assert!(missing.as_ref().is_ok_and(|&missing| (1..=bytes.len() - length).contains(&missing)), "{:?}", missing);
        }
        prop_assert_eq!(reader::missing(&bytes, None), Ok(0));
    }

    #[test]
    fn whatever_comes_is_read_alike_in_one_piece_and_in_many(bytes in nearly(), piece in 1_usize..40) {
        let (mut whole, one) = hear(None, &bytes, 1000, true);
        let (mut torn, other) = hear(None, &bytes, piece, true);
        let text = |result: Result<(), LayerFailure>| result.map_err(|failure| failure.source.to_string());
        prop_assert_eq!(text(one), text(other));
        prop_assert_eq!(whole.claims(), torn.claims());
        prop_assert_eq!(&whole.reports()[0].facts, &torn.reports()[0].facts);
        prop_assert_eq!(whole.take_unread(), torn.take_unread());
    }
}
