//! The blocking driver.

use super::every_chain;
use super::stage::{Payload, Stage};
use std::io::{Read, Write};

#[test]
fn ten_mebibytes_go_each_way() {
    every_chain(false, run);
}

/// Writes all, ends, reads to the end.
pub fn run(stage: &Stage, chain: &str, address: &str, payload: &Payload) {
    let mut stream = stage.opener(chain).connect(address).unwrap_or_else(|error| panic!("{chain}: {error}"));
    let mut outgoing = payload.out.outgoing(7);
    while let Some(piece) = outgoing.piece() {
        let count = stream.write(piece).expect("written");
        outgoing.sent(count);
    }
    stream.shutdown_write().expect("ended");
    let mut incoming = payload.back.incoming(11);
    while !incoming.is_over() {
        let mut target = incoming.room();
        match stream.read(&mut target) {
            Ok(count) => incoming.got(&target[..count], stream.has_ended()),
            Err(error) => incoming.found_no_room(&error),
        }
    }
    assert_eq!(stream.read(&mut [0; 9]).expect("the end stays the end"), 0);
    assert!(stream.has_ended());
}
