//! The faults that a catalog can have: each with its code and its text, in one place.
//!
//! A fault makes loading fail and cannot be silenced. Its facts are data; the text is made only here.

use super::foreign::ForeignFault;
use super::keys::Table;
use super::modules::WrongValue;
use super::source::{Location, Sources, Span};
use crate::terms::{Dialect, Services};

/// A fault of a catalog, with the place that is wrong and the places that make it so.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fault {
    /// The kind of the fault, with its facts.
    pub kind: FaultKind,
    /// The place of the offending value.
    pub at: Span,
    /// Further places that make it wrong, such as a first definition or a broken contract.
    pub causes: Vec<Cause>,
    /// Whether a secret may stand at its place, so that the line must not be shown.
    pub concealed: bool,
}

/// A second place to which a fault points, and a label for it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cause {
    /// The place.
    pub at: Span,
    /// The label of the place: lower case, without a full stop.
    pub label: String,
}

/// The kinds of faults, each with its facts.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum FaultKind {
    /// The document is not TOML.
    #[error("{message}")]
    Syntax {
        /// The message of the TOML parser.
        message: String,
        /// The construct that stands there and is not TOML.
        stands: Option<Stands>,
    },
    /// A key that the table does not have.
    #[error("unknown key `{key}` in {table}")]
    UnknownKey {
        /// The key as written.
        key: String,
        /// The table, as in ``"base `tcp4`"``.
        table: String,
        /// The keys that the table has.
        expected: Vec<&'static str>,
        /// The known key that was probably meant.
        suggestion: Option<String>,
    },
    /// A required key is missing.
    #[error("{table} lacks the key `{key}`")]
    MissingKey {
        /// The missing key.
        key: &'static str,
        /// The table.
        table: String,
    },
    /// A value of the wrong type, out of range, or at odds with another.
    #[error("{found} where {expected} is expected")]
    WrongValue {
        /// What was found.
        found: String,
        /// What was expected.
        expected: String,
        /// The value that was probably meant, as it is written.
        meant: Option<String>,
    },
    /// A word that names nothing known.
    #[error("unknown {what} `{name}`{}", note.as_ref().map(|note| format!(": {note}")).unwrap_or_default())]
    UnknownName {
        /// The kind of name that the word should be, as in "address family".
        what: &'static str,
        /// The word.
        name: String,
        /// The known word that was probably meant.
        suggestion: Option<String>,
        /// The reason why a word that is known elsewhere is not known here.
        note: Option<String>,
    },
    /// The second definition of a name.
    #[error("{what} `{name}` is declared twice")]
    DuplicateName {
        /// "entry", "provider", ...
        what: &'static str,
        /// The name.
        name: String,
    },
    /// Two entries state one catalog entry id.
    #[error("catalog entry id {id} is stated twice")]
    DuplicateId {
        /// The id.
        id: i32,
    },
    /// A reference to nothing.
    #[error("no {what} is called `{name}`")]
    DanglingReference {
        /// The kind of thing that the name should refer to.
        what: &'static str,
        /// The name as written.
        name: String,
        /// The name that was probably meant.
        suggestion: Option<String>,
    },
    /// A reference to an entry of another kind.
    #[error("`{name}` is {is} where {wanted} is expected")]
    WrongKind {
        /// The name as written.
        name: String,
        /// The kind of entry that it names.
        is: &'static str,
        /// The kind of entry that is expected.
        wanted: &'static str,
        /// The entries of a chain over several bases, one of which can be named instead.
        members: Vec<String>,
    },
    /// Chains that run over one another in a cycle.
    #[error("chains run over one another: {}", arrows(path))]
    Cycle {
        /// The names along the cycle; the first is repeated at the end.
        path: Vec<String>,
    },
    /// Files that include one another in a cycle.
    #[error("files include one another: {}", arrows(path))]
    IncludeCycle {
        /// The files along the cycle; the first is repeated at the end.
        path: Vec<String>,
    },
    /// A chain of more than seven entries.
    #[error("chain `{chain}` has {} entries, {limit} at most: {}", stack.len(), stack.join(" / "))]
    ChainTooLong {
        /// The chain.
        chain: String,
        /// Its flattened stack, top first, base last.
        stack: Vec<String>,
        /// The most entries that a stack may have.
        limit: usize,
    },
    /// A flattened chain that holds a layer twice.
    #[error("chain `{chain}` holds layer `{layer}` twice")]
    RepeatedLayer {
        /// The chain.
        chain: String,
        /// The layer.
        layer: String,
    },
    /// A layer directly above an entry that its contract does not allow.
    #[error(
        "in chain `{chain}`{}, layer `{layer}` {broken} directly below it: {} {}",
        if *bases > 1 { format!(" over {bases} bases") } else { String::new() }, some(below), broken.finding(below.len())
    )]
    ContractBroken {
        /// The chain: one entry, or all entries that are written as one chain.
        chain: String,
        /// The number of the chain's bases over which the contract is broken.
        bases: usize,
        /// The layer whose contract is broken.
        layer: String,
        /// The entries directly below, for a chain over several bases.
        below: Vec<String>,
        /// The clause that is broken.
        broken: Clause,
    },
    /// A disabled entry on which an enabled one depends.
    #[error("`{name}` cannot be disabled: {} {} on it", quoted(users), if users.len() == 1 { "stands" } else { "stand" })]
    DisabledDependency {
        /// The disabled entry.
        name: String,
        /// The enabled entries that depend on it.
        users: Vec<String>,
    },
    /// A base protocol with a module that implements layers, or the other way round.
    #[error("{entry} cannot be implemented by module `{module}`, which implements {implements}")]
    WrongModule {
        /// The entry, as in ``"layer `tls`"``.
        entry: String,
        /// The module of its provider.
        module: String,
        /// The kind of entry that the module implements.
        implements: &'static str,
    },
    /// Services that an entry states, and that its implementation gives in no role.
    #[error("{entry} states {}, which {by} {} not give", quoted_services(services), if by.starts_with("module") { "does" } else { "do" })]
    UnkeptPromise {
        /// The entry, as in ``"layer `tls`"``.
        entry: String,
        /// The services that are stated and not given.
        services: Services,
        /// The key that states it.
        key: &'static str,
        /// The implementation, as in ``"module `tls`"``.
        by: String,
    },
    /// Services that the implementation of an entry gives and the entry does not state, so that no request could refuse them.
    #[error("{entry} does not state {}, which {by} {}", quoted_services(services), if by.starts_with("module") { "gives" } else { "give" })]
    UnderstatedServices {
        /// The entry, as in ``"layer `tls`"``.
        entry: String,
        /// The services that are given and not stated.
        services: Services,
        /// The key that should state it.
        key: &'static str,
        /// The implementation, as in ``"module `tls`"``.
        by: String,
    },
    /// An option that the entry's module does not have, or an option of a chain that is not a time limit.
    #[error("unknown option `{option}` of {entry}")]
    UnknownOption {
        /// The option as written.
        option: String,
        /// The entry, as in ``"layer `tls`"``.
        entry: String,
        /// The options that the entry takes.
        expected: Vec<&'static str>,
        /// The option that was probably meant.
        meant: Option<Meant>,
    },
    /// An option with a wrong value, an option for other sockets, or an option beside one that excludes it.
    #[error("option `{option}` of {entry} {misuse}")]
    WrongOption {
        /// The option.
        option: String,
        /// The entry, as in ``"layer `tls`"``.
        entry: String,
        /// The way in which it is wrong.
        misuse: Misuse,
    },
    /// Documents that state different dialects.
    #[error("dialect `{stated}` disagrees with `{other}`, which another document states")]
    DialectConflict {
        /// The dialect stated here.
        stated: Dialect,
        /// The dialect stated there.
        other: Dialect,
    },
    /// A limit of the reader that is exceeded.
    #[error("{what}: {found} is more than the {limit} allowed")]
    LimitExceeded {
        /// The quantity that is limited.
        what: &'static str,
        /// The limit.
        limit: u64,
        /// The quantity that was found; there may be more.
        found: u64,
    },
    /// A fault of a document of another form than TOML. The module that reads the form defines its facts and its texts.
    #[error("{0}")]
    Foreign(ForeignFault),
    /// A file that cannot be read.
    #[error("cannot read `{path}`: {reason}")]
    UnreadableFile {
        /// The path as given.
        path: String,
        /// The system's reason.
        reason: String,
        /// Whether an `include` names it; otherwise the caller named it.
        included: bool,
    },
    /// A document that is not a catalog. It may be any file of this machine, so the fault holds nothing of its content.
    #[error("`{path}` is no catalog: {reason}")]
    NotACatalog {
        /// The path as given, or the name of the text.
        path: String,
        /// The sign by which it is recognised.
        reason: NotACatalog,
        /// Whether an `include` names it; otherwise the caller named it.
        included: bool,
    },
}

/// The signs that a document is not a catalog.
#[derive(Copy, Clone, Debug, PartialEq, Eq, Hash, thiserror::Error)]
#[non_exhaustive]
pub enum NotACatalog {
    /// The document is empty.
    #[error("it is empty")]
    Empty,
    /// The document is not a text.
    #[error("it is not UTF-8")]
    NotUtf8,
    /// The document cannot be read up to the key that every catalog has.
    #[error("it is not TOML as far as a top-level key `format`")]
    NotToml,
    /// The document is TOML, and lacks the key that every catalog has.
    #[error("it has no top-level key `format`")]
    NoFormat,
    /// The key has another meaning in the document.
    #[error("its key `format` is no whole number")]
    OtherFormat,
    /// The document looks like a Winsock catalog, and cannot be read as one.
    #[error("it cannot be read as the Winsock catalog that it looks like")]
    UnsoundWinsock,
}

/// A construct in a text that is not TOML, where its meaning is clear.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Stands {
    /// A word without quotes where a value is expected.
    Unquoted(String),
    /// The `*` of `[application.*]`.
    Everyone,
    /// A name with characters that names cannot have.
    Name(String),
    /// A key followed by a `:` where `=` is expected.
    Colon(String),
}

/// The clauses of a layer's contract.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Clause {
    /// `needs`: the services that are not offered below.
    #[error("needs {0}")]
    Needs(Services),
    /// `forbids`: the services that are offered below.
    #[error("forbids {0}")]
    Forbids(Services),
    /// `allow-below`: the list that lacks the entry below.
    #[error("allows only {}", quoted(.0))]
    AllowBelow(Vec<String>),
}

/// A guess at what an unknown option means.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Meant {
    /// This option.
    Option(String),
    /// The options that state where a secret is kept; the secret itself does not belong in a catalog.
    PlaceOfSecret(Vec<&'static str>),
    /// The option of another entry that the chain uses, as in ``"layer `tls`"``.
    Entry(String),
    /// An option of one of the chain's layers, which must be stated there.
    Layer,
}

/// The ways in which a known option can be wrong.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Misuse {
    /// The value is wrong.
    #[error("has {} where {} is expected", .0.found, .0.expected)]
    Value(WrongValue),
    /// The option is for these sockets only, and none of the entry's sockets is one.
    #[error("is for {0} only")]
    Sockets(&'static str),
    /// The option excludes this one, which is stated too.
    #[error("excludes option `{0}`")]
    Rival(String),
}

impl Clause {
    /// Returns the finding about one entry below, or about several.
    pub(crate) fn finding(&self, entries: usize) -> &'static str {
        match (self, entries) {
            (Clause::Needs(_), 0 | 1) => "does not offer it",
            (Clause::Needs(_), _) => "do not offer it",
            (Clause::Forbids(_), 0 | 1) => "offers it",
            (Clause::Forbids(_), _) => "offer it",
            (Clause::AllowBelow(_), 0 | 1) => "is not among them",
            (Clause::AllowBelow(_), _) => "are not among them",
        }
    }
}

impl FaultKind {
    /// Returns the code of the rule that is broken, in kebab-case.
    pub fn code(&self) -> &'static str {
        match self {
            FaultKind::Syntax { .. } => "syntax",
            FaultKind::UnknownKey { .. } => "unknown-key",
            FaultKind::MissingKey { .. } => "missing-key",
            FaultKind::WrongValue { .. } => "wrong-value",
            FaultKind::UnknownName { .. } => "unknown-name",
            FaultKind::DuplicateName { .. } => "duplicate-name",
            FaultKind::DuplicateId { .. } => "duplicate-id",
            FaultKind::DanglingReference { .. } => "dangling-reference",
            FaultKind::WrongKind { .. } => "wrong-kind",
            FaultKind::Cycle { .. } => "cycle",
            FaultKind::IncludeCycle { .. } => "include-cycle",
            FaultKind::ChainTooLong { .. } => "chain-too-long",
            FaultKind::RepeatedLayer { .. } => "repeated-layer",
            FaultKind::ContractBroken { .. } => "contract-broken",
            FaultKind::DisabledDependency { .. } => "disabled-dependency",
            FaultKind::WrongModule { .. } => "wrong-module",
            FaultKind::UnkeptPromise { .. } => "unkept-promise",
            FaultKind::UnderstatedServices { .. } => "understated-services",
            FaultKind::UnknownOption { .. } => "unknown-option",
            FaultKind::WrongOption { .. } => "wrong-option",
            FaultKind::DialectConflict { .. } => "dialect-conflict",
            FaultKind::LimitExceeded { .. } => "limit-exceeded",
            FaultKind::Foreign(fault) => fault.code(),
            FaultKind::UnreadableFile { .. } => "unreadable-file",
            FaultKind::NotACatalog { .. } => "not-a-catalog",
        }
    }

    /// Returns the advice on how to correct the fault, if there is any.
    pub fn help(&self) -> Option<String> {
        let did_you_mean =
            |suggestion: &Option<String>| suggestion.as_ref().map(|word| format!("did you mean `{word}`?"));
        match self {
            FaultKind::Syntax { stands: Some(stands), .. } => Some(stands.help()),
            FaultKind::UnknownKey { key, table, .. } if is_top_level(key) && table != OF_CATALOG => {
                Some(format!("`{key}` is a key of the catalog itself, and stands above the first table"))
            }
            FaultKind::WrongValue { meant, .. } => did_you_mean(meant),
            FaultKind::UnknownKey { suggestion, expected, .. } => {
                did_you_mean(suggestion).or_else(|| Some(format!("the keys here are {}", quoted(expected))))
            }
            FaultKind::UnknownName { suggestion, .. } | FaultKind::DanglingReference { suggestion, .. } => {
                did_you_mean(suggestion)
            }
            FaultKind::WrongKind { members, .. } if !members.is_empty() => {
                Some(format!("its entries are {}", quoted(members)))
            }
            FaultKind::DuplicateName { what: "entry" | "provider" | "family" | "application", .. } => {
                Some("to replace the first definition, say `replace = true` in the second".to_owned())
            }
            FaultKind::UnkeptPromise { services, key, .. } => Some(format!(
                "take {} out of `{key}`, or let a module implement it that gives {}",
                quoted_services(services),
                it(services)
            )),
            FaultKind::UnderstatedServices { services, key: "removes", .. } => {
                Some(format!("take {} out of `removes`", quoted_services(services)))
            }
            FaultKind::UnderstatedServices { services, key, .. } => {
                Some(format!("add {} to `{key}`", quoted_services(services)))
            }
            FaultKind::RepeatedLayer { layer, .. } => {
                Some(format!("to have it twice, declare a second layer of the provider of `{layer}`"))
            }
            FaultKind::DisabledDependency { users, .. } => Some(format!("disable {} too", quoted(users))),
            FaultKind::UnknownOption { meant: Some(meant), expected, .. } => Some(match meant {
                Meant::Option(name) => format!("did you mean `{name}`?"),
                Meant::PlaceOfSecret(places) => {
                    let places: Vec<String> = places.iter().map(|name| format!("`{name}`")).collect();
                    format!("a catalog holds no secrets: say where it is with {}", places.join(" or "))
                }
                Meant::Entry(entry) => format!("it is an option of {entry}: state it there"),
                Meant::Layer => {
                    format!("options of a layer stand on the layer; the options here are {}", quoted(expected))
                }
            }),
            FaultKind::UnknownOption { expected, .. } if expected.is_empty() => Some("it takes none".to_owned()),
            FaultKind::UnknownOption { expected, .. } => Some(format!("the options here are {}", quoted(expected))),
            FaultKind::Foreign(fault) => fault.help(),
            FaultKind::WrongOption { misuse: Misuse::Rival(_), .. } => Some("take one of the two away".to_owned()),
            FaultKind::NotACatalog { reason: NotACatalog::UnsoundWinsock, .. } => Some(
                "to see what is wrong with it, check it by itself, under a name that does not end in `.toml`"
                    .to_owned(),
            ),
            FaultKind::NotACatalog { .. } => {
                Some("a catalog has the key `format = 1` at its top; nothing of other files is shown".to_owned())
            }
            _ => None,
        }
    }
}

impl Stands {
    fn help(&self) -> String {
        match self {
            Stands::Unquoted(word) => match boolean(word) {
                Some(value) if word.eq_ignore_ascii_case(value) => format!("did you mean `{value}`?"),
                Some(value) => format!("`{value}` is written out; a text needs quotes: `\"{word}\"`"),
                None => format!("a text needs quotes: `\"{word}\"`"),
            },
            Stands::Everyone => "`*` needs quotes there: `[application.\"*\"]`".to_owned(),
            Stands::Name(_) => {
                "names have lower case letters from `a` to `z`, digits, `.`, `_` and `-`; one with a `.` needs quotes"
                    .to_owned()
            }
            Stands::Colon(key) => format!("`=` stands between a key and its value: `{key} = ...`"),
        }
    }
}

/// The name in messages for the table of the keys that stand outside all tables.
pub(crate) const OF_CATALOG: &str = "a catalog";

/// Returns whether a key is one of the catalog itself, and its value not a table.
pub(crate) fn is_top_level(key: &str) -> bool {
    Table::Catalog.names().take_while(|name| *name != "provider").any(|name| name == key)
}

/// Returns the boolean for which a word stands.
pub(crate) fn boolean(word: &str) -> Option<&'static str> {
    match word.to_ascii_lowercase().as_str() {
        "true" | "yes" | "on" | "1" => Some("true"),
        "false" | "no" | "off" | "0" => Some("false"),
        _ => None,
    }
}

/// Returns a few names in backticks, and the number of the others.
fn some(names: &[String]) -> String {
    match names.split_at_checked(4) {
        Some((first, more)) if more.len() > 1 => format!("{} and {} more", quoted(first), more.len()),
        _ => quoted(names),
    }
}

impl Fault {
    /// Merges a fault of another entry that is written as the same chain, and returns whether both were one mistake.
    pub(crate) fn absorb(&mut self, other: &Fault) -> bool {
        let whole = |chain: &str| chain.split('/').next().unwrap_or(chain).to_owned();
        let is_same = self.at == other.at
            && match (&self.kind, &other.kind) {
                (
                    FaultKind::ContractBroken { chain, layer, broken, .. },
                    FaultKind::ContractBroken { chain: chain2, layer: layer2, broken: broken2, .. },
                ) => whole(chain) == whole(chain2) && layer == layer2 && broken == broken2,
                (FaultKind::ChainTooLong { chain, .. }, FaultKind::ChainTooLong { chain: chain2, .. }) => {
                    whole(chain) == whole(chain2)
                }
                (one, other) => one == other,
            };
        if !is_same {
            return false;
        }
        if let (
            FaultKind::ContractBroken { chain, bases, below, .. },
            FaultKind::ContractBroken { bases: more, below: others, .. },
        ) = (&mut self.kind, &other.kind)
        {
            *chain = whole(chain);
            *bases += more;
            let further: Vec<String> = others.iter().filter(|other| !below.contains(other)).cloned().collect();
            below.extend(further);
        }
        true
    }

    pub(crate) fn new(kind: FaultKind, at: Span) -> Self {
        Fault { kind, at, causes: Vec::new(), concealed: false }
    }

    pub(crate) fn because(mut self, at: Span, label: impl Into<String>) -> Self {
        self.causes.push(Cause { at, label: label.into() });
        self
    }

    /// Returns the location of the offending value.
    pub fn location(&self, sources: &Sources) -> Location {
        sources.locate(self.at)
    }
}

fn quoted_services(services: &Services) -> String {
    quoted(&services.iter().collect::<Vec<_>>())
}

fn it(services: &Services) -> &'static str {
    if services.len() == 1 { "it" } else { "them" }
}

fn arrows(path: &[String]) -> String {
    path.join(" -> ")
}

/// Returns names in backticks, as a list for people.
pub fn quoted<S: AsRef<str>>(names: &[S]) -> String {
    names.iter().map(|name| format!("`{}`", name.as_ref())).collect::<Vec<_>>().join(", ")
}
