//! Name-space providers: those that Windows 10 1709 has, and all others. They resolve names, and break networks as often as
//! transport providers do.

use super::paths::{self, PathConcern};
use super::times::{Times, times};
use super::{LibraryFile, MountedWindows};
pub use crate::winsock::name_spaces::{KNOWN_NAME_SPACES, KnownNameSpace};
use crate::winsock::{Bitness, NameSpaceProvider, NameSpaceSet};
use std::collections::HashSet;

/// The name-space providers of one bitness, compared with those that are known.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct NameSpaceSetReport<'s> {
    /// The set.
    pub set: &'s NameSpaceSet,
    /// Its providers, in order.
    pub providers: Vec<NameSpaceReport<'s>>,
    /// The known ones that are not there. On other versions of Windows, and without Bluetooth, there are fewer.
    pub absent: Vec<&'static KnownNameSpace>,
    /// When their keys were written.
    pub times: Option<Times<'s>>,
}

/// One provider, compared with those that are known.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct NameSpaceReport<'s> {
    /// The provider.
    pub provider: &'s NameSpaceProvider,
    /// What it is.
    pub standing: NameSpaceStanding,
    /// What is odd about its path; nothing where the source does not state it.
    pub concerns: Vec<PathConcern>,
    /// Its library, where that was looked for.
    pub library: Option<LibraryFile>,
}

/// The standing of a name-space provider: known, changed or added.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum NameSpaceStanding {
    /// A known one, as far as the source states.
    Known(&'static KnownNameSpace),
    /// A known one that says something else.
    Changed(&'static KnownNameSpace, Vec<NameSpaceChange>),
    /// None that is known, or a known one a second time.
    Added,
}

/// A value of a name-space provider that is not as it is known.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct NameSpaceChange {
    /// The value, as the registry calls it.
    pub value: &'static str,
    /// What it is known to be.
    pub known: String,
    /// What it is.
    pub found: String,
}

impl NameSpaceSetReport<'_> {
    /// Returns which programs see the set, or `None` where the source does not state.
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

/// Returns where a provider says something else than the known one of its GUID; what the source does not state is no change.
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
