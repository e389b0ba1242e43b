//! The connections of the manual's chapter `forwarding`, run as they stand there, but at ports that are free.

use super::peer::{free_port, program};
use std::path::Path;
use std::process::{Command, Output};

/// The block of the chapter that begins like this.
fn block(start: &str) -> &'static str {
    let chapter = include_str!("../../src/manual/forwarding.md");
    let block = chapter.split("```sh\n").find(|block| block.starts_with(start)).expect("it is there");
    block.split("```").next().expect("it ends")
}

/// Runs a script in a folder, and ends what it has left behind.
fn run(script: &str, folder: &Path) -> Output {
    let binaries = Path::new(env!("CARGO_BIN_EXE_sockatlas")).parent().expect("a folder");
    let path = format!("{}:{}", binaries.display(), std::env::var("PATH").unwrap_or_default());
    let script = format!("trap 'kill $(jobs -p) 2>/dev/null || true' EXIT\n{script}");
    Command::new("bash").args(["-e", "-c", &script]).current_dir(folder).env("PATH", path).output().expect("it runs")
}

#[test]
fn the_two_ends_in_the_manual_talk() {
    if program("openssl").is_none() {
        return;
    }
    let folder = tempfile::tempdir().expect("made");
    let output = run(&block("openssl req").replace("8443", &free_port().to_string()), folder.path());
    let reported = String::from_utf8_lossy(&output.stderr);
    assert_eq!(String::from_utf8_lossy(&output.stdout), "hello from behind TLS\n", "{reported}");
    assert!(output.status.success() && reported.contains("listening at tcp://127.0.0.1:"), "{reported}");
}

#[test]
fn curl_reaches_a_plain_server_through_the_gateway_and_the_relay_of_the_manual() {
    if ["openssl", "python3", "curl"].into_iter().any(|name| program(name).is_none()) {
        return;
    }
    let folder = tempfile::tempdir().expect("made");
    let certificate = block("openssl req").split("\necho").next().expect("it comes first");
    let ports = ["8000", "8443", "1080"].map(|port| (port, free_port().to_string()));
    // On a machine under load nobody knows how long it takes until all three listen.
    let listen = ports.iter().map(|(_, port)| format!("until (exec 3<>/dev/tcp/127.0.0.1/{port}); do sleep 0.1; done"));
    let listen = listen.collect::<Vec<_>>().join("\n");
    let script = ports.iter().fold(block("python3").to_owned(), |script, (port, free)| script.replace(port, free));
    let script = format!("{certificate}\n{}", script.replace("sleep 2", &listen));
    let output = run(&script, folder.path());
    let reported = String::from_utf8_lossy(&output.stderr);
    let answer = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success() && answer.contains("<a href=\"cert.pem\">cert.pem</a>"), "{answer}{reported}");
}
