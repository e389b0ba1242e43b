//! The README's two ends of a connection, run as they stand there, but at a port that is free.

use super::peer::{free_port, program};
use std::path::Path;
use std::process::Command;

#[test]
fn the_two_ends_in_the_readme_talk() {
    if program("openssl").is_none() {
        return;
    }
    let readme = include_str!("../../README.md");
    let block = readme.split("```sh\n").find(|block| block.starts_with("openssl req")).expect("it is there");
    let script = block.split("```").next().expect("it ends").replace("8443", &free_port().to_string());
    let folder = tempfile::tempdir().expect("made");
    let binaries = Path::new(env!("CARGO_BIN_EXE_sockatlas")).parent().expect("a folder");
    let path = format!("{}:{}", binaries.display(), std::env::var("PATH").unwrap_or_default());
    let mut shell = Command::new("bash");
    let output = shell.args(["-e", "-c", &script]).current_dir(folder.path()).env("PATH", path).output().expect("runs");
    let told = String::from_utf8_lossy(&output.stderr);
    assert_eq!(String::from_utf8_lossy(&output.stdout), "hello from behind TLS\n", "{told}");
    assert!(output.status.success() && told.contains("listening at tcp://127.0.0.1:"), "{told}");
}
