//! From the paths at which loading looked to the folders that are watched, and the names that count there.

use crate::catalog::{Place, Sources};
use std::collections::{BTreeMap, BTreeSet};
use std::ffi::OsString;
use std::fs::{self, Metadata};
use std::path::{Component, Path, PathBuf};

/// How many symbolic links are followed on one way, as by the kernel: path_resolution(7).
const MOST_LINKS: usize = 40;

/// The folders on the ways to all places at which loading looked.
#[derive(Debug, Default)]
pub(super) struct Ways {
    /// By their paths, which hold no symbolic link.
    pub folders: BTreeMap<PathBuf, Folder>,
    pub names: Names,
}

/// A folder on a way.
#[derive(Debug)]
pub(super) struct Folder {
    /// Which folder it is, whatever is called so later.
    identity: Option<Identity>,
    /// A way ends here, or a symbolic link on one leads away: changes that matter would go unseen. Where it only leads to the next
    /// folder, it may be one that cannot be read.
    pub is_needed: bool,
}

/// The names that count. In which folder they are seen does not matter, so that a folder that is known by two paths, as with a bind
/// mount, is no trap.
#[derive(Debug, Default)]
pub(super) struct Names {
    names: BTreeSet<OsString>,
    /// All `*.toml` files count, and new folders.
    documents: bool,
}

/// Device and inode.
type Identity = (u64, u64);

impl Ways {
    /// Returns the ways to where these documents were looked for, as they are now.
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

    /// Goes step by step from the root to what a path names: its path without symbolic links; nothing where it is not there.
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
    /// Returns whether all these count already.
    pub fn hold(&self, others: &Names) -> bool {
        self.names.is_superset(&others.names) && self.documents >= others.documents
    }

    /// Returns whether it counts what happens to the file or folder of this name. A folder that comes into one that is a catalog
    /// may hold documents; one that goes has been looked into, and is known by its name.
    pub fn count(&self, path: &Path) -> bool {
        let Some(name) = path.file_name() else { return false };
        let is_document = || path.extension().is_some_and(|extension| extension == "toml") || path.is_dir();
        self.names.contains(name) || self.documents && is_document()
    }
}

/// Returns the steps of a path, the last one first. An absolute one begins at the root.
fn steps(path: &Path) -> Vec<OsString> {
    path.components().rev().map(|step| step.as_os_str().to_owned()).collect()
}

#[cfg(unix)]
fn identity(of: Metadata) -> Option<Identity> {
    use std::os::unix::fs::MetadataExt;
    Some((of.dev(), of.ino()))
}

/// Elsewhere the watched folder itself reports that it was moved or removed.
#[cfg(not(unix))]
fn identity(_: Metadata) -> Option<Identity> {
    None
}
