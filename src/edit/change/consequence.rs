//! What depends on what is changed, and what changes along with it.

use crate::catalog::Location;
use std::fmt;

/// Something that needs what is to be taken away.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Dependent {
    /// What it is: `chain`, `layer`, `base`, `expect` or `always`.
    pub what: &'static str,
    /// Its name; of an `[[expect]]` and an `[[always]]`, which have none, the name that they need.
    pub name: String,
    /// Where it is written that it needs it.
    pub at: Location,
}

/// Something that a change did beyond what it was asked for, because that would not have been sound alone.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Consequence {
    /// What was done to it.
    pub effect: Effect,
    /// What it is: `chain`, `layer`, `base`, `provider`, `family`, `expect` or `always`.
    pub what: &'static str,
    /// Its name; of an `[[expect]]` and an `[[always]]`, which have none, the name that they needed.
    pub name: String,
    /// Where it stood before; of what was added, where it comes from; of what was left out, what it would have stood on.
    pub at: Location,
    /// Why, where that is not plain.
    pub reason: Option<String>,
}

/// A change that was made as a consequence of another one.
#[derive(Copy, Clone, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Effect {
    /// Its definition was taken away.
    Removed,
    /// It stays, and does not name any more what was taken away.
    Shortened,
    /// It was disabled.
    Disabled,
    /// It was added, because what was asked for stands on it.
    Added,
    /// What was there under its name was replaced by it.
    Replaced,
    /// It was not added, because it would not be sound.
    LeftOut,
}

impl Effect {
    /// `removed`, `shortened`, `disabled`, `added`, `replaced` or `left out`.
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

/// A thing by its name, or by the name that it needs where it has none of its own.
struct Called<'n>(&'static str, &'n str);

impl fmt::Display for Called<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            "expect" | "always" => write!(f, "`[[{}]]` with `{}`", self.0, self.1),
            what => write!(f, "{what} `{}`", self.1),
        }
    }
}
