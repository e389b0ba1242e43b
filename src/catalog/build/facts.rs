//! The keys that every kind of entry has.

use super::entries::Entry;
use super::place::Comments;
use crate::catalog::writing::facts::{finish, option};
use crate::catalog::{AddressSize, Bitness, ByteOrder, Facts, OptionValue, PACKED_ITEM_BYTES, WinsockFacts};
use crate::text::{Page, Table};
use indexmap::IndexMap;

/// The keys that every kind of entry has.
#[derive(Clone, Debug)]
pub(super) struct Common {
    pub name: String,
    comments: Comments,
    pub provider: Option<String>,
    id: Option<i32>,
    pub hidden: bool,
    replace: bool,
    facts: Facts,
    options: IndexMap<String, OptionValue>,
}

impl Common {
    #[track_caller]
    pub fn new(name: String, provider: Option<String>) -> Self {
        Common {
            name,
            comments: Comments::here(),
            provider,
            id: None,
            hidden: false,
            replace: false,
            facts: Facts::default(),
            options: IndexMap::new(),
        }
    }

    /// Writes the table of an entry of this kind; `stack` adds the keys before the provider, `body` the keys after it.
    pub fn write(
        &self,
        page: &mut Page,
        places: bool,
        kind: &str,
        stack: impl FnOnce(&mut Table),
        body: impl FnOnce(&mut Table),
    ) {
        let path = [kind, self.name.as_str()];
        let mut table = Table::new(&path);
        table.flag("replace", self.replace);
        table.text("summary", self.facts.summary.as_deref());
        stack(&mut table);
        table.text("provider", self.provider.as_deref());
        table.number("catalog-entry-id", self.id);
        table.number("version", self.facts.version);
        body(&mut table);
        let options: Vec<_> = self.options.iter().map(|(name, value)| (name.as_str(), option(value))).collect();
        self.comments.write(page, places);
        finish(page, table, path, &self.facts, &options);
    }
}

impl<Body> Entry<Body> {
    /// Sets the summary: one line for people. Winsock: `szProtocol`.
    pub fn summary(mut self, summary: impl Into<String>) -> Self {
        self.common.facts.summary = Some(summary.into());
        self
    }

    /// Sets whether the entry is hidden: it can be resolved, but is not listed.
    pub fn hidden(mut self, hidden: bool) -> Self {
        self.common.hidden = hidden;
        self
    }

    /// Sets whether the entry replaces one of the same name in an earlier document.
    pub fn replace(mut self, replace: bool) -> Self {
        self.common.replace = replace;
        self
    }

    /// Sets the catalog entry id, from 1, which no other entry has; without it, an id is assigned.
    pub fn catalog_entry_id(mut self, id: i32) -> Self {
        self.common.id = Some(id);
        self
    }

    /// Sets an option of the provider's module; the last call for a name wins.
    pub fn option(mut self, name: impl Into<String>, value: impl Into<OptionValue>) -> Self {
        self.common.options.insert(name.into(), value.into());
        self
    }

    /// Sets the version of the protocol. Winsock: `iVersion`.
    pub fn version(mut self, version: i32) -> Self {
        self.common.facts.version = Some(version);
        self
    }

    /// Sets the size of the largest message in bytes: 0 for a byte stream, 1 when it depends on the MTU, 4294967295 for no limit.
    /// Winsock: `dwMessageSize`.
    pub fn message_size(mut self, bytes: u32) -> Self {
        self.common.facts.message_size = Some(bytes);
        self
    }

    /// Sets the size of a socket address in bytes. Winsock: `iMinSockAddr`, `iMaxSockAddr`.
    pub fn address_size(mut self, size: AddressSize) -> Self {
        self.common.facts.address_size = Some(size);
        self
    }

    /// Sets the byte order on the wire. Winsock: `iNetworkByteOrder`.
    pub fn byte_order(mut self, order: ByteOrder) -> Self {
        self.common.facts.byte_order = Some(order);
        self
    }

    /// Sets the security scheme; 0 is none. Winsock: `iSecurityScheme`.
    pub fn security_scheme(mut self, scheme: i32) -> Self {
        self.common.facts.security_scheme = Some(scheme);
        self
    }

    /// Sets whether the entry is the recommended one among several of a protocol. Winsock: `PFL_RECOMMENDED_PROTO_ENTRY`.
    pub fn recommended(mut self, recommended: bool) -> Self {
        self.common.facts.recommended = recommended;
        self
    }

    /// Facts that its source did not state, by their keys, which [`Table::unknowable`](crate::catalog::keys::Table::unknowable) lists. They count as absent.
    pub fn unknown(mut self, facts: impl IntoIterator<Item = &'static str>) -> Self {
        self.common.facts.unknown = facts.into_iter().collect();
        self
    }

    /// Sets the bitness of the Windows programs in whose catalog the entry stands; without it, both.
    pub fn winsock_bits(mut self, bits: Bitness) -> Self {
        self.winsock().bits = Some(bits);
        self
    }

    /// Sets the library under Windows, where it is not the provider's; environment variables are not expanded.
    pub fn winsock_library(mut self, path: impl Into<String>) -> Self {
        self.winsock().library = Some(path.into());
        self
    }

    /// Sets the `PackedCatalogItem`, where the other facts alone do not produce the same bytes.
    pub fn winsock_packed(mut self, item: &[u8; PACKED_ITEM_BYTES]) -> Self {
        self.winsock().packed = Some(item.to_vec());
        self
    }

    /// Sets all facts at once.
    pub(crate) fn facts(mut self, facts: Facts) -> Self {
        self.common.facts = facts;
        self
    }

    /// Adds comments above the table, a line each.
    pub(crate) fn comment_lines(mut self, lines: impl IntoIterator<Item = String>) -> Self {
        self.common.comments.add_lines(lines);
        self
    }

    fn winsock(&mut self) -> &mut WinsockFacts {
        self.common.facts.winsock.get_or_insert_default()
    }

    /// Adds comments above the table; `sockatlas: allow(CODE) REASON` is an allowance.
    pub fn comment(mut self, text: impl AsRef<str>) -> Self {
        self.common.comments.add(text.as_ref());
        self
    }
}
