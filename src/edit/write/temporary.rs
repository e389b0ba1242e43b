//! Temporary files that replace others in the same folder, where a rename is atomic.

use super::error::{WriteError, failed, not_kept};
use super::rights::{self, Kept};
use crate::catalog::journal::{self, Owner};
use std::fs::{self, File, Metadata, Permissions};
use std::io::{self, Write};
use std::path::Path;
use tempfile::NamedTempFile;

/// The prefix of the names of temporary files.
pub(super) const PREFIX: &str = ".sockatlas-";

/// The suffix of their names. It is not `.toml`, because the folder may be read as a catalog meanwhile. A process that
/// makes such files holds the folder's lock, so if the lock is free, they belong to a killed process.
pub(super) const SUFFIX: &str = ".tmp";

/// The suffix of the names of files that are made without a lock.
const SUFFIX_OF_NEW: &str = ".new";

/// Returns a temporary file that will become a new file, synced to the disk. It is removed on drop unless it is given a
/// name.
pub(super) fn new(folder: &Path, content: &[u8]) -> Result<NamedTempFile, WriteError> {
    // The mode of any new file, reduced by the umask.
    let file = written(folder, content, SUFFIX_OF_NEW, 0o666)?;
    file.as_file().sync_all().map_err(failed(folder, "bring a file in this folder to the disk"))?;
    Ok(file)
}

/// Returns a temporary file that will replace a file, synced to the disk, with the attributes to be kept.
pub(super) fn instead_of(path: &Path, folder: &Path, kept: &Kept, content: &[u8]) -> Result<NamedTempFile, WriteError> {
    let file = written(folder, content, SUFFIX, 0o600)?;
    kept.give(file.as_file()).map_err(not_kept(path))?;
    file.as_file().sync_all().map_err(failed(path, "bring it to the disk"))?;
    Ok(file)
}

/// Returns a temporary file, synced to the disk, that only those may read who may read all of the other files.
pub(super) fn as_secret_as(others: &[&Kept], folder: &Path, content: &[u8]) -> Result<NamedTempFile, WriteError> {
    let file = written(folder, content, SUFFIX, 0o600)?;
    let concealed = rights::conceal(file.as_file(), others);
    concealed.map_err(|(_, error)| failed(folder, "protect a file in this folder")(error))?;
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

/// Removes the temporary files that killed processes left in a locked folder. A file that cannot be removed stays, and
/// does no harm. If users may make files in the folder without being allowed to change the catalogs, only this
/// process's own files are removed.
pub(super) fn clear(folder: &Path) {
    let Ok(entries) = fs::read_dir(folder) else { return };
    let owner = journal::sticky(folder).map(|_| this_process());
    for entry in entries.flatten() {
        let name = entry.file_name();
        let is_temporary = name.to_str().is_some_and(|name| name.starts_with(PREFIX) && name.ends_with(SUFFIX));
        let metadata = || fs::symlink_metadata(entry.path());
        let is_ours =
            |metadata: Metadata| metadata.is_file() && owner.is_none_or(|owner| Owner::of(&metadata) == owner);
        if is_temporary && metadata().is_ok_and(is_ours) {
            let _ = fs::remove_file(entry.path());
        }
    }
}

/// Returns the user who owns new files.
pub(super) fn this_process() -> Owner {
    #[cfg(unix)]
    return Owner(rustix::process::geteuid().as_raw());
    #[cfg(not(unix))]
    Owner(0)
}

/// Syncs a folder to the disk, so that its names survive a crash. Does nothing on systems other than Unix, where
/// folders cannot be opened.
pub(super) fn sync(folder: &Path) -> Result<(), WriteError> {
    if !cfg!(unix) {
        return Ok(());
    }
    match open(folder).and_then(|folder| folder.sync_all()) {
        // Some file systems do not support syncing folders.
        Err(error) if matches!(error.kind(), io::ErrorKind::InvalidInput | io::ErrorKind::Unsupported) => Ok(()),
        Err(error) => Err(failed(folder, "bring this folder to the disk")(error)),
        Ok(()) => Ok(()),
    }
}

/// Opens a folder, and fails for any other file.
pub(super) fn open(folder: &Path) -> io::Result<File> {
    let mut how = File::options();
    how.read(true);
    #[cfg(unix)]
    {
        use rustix::fs::OFlags;
        let flags = OFlags::DIRECTORY | OFlags::NONBLOCK;
        std::os::unix::fs::OpenOptionsExt::custom_flags(&mut how, flags.bits().cast_signed());
    }
    how.open(folder)
}
