//! The three drivers: everything arrives, through every layer, with peers that dawdle; and everything ends as it should. Bytes
//! come as bytes, and messages as messages.
#![cfg(feature = "tls")]

#[cfg(feature = "tokio")]
mod asked;
pub(super) mod blocking;
mod calls;
mod choosing;
mod endings;
pub(super) mod limits;
pub(super) mod readiness;
pub(super) mod stage;
#[cfg(feature = "tokio")]
pub(super) mod tokio;

use stage::{Payload, Stage};

/// How much goes each way.
const MUCH: usize = 10 << 20;

/// Runs a driver over every chain, against a peer of the same layers.
///
/// With `both_ways` the driver writes and reads at once; else it writes, ends its side, and then reads.
fn every_chain(both_ways: bool, run: impl Fn(&Stage, &str, &str, &Payload)) {
    let stage = Stage::new();
    for &(chain, peer) in stage::CHAINS {
        for ours in [false, true] {
            if ours && !peer.has_layers() {
                // What such a peer does is the system's work alone.
                continue;
            }
            let payload = peer.payload(MUCH);
            let other = payload.clone();
            let peer = stage.peer(peer, ours, move |end| if both_ways { end.talk(&other) } else { end.answer(&other) });
            run(&stage, chain, &peer.address(), &payload);
            peer.finish();
        }
    }
}
