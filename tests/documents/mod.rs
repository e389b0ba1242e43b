//! What the README shows is what the command prints, and the examples run.

mod exact;
mod generated;
mod reference;

use std::path::Path;
use std::process::Command;

/// Every `console` block of the README and of the manual: run, and compared to the letter (`...` stands for further lines).
///
/// `TRYCMD=overwrite` writes down what is printed.
#[test]
fn the_readme_and_the_manual_show_what_the_command_prints() {
    trycmd::TestCases::new().case("README.md").case("src/manual/*.md");
}

/// The output of an example, which cargo builds beside the tests.
fn example(name: &str) -> String {
    let command = Path::new(env!("CARGO_BIN_EXE_sockatlas"));
    let example = command.with_file_name("examples").join(name).with_extension(std::env::consts::EXE_EXTENSION);
    let output = Command::new(&example).output().unwrap_or_else(|error| panic!("{}: {error}", example.display()));
    assert!(output.status.success(), "{name}: {}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).expect("examples print UTF-8")
}

#[test]
fn the_example_resolve_prints_a_plain_and_an_encrypted_answer() {
    assert_eq!(
        example("resolve"),
        "inet stream tcp: tcp4\ninet stream tcp require=encrypted: secure/tcp4 (tls over tcp4)\n"
    );
}

#[test]
fn the_example_custom_protocol_is_answered_by_name_number_and_service() {
    let expected =
        "acme seqpacket widget: widget\nacme seqpacket 0: widget\nacme seqpacket 0 require=x-acme-sealed: sealed\n";
    assert_eq!(example("custom_protocol"), expected);
}

#[test]
fn the_example_explain_refusal_shows_near_misses_and_ways_out() {
    let printed = example("explain_refusal");
    assert!(
        printed.starts_with("inet dgram udp require=encrypted: what matches does not offer `encrypted`"),
        "{printed}"
    );
    assert!(printed.contains("udp4: require wants encrypted, it has connectionless"), "{printed}");
    assert!(
        printed.contains("to get `udp4`: no longer require encrypted\n    weakens the request's own `require`"),
        "{printed}"
    );
}
