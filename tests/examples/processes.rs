//! The server with a process for each connection.

use super::running::Server;
use std::io::{Read, Write};
use std::net::{Shutdown, TcpStream};
use std::process::{Command, Stdio};

fn finish(mut stream: TcpStream, bytes: &[u8]) -> String {
    stream.write_all(bytes).expect("the server is there");
    stream.shutdown(Shutdown::Write).expect("it is connected");
    let mut back = String::new();
    stream.read_to_string(&mut back).expect("the program ends, and with it the connection");
    back
}

/// The children of a process that have ended and were not waited for (proc_pid_stat(5)).
fn zombies(of: u32) -> usize {
    let processes = std::fs::read_dir("/proc").expect("Linux has it").filter_map(Result::ok);
    let stats = processes.filter_map(|process| std::fs::read_to_string(process.path().join("stat")).ok());
    let dead_child = |stat: &String| {
        let fields = stat.rsplit_once(") ").map(|(_, fields)| fields.split(' ').take(2).collect::<Vec<_>>());
        fields.is_some_and(|fields| fields == ["Z", &of.to_string()])
    };
    stats.filter(dead_child).count()
}

#[test]
fn any_program_is_a_server_and_leaves_no_zombie() {
    let server = Server::start("process_per_connection", &["tr", "a-z", "A-Z"]);
    assert_eq!(finish(server.connect(), b"from a child"), "FROM A CHILD");
    let said = server.says("ended with");
    assert!(said.starts_with("tcp://127.0.0.1:") && said.ends_with(" ended with exit status: 0"), "{said}");
    assert_eq!(zombies(server.id()), 0);
}

#[test]
fn more_connections_than_processes_are_all_served() {
    let server = Server::start("process_per_connection", &["cat"]);
    let mut streams: Vec<TcpStream> = (0..50).map(|_| server.connect()).collect();
    for (at, stream) in streams.iter_mut().enumerate() {
        stream.write_all(format!("{at}:").as_bytes()).expect("the system takes it");
    }
    for (at, stream) in streams.into_iter().enumerate() {
        assert_eq!(finish(stream, b"end"), format!("{at}:end"));
    }
}

#[test]
fn a_child_has_its_own_connection_and_none_of_others() {
    let server = Server::start("process_per_connection", &["sh", "-c", "read line; exec ls /proc/self/fd"]);
    let mut other = server.connect();
    other.write_all(b"a line that does not end").expect("the system takes it");
    // A child of ours has what every program is given here, and the folder that `ls` reads.
    let ours = Command::new("ls").arg("/proc/self/fd").stdin(Stdio::null()).output().expect("there is ls");
    assert_eq!(finish(server.connect(), b"go\n"), String::from_utf8_lossy(&ours.stdout));
}

#[test]
fn a_program_that_is_not_there_ends_the_connection_and_not_the_server() {
    let server = Server::start("process_per_connection", &["/no/such/program"]);
    for _ in 0..2 {
        assert_eq!(finish(server.connect(), b""), "");
        server.says(": `/no/such/program`: No such file or directory (os error 2)");
    }
}

#[test]
fn a_child_that_is_killed_is_reported_as_such() {
    let server = Server::start("process_per_connection", &["sh", "-c", "read line; kill -9 $$"]);
    assert_eq!(finish(server.connect(), b"now\n"), "");
    server.says("ended with signal: 9 (SIGKILL)");
    assert_eq!(zombies(server.id()), 0);
}
