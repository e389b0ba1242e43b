//! Why a change cannot be made.

use super::consequence::Dependent;
use crate::catalog::Location;
use std::fmt::Display;

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
    #[error("`{name}` is needed by {}", listed(by))]
    NeededBy {
        /// What is to be taken away.
        name: String,
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
    /// The texts that came of it do not say what was asked for. Nothing is written; it is a defect of this library.
    #[error("the changed catalogs do not say what was asked for, so nothing is changed: {what}")]
    Defect {
        /// What they say otherwise.
        what: &'static str,
    },
}

fn listed(items: &[impl Display]) -> String {
    items.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ")
}
