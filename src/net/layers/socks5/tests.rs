//! Tests in which the two sides talk to each other.

use super::{accept, connect};
use crate::net::layers::conversation::{cuts, parties, talk};
use crate::net::machine::{Answer, Denial, Failure, Phase};
use crate::net::{Address, Target};
use proptest::prelude::*;
use std::net::SocketAddr;

/// Generates targets with a host and a port that a request can hold.
fn target() -> impl Strategy<Value = Target> {
    let name = "[ -~äß\u{4e00}]{1,63}".prop_map(|name| name.replace(' ', "-"));
    let host = (name, any::<u16>()).prop_map(|(name, port)| Target::host(name, port));
    prop_oneof![host, any::<SocketAddr>().prop_map(|address| Target::Address(Address::Ip(address)))]
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn a_client_of_ours_gets_through_a_proxy_of_ours_to_the_target_that_it_names(
        target in target(), parties in parties(), cuts in cuts(), bound in any::<Option<SocketAddr>>()
    ) {
        let mut client = connect::tests::machine_for(parties.client.clone(), target.clone());
        let mut proxy = accept::tests::machine_for(parties.file());
        let outcome = talk(&mut client, &mut proxy, &cuts, &Answer::Granted(bound));
        if !parties.agree() {
            prop_assert_eq!(outcome, [Err(Failure::Authentication); 2]);
            prop_assert_eq!(&proxy.claims().target, &None);
            return Ok(());
        }
        prop_assert_eq!(outcome, [Ok(()), Ok(())]);
        prop_assert!(client.is_bare() && proxy.is_bare());
        let asked = proxy.claims().target.as_ref().and_then(Target::host_and_port);
        prop_assert_eq!(asked, target.host_and_port());

        let method = if parties.member.is_some() { "user and password" } else { "no authentication" };
        let (reported, heard) = (&client.reports()[0], &proxy.reports()[0]);
        prop_assert_eq!((reported.phase, heard.phase), (Phase::Retired, Phase::Retired));
        prop_assert!(reported.facts.contains(&("authentication", method.to_owned())));
        prop_assert!(heard.facts.contains(&("authentication", method.to_owned())));
        let bound = bound.map(|bound| SocketAddr::new(bound.ip(), bound.port()));
        let bound = bound.map_or_else(|| "0.0.0.0:0".to_owned(), |bound| bound.to_string());
        prop_assert!(reported.facts.contains(&("bound", bound)));
        let user = parties.member.map(|(name, _)| ("user", name));
        prop_assert_eq!(heard.facts.iter().find(|(name, _)| *name == "user"), user.as_ref());

        client.send(b"early").unwrap();
        prop_assert_eq!(talk(&mut client, &mut proxy, &cuts, &Answer::Granted(None)), [Ok(()), Ok(())]);
        prop_assert_eq!(proxy.take_unread(), b"early");
    }

    #[test]
    fn a_client_of_ours_reports_the_denial(target in target(), cuts in cuts(), which in 0..8usize) {
        let (denial, reply) = [
            (Denial::Failure, 1), (Denial::NotAllowed, 2), (Denial::NetworkUnreachable, 3), (Denial::HostUnreachable, 4),
            (Denial::NameUnknown, 4), (Denial::ConnectionRefused, 5), (Denial::TimedOut, 6), (Denial::AddressNotSupported, 8),
        ][which];
        let mut client = connect::tests::machine_for(None, target.clone());
        let mut proxy = accept::tests::machine_for(None);
        let outcome = talk(&mut client, &mut proxy, &cuts, &Answer::Refused(denial));
        prop_assert_eq!(outcome, [Err(Failure::Refused); 2]);
        let failure = client.read(&mut []).unwrap_err().source.to_string();
        prop_assert!(failure.contains(&format!(": reply {reply} (")), "{}", failure);
    }

    #[test]
    fn no_bytes_of_a_client_make_it_panic_or_say_much(said in prop::collection::vec(any::<u8>(), 0..700), cuts in cuts()) {
        for said in [said.clone(), [&[5, 1, 0, 5, 1], &said[..]].concat()] {
            let mut proxy = accept::tests::machine_for(None);
            let mut cuts = cuts.iter().copied().cycle();
            let mut rest = &said[..];
            while !rest.is_empty() && !proxy.asks() && proxy.start().and_then(|()| proxy.read(&mut [])).is_ok() {
                let (piece, behind) = rest.split_at(rest.len().min(cuts.next().unwrap_or(1)));
                proxy.room()[..piece.len()].copy_from_slice(piece);
                proxy.received(piece.len());
                rest = behind;
            }
            let reported = proxy.outbound().len();
            prop_assert!(reported <= 200, "{reported} bytes of answers");
        }
    }
}
