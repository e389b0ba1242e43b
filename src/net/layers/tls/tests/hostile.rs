//! Tests of hostile peers.

use super::*;

/// Returns a record of this type with this content.
fn record(kind: u8, content: &[u8]) -> Vec<u8> {
    let length = u16::try_from(content.len()).unwrap().to_be_bytes();
    [&[kind, 3, 3][..], &length, content].concat()
}

#[test]
fn whatever_a_peer_says_is_reported_as_it_is_and_soon() {
    let pki = Pki::new();
    let endless = [&record(22, &[2, 0xff, 0xff, 0xff])[..], &record(22, &[0; 16_000]).repeat(20)].concat();
    let long = [&record(22, &[2, 0, 0xff, 0xff])[..], &record(22, &[0; 16_000]).repeat(20)].concat();
    let table: Vec<(Vec<u8>, Failure, &str)> = vec![
        (
            b"HTTP/1.1 400 Bad Request\r\n".to_vec(),
            Failure::Protocol,
            "does not speak TLS: the first bytes are \"HTTP/1.1 400 Bad\"",
        ),
        (vec![0xff; 100], Failure::Protocol, "does not speak TLS: the first bytes are \"\\xff"),
        (vec![0; 100], Failure::Protocol, "does not speak TLS: the first bytes are \"\\x00"),
        (vec![22, 3, 3, 0xff, 0xff], Failure::Protocol, "breaks the protocol: "),
        (record(22, &[]), Failure::Protocol, "breaks the protocol: "),
        (record(23, b"data before the handshake"), Failure::Protocol, "breaks the protocol: "),
        (record(22, &[0x63, 0, 0, 0]), Failure::Protocol, "breaks the protocol: "),
        (endless, Failure::Protocol, "breaks the protocol: "),
        (long, Failure::Protocol, "a message does not end within 65536 bytes"),
        (record(20, &[1]).repeat(1000), Failure::Protocol, "breaks the protocol: "),
        (record(21, &[2, 40]), Failure::Refused, "refuses with the alert `handshake_failure`: "),
        (record(21, &[2, 48]), Failure::Authentication, "refuses with the alert `unknown_ca`: "),
        (record(21, &[2, 10]), Failure::Protocol, "refuses with the alert `unexpected_message`"),
        (record(21, &[1, 112]).repeat(1000), Failure::Protocol, "breaks the protocol: "),
    ];
    for (bytes, kind, text) in table {
        for mut machine in [pki.client(""), pki.server("")] {
            machine.start().unwrap();
            let mut fed = 0;
            let failure = loop {
                let Some(some) = bytes.get(fed..).filter(|some| !some.is_empty()) else {
                    panic!("nothing is wrong with {:?}", &bytes[..bytes.len().min(20)]);
                };
                let some = &some[..some.len().min(1000)];
                feed(&mut machine, some);
                fed += some.len();
                if let Err(failure) = machine.read(&mut []) {
                    break failure;
                }
            };
            let reported = failure.source.to_string();
            assert_eq!((failure.layer.as_str(), failure.source.kind()), ("tls", kind), "{reported}");
            assert!(reported.contains(text), "{reported}");
            assert!(fed <= 128 * 1024, "after {fed} bytes: {reported}");
            assert!(machine.outbound().len() < 2000);
            // The same error is reported for all further calls.
            feed(&mut machine, &bytes);
            assert_eq!(machine.read(&mut []).unwrap_err().source.to_string(), reported);
            assert_eq!(machine.send(b"x").unwrap_or_default(), 0);
        }
    }
}

#[test]
fn a_byte_that_changed_on_the_way_is_found() {
    let pki = Pki::new();
    let connecting = pki.prepare(Role::Connect, "roots = \"DIR/ca.pem\"").unwrap();
    let accepting = pki.accepting("");
    for place in (0..1200).step_by(13) {
        let (mut client, mut server) = started(machine(&[&*connecting]), machine(&[&*accepting]));
        carry(&mut client, &mut server, usize::MAX);
        drain(&mut server).unwrap();
        let mut flight = server.outbound().to_vec();
        let all = flight.len();
        server.sent(all);
        // The version in a record's header is ignored (RFC 8446, section 5.1), as is a change of optional data.
        let place = place % all;
        flight[place] ^= 0x55;
        feed(&mut client, &flight);
        match drain(&mut client) {
            Err(failure) => assert_eq!(failure.layer, "tls"),
            Ok(_) => assert!(!client.is_open() || place < 200, "a change at {place} of {all} went unseen"),
        }
    }
}

#[test]
fn a_record_that_changed_is_reported_with_an_alert() {
    let pki = Pki::new();
    let (mut client, mut server) = open(pki.client(""), pki.server(""), 1000);
    server.send(b"hello").unwrap();
    let mut bytes = server.outbound().to_vec();
    server.sent(bytes.len());
    *bytes.last_mut().unwrap() ^= 1;
    feed(&mut client, &bytes);
    let failure = drain(&mut client).unwrap_err();
    assert_eq!((failure.source.kind(), failure.phase), (Failure::Protocol, Phase::Open));
    assert_eq!(failure.source.to_string(), "`localhost` breaks the protocol: cannot decrypt peer's message");
    let (_, reported) = talk(&mut client, &mut server, 1);
    assert_eq!(reported.unwrap_err().source.to_string(), "the client refuses with the alert `bad_record_mac`");
}
