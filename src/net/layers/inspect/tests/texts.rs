//! Tests of the exact texts of `counts` and `hexdump`.

use super::super::form::{Form, Moment, rfc3339};
use super::super::recorder::{Direction, Inspected, RecordError};
use super::inspected;
use crate::net::{Address, Role, Target};
use std::time::{Duration, SystemTime};

/// Returns the moment at this number of milliseconds after a connection began, at 2026-11-02T10:00:00Z.
fn at(milliseconds: u64) -> Moment {
    let since = Duration::from_millis(milliseconds);
    Moment { time: SystemTime::UNIX_EPOCH + Duration::from_secs(1_793_613_600) + since, since }
}

/// Returns the records that a form writes.
fn written(form: Form, inspected: &Inspected) -> Vec<String> {
    let mut records = Vec::new();
    let mut write = |record: &[u8]| -> Result<(), RecordError> {
        records.push(String::from_utf8(record.to_vec())?);
        Ok(())
    };
    let mut account = form.account(inspected, at(0).time);
    let write = &mut write;
    account.begun(at(0), write).expect("written");
    account.passed(at(1), Direction::Sent, b"GET / HTTP/1.0\r\n\r\n", write).expect("written");
    account.passed(at(2), Direction::Received, "f\u{fc}r |ab cd ef".as_bytes(), write).expect("written");
    account.passed(at(3), Direction::Received, b"", write).expect("written");
    account.ended(at(4), Direction::Sent, write).expect("written");
    account.ended(at(1500), Direction::Received, write).expect("written");
    account.closed(at(1600), write).expect("written");
    records
}

#[test]
fn counts_has_a_line_for_each_connection_when_both_sides_have_ended() {
    let expected = "2026-11-02T10:00:01.500000000Z entry=inspect role=connect local=127.0.0.1:50000 peer=127.0.0.1:80 \
                    target=localhost:80 sent=18 received=14 ended=both seconds=1.500000\n";
    assert_eq!(written(Form::Counts, &inspected(false)), [expected]);
}

#[test]
fn counts_has_the_messages_where_there_are_messages_and_what_had_ended_when_it_was_dropped() {
    let mut lines = Vec::new();
    let mut write = |record: &[u8]| -> Result<(), RecordError> {
        lines.push(String::from_utf8(record.to_vec())?);
        Ok(())
    };
    let mut connection = inspected(true);
    connection.role = Role::Accept;
    connection.target = None;
    connection.local = Some(Address::Unix("/run/a b\nc\\".into()));
    connection.peer = Some(Address::Unix("".into()));
    let mut account = Form::Counts.account(&connection, at(0).time);
    account.passed(at(1), Direction::Sent, b"", &mut write).unwrap();
    account.passed(at(1), Direction::Sent, b"xy", &mut write).unwrap();
    account.ended(at(2), Direction::Sent, &mut write).unwrap();
    account.closed(at(3), &mut write).unwrap();
    let expected = "2026-11-02T10:00:00.003000000Z entry=inspect role=accept local=/run/a\\u{20}b\\nc\\\\ \
                    peer=(unnamed) sent=2 received=0 messages-sent=2 messages-received=0 ended=sent seconds=0.003000\n";
    assert_eq!(lines, [expected]);
}

#[test]
fn a_target_that_is_the_peer_is_not_said_twice() {
    let mut connection = inspected(false);
    connection.target = Some(Target::host("127.0.0.1", 80));
    assert!(!written(Form::Counts, &connection)[0].contains("target"));
}

#[test]
fn hexdump_has_every_byte() {
    let ends = "entry=inspect role=connect local=127.0.0.1:50000 peer=127.0.0.1:80 target=localhost:80";
    let expected = [
        format!("# 2026-11-02T10:00:00.000000000Z begun {ends}\n"),
        format!(
            "O 2026-11-02T10:00:00.001000000Z {ends} at=0 length=18\n\
             000000  47 45 54 20 2f 20 48 54 54 50 2f 31 2e 30 0d 0a  |GET / HTTP/1.0..|\n\
             000010  0d 0a                                            |..|\n"
        ),
        format!(
            "I 2026-11-02T10:00:00.002000000Z {ends} at=0 length=14\n\
             000000  66 c3 bc 72 20 7c 61 62 20 63 64 20 65 66        |f..r |ab cd ef|\n"
        ),
        format!("I 2026-11-02T10:00:00.003000000Z {ends} at=14 length=0\n000000\n"),
        format!("# 2026-11-02T10:00:00.004000000Z ended=sent {ends}\n"),
        format!("# 2026-11-02T10:00:01.500000000Z ended=received {ends}\n"),
        format!("# 2026-11-02T10:00:01.600000000Z closed sent=18 received=14 ended=both {ends}\n"),
    ];
    assert_eq!(written(Form::Hexdump, &inspected(false)), expected);
}

#[test]
fn a_long_message_is_dumped_in_records_that_text2pcap_takes() {
    let mut records = Vec::new();
    let mut write = |record: &[u8]| -> Result<(), RecordError> {
        records.push(String::from_utf8(record.to_vec())?);
        Ok(())
    };
    let mut account = Form::Hexdump.account(&inspected(true), at(0).time);
    account.passed(at(0), Direction::Sent, &vec![0; 600_000], &mut write).unwrap();
    let heads: Vec<&str> =
        records.iter().map(|record| record.lines().next().unwrap().split_once("at=").unwrap().1).collect();
    assert_eq!(heads, ["0 length=600000", "262144 length=600000", "524288 length=600000"]);
    let lines: usize = records.iter().map(|record| record.lines().count() - 1).sum();
    assert_eq!(lines, 600_000 / 16);
    assert!(records.iter().all(|record| record.lines().nth(1).unwrap().starts_with("000000  00 ")));
}

#[test]
fn times_are_reported_to_the_nanosecond() {
    assert_eq!(rfc3339(SystemTime::UNIX_EPOCH + Duration::from_nanos(1)).to_string(), "1970-01-01T00:00:00.000000001Z");
}
