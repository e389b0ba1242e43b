//! Messages of the kernel's own sockets through layers: UDP, and sequenced packets of unix.

use super::opener;
use rustix::io::Errno;
use sockatlas::catalog::{Module, ModuleRole};
use sockatlas::net::machine::{Above, Buffer, Failure, Phase, Session, SessionError};
use sockatlas::net::{Context, Error, Layer, LayerProvider, Opener, ProviderError, Providers, Role, Settings, Stream};
use socket2::{Domain, SockAddr, Socket, Type};
use std::io::{self, Read, Write};
use std::mem::MaybeUninit;
use std::net::UdpSocket;
use std::sync::Arc;
use std::time::Duration;

/// A layer of one's own over messages: each goes in reverse, behind its number of 4 bytes in network order.
struct Numbered;

static NUMBERED: Module = Module::new("numbered", ModuleRole::Layer, "Numbers messages");

impl LayerProvider for Numbered {
    fn module(&self) -> &'static Module {
        &NUMBERED
    }

    fn prepare(&self, _: &Settings<'_>, _: Role) -> Result<Arc<dyn Layer>, ProviderError> {
        Ok(Arc::new(Numbered))
    }
}

impl Layer for Numbered {
    fn session(&self, _: &Context<'_>) -> Result<Box<dyn Session>, ProviderError> {
        Ok(Box::new(Numbers { sent: 0, received: 0 }))
    }
}

struct Numbers {
    sent: u32,
    received: u32,
}

impl Session for Numbers {
    fn phase(&self) -> Phase {
        Phase::Open
    }

    fn longest_message(&self, below: usize) -> usize {
        below.saturating_sub(4)
    }

    fn start(&mut self, _: &mut Buffer) -> Result<(), SessionError> {
        Ok(())
    }

    fn receive(&mut self, input: &mut Buffer, above: &mut Above<'_>, _: &mut Buffer) -> Result<(), SessionError> {
        let wrong = || SessionError::new(Failure::Protocol, "not the next message");
        let (number, reverse) = input.bytes().split_first_chunk().ok_or_else(wrong)?;
        if u32::from_be_bytes(*number) != self.received {
            return Err(wrong());
        }
        self.received += 1;
        above.push(&reverse.iter().rev().copied().collect::<Vec<u8>>());
        above.end_message();
        input.consume(input.len());
        Ok(())
    }

    fn receive_end(&mut self, _: &mut Buffer, _: &mut Above<'_>) -> Result<(), SessionError> {
        Ok(())
    }

    fn send(&mut self, bytes: &[u8], below: &mut Buffer) -> Result<usize, SessionError> {
        below.push(&self.sent.to_be_bytes());
        below.push(&bytes.iter().rev().copied().collect::<Vec<u8>>());
        self.sent += 1;
        Ok(bytes.len())
    }

    fn send_end(&mut self, _: &mut Buffer) -> Result<(), SessionError> {
        Ok(())
    }
}

fn numbered(base: &str) -> Opener {
    opener(&Providers::shipped().layer(Numbered), "[provider.numbered]\n[layer.of-test]\nprovider = \"numbered\"", base)
}

fn inspected(base: &str) -> Opener {
    let layer = "[layer.of-test]\nprovider = \"inspect\"\nadds = [\"metered\"]";
    opener(&Providers::shipped(), layer, base)
}

/// The longest payload of UDP over IPv4: 65,535 less headers of 20 and 8 bytes (RFC 791, RFC 768).
const LONGEST_UDP: usize = 65_507;

/// Lengths of messages, of which none is longer than a datagram with a number.
const LENGTHS: [usize; 7] = [0, 1, 1400, 0, 9000, LONGEST_UDP - 4, 5];

fn message(length: usize) -> Vec<u8> {
    (0..length).map(|at| (at * 31 % 251) as u8).collect()
}

/// What a message is on the wire.
fn on_wire(number: usize, message: &[u8]) -> Vec<u8> {
    (number as u32).to_be_bytes().into_iter().chain(message.iter().rev().copied()).collect()
}

/// A socket of the system that gives back every datagram as it is, after a look at it.
fn echo() -> (String, std::thread::JoinHandle<()>) {
    let socket = UdpSocket::bind("127.0.0.1:0").expect("a port");
    let address = socket.local_addr().expect("it is bound").to_string();
    let thread = std::thread::spawn(move || {
        let mut target = [0; 65_536];
        for (number, length) in LENGTHS.into_iter().enumerate() {
            let (count, from) = socket.recv_from(&mut target).expect("a datagram");
            assert!(target[..count] == on_wire(number, &message(length)), "message {number} on the wire");
            socket.send_to(&target[..count], from).expect("sent");
        }
    });
    (address, thread)
}

#[test]
fn datagrams_pass_through_layers_whole_with_every_driver() {
    let opener = numbered("udp4").limit(sockatlas::net::Step::Read, Some(Duration::from_secs(20)));
    let mut target = vec![0; LONGEST_UDP];

    let (address, thread) = echo();
    let mut stream = opener.connect(&address).expect("open");
    assert!(stream.is_of_messages() && stream.is_endless());
    for length in LENGTHS {
        assert_eq!(stream.write(&message(length)).expect("sent"), length);
        assert_eq!(stream.read(&mut target).expect("answered"), length);
        assert!(target[..length] == message(length) && !stream.has_ended());
    }
    let traffic = stream.opened().layers[0].traffic;
    assert_eq!((traffic.messages_sent, traffic.messages_received), (7, 7));
    assert_eq!(traffic.sent_below, traffic.sent_above + 4 * 7);
    stream.close().expect("nothing is waited for");
    thread.join().expect("the peer is content");

    let (address, thread) = echo();
    let mut stream = opener.connect(&address).expect("open").into_nonblocking(&opener).expect("it can");
    let mut waiting = crate::net::drivers::readiness::Waiting::new(&stream);
    for length in LENGTHS {
        assert_eq!(stream.write(&message(length)).expect("there is room"), length);
        let count = loop {
            match stream.read(&mut target) {
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => {
                    assert!(!stream.has_unread());
                    waiting.until_ready(&stream);
                }
                result => break result.expect("answered"),
            }
        };
        assert!(target[..count] == message(length) && !stream.has_unread() && !stream.has_ended());
    }
    thread.join().expect("the peer is content");

    #[cfg(feature = "tokio")]
    crate::net::drivers::tokio::runtime().block_on(async {
        use tokio::io::{AsyncReadExt, AsyncWriteExt};
        let (address, thread) = echo();
        let mut stream = opener.connect_tokio(address).await.expect("open");
        assert!(stream.is_of_messages() && stream.is_endless());
        for length in LENGTHS {
            assert_eq!(stream.write(&message(length)).await.expect("sent"), length);
            let room = &mut target[..length.max(1) - 1];
            if length > 0 {
                let error = stream.read(room).await.expect_err("there is no room");
                assert!(
                    matches!(Error::of(&error), Some(Error::NoRoom { length: reported, .. }) if *reported == length)
                );
            }
            assert_eq!(stream.read(&mut target).await.expect("answered"), length);
            assert!(target[..length] == message(length) && !stream.has_ended());
        }
        thread.join().expect("the peer is content");
    });
}

#[test]
fn a_datagram_that_is_too_long_is_refused_and_the_next_goes() {
    let peer = UdpSocket::bind("127.0.0.1:0").expect("a port");
    let mut stream = inspected("udp4").connect(peer.local_addr().expect("it is bound")).expect("open");
    let error = stream.write(&message(LONGEST_UDP + 1)).expect_err("it is too long");
    assert_eq!(Errno::from_io_error(&error), Some(Errno::MSGSIZE));
    assert_eq!(stream.write(&message(LONGEST_UDP)).expect("it is not"), LONGEST_UDP);
    let mut target = vec![0; 1 << 16];
    assert_eq!(peer.recv(&mut target).expect("it came"), LONGEST_UDP);
    assert!(target[..LONGEST_UDP] == message(LONGEST_UDP));
}

#[test]
fn a_port_where_nobody_is_refuses_and_later_datagrams_go_on() {
    let gone = UdpSocket::bind("127.0.0.1:0").expect("a port");
    let address = gone.local_addr().expect("it is bound");
    drop(gone);
    let mut stream = inspected("udp4").connect(address).expect("open");
    assert_eq!(stream.write(b"is anybody there?").expect("it went"), 17);
    // The kernel tells the next call: on loopback the answer is there before write returns.
    let error = stream.write(b"hello?").expect_err("nobody is");
    assert_eq!(Errno::from_io_error(&error), Some(Errno::CONNREFUSED));
    assert_eq!(stream.write(b"hello again?").expect("it went"), 12);
    let error = stream.read(&mut [0; 99]).expect_err("nobody is");
    assert_eq!(Errno::from_io_error(&error), Some(Errno::CONNREFUSED));

    let peer = UdpSocket::bind(address).expect("it is free");
    assert_eq!(stream.write(b"at last").expect("it went"), 7);
    let mut target = [0; 99];
    let (count, from) = peer.recv_from(&mut target).expect("it came");
    assert_eq!(&target[..count], b"at last", "and nothing of what was refused");
    peer.send_to(b"yes", from).expect("sent");
    let count = stream.read(&mut target).expect("answered");
    assert_eq!(&target[..count], b"yes");
}

/// A stream of sequenced packets with its peer, a socket of the system.
fn packets(opener: &Opener) -> (Stream, Socket) {
    let folder = tempfile::tempdir().expect("made");
    let path = folder.path().join("packets");
    let listener = Socket::new(Domain::UNIX, Type::SEQPACKET, None).expect("a socket");
    listener.bind(&SockAddr::unix(&path).expect("a path")).expect("bound");
    listener.listen(1).expect("it listens");
    let stream = opener.connect(path.to_str().expect("text")).expect("open");
    (stream, listener.accept().expect("accepted").0)
}

#[test]
fn sequenced_packets_pass_whole_empty_ones_too_and_end() {
    for opener in [inspected("unix-seqpacket"), numbered("unix-seqpacket")] {
        let is_numbered = opener.selection().stack().any(|part| part.provider().name() == "numbered");
        let wire = |number, message: &[u8]| if is_numbered { on_wire(number, message) } else { message.to_vec() };
        let (mut stream, peer) = packets(&opener);
        assert!(stream.is_of_messages() && !stream.is_endless());
        let messages: [&[u8]; 4] = [b"", b"two", b"", b"four"];
        let mut target = [0; 99];
        // The first is read while the peer may still send, and the others when it has ended.
        peer.send(&wire(0, messages[0])).expect("sent");
        assert_eq!((stream.read(&mut target).expect("there is one"), stream.has_ended()), (0, false));
        for (number, message) in messages.into_iter().enumerate().skip(1) {
            peer.send(&wire(number, message)).expect("sent");
        }
        peer.shutdown(std::net::Shutdown::Write).expect("ended");
        for message in &messages[1..] {
            assert_eq!(stream.read(&mut target).expect("there is one"), message.len());
            assert!(&target[..message.len()] == *message && !stream.has_ended());
        }
        assert_eq!((stream.read(&mut target).expect("the end"), stream.has_ended()), (0, true));
        // The other direction goes on.
        for (number, message) in messages.into_iter().enumerate() {
            assert_eq!(stream.write(message).expect("sent"), message.len());
            let mut got = [MaybeUninit::<u8>::uninit(); 99];
            assert_eq!(peer.recv(&mut got).expect("it came"), wire(number, message).len());
        }
        stream.close().expect("it has ended");
    }
}

#[test]
fn a_packet_of_any_length_is_not_cut() {
    let (mut stream, peer) = packets(&inspected("unix-seqpacket"));
    // The kernel doubles what it is asked for (socket(7)), and a packet may be almost as long as that.
    peer.set_send_buffer_size(212_992).expect("it may");
    let longest = peer.send_buffer_size().expect("it tells") - 4096;
    assert!(longest > 256 << 10, "{longest}");
    for length in [longest, 7] {
        peer.send(&message(length)).expect("sent");
        let error = stream.read(&mut [0; 3]).expect_err("there is no room");
        assert!(matches!(Error::of(&error), Some(Error::NoRoom { length: reported, room: 3 }) if *reported == length));
        let mut target = vec![0; length];
        assert_eq!(stream.read(&mut target).expect("there is one"), length);
        assert!(target == message(length));
    }
    // What the peer's buffer does not take is told, and the next goes.
    let error = stream.write(&message(4 << 20)).expect_err("it is too long");
    assert_eq!(Errno::from_io_error(&error), Some(Errno::MSGSIZE));
    assert_eq!(stream.write(b"short").expect("sent"), 5);
    let mut got = [MaybeUninit::<u8>::uninit(); 99];
    assert_eq!(peer.recv(&mut got).expect("it came"), 5);
}
