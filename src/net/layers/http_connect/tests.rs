//! Tests in which the two sides talk to each other.

use super::{accept, connect};
use crate::net::layers::conversation::{cuts, parties, talk};
use crate::net::machine::{Answer, Denial, Failure, Phase};
use crate::net::{Address, Target};
use proptest::prelude::*;
use std::net::SocketAddr;

/// Generates targets with a host and a port that a request can hold; port 0 is not among them.
fn target() -> impl Strategy<Value = Target> {
    let host = ("[a-z0-9._~!$&'()*+,;=-]{1,255}", 1..=u16::MAX).prop_map(|(name, port)| Target::host(name, port));
    let address = any::<SocketAddr>().prop_map(|mut address| {
        address.set_port(address.port().max(1));
        Target::Address(Address::Ip(address))
    });
    prop_oneof![host, address]
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn a_client_of_ours_gets_through_a_proxy_of_ours_to_the_target_that_it_names(
        target in target(), parties in parties(), cuts in cuts()
    ) {
        let mut client = connect::tests::machine_for(parties.client.clone(), target.clone());
        let mut proxy = accept::tests::machine_for(parties.file());
        let outcome = talk(&mut client, &mut proxy, &cuts, &Answer::Granted(None));
        if !parties.agree() {
            prop_assert_eq!(outcome, [Err(Failure::Authentication); 2]);
            prop_assert_eq!(&proxy.claims().target, &None);
            return Ok(());
        }
        prop_assert_eq!(outcome, [Ok(()), Ok(())]);
        prop_assert!(client.is_bare() && proxy.is_bare());
        let asked = proxy.claims().target.as_ref().and_then(Target::host_and_port);
        prop_assert_eq!(asked, target.host_and_port());
        let (reported, heard) = (&client.reports()[0], &proxy.reports()[0]);
        prop_assert_eq!((reported.phase, heard.phase), (Phase::Retired, Phase::Retired));
        prop_assert!(reported.facts.contains(&("status", "200".to_owned())));
        let user = parties.member.map(|(name, _)| ("user", name));
        prop_assert_eq!(heard.facts.iter().find(|(name, _)| *name == "user"), user.as_ref());

        client.send(b"early").unwrap();
        prop_assert_eq!(talk(&mut client, &mut proxy, &cuts, &Answer::Granted(None)), [Ok(()), Ok(())]);
        prop_assert_eq!(proxy.take_unread(), b"early");
    }

    #[test]
    fn a_client_of_ours_reports_the_denial(target in target(), cuts in cuts(), which in 0..3usize) {
        let (denial, status) = [
            (Denial::NotAllowed, "403 (Forbidden)"), (Denial::TimedOut, "504 (Gateway Timeout)"),
            (Denial::ConnectionRefused, "502 (Bad Gateway)"),
        ][which];
        let mut client = connect::tests::machine_for(None, target.clone());
        let mut proxy = accept::tests::machine_for(None);
        let outcome = talk(&mut client, &mut proxy, &cuts, &Answer::Refused(denial));
        prop_assert_eq!(outcome, [Err(Failure::Refused); 2]);
        let failure = client.read(&mut []).unwrap_err().source.to_string();
        prop_assert!(failure.ends_with(&format!(": {status}")), "{}", failure);
    }

    #[test]
    fn no_bytes_of_a_client_make_it_panic_or_say_much(
        said in prop::collection::vec(prop_oneof![any::<u8>(), Just(b'\n'), Just(b':'), 32..127u8], 0..400), cuts in cuts()
    ) {
        for said in [said.clone(), [b"CONNECT ", &said[..]].concat(), [b"CONNECT a:1 HTTP/1.1\r\n", &said[..]].concat()] {
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
            prop_assert!(reported <= 512, "{reported} bytes of answers");
        }
    }
}
