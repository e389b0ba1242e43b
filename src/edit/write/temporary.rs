//! Files that are to take the names of others, in the same folder, where a rename is one step.

use super::error::failed;
use super::{Target, WriteError};
use std::fs::{self, File, Metadata, Permissions};
use std::io::{self, Write};
use std::path::Path;
use tempfile::NamedTempFile;

/// How the names of temporary files begin.
const PREFIX: &str = ".sockatlas-";

/// How they end: not on `.toml`, as a folder may be read as a catalog meanwhile. Who makes them holds the folder's lock, so where
/// that is free, they are of a process that was killed.
const SUFFIX: &str = ".tmp";

/// How the names of those end that are made without a lock.
const SUFFIX_OF_NEW: &str = ".new";

/// What becomes a new file, on the disk. It goes away by itself unless it is given a name.
pub(super) fn new(folder: &Path, content: &[u8]) -> Result<NamedTempFile, WriteError> {
    // As for any new file: less what the umask takes away.
    let file = written(folder, content, SUFFIX_OF_NEW, 0o666)?;
    file.as_file().sync_all().map_err(failed(folder, "bring a file in this folder to the disk"))?;
    Ok(file)
}

/// What takes the place of a file, on the disk, with its owner and mode.
pub(super) fn instead_of(path: &Path, target: &Target, content: &[u8]) -> Result<NamedTempFile, WriteError> {
    let file = written(&target.folder, content, SUFFIX, 0o600)?;
    keep(file.as_file(), &target.metadata).map_err(failed(path, "keep its mode"))?;
    file.as_file().sync_all().map_err(failed(path, "bring it to the disk"))?;
    Ok(file)
}

/// A file that nobody may read who may not read all of these others, on the disk.
pub(super) fn as_secret_as(others: &[&Metadata], folder: &Path, content: &[u8]) -> Result<NamedTempFile, WriteError> {
    let file = written(folder, content, SUFFIX, 0o600)?;
    conceal(file.as_file(), others).map_err(failed(folder, "protect a file in this folder"))?;
    file.as_file().sync_all().map_err(failed(folder, "bring a file in this folder to the disk"))?;
    Ok(file)
}

fn written(folder: &Path, content: &[u8], suffix: &str, mode: u32) -> Result<NamedTempFile, WriteError> {
    let mut builder = tempfile::Builder::new();
    builder.prefix(PREFIX).suffix(suffix);
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        builder.permissions(Permissions::from_mode(mode));
    }
    #[cfg(not(unix))]
    let _: (u32, Option<Permissions>) = (mode, None);
    let mut file = builder.tempfile_in(folder).map_err(failed(folder, "create a file in this folder"))?;
    file.write_all(content).map_err(failed(folder, "write a file in this folder"))?;
    Ok(file)
}

/// Gives the new file the owner and the mode of the old one.
fn keep(file: &File, of: &Metadata) -> io::Result<()> {
    #[cfg(unix)]
    {
        use std::os::unix::fs::MetadataExt;
        give(file, Some(of.uid()), Some(of.gid()))?;
    }
    // After the owner, whose change takes set-id bits away.
    file.set_permissions(of.permissions())
}

/// Lets nobody read a file who may not read all of these.
fn conceal(file: &File, others: &[&Metadata]) -> io::Result<()> {
    #[cfg(unix)]
    {
        use std::os::unix::fs::{MetadataExt, PermissionsExt};
        let common = |of: fn(&Metadata) -> u32| {
            let first = others.first().map(|metadata| of(metadata));
            first.filter(|first| others.iter().all(|metadata| of(metadata) == *first))
        };
        let (owner, group) = (common(Metadata::uid), common(Metadata::gid));
        give(file, owner, group)?;
        let all = others.iter().fold(0o444, |mode, metadata| mode & metadata.mode());
        // Where the files are of several groups, or theirs cannot be given, a member of the journal's is anybody to them.
        let is_theirs = group.is_some() && file.metadata()?.gid() == group.unwrap_or_default();
        let of_group = if is_theirs { all & 0o040 } else { (all & 0o004) << 3 };
        file.set_permissions(Permissions::from_mode(0o400 | of_group | all & 0o004))?;
    }
    #[cfg(not(unix))]
    let _: (&File, &[&Metadata]) = (file, others);
    Ok(())
}

/// Gives a file to an owner and a group, as far as this process may.
#[cfg(unix)]
fn give(file: &File, owner: Option<u32>, group: Option<u32>) -> io::Result<()> {
    use std::os::unix::fs::{MetadataExt, fchown};
    let own = file.metadata()?;
    if owner.is_some_and(|owner| owner != own.uid()) || group.is_some_and(|group| group != own.gid()) {
        // Only root gives files away, and others may at least give them to a group of theirs. If not even that is
        // allowed, a file of one's own with the right content and mode is still what was asked for.
        let given = fchown(file, owner, group);
        let _ = given.or_else(|_| fchown(file, None, group));
    }
    Ok(())
}

/// Removes the temporary files that killed processes left in a folder, whose lock is held. What cannot be removed stays: it is in
/// nobody's way.
pub(super) fn clear(folder: &Path) {
    let Ok(entries) = fs::read_dir(folder) else { return };
    for entry in entries.flatten() {
        let name = entry.file_name();
        let is_temporary = name.to_str().is_some_and(|name| name.starts_with(PREFIX) && name.ends_with(SUFFIX));
        if is_temporary && entry.file_type().is_ok_and(|kind| kind.is_file()) {
            let _ = fs::remove_file(entry.path());
        }
    }
}

/// Brings a folder to the disk, so that its names outlive a crash. Elsewhere than on Unix, folders cannot be opened.
pub(super) fn sync(folder: &Path) -> Result<(), WriteError> {
    if !cfg!(unix) {
        return Ok(());
    }
    match File::open(folder).and_then(|folder| folder.sync_all()) {
        // Some file systems have no such thing.
        Err(error) if matches!(error.kind(), io::ErrorKind::InvalidInput | io::ErrorKind::Unsupported) => Ok(()),
        Err(error) => Err(failed(folder, "bring this folder to the disk")(error)),
        Ok(()) => Ok(()),
    }
}
