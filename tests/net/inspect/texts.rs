//! `counts` and `hexdump`, written by the command.

use super::*;
use std::process::Stdio;

/// Runs `connect` with these options and the question as its input.
fn connect(entry: &str, address: &str, options: &[&str]) -> Vec<u8> {
    let mut command = sockatlas(&["connect", entry, address]);
    options.iter().for_each(|option| {
        command.args(["--set", option]);
    });
    let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().expect("runs");
    child.stdin.take().expect("piped").write_all(QUESTION).expect("it reads");
    let output = child.wait_with_output().expect("ends");
    assert!(output.status.success());
    output.stdout
}

#[test]
fn counts_has_a_line_for_each_connection() {
    let folder = tempfile::tempdir().expect("there is room");
    let path = folder.path().join("counts");
    let answer = answer(123_456);
    let address = server("127.0.0.1:0", answer.clone());
    let file = format!("inspect.file={}", path.display());
    for _ in 0..3 {
        assert!(connect("inspected/tcp4", &address, &[&file]) == answer);
    }
    let written = std::fs::read_to_string(&path).expect("it was written");
    let lines: Vec<&str> = written.lines().collect();
    assert_eq!(lines.len(), 3);
    let counts = format!(" peer={address} sent={} received={} ended=both seconds=", QUESTION.len(), answer.len());
    for line in lines {
        let (time, rest) = line.split_once(' ').expect("words");
        humantime::parse_rfc3339(time).expect("a time of RFC 3339");
        assert!(rest.starts_with("entry=inspect role=connect local=127.0.0.1:") && rest.contains(&counts), "{line}");
        let (_, seconds) = rest.rsplit_once('=').expect("words");
        assert!((0.0..20.0).contains(&seconds.parse::<f64>().expect("a number")), "{line}");
    }
}

#[test]
fn text2pcap_reads_a_hexdump_back() {
    let Some(text2pcap) = program("text2pcap") else { return };
    let folder = tempfile::tempdir().expect("there is room");
    let (dump, path) = (folder.path().join("dump"), folder.path().join("capture.pcapng"));
    let Some(capture) = Capture::of(&path) else { return };
    let file = format!("inspect.file={}", dump.display());
    let (mut sent, mut received) = (Vec::<u8>::new(), Vec::<u8>::new());
    // An answer of 0 to 255 bytes each, among them what looks like a dump.
    for (count, body) in
        [&b""[..], b"ab cd ef 01 23", b"|45 67 89|", b"000000 41 42\n", b"# I O"].into_iter().enumerate()
    {
        let address = server("127.0.0.1:0", body.to_vec());
        assert_eq!(connect("inspected/tcp4", &address, &[&file, "inspect.form=hexdump"]), body, "{count}");
        sent.extend(QUESTION);
        received.extend(body);
    }
    let address = server("127.0.0.1:0", answer(70_000));
    let answer = connect("inspected/tcp4", &address, &[&file, "inspect.form=hexdump"]);
    sent.extend(QUESTION);
    received.extend(answer);

    let output = Command::new(text2pcap)
        .args(["-D", "-t", "ISO", "-P", "data"])
        .args([&dump, &path])
        .output()
        .expect("it was found");
    let reported = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success() && !reported.contains("Inconsistent"), "{reported}");
    let packets = |direction: &str| {
        let filter = format!("frame.packet_flags_direction == {direction}");
        let packets = capture.fields(&filter, &["data.data"], &[]);
        packets.iter().flat_map(|digits| bytes(digits)).collect::<Vec<u8>>()
    };
    assert!(packets("2") == sent);
    assert!(packets("1") == received);
    let written = std::fs::read_to_string(&dump).expect("it is text");
    let time =
        written.lines().find(|line| line.starts_with("O ")).and_then(|line| line.split(' ').nth(1)).expect("a time");
    let time = humantime::parse_rfc3339(time)
        .expect("a time of RFC 3339")
        .duration_since(std::time::UNIX_EPOCH)
        .expect("later");
    let epochs = capture.fields("frame.number == 1", &["frame.time_epoch"], &[]);
    assert_eq!(epochs, [format!("{}.{:09}", time.as_secs(), time.subsec_nanos())]);
}
