//! No driver is busy while it waits: its system calls are counted by a tracer.

use super::stage::{CHAINS, Payload, Peer, Stage};
use super::{MUCH, blocking, readiness};
use crate::net::peer::program;
use std::process::Command;
use std::time::Duration;

/// Tells the traced process which chain to open, and where its peer is.
const TRACED: &str = "SOCKATLAS_TRACED";

/// One of each kind: without layers, with one that has left, with one that stays, with messages.
const TRACED_CHAINS: [&str; 4] = ["tcp4", "socks", "secure", "secure-framed"];

/// Moves `MUCH` bytes each way in a process of its own, with a peer outside that dawdles, and counts.
fn count(test: &str, both_ways: bool, run: fn(&Stage, &str, &str, &Payload)) {
    let payload = |kind: Peer| kind.payload(MUCH);
    if let Some(work) = std::env::var_os(TRACED) {
        let work = work.into_string().expect("text");
        let [chain, address, proxy, folder] = work.split(' ').collect::<Vec<_>>()[..] else { panic!("{work}") };
        let port = proxy.parse().expect("a port");
        let (_, kind) = CHAINS.iter().find(|(name, _)| *name == chain).expect("it is known");
        return run(&Stage::at(folder, port), chain, address, &payload(*kind));
    }
    let Some(strace) = program("strace") else { return };
    let stage = Stage::new();
    for (chain, kind) in CHAINS.iter().filter(|(chain, _)| TRACED_CHAINS.contains(chain)) {
        let other = payload(*kind);
        let peer = stage.peer(*kind, false, move |end| {
            // Long enough for a loop that is busy to be seen.
            std::thread::sleep(Duration::from_millis(1500));
            if both_ways { end.talk(&other) } else { end.answer(&other) }
        });
        let log = stage.file("calls");
        let mut tracer = Command::new(&strace);
        tracer.args(["-f", "-c", "-U", "name,calls", "-o"]).arg(&log);
        tracer.arg(std::env::current_exe().expect("a path")).args(["--exact", test, "--test-threads=1"]);
        let work = format!("{chain} {} {} {}", peer.address(), stage.socks(), stage.folder().display());
        let output = tracer.env(TRACED, work).output().expect("it was found");
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stdout));
        peer.finish();
        let calls = std::fs::read_to_string(&log).expect("the tracer's log");
        let of = |names: &[&str]| -> usize {
            let words = calls.lines().map(|line| line.split_whitespace().collect::<Vec<_>>());
            let counts = words.filter_map(|words| match words[..] {
                [name, calls] if names.contains(&name) => calls.parse::<usize>().ok(),
                _ => None,
            });
            counts.sum()
        };
        let moved = of(&["recvfrom", "recvmsg", "sendto", "sendmsg", "read", "write", "readv", "writev"]);
        let waited = of(&["poll", "ppoll", "epoll_wait", "epoll_pwait", "epoll_pwait2", "epoll_ctl"]);
        assert!(moved > 100, "the tracer saw the work:\n{calls}");
        // What is read and written at a time is 26 kB on average, which makes 800 calls; those that find nothing, and those that
        // move less than they could, come to half as many again. A loop that is busy while the peer sleeps makes 9,000.
        let bound = 2 * MUCH / (6 << 10);
        assert!(moved <= bound, "{chain}: {moved} calls to move bytes, more than {bound}:\n{calls}");
        assert!(waited <= bound, "{chain}: {waited} calls to wait, more than {bound}:\n{calls}");
    }
}

#[test]
fn the_blocking_driver_is_not_busy() {
    count("net::drivers::calls::the_blocking_driver_is_not_busy", false, blocking::run);
}

#[test]
fn the_readiness_driver_is_not_busy() {
    count("net::drivers::calls::the_readiness_driver_is_not_busy", true, readiness::run);
}

#[cfg(feature = "tokio")]
#[test]
fn the_driver_for_tokio_is_not_busy() {
    count("net::drivers::calls::the_driver_for_tokio_is_not_busy", true, super::tokio::run);
}
