//! What refuses loading a Winsock catalog: every fault, its code and its text, in one place.
//!
//! Only what cannot be read, or cannot be a catalog, is here; what a catalog may be and should not is a lint (`rules`).

use super::chains::Shapeless;
use super::packed::{Field, PackedItemError};
use crate::catalog::{Fault, FaultKind, Span};

/// A fault of a Winsock catalog, with its facts. Items are named as [`Item::named`](super::Item::named) does.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub(crate) enum WinsockFault {
    /// The source states a part of an item, or says that something is left out.
    #[error("the source does not state {missing}")]
    Gap {
        /// What is missing, as in ``"`Protocol` and 3 further fields of `MSAFD Tcpip [UDP/IP]`"``.
        missing: String,
    },
    /// An item that Winsock cannot have stored so: a value of another size, a text without an end.
    #[error("{reason}")]
    MalformedItem {
        /// What is wrong with it.
        reason: String,
    },
    /// An id that another item of the set has too, or 0, which is none.
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
        /// Where in the chain it stands, from 1.
        position: usize,
        /// How many ids the chain has.
        length: usize,
        /// Whether the item may be there and the source leaves it out.
        is_excerpt: bool,
    },
    /// A chain whose last id is no base protocol's.
    #[error("{chain} ends in {last}, which is {is} where a base protocol is expected")]
    ChainWithoutBase {
        /// The chain.
        chain: String,
        /// What its last id names.
        last: String,
        /// What that is, as in "a layer".
        is: &'static str,
    },
    /// A chain of no possible length, or that runs over itself.
    #[error("{item} {flaw}")]
    MalformedChain {
        /// The item.
        item: String,
        /// What is wrong with its chain.
        flaw: ChainFlaw,
    },
    /// A chain that states another family, type, protocol or address length than the base that it runs over.
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

/// What makes a chain impossible.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum ChainFlaw {
    /// `ChainLen` is below 0 or over 7.
    #[error("has a chain of length {0} where 0 to 7 is possible")]
    Length(i32),
    /// An id occurs twice.
    #[error("has id {0} twice in its chain")]
    Repeated(u32),
    /// A base protocol stands among its layers.
    #[error("has {0} before its end, which is a base protocol")]
    BaseBeforeEnd(String),
    /// It leads to nothing that can be read as a chain.
    #[error(transparent)]
    Shapeless(#[from] Shapeless),
    /// It names itself.
    #[error("has its own id {0} in its chain")]
    Itself(u32),
    /// Chains that run over one another.
    #[error("runs over itself: {}", circle(ids, *length))]
    Cycle {
        /// The ids along the cycle, the first ones if it is long.
        ids: Vec<u32>,
        /// How many there are.
        length: usize,
    },
}

/// A cycle as arrows, back to its first id.
fn circle(ids: &[u32], length: usize) -> String {
    let left_out = (length > ids.len()).then(|| "...".to_owned());
    let back = ids.first().map(u32::to_string);
    ids.iter().map(u32::to_string).chain(left_out).chain(back).collect::<Vec<_>>().join(" -> ")
}

/// A field in which a chain differs from its base.
#[derive(Copy, Clone, Debug, PartialEq, Eq)]
pub(crate) struct Difference {
    /// The field.
    pub field: Field,
    /// Its value in the chain.
    pub chain: i32,
    /// Its value in the base.
    pub base: i32,
}

/// Fields with the value of one side: "address family 2 and socket type 1".
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
    /// Returns the rule that it breaks.
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

    /// Returns what to do about it.
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

    /// Returns the fault at its place.
    pub(crate) fn at(self, at: Span) -> Fault {
        Fault::new(self.into(), at)
    }
}

impl From<WinsockFault> for FaultKind {
    fn from(fault: WinsockFault) -> Self {
        let help = Some(fault.help().to_owned());
        FaultKind::Foreign { code: fault.code(), message: fault.to_string(), help }
    }
}

impl From<PackedItemError> for WinsockFault {
    fn from(error: PackedItemError) -> Self {
        WinsockFault::MalformedItem { reason: error.to_string() }
    }
}

impl super::Item {
    /// Returns how messages name it: by kind, description, id and key.
    pub(crate) fn named(&self) -> String {
        let kind = match self.kind() {
            super::ItemKind::Layer => "layer",
            super::ItemKind::Base => "base protocol",
            super::ItemKind::Chain => "chain",
            super::ItemKind::Malformed => "item",
        };
        format!("{kind} {}", self.name_and_id())
    }

    /// Description, id and key, as in "`Acme` (id 1040, key `000000000003`)".
    pub(crate) fn name_and_id(&self) -> String {
        let key = self.key.as_ref().map(|key| format!(", key `{}`", key.value)).unwrap_or_default();
        format!("`{}` (id {}{key})", self.info.name, self.id())
    }
}
