//! Single calls with messages: their results, and what a connection announces and keeps.

use super::*;

/// Returns both sides of a chain of one `mask`, over a socket that accepts all messages and reports their lengths.
fn masked(endless: bool) -> ([Connection; 2], Arc<Mutex<Office>>) {
    let (mut connections, office) = posted(r#"["mask"]"#, endless, [vec![3], vec![3]], true);
    connections.iter_mut().for_each(|connection| connection.establish().unwrap());
    (connections, office)
}

/// Returns both sides of a chain of one `frame`.
fn framed() -> ([Connection; 2], Arc<Mutex<Wire>>) {
    let stack = FRAMED_STACKS[0];
    let (mut sides, wire) = connections(&chains(stack.0, stack.1), [vec![u16::MAX], vec![u16::MAX]]);
    sides.iter_mut().for_each(|connection| connection.establish().unwrap());
    (sides, wire)
}

fn blocks<T>(result: io::Result<T>) -> bool {
    would_block(&result)
}

#[test]
fn a_message_without_room_stays_and_tells_its_length() {
    let no_room = |here: &mut Connection, room: usize| {
        let error = here.read(&mut vec![0; room]).unwrap_err();
        assert_eq!(error.kind(), io::ErrorKind::InvalidInput);
        assert_eq!(error.to_string(), format!("the next message has 5 bytes, and there is room for {room}"));
        assert!(matches!(Error::of(&error), Some(Error::NoRoom { length: 5, room: some }) if *some == room));
        assert!(here.has_unread());
    };
    for [mut here, mut there] in [masked(true).0, masked(false).0, framed().0] {
        assert_eq!(there.write(b"hello").unwrap(), 5);
        assert_eq!(there.write(b"again").unwrap(), 5);
        let mut target = [0; 9];
        for expected in [b"hello", b"again"] {
            no_room(&mut here, 4);
            no_room(&mut here, 0);
            assert_eq!(here.read(&mut target).unwrap(), 5);
            assert_eq!(&target[..5], expected);
        }
        assert!(blocks(here.read(&mut target)) && !here.has_unread());
    }
}

#[test]
fn of_a_message_that_is_too_long_nothing_is_sent() {
    let ([mut here, mut there], wire) = framed();
    let error = here.write(&[7; 4001]).unwrap_err();
    assert_eq!(error.kind(), io::ErrorKind::InvalidInput);
    assert_eq!(error.to_string(), "a message of 4001 bytes is longer than 4000, the most that can be sent");
    assert!(matches!(Error::of(&error), Some(Error::TooLong { length: 4001, longest: 4000 })));
    assert_eq!(wire.lock().unwrap().directions[0].taken, 0);
    assert_eq!(here.write(b"a shorter one").unwrap(), 13);
    assert_eq!(there.read(&mut [0; 20]).unwrap(), 13);
}

#[test]
fn what_is_unread_is_announced_after_each_message_and_nothing_else_is() {
    for [mut here, mut there] in [masked(true).0, masked(false).0] {
        for message in [&b"one"[..], b"", b"three"] {
            assert_eq!(there.write(message).unwrap(), message.len());
        }
        for length in [3, 0, 5] {
            assert!(!here.has_unread(), "of what is with the socket the socket tells");
            assert_eq!(here.read(&mut [0; 9]).unwrap(), length);
            assert!(!here.has_ended());
        }
        assert!(blocks(here.read(&mut [0; 9])) && !here.has_unread());
        assert_eq!(here.wants(), Wants { readable: true, writable: false });
    }
    // One read of a socket may bring more messages than may wait between two layers.
    let ([mut here, mut there], _) = framed();
    let many = [0; 4 * 3000];
    here.machine.room()[..many.len()].copy_from_slice(&many);
    here.machine.received(many.len());
    for left in (0..3000).rev() {
        assert_eq!(here.read(&mut [0; 9]).unwrap(), 0);
        assert_eq!(here.has_unread(), left > 0, "{left} are left");
    }
    assert!(blocks(here.read(&mut [0; 9])) && !here.has_unread());
    there.write(b"x").unwrap();
    assert!(!here.has_unread() && here.read(&mut [0; 9]).unwrap() == 1);
}

#[test]
fn an_empty_message_is_not_the_end_though_it_be_the_last() {
    for [mut here, mut there] in [masked(false).0, framed().0] {
        for message in [&b""[..], b"two", b""] {
            there.write(message).unwrap();
        }
        there.shutdown_write().unwrap();
        for length in [0, 3, 0] {
            assert_eq!(here.read(&mut [0; 9]).unwrap(), length);
            assert!(!here.has_ended(), "it has not been told");
        }
        assert_eq!((here.read(&mut [0; 9]).unwrap(), here.has_ended()), (0, true));
        assert_eq!((here.read(&mut [0; 9]).unwrap(), here.has_unread()), (0, false));
        assert_eq!(here.write(b"on").unwrap(), 2, "the other direction goes on");
        assert_eq!(there.read(&mut [0; 9]).unwrap(), 2);
    }
}

#[test]
fn a_call_that_can_do_nothing_asks_the_socket_once() {
    let ([mut here, _], office) = masked(true);
    let calls = |here: &mut Connection, call: fn(&mut Connection) -> bool| {
        let before = office.lock().unwrap().calls;
        assert!(call(here));
        office.lock().unwrap().calls - before
    };
    assert_eq!(calls(&mut here, |here| blocks(here.read(&mut [0; 9]))), 1);
    assert_eq!(calls(&mut here, |here| here.write(b"x").is_ok()), 1, "one call, one message");
    all(|| here.write(b"x"));
    assert_eq!(calls(&mut here, |here| blocks(here.write(b"x"))), 1);
    assert_eq!(calls(&mut here, |here| blocks(here.flush())), 1);
    assert_eq!(calls(&mut here, |here| blocks(here.read(&mut [0; 9]))), 2, "it sends what waits, and reads");
}

#[test]
fn a_peer_that_never_reads_stops_the_writer_after_one_message() {
    let ([mut here, _], office) = masked(true);
    assert_eq!(all(|| here.write(b"")).len(), CAPACITY + 1, "one waits here");
    assert_eq!(here.wants(), Wants { readable: true, writable: true });
    office.lock().unwrap().directions[0].messages.clear();
    assert_eq!(here.write(b"").unwrap(), 0);
    assert_eq!(here.wants(), Wants { readable: true, writable: false });

    let ([mut here, _], _) = framed();
    let taken = all(|| here.write(&[7; 4000])).len();
    assert_eq!((taken, here.machine.outbound().len()), (1, 4004 - super::super::CAPACITY));
}

#[test]
fn what_the_socket_refuses_is_reported_to_the_writer_and_the_next_goes_on() {
    let refused = |result: io::Result<usize>| Errno::from_io_error(&result.unwrap_err()) == Some(Errno::MSGSIZE);
    for endless in [true, false] {
        // The socket refuses the second and the third message.
        let (mut connections, office) = posted(r#"["mask"]"#, endless, [vec![3, 2, 2, 3], vec![3]], true);
        let [here, there] = &mut connections;
        assert_eq!(here.write(b"first").unwrap(), 5);
        assert!(refused(here.write(b"too long")) && refused(here.write(b"too long too")));
        assert_eq!(here.write(b"last").unwrap(), 4);
        assert_eq!([there.read(&mut [0; 9]).unwrap(), there.read(&mut [0; 9]).unwrap()], [5, 4]);
        assert_eq!(office.lock().unwrap().directions[0].posted.len(), 4);
    }
}

#[test]
fn what_is_refused_while_the_user_reads_is_reported_to_who_writes_next() {
    // The first message finds no room at first, and is refused when a read tries it again.
    let (mut connections, _) = posted(r#"["mask"]"#, true, [vec![0, 2, 0, 3], vec![3]], true);
    let [here, there] = &mut connections;
    assert_eq!(here.write(b"lost").unwrap(), 4);
    assert!(blocks(here.read(&mut [0; 9])), "what cannot be sent is no error of reading");
    let error = here.write(b"not taken").unwrap_err();
    assert_eq!(Errno::from_io_error(&error), Some(Errno::MSGSIZE));
    assert_eq!(here.write(b"taken").unwrap(), 5);
    here.flush().unwrap();
    let mut target = [0; 9];
    assert_eq!(there.read(&mut target).unwrap(), 5);
    assert_eq!(&target[..5], b"taken");
}

#[test]
fn one_message_that_is_refused_while_the_user_reads_does_not_hold_up_the_next() {
    // A second message is put directly into the machine, as the answer of a layer would be, so that two wait.
    let (mut connections, office) = posted(r#"["mask"]"#, true, [vec![0, 2, 3], vec![3]], true);
    let [here, _] = &mut connections;
    assert_eq!(here.write(b"refused").unwrap(), 7);
    here.machine.send_message(b"good").unwrap();
    assert!(blocks(here.read(&mut [0; 9])));
    assert!(!here.machine.has_outbound());
    let posted: Vec<bool> = office.lock().unwrap().directions[0].posted.iter().map(|(_, refused)| *refused).collect();
    assert_eq!(posted, [true, false]);
    assert!(here.flush().is_err() && here.flush().is_ok(), "it is reported once");
}

#[test]
fn a_message_that_the_socket_cuts_is_reported_and_the_next_is_good() {
    let (mut connections, office) = posted(r#"["mask"]"#, true, [vec![3], vec![3]], false);
    let [here, _] = &mut connections;
    let long = vec![b'M'; 300_000];
    for message in [long, Mask::mask(b"hello")] {
        office.lock().unwrap().directions[1].messages.push_back(message);
    }
    let error = here.read(&mut [0; 9]).unwrap_err();
    assert_eq!(error.kind(), io::ErrorKind::InvalidData);
    assert_eq!(error.to_string(), "a message of 300000 bytes was cut to 262144 by the socket, and is lost");
    assert_eq!(here.read(&mut [0; 9]).unwrap(), 5);
}

#[test]
fn a_connection_that_waits_for_messages_keeps_little_memory_however_long_they_were() {
    let ([mut here, mut there], office) = masked(true);
    let kept = allocation_counter::measure(|| {
        for length in [200_000, 10] {
            assert_eq!(there.write(&vec![7; length]).unwrap(), length);
            assert_eq!(here.read(&mut vec![0; length]).unwrap(), length);
        }
        assert!(blocks(here.read(&mut [0; 9])) && blocks(there.read(&mut [0; 9])));
        *office.lock().unwrap() = Office::default();
    });
    assert!(kept.bytes_current < 60_000, "{kept:?}");
}

#[test]
fn messages_that_were_read_are_not_merged_into_what_is_taken_out() {
    let (mut connections, _) = posted(r#"["greeted"]"#, true, [vec![3], vec![3]], true);
    let [here, there] = connections.each_mut();
    assert!(blocks(here.establish()));
    there.establish().unwrap();
    // Both messages come up before the layer has retired.
    there.write(b"one").unwrap();
    here.establish().unwrap();
    assert!(here.machine.is_bare());
    here.machine.room_for(3)[..3].copy_from_slice(b"two");
    here.machine.received(3);
    let [here, _] = connections;
    let Err(mut here) = here.into_bare() else { panic!("a message waits") };
    let mut target = [0; 9];
    assert_eq!(here.read(&mut target).unwrap(), 3);
    assert_eq!(&target[..3], b"two");
    assert_eq!(here.read(&mut []).unwrap(), 0, "no message is dropped for want of room");
    assert_eq!(here.read(&mut target).unwrap(), 3);
    assert_eq!(&target[..3], b"one");
}
