//! The limits on what a catalog may demand of its reader.

/// The most entries of a flattened chain, the base included: Winsock's `MAX_PROTOCOL_CHAIN`.
pub const MAX_PROTOCOL_CHAIN: usize = 7;

/// The size of a `PackedCatalogItem`, an item of a Winsock catalog, in bytes.
pub const PACKED_ITEM_BYTES: usize = 888;

/// The limits against hostile or runaway input. Exceeding one is a fault that names it.
#[derive(Copy, Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Limits {
    /// The bytes of one document; 64 MiB by default, and never more than 2 GiB.
    pub document_bytes: u64,
    /// The documents that are read together, included ones counted; 1,000 by default.
    pub documents: usize,
    /// The depth of nested includes; 16 by default.
    pub include_depth: usize,
    /// All entries, with chains over several bases counted once for each base; 1,000,000 by default.
    pub entries: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Limits { document_bytes: 64 << 20, documents: 1_000, include_depth: 16, entries: 1_000_000 }
    }
}
