//! The keys of the catalog format: the table of each, and the things to which its words refer.
//!
//! This is the only list of keys. The reader refuses a key that is not in it, the merge looks up what a reference must lead to,
//! and a law of the tests walks it, so that a new key whose words refer to something cannot be forgotten.

/// A table of the format.
#[derive(Copy, Clone, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Table {
    /// The document itself.
    Catalog,
    /// `[provider.NAME]`.
    Provider,
    /// `[base.NAME]`.
    Base,
    /// `[layer.NAME]`.
    Layer,
    /// `[chain.NAME]`.
    Chain,
    /// `[family.NAME]`.
    Family,
    /// `[application.NAME]`.
    Application,
    /// `[[expect]]`.
    Expect,
    /// `[[always]]`.
    Always,
    /// `request` of an `[[expect]]` or `[[always]]`.
    Request,
    /// `[lint]`, whose keys are the codes of rules.
    Lint,
    /// `[winsock]`.
    Winsock,
    /// `winsock` of an entry.
    EntryWinsock,
    /// `winsock` of an application.
    ApplicationWinsock,
    /// `address-size` of an entry, where it is a table.
    AddressSize,
    /// A range of protocols.
    ProtocolRange,
}

/// The kind of thing that a word of a catalog names.
#[derive(Copy, Clone, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Refers {
    /// A provider, by its name.
    Provider,
    /// A layer.
    Layer,
    /// A layer or a base protocol.
    LayerOrBase,
    /// A base protocol or a chain over one base.
    BaseOrChain,
    /// A base protocol, a chain, or a group: a chain over an array of bases, which stands for all its entries.
    BaseChainOrGroup,
    /// An entry of any kind, or a group.
    EntryOrGroup,
    /// An entry of any kind, by name or catalog entry id, in a request. An `[[expect]]` may expect that it does not exist.
    RequestedEntry,
    /// A provider, by name or GUID, in a request. An `[[expect]]` may expect that it does not exist.
    RequestedProvider,
    /// A section `[application.NAME]`, in a request. An `[[expect]]` may expect that it does not exist.
    RequestedApplication,
    /// An address family.
    Family,
    /// A socket type.
    SocketType,
    /// A protocol of the family beside it.
    Protocol,
    /// A service that an entry offers or a layer removes.
    Service,
    /// A service that is asked about.
    AskedService,
    /// A category of layers.
    Category,
    /// A key of an entry, whose value its source does not state.
    Fact,
    /// An error code of a refusal.
    ErrorCode,
    /// A dialect.
    Dialect,
    /// A byte order.
    ByteOrder,
    /// The key of a fact whose value the entry's source does not state.
    Module,
    /// A document.
    Document,
    /// A rule of `check`.
    Rule,
}

/// A key of a table.
#[derive(Copy, Clone, Debug, PartialEq, Eq)]
pub struct Key {
    name: &'static str,
    required: bool,
    refers: Option<Refers>,
}

impl Key {
    /// Returns the name of the key.
    pub const fn name(&self) -> &'static str {
        self.name
    }

    /// Returns whether the table must have the key.
    pub const fn is_required(&self) -> bool {
        self.required
    }

    /// Returns the kind of thing that the key's words name, or `None` where they are values or tables.
    pub const fn refers(&self) -> Option<Refers> {
        self.refers
    }

    const fn required(mut self) -> Self {
        self.required = true;
        self
    }
}

const fn key(name: &'static str) -> Key {
    Key { name, required: false, refers: None }
}

const fn word(name: &'static str, refers: Refers) -> Key {
    Key { name, required: false, refers: Some(refers) }
}

/// Lists the keys that every kind of entry has, in the canonical order, after the kind's own keys.
macro_rules! entry {
    ($($own:expr),* $(,)?) => {
        &[
            $($own,)*
            key("options"),
            key("summary"),
            key("hidden"),
            key("replace"),
            key("catalog-entry-id"),
            key("version"),
            key("message-size"),
            key("address-size"),
            word("byte-order", Refers::ByteOrder),
            key("security-scheme"),
            key("recommended"),
            word("unknown", Refers::Fact),
            key("winsock"),
        ]
    };
}

const CATALOG: &[Key] = &[
    key("format").required(),
    word("dialect", Refers::Dialect),
    key("title"),
    word("include", Refers::Document),
    word("order", Refers::BaseChainOrGroup),
    word("disable", Refers::EntryOrGroup),
    key("provider"),
    key("base"),
    key("layer"),
    key("chain"),
    key("family"),
    key("application"),
    key("expect"),
    key("always"),
    key("lint"),
    key("winsock"),
];
const PROVIDER: &[Key] = &[word("module", Refers::Module), key("id"), key("library"), key("replace")];
const BASE: &[Key] = entry![
    word("provider", Refers::Provider).required(),
    word("family", Refers::Family).required(),
    word("type", Refers::SocketType).required(),
    word("protocol", Refers::Protocol).required(),
    key("matches-zero"),
    word("services", Refers::Service),
];
const LAYER: &[Key] = entry![
    word("provider", Refers::Provider).required(),
    word("needs", Refers::AskedService),
    word("forbids", Refers::AskedService),
    word("adds", Refers::Service),
    word("removes", Refers::AskedService),
    word("allow-below", Refers::LayerOrBase),
    word("categories", Refers::Category),
    word("type", Refers::SocketType),
];
const CHAIN: &[Key] = entry![
    word("layers", Refers::Layer).required(),
    word("base", Refers::BaseOrChain).required(),
    word("protocol", Refers::Protocol),
    key("matches-zero"),
    word("provider", Refers::Provider),
    word("services", Refers::Service),
];
const FAMILY: &[Key] = &[key("number"), key("protocols"), key("max-protocol"), key("protocol-first"), key("replace")];
const APPLICATION: &[Key] = &[
    word("require", Refers::AskedService),
    word("prohibit", Refers::AskedService),
    word("permit", Refers::Category),
    key("winsock"),
    key("replace"),
];
const EXPECT: &[Key] =
    &[key("request").required(), word("entry", Refers::BaseOrChain), word("error", Refers::ErrorCode)];
const ALWAYS: &[Key] = &[
    key("request").required(),
    word("services", Refers::AskedService),
    word("never", Refers::BaseChainOrGroup),
    key("refused"),
];
const REQUEST: &[Key] = &[
    word("family", Refers::Family),
    word("type", Refers::SocketType),
    word("protocol", Refers::Protocol),
    key("role"),
    word("entry", Refers::RequestedEntry),
    word("provider", Refers::RequestedProvider),
    word("require", Refers::AskedService),
    word("prefer", Refers::AskedService),
    word("avoid", Refers::AskedService),
    word("prohibit", Refers::AskedService),
    word("application", Refers::RequestedApplication),
];
const LINT: &[Key] = &[word("*", Refers::Rule)];
const WINSOCK: &[Key] = &[
    key("next-catalog-entry-id"),
    key("serial-access-number"),
    word("order-32", Refers::EntryOrGroup),
    word("order-64", Refers::EntryOrGroup),
];
const ENTRY_WINSOCK: &[Key] = &[key("bits"), key("library"), key("packed")];
const APPLICATION_WINSOCK: &[Key] = &[key("path").required(), key("arguments"), key("key").required()];
const ADDRESS_SIZE: &[Key] = &[key("min").required(), key("max").required()];
const PROTOCOL_RANGE: &[Key] = &[key("from").required(), key("to").required()];

impl Table {
    /// Every table of the format.
    pub const ALL: &'static [Table] = &[
        Table::Catalog,
        Table::Provider,
        Table::Base,
        Table::Layer,
        Table::Chain,
        Table::Family,
        Table::Application,
        Table::Expect,
        Table::Always,
        Table::Request,
        Table::Lint,
        Table::Winsock,
        Table::EntryWinsock,
        Table::ApplicationWinsock,
        Table::AddressSize,
        Table::ProtocolRange,
    ];

    /// Returns the keys of the table, in the canonical order.
    pub const fn keys(self) -> &'static [Key] {
        match self {
            Table::Catalog => CATALOG,
            Table::Provider => PROVIDER,
            Table::Base => BASE,
            Table::Layer => LAYER,
            Table::Chain => CHAIN,
            Table::Family => FAMILY,
            Table::Application => APPLICATION,
            Table::Expect => EXPECT,
            Table::Always => ALWAYS,
            Table::Request => REQUEST,
            Table::Lint => LINT,
            Table::Winsock => WINSOCK,
            Table::EntryWinsock => ENTRY_WINSOCK,
            Table::ApplicationWinsock => APPLICATION_WINSOCK,
            Table::AddressSize => ADDRESS_SIZE,
            Table::ProtocolRange => PROTOCOL_RANGE,
        }
    }

    /// Returns the names of the keys, in the canonical order.
    pub fn names(self) -> impl ExactSizeIterator<Item = &'static str> + Clone {
        self.keys().iter().map(Key::name)
    }

    /// Returns the names of the required keys.
    pub(crate) fn required(self) -> impl Iterator<Item = &'static str> {
        self.keys().iter().filter(|key| key.required).map(Key::name)
    }

    /// Returns the kind of thing that the words at one of the table's keys name. It is for constants: a key that the table does
    /// not have does not compile.
    pub(crate) const fn refers(self, name: &str) -> Refers {
        let keys = self.keys();
        let mut at = 0;
        while at < keys.len() {
            if same(keys[at].name, name) {
                match keys[at].refers {
                    Some(refers) => return refers,
                    None => panic!("the words at this key name nothing"),
                }
            }
            at += 1;
        }
        panic!("the table has no such key")
    }

    /// Returns the table at a path, as in `["base", "tcp4"]`, or `None` where any key may stand. The path names members of arrays
    /// by their number, as in `always#2`.
    #[cfg(feature = "edit")]
    pub(crate) fn at<S: AsRef<str>>(path: &[S]) -> Option<Table> {
        let parts: Vec<&str> = path.iter().map(|part| part.as_ref().split('#').next().unwrap_or_default()).collect();
        Some(match *parts {
            [] => Table::Catalog,
            ["provider", _] => Table::Provider,
            ["family", _] => Table::Family,
            ["application", _] => Table::Application,
            ["base", _] => Table::Base,
            ["layer", _] => Table::Layer,
            ["chain", _] => Table::Chain,
            ["expect"] => Table::Expect,
            ["always"] => Table::Always,
            ["expect" | "always", "request"] => Table::Request,
            ["winsock"] => Table::Winsock,
            ["base" | "layer" | "chain", _, "winsock"] => Table::EntryWinsock,
            ["application", _, "winsock"] => Table::ApplicationWinsock,
            ["base" | "layer" | "chain", _, "address-size"] => Table::AddressSize,
            _ => return None,
        })
    }
}

/// Returns whether two texts are equal; usable in constants.
const fn same(one: &str, other: &str) -> bool {
    let (one, other) = (one.as_bytes(), other.as_bytes());
    if one.len() != other.len() {
        return false;
    }
    let mut at = 0;
    while at < one.len() {
        if one[at] != other[at] {
            return false;
        }
        at += 1;
    }
    true
}
