//! The blocking driver.

use super::every_chain;
use super::stage::{Payload, Random, Stage};
use std::io::{Read, Write};

#[test]
fn ten_mebibytes_go_each_way() {
    every_chain(false, run);
}

/// Writes all, ends, reads to the end.
pub fn run(stage: &Stage, chain: &str, address: &str, payload: &Payload) {
    let mut random = Random(7);
    let mut stream = stage.opener(chain).connect(address).unwrap_or_else(|error| panic!("{chain}: {error}"));
    let mut sent = 0;
    while sent < payload.out.len() {
        let end = (sent + random.size()).min(payload.out.len());
        let count = stream.write(&payload.out[sent..end]).expect("written");
        assert!(count > 0, "{chain}: a write that waits takes something");
        sent += count;
    }
    stream.shutdown_write().expect("ended");
    let mut got = 0;
    loop {
        let mut target = vec![0; random.size()];
        let count = stream.read(&mut target).unwrap_or_else(|error| panic!("{chain}: {error}"));
        payload.check(&payload.back, got, &target[..count]);
        got += count;
        if count == 0 {
            break;
        }
    }
    assert_eq!(stream.read(&mut [0; 9]).expect("the end stays the end"), 0);
}
