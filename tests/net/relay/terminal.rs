//! On a terminal: counters that are rewritten, and the key that interrupts.

use super::{PATIENCE, chat, connect, echo, until};
use crate::net::peer::{Running, program};
use std::io::{Read, Write};
use std::process::{Command, Stdio};
use std::sync::mpsc;

#[test]
fn counters_are_shown_and_rewritten_and_an_interrupt_ends_it_gracefully() {
    let Some(script) = program("script") else { return };
    // `exec`: a shell that stays before its program dies of the same interrupt, and its end hides the program's.
    let relay =
        format!("exec {} relay --listen tcp4 127.0.0.1:0 --connect tcp4 {}", env!("CARGO_BIN_EXE_sockatlas"), echo());
    let mut command = Command::new(script);
    command.args(["--quiet", "--return", "--flush", "--command", &relay, "/dev/null"]);
    command.env_remove("SOCKATLAS_CATALOG").env("NO_COLOR", "1").stdin(Stdio::piped()).stdout(Stdio::piped());
    let mut terminal = Running(command.spawn().expect("it runs"));
    let mut stdout = terminal.0.stdout.take().expect("piped");
    let (send, shown) = mpsc::channel();
    std::thread::spawn(move || {
        let mut some = [0; 1024];
        while let Ok(count @ 1..) = stdout.read(&mut some) {
            let _ = send.send(some[..count].to_vec());
        }
    });
    let mut text = String::new();
    let mut said = |what: &str| {
        until(what, || {
            if let Ok(bytes) = shown.recv_timeout(PATIENCE) {
                text += &String::from_utf8_lossy(&bytes);
            }
            text.contains(what).then_some(())
        });
        text.clone()
    };
    let place = said("\n");
    let (_, address) = place.trim_end().split_once("tcp://").expect("it says where it listens");
    let mut stream = connect(address);
    chat(&mut stream);
    said("1 open, 0 served, 0 failed; up 14 B at ");
    let line = said("1 open, 0 served, 0 failed; up 14 B at 0 B/s, down 14 B at 0 B/s");
    assert!(line.contains("\r\u{1b}[K1 open"), "it stands where the one before it stood: {line:?}");

    // What Ctrl-C is to a terminal.
    terminal.0.stdin.as_mut().expect("piped").write_all(b"\x03").expect("it reads");
    said("ending: 1 connection may go on to its end; once more cuts it");
    chat(&mut stream);
    drop(stream);
    said("1 served, 0 failed; 28 bytes up, 28 down");
    assert_eq!(terminal.0.wait().expect("it was started").code(), Some(0));
}

#[test]
fn a_terminal_that_is_closed_ends_it() {
    let Some(script) = program("script") else { return };
    let relay =
        format!("exec {} relay --listen tcp4 127.0.0.1:0 --connect tcp4 {}", env!("CARGO_BIN_EXE_sockatlas"), echo());
    let mut command = Command::new(script);
    command.args(["--quiet", "--return", "--flush", "--command", &relay, "/dev/null"]);
    command.env_remove("SOCKATLAS_CATALOG").env("NO_COLOR", "1").stdin(Stdio::piped()).stdout(Stdio::piped());
    let mut terminal = Running(command.spawn().expect("it runs"));
    let mut line = String::new();
    let stdout = terminal.0.stdout.take().expect("piped");
    std::io::BufRead::read_line(&mut std::io::BufReader::new(stdout), &mut line).expect("it is text");
    let (_, address) = line.trim_end().rsplit_once(':').expect("it says where it listens");
    // Addresses and states in hexadecimal, of which 0A is LISTEN: proc_net_tcp(5).
    let listening = format!(":{:04X} 00000000:0000 0A ", address.parse::<u16>().expect("a port"));
    let listens = || std::fs::read_to_string("/proc/net/tcp").expect("there are sockets").contains(&listening);
    assert!(listens());
    terminal.0.kill().expect("it runs");
    until("it has ended", || (!listens()).then_some(()));
}
