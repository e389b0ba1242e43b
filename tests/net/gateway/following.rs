//! Catalogs that change while a gateway runs.

use super::{Files, Gateway, connect, web4};
use crate::net::hearing::hear;
use rustix::process::Signal;
use std::io::{Read, Write};
use std::net::TcpStream;

const CATALOG: &str = r#"
format = 1
dialect = "linux"
[provider.kernel]
module = "system"
[provider.inspect]
[base.tcp4]
provider = "kernel"
family = "inet"
type = "stream"
protocol = "tcp"
matches-zero = true
[layer.inspect]
provider = "inspect"
adds = ["metered"]
[chain.inspected]
layers = ["inspect"]
base = "tcp4"
"#;

/// A client of HTTP that asks for a web server, and the status that it is told.
fn ask(gateway: &Gateway, port: u16) -> (TcpStream, String) {
    let mut client = connect(gateway.http);
    let target = format!("127.0.0.1:{port}");
    write!(client, "CONNECT {target} HTTP/1.1\r\nHost: {target}\r\n\r\n").expect("it reads");
    let mut answer = Vec::new();
    while !answer.ends_with(b"\r\n\r\n") {
        let mut one = [0];
        client.read_exact(&mut one).expect("it answers");
        answer.push(one[0]);
    }
    let answer = String::from_utf8(answer).expect("it is text");
    let status = answer.lines().next().unwrap_or_default().to_owned();
    (client, status)
}

/// What SOCKS 5 replies to a client that asks for a port of this host: RFC 1928, section 6.
fn reply(gateway: &Gateway, port: u16) -> u8 {
    let mut client = connect(gateway.socks);
    client.write_all(&[5, 1, 0]).expect("it reads");
    client.read_exact(&mut [0; 2]).expect("it answers");
    let [high, low] = port.to_be_bytes();
    client.write_all(&[5, 1, 0, 1, 127, 0, 0, 1, high, low]).expect("it reads");
    let mut answer = [0; 2];
    client.read_exact(&mut answer).expect("it answers");
    answer[1]
}

fn fetches(mut client: TcpStream) {
    client.write_all(b"GET / HTTP/1.0\r\n\r\n").expect("it reads");
    let mut page = String::new();
    client.read_to_string(&mut page).expect("it answers");
    assert!(page.starts_with("HTTP/1.1 200 OK\r\n"), "{page}");
}

#[test]
fn targets_are_opened_as_the_catalogs_say_now() {
    let files = Files::new();
    files.write("site.toml", CATALOG);
    let catalog = files.word("site.toml");
    let mut gateway =
        Gateway::at("127.0.0.1:0", files, &["--catalog", &catalog, "--watch", "--connect", "inet/stream"]);
    let port = web4();
    let (first, status) = ask(&gateway, port);
    assert_eq!(status, "HTTP/1.1 200 Connection established");

    gateway.files.write("site.toml", &format!("order = [\"inspected\"]\n{CATALOG}"));
    hear(&mut gateway.stderr, "version 2 counts\n");
    let (second, status) = ask(&gateway, port);
    assert_eq!(status, "HTTP/1.1 200 Connection established");

    gateway.files.write("site.toml", &format!("disable = [\"tcp4\", \"inspected\"]\n{CATALOG}"));
    hear(&mut gateway.stderr, "version 3 counts, so new connections are refused; those that are open go on\n");
    let (_, status) = ask(&gateway, port);
    assert_eq!(status, "HTTP/1.1 403 Forbidden");
    assert_eq!(reply(&gateway, port), 2, "the ruleset does not allow it");

    gateway.files.write("site.toml", "format = ");
    hear(&mut gateway.stderr, "so version 3 goes on counting\n");
    assert_eq!(reply(&gateway, port), 2, "faults do not bring back what was refused");

    gateway.files.write("site.toml", CATALOG);
    gateway.signal(Signal::HUP);
    hear(&mut gateway.stderr, "version 4 counts\n");
    assert_eq!(reply(&gateway, port), 0, "it is connected");
    gateway.ended(4);
    for (client, entry) in [(first, "tcp4"), (second, "inspected")] {
        let before = gateway.ended(0).len();
        fetches(client);
        assert_eq!(gateway.ended(before + 1)[before]["far"]["entry"], entry);
    }
    let left = gateway.finish();
    assert_eq!(left.status.code(), Some(0), "{}", left.said);
}
