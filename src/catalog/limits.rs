//! How much a catalog may ask of the one who reads it.

/// At most this many entries stand in a flattened chain, the base included: Winsock's `MAX_PROTOCOL_CHAIN`.
pub const MAX_PROTOCOL_CHAIN: usize = 7;

/// Bytes of a `PackedCatalogItem`, a Winsock catalog's item.
pub const PACKED_ITEM_BYTES: usize = 888;

/// Bounds against hostile or runaway input. What exceeds one is a fault that names it.
#[derive(Copy, Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Limits {
    /// Bytes in one document; 64 MiB unless changed, and never more than 2 GiB.
    pub document_bytes: u64,
    /// Documents read together, included ones counted; 1,000 unless changed.
    pub documents: usize,
    /// How deep includes may nest; 16 unless changed.
    pub include_depth: usize,
    /// Entries in all, chains over several bases counted once for each; 1,000,000 unless changed.
    pub entries: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Limits { document_bytes: 64 << 20, documents: 1_000, include_depth: 16, entries: 1_000_000 }
    }
}
