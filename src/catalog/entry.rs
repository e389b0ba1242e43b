//! Valid entries: names are resolved, sets are normal, and a chain holds a base and at least one layer by construction.

use super::options::EntryOption;
use super::protocols::ProtocolSet;
use super::source::Span;
use crate::terms::{Categories, Family, Services, SocketType, UnknownName};
use std::str::FromStr;

/// The place of an entry among all entries: its declaration's place in the documents.
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

/// The place of a provider among all providers.
#[derive(Copy, Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) struct ProviderIndex(pub u32);

impl ProviderIndex {
    /// Stands for the provider of a chain's top layer until all layers are read.
    pub const OF_TOP_LAYER: Self = ProviderIndex(u32::MAX);
}

/// The kind of an entry.
#[derive(Copy, Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum EntryKind {
    /// Carries data to a remote endpoint by itself. Winsock: `ChainLen` 1.
    Base,
    /// Works only above something else. Winsock: `ChainLen` 0.
    Layer,
    /// One or more layers over a base. Winsock: `ChainLen` over 1.
    Chain,
}

impl EntryKind {
    /// `base`, `layer` or `chain`.
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

/// An entry whose references all lead somewhere.
#[derive(Clone, Debug)]
pub(crate) struct Entry {
    /// The stable catalog entry id.
    pub id: i32,
    pub provider: ProviderIndex,
    pub enabled: bool,
    pub hidden: bool,
    /// Where its name is declared.
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
    /// The entries allowed directly below; nothing: all.
    pub allow_below: Option<Vec<EntryIndex>>,
    pub categories: Categories,
    /// The socket type that it presents above; nothing: that of what lies below.
    pub presents: Option<SocketType>,
    /// Where `needs`, `forbids` and `allow-below` are written.
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
    /// The layer on top and where it is named.
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
    /// Returns the layers of its own, top first; those of a chain that it runs over are not among them.
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
    /// 0 is none. Winsock: `iSecurityScheme`.
    pub security_scheme: Option<i32>,
    /// The recommended one among several entries of a protocol. Winsock: `PFL_RECOMMENDED_PROTO_ENTRY`.
    pub recommended: bool,
    /// Facts that the source of the entry did not state; they count as absent.
    pub unknown: Vec<&'static str>,
    /// What a Winsock catalog says of it beyond all that.
    pub winsock: Option<Box<WinsockFacts>>,
}

/// The facts that only a Winsock catalog states of an entry.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct WinsockFacts {
    /// The programs whose catalog it stands in; nothing: both.
    pub bits: Option<Bitness>,
    /// Its library where that is not its provider's, environment variables unexpanded.
    pub library: Option<String>,
    /// Its `PackedCatalogItem`, where the other keys alone do not make the same bytes. Where they say otherwise they count.
    pub packed: Option<Vec<u8>>,
}

/// Windows keeps two catalogs, one for 32-bit programs and one for 64-bit programs.
#[derive(Copy, Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Bitness {
    /// `Catalog_Entries` of a 64-bit Windows.
    Bits32,
    /// `Catalog_Entries64`.
    Bits64,
}

impl Bitness {
    /// Both.
    pub const ALL: [Bitness; 2] = [Bitness::Bits32, Bitness::Bits64];

    /// 32 or 64.
    pub const fn number(self) -> u32 {
        match self {
            Bitness::Bits32 => 32,
            Bitness::Bits64 => 64,
        }
    }

    /// That of 32 or 64.
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
    /// No fact at all.
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

/// The least and the most bytes of a socket address.
#[derive(Copy, Clone, Debug, PartialEq, Eq)]
pub struct AddressSize {
    /// The least.
    pub min: u32,
    /// The most.
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
    /// `big` or `little`.
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
