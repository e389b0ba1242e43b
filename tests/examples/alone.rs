//! Programs that need nobody else, beyond what the course shows of them.

use super::running::{Server, printed, run};
use crate::net::peer::program;
use std::io::Write as _;
use std::process::Command;

#[test]
fn without_the_right_to_raw_sockets_both_programs_tell_the_systems_own_error() {
    let Some(setpriv) = program("setpriv") else { return };
    for (name, entry) in [("raw_icmpv4", "raw4"), ("raw_icmpv6", "raw6")] {
        let mut command = Command::new(&setpriv);
        command.args(["--bounding-set", "-net_raw", "--inh-caps", "-net_raw"]).arg(super::running::binary(name));
        let output = command.output().expect("it was found");
        if String::from_utf8_lossy(&output.stderr).starts_with("setpriv:") {
            let why = String::from_utf8_lossy(&output.stderr);
            let _ = writeln!(std::io::stderr(), "SKIPPED: rights cannot be given up here: {}", why.trim());
            return;
        }
        let (reported, errors) = printed(&output, 1);
        let expected = format!("{name}: `{entry}`: socket: Operation not permitted (os error 1)\n");
        assert_eq!((reported.as_str(), errors), ("", expected));
    }
}

#[test]
fn addresses_and_numbers_that_are_none_are_reported() {
    for (name, word, reported) in [
        ("raw_icmpv4", "::1", "raw_icmpv4: invalid IPv4 address syntax\n"),
        ("raw_icmpv6", "127.0.0.1", "raw_icmpv6: invalid IPv6 address syntax\n"),
        (
            "echo_server",
            "7000",
            "echo_server: `tcp4`: `7000` is no address of inet: HOST:PORT, as in `example.org:443` or `[::1]:443`, is expected\n",
        ),
        ("process_per_connection", "127.0.0.1:0", "process_per_connection: a program is missing\n"),
    ] {
        assert_eq!(printed(&run(name, &[word]), 1).1, reported);
    }
}

#[test]
fn the_portable_stream_is_one_whatever_opens_it() {
    let server = Server::start("echo_server", &[]);
    let address = server.address();
    for (flag, name) in [("tcp4", "sockatlas"), ("--standard", "the standard library")] {
        let (reported, _) = printed(&run("portable_stream", &[&address, "over and back", flag]), 0);
        assert_eq!(reported, format!("{name} brought back \"over and back\"\n"));
    }
    // A chain never becomes a stream without its layers.
    let (_, errors) = printed(&run("portable_stream", &[&address, "x", "secure/tcp4", "--standard"]), 1);
    assert_eq!(errors, "portable_stream: `secure/tcp4` is more than TCP, which is all there is here\n");
}
