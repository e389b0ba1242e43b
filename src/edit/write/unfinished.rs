//! Handles the remains of killed processes in folders: unfinished transactions that are in effect, and unused files.

use super::error::{WriteError, failed, unfinished};
use super::lock::Locks;
use super::patience::Patience;
use super::{Disk, Original, Ready, Target, several, temporary};
use crate::catalog::journal::{self, Journal, NAME, Owner, Role};
use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

/// Locks these folders, given by their canonical paths, and finishes the transactions that killed processes left there,
/// which may require locks on further folders. The owners are those of the files to be read or changed.
pub(in crate::edit) fn lock_and_finish(
    mut folders: BTreeSet<PathBuf>,
    owners: BTreeSet<Owner>,
    patience: &mut Patience<'_>,
) -> Result<Locks, WriteError> {
    loop {
        let locks = Locks::of(&folders, patience)?;
        let further = finish(&locks, &owners)?;
        if further.is_empty() {
            return Ok(locks);
        }
        // All locks are released before more are waited for, so that the order of the paths is kept.
        folders.extend(further);
    }
}

/// Finishes the transactions in locked folders that are in effect, and removes what others left. `owners` are the
/// owners of the catalogs' files, which decide whose journals are read.
///
/// If a transaction concerns further folders, does nothing and returns them: they must be locked as well.
fn finish(locks: &Locks, owners: &BTreeSet<Owner>) -> Result<BTreeSet<PathBuf>, WriteError> {
    let mut found = Vec::new();
    let mut wanted = BTreeSet::new();
    let owners: Vec<Owner> = owners.iter().copied().collect();
    for folder in locks.folders() {
        let journal = journal::read(folder, Some(&owners)).map_err(unfinished(folder))?;
        // A journal is ignored if its owner may not replace all files that it names.
        let Some((journal, _)) = journal.filter(|(journal, by)| journal.may_replace_all(folder, *by)) else { continue };
        let others = match &journal.role {
            Role::First { others } => others.as_slice(),
            Role::Further { first } => std::slice::from_ref(first),
        };
        // A journal that is not in effect concerns only its own folder.
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
        // The journals of the transactions above were removed with them.
        if folder.join(NAME).exists() {
            several::remove(folder)?;
        }
    }
    Ok(BTreeSet::new())
}

/// Replaces the files that a transaction in effect has not replaced yet.
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
            // The journal is removed only after the first one, so somebody else removed it, or another volume is
            // mounted.
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

/// Returns the files of a journal that still have their old content, with the new content. All others must have the new
/// content already.
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
