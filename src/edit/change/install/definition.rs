//! Entries given by words, laid out as catalogs are.

/// An entry, provider, family or section of policy given by words.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Definition {
    /// What it is.
    pub kind: DefinitionKind,
    /// Its name.
    pub name: String,
    /// Its keys and their values. A key may have parts, as `options.roots` has. A value is one of TOML, or else a text, or a list of
    /// texts separated by commas where the key takes one.
    ///
    /// The keys `module`, `id` and `library` of an entry are those of its provider, which is declared if it is not here.
    pub keys: Vec<(String, String)>,
}

/// What a definition is of.
#[derive(Copy, Clone, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum DefinitionKind {
    /// A provider.
    Provider,
    /// A family of one's own, or facts about a known one.
    Family,
    /// A base protocol.
    Base,
    /// A layer.
    Layer,
    /// A chain.
    Chain,
    /// A section of policy.
    Application,
}

impl DefinitionKind {
    /// All of them, in the order in which they stand in a catalog.
    pub const ALL: [DefinitionKind; 6] = [
        DefinitionKind::Provider,
        DefinitionKind::Family,
        DefinitionKind::Base,
        DefinitionKind::Layer,
        DefinitionKind::Chain,
        DefinitionKind::Application,
    ];

    /// Its section in a catalog: `provider`, `family`, `base`, `layer`, `chain` or `application`.
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

impl std::fmt::Display for DefinitionKind {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.name())
    }
}
