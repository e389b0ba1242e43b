//! The driver for tokio.

use super::every_chain;
use super::stage::{Payload, Random, Stage};
use tokio::io::{AsyncReadExt, AsyncWriteExt};

#[test]
fn ten_mebibytes_go_each_way() {
    every_chain(true, run);
}

pub fn runtime() -> tokio::runtime::Runtime {
    tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().expect("a runtime")
}

/// Writes in one task and reads in another, on threads of their own.
pub fn run(stage: &Stage, chain: &str, address: &str, payload: &Payload) {
    runtime().block_on(async {
        let stream =
            stage.opener(chain).connect_tokio(address).await.unwrap_or_else(|error| panic!("{chain}: {error}"));
        let (mut reader, mut writer) = tokio::io::split(stream);
        let out = payload.out.clone();
        let writing = tokio::spawn(async move {
            let mut random = Random(7);
            let mut sent = 0;
            while sent < out.len() {
                let end = (sent + random.size()).min(out.len());
                let count = writer.write(&out[sent..end]).await.expect("written");
                assert!(count > 0);
                sent += count;
            }
            writer.shutdown().await.expect("ended");
            writer
        });
        let other = payload.clone();
        let reading = tokio::spawn(async move {
            let mut random = Random(11);
            let mut got = 0;
            loop {
                let mut target = vec![0; random.size()];
                let count = reader.read(&mut target).await.expect("there is something to read, or the end");
                other.check(&other.back, got, &target[..count]);
                got += count;
                if count == 0 {
                    break;
                }
            }
        });
        let (writing, reading) = tokio::join!(writing, reading);
        drop(writing.expect("all was written"));
        reading.expect("all was read");
    });
}
