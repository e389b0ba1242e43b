//! Families and protocols of a document, by value or by name, and the words that are written for them.
//!
//! Names are for people, and are written where they read back as the same value. A document without a dialect takes that of the
//! documents it is merged with, so that a name must be right in every dialect; otherwise the number is written.

use crate::catalog::ProtocolSet;
use crate::catalog::scope::{DeclaredFamily, Scope};
use crate::catalog::source::{FileId, Span};
use crate::catalog::writing::words;
use crate::terms::{Dialect, Family, Protocol, SocketType};
use crate::text::{Value, string};
use indexmap::IndexMap;
use std::ops::RangeInclusive;

/// A family: a known one, a number, or the name of one that a catalog declares.
///
/// ```
/// use sockatlas::catalog::build::FamilyWord;
/// use sockatlas::terms::Family;
///
/// assert_eq!(FamilyWord::from(Family::INET), FamilyWord::Is(Family::INET));
/// assert_eq!(FamilyWord::from("acme"), FamilyWord::Named("acme".to_owned()));
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum FamilyWord {
    /// This family. In catalogs of the dialect `documented` it must have a name.
    Is(Family),
    /// The family that a document of the catalog declares under this name.
    Named(String),
}

impl From<Family> for FamilyWord {
    fn from(family: Family) -> Self {
        FamilyWord::Is(family)
    }
}

impl From<&str> for FamilyWord {
    fn from(name: &str) -> Self {
        FamilyWord::Named(name.to_owned())
    }
}

impl From<String> for FamilyWord {
    fn from(name: String) -> Self {
        FamilyWord::Named(name)
    }
}

/// A set of at least one protocol. A socket is created with the first one when a request states no protocol.
///
/// ```
/// use sockatlas::catalog::build::Protocols;
/// use sockatlas::terms::Protocol;
///
/// let some = Protocols::from(Protocol::TCP).and("widget").and(200..=255);
/// let all = Protocols::any();
/// assert_ne!(some, all);
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Protocols(Vec<Part>);

#[derive(Clone, Debug, PartialEq, Eq, Hash)]
enum Part {
    Is(Protocol),
    Named(String),
    Range(i32, i32),
    Any,
    /// A word as it is written in TOML.
    Written(String),
}

impl Protocols {
    /// Returns the set of every number but 0.
    pub fn any() -> Self {
        Protocols(vec![Part::Any])
    }

    /// Returns the protocols that these words stand for, which are written as they are.
    pub(crate) fn written(words: Vec<String>) -> Self {
        Protocols(words.into_iter().map(Part::Written).collect())
    }

    /// Adds further protocols.
    #[must_use]
    pub fn and(mut self, further: impl Into<Protocols>) -> Self {
        self.0.extend(further.into().0);
        self
    }
}

impl From<Protocol> for Protocols {
    fn from(protocol: Protocol) -> Self {
        Protocols(vec![Part::Is(protocol)])
    }
}

/// A protocol by its name in the family of the entry.
impl From<&str> for Protocols {
    fn from(name: &str) -> Self {
        name.to_owned().into()
    }
}

/// A protocol by its name in the family of the entry.
impl From<String> for Protocols {
    fn from(name: String) -> Self {
        Protocols(vec![Part::Named(name)])
    }
}

/// The numbers of an inclusive range. A descending range is a fault when the document is loaded.
impl From<RangeInclusive<i32>> for Protocols {
    fn from(range: RangeInclusive<i32>) -> Self {
        Protocols(vec![Part::Range(*range.start(), *range.end())])
    }
}

impl From<&ProtocolSet> for Protocols {
    fn from(set: &ProtocolSet) -> Self {
        let first = Part::Is(Protocol::from_raw(set.first()));
        if set.is_any() {
            return Protocols(if set.first() == 0 { vec![Part::Any] } else { vec![first, Part::Any] });
        }
        let part = |&(from, to): &(i32, i32)| match from == to {
            true => Part::Is(Protocol::from_raw(from)),
            false => Part::Range(from, to),
        };
        let begins = |&&(from, _): &&(i32, i32)| from == set.first();
        let mut parts = vec![set.ranges().iter().find(begins).map_or(first, part)];
        parts.extend(set.ranges().iter().filter(|range| !begins(range)).map(part));
        Protocols(parts)
    }
}

/// The meanings of words in the dialect of a document, or in each dialect if it states none.
pub(super) struct Scopes(Vec<Scope>);

impl Scopes {
    /// Returns the scopes of a document with this dialect and these families: name, number, protocols.
    pub fn new<'f>(
        dialect: Option<Dialect>,
        families: impl Iterator<Item = (&'f str, Option<i32>, &'f IndexMap<String, i32>)> + Clone,
    ) -> Self {
        let dialects = dialect.map_or(Dialect::ALL.to_vec(), |dialect| vec![dialect]);
        let scopes = dialects.into_iter().map(|dialect| {
            let declared = families.clone().filter_map(|(name, number, protocols)| {
                let known = Family::from_name(name);
                let numbered = number.map(|number| Family::from_number(number, dialect.system()));
                // The number counts where the dialect has none for the name.
                let is_known =
                    |known: &Family| dialect == Dialect::Documented || known.number(dialect.system()).is_some();
                let family = known.filter(is_known).or(numbered).or(known)?;
                let protocols = protocols.clone();
                let facts = DeclaredFamily {
                    family,
                    at: Span::beginning(FileId(0)),
                    protocols,
                    max_protocol: None,
                    protocol_first: false,
                    facts_at: Vec::new(),
                };
                Some((name.to_owned(), facts))
            });
            Scope { dialect, families: declared.collect() }
        });
        Scopes(scopes.collect())
    }

    /// Returns the word if it is right in every scope, or else the number.
    fn agreed(&self, number: i32, word: impl Fn(&Scope) -> String) -> String {
        let mut words = self.0.iter().map(word);
        let first = words.next().filter(|first| words.all(|other| other == *first));
        first.unwrap_or_else(|| number.to_string())
    }

    pub fn family(&self, family: &FamilyWord) -> String {
        match family {
            FamilyWord::Named(name) => string(name),
            FamilyWord::Is(family) => match family.name().filter(|_| *family != Family::UNSPEC) {
                // A name shows which family is meant, even where no such family exists; its number may be that of another family
                // elsewhere.
                Some(name) => string(name),
                None => {
                    let number = family.number(crate::terms::System::HOST).unwrap_or_default();
                    self.agreed(number, |scope| words::family(scope, *family))
                }
            },
        }
    }

    pub fn socket_type(&self, socket_type: SocketType) -> String {
        self.agreed(socket_type.number(), |scope| words::socket_type(scope, socket_type))
    }

    /// Returns the word of a protocol of a family; without a family, its number.
    pub fn protocol(&self, protocol: Protocol, family: Option<&FamilyWord>) -> String {
        let number = protocol.number();
        self.agreed(number, |scope| {
            let family = match family {
                Some(FamilyWord::Is(family)) => Some(*family),
                Some(FamilyWord::Named(name)) => scope.family(name).ok(),
                None => None,
            };
            family.map_or(number.to_string(), |family| words::protocol(scope, protocol, family))
        })
    }

    /// Returns the protocols of an entry of a family, or of a chain, whose base may be defined in another document.
    pub fn protocols(&self, protocols: &Protocols, family: Option<&FamilyWord>) -> Value {
        let mut words: Vec<String> = protocols
            .0
            .iter()
            .map(|part| match part {
                Part::Is(protocol) => self.protocol(*protocol, family),
                Part::Named(name) => string(name),
                Part::Range(from, to) => words::range(*from, *to),
                Part::Any => string("any"),
                Part::Written(word) => word.clone(),
            })
            .collect();
        if words.len() == 1 { Value::Scalar(words.remove(0)) } else { Value::Array(words) }
    }
}
