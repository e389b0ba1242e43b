//! # What it finds
//! A chain that no request selects, because a base protocol or another chain with the same family, type and protocols comes
//! before it. As a note: a chain behind a chain that runs over it, and a base protocol that duplicates another one, as the
//! RSVP items on every Windows do.
//!
//! # Why it matters
//! Windows selects the first item that matches. A chain behind its own base protocol is installed but never used: the filter
//! or firewall that it belongs to sees no traffic. Installers put chains first; an order that was restored by hand often does
//! not.
//!
//! # Example
//! ```text
//! $ sockatlas winsock show catalog.txt  # excerpt
//!   1001  MSAFD Tcpip [TCP/IP]
//!       kind            base
//!   1031  Acme over [MSAFD Tcpip [TCP/IP]]
//!       kind            chain
//!       chain           1030 Acme / 1001 MSAFD Tcpip [TCP/IP]
//!   1030  Acme
//!       kind            layer
//! ```
//!
//! # Mended
//! ```text
//! $ sockatlas winsock show catalog.txt  # excerpt
//!   1031  Acme over [MSAFD Tcpip [TCP/IP]]
//!       kind            chain
//!       chain           1030 Acme / 1001 MSAFD Tcpip [TCP/IP]
//!   1001  MSAFD Tcpip [TCP/IP]
//!       kind            base
//!   1030  Acme
//!       kind            layer
//! ```

use super::super::info::provider_flags::MATCHES_PROTOCOL_ZERO;
use super::super::{Item, ItemKind};
use super::Judged;
use crate::catalog::Severity;
use crate::report::{Finding, Rule};
use std::collections::{BTreeMap, HashMap};

pub(super) const RULE: Rule =
    Rule::lint("winsock-shadowed-chain", Severity::Warning, include_str!("shadowed_chain.rs"));

/// The requests of one address family and socket type that an item matches.
#[derive(Copy, Clone, PartialEq, Eq, Hash)]
struct Matched {
    first: i64,
    last: i64,
    zero: bool,
}

impl Matched {
    /// Returns the requests that an item matches, or `None` if none is certain. If the source does not state the range, only the
    /// first protocol is certain, and not even that one if it is 0, which depends on a flag that is not stated either.
    fn of(item: &Item) -> Option<Matched> {
        let (first, last) = item.info.protocols();
        match (last, item.info.has_provider_flags(MATCHES_PROTOCOL_ZERO)) {
            (Some(last), Some(zero)) => (first <= last).then_some(Matched { first, last, zero }),
            _ => (first != 0).then_some(Matched { first, last: first, zero: false }),
        }
    }
}

/// The earlier items of one address family and socket type.
#[derive(Default)]
struct Earlier<'s> {
    exact: HashMap<Matched, &'s Item>,
    /// Ranges by their first numbers, none of them within another. Their last numbers therefore ascend too, and one lookup shows
    /// whether a range lies within any of them. The first map is of all items, the second of those that match protocol 0.
    widest: [BTreeMap<i64, (i64, &'s Item)>; 2],
}

impl<'s> Earlier<'s> {
    /// Returns an earlier item that answers all of these requests.
    fn covers(&self, matched: Matched) -> Option<&'s Item> {
        if let Some(item) = self.exact.get(&matched) {
            return Some(item);
        }
        let (_, &(last, item)) = self.widest[usize::from(matched.zero)].range(..=matched.first).next_back()?;
        (last >= matched.last).then_some(item)
    }

    fn add(&mut self, matched: Matched, item: &'s Item) {
        self.exact.entry(matched).or_insert(item);
        for ranges in &mut self.widest[..=usize::from(matched.zero)] {
            if ranges.range(..=matched.first).next_back().is_some_and(|(_, &(last, _))| last >= matched.last) {
                continue;
            }
            let inside = ranges.range(matched.first..).take_while(|(_, (last, _))| *last <= matched.last);
            let inside: Vec<i64> = inside.map(|(&first, _)| first).collect();
            for first in inside {
                ranges.remove(&first);
            }
            ranges.insert(matched.first, (matched.last, item));
        }
    }
}

/// Reports items that no request selects because an earlier item matches all of their requests.
pub(super) fn look(judged: &Judged<'_>, found: &mut Vec<Finding>) {
    let mut earlier: HashMap<(i32, i32), Earlier<'_>> = HashMap::new();
    for item in judged.set.items.iter().filter(|item| matches!(item.kind(), ItemKind::Base | ItemKind::Chain)) {
        let Some(matched) = Matched::of(item) else { continue };
        let earlier = earlier.entry((item.info.address_family, item.info.socket_type)).or_default();
        if let Some(winner) = earlier.covers(matched) {
            found.extend(shadow(judged, item, winner));
        }
        earlier.add(matched, item);
    }
}

/// Returns the finding for an item behind one that answers all of its requests.
fn shadow(judged: &Judged<'_>, item: &Item, winner: &Item) -> Option<Finding> {
    let asked = match item.info.further {
        Some(_) => "no request".to_owned(),
        None => format!("no request for protocol {}", item.info.protocol),
    };
    let (severity, help) = match (item.kind(), winner.kind()) {
        // A base behind a chain over it is the purpose of chains.
        (ItemKind::Base, ItemKind::Chain) => return None,
        (ItemKind::Base, _) => {
            (Severity::Note, "such duplicates are usual: programs name this one by its id or provider")
        }
        _ if runs_over(judged, winner, item) => {
            (Severity::Note, "its layers are not left out: the one before it runs over them")
        }
        _ => (Severity::Warning, "`sockatlas winsock repair` puts chains before what they run over"),
    };
    let message = format!("{asked} selects {}: {} comes first", item.named(), winner.named());
    Some(
        Finding::new(RULE.code, severity, message, item.at)
            .label(winner.at, "it matches all that the other matches")
            .help(help),
    )
}

/// Returns whether a chain runs over all layers of another chain, by naming that chain or each of its layers.
fn runs_over(judged: &Judged<'_>, upper: &Item, lower: &Item) -> bool {
    let ids = upper.info.chain.ids();
    let layers =
        lower.info.chain.ids().iter().filter(|&&id| judged.by_id(id).is_some_and(|item| item.kind() != ItemKind::Base));
    upper.kind() == ItemKind::Chain && (ids.contains(&lower.id()) || layers.clone().all(|id| ids.contains(id)))
}
