//! Captures of streams.

use super::*;
use std::io::BufReader;
use std::process::Stdio;

#[test]
fn wireshark_dissects_and_follows_what_passed() {
    let answer = answer(300_000);
    for (entry, at) in [("inspected/tcp4", "127.0.0.1:0"), ("inspected/tcp6", "[::1]:0")] {
        let folder = tempfile::tempdir().expect("there is room");
        let path = folder.path().join("capture.pcapng");
        let address = server(at, answer.clone());
        let Some(capture) = Capture::of(&path) else { return };
        let opener = capturing(entry, "inspect", &path);
        // Several connections in one file, two of them at once.
        let (one, two) =
            (opener.connect(&*address).expect("it listens"), opener.connect(&*address).expect("it listens"));
        assert!(one.opened().fact("inspect", "form") == Some("pcapng"));
        for stream in [two, one, opener.connect(&*address).expect("it listens")] {
            assert!(ask(stream) == answer);
        }
        drop(opener);

        capture.assert_clean();
        let http = format!("tcp.port=={},http", port(&address));
        let exchanges = capture.fields(
            "http",
            &[
                "tcp.stream",
                "http.request.uri",
                "http.response.code",
                "http.content_length",
                "frame.packet_flags_direction",
            ],
            &["-d", &http],
        );
        let asked = |stream: usize| format!("{stream}\t/atlas\t\t\t0x00000002");
        let answered = |stream: usize| format!("{stream}\t\t200\t300000\t0x00000001");
        let expected = [asked(1), answered(1), asked(0), answered(0), asked(2), answered(2)];
        assert_eq!(exchanges, expected, "{entry}");
        for stream in 0..3 {
            let [question, answered] = capture.follow(stream);
            assert!(question == QUESTION && answered == answer, "{entry}, stream {stream}");
        }
        // Each connection begins with a SYN and ends with a FIN of each side.
        let flags = |flags: &str| capture.tshark(&["-Y", flags]).len();
        assert_eq!(
            (flags("tcp.flags.syn == 1"), flags("tcp.flags.fin == 1"), flags("tcp.flags.reset == 1")),
            (6, 6, 0)
        );
    }
}

#[test]
fn capinfos_finds_the_file_in_order() {
    let Some(capinfos) = program("capinfos") else { return };
    let folder = tempfile::tempdir().expect("there is room");
    let path = folder.path().join("capture.pcapng");
    let address = server("127.0.0.1:0", answer(10));
    ask(capturing("inspected/tcp4", "inspect", &path).connect(&*address).expect("it listens"));
    let output = Command::new(capinfos).arg(&path).output().expect("it was found");
    let reported = String::from_utf8_lossy(&output.stdout);
    for expected in [
        "File type:           Wireshark/... - pcapng",
        "File encapsulation:  Raw IP",
        "File timestamp precision:  nanoseconds (9)",
        "Number of packets:   9",
        "Strict time order:   True",
        concat!("Capture application: sockatlas ", env!("CARGO_PKG_VERSION")),
        "Number of interfaces in file: 1",
    ] {
        assert!(reported.contains(expected), "{expected}: {reported}");
    }
}

#[test]
fn an_accepted_connection_begins_with_the_peer() {
    let folder = tempfile::tempdir().expect("there is room");
    let path = folder.path().join("capture.pcapng");
    let Some(capture) = Capture::of(&path) else { return };
    let opener = capturing("inspected/tcp4", "inspect", &path);
    let listener = opener.listen("127.0.0.1:0").expect("loopback has ports");
    let address = listener.local().expect("it is bound").to_string();
    let (client, answer) = (address.clone(), answer(1000));
    let expected = answer.clone();
    let client = std::thread::spawn(move || ask(self::opener("tcp4", &[]).connect(&*client).expect("it listens")));
    reply(accept(&listener), &answer);
    assert!(client.join().expect("no panic") == expected);
    capture.assert_clean();
    let ends = capture.fields("tcp.flags.syn == 1", &["tcp.dstport", "frame.packet_flags_direction"], &[]);
    assert_eq!(ends.len(), 2);
    assert_eq!(ends[0], format!("{}\t0x00000001", port(&address)), "the peer's SYN comes in");
    let [question, answered] = capture.follow(0);
    assert!(question == QUESTION && answered == expected);
}

#[test]
fn above_tls_there_is_the_plaintext_and_below_it_there_are_records() {
    let folder = tempfile::tempdir().expect("there is room");
    let made = rcgen::generate_simple_self_signed(["localhost".to_owned()]).expect("made");
    let write = |name: &str, text: String| {
        let path = folder.path().join(name);
        crate::secret::write(&path, text);
        path.display().to_string()
    };
    let (certificate, key) =
        (write("certificate.pem", made.cert.pem()), write("key.pem", made.signing_key.serialize_pem()));
    let listener = opener("secure/tcp4", &[("tls", "certificate", &certificate), ("tls", "key", &key)]);
    let listener = listener.listen("127.0.0.1:0").expect("loopback has ports");
    let address = listener.local().expect("it is bound").to_string();
    let target = format!("localhost:{}", port(&address));
    for (entry, layer, is_above) in
        [("secure-inspected/tcp4", "inspect", true), ("watched-secure/tcp4", "watch", false)]
    {
        let path = folder.path().join(layer);
        let Some(capture) = Capture::of(&path) else { return };
        let opener = capturing(entry, layer, &path).set_word("tls", "roots", &certificate).expect("it takes that");
        let answer = answer(100_000);
        let heard = std::thread::scope(|scope| {
            let client = scope.spawn(|| ask(opener.connect(&*target).expect("it listens")));
            reply(accept(&listener), &answer);
            client.join().expect("no panic")
        });
        assert!(heard == answer);
        capture.assert_clean();
        let [question, answered] = capture.follow(0);
        assert_eq!((question == QUESTION, answered == answer), (is_above, is_above), "{entry}");
        let dissect = |protocol: &str, filter| {
            let of_port = format!("tcp.port=={},{protocol}", port(&address));
            capture.tshark(&["-d", &of_port, "-Y", filter]).len()
        };
        let http = dissect("http", "http.request.uri == \"/atlas\" || http.response.code == 200");
        let hellos = dissect("tls", "tls.handshake.type == 1 || tls.handshake.type == 2");
        assert_eq!((http, hellos), if is_above { (2, 0) } else { (0, 2) }, "{entry}");
        let comment = capture.fields("frame.number == 1", &["frame.comment"], &[]);
        assert!(comment[0].starts_with(&format!("entry={layer} role=connect local=127.0.0.1:")), "{comment:?}");
        assert!(comment[0].ends_with(&format!("peer={address} target={target}")), "{comment:?}");
    }
}

#[test]
fn sockets_of_unix_are_reported_in_a_comment() {
    let folder = tempfile::tempdir().expect("there is room");
    let path = folder.path().join("capture.pcapng");
    let Some(capture) = Capture::of(&path) else { return };
    let opener = capturing("watched-unix/unix-stream", "watch", &path);
    let at = folder.path().join("a socket").display().to_string();
    let listener = self::opener("unix-stream", &[]).listen(&*at).expect("the folder is ours");
    let answer = answer(5000);
    // Again and again between the same two ends: these are connections of their own all the same.
    for _ in 0..2 {
        let heard = std::thread::scope(|scope| {
            let client = scope.spawn(|| ask(opener.connect(&*at).expect("it listens")));
            reply(accept(&listener), &answer);
            client.join().expect("no panic")
        });
        assert!(heard == answer);
    }
    capture.assert_clean();
    for stream in 0..2 {
        let [question, answered] = capture.follow(stream);
        assert!(question == QUESTION && answered == answer, "stream {stream}");
    }
    let first = capture.fields("frame.number == 1", &["ip.src", "ip.dst", "tcp.dstport", "frame.comment"], &[]);
    let comment = format!("entry=watch role=connect local=(unnamed) peer={}", at.replace(' ', "\\u{20}"));
    assert_eq!(first, [format!("192.0.2.1\t192.0.2.2\t49151\t{comment}")]);
}

#[test]
fn several_processes_add_to_one_file() {
    let folder = tempfile::tempdir().expect("there is room");
    let path = folder.path().join("capture.pcapng");
    let Some(capture) = Capture::of(&path) else { return };
    let answer = answer(400_000);
    let address = server("127.0.0.1:0", answer.clone());
    let file = format!("inspect.file={}", path.display());
    let arguments = ["connect", "inspected/tcp4", &address, "--set", &file, "--set", "inspect.form=pcapng"];
    let start = || {
        let mut command = sockatlas(&arguments);
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().expect("runs")
    };
    let mut children: Vec<_> = (0..4).map(|_| start()).collect();
    for child in &mut children {
        child.stdin.take().expect("piped").write_all(QUESTION).expect("it reads");
    }
    // This process adds to it as well.
    let opener = capturing("inspected/tcp4", "inspect", &path);
    std::thread::scope(|scope| {
        for child in children {
            scope.spawn(|| {
                let output = child.wait_with_output().expect("ends");
                assert!(output.status.success() && output.stdout == answer);
            });
        }
        assert!(ask(opener.connect(&*address).expect("it listens")) == answer);
    });
    capture.assert_clean();
    let streams = capture.fields("tcp.flags.syn == 1 && tcp.flags.ack == 0", &["tcp.stream"], &[]);
    assert_eq!(streams, ["0", "1", "2", "3", "4"]);
    for stream in 0..5 {
        let [question, answered] = capture.follow(stream);
        assert!(question == QUESTION && answered == answer, "stream {stream}");
    }
}

#[test]
fn a_process_that_is_killed_has_written_all_that_passed() {
    let folder = tempfile::tempdir().expect("there is room");
    let path = folder.path().join("capture.pcapng");
    let Some(capture) = Capture::of(&path) else { return };
    let listener = TcpListener::bind("127.0.0.1:0").expect("loopback has ports");
    let address = listener.local_addr().expect("it is bound").to_string();
    let file = format!("inspect.file={}", path.display());
    let mut command =
        sockatlas(&["connect", "inspected/tcp4", &address, "--set", &file, "--set", "inspect.form=pcapng"]);
    let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().expect("runs");
    child.stdin.as_mut().expect("piped").write_all(b"a question").expect("it reads");
    let (mut peer, _) = listener.accept().expect("it connects");
    let mut heard = [0; 10];
    peer.read_exact(&mut heard).expect("it asks");
    peer.write_all(b"an answer").expect("it reads");
    let mut stdout = BufReader::new(child.stdout.take().expect("piped"));
    stdout.read_exact(&mut heard[..9]).expect("it prints");
    child.kill().expect("it runs");
    child.wait().expect("it was killed");
    capture.assert_clean();
    assert_eq!(capture.follow(0), [b"a question".to_vec(), b"an answer".to_vec()]);
    assert!(capture.tshark(&["-Y", "tcp.flags.fin == 1"]).is_empty(), "nobody had ended");
}
