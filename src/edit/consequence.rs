//! The dependents of a changed definition, and the consequences of a change.

use crate::catalog::Location;
use std::fmt;

/// A definition, test or guarantee that needs an entry or section that is to be disabled or removed.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Dependent {
    /// The kind of the dependent: `chain`, `layer`, `base`, `expect` or `always`.
    pub what: &'static str,
    /// The name of the dependent; for an `[[expect]]` or `[[always]]`, which has no name, the name that it needs.
    pub name: String,
    /// The place where the dependent states its need.
    pub at: Location,
}

/// A further edit that a change made because the requested edit alone would have left the catalogs unsound.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Consequence {
    /// The kind of edit.
    pub effect: Effect,
    /// The kind of the edited item: `chain`, `layer`, `base`, `provider`, `family`, `expect` or `always`.
    pub what: &'static str,
    /// The name of the edited item; for an `[[expect]]` or `[[always]]`, which has no name, the name that it needed.
    pub name: String,
    /// The place where the item stood before the change. For an added item, the place that it was copied from; for an
    /// item that was left out, the place of the entry that it would have stood on.
    pub at: Location,
    /// The reason, where it is not obvious.
    pub reason: Option<String>,
}

/// The kind of edit that a [`Consequence`] made.
#[derive(Copy, Clone, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Effect {
    /// The definition was removed.
    Removed,
    /// The item stays, and no longer names the removed entry.
    Shortened,
    /// The entry was disabled.
    Disabled,
    /// The item was added, because a requested definition needs it.
    Added,
    /// The existing definition of this name was replaced.
    Replaced,
    /// The item was not added, because it would not be sound.
    LeftOut,
}

impl Effect {
    /// Returns `removed`, `shortened`, `disabled`, `added`, `replaced` or `left out`.
    pub const fn name(self) -> &'static str {
        match self {
            Effect::Removed => "removed",
            Effect::Shortened => "shortened",
            Effect::Disabled => "disabled",
            Effect::Added => "added",
            Effect::Replaced => "replaced",
            Effect::LeftOut => "left out",
        }
    }
}

impl fmt::Display for Effect {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl fmt::Display for Dependent {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} ({})", Called(self.what, &self.name), self.at)
    }
}

impl fmt::Display for Consequence {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {} ({})", self.effect, Called(self.what, &self.name), self.at)?;
        self.reason.as_ref().map_or(Ok(()), |reason| write!(f, ": {reason}"))
    }
}

/// Displays an item by its name, or by the name that it needs where it has none of its own.
struct Called<'n>(&'static str, &'n str);

impl fmt::Display for Called<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            "expect" | "always" => write!(f, "`[[{}]]` with `{}`", self.0, self.1),
            what => write!(f, "{what} `{}`", self.1),
        }
    }
}
