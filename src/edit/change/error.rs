//! Why a change cannot be made.

use super::consequence::Dependent;
use crate::catalog::{Location, quoted};
use crate::terms::Dialect;
use std::fmt::Display;
use std::path::PathBuf;

/// Why a change cannot be made.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ChangeError {
    /// What is to be changed stands in a document that is no file of TOML: it ships, or was given as a text, or is of another form.
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
    /// Others need what is to be taken away.
    #[error("cannot take {} away, which others need: {}", quoted(names), listed(by))]
    NeededBy {
        /// What is to be taken away, and is needed.
        names: Vec<String>,
        /// All who need it, also through one another, in the order of their places.
        by: Vec<Dependent>,
    },
    /// What is to be enabled stands on what is disabled.
    #[error("`{name}` stands on what is disabled: {}", listed(on))]
    StandsOnDisabled {
        /// What is to be enabled.
        name: String,
        /// What it stands on, and where that is disabled.
        on: Vec<Dependent>,
    },
    /// A name stands in a document that is no file of TOML, and would have to go from there.
    #[error("`{name}` is named at {at}, in a document that cannot be changed")]
    NamedElsewhere {
        /// The name.
        name: String,
        /// Where it stands.
        at: Location,
    },
    /// What is to be removed is defined in a document that is no file of TOML.
    #[error("`{name}` is defined at {at}, in a document that cannot be changed: disable it instead")]
    DefinedElsewhere {
        /// The name.
        name: String,
        /// Where it is defined.
        at: Location,
    },
    /// A layer has no place in the catalog order.
    #[error("`{name}` is a layer, which has no place in the order: requests select base protocols and chains")]
    NoPlace {
        /// The layer.
        name: String,
    },
    /// An entry was to stand beside itself.
    #[error("`{name}` cannot be placed beside itself")]
    BesideItself {
        /// The entry.
        name: String,
    },
    /// The wanted place cannot be reached: a later document's list comes before that of the file which is to be changed.
    #[error(
        "the place is taken: the `order` of a later document puts `{name}` there, at {at}: change the order in that document"
    )]
    PlaceTaken {
        /// The entry that stands at that place.
        name: String,
        /// Where the later document names it.
        at: Location,
    },
    /// A catalog that is to be installed states another dialect.
    #[error(
        "`{from}` is of the dialect `{stated}`, and the catalogs here are of `{here}`, so that numbers would mean something else"
    )]
    OtherDialect {
        /// The document.
        from: String,
        /// Its dialect.
        stated: Dialect,
        /// That of the catalogs here.
        here: Dialect,
    },
    /// A catalog that is to be installed has no entry of this name.
    #[error("`{from}` has no entry called `{name}`{}", suggestion.as_ref().map(|near| format!(" (did you mean `{near}`?)")).unwrap_or_default())]
    NotThere {
        /// The catalog.
        from: String,
        /// The name.
        name: String,
        /// The name that was probably meant.
        suggestion: Option<String>,
    },
    /// A catalog that is to be installed defines nothing by itself.
    #[error("`{from}` defines nothing that can be installed and is not here already")]
    Nothing {
        /// The catalog.
        from: String,
    },
    /// What is to be installed is here already, and not the same.
    #[error("{}", lines(conflicts))]
    Conflicts {
        /// All that is in the way; at least one.
        conflicts: Vec<Conflict>,
    },
    /// A layer names in its `allow-below` what is neither here nor to be installed.
    #[error("layer `{layer}` ({at}) allows `{name}` below it, which is not here: install that too")]
    NotAllowed {
        /// The layer.
        layer: String,
        /// Where it is defined.
        at: Location,
        /// What it names.
        name: String,
    },
    /// A name that nothing can have.
    #[error(
        "`{name}` cannot be a name: names are of lower case letters, digits, `.`, `_` and `-`, begin with a letter or digit, and are not all digits"
    )]
    WrongName {
        /// The name.
        name: String,
    },
    /// What is to be defined is there already.
    #[error("{what} `{name}` is here already, at {at}")]
    Exists {
        /// What is there: `layer`, `provider`, ...
        what: &'static str,
        /// Its name.
        name: String,
        /// Where it is defined.
        at: Location,
    },
    /// The provider of what is to be defined is here already, and another.
    #[error("provider `{provider}` is here already, with another {}: {at}", quoted(keys))]
    OtherProvider {
        /// The provider.
        provider: String,
        /// The keys in which it differs.
        keys: Vec<&'static str>,
        /// Where it is defined.
        at: Location,
    },
    /// A key that does not exist.
    #[error("{what} `{name}` has no key `{key}`{}", suggestion.as_ref().map(|near| format!(" (did you mean `{near}`?)")).unwrap_or_default())]
    NoSuchKey {
        /// What was to have it: `layer`, `provider`, ...
        what: &'static str,
        /// Its name.
        name: String,
        /// The key.
        key: String,
        /// The key that was probably meant.
        suggestion: Option<String>,
    },
    /// A key that is given twice.
    #[error("{what} `{name}`: the key `{key}` is given twice")]
    KeyTwice {
        /// What is defined: `layer`, `provider`, ...
        what: &'static str,
        /// Its name.
        name: String,
        /// The key.
        key: String,
    },
    /// A file has one inline table for a whole section, behind which further tables cannot stand.
    #[error("{}: a whole section is one inline table there, so that no table can be added: write it as tables with headers", file.display())]
    Closed {
        /// The file.
        file: PathBuf,
    },
    /// What is to be replaced is not written in one piece.
    #[error(
        "{what} `{name}` ({at}) is not written in one piece, so that nothing can be put in its place: write it as one table `[{what}.{name}]`"
    )]
    Scattered {
        /// What it is: `layer`, `provider`, ...
        what: &'static str,
        /// Its name.
        name: String,
        /// Where it is defined.
        at: Location,
    },
    /// Chains are made of one layer, and it is not one that comes.
    #[error("chains are made of one layer, and {} to be installed", layers_of(layers))]
    NotOneLayer {
        /// The layers that are to be installed.
        layers: Vec<String>,
    },
    /// A layer cannot run over some of what it is to be installed over.
    #[error("{}", refused.iter().map(|unfit| format!("layer `{layer}` cannot run over {unfit}")).collect::<Vec<_>>().join("\n"))]
    CannotRunOver {
        /// The layer.
        layer: String,
        /// What it cannot run over, and why.
        refused: Vec<Unfit>,
    },
    /// An entry is made by a chain over several bases, and has no keys of its own.
    #[error("`{name}` is made by chain `{chain}`: set it there")]
    MadeByChain {
        /// The entry.
        name: String,
        /// The chain.
        chain: String,
    },
    /// A key is to be set of what is defined in a document that is no file of TOML.
    #[error("`{name}` is defined in `{document}`, which cannot be changed: install a replacement of it, and set that")]
    NotSettable {
        /// What it is a key of.
        name: String,
        /// The document.
        document: String,
    },
    /// A key is to be set that documents do not have as such.
    #[error("a catalog has no key `{key}` that can be set{}", suggestion.as_ref().map(|near| format!(" (did you mean `{near}`?)")).unwrap_or_default())]
    NoSuchCatalogKey {
        /// The key.
        key: String,
        /// The key that was probably meant.
        suggestion: Option<String>,
    },
    /// A key is to be given a value, and is a table with a header.
    #[error("`{key}` of {of} is a table: set its keys, as in `{key}.KEY`")]
    IsTable {
        /// The key.
        key: String,
        /// What it is a key of.
        of: String,
    },
    /// A key is to be set in what is no table.
    #[error("`{key}` of {of} has no keys: it is a value")]
    NoTable {
        /// What is no table.
        key: String,
        /// What it is a key of.
        of: String,
    },
    /// The texts that came of it do not say what was asked for. Nothing is written; it is a defect of this library.
    #[error("the changed catalogs do not say what was asked for, so nothing is changed: {what}")]
    Defect {
        /// What they say otherwise.
        what: &'static str,
    },
}

/// Two definitions of one name that are not the same.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Conflict {
    /// What is to be installed: `layer`, `provider`, ...
    pub what: &'static str,
    /// Its name.
    pub name: String,
    /// The keys in which the two differ; `kind` where one is a layer and the other a chain.
    pub keys: Vec<&'static str>,
    /// Where it is defined here.
    pub here: Location,
    /// Where it is defined there.
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
    /// Why.
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
