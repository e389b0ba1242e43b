//! Name-space providers, compared with those of Windows 10 1709. They resolve names, and break networks as often as transport
//! providers do.

use super::paths::{self, PathConcern};
use super::times::{Times, times};
use super::{LibraryFile, MountedWindows};
pub use crate::winsock::name_spaces::{KNOWN_NAME_SPACES, KnownNameSpace};
use crate::winsock::{Bitness, NameSpaceProvider, NameSpaceSet};
use std::collections::HashSet;

/// The name-space providers of one bitness, compared with the known ones.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct NameSpaceSetReport<'s> {
    /// The set.
    pub set: &'s NameSpaceSet,
    /// The providers of the set, in order.
    pub providers: Vec<NameSpaceReport<'s>>,
    /// The known ones that are absent. Other versions of Windows have fewer, as have machines without Bluetooth.
    pub absent: Vec<&'static KnownNameSpace>,
    /// The times at which their keys were written.
    pub times: Option<Times<'s>>,
}

/// A provider, compared with the known ones.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct NameSpaceReport<'s> {
    /// The provider.
    pub provider: &'s NameSpaceProvider,
    /// The standing of the provider.
    pub standing: NameSpaceStanding,
    /// The concerns about its path; empty if the source does not state the path.
    pub concerns: Vec<PathConcern>,
    /// The file of its library, if it was searched.
    pub library: Option<LibraryFile>,
}

/// The standing of a name-space provider: known, changed or added.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum NameSpaceStanding {
    /// A known provider, as far as the source states it.
    Known(&'static KnownNameSpace),
    /// A known provider with changed values.
    Changed(&'static KnownNameSpace, Vec<NameSpaceChange>),
    /// An unknown provider, or a second copy of a known one.
    Added,
}

/// A value of a name-space provider that differs from its known value.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct NameSpaceChange {
    /// The name of the value in the registry.
    pub value: &'static str,
    /// The known value.
    pub known: String,
    /// The value in the source.
    pub found: String,
}

impl NameSpaceSetReport<'_> {
    /// Returns the bitness of the programs that use the set, or `None` if the source does not state it.
    pub fn bits(&self) -> Option<Bitness> {
        self.set.bits
    }
}

pub(super) fn report<'s>(set: &'s NameSpaceSet, mounted: Option<&MountedWindows>) -> NameSpaceSetReport<'s> {
    let mut seen = HashSet::new();
    let providers = set.providers.iter().map(|provider| {
        let id = provider.provider_id;
        let known = KNOWN_NAME_SPACES.iter().find(|known| Some(known.provider_id) == id);
        let known = known.filter(|known| seen.insert(known.provider_id));
        let standing = match known {
            None => NameSpaceStanding::Added,
            Some(known) => match changes(provider, known) {
                changes if changes.is_empty() => NameSpaceStanding::Known(known),
                changes => NameSpaceStanding::Changed(known, changes),
            },
        };
        let path = provider.path.as_deref();
        NameSpaceReport {
            provider,
            standing,
            concerns: path
                .map(|path| {
                    let other = known.filter(|known| !known.has_library(path));
                    paths::concerns(path, other.map(|known| known.library))
                })
                .unwrap_or_default(),
            library: mounted.zip(path).map(|(mounted, path)| mounted.library(path, set.bits)),
        }
    });
    let providers = providers.collect();
    NameSpaceSetReport {
        set,
        providers,
        absent: KNOWN_NAME_SPACES.iter().filter(|known| !seen.contains(&known.provider_id)).collect(),
        times: times(set.providers.iter().map(|provider| provider.written.as_deref())),
    }
}

/// Returns the values that differ from those of the known provider with the same GUID. A value that the source does not state is
/// not a change.
fn changes(provider: &NameSpaceProvider, known: &KnownNameSpace) -> Vec<NameSpaceChange> {
    let mut changes = Vec::new();
    let mut change = |value, known: String, found: String| changes.push(NameSpaceChange { value, known, found });
    if let Some(path) = provider.path.as_ref().filter(|path| !known.has_library(path)) {
        change("LibraryPath", known.library.to_owned(), path.clone());
    }
    if let Some(found) = provider.name_space.filter(|&found| found != known.name_space) {
        change("SupportedNameSpace", known.name_space.to_string(), found.to_string());
    }
    let word = |enabled: bool| if enabled { "1" } else { "0" }.to_owned();
    if provider.enabled == Some(false) {
        change("Enabled", word(true), word(false));
    }
    changes
}
