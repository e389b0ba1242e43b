//! The reasons why a change cannot be made.

use crate::catalog::{Location, quoted};
use crate::edit::consequence::Dependent;
use crate::terms::Dialect;
use std::fmt::Display;
use std::path::PathBuf;

/// The reason why a change cannot be made.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ChangeError {
    /// The definition to be changed stands in a document that is not a TOML file: it is built in, was given as a text,
    /// or has another format.
    #[error("`{document}` cannot be changed")]
    Fixed {
        /// The name of the document.
        document: String,
    },
    /// No entry has this name.
    #[error("no entry is called `{name}`{}", suggestion.as_ref().map(|near| format!(" (did you mean `{near}`?)")).unwrap_or_default())]
    NoSuchEntry {
        /// The name.
        name: String,
        /// The name that was probably meant.
        suggestion: Option<String>,
    },
    /// Other definitions need the entries that are to be removed or disabled.
    #[error("cannot take {} away, which others need: {}", quoted(names), listed(by))]
    NeededBy {
        /// The names of the entries to be removed or disabled that others need.
        names: Vec<String>,
        /// All direct and indirect dependents, in the order of their places.
        by: Vec<Dependent>,
    },
    /// The entry to be enabled stands on a disabled entry.
    #[error("`{name}` stands on what is disabled: {}", listed(on))]
    StandsOnDisabled {
        /// The entry to be enabled.
        name: String,
        /// The disabled entries that it stands on, each with the place that disables it.
        on: Vec<Dependent>,
    },
    /// A name to be deleted stands in a document that is not a TOML file.
    #[error("`{name}` is named at {at}, in a document that cannot be changed")]
    NamedElsewhere {
        /// The name.
        name: String,
        /// The place where the name stands.
        at: Location,
    },
    /// The entry to be removed is defined in a document that is not a TOML file.
    #[error("`{name}` is defined at {at}, in a document that cannot be changed: disable it instead")]
    DefinedElsewhere {
        /// The name.
        name: String,
        /// The place of the definition.
        at: Location,
    },
    /// The entry to be placed is a layer, and layers have no place in the catalog order.
    #[error("`{name}` is a layer, which has no place in the order: requests select base protocols and chains")]
    NoPlace {
        /// The layer.
        name: String,
    },
    /// An entry was to be placed beside itself.
    #[error("`{name}` cannot be placed beside itself")]
    BesideItself {
        /// The entry.
        name: String,
    },
    /// The wanted place cannot be reached, because the list of a later document comes before the list of the file to be
    /// changed.
    #[error(
        "the place is taken: the `order` of a later document puts `{name}` there, at {at}: change the order in that document"
    )]
    PlaceTaken {
        /// The entry that occupies the place.
        name: String,
        /// The place where the later document names this entry.
        at: Location,
    },
    /// The catalog to be installed states another dialect.
    #[error(
        "`{from}` is of the dialect `{stated}`, and the catalogs here are of `{here}`, so that numbers would mean something else"
    )]
    OtherDialect {
        /// The document.
        from: String,
        /// The dialect that the document states.
        stated: Dialect,
        /// The dialect of the existing catalogs.
        here: Dialect,
    },
    /// The catalog to be installed has no entry of this name.
    #[error("`{from}` has no entry called `{name}`{}", suggestion.as_ref().map(|near| format!(" (did you mean `{near}`?)")).unwrap_or_default())]
    NotThere {
        /// The catalog.
        from: String,
        /// The name.
        name: String,
        /// The name that was probably meant.
        suggestion: Option<String>,
    },
    /// The catalog to be installed defines no entries of its own.
    #[error("`{from}` defines nothing that can be installed and is not here already")]
    Nothing {
        /// The catalog.
        from: String,
    },
    /// The definitions to be installed exist already and differ.
    #[error("{}", lines(conflicts))]
    Conflicts {
        /// All conflicting definitions; at least one.
        conflicts: Vec<Conflict>,
    },
    /// A layer names in its `allow-below` an entry that neither exists nor is to be installed.
    #[error("layer `{layer}` ({at}) allows `{name}` below it, which is not here: install that too")]
    NotAllowed {
        /// The layer.
        layer: String,
        /// The place where the layer is defined.
        at: Location,
        /// The missing entry.
        name: String,
    },
    /// The text is not a valid name.
    #[error(
        "`{name}` cannot be a name: names are of lower case letters, digits, `.`, `_` and `-`, begin with a letter or digit, and are not all digits"
    )]
    WrongName {
        /// The text.
        name: String,
    },
    /// The item to be defined exists already.
    #[error("{what} `{name}` is here already, at {at}")]
    Exists {
        /// The kind of the existing item: `layer`, `provider`, ...
        what: &'static str,
        /// Its name.
        name: String,
        /// The place of its definition.
        at: Location,
    },
    /// The provider of the entry to be defined exists already, and differs.
    #[error("provider `{provider}` is here already, with another {}: {at}", quoted(keys))]
    OtherProvider {
        /// The provider.
        provider: String,
        /// The keys in which it differs.
        keys: Vec<&'static str>,
        /// The place of its definition.
        at: Location,
    },
    /// The item has no key of this name.
    #[error("{what} `{name}` has no key `{key}`{}", suggestion.as_ref().map(|near| format!(" (did you mean `{near}`?)")).unwrap_or_default())]
    NoSuchKey {
        /// The kind of the item: `layer`, `provider`, ...
        what: &'static str,
        /// Its name.
        name: String,
        /// The key.
        key: String,
        /// The key that was probably meant.
        suggestion: Option<String>,
    },
    /// A key was given twice.
    #[error("{what} `{name}`: the key `{key}` is given twice")]
    KeyTwice {
        /// The kind of the item to be defined: `layer`, `provider`, ...
        what: &'static str,
        /// Its name.
        name: String,
        /// The key.
        key: String,
    },
    /// A file writes a whole section as one inline table, so that no tables with headers can be added to it.
    #[error("{}: a whole section is one inline table there, so that no table can be added: write it as tables with headers", file.display())]
    Closed {
        /// The file.
        file: PathBuf,
    },
    /// The definition to be replaced is not written in one piece.
    #[error(
        "{what} `{name}` ({at}) is not written in one piece, so that nothing can be put in its place: write it as one table `[{what}.{name}]`"
    )]
    Scattered {
        /// The kind of the item: `layer`, `provider`, ...
        what: &'static str,
        /// Its name.
        name: String,
        /// The place of its definition.
        at: Location,
    },
    /// Chains were requested, but the number of layers to be installed is not one.
    #[error("chains are made of one layer, and {} to be installed", layers_of(layers))]
    NotOneLayer {
        /// The layers that are to be installed.
        layers: Vec<String>,
    },
    /// A layer cannot run over some of the entries that it is to be installed over.
    #[error("{}", refused.iter().map(|unfit| format!("layer `{layer}` cannot run over {unfit}")).collect::<Vec<_>>().join("\n"))]
    CannotRunOver {
        /// The layer.
        layer: String,
        /// The entries that the layer cannot run over, with the reasons.
        refused: Vec<Unfit>,
    },
    /// The entry is generated by a chain over several bases, and has no keys of its own.
    #[error("`{name}` is made by chain `{chain}`: set it there")]
    MadeByChain {
        /// The entry.
        name: String,
        /// The chain.
        chain: String,
    },
    /// The item whose key is to be set is defined in a document that is not a TOML file.
    #[error("`{name}` is defined in `{document}`, which cannot be changed: install a replacement of it, and set that")]
    NotSettable {
        /// The name of the item.
        name: String,
        /// The document.
        document: String,
    },
    /// The top level of a catalog has no such key that can be set.
    #[error("a catalog has no key `{key}` that can be set{}", suggestion.as_ref().map(|near| format!(" (did you mean `{near}`?)")).unwrap_or_default())]
    NoSuchCatalogKey {
        /// The key.
        key: String,
        /// The key that was probably meant.
        suggestion: Option<String>,
    },
    /// The key to be set is a table with a header.
    #[error("`{key}` of {of} is a table: set its keys, as in `{key}.KEY`")]
    IsTable {
        /// The key.
        key: String,
        /// The item that the key belongs to.
        of: String,
    },
    /// A key was to be set within a value that is not a table.
    #[error("`{key}` of {of} has no keys: it is a value")]
    NoTable {
        /// The key whose value is not a table.
        key: String,
        /// The item that the key belongs to.
        of: String,
    },
    /// The changed texts do not state what was requested. Nothing is written; this is a defect of this library.
    #[error("the changed catalogs do not say what was asked for, so nothing is changed: {what}")]
    Defect {
        /// The difference from the request.
        what: &'static str,
    },
}

/// Two different definitions of one name.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Conflict {
    /// The kind of the item to be installed: `layer`, `provider`, ...
    pub what: &'static str,
    /// Its name.
    pub name: String,
    /// The keys in which the two definitions differ; `kind` where one is a layer and the other a chain, for example.
    pub keys: Vec<&'static str>,
    /// The place of the existing definition.
    pub here: Location,
    /// The place of the definition to be installed.
    pub there: Location,
}

impl Display for Conflict {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Conflict { what, name, keys, here, there } = self;
        write!(f, "{what} `{name}` is here already, with another {}: {here}, and {there}", quoted(keys))
    }
}

/// A base protocol or chain over which a layer cannot run.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Unfit {
    /// Its name.
    pub base: String,
    /// The reason.
    pub reason: String,
}

impl Display for Unfit {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "`{}`: {}", self.base, self.reason)
    }
}

fn lines(items: &[impl Display]) -> String {
    items.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n")
}

fn layers_of(layers: &[String]) -> String {
    match layers {
        [] => "none is".to_owned(),
        layers => format!("{} are", quoted(layers)),
    }
}

fn listed(items: &[impl Display]) -> String {
    items.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ")
}
