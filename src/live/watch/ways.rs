//! Maps the paths at which loading looked to the folders to watch, and to the relevant names in them.

use crate::catalog::{Place, Sources};
use std::collections::{BTreeMap, BTreeSet};
use std::ffi::OsString;
use std::fs::{self, Metadata};
use std::path::{Component, Path, PathBuf};

/// The maximum number of symbolic links that are followed on one way, as in the kernel: path_resolution(7).
const MOST_LINKS: usize = 40;

/// The folders on the ways to all places at which loading looked.
#[derive(Debug, Default)]
pub(super) struct Ways {
    /// The folders by their paths, which contain no symbolic link.
    pub folders: BTreeMap<PathBuf, Folder>,
    pub names: Names,
}

/// A folder on a way.
#[derive(Debug)]
pub(super) struct Folder {
    /// The identity of the folder, which differs if the folder is replaced by another of the same name.
    identity: Option<Identity>,
    /// Whether changes in this folder must be observed: a way ends here, or a symbolic link in it leads elsewhere. A
    /// folder that only leads to the next folder may be unreadable.
    pub is_needed: bool,
}

/// The relevant names. They are relevant in every watched folder, so that a folder with two paths, as with a bind
/// mount, causes no error.
#[derive(Debug, Default)]
pub(super) struct Names {
    names: BTreeSet<OsString>,
    /// Whether all `*.toml` files are relevant, and new folders.
    documents: bool,
}

/// The device and inode numbers.
type Identity = (u64, u64);

impl Ways {
    /// Returns the current ways to the places where these documents were looked for.
    pub fn to(sources: &Sources) -> Ways {
        let mut ways = Ways::default();
        let places: BTreeSet<&Place> = sources.places().iter().collect();
        for place in places {
            let end = match place {
                Place::File(path) => ways.walk(path).and_then(|end| Some(end.parent()?.to_owned())),
                Place::Folder(path) => {
                    ways.names.documents = true;
                    ways.walk(path)
                }
            };
            if let Some(end) = end {
                ways.look_into(&end, true);
            }
        }
        ways
    }

    /// Returns whether the same folders are at the same paths.
    pub fn lead_through_the_same(&self, other: &Ways) -> bool {
        let folders = |ways: &'_ Ways| -> Vec<(PathBuf, Option<Identity>, bool)> {
            let folders = ways.folders.iter();
            folders.map(|(path, folder)| (path.clone(), folder.identity, folder.is_needed)).collect()
        };
        folders(self) == folders(other)
    }

    /// Follows a path step by step from the root. Returns the path without symbolic links, or `None` if it does not
    /// exist.
    fn walk(&mut self, path: &Path) -> Option<PathBuf> {
        let mut at = PathBuf::new();
        let mut ahead: Vec<OsString> = steps(&std::path::absolute(path).ok()?);
        let mut links = 0;
        while let Some(step) = ahead.pop() {
            match Path::new(&step).components().next() {
                None | Some(Component::CurDir) => {}
                Some(Component::ParentDir) => {
                    at.pop();
                }
                Some(Component::Prefix(_) | Component::RootDir) => at.push(&step),
                Some(Component::Normal(name)) => {
                    let next = at.join(name);
                    let found = fs::symlink_metadata(&next);
                    let is_folder = found.as_ref().is_ok_and(Metadata::is_dir);
                    self.names.names.insert(name.to_owned());
                    self.look_into(&at, !is_folder);
                    if found.ok()?.is_symlink() {
                        links += 1;
                        if links > MOST_LINKS {
                            return None;
                        }
                        ahead.extend(steps(&fs::read_link(&next).ok()?));
                    } else if is_folder || ahead.is_empty() {
                        at = next;
                    } else {
                        return None;
                    }
                }
            }
        }
        Some(at)
    }

    fn look_into(&mut self, folder: &Path, is_needed: bool) {
        let new = || Folder { identity: fs::metadata(folder).ok().and_then(identity), is_needed };
        self.folders.entry(folder.to_owned()).or_insert_with(new).is_needed |= is_needed;
    }
}

impl Names {
    /// Returns whether all these names are relevant already.
    pub fn hold(&self, others: &Names) -> bool {
        self.names.is_superset(&others.names) && self.documents >= others.documents
    }

    /// Returns whether an event for the file or folder of this name is relevant. A folder that is moved into a catalog
    /// folder may contain documents; the name of a removed folder is known, because the folder was looked into.
    pub fn count(&self, path: &Path) -> bool {
        let Some(name) = path.file_name() else { return false };
        let is_document = || path.extension().is_some_and(|extension| extension == "toml") || path.is_dir();
        self.names.contains(name) || self.documents && is_document()
    }
}

/// Returns the steps of a path, the last one first. The last element of an absolute path's steps is the root.
fn steps(path: &Path) -> Vec<OsString> {
    path.components().rev().map(|step| step.as_os_str().to_owned()).collect()
}

#[cfg(unix)]
fn identity(of: Metadata) -> Option<Identity> {
    use std::os::unix::fs::MetadataExt;
    Some((of.dev(), of.ino()))
}

/// On other systems the watched folder itself reports that it was moved or removed.
#[cfg(not(unix))]
fn identity(_: Metadata) -> Option<Identity> {
    None
}
