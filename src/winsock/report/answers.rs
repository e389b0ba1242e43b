//! The entries that answer the usual requests, and those that would answer them without the added entries.
//!
//! The search is that of `WSASocket`: it goes through the catalog in order, ignores layers and includes hidden entries; the first
//! entry whose type, family and protocol match answers.

use crate::winsock::{Item, ItemKind};

/// A request that nearly every program makes.
#[derive(Copy, Clone, Debug, PartialEq, Eq)]
pub struct UsualRequest {
    /// The common name of the request.
    pub name: &'static str,
    /// The address family, by its number in Windows.
    pub address_family: i32,
    /// The socket type.
    pub socket_type: i32,
    /// The protocol.
    pub protocol: i32,
}

/// The usual requests: TCP, UDP and raw sockets over IPv4 and IPv6; the raw ones as `ping` requests them.
pub const USUAL_REQUESTS: [UsualRequest; 6] = [
    UsualRequest { name: "TCP/IPv4", address_family: 2, socket_type: 1, protocol: 6 },
    UsualRequest { name: "UDP/IPv4", address_family: 2, socket_type: 2, protocol: 17 },
    UsualRequest { name: "RAW/IPv4", address_family: 2, socket_type: 3, protocol: 1 },
    UsualRequest { name: "TCP/IPv6", address_family: 23, socket_type: 1, protocol: 6 },
    UsualRequest { name: "UDP/IPv6", address_family: 23, socket_type: 2, protocol: 17 },
    UsualRequest { name: "RAW/IPv6", address_family: 23, socket_type: 3, protocol: 58 },
];

/// The answer to a request.
#[derive(Copy, Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// The entry at this index of the set.
    Entry(usize),
    /// The entry at this index, if it accepts the protocol, which the source does not state; otherwise a later entry, or none.
    Untold(usize),
    /// No entry: the request is refused.
    Refused,
    /// No stated entry, in a source that has gaps.
    NotStated,
}

/// A usual request with its answers.
#[derive(Copy, Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Answer {
    /// The request.
    pub request: UsualRequest,
    /// The answer in the catalog as it is.
    pub now: Outcome,
    /// The answer in the catalog without the added entries.
    pub without_added: Outcome,
}

/// Returns the answers to the usual requests. `items` are paired with whether they were added.
pub(super) fn answers(items: &[(&Item, bool)], has_gaps: bool) -> Vec<Answer> {
    let none = if has_gaps { Outcome::NotStated } else { Outcome::Refused };
    let answer = |request: UsualRequest| Answer {
        request,
        now: first(items, &request, |_| true).unwrap_or(none),
        without_added: first(items, &request, |added| !added).unwrap_or(none),
    };
    USUAL_REQUESTS.into_iter().map(answer).collect()
}

fn first(items: &[(&Item, bool)], request: &UsualRequest, counts: impl Fn(bool) -> bool) -> Option<Outcome> {
    for (place, (item, _)) in items.iter().enumerate().filter(|(_, (_, added))| counts(*added)) {
        match matches(item, request) {
            Some(true) => return Some(Outcome::Entry(place)),
            Some(false) => {}
            None => return Some(Outcome::Untold(place)),
        }
    }
    None
}

/// Returns whether an item matches a request, or `None` if its source does not state enough.
fn matches(item: &Item, request: &UsualRequest) -> Option<bool> {
    let info = &item.info;
    let selectable = matches!(item.kind(), ItemKind::Base | ItemKind::Chain);
    if !selectable || info.socket_type != request.socket_type || info.address_family != request.address_family {
        return Some(false);
    }
    let wanted = i64::from(request.protocol);
    match info.protocols() {
        (first, _) if wanted <= first => Some(wanted == first),
        (_, last) => last.map(|last| wanted <= last),
    }
}
