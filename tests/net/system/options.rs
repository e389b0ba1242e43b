//! Every option of the module: set, and read back from the kernel.

use super::{errno, opener, refused, skipped};
use sockatlas::catalog::{Modules, OptionValue};
use sockatlas::net::{ErrorKind, Opener, Providers, Stream};
use sockatlas::{Loader, Request};
use std::collections::BTreeSet;

const EPERM: i32 = 1;
const ENOPROTOOPT: i32 = 92;
const EOPNOTSUPP: i32 = 95;

/// Option, entries, the value set as on a command line, and the value that the kernel tells.
#[rustfmt::skip]
const TABLE: &[(&str, &[&str], &str, &str)] = &[
    ("nodelay",              &["tcp4", "tcp6", "mptcp4"],                   "true",      "true"),
    ("cork",                 &["tcp4", "tcp6", "mptcp4"],                   "true",      "true"),
    ("quickack",             &["tcp4", "tcp6"],                             "false",     "false"),
    ("quickack",             &["tcp4", "tcp6"],                             "true",      "true"),
    ("keepalive",            &["tcp4", "tcp6", "mptcp4"],                   "true",      "true"),
    ("keepalive-time",       &["tcp4", "tcp6"],                             "1",         "1"),
    ("keepalive-time",       &["tcp4"],                                     "32767",     "32767"),
    ("keepalive-interval",   &["tcp4", "tcp6"],                             "1",         "1"),
    ("keepalive-interval",   &["tcp4"],                                     "32767",     "32767"),
    ("keepalive-count",      &["tcp4", "tcp6"],                             "1",         "1"),
    ("keepalive-count",      &["tcp4"],                                     "127",       "127"),
    ("tcp-user-timeout",     &["tcp4", "tcp6"],                             "1500ms",    "\"1s 500ms\""),
    ("tcp-user-timeout",     &["tcp4"],                                     "24h",       "\"1day\""),
    ("thin-linear-timeouts", &["tcp4", "tcp6"],                             "true",      "true"),
    ("max-segment",          &["tcp4", "tcp6"],                             "88",        "88"),
    ("max-segment",          &["tcp4"],                                     "32767",     "32767"),
    ("congestion",           &["tcp4", "tcp6", "mptcp4"],                   "reno",      "\"reno\""),
    ("not-sent-low-water",   &["tcp4", "tcp6"],                             "16384",     "16384"),
    ("out-of-band-inline",   &["tcp4", "tcp6"],                             "true",      "true"),
    ("reuse-address",        &["tcp4", "udp6", "unix-stream"],              "true",      "true"),
    ("reuse-port",           &["tcp4", "udp6", "udplite4"],                 "true",      "true"),
    ("receive-buffer",       &["tcp4", "udp6", "unix-dgram", "netlink-raw"], "10000",    "20000"),
    ("receive-buffer",       &["tcp4"],                                     "1",         "2304"),
    ("send-buffer",          &["tcp4", "udp6", "unix-dgram", "netlink-raw"], "10000",    "20000"),
    ("send-buffer",          &["tcp4"],                                     "1",         "4608"),
    ("linger",               &["tcp4", "tcp6", "mptcp4"],                   "7",         "7"),
    ("linger",               &["tcp4"],                                     "0",         "0"),
    ("linger",               &["tcp4"],                                     "-1",        "-1"),
    ("linger",               &["tcp4"],                                     "86400",     "86400"),
    ("only-v6",              &["tcp6", "udp6", "mptcp6"],                   "true",      "true"),
    ("only-v6",              &["tcp6", "udp6", "mptcp6"],                   "false",     "false"),
    ("ttl",                  &["tcp4", "tcp6", "udp4", "udp6"],             "1",         "1"),
    ("ttl",                  &["tcp4", "udp6"],                             "255",       "255"),
    ("tos",                  &["udp4"],                                     "255",       "255"),
    ("tos",                  &["tcp4"],                                     "255",       "252"),
    ("traffic-class",        &["udp6"],                                     "255",       "255"),
    ("traffic-class",        &["tcp6"],                                     "255",       "252"),
    ("path-mtu-discovery",   &["udp4", "udp6", "tcp4"],                     "do",        "\"do\""),
    ("path-mtu-discovery",   &["udp4", "udp6", "tcp4"],                     "dont",      "\"dont\""),
    ("path-mtu-discovery",   &["udp4", "udp6"],                             "want",      "\"want\""),
    ("path-mtu-discovery",   &["udp4", "udp6"],                             "probe",     "\"probe\""),
    ("path-mtu-discovery",   &["udp4", "udp6"],                             "interface", "\"interface\""),
    ("path-mtu-discovery",   &["udp4", "udp6"],                             "omit",      "\"omit\""),
    ("transparent",          &["tcp4", "udp4", "tcp6", "udp6"],             "true",      "true"),
    ("freebind",             &["tcp4", "udp4", "tcp6", "udp6"],             "true",      "true"),
    ("broadcast",            &["udp4", "udp6", "udplite4"],                 "true",      "true"),
    ("multicast-ttl",        &["udp4", "udp6"],                             "255",       "255"),
    ("multicast-ttl",        &["udp4", "udp6"],                             "0",         "0"),
    ("multicast-loop",       &["udp4", "udp6"],                             "false",     "false"),
    ("header-included",      &["raw4"],                                     "true",      "true"),
    ("mark",                 &["tcp4", "udp6", "unix-dgram", "netlink-raw"], "4294967295", "4294967295"),
    ("priority",             &["tcp4", "udp6", "unix-dgram", "netlink-raw"], "6",        "6"),
    ("priority",             &["udp4"],                                     "65552",     "65552"),
    ("bind-device",          &["tcp4", "udp6"],                             "lo",        "\"lo\""),
    ("pass-credentials",     &["unix-stream", "unix-dgram", "unix-seqpacket"], "true",   "true"),
];

fn stated(entry: &str, options: &[(&str, &str)]) -> Opener {
    options.iter().fold(opener(entry), |opener, (option, value)| {
        opener.set_word(entry, option, value).unwrap_or_else(|error| panic!("{error}"))
    })
}

#[test]
fn every_option_is_set_and_read_back_from_the_kernel() {
    for (option, entries, value, reported) in TABLE {
        for entry in *entries {
            match stated(entry, &[(option, value)]).bind(None) {
                Ok(socket) => {
                    let real = socket.option(option).unwrap_or_else(|error| panic!("{entry}.{option}: {error}"));
                    assert_eq!(real.to_string(), *reported, "{entry}.{option} = {value}");
                }
                // For want of a right; what is told then is tested with the refusals.
                Err(error) => {
                    assert_eq!((error.kind(), errno(&error)), (ErrorKind::Host, EPERM), "{error}");
                    skipped(option, error);
                }
            }
        }
    }
    let modules = Modules::shipped();
    let specs = modules.get("system").expect("it is shipped").specs();
    let data: BTreeSet<&str> = specs.iter().map(|spec| spec.name()).collect();
    assert_eq!(data, TABLE.iter().map(|(option, ..)| *option).collect());
}

#[test]
fn the_ends_of_every_range_are_the_kernels() {
    for (entry, option, beyond) in [
        ("tcp4", "keepalive-time", ["0", "32768"]),
        ("tcp4", "keepalive-interval", ["0", "32768"]),
        ("tcp4", "keepalive-count", ["0", "128"]),
        ("tcp4", "max-segment", ["87", "32768"]),
        ("tcp4", "ttl", ["0", "256"]),
        ("udp4", "multicast-ttl", ["-1", "256"]),
        ("udp6", "traffic-class", ["-1", "256"]),
        ("tcp4", "linger", ["-2", "86401"]),
        ("tcp4", "mark", ["-1", "4294967296"]),
    ] {
        for value in beyond {
            let error = opener(entry).set_word(entry, option, value).expect_err("it is beyond");
            assert_eq!(error.kind(), ErrorKind::Usage, "{error}");
        }
    }
}

/// What goes with one another on a stream of TCP.
const OF_STREAMS: &[(&str, &str, &str)] = &[
    ("nodelay", "true", "true"),
    ("keepalive", "true", "true"),
    ("keepalive-time", "100", "100"),
    ("keepalive-interval", "20", "20"),
    ("keepalive-count", "5", "5"),
    ("tcp-user-timeout", "9s", "\"9s\""),
    ("thin-linear-timeouts", "true", "true"),
    ("congestion", "reno", "\"reno\""),
    ("not-sent-low-water", "16384", "16384"),
    ("out-of-band-inline", "true", "true"),
    ("reuse-address", "true", "true"),
    ("receive-buffer", "30000", "60000"),
    ("send-buffer", "30000", "60000"),
    ("linger", "3", "3"),
    ("ttl", "9", "9"),
    ("path-mtu-discovery", "want", "\"want\""),
    ("freebind", "true", "true"),
    ("priority", "5", "5"),
    ("bind-device", "lo", "\"lo\""),
];

fn tells(stream: &Stream, whose: &str, options: &[(&str, &str, &str)]) {
    for (option, _, reported) in options {
        let real = stream.option(option).unwrap_or_else(|error| panic!("{whose} {option}: {error}"));
        assert_eq!(real.to_string(), *reported, "{whose} {option}");
    }
}

#[test]
fn accepted_and_connected_sockets_have_the_options_of_their_entry() {
    let only4 = [("tos", "16", "16")];
    let only6 = [("traffic-class", "16", "16"), ("only-v6", "true", "true")];
    for (entry, at, more) in [("tcp4", "127.0.0.1:0", &only4[..]), ("tcp6", "[::1]:0", &only6[..])] {
        let options: Vec<_> = OF_STREAMS.iter().chain(more).copied().collect();
        let words: Vec<_> = options.iter().map(|(option, value, _)| (*option, *value)).collect();
        let listener = stated(entry, &words).listen(at).unwrap_or_else(|error| panic!("{error}"));
        let connected = stated(entry, &words).connect(listener.local().expect("it is bound")).expect("it listens");
        let accepted = listener.accept().expect("it came").handshake().expect("there are no layers");
        tells(&connected, "connected", &options);
        tells(&accepted, "accepted", &options);
        for (option, _, reported) in &options {
            assert_eq!(listener.option(option).expect("it was set").to_string(), *reported, "listening {option}");
        }
    }
    let privileged = [("mark", "7", "7"), ("transparent", "true", "true")];
    let words = privileged.map(|(option, value, _)| (option, value));
    match stated("tcp4", &words).listen("127.0.0.1:0") {
        Err(error) if errno(&error) == EPERM => skipped("accepting with a mark", error),
        listener => {
            let listener = listener.expect("we may");
            let _connected = opener("tcp4").connect(listener.local().expect("it is bound")).expect("it listens");
            let accepted = listener.accept().expect("it came").handshake().expect("there are no layers");
            tells(&accepted, "accepted", &privileged);
        }
    }
}

#[test]
fn an_accepted_socket_does_not_acknowledge_at_once_where_its_entry_says_so() {
    let listener = stated("tcp4", &[("quickack", "false")]).listen("127.0.0.1:0").expect("everybody may");
    let _connected = opener("tcp4").connect(listener.local().expect("it is bound")).expect("it listens");
    let accepted = listener.accept().expect("it came").handshake().expect("there are no layers");
    tells(&accepted, "accepted", &[("quickack", "", "false")]);
}

#[test]
fn accepted_sockets_of_other_families_have_the_options_of_their_entry_too() {
    let folder = tempfile::tempdir().expect("there is room");
    let options = [
        ("receive-buffer", "30000", "60000"),
        ("send-buffer", "30000", "60000"),
        ("pass-credentials", "true", "true"),
        ("reuse-address", "true", "true"),
        ("priority", "5", "5"),
    ];
    let words = options.map(|(option, value, _)| (option, value));
    for entry in ["unix-stream", "unix-seqpacket"] {
        let at = sockatlas::net::Address::Unix(folder.path().join(entry));
        let listener = stated(entry, &words).listen(&at).expect("the folder is ours");
        let connected = stated(entry, &words).connect(&at).expect("it listens");
        let accepted = listener.accept().expect("it came").handshake().expect("there are no layers");
        tells(&connected, "connected", &options);
        tells(&accepted, "accepted", &options);
    }
}

#[test]
fn multipath_tcp_keeps_what_it_takes() {
    for (option, value, reported) in OF_STREAMS {
        let listener = match stated("mptcp4", &[(option, value)]).listen("127.0.0.1:0") {
            Err(error) if [EOPNOTSUPP, ENOPROTOOPT].contains(&errno(&error)) => {
                assert!(error.to_string().starts_with("`mptcp4`: 127.0.0.1:0: setsockopt "), "{error}");
                continue;
            }
            Err(error) if errno(&error) == 93 => return skipped("mptcp4", error),
            listener => listener.unwrap_or_else(|error| panic!("{error}")),
        };
        let local = listener.local().expect("it is bound");
        let _connected = stated("mptcp4", &[(option, value)]).connect(local).expect("it listens");
        let accepted = listener.accept().expect("it came").handshake().expect("there are no layers");
        tells(&accepted, "accepted", &[(option, value, reported)]);
    }
}

#[test]
fn the_priority_stated_outlasts_the_one_that_tos_brings() {
    for words in [[("tos", "16"), ("priority", "3")], [("priority", "3"), ("tos", "16")]] {
        let socket = stated("udp4", &words).bind(None).expect("everybody may");
        assert_eq!(socket.option("priority").expect("it was set"), OptionValue::Integer(3));
    }
}

#[test]
fn what_was_not_set_is_reported_too() {
    let socket = opener("tcp4").bind(None).expect("everybody may");
    for (option, reported) in [("linger", "-1"), ("tcp-user-timeout", "\"0s\""), ("bind-device", "\"\"")] {
        assert_eq!(socket.option(option).expect("it is an option").to_string(), reported, "{option}");
    }
    let error = socket.option("no-such").expect_err("there is none");
    assert_eq!(error.kind(), std::io::ErrorKind::InvalidInput);
    assert_eq!(error.to_string(), "the module `system` has no option `no-such`");
}

#[test]
fn the_name_of_an_interface_is_not_cut_in_silence() {
    let opener = stated("udp4", &[("bind-device", "a-name-of-17-byte")]);
    let reported = refused(opener.bind(None)).to_string();
    let problem = "a network interface's name has at most 15 bytes, `a-name-of-17-byte` has more";
    assert_eq!(reported, format!("`udp4`: setsockopt SO_BINDTODEVICE: {problem}"));
}

#[test]
fn a_catalog_states_options_and_time_limits_side_by_side() {
    let catalog = r#"
format = 1
dialect = "linux"
[provider.system]
[base.tcp4]
provider = "system"
family   = "inet"
type     = "stream"
protocol = "tcp"
options  = { nodelay = true, keepalive = true, keepalive-time = 60, linger = 0, connect-timeout = "5s", read-timeout = "1s" }
"#;
    let registry = Loader::new().text("own.toml", catalog).load().expect("it is right");
    let selection = registry.resolve(&Request::named("tcp4")).expect("it is there");
    let opener = Opener::new(&Providers::shipped(), &selection);
    let listener = opener.listen("127.0.0.1:0").expect("everybody may");
    let stream = opener.connect(listener.local().expect("it is bound")).expect("it listens");
    tells(&stream, "connected", &[("nodelay", "", "true"), ("keepalive-time", "", "60"), ("linger", "", "0")]);
    // What the call says counts.
    let stream = opener
        .set("tcp4", "nodelay", OptionValue::Boolean(false))
        .and_then(|opener| opener.connect(listener.local().expect("it is bound")))
        .expect("it listens");
    tells(&stream, "connected", &[("nodelay", "", "false"), ("keepalive-time", "", "60")]);
}
