//! Tests of the vectors behind the addresses of version 2.

use super::*;

fn vector(vector: Vector, value: &[u8]) -> Vec<u8> {
    let length = u16::try_from(value.len()).unwrap().to_be_bytes();
    [&[vector.0], &length[..], value].concat()
}

/// Returns the facts of the vectors, or the error.
fn reported(vectors: &[u8]) -> Result<Vec<(&'static str, String)>, String> {
    let header = binary(1, 0x11, &[TCP4, vectors].concat());
    let whole = hear(None, &header, 30_000, false);
    let piecewise = hear(None, &header, 1, false);
    let facts = |(machine, result): (Machine, Result<(), LayerFailure>)| match result {
        Ok(()) => Ok(machine.reports()[0].facts[4..].to_vec()),
        Err(failure) => {
            assert_eq!((failure.source.kind(), failure.phase), (Failure::Protocol, Phase::Handshake));
            assert!(machine.claims().origin.is_none());
            Err(failure.source.to_string())
        }
    };
    let (whole, piecewise) = (facts(whole), facts(piecewise));
    assert_eq!(whole, piecewise);
    whole
}

#[track_caller]
fn assert_reported(vectors: &[u8], expected: &[(&str, &str)]) {
    let reported = reported(vectors).unwrap();
    let reported: Vec<(&str, &str)> = reported.iter().map(|(name, value)| (*name, value.as_str())).collect();
    assert_eq!(reported, expected);
}

#[test]
fn known_vectors_are_facts_and_of_others_the_number_is_reported() {
    let vectors = [
        vector(Vector::ALPN, b"h2"),
        vector(Vector::AUTHORITY, "bücher.example".as_bytes()),
        vector(Vector::NOOP, b"any\0thing"),
        vector(Vector(0xEA), b"\x01vpce-1"),
        vector(Vector::UNIQUE_ID, &[b'u'; 128]),
        vector(Vector::NETNS, b"blue"),
        vector(Vector(0xE0), b""),
        vector(Vector::NOOP, b""),
        vector(Vector(0xEA), b"again"),
        vector(Vector::SSL_CN, b"only inside SSL it means something"),
    ];
    let id = "u".repeat(128);
    let expected = [
        ("alpn", "h2"),
        ("authority", "bücher.example"),
        ("unique-id", &*id),
        ("network-namespace", "blue"),
        ("further", "0x22 0xe0 0xea"),
    ];
    assert_reported(&vectors.concat(), &expected);
}

#[test]
fn the_client_s_tls_is_reported_and_only_what_was_verified_is_called_so() {
    let ssl = |elements: u8, verified: u32, vectors: &[u8]| {
        vector(Vector::SSL, &[&[elements], &verified.to_be_bytes()[..], vectors].concat())
    };
    let vectors = [
        vector(Vector::SSL_CN, b"Smith, Alice"),
        vector(Vector::SSL_VERSION, b"TLSv1.3"),
        vector(Vector(0x26), b"X25519"),
        vector(Vector::SSL_CIPHER, b"TLS_AES_256_GCM_SHA384"),
        vector(Vector::SSL_SIG_ALG, b"RSA-SHA256"),
        vector(Vector::SSL_KEY_ALG, b"RSA2048"),
    ];
    let expected = [
        ("tls", "TLSv1.3"),
        ("client-certificate", "verified"),
        ("common-name", r"Smith\x2c Alice"),
        ("cipher", "TLS_AES_256_GCM_SHA384"),
        ("signature-algorithm", "RSA-SHA256"),
        ("key-algorithm", "RSA2048"),
        ("further", "0x20/0x26"),
    ];
    assert_reported(&ssl(7, 0, &vectors.concat()), &expected);
    for (elements, verified, tls, certificate) in [
        (1, 0, "yes", "none"),
        (1, 1, "yes", "none"),
        (3, 18, "yes", "not verified (18)"),
        (3, 0, "yes", "verified"),
        (5, 0, "yes", "verified earlier in the session"),
        (0, 0, "no", "none"),
    ] {
        assert_reported(&ssl(elements, verified, &[]), &[("tls", tls), ("client-certificate", certificate)]);
    }
    // The facts of TLS stand at the place of its vector.
    let around = [vector(Vector::ALPN, b"x"), ssl(1, 0, &[]), vector(Vector::NETNS, b"y")].concat();
    let names: Vec<&str> = reported(&around).unwrap().iter().map(|(name, _)| *name).collect();
    assert_eq!(names, ["alpn", "tls", "client-certificate", "network-namespace"]);
}

#[test]
fn a_value_of_the_peer_can_be_no_other_fact_and_is_cut_when_long() {
    let value = "a\r\nb, source 127.0.0.1:1; x\u{202e}\u{1b}[2J".as_bytes();
    let escaped = r"a\r\nb\x2c source 127.0.0.1:1\x3b x\u{202e}\u{1b}[2J";
    assert_reported(&vector(Vector::AUTHORITY, value), &[("authority", escaped)]);
    assert_reported(&vector(Vector::ALPN, b"\xff\0,"), &[("alpn", r"\xff\x00\x2c")]);
    let exact = "ü".repeat(128);
    assert_reported(&vector(Vector::AUTHORITY, exact.as_bytes()), &[("authority", &exact)]);
    let cut = format!("{}... (60001 bytes)", "ü".repeat(127));
    let long = format!("{}x{}", "ü".repeat(127), "ü".repeat((60_001 - 255) / 2));
    let found = reported(&vector(Vector::AUTHORITY, long.as_bytes())).unwrap();
    assert_eq!(found[0].1, cut.replace("...", "x..."));
    // The length of the facts is bounded, however many vectors there are.
    let many: Vec<u8> = (0..20_000_u32).flat_map(|at| vector(Vector(0x40 + (at % 0xC0) as u8), b"")).collect();
    let found = reported(&many).unwrap();
    assert!(found.len() == 1 && found[0].1.len() <= 256 * 5, "{found:?}");
}

#[test]
fn a_checksum_is_verified() {
    let at = |vectors: &[&[u8]]| binary(1, 0x11, &[TCP4, &vectors.concat()].concat());
    for (before, behind) in [(&b""[..], &b""[..]), (b"\x01\x00\x02h2", b"\x04\x00\x01\xff")] {
        let zeroed = at(&[before, b"\x03\x00\x04\0\0\0\0", behind]);
        let sum = bitwise_crc32c(&zeroed).to_be_bytes();
        let good = at(&[before, b"\x03\x00\x04", &sum, behind]);
        let (machine, result) = hear(None, &good, 1000, false);
        result.unwrap();
        assert!(facts(&machine).contains(&("crc32c", "verified")));
        // If a bit is changed on the way, the header is not called verified, and a changed address is not accepted. A change of
        // the command, the family or a type can hide the checksum itself.
        for bit in 0..good.len() * 8 {
            let mut bad = good.clone();
            bad[bit / 8] ^= 1 << (bit % 8);
            let (machine, result) = hear(None, &bad, 1000, true);
            match result {
                Ok(()) => assert!(bit / 8 < 16 || bit / 8 >= 28, "bit {bit}"),
                Err(failure) if (16..28).contains(&(bit / 8)) => {
                    assert!(failure.source.to_string().starts_with("the header's checksum is "), "bit {bit}");
                }
                Err(_) => {}
            }
            assert!(!facts(&machine).contains(&("crc32c", "verified")), "bit {bit}");
        }
    }
    let wrong = reported(b"\x03\x00\x04\xde\xad\xbe\xef").unwrap_err();
    let computed = bitwise_crc32c(&at(&[b"\x03\x00\x04\0\0\0\0"]));
    assert_eq!(wrong, format!("the header's checksum is deadbeef, and that of its bytes {computed:08x}"));
}

/// Computes CRC32c bit by bit: the polynomial 0x1EDC6F41 of RFC 3720, reflected.
fn bitwise_crc32c(bytes: &[u8]) -> u32 {
    let mut sum = !0_u32;
    for byte in bytes {
        sum ^= u32::from(*byte);
        for _ in 0..8 {
            sum = if sum & 1 == 1 { sum >> 1 ^ 0x82F6_3B78 } else { sum >> 1 };
        }
    }
    !sum
}

#[test]
fn vectors_that_cannot_be_are_refused() {
    assert_eq!(bitwise_crc32c(b"123456789"), 0xE306_9283, "the check value of RFC 3720's CRC32c");
    let twice = |vector: Vector, value: &[u8]| self::vector(vector, value).repeat(2);
    let ends = |found: usize, expected: usize| {
        format!("the header ends within a vector, after {found} bytes of it where {expected} are expected")
    };
    let length = |name: &str, found: usize, expected: &str| {
        format!("the header's vector {name} has {found} bytes where {expected} expected")
    };
    let inside = |vectors: &[u8]| vector(Vector::SSL, &[b"\x01\0\0\0\0", vectors].concat());
    let table: Vec<(Vec<u8>, String)> = vec![
        (vec![1], ends(1, 3)),
        (vec![1, 0], ends(2, 3)),
        (vec![1, 0, 1], ends(3, 4)),
        (vec![0xEA, 0xFF, 0xFF, 0], ends(4, 65538)),
        (vector(Vector::CRC32C, b""), length("CRC32C", 0, "4 are")),
        (vector(Vector::CRC32C, b"12345"), length("CRC32C", 5, "4 are")),
        (vector(Vector::UNIQUE_ID, &[0; 129]), length("UNIQUE_ID", 129, "up to 128 are")),
        (vector(Vector::SSL, b"\x01\0\0\0"), length("SSL", 4, "5 or more are")),
        (inside(b"\x21"), ends(1, 3)),
        (inside(b"\x21\0\x09TLSv1.3"), ends(10, 12)),
        (twice(Vector::ALPN, b"h2"), "the header's vector ALPN is there twice".to_owned()),
        (twice(Vector::AUTHORITY, b"x"), "the header's vector AUTHORITY is there twice".to_owned()),
        (twice(Vector::UNIQUE_ID, b"x"), "the header's vector UNIQUE_ID is there twice".to_owned()),
        (twice(Vector::NETNS, b"x"), "the header's vector NETNS is there twice".to_owned()),
        (inside(b"").repeat(2), "the header's vector SSL is there twice".to_owned()),
        (inside(&twice(Vector::SSL_CN, b"a")), "the header's vector SSL_CN is there twice".to_owned()),
        (inside(&twice(Vector::SSL_VERSION, b"a")), "the header's vector SSL_VERSION is there twice".to_owned()),
    ];
    for (vectors, expected) in table {
        assert_eq!(reported(&vectors).unwrap_err(), expected);
    }
    assert_eq!(format!("{:?} {:?}", Vector::SSL_CN, Vector(0xEA)), "SSL_CN 0xea");
}
