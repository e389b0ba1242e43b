//! The documents of a folder.
//!
//! A folder is read with its subfolders. Its documents are the files whose names end in `.toml`, in the order of the bytes of
//! their paths relative to that folder, with `/` between the names: `a.toml`, `a/b.toml`, `b.toml`. Names that begin with a dot
//! are hidden and are not read: drafts, the lock links of editors, `.git`.
//!
//! Symbolic links are followed. A folder is read once, by the path without links if there is one, so that circular links end. A
//! link to a folder outside those that were named is not followed: it might lead to all files of the machine.
//!
//! Nothing is skipped silently: names that resemble those of documents are reported, all others are counted.

use super::Skipped;
use std::cmp::Ordering;
use std::collections::HashSet;
use std::fs;
use std::io;
use std::path::{Component, Path, PathBuf};

/// The contents of a folder.
#[derive(Debug, Default)]
pub struct Folder {
    /// The documents, in their order.
    pub files: Vec<PathBuf>,
    /// The folders that were read, beginning with the folder itself.
    pub folders: Vec<PathBuf>,
    /// Files that are not read, and whose names resemble those of documents.
    pub near_misses: Vec<PathBuf>,
    /// Links to folders outside, which are not read, and their targets.
    pub outside: Vec<(PathBuf, PathBuf)>,
    /// The other files that are not read.
    pub skipped: Skipped,
    /// Folders in it that cannot be read.
    pub unreadable: Vec<(PathBuf, io::Error)>,
}

/// Reads a folder. `is_inside` returns whether a path without symbolic links lies in the folders that were named.
///
/// # Errors
///
/// Returns an error if the folder itself cannot be read.
pub fn walk(folder: &Path, is_inside: impl Fn(&Path) -> bool) -> io::Result<Folder> {
    let mut found = Folder::default();
    let mut seen = HashSet::new();
    let mut links = Vec::new();
    let mut ahead = vec![(folder.to_owned(), fs::canonicalize(folder)?)];
    loop {
        while let Some((path, canonical)) = ahead.pop() {
            if !seen.insert(canonical.clone()) {
                continue;
            }
            let subfolders = match found.look_into(&path, &mut links) {
                Ok(subfolders) => subfolders,
                Err(error) if found.folders.is_empty() => return Err(error),
                Err(error) => {
                    found.unreadable.push((path, error));
                    continue;
                }
            };
            found.folders.push(path);
            ahead.extend(subfolders.into_iter().map(|path| {
                let canonical = canonical.join(path.file_name().unwrap_or_default());
                (path, canonical)
            }));
        }
        // A link is followed only after everything that needs no link has been read: one at a time, in the order of their paths.
        links.sort_by(|one: &PathBuf, other| other.cmp(one));
        let Some(link) = links.pop() else { break };
        match fs::canonicalize(&link) {
            Ok(canonical) if is_inside(&canonical) => ahead.push((link, canonical)),
            Ok(canonical) => found.outside.push((link, canonical)),
            Err(error) => found.unreadable.push((link, error)),
        }
    }
    let order = |one: &PathBuf, other: &PathBuf| by_bytes(one, other);
    found.files.sort_by(order);
    found.folders[1..].sort_by(order);
    found.near_misses.sort_by(order);
    found.outside.sort_by(|one, other| by_bytes(&one.0, &other.0));
    found.unreadable.sort_by(|one, other| by_bytes(&one.0, &other.0));
    // A name that is replaced while the folder is read may be listed twice.
    found.files.dedup();
    found.near_misses.dedup();
    Ok(found)
}

impl Folder {
    /// Returns whether another reading of the folder found the same documents.
    pub fn has_documents_of(&self, other: &Folder) -> bool {
        self.files == other.files && self.folders == other.folders && self.near_misses == other.near_misses
    }

    /// Sorts the contents of one folder into their lists, and returns its subfolders.
    fn look_into(&mut self, folder: &Path, links: &mut Vec<PathBuf>) -> io::Result<Vec<PathBuf>> {
        let mut subfolders = Vec::new();
        for entry in fs::read_dir(folder)? {
            let entry = entry?;
            let (path, name) = (entry.path(), entry.file_name());
            if name.as_encoded_bytes().starts_with(b".") {
                self.skipped.hidden += 1;
                continue;
            }
            let kind = entry.file_type()?;
            if kind.is_dir() {
                subfolders.push(path);
            } else if kind.is_symlink() && path.is_dir() {
                links.push(path);
            } else if is_document(&path) {
                self.files.push(path);
            } else if is_near_miss(&path) {
                self.near_misses.push(path);
            } else {
                self.skipped.others += 1;
            }
        }
        Ok(subfolders)
    }
}

fn is_document(path: &Path) -> bool {
    path.extension().is_some_and(|extension| extension == "toml")
}

/// Returns whether a file was probably meant to be a document: `policy.TOML`, `policy.tml`, `policy.toml.txt`, `policy.toml `.
///
/// The suffixes that programs and people append on purpose, to keep an older state or to disable a file, are not near misses:
/// `policy.toml~`, `policy.toml.bak`, `policy.toml.off`.
fn is_near_miss(path: &Path) -> bool {
    let name = path.file_name().map(|name| name.to_string_lossy().to_lowercase()).unwrap_or_default();
    let name = name.trim_end_matches([' ', '.']);
    let name = name.strip_suffix(".txt").filter(|name| name.ends_with(".toml")).unwrap_or(name);
    let extension = name.rsplit_once('.').map_or("", |(_, extension)| extension);
    !extension.ends_with('~') && strsim::damerau_levenshtein(extension, "toml") <= 1
}

fn by_bytes(one: &Path, other: &Path) -> Ordering {
    fn bytes(path: &Path) -> impl Iterator<Item = &u8> {
        let normal = path.components().filter(|component| !matches!(component, Component::CurDir));
        normal.flat_map(|component| b"/".iter().chain(component.as_os_str().as_encoded_bytes()))
    }
    bytes(one).cmp(bytes(other))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn slips_are_reported_from_what_is_meant() {
        for name in [
            "p.TOML",
            "p.Toml",
            "p.tml",
            "p.tolm",
            "p.tom",
            "p.toml.txt",
            "p.toml ",
            "p.toml.",
            "p.tomll",
            "p.TOML.TXT",
        ] {
            assert!(is_near_miss(Path::new(name)) && !is_document(Path::new(name)), "{name}");
        }
        for name in
            ["README.md", "toml", "p", "p.toml~", "p.toml.bak", "p.toml.off", "p.txt", "p.yaml", "p.html", "p.xml"]
        {
            assert!(!is_near_miss(Path::new(name)) && !is_document(Path::new(name)), "{name}");
        }
    }

    #[test]
    fn the_order_is_that_of_the_bytes_of_paths() {
        let mut paths =
            ["b.toml", "a/b.toml", "a-b.toml", "a.toml", "a/a/z.toml", "B.toml", "ä.toml"].map(PathBuf::from);
        paths.sort_by(|one, other| by_bytes(one, other));
        let wanted = ["B.toml", "a-b.toml", "a.toml", "a/a/z.toml", "a/b.toml", "b.toml", "ä.toml"].map(PathBuf::from);
        assert_eq!(paths, wanted);
    }
}
