//! Datagrams: boundaries, empty ones, and what is written of them.

use super::*;
use std::io::BufReader;
use std::net::UdpSocket;
use std::process::Stdio;
use std::time::Duration;

fn peer(at: &str) -> UdpSocket {
    let socket = UdpSocket::bind(at).expect("loopback has ports");
    socket.set_read_timeout(Some(Duration::from_secs(20))).expect("it can be set");
    socket
}

/// The next datagram, and who sent it.
fn next(socket: &UdpSocket) -> (Vec<u8>, std::net::SocketAddr) {
    let mut room = vec![0; 70_000];
    let (count, from) = socket.recv_from(&mut room).expect("it comes");
    room.truncate(count);
    (room, from)
}

#[test]
fn boundaries_and_empty_datagrams_are_kept_and_captured() {
    for (entry, at, longest) in
        [("inspected-udp/udp4", "127.0.0.1:0", 65_507), ("inspected-udp/udp6", "[::1]:0", 65_527)]
    {
        let folder = tempfile::tempdir().expect("there is room");
        let path = folder.path().join("capture.pcapng");
        let socket = peer(at);
        let address = socket.local_addr().expect("it is bound");
        let mut stream = capturing(entry, "inspect", &path).connect(address).expect("nobody need be there");
        assert!(stream.is_of_messages());
        let messages = [b"one".to_vec(), Vec::new(), b"three, and longer".to_vec(), vec![0xa5; longest], Vec::new()];
        let mut room = vec![0; 70_000];
        for message in &messages {
            assert_eq!(stream.write(message).expect("it is sent"), message.len());
            let (heard, from) = next(&socket);
            assert!(heard == *message, "{entry}: {} bytes", heard.len());
            socket.send_to(message, from).expect("it is sent");
            let count = stream.read(&mut room).expect("it comes");
            assert!(room[..count] == **message && !stream.has_ended(), "{entry}: {count} bytes");
        }
        let opened = stream.opened();
        let traffic = opened.layers[0].traffic;
        assert_eq!((traffic.messages_sent, traffic.messages_received), (5, 5));
        assert_eq!((traffic.sent_above, traffic.received_above), (20 + longest as u64, 20 + longest as u64));
        drop(stream);

        let Some(capture) = Capture::of(&path) else { continue };
        capture.assert_clean();
        let packets = capture.fields("udp", &["udp.dstport", "frame.packet_flags_direction", "udp.payload"], &[]);
        let there = |message: &Vec<u8>| (address.port().to_string(), "0x00000002".to_owned(), message.clone());
        let local = opened.local.and_then(|local| local.socket_addr()).expect("an address").port();
        let back = |message: &Vec<u8>| (local.to_string(), "0x00000001".to_owned(), message.clone());
        // A message that is longer than IPv4 allows is in two packets, and says so.
        let cut = |message: &Vec<u8>| -> Vec<Vec<u8>> {
            if message.is_empty() { vec![Vec::new()] } else { message.chunks(65_507).map(<[u8]>::to_vec).collect() }
        };
        let expected = messages.iter().flat_map(|message| {
            let pieces = cut(message);
            pieces.iter().map(there).chain(pieces.iter().map(back)).collect::<Vec<_>>()
        });
        let packets = packets.iter().map(|line| {
            let mut fields = line.split('\t').map(str::to_owned);
            let mut field = || fields.next().unwrap_or_default();
            (field(), field(), bytes(&field()))
        });
        assert!(packets.eq(expected), "{entry}");
        let parts = capture.fields("frame.comment contains \"of a message of 65527\"", &["frame.comment"], &[]);
        assert_eq!(parts.len(), if longest > 65_507 { 4 } else { 0 }, "{parts:?}");
    }
}

#[test]
fn the_command_keeps_boundaries_too() {
    let folder = tempfile::tempdir().expect("there is room");
    let path = folder.path().join("counts");
    let socket = peer("127.0.0.1:0");
    let address = socket.local_addr().expect("it is bound").to_string();
    let file = format!("inspect.file={}", path.display());
    let mut command = sockatlas(&["connect", "inspected-udp/udp4", &address, "--read-timeout", "1s", "--set", &file]);
    let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().expect("runs");
    let mut stdin = child.stdin.take().expect("piped");
    let mut stdout = BufReader::new(child.stdout.take().expect("piped"));
    // What is read at a time is a message.
    stdin.write_all(b"a question").expect("it reads");
    let (heard, from) = next(&socket);
    assert_eq!(heard, b"a question");
    stdin.write_all(b"another").expect("it reads");
    assert_eq!(next(&socket).0, b"another");
    for message in [&b"an answer, "[..], b"", b"and one more"] {
        socket.send_to(message, from).expect("it is sent");
    }
    let mut heard = [0; 23];
    stdout.read_exact(&mut heard).expect("it prints");
    assert_eq!(&heard, b"an answer, and one more", "an empty one ends nothing");
    drop(stdin);
    assert!(child.wait().expect("silence ends it").success());
    let line = std::fs::read_to_string(&path).expect("it was written");
    let counts = format!("peer={address} sent=17 received=23 messages-sent=2 messages-received=3 ended=sent seconds=");
    assert!(line.contains(&counts) && line.lines().count() == 1, "{line}");
}
