//! The kinds of things that a definition defines.

use crate::catalog::EntryKind;

/// The kind of thing that a definition defines.
#[derive(Copy, Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[non_exhaustive]
pub enum DefinitionKind {
    /// A provider.
    Provider,
    /// A custom family, or further facts about a known family.
    Family,
    /// A base protocol.
    Base,
    /// A layer.
    Layer,
    /// A chain.
    Chain,
    /// A policy section.
    Application,
}

impl DefinitionKind {
    /// All kinds, in the order in which their sections stand in a catalog.
    pub const ALL: [DefinitionKind; 6] = [
        DefinitionKind::Provider,
        DefinitionKind::Family,
        DefinitionKind::Base,
        DefinitionKind::Layer,
        DefinitionKind::Chain,
        DefinitionKind::Application,
    ];

    /// Returns whether this kind is a kind of entry. No two entries share a name, whatever their kinds.
    pub(super) const fn is_entry(self) -> bool {
        matches!(self, DefinitionKind::Base | DefinitionKind::Layer | DefinitionKind::Chain)
    }

    /// Returns the name of its section in a catalog: `provider`, `family`, `base`, `layer`, `chain` or `application`.
    pub const fn name(self) -> &'static str {
        match self {
            DefinitionKind::Provider => "provider",
            DefinitionKind::Family => "family",
            DefinitionKind::Base => "base",
            DefinitionKind::Layer => "layer",
            DefinitionKind::Chain => "chain",
            DefinitionKind::Application => "application",
        }
    }
}

impl From<EntryKind> for DefinitionKind {
    /// Returns the kind of definition of an entry of this kind.
    fn from(kind: EntryKind) -> Self {
        match kind {
            EntryKind::Base => DefinitionKind::Base,
            EntryKind::Layer => DefinitionKind::Layer,
            EntryKind::Chain => DefinitionKind::Chain,
        }
    }
}
