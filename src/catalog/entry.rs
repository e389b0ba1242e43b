//! Valid entries: names are resolved, sets are normal, and a chain holds a base and at least one layer by construction.

use super::options::EntryOption;
use super::protocols::ProtocolSet;
use super::source::Span;
use crate::terms::{Categories, Family, Services, SocketType, UnknownName};
use std::str::FromStr;

/// The index of an entry among all entries, which follows the order of the declarations in the documents.
#[derive(Copy, Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) struct EntryIndex(pub u32);

impl EntryIndex {
    pub fn new(index: usize) -> Self {
        // The limit of entries keeps indices far below this.
        EntryIndex(u32::try_from(index).unwrap_or(u32::MAX))
    }

    pub fn get(self) -> usize {
        self.0 as usize
    }
}

/// The index of a provider among all providers.
#[derive(Copy, Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) struct ProviderIndex(pub u32);

impl ProviderIndex {
    /// A placeholder for the provider of a chain's top layer until all layers are read.
    pub const OF_TOP_LAYER: Self = ProviderIndex(u32::MAX);
}

/// The kind of an entry.
#[derive(Copy, Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum EntryKind {
    /// A base protocol, which carries data to a remote endpoint by itself. Winsock: `ChainLen` 1.
    Base,
    /// A layer, which works only above another entry. Winsock: `ChainLen` 0.
    Layer,
    /// A chain: one or more layers over a base. Winsock: `ChainLen` over 1.
    Chain,
}

impl EntryKind {
    /// Returns `base`, `layer` or `chain`.
    pub const fn name(self) -> &'static str {
        match self {
            EntryKind::Base => "base",
            EntryKind::Layer => "layer",
            EntryKind::Chain => "chain",
        }
    }

    pub(crate) const fn with_article(self) -> &'static str {
        match self {
            EntryKind::Base => "a base protocol",
            EntryKind::Layer => "a layer",
            EntryKind::Chain => "a chain",
        }
    }
}

impl std::fmt::Display for EntryKind {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.name())
    }
}

/// An entry with resolved references.
#[derive(Clone, Debug)]
pub(crate) struct Entry {
    /// The stable catalog entry id.
    pub id: i32,
    pub provider: ProviderIndex,
    pub enabled: bool,
    pub hidden: bool,
    /// The place where its name is declared.
    pub at: Span,
    pub facts: Option<Box<Facts>>,
    pub options: Vec<EntryOption>,
    pub body: Body,
}

#[derive(Clone, Debug)]
pub(crate) enum Body {
    Base(Base),
    Layer(Box<Layer>),
    Chain(Chain),
}

impl Body {
    pub fn kind(&self) -> EntryKind {
        match self {
            Body::Base(_) => EntryKind::Base,
            Body::Layer(_) => EntryKind::Layer,
            Body::Chain(_) => EntryKind::Chain,
        }
    }
}

#[derive(Clone, Debug)]
pub(crate) struct Base {
    pub family: Family,
    pub socket_type: SocketType,
    pub protocols: ProtocolSet,
    pub matches_zero: bool,
    pub services: Services,
}

#[derive(Clone, Debug)]
pub(crate) struct Layer {
    pub needs: Services,
    pub forbids: Services,
    pub adds: Services,
    pub removes: Services,
    /// The entries allowed directly below; `None` allows all.
    pub allow_below: Option<Vec<EntryIndex>>,
    pub categories: Categories,
    /// The socket type that the layer presents above; `None` stands for that of the entry below.
    pub presents: Option<SocketType>,
    /// The places of `needs`, `forbids` and `allow-below`.
    pub clauses: ClauseSpans,
}

#[derive(Copy, Clone, Debug, Default)]
pub(crate) struct ClauseSpans {
    pub needs: Option<Span>,
    pub forbids: Option<Span>,
    pub allow_below: Option<Span>,
}

#[derive(Clone, Debug)]
pub(crate) struct Chain {
    /// The layer on top, and the place where it is named.
    pub top: (EntryIndex, Span),
    /// Further layers, from the top down.
    pub further: Vec<(EntryIndex, Span)>,
    /// A base protocol or another chain.
    pub base: (EntryIndex, Span),
    pub protocols: Option<ProtocolSet>,
    pub matches_zero: Option<bool>,
    pub services: Option<Services>,
}

impl Chain {
    /// Returns the chain's own layers, top first, without those of a chain that it runs over.
    pub fn layers(&self) -> impl DoubleEndedIterator<Item = (EntryIndex, Span)> {
        std::iter::once(self.top).chain(self.further.iter().copied())
    }
}

/// Further facts of an entry, most of them Winsock's; each may be absent.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Facts {
    /// One line for people. Winsock: `szProtocol`.
    pub summary: Option<String>,
    /// Version of the protocol. Winsock: `iVersion`.
    pub version: Option<i32>,
    /// Largest message in bytes: 0 for a byte stream, 1 when it depends on the MTU, 4294967295 for no limit. Winsock:
    /// `dwMessageSize`.
    pub message_size: Option<u32>,
    /// Bytes of a socket address. Winsock: `iMinSockAddr`, `iMaxSockAddr`.
    pub address_size: Option<AddressSize>,
    /// Byte order on the wire. Winsock: `iNetworkByteOrder`.
    pub byte_order: Option<ByteOrder>,
    /// Security scheme; 0 is none. Winsock: `iSecurityScheme`.
    pub security_scheme: Option<i32>,
    /// Whether the entry is the recommended one among several of a protocol. Winsock: `PFL_RECOMMENDED_PROTO_ENTRY`.
    pub recommended: bool,
    /// Facts that the source of the entry did not state; they count as absent.
    pub unknown: Vec<&'static str>,
    /// The further facts that a Winsock catalog states of the entry.
    pub winsock: Option<Box<WinsockFacts>>,
}

/// The facts that only a Winsock catalog states of an entry.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct WinsockFacts {
    /// The bitness of the programs in whose catalog the entry stands; `None` stands for both.
    pub bits: Option<Bitness>,
    /// The library, where it is not the provider's, with environment variables unexpanded.
    pub library: Option<String>,
    /// The `PackedCatalogItem`, where the other keys alone do not produce the same bytes. Where they contradict it, the other
    /// keys count.
    pub packed: Option<Vec<u8>>,
}

/// The bitness of a Windows catalog: Windows keeps one catalog for 32-bit programs and one for 64-bit programs.
#[derive(Copy, Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Bitness {
    /// `Catalog_Entries` of a 64-bit Windows.
    Bits32,
    /// `Catalog_Entries64`.
    Bits64,
}

impl Bitness {
    /// Both values.
    pub const ALL: [Bitness; 2] = [Bitness::Bits32, Bitness::Bits64];

    /// Returns 32 or 64.
    pub const fn number(self) -> u32 {
        match self {
            Bitness::Bits32 => 32,
            Bitness::Bits64 => 64,
        }
    }

    /// Returns the bitness with this number, 32 or 64.
    pub fn from_number(number: u32) -> Option<Self> {
        Bitness::ALL.into_iter().find(|bits| bits.number() == number)
    }
}

impl std::fmt::Display for Bitness {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}-bit", self.number())
    }
}

impl Facts {
    /// Facts of which none is stated.
    pub(crate) const NONE: Facts = Facts {
        summary: None,
        version: None,
        message_size: None,
        address_size: None,
        byte_order: None,
        security_scheme: None,
        recommended: false,
        unknown: Vec::new(),
        winsock: None,
    };
}

/// The least and the greatest size of a socket address, in bytes.
#[derive(Copy, Clone, Debug, PartialEq, Eq)]
pub struct AddressSize {
    /// The least size.
    pub min: u32,
    /// The greatest size.
    pub max: u32,
}

/// The byte order of a protocol on the wire.
#[derive(Copy, Clone, Debug, PartialEq, Eq)]
pub enum ByteOrder {
    /// Most significant byte first: network byte order.
    Big,
    /// Least significant byte first.
    Little,
}

impl ByteOrder {
    /// Returns `big` or `little`.
    pub const fn name(self) -> &'static str {
        match self {
            ByteOrder::Big => "big",
            ByteOrder::Little => "little",
        }
    }
}

impl FromStr for ByteOrder {
    type Err = UnknownName;

    fn from_str(name: &str) -> Result<Self, UnknownName> {
        let known = [ByteOrder::Big, ByteOrder::Little].into_iter().find(|order| order.name() == name);
        known.ok_or_else(|| UnknownName::new("byte order", name))
    }
}
