//! What goes through the system's sockets.

use super::{echo, errno, opener, read, refused, registry, skipped};
use crate::net::peer::{Running, program};
use sockatlas::net::{Address, Opener, Providers, Socket, Target, ToTarget};
use sockatlas::terms::{Family, Protocol, SocketType};
use sockatlas::{Loader, Request};
use std::io::{Read, Write};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

const EACCES: i32 = 13;
const ENODEV: i32 = 19;
const EPROTONOSUPPORT: i32 = 93;
const ESOCKTNOSUPPORT: i32 = 94;
const ECONNRESET: i32 = 104;
const ETIMEDOUT: i32 = 110;

/// An abstract name that no other process has.
fn own_name(of: &str) -> Address {
    Address::UnixAbstract(format!("sockatlas {of} {}\0", std::process::id()).into_bytes())
}

fn patient(socket: &Socket) {
    socket.set_read_limit(Some(Duration::from_secs(20))).expect("it is a socket");
}

/// Listens, connects, and has a text come back.
fn echoes(entry: &str, at: &dyn ToTarget, name: impl FnOnce(Address) -> Address) {
    let listener = match opener(entry).listen(at) {
        Err(error) if [ENODEV, EPROTONOSUPPORT].contains(&errno(&error)) => return skipped(entry, error),
        listener => listener.unwrap_or_else(|error| panic!("{error}")),
    };
    let address = name(listener.local().expect("it is bound"));
    let server = echo(listener);
    let mut stream = match opener(entry).connect(Target::from(address.clone())) {
        // No loopback: there is no device, or the machine's host does not answer.
        Err(error) if entry.starts_with("vsock") => {
            assert!([ENODEV, ESOCKTNOSUPPORT, ECONNRESET, ETIMEDOUT].contains(&errno(&error)), "{error}");
            return skipped(entry, error);
        }
        stream => stream.unwrap_or_else(|error| panic!("{error}")),
    };
    assert_eq!(stream.opened().peer, Some(address), "{entry}");
    stream.write_all(b"there").expect("the peer is there");
    assert_eq!(read(&mut stream), b"there", "{entry}");
    stream.shutdown_write().expect("the peer is there");
    let mut rest = Vec::new();
    stream.read_to_end(&mut rest).expect("the end comes");
    assert!(rest.is_empty(), "{entry}");
    server.join().expect("it echoed");
}

#[test]
fn connections_carry_bytes_both_ways_and_their_ends() {
    for (entry, at) in [("tcp4", "127.0.0.1:0"), ("tcp6", "[::1]:0"), ("mptcp4", "127.0.0.1:0"), ("mptcp6", "[::1]:0")]
    {
        echoes(entry, &at, |address| address);
    }
    let folder = tempfile::tempdir().expect("there is room");
    for entry in ["unix-stream", "unix-seqpacket"] {
        echoes(entry, &Address::Unix(folder.path().join(entry)), |address| address);
        let name = own_name(entry);
        echoes(entry, &name, |address| {
            assert_eq!(address, name, "a 0 byte and all");
            address
        });
    }
    for entry in ["vsock-stream", "vsock-seqpacket"] {
        // A machine without a hypervisor has the loopback of CID 1 at best.
        echoes(entry, &"any:any", |address| match address {
            Address::Vsock { cid: u32::MAX, port } if port != u32::MAX => Address::Vsock { cid: 1, port },
            address => panic!("{address} of vsock"),
        });
    }
}

#[test]
fn unnamed_ends_have_no_name_and_bound_ones_their_own() {
    let folder = tempfile::tempdir().expect("there is room");
    let at = Address::Unix(folder.path().join("named"));
    let listener = opener("unix-stream").listen(&at).expect("the folder is ours");
    let stream = opener("unix-stream").connect(&at).expect("it listens");
    let accepted = listener.accept().expect("it came");
    assert_eq!(accepted.peer().expect("there is one").to_string(), "(unnamed)");
    assert_eq!(stream.opened().to_string(), format!("unix-stream, unix://(unnamed) to unix://{at}"));
}

#[test]
fn messages_come_whole_and_say_whose_they_are() {
    let folder = tempfile::tempdir().expect("there is room");
    let path = |name: &str| Address::Unix(folder.path().join(name));
    let any4: Address = Address::Ip("127.0.0.1:0".parse().expect("an address"));
    let any6: Address = Address::Ip("[::1]:0".parse().expect("an address"));
    for (entry, here, there) in [
        ("udp4", any4.clone(), any4.clone()),
        ("udp6", any6.clone(), any6.clone()),
        ("udplite4", any4.clone(), any4.clone()),
        ("udplite6", any6.clone(), any6.clone()),
        ("unix-dgram", path("here"), path("there")),
        ("unix-dgram", own_name("here"), own_name("there")),
        ("unix-raw", path("raw-here"), path("raw-there")),
    ] {
        let bound = |at: &Address| match opener(entry).bind(Some(at)) {
            Err(error) if errno(&error) == EPROTONOSUPPORT => {
                skipped(entry, error);
                Err(())
            }
            socket => Ok(socket.unwrap_or_else(|error| panic!("{error}"))),
        };
        let (Ok(one), Ok(two)) = (bound(&here), bound(&there)) else { continue };
        let names = [&one, &two].map(|socket| socket.local().expect("it is bound"));
        let mut buffer = [0; 100];
        for (from, to, name, sender) in [(&one, &two, &names[1], &names[0]), (&two, &one, &names[0], &names[1])] {
            patient(to);
            for text in ["a message", "", "another"] {
                assert_eq!(from.send_to(text.as_bytes(), name).expect("it is there"), text.len(), "{entry}");
                let (count, whose) = to.recv_from(&mut buffer).expect("it was sent");
                assert_eq!((&buffer[..count], whose.as_ref()), (text.as_bytes(), Some(sender)), "{entry}");
            }
            // Longer than the buffer: cut, as recv(2) does.
            from.send_to(&[7; 200], name).expect("it is there");
            assert_eq!(to.recv_from(&mut buffer).expect("it was sent").0, 100, "{entry}");
        }

        let mut connected = opener(entry).connect(&names[0]).expect("it is there");
        connected.write_all(b"from one that is connected").expect("it is there");
        let (_, whose) = one.recv_from(&mut buffer).expect("it was sent");
        let whose = whose.expect("it has an address, or none");
        if let Address::Ip(_) = whose {
            assert_eq!(Some(&whose), connected.opened().local.as_ref(), "{entry}");
            one.send_to(b"back", &whose).expect("it is there");
            assert_eq!(read(&mut connected), b"back", "{entry}");
        } else {
            assert_eq!(whose.to_string(), "(unnamed)", "{entry}");
        }
    }
}

#[test]
fn a_socket_that_does_not_wait_has_nothing_to_receive() {
    for entry in ["udp4", "unix-dgram", "netlink-raw"] {
        let socket = opener(entry).bind(None).expect("it is there");
        socket.set_nonblocking(true).expect("it is a socket");
        let error = socket.recv_from(&mut [0; 10]).expect_err("nobody sent");
        assert_eq!(error.kind(), std::io::ErrorKind::WouldBlock, "{entry}");
    }
}

#[test]
fn pairs_are_connected_to_one_another() {
    for entry in ["unix-stream", "unix-dgram", "unix-seqpacket"] {
        let [mut one, mut two] = opener(entry).pair().expect("unix has pairs");
        one.write_all(b"across").expect("the other is there");
        assert_eq!(read(&mut two), b"across", "{entry}");
        two.write_all(b"and back").expect("the other is there");
        assert_eq!(read(&mut one), b"and back", "{entry}");
    }
    let reported = refused(opener("tcp4").pair()).to_string();
    assert!(reported.starts_with("`tcp4`: socketpair: "), "{reported}");
}

#[test]
fn the_kernel_answers_over_netlink() {
    let socket = opener("netlink-raw").bind(Some(&"0")).expect("everybody may");
    let own = socket.local().expect("it is bound");
    assert!(matches!(own, Address::Netlink { port: 1.., groups: 0 }), "the kernel chose a port: {own}");
    // struct nlmsghdr and ifinfomsg of rtnetlink(7): RTM_GETLINK, NLM_F_REQUEST | NLM_F_DUMP.
    let mut request = Vec::new();
    request.extend(32_u32.to_ne_bytes());
    request.extend([18_u16, 0x301].map(u16::to_ne_bytes).concat());
    request.extend([7_u32, 0].map(u32::to_ne_bytes).concat());
    request.resize(32, 0);
    let kernel = Address::Netlink { port: 0, groups: 0 };
    assert_eq!(socket.send_to(&request, &kernel).expect("the kernel is there"), 32);
    patient(&socket);
    let mut answer = vec![0; 65_536];
    let (count, whose) = socket.recv_from(&mut answer).expect("the kernel answers");
    assert_eq!(whose, Some(kernel));
    let answer = &answer[..count];
    assert_eq!(answer[4..6], 16_u16.to_ne_bytes(), "RTM_NEWLINK");
    assert!(answer.windows(3).any(|name| name == b"lo\0"), "the loopback is a link");

    let mut connected = opener("netlink-dgram").connect("0").expect("the kernel is there");
    connected.write_all(&request).expect("the kernel is there");
    assert_eq!(read(&mut connected)[8..12], 7_u32.to_ne_bytes(), "the same sequence number");
}

/// An echo request of ICMP or ICMPv6, without its checksum.
fn ping(kind: u8) -> Vec<u8> {
    [&[kind, 0, 0, 0, 0x12, 0x34, 0, 1][..], b"echo"].concat()
}

#[test]
fn ping_sockets_hear_their_echo_where_their_group_may() {
    for (entry, host, request, reply) in [("ping4", "127.0.0.1:0", 8, 0), ("ping6", "[::1]:0", 128, 129)] {
        let socket = match opener(entry).bind(None) {
            Err(error) if errno(&error) == EACCES => {
                assert_eq!(error.to_string(), format!("`{entry}`: socket: Permission denied (os error 13)"));
                skipped(entry, "this group is outside of net.ipv4.ping_group_range");
                continue;
            }
            socket => socket.expect("the kernel has it"),
        };
        patient(&socket);
        let host = Address::Ip(host.parse().expect("an address"));
        socket.send_to(&ping(request), &host).expect("loopback is there");
        let mut answer = [0; 100];
        let (count, whose) = socket.recv_from(&mut answer).expect("the kernel answers");
        assert_eq!((answer[0], &answer[8..count]), (reply, &b"echo"[..]));
        assert_eq!(whose.and_then(|address| address.ip()), host.ip());
    }
}

#[test]
fn raw_sockets_are_of_the_protocol_asked_for() {
    let request = Request::new(Family::INET6, SocketType::RAW, Protocol::ICMPV6);
    let selection = registry().resolve(&request).expect("raw6 has it");
    let opener = Opener::new(&Providers::shipped(), &selection);
    let socket = match opener.bind(None) {
        Err(error) if errno(&error) == 1 => return skipped("raw6", error),
        socket => socket.expect("the kernel has it"),
    };
    assert_eq!(socket.opened().protocol, Protocol::ICMPV6);
    patient(&socket);
    let host = Address::Ip("[::1]:0".parse().expect("an address"));
    socket.send_to(&ping(128), &host).expect("loopback is there");
    let mut packet = [0; 2000];
    let patience = Instant::now() + Duration::from_secs(20);
    // Others' packets come by, and so does the request itself.
    while Instant::now() < patience {
        let (count, whose) = socket.recv_from(&mut packet).expect("something comes");
        if packet[0] == 129 && &packet[8..count] == b"echo" {
            assert_eq!(whose.and_then(|address| address.ip()), host.ip());
            return;
        }
    }
    panic!("no echo came");
}

#[test]
fn a_full_backlog_is_reported_as_such() {
    let at = own_name("backlog");
    // Of a listener of another's, whose backlog is short.
    let socket = socket2::Socket::new(socket2::Domain::UNIX, socket2::Type::STREAM, None).expect("it is there");
    let Address::UnixAbstract(name) = &at else { unreachable!("it is one") };
    let name = String::from_utf8([&b"\0"[..], name].concat()).expect("it is text");
    socket.bind(&socket2::SockAddr::unix(name).expect("it is short")).expect("it is ours");
    socket.listen(0).expect("it is a socket");
    let mut kept = Vec::new();
    let error = loop {
        match opener("unix-stream").connect(&at) {
            Ok(stream) => kept.push(stream),
            Err(error) => break error,
        }
        assert!(kept.len() < 10, "a backlog of 0 is full at once");
    };
    let reported = error.to_string();
    assert!(reported.contains("connect (the listener's backlog is full): "), "{reported}");
    let error = std::io::Error::from(error);
    assert_eq!(error.kind(), std::io::ErrorKind::ResourceBusy, "nothing to wait for");
}

#[test]
fn socat_hears_us_over_unix_sockets() {
    let Some(socat) = program("socat") else { return };
    let folder = tempfile::tempdir().expect("there is room");
    let path = folder.path().join("theirs");
    let mut command = Command::new(&socat);
    command.arg(format!("UNIX-LISTEN:{},fork", path.display())).arg("EXEC:cat");
    let _server = Running::start(&mut command);
    let patience = Instant::now() + Duration::from_secs(20);
    let mut stream = loop {
        match opener("unix-stream").connect(Address::Unix(path.clone())) {
            Ok(stream) => break stream,
            Err(error) => assert!(Instant::now() < patience, "{error}"),
        }
        std::thread::sleep(Duration::from_millis(20));
    };
    stream.write_all(b"through cat").expect("socat is there");
    stream.shutdown_write().expect("socat is there");
    let mut back = String::new();
    stream.read_to_string(&mut back).expect("socat answers");
    assert_eq!(back, "through cat");
}

#[test]
fn we_hear_socat_over_unix_sockets() {
    let Some(socat) = program("socat") else { return };
    let folder = tempfile::tempdir().expect("there is room");
    let path = folder.path().join("ours");
    let listener = opener("unix-stream").listen(Address::Unix(path.clone())).expect("the folder is ours");
    let server = echo(listener);
    let mut command = Command::new(&socat);
    command.arg("-").arg(format!("UNIX-CONNECT:{}", path.display())).stdin(Stdio::piped()).stdout(Stdio::piped());
    let mut client = command.spawn().expect("it was found");
    client.stdin.take().expect("it is piped").write_all(b"from socat").expect("it reads");
    let output = client.wait_with_output().expect("it ends");
    assert_eq!(String::from_utf8_lossy(&output.stdout), "from socat");
    server.join().expect("it echoed");
    assert!(path.exists(), "who listened removes the file");
}

#[test]
fn a_catalog_of_ones_own_opens_numbers_that_have_no_name() {
    let catalog = r#"
format = 1
dialect = "linux"
[base.experimental]
provider = "system"
family = "inet"
type = "raw"
protocol = 253
[provider.system]
"#;
    let registry = Loader::new().text("own.toml", catalog).load().expect("it is right");
    let selection = registry.resolve(&Request::named("experimental")).expect("it is there");
    match Opener::new(&Providers::shipped(), &selection).bind(None) {
        Err(error) if errno(&error) == 1 => skipped("raw sockets", error),
        socket => assert_eq!(socket.expect("any number is a protocol").opened().protocol.number(), 253),
    }
}
