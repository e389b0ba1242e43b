//! The table of the catalog format's keys.
//!
//! Each key stands here once: in which tables, with which shape, what its words refer to, what it means, what holds if it is left
//! out, and how it is written. The reader, the merge, the JSON Schema, the changes of catalog files, the writer of facts, suggestions
//! for unknown keys, the manual's chapter on the format, and the laws of references and deletions use this table.
//!
//! | file | contents |
//! |---|---|
//! | `shape` | the shapes of values, and what their words refer to |
//! | `sections` | the keys of documents, providers, families, applications and severities |
//! | `entries` | the keys of base protocols, layers and chains |
//! | `claims` | the keys of tests, guarantees and their requests |
//! | `winsock` | the keys of facts that only Winsock catalogs state |

mod claims;
mod entries;
mod sections;
mod shape;
mod winsock;

pub use shape::{Refers, Shape};

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
    /// `address-size` of an entry, where it is a table.
    AddressSize,
    /// A range of protocols.
    ProtocolRange,
    /// `[winsock]`.
    Winsock,
    /// `winsock` of an entry.
    EntryWinsock,
    /// `winsock` of an application.
    ApplicationWinsock,
}

/// The first version of sockatlas with a catalog format.
const FIRST: &str = "0.1.0";

/// A key of a table.
#[derive(Copy, Clone, Debug, PartialEq, Eq)]
pub struct Key {
    name: &'static str,
    required: bool,
    unknowable: bool,
    shape: Shape,
    description: &'static str,
    default: Option<&'static str>,
    examples: &'static [&'static str],
    since: &'static str,
}

impl Key {
    const fn new(name: &'static str, shape: Shape, description: &'static str) -> Self {
        let (required, unknowable) = (false, false);
        Key { name, required, unknowable, shape, description, default: None, examples: &[], since: FIRST }
    }

    const fn required(self) -> Self {
        Key { required: true, ..self }
    }

    /// Lets a source of entries leave it open whether the key holds.
    const fn unknowable(self) -> Self {
        Key { unknowable: true, ..self }
    }

    const fn default(self, value: &'static str) -> Self {
        Key { default: Some(value), ..self }
    }

    const fn examples(self, examples: &'static [&'static str]) -> Self {
        Key { examples, ..self }
    }

    /// Returns the key as it is written.
    pub const fn name(&self) -> &'static str {
        self.name
    }

    /// Returns whether the table must have it.
    pub const fn is_required(&self) -> bool {
        self.required
    }

    /// Returns whether `unknown` of an entry can list it: a source of entries may leave it open.
    pub const fn is_unknowable(&self) -> bool {
        self.unknowable
    }

    /// Returns the shape of its value.
    pub const fn shape(&self) -> Shape {
        self.shape
    }

    /// Returns what the words of its value refer to, or `None` if they refer to nothing.
    pub const fn refers(&self) -> Option<Refers> {
        self.shape.refers()
    }

    /// Returns its meaning, in one or two sentences.
    pub const fn description(&self) -> &'static str {
        self.description
    }

    /// Returns the value, as TOML, that holds if the key is left out; `None` if leaving it out has a meaning of its own, which the
    /// description states.
    pub const fn default_value(&self) -> Option<&'static str> {
        self.default
    }

    /// Returns examples of its value, as TOML.
    pub const fn example_values(&self) -> &'static [&'static str] {
        self.examples
    }

    /// Returns the first version of sockatlas that accepts it.
    pub const fn since(&self) -> &'static str {
        self.since
    }
}

impl Table {
    /// Every table of the format, in the order of the manual.
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
        Table::AddressSize,
        Table::ProtocolRange,
        Table::Winsock,
        Table::EntryWinsock,
        Table::ApplicationWinsock,
    ];

    /// Returns its keys, in the canonical order.
    pub const fn keys(self) -> &'static [Key] {
        match self {
            Table::Catalog => sections::CATALOG,
            Table::Provider => sections::PROVIDER,
            Table::Base => entries::BASE,
            Table::Layer => entries::LAYER,
            Table::Chain => entries::CHAIN,
            Table::Family => sections::FAMILY,
            Table::Application => sections::APPLICATION,
            Table::Expect => claims::EXPECT,
            Table::Always => claims::ALWAYS,
            Table::Request => claims::REQUEST,
            Table::Lint => sections::LINT,
            Table::AddressSize => entries::ADDRESS_SIZE,
            Table::ProtocolRange => entries::PROTOCOL_RANGE,
            Table::Winsock => winsock::WINSOCK,
            Table::EntryWinsock => winsock::ENTRY,
            Table::ApplicationWinsock => winsock::APPLICATION,
        }
    }

    /// Returns how it is written, as a heading.
    pub const fn title(self) -> &'static str {
        match self {
            Table::Catalog => "The catalog itself",
            Table::Provider => "`[provider.NAME]`",
            Table::Base => "`[base.NAME]`",
            Table::Layer => "`[layer.NAME]`",
            Table::Chain => "`[chain.NAME]`",
            Table::Family => "`[family.NAME]`",
            Table::Application => "`[application.NAME]`",
            Table::Expect => "`[[expect]]`",
            Table::Always => "`[[always]]`",
            Table::Request => "`request`, in tests and guarantees",
            Table::Lint => "`[lint]`",
            Table::AddressSize => "`address-size`",
            Table::ProtocolRange => "A range of protocols",
            Table::Winsock => "`[winsock]`",
            Table::EntryWinsock => "`winsock`, of an entry",
            Table::ApplicationWinsock => "`winsock`, of an application",
        }
    }

    /// Returns its meaning, in one sentence.
    pub const fn description(self) -> &'static str {
        match self {
            Table::Catalog => "Keys above the first table of a document.",
            Table::Provider => "The implementation of entries.",
            Table::Base => "A base protocol: it can carry data to a remote endpoint by itself.",
            Table::Layer => "A layer: it works only above something else.",
            Table::Chain => "One or more layers over a base protocol or another chain.",
            Table::Family => "An address family of your own, or facts about a known one.",
            Table::Application => "The policy of an application, or of all others (`\"*\"`).",
            Table::Expect => "A test of the merged catalogs.",
            Table::Always => "A guarantee for every request that fits.",
            Table::Request => "The request of a test or a guarantee.",
            Table::Lint => "The severity of findings: `allow`, `note`, `warning` or `error`, by the rule's code.",
            Table::AddressSize => "The sizes of a socket address.",
            Table::ProtocolRange => "Inclusive at both ends.",
            Table::Winsock => "Facts that a Winsock catalog states of itself, beyond its entries.",
            Table::EntryWinsock => "Facts of an entry that a Winsock catalog states and no other key holds.",
            Table::ApplicationWinsock => "How Windows identifies the application.",
        }
    }

    /// Returns the keys of which a table must have exactly one; none, if there is no such choice.
    pub const fn one_of(self) -> &'static [&'static str] {
        match self {
            Table::Expect => &["entry", "error"],
            Table::Always => &["services", "never", "refused"],
            _ => &[],
        }
    }

    /// Returns its key of this name. The key `*` stands for every name.
    pub fn key(self, name: &str) -> Option<&'static Key> {
        self.keys().iter().find(|key| key.name == name || key.name == "*")
    }

    /// Returns the names of its keys, in the canonical order.
    pub fn names(self) -> impl ExactSizeIterator<Item = &'static str> + Clone {
        self.keys().iter().map(Key::name)
    }

    /// Returns the keys that it must have.
    pub(crate) fn required(self) -> impl Iterator<Item = &'static str> {
        self.keys().iter().filter(|key| key.required).map(Key::name)
    }

    /// Returns the keys that `unknown` of an entry can list.
    pub fn unknowable() -> impl Iterator<Item = &'static str> {
        let of_layers = Table::Layer.keys().iter().filter(|key| Table::Base.key(key.name).is_none());
        Table::Base.keys().iter().chain(of_layers).filter(|key| key.unknowable).map(Key::name)
    }

    /// Returns what the words at one of its keys refer to. It is for constants: a key that the table does not have does not compile.
    pub(crate) const fn refers(self, name: &str) -> Refers {
        let keys = self.keys();
        let mut at = 0;
        while at < keys.len() {
            if same(keys[at].name, name) {
                match keys[at].refers() {
                    Some(refers) => return refers,
                    None => panic!("the words at this key refer to nothing"),
                }
            }
            at += 1;
        }
        panic!("the table has no such key")
    }

    /// Returns the table at a path, as in `["base", "tcp4"]`, or `None` where any key may stand. For a member of an array the path
    /// contains its number, as in `always#2`.
    #[cfg(feature = "edit")]
    pub(crate) fn at<S: AsRef<str>>(path: &[S]) -> Option<Table> {
        let mut table = Table::Catalog;
        let mut parts = path.iter().map(|part| part.as_ref().split('#').next().unwrap_or_default());
        while let Some(part) = parts.next() {
            table = match table.key(part)?.shape {
                Shape::Table(table) | Shape::Tables(table) => table,
                Shape::Section(table) => parts.next().map(|_| table)?,
                Shape::AddressSize => Table::AddressSize,
                _ => return None,
            };
        }
        Some(table)
    }
}

/// Returns whether two texts are the same, for constants.
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

#[cfg(test)]
mod tests {
    use super::*;

    fn keys() -> impl Iterator<Item = (Table, &'static Key)> {
        Table::ALL.iter().flat_map(|table| table.keys().iter().map(move |key| (*table, key)))
    }

    #[test]
    fn every_key_is_described_and_shown() {
        for (table, key) in keys() {
            assert!(key.description.ends_with('.'), "{table:?}: {}: {}", key.name, key.description);
            let values = key.examples.iter().chain(&key.default);
            for value in values {
                assert!(format!("x = {value}").parse::<toml::Table>().is_ok(), "{table:?}: {}: {value}", key.name);
            }
            let is_own_table = matches!(key.shape, Shape::Section(_) | Shape::Tables(_) | Shape::Table(_));
            assert!(!key.examples.is_empty() || is_own_table, "{table:?}: {} has no example", key.name);
        }
        assert!(keys().count() > 110, "{}", keys().count());
    }

    #[test]
    fn no_table_has_a_key_twice() {
        for table in Table::ALL {
            let names: std::collections::BTreeSet<&str> = table.names().collect();
            assert_eq!(names.len(), table.keys().len(), "{table:?}");
        }
    }

    #[test]
    fn a_closed_list_of_words_has_words() {
        for (table, key) in keys() {
            let words = key.refers().and_then(Refers::words);
            assert!(words.is_none_or(|words| words.len() > 1), "{table:?}: {}", key.name);
        }
    }
}
