//! The driver for tokio.

use super::every_chain;
use super::stage::{Payload, Stage};
use sockatlas::net::tokio::Stream;
use std::future::poll_fn;
use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard};
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};

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
        let stream = Arc::new(Mutex::new(stream));
        let (mut outgoing, mut incoming) = (payload.out.outgoing(7), payload.back.incoming(11));
        let (writer, reader) = (stream.clone(), stream.clone());
        let writing = tokio::spawn(async move {
            while let Some(piece) = outgoing.piece() {
                let count = poll_fn(|cx| Pin::new(&mut *held(&writer)).poll_write(cx, piece)).await.expect("written");
                outgoing.sent(count);
            }
            poll_fn(|cx| Pin::new(&mut *held(&writer)).poll_shutdown(cx)).await.expect("ended");
        });
        let reading = tokio::spawn(async move {
            while !incoming.is_over() {
                let mut room = incoming.room();
                let mut target = ReadBuf::new(&mut room);
                let result = poll_fn(|cx| {
                    let mut stream = held(&reader);
                    Pin::new(&mut *stream).poll_read(cx, &mut target).map_ok(|()| stream.has_ended())
                });
                match result.await {
                    Ok(ended) => incoming.got(target.filled(), ended),
                    Err(error) => incoming.found_no_room(&error),
                }
            }
        });
        let (writing, reading) = tokio::join!(writing, reading);
        writing.expect("all was written");
        reading.expect("all was read");
    });
}

/// A stream that two tasks share: as `tokio::io::split` has it, which does not let ask the stream anything.
fn held(stream: &Mutex<Stream>) -> MutexGuard<'_, Stream> {
    stream.lock().expect("nobody panicked")
}
