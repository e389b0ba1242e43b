//! The shapes that the values of keys have, and what their words refer to.

use super::Table;
use crate::catalog::entry::ByteOrder;
use crate::terms::{Dialect, ErrorCode, Role};

/// The shape of a key's value.
#[derive(Copy, Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Shape {
    /// The version of the format, which is one number.
    Format,
    /// `true` or `false`.
    Flag,
    /// `true`; the key is left out otherwise.
    True,
    /// A text.
    Text,
    /// A whole number, in these bounds, both included.
    Integer {
        /// The least number.
        least: i64,
        /// The greatest number.
        most: i64,
    },
    /// A GUID: with hyphens, in braces, as a URN, or as 32 hexadecimal digits.
    Guid,
    /// Bytes in base64.
    Base64,
    /// 32 or 64.
    Bits,
    /// A word that refers to something.
    Word(Refers),
    /// An array of words.
    Words(Refers),
    /// An array of at least one word.
    SomeWords(Refers),
    /// A word, or an array of at least one word.
    WordOrWords(Refers),
    /// A set of protocols: a name, a number, a range, an array of these, or `"any"`.
    ProtocolSet,
    /// The size of a socket address: a number of bytes, or a table of the least and the greatest number.
    AddressSize,
    /// A table of names, each with a number.
    Numbers,
    /// Options, which the provider's module defines.
    Options,
    /// A severity of findings.
    Severity,
    /// A table with keys of its own.
    Table(Table),
    /// A section: a table of tables with these keys, each by its name.
    Section(Table),
    /// An array of tables with these keys.
    Tables(Table),
}

impl Shape {
    /// Any number of 32 bits with a sign.
    pub(super) const NUMBER: Shape = Shape::Integer { least: i32::MIN as i64, most: i32::MAX as i64 };
    /// A number of 32 bits without a sign.
    pub(super) const UNSIGNED: Shape = Shape::Integer { least: 0, most: u32::MAX as i64 };

    /// Returns what the words of the value refer to, or `None` if it has no words that refer to something.
    pub const fn refers(self) -> Option<Refers> {
        match self {
            Shape::Word(refers) | Shape::Words(refers) | Shape::SomeWords(refers) | Shape::WordOrWords(refers) => {
                Some(refers)
            }
            Shape::ProtocolSet => Some(Refers::Protocol),
            Shape::Severity => Some(Refers::Rule),
            _ => None,
        }
    }
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
    /// An entry of any kind, by name or catalog entry id, of a request. An `[[expect]]` may expect that there is none.
    RequestedEntry,
    /// A provider, by name or GUID, of a request. An `[[expect]]` may expect that there is none.
    RequestedProvider,
    /// A section `[application.NAME]`, of a request. An `[[expect]]` may expect that there is none.
    RequestedApplication,
    /// An address family.
    Family,
    /// A socket type.
    SocketType,
    /// A protocol of the family beside it.
    Protocol,
    /// A service that is offered or taken away.
    Service,
    /// A service that is asked about.
    AskedService,
    /// A category of layers.
    Category,
    /// A key of an entry whose value the source of the entry does not state.
    Fact,
    /// An error code of a refusal.
    ErrorCode,
    /// A dialect.
    Dialect,
    /// A byte order.
    ByteOrder,
    /// A role: `connect` or `accept`.
    Role,
    /// A module, which programs may bring.
    Module,
    /// A document.
    Document,
    /// A rule of `check`.
    Rule,
}

impl Refers {
    /// Returns all words that can stand here, or `None` if catalogs and programs can add words.
    pub fn words(self) -> Option<Vec<&'static str>> {
        Some(match self {
            Refers::Dialect => Dialect::ALL.iter().map(|dialect| dialect.name()).collect(),
            Refers::ByteOrder => vec![ByteOrder::Big.name(), ByteOrder::Little.name()],
            Refers::Role => Role::ALL.map(Role::name).to_vec(),
            Refers::ErrorCode => ErrorCode::ALL.iter().map(|code| code.as_str()).collect(),
            Refers::Fact => Table::unknowable().collect(),
            _ => return None,
        })
    }
}
