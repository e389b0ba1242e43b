//! `resolve --batch`.

use super::{batch, command, run, site, sockatlas};
use std::io::{BufRead, BufReader, Write};
use std::process::Stdio;

const REQUESTS: &[u8] = b"\
# comments and blank lines are skipped

inet stream tcp
  # also behind blanks
inet stream 0 require=encrypted application=billing\r
inet stream udp
inte stream
inet
inet stream 0 demand=x
\xff\xfe stream
inet dgram 17";

#[test]
fn each_request_gives_one_line_in_the_order_of_the_input() {
    assert_eq!(
        batch("text", REQUESTS).quietly(1),
        "\
tcp4\ttcp4
secure/tcp4\ttls > tcp4
error[protocol-not-supported]\tno entry of family `inet` with type `stream` has the protocol `udp`
error[bad-request-line]\tline 7: unknown address family `inte` (did you mean `inet`?)
error[bad-request-line]\tline 8: a socket type is expected after the family
error[bad-request-line]\tline 9: unknown demand `demand`
error[bad-request-line]\tline 10: the line is not UTF-8
udp4\tudp4
"
    );
}

#[test]
fn as_json_each_request_gives_the_object_of_resolve() {
    let stdout = batch("json", REQUESTS).quietly(1);
    let lines: Vec<&str> = stdout.lines().collect();
    assert_eq!(lines.len(), 8);
    assert_eq!(format!("{}\n", lines[0]), site("resolve inet stream tcp --format json").stdout);
    let demanding = "resolve inet stream 0 --require encrypted --application billing --format json";
    assert_eq!(format!("{}\n", lines[1]), site(demanding).stdout);
    assert_eq!(format!("{}\n", lines[2]), site("resolve inet stream udp --format json").stdout);
    assert_eq!(
        lines[3],
        concat!(
            r#"{"version":1,"error":{"code":"bad-request-line","line":7,"#,
            r#""message":"unknown address family `inte` (did you mean `inet`?)"}}"#
        )
    );
    assert_eq!(format!("{}\n", lines[7]), site("resolve inet dgram 17 --format json").stdout);
}

#[test]
fn a_batch_is_clean_when_every_request_is_answered() {
    assert_eq!(batch("text", b"inet stream\n\n# none\n").quietly(0), "tcp4\ttcp4\n");
    assert_eq!(batch("text", b"").quietly(0), "");
    assert_eq!(batch("text", b"inet stream udp\n").status, 1);
    assert_eq!(batch("text", b"nonsense\n").status, 1);
}

#[test]
fn a_file_is_read_like_stdin_and_a_byte_order_mark_is_no_word() {
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("requests");
    std::fs::write(&file, b"\xef\xbb\xbfinet stream\ninet dgram udp\n").expect("written");
    let file = file.to_str().expect("UTF-8");
    assert_eq!(site(&format!("resolve --batch {file}")).quietly(0), "tcp4\ttcp4\nudp4\tudp4\n");
}

#[test]
fn what_cannot_be_read_is_status_two() {
    let said = site("resolve --batch no-such-file").complains(2);
    assert!(said.starts_with("error: no-such-file: "), "{said}");
    assert!(site("resolve --batch .").status == 2);
    let both = sockatlas("-c - resolve --batch -").complains(2);
    assert_eq!(both, "error: stdin cannot be both a catalog and a batch\nhelp: name a file for one of them\n");
}

#[test]
fn a_batch_has_no_request_beside_it() {
    for line in ["inet stream", "--entry tcp4", "--require encrypted"] {
        let said = site(&format!("resolve --batch - {line}")).complains(2);
        assert!(said.contains("cannot be used with"), "{said}");
    }
}

#[test]
fn a_line_without_end_is_one_bad_line() {
    let mut requests = vec![b'a'; 1_000_000];
    requests.extend_from_slice(b"\ninet stream\n");
    assert_eq!(
        batch("text", &requests).quietly(1),
        "error[bad-request-line]\tline 1: the line is longer than 65536 bytes\ntcp4\ttcp4\n"
    );
}

#[test]
fn an_unknown_application_is_refused_on_its_line() {
    let requests = b"inet stream 0 application=a\ninet stream 0\ninet stream 0 application=biling\n";
    assert_eq!(
        batch("text", requests).quietly(1),
        "error[no-such-application]\tapplication `a` has no section of policy, and neither has `*`\n\
         tcp4\ttcp4\n\
         error[no-such-application]\tapplication `biling` has no section of policy, and neither has `*` (did you mean `billing`?)\n"
    );
}

#[test]
fn an_unknown_application_that_is_answered_is_warned_of_once() {
    let requests = b"inet stream 0 application=a\ninet stream 0 application=b\ninet stream 0 application=a\n";
    let ran = run(command(&["-c", "builtin:linux.toml", "resolve", "--batch", "-"]), requests);
    assert_eq!((ran.status, ran.stdout.lines().count()), (0, 3));
    let warned: Vec<&str> = ran.stderr.lines().collect();
    assert_eq!(warned.len(), 2, "{warned:?}");
    assert!(warned[0].starts_with("warning: ") && warned[0].contains("[application.a]"), "{warned:?}");
    assert!(warned[1].contains("[application.b]"), "{warned:?}");
}

#[test]
fn a_program_can_talk_with_it_line_by_line() {
    let mut command = command(&["-c", "site.toml", "resolve", "--batch", "-"]);
    let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().expect("the command starts");
    let mut input = child.stdin.take().expect("a pipe");
    let mut output = BufReader::new(child.stdout.take().expect("a pipe"));
    for (request, answer) in [("inet stream", "tcp4\ttcp4\n"), ("inet dgram udp", "udp4\tudp4\n")] {
        writeln!(input, "{request}").expect("it reads");
        let mut line = String::new();
        output.read_line(&mut line).expect("it answers before the input ends");
        assert_eq!(line, answer);
    }
    drop(input);
    assert_eq!(child.wait().expect("it ends").code(), Some(0));
}

#[test]
fn a_reader_that_goes_away_ends_it_quietly() {
    for (requests, status) in [("inet stream\n", 0), ("inet stream udp\n", 1)] {
        let mut command = command(&["-c", "site.toml", "resolve", "--batch", "-", "--format", "json"]);
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = command.spawn().expect("the command starts");
        drop(child.stdout.take());
        let mut input = child.stdin.take().expect("a pipe");
        let requests = requests.repeat(100_000);
        let writer = std::thread::spawn(move || drop(input.write_all(requests.as_bytes())));
        let output = child.wait_with_output().expect("the command ends");
        writer.join().expect("writing does not panic");
        assert_eq!(String::from_utf8_lossy(&output.stderr), "");
        assert_eq!(output.status.code(), Some(status), "the status is what was known by then");
    }
}

#[test]
fn a_hundred_thousand_lines_come_back_whole() {
    let requests = "inet stream tcp\ninet stream udp\n".repeat(50_000);
    let ran = run(command(&["-c", "site.toml", "resolve", "--batch", "-"]), requests.as_bytes());
    assert_eq!((ran.status, ran.stderr.as_str()), (1, ""));
    assert_eq!(ran.stdout.lines().count(), 100_000);
    assert!(ran.stdout.lines().step_by(2).all(|line| line == "tcp4\ttcp4"));
}
