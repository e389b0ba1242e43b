//! What killed processes left in folders: transactions that count and are not finished, and files that nobody needs.

use super::error::{failed, unfinished};
use super::{Disk, Original, Ready, Target, WriteError, several, temporary};
use crate::catalog::journal::{self, Journal, NAME, Owner, Role};
use crate::edit::transaction::Locks;
use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

/// Brings locked folders in order: finishes transactions that count, and clears away what others left. Of whose files catalogs are,
/// says which journals are looked at.
///
/// Where a transaction concerns further folders, nothing is done, and they are given back: they must be locked as well.
pub(in crate::edit) fn finish(locks: &Locks, owners: &BTreeSet<Owner>) -> Result<BTreeSet<PathBuf>, WriteError> {
    let mut found = Vec::new();
    let mut wanted = BTreeSet::new();
    let owners: Vec<Owner> = owners.iter().copied().collect();
    for folder in locks.folders() {
        let journal = journal::read(folder, Some(&owners)).map_err(unfinished(folder))?;
        // What its owner could not replace is not replaced for them.
        let Some((journal, _)) = journal.filter(|(journal, by)| journal.may_replace_all(folder, *by)) else { continue };
        let others = match &journal.role {
            Role::First { others } => others.as_slice(),
            Role::Further { first } => std::slice::from_ref(first),
        };
        // One that never counted, or no longer does, concerns its own folder alone.
        if journal.counts(folder).map_err(unfinished(folder))? {
            for other in others {
                let other = find(&folder.join(other))?;
                wanted.extend((!locks.hold(&other)).then_some(other));
            }
        }
        found.push((folder, journal));
    }
    if !wanted.is_empty() {
        return Ok(wanted);
    }
    locks.folders().for_each(temporary::clear);
    for (folder, journal) in &found {
        if let Role::First { others } = &journal.role {
            forward(folder, journal, others)?;
        }
    }
    for (folder, _) in found.iter().filter(|(_, journal)| !journal.is_first()) {
        // Those of the transactions above went with them.
        if folder.join(NAME).exists() {
            several::remove(folder)?;
        }
    }
    Ok(BTreeSet::new())
}

/// Replaces what a transaction that counts has not replaced yet.
fn forward(folder: &Path, first: &Journal, others: &[PathBuf]) -> Result<(), WriteError> {
    let mut missing = files(folder, first)?;
    let mut folders = Vec::new();
    for other in others {
        let path = find(&folder.join(other))?;
        match journal::read(&path, None).map_err(unfinished(&path))? {
            Some((journal, by)) if !journal.may_replace_all(&path, by) => {
                let reason = "its journal of an unfinished transaction belongs to a user who may not replace all files that it names";
                return Err(WriteError::Unfinished { path, reason: reason.to_owned() });
            }
            Some((journal, _)) if !journal.is_first() && journal.transaction == first.transaction => {
                missing.extend(files(&path, &journal)?);
            }
            // It is removed after the first one only, so somebody else took it away, or the volume is another one.
            _ => {
                let reason = format!(
                    "an unfinished transaction changes files of this folder, and its journal is missing here; to keep all files \
                     as they are, remove `{}`",
                    folder.join(NAME).display()
                );
                return Err(WriteError::Unfinished { path, reason });
            }
        }
        folders.push(path);
    }
    for (original, target, is) in missing {
        Ready::new(&original, target, &is)?.rename()?;
    }
    several::clear(folder, &folders)
}

fn find(folder: &Path) -> Result<PathBuf, WriteError> {
    fs::canonicalize(folder).map_err(failed(folder, "find this folder"))
}

/// Returns the files of a journal that hold what they held before, and what they are to hold. All others must hold that already.
fn files(folder: &Path, journal: &Journal) -> Result<Vec<(Original, Target, Vec<u8>)>, WriteError> {
    let mut missing = Vec::new();
    for file in &journal.files {
        let path = folder.join(&file.name);
        let disk = Disk::read(&path, &path)?;
        let is = journal.reading(folder, &path, disk.content.clone()).map_err(unfinished(&path))?;
        if is != disk.content {
            let original = Original::known(&path, disk.content.as_slice());
            missing.push((original, Target { path, folder: folder.to_owned(), disk }, is));
        }
    }
    Ok(missing)
}
