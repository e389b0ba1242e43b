//! What the system refuses: told as the host's, with the entry and the call, and never as if nothing had matched.

use super::{errno, opener, refused, skipped};
use crate::net::peer::free_port;
use sockatlas::net::{Address, Error, ErrorKind};
use sockatlas::terms::ErrorCode;
use std::os::unix::fs::MetadataExt;
use std::os::unix::process::CommandExt;
use std::process::Command;

const EPERM: i32 = 1;
const EACCES: i32 = 13;
const ECONNREFUSED: i32 = 111;

fn of_host(error: &Error) -> (ErrorKind, Option<ErrorCode>) {
    assert_eq!(error.code().is_some(), error.kind() == ErrorKind::Host, "{error}");
    (error.kind(), error.code())
}

#[test]
fn a_closed_port_is_the_networks() {
    let port = free_port();
    let error = refused(opener("tcp4").connect(format!("127.0.0.1:{port}")));
    assert!(matches!(error, Error::Unreached { .. }), "{error:?}");
    assert_eq!((error.kind(), error.code(), error.errno()), (ErrorKind::Network, None, Some(ECONNREFUSED)));
    let reported = format!("`tcp4`: 127.0.0.1:{port}: connect: Connection refused (os error 111)");
    assert_eq!(error.to_string(), reported);
    assert_eq!(std::io::Error::from(error).kind(), std::io::ErrorKind::ConnectionRefused);
}

#[test]
fn a_host_without_an_address_is_unresolved() {
    // RFC 6761, section 6.4: no name ends in `invalid`.
    let error = refused(opener("tcp4").connect("no-such-host.invalid:80"));
    assert!(matches!(error, Error::Unresolved { .. }), "{error:?}");
    assert_eq!(error.kind(), ErrorKind::Network);
    let error = refused(opener("tcp4").connect("[::1]:80"));
    assert_eq!(error.to_string(), "`tcp4`: looking up ::1: it has no address of inet");
}

#[test]
fn what_the_protocol_cannot_is_the_hosts() {
    let error = refused(opener("udp4").listen("127.0.0.1:0"));
    assert_eq!(of_host(&error), (ErrorKind::Host, Some(ErrorCode::ProviderFailed)));
    assert_eq!(error.to_string(), "`udp4`: 127.0.0.1:0: listen: Operation not supported (os error 95)");
}

#[test]
fn a_family_that_the_kernel_lacks_is_the_hosts() {
    let catalog = r#"
format = 1
dialect = "linux"
[provider.system]
[family.acme]
number = 4000
[base.acme]
provider = "system"
family = "acme"
type = "stream"
protocol = 0
matches-zero = true
"#;
    let registry = sockatlas::Loader::new().text("own.toml", catalog).load().expect("it is right");
    let selection = registry.resolve(&sockatlas::Request::named("acme")).expect("it matches");
    let opener = sockatlas::net::Opener::new(&sockatlas::net::Providers::shipped(), &selection);
    let error = refused(opener.bind(None));
    assert_eq!(of_host(&error), (ErrorKind::Host, Some(ErrorCode::ProviderFailed)));
    assert_eq!(error.to_string(), "`acme`: socket: Address family not supported by protocol (os error 97)");
}

#[test]
fn a_refused_option_is_the_hosts_even_where_it_is_not_found() {
    let opener = opener("tcp4").set_word("tcp4", "congestion", "no-such").expect("it is a text");
    let error = refused(opener.connect("127.0.0.1:9"));
    assert_eq!(of_host(&error), (ErrorKind::Host, Some(ErrorCode::ProviderFailed)));
    let reported = "`tcp4`: 127.0.0.1:9: setsockopt TCP_CONGESTION: No such file or directory (os error 2)";
    assert_eq!(error.to_string(), reported);
}

/// Run as root it runs itself again as nobody.
#[test]
fn who_has_no_right_learns_what_it_was_for() {
    if std::fs::metadata("/proc/self").is_ok_and(|own| own.uid() == 0) {
        let name = std::thread::current().name().expect("tests have names").to_owned();
        let mut again = Command::new(std::env::current_exe().expect("it runs"));
        match again.args(["--exact", &name]).uid(65_534).gid(65_534).output() {
            Err(error) => skipped("rights", format!("the tests cannot be run as nobody: {error}")),
            Ok(output) => {
                let reported = String::from_utf8_lossy(&output.stdout);
                assert!(output.status.success() && reported.contains("1 passed"), "{reported}");
            }
        }
        return;
    }
    let mut attempts = Vec::new();
    for entry in ["raw4", "raw6", "packet-raw", "packet-dgram", "xdp"] {
        attempts.push((entry, "socket", EPERM, opener(entry).bind(None).map(drop)));
    }
    for (entry, option, value, call) in [
        ("tcp4", "mark", "7", "setsockopt SO_MARK"),
        ("unix-dgram", "mark", "7", "setsockopt SO_MARK"),
        ("udp6", "priority", "7", "setsockopt SO_PRIORITY"),
        ("tcp4", "transparent", "true", "setsockopt IP_TRANSPARENT"),
        ("udp6", "transparent", "true", "setsockopt IPV6_TRANSPARENT"),
    ] {
        let opener = opener(entry).set_word(entry, option, value).expect("it is a value");
        attempts.push((entry, call, EPERM, opener.bind(None).map(drop)));
    }
    for (entry, call, number, result) in attempts {
        match result {
            Ok(()) => skipped(entry, format!("{call} is allowed")),
            Err(error) => {
                assert_eq!((of_host(&error).0, errno(&error)), (ErrorKind::Host, number), "{error}");
                let text = std::io::Error::from_raw_os_error(number);
                assert_eq!(error.to_string(), format!("`{entry}`: {call}: {text}"));
            }
        }
    }

    let first = std::fs::read_to_string("/proc/sys/net/ipv4/ip_unprivileged_port_start").unwrap_or_default();
    if first.trim().parse().is_ok_and(|first: u16| first > 1) {
        let error = refused(opener("tcp4").listen("127.0.0.1:1"));
        assert_eq!((of_host(&error).0, errno(&error)), (ErrorKind::Host, EACCES));
        let reported = "`tcp4`: 127.0.0.1:1: bind: Permission denied (os error 13)";
        assert_eq!(error.to_string(), reported);
    }
    let folder = Address::Unix("/proc/sockatlas".into());
    assert_eq!(of_host(&refused(opener("unix-stream").listen(&folder))).0, ErrorKind::Host);
}
