//! Replaces several files together.
//!
//! The steps, each of which is on the disk before the next one:
//!
//! 1. The new contents are written, each beside its file. Steps that need room on the disk or a permission fail here,
//!    or in the next step.
//! 2. Each folder but the first gets its journal. These journals have no effect as long as the first one does not
//!    exist.
//! 3. The first folder gets its journal: from here on the transaction is in effect, whatever happens.
//! 4. The files are renamed into their places.
//! 5. The first journal is removed, then the others.
//!
//! A failure before the third step undoes the steps before it. A failure after it leaves the journals, which define the
//! contents until the next transaction finishes this one.

use super::error::{WriteError, failed};
use super::lock::Locks;
use super::{Original, Ready, Written, temporary};
use crate::catalog::journal::{Journal, MOST_BYTES, NAME, Replacement, Role};
use std::collections::BTreeMap;
use std::fs;
use std::hash::{BuildHasher, Hasher, RandomState};
use std::io;
use std::path::{Component, Path, PathBuf};
use uuid::Uuid;

/// Replaces files whose folders are locked, all or none.
pub(super) fn replace(files: &[(Original, String)], locks: &Locks) -> Result<Written, WriteError> {
    let mut folders: BTreeMap<PathBuf, Vec<(Ready<'_>, &str)>> = BTreeMap::new();
    for (original, text) in files {
        let ready = original.ready(text.as_bytes(), locks)?;
        folders.entry(ready.target.folder.clone()).or_default().push((ready, text));
    }
    let mut further = folders.iter();
    let Some((first, of_first)) = further.next() else { return Ok(Written::Whole) };
    let others: Vec<PathBuf> = further.clone().map(|(folder, _)| folder.clone()).collect();
    let transaction = random();
    let mut placed = Placed(Vec::new());
    for (folder, files) in further {
        place(folder, Role::Further { first: between(folder, first) }, &transaction, files)?;
        placed.0.push(folder.join(NAME));
        temporary::sync(folder)?;
    }
    files.iter().try_for_each(|(original, _)| original.is_unchanged())?;
    let role = Role::First { others: others.iter().map(|other| between(first, other)).collect() };
    place(first, role, &transaction, of_first)?;
    // From here on the journals stay until all files are replaced.
    placed.0.clear();
    let first = first.clone();
    let renamed = || {
        temporary::sync(&first)?;
        folders.into_values().flatten().try_for_each(|(ready, _)| ready.rename())?;
        clear(&first, &others)
    };
    Ok(renamed().map_or_else(Written::Unfinished, |()| Written::Whole))
}

/// Removes the journals of a transaction whose files are all replaced, after syncing the folders to the disk.
pub(super) fn clear(first: &Path, others: &[PathBuf]) -> Result<(), WriteError> {
    std::iter::once(first).chain(others.iter().map(PathBuf::as_path)).try_for_each(temporary::sync)?;
    remove(first)?;
    temporary::sync(first)?;
    others.iter().try_for_each(|folder| remove(folder))
}

/// Removes the journal of a folder.
pub(super) fn remove(folder: &Path) -> Result<(), WriteError> {
    fs::remove_file(folder.join(NAME)).map_err(failed(folder, "remove the journal from this folder"))
}

/// The journals of a transaction that is not in effect yet. Dropping the value removes them.
struct Placed(Vec<PathBuf>);

impl Drop for Placed {
    fn drop(&mut self) {
        for journal in &self.0 {
            // A journal that stays has no effect, and the next transaction removes it.
            let _ = fs::remove_file(journal);
        }
    }
}

/// Writes the journal of a folder.
fn place(folder: &Path, role: Role, transaction: &str, files: &[(Ready<'_>, &str)]) -> Result<(), WriteError> {
    let failed = |message| failed(folder, "write a journal for this folder")(io::Error::other(message));
    let replacement = |(ready, is): &(Ready<'_>, &str)| {
        Some(Replacement {
            name: ready.target.path.file_name()?.to_str()?.to_owned(),
            was: std::str::from_utf8(&ready.original.content).ok()?.to_owned(),
            is: (*is).to_owned(),
        })
    };
    let replacements: Option<Vec<Replacement>> = files.iter().map(replacement).collect();
    let text = replacements.and_then(|files| Journal { transaction: transaction.to_owned(), role, files }.render());
    let text = text.ok_or_else(|| failed("a name or a content is not UTF-8"))?;
    if text.len() as u64 > MOST_BYTES {
        return Err(failed("the contents are too long"));
    }
    let kept: Vec<_> = files.iter().map(|(ready, _)| &ready.kept).collect();
    let file = temporary::as_secret_as(&kept, folder, text.as_bytes())?;
    // No journal can exist, because unfinished transactions were finished before; one that exists all the same is not
    // touched.
    let put = file.persist_noclobber(folder.join(NAME));
    put.map(drop).map_err(|error| super::error::failed(folder, "put the journal into this folder")(error.error))
}

/// Returns a random number, unique to this transaction: 128 bits, from the keys that the system generates for hash
/// tables.
fn random() -> String {
    let half = || RandomState::new().build_hasher().finish();
    Uuid::from_u64_pair(half(), half()).to_string()
}

/// Returns the relative path from one folder to another, both by their canonical paths, so that it stays right if both
/// are moved together.
fn between(from: &Path, to: &Path) -> PathBuf {
    let (mut from, mut to) = (from.components().peekable(), to.components().peekable());
    let whole: PathBuf = to.clone().collect();
    let mut common = 0;
    while let (Some(one), Some(other)) = (from.peek(), to.peek())
        && one == other
    {
        common += usize::from(matches!(one, Component::Normal(_)));
        from.next();
        to.next();
    }
    match common {
        // The folders have nothing in common or, on Windows, are on different volumes.
        0 => whole,
        _ => from.map(|_| Component::ParentDir).chain(to).collect(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_way_between_folders_leads_there() {
        for (from, to, way) in [
            ("/srv/a", "/srv/b", "../b"),
            ("/srv/a", "/srv/a/b/c", "b/c"),
            ("/srv/a/b/c", "/srv/a", "../.."),
            ("/srv/a/b", "/srv/c/d", "../../c/d"),
            ("/srv", "/etc/sockatlas", "/etc/sockatlas"),
            ("/", "/etc", "/etc"),
        ] {
            assert_eq!(between(Path::new(from), Path::new(to)), Path::new(way), "{from} to {to}");
        }
    }

    #[test]
    fn no_two_transactions_have_one_number() {
        assert_ne!(random(), random());
    }
}
