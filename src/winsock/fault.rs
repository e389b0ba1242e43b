//! The faults that prevent loading a Winsock catalog: each with its code and its text, in one place.
//!
//! These faults concern catalogs that cannot be read, or cannot be catalogs. Lints for properties that a catalog can have and
//! should not have are in `rules`.

use super::packed::{Field, PackedItemError};
use crate::catalog::{Fault, FaultKind, ForeignFacts, ForeignFault, Span};
use std::any::Any;

/// A fault of a Winsock catalog, with its facts. Items are named as by [`Item::named`](super::Item::named).
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub(crate) enum WinsockFault {
    /// The source states an item only in part, or states that something is left out.
    #[error("the source does not state {missing}")]
    Gap {
        /// The facts that are missing, as in ``"`Protocol` and 3 further fields of `MSAFD Tcpip [UDP/IP]`"``.
        missing: String,
    },
    /// An item that Winsock cannot have stored in this form: its value has another size, or a text is not terminated.
    #[error("{reason}")]
    MalformedItem {
        /// The defect of the item.
        reason: String,
    },
    /// An id that another item of the set has too, or the id 0, which is not valid.
    #[error("{item} has catalog entry id {id}, {}", if *.id == 0 { "which is none" } else { "which another item of the set has too" })]
    DuplicateId {
        /// The item.
        item: String,
        /// Its id.
        id: u32,
    },
    /// A chain that names an id which no item of the set has.
    #[error("{chain} runs over id {id} (number {position} of {length}), which no item {} has", if *.is_excerpt { "that the source states whole" } else { "of the set" })]
    BrokenChain {
        /// The chain.
        chain: String,
        /// The id.
        id: u32,
        /// The position of the id in the chain, counted from 1.
        position: usize,
        /// The number of ids in the chain.
        length: usize,
        /// Whether the source is an excerpt, so that the item may exist.
        is_excerpt: bool,
    },
    /// A chain whose last id does not name a base protocol.
    #[error("{chain} ends in {last}, which is {is} where a base protocol is expected")]
    ChainWithoutBase {
        /// The chain.
        chain: String,
        /// The item that its last id names.
        last: String,
        /// The kind of that item, as in "a layer".
        is: &'static str,
    },
    /// A chain whose length is not possible, or that runs over itself.
    #[error("{item} {flaw}")]
    MalformedChain {
        /// The item.
        item: String,
        /// The defect of its chain.
        flaw: ChainFlaw,
    },
    /// A chain whose family, type, protocol or address length differs from that of the base that it runs over.
    #[error("{chain} has {}, its base {base} {}", listed(differences, |difference| difference.chain), listed(differences, |difference| difference.base))]
    ChainUnlikeBase {
        /// The chain.
        chain: String,
        /// Its base.
        base: String,
        /// The fields that differ; at least one.
        differences: Vec<Difference>,
    },
}

/// The defect that makes a chain impossible.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum ChainFlaw {
    /// `ChainLen` is below 0 or above 7.
    #[error("has a chain of length {0} where 0 to 7 is possible")]
    Length(i32),
    /// An id occurs twice.
    #[error("has id {0} twice in its chain")]
    Repeated(u32),
    /// A base protocol, named with its id, is before the end of the chain.
    #[error("has {0} before its end, which is a base protocol")]
    BaseBeforeEnd(String),
    /// A base protocol is among the layers of the chain; only its id is known.
    #[error("has id {0} among its layers, which is a base protocol")]
    BaseAsLayer(u32),
    /// No item of the set has this id.
    #[error("runs over id {0}, which no item of the set has")]
    Missing(u32),
    /// The last id does not name a base protocol.
    #[error("ends in id {0}, which is no base protocol")]
    NoBase(u32),
    /// The id names a chain on top of which there is no layer.
    #[error("runs over id {0}, a chain on top of which there is no layer")]
    NoTop(u32),
    /// The chain names itself.
    #[error("has its own id {0} in its chain")]
    Itself(u32),
    /// Several chains run over one another.
    #[error("runs over itself: {}", circle(ids, *length))]
    Cycle {
        /// The ids along the cycle; only the first ones if it is long.
        ids: Vec<u32>,
        /// The number of ids in the cycle.
        length: usize,
    },
}

/// Formats a cycle with arrows between its ids, back to the first one.
fn circle(ids: &[u32], length: usize) -> String {
    let left_out = (length > ids.len()).then(|| "...".to_owned());
    let back = ids.first().map(u32::to_string);
    ids.iter().map(u32::to_string).chain(left_out).chain(back).collect::<Vec<_>>().join(" -> ")
}

/// A field whose value in a chain differs from the value in its base.
#[derive(Copy, Clone, Debug, PartialEq, Eq)]
pub(crate) struct Difference {
    /// The field.
    pub field: Field,
    /// Its value in the chain.
    pub chain: i32,
    /// Its value in the base.
    pub base: i32,
}

/// Formats fields with the values of one side, as in "address family 2 and socket type 1".
fn listed(differences: &[Difference], value: impl Fn(&Difference) -> i32) -> String {
    let texts = differences.iter().map(|difference| {
        let name = match difference.field {
            Field::AddressFamily => "address family",
            Field::SocketType => "socket type",
            Field::Protocol => "protocol",
            Field::MaxAddressLength => "longest address",
            Field::MinAddressLength => "shortest address",
            field => field.name(),
        };
        format!("{name} {}", value(difference))
    });
    texts.collect::<Vec<_>>().join(" and ")
}

impl WinsockFault {
    /// Returns the code of the rule that the fault breaks.
    pub(crate) const fn code(&self) -> &'static str {
        match self {
            WinsockFault::Gap { .. } => "winsock-gap",
            WinsockFault::MalformedItem { .. } => "winsock-malformed-item",
            WinsockFault::DuplicateId { .. } => "winsock-duplicate-id",
            WinsockFault::BrokenChain { .. } => "winsock-broken-chain",
            WinsockFault::ChainWithoutBase { .. } => "winsock-chain-without-base",
            WinsockFault::MalformedChain { .. } => "winsock-malformed-chain",
            WinsockFault::ChainUnlikeBase { .. } => "winsock-chain-unlike-base",
        }
    }

    /// Returns advice on how to resolve the fault.
    pub(crate) const fn help(&self) -> &'static str {
        match self {
            WinsockFault::Gap { .. } => {
                "get the whole catalog: `reg export HKLM\\SYSTEM\\CurrentControlSet\\Services\\WinSock2 winsock.reg`"
            }
            WinsockFault::MalformedItem { .. } => {
                "`sockatlas winsock repair` restores a standard item, and takes out what cannot be restored"
            }
            WinsockFault::DuplicateId { .. } => "`sockatlas winsock repair` gives it an id of its own",
            WinsockFault::BrokenChain { is_excerpt: true, .. } => {
                "nothing is guessed of what is left out: get the whole catalog, or `sockatlas import --partial` leaves the chain out"
            }
            WinsockFault::BrokenChain { .. } => {
                "the layer was removed without its chains, or the item is lost: `sockatlas winsock repair` mends it"
            }
            WinsockFault::ChainWithoutBase { .. } | WinsockFault::MalformedChain { .. } => {
                "a chain is its layers, top first, and then its base: `sockatlas winsock repair` mends it"
            }
            WinsockFault::ChainUnlikeBase { .. } => {
                "a chain is asked for as its base is: `sockatlas winsock repair` sets the fields"
            }
        }
    }

    /// Returns the facts of a fault, or `None` if it is not one of a Winsock catalog.
    pub(crate) fn of(fault: &Fault) -> Option<&WinsockFault> {
        match &fault.kind {
            FaultKind::Foreign(fault) => fault.facts(),
            _ => None,
        }
    }

    /// Returns the fault at this place.
    pub(crate) fn at(self, at: Span) -> Fault {
        Fault::new(self.into(), at)
    }
}

impl ForeignFacts for WinsockFault {
    fn code(&self) -> &'static str {
        WinsockFault::code(self)
    }

    fn help(&self) -> Option<String> {
        Some(WinsockFault::help(self).to_owned())
    }

    fn is_same(&self, other: &dyn Any) -> bool {
        other.downcast_ref() == Some(self)
    }
}

impl From<WinsockFault> for FaultKind {
    fn from(fault: WinsockFault) -> Self {
        FaultKind::Foreign(ForeignFault::new(fault))
    }
}

impl From<PackedItemError> for WinsockFault {
    fn from(error: PackedItemError) -> Self {
        WinsockFault::MalformedItem { reason: error.to_string() }
    }
}

impl super::Item {
    /// Returns the name of the item in messages: its kind, description, id and key.
    pub(crate) fn named(&self) -> String {
        let kind = match self.kind() {
            super::ItemKind::Layer => "layer",
            super::ItemKind::Base => "base protocol",
            super::ItemKind::Chain => "chain",
            super::ItemKind::Malformed => "item",
        };
        format!("{kind} {}", self.name_and_id())
    }

    /// Returns the description, id and key, as in "`Acme` (id 1040, key `000000000003`)".
    pub(crate) fn name_and_id(&self) -> String {
        let key = self.key.as_ref().map(|key| format!(", key `{}`", key.value)).unwrap_or_default();
        format!("`{}` (id {}{key})", self.info.name, self.id())
    }
}
