//! Files that are to take the names of others, in the same folder, where a rename is one step.

use super::WriteError;
use super::error::{failed, not_kept};
use super::rights::{self, Kept};
use crate::catalog::journal::{self, Owner};
use std::fs::{self, File, Metadata, Permissions};
use std::io::{self, Write};
use std::path::Path;
use tempfile::NamedTempFile;

/// How the names of temporary files begin.
pub(in crate::edit) const PREFIX: &str = ".sockatlas-";

/// How they end: not on `.toml`, as a folder may be read as a catalog meanwhile. Who makes them holds the folder's lock, so where
/// that is free, they are of a process that was killed.
pub(in crate::edit) const SUFFIX: &str = ".tmp";

/// How the names of those end that are made without a lock.
const SUFFIX_OF_NEW: &str = ".new";

/// Returns what becomes a new file, on the disk. It goes away by itself unless it is given a name.
pub(super) fn new(folder: &Path, content: &[u8]) -> Result<NamedTempFile, WriteError> {
    // As for any new file: less what the umask takes away.
    let file = written(folder, content, SUFFIX_OF_NEW, 0o666)?;
    file.as_file().sync_all().map_err(failed(folder, "bring a file in this folder to the disk"))?;
    Ok(file)
}

/// Returns what takes the place of a file, on the disk, with all that is kept of that.
pub(super) fn instead_of(path: &Path, folder: &Path, kept: &Kept, content: &[u8]) -> Result<NamedTempFile, WriteError> {
    let file = written(folder, content, SUFFIX, 0o600)?;
    kept.give(file.as_file()).map_err(not_kept(path))?;
    file.as_file().sync_all().map_err(failed(path, "bring it to the disk"))?;
    Ok(file)
}

/// A file that nobody may read who may not read all of these others, on the disk.
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

/// Removes the temporary files that killed processes left in a folder, whose lock is held. What cannot be removed stays: it is in
/// nobody's way. Where others than who may change the catalogs may make files too, only this process's own are meant.
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

/// Returns the user to whom new files belong.
pub(in crate::edit) fn this_process() -> Owner {
    #[cfg(unix)]
    return Owner(rustix::process::geteuid().as_raw());
    #[cfg(not(unix))]
    Owner(0)
}

/// Brings a folder to the disk, so that its names outlive a crash. Elsewhere than on Unix, folders cannot be opened.
pub(super) fn sync(folder: &Path) -> Result<(), WriteError> {
    if !cfg!(unix) {
        return Ok(());
    }
    match open(folder).and_then(|folder| folder.sync_all()) {
        // Some file systems have no such thing.
        Err(error) if matches!(error.kind(), io::ErrorKind::InvalidInput | io::ErrorKind::Unsupported) => Ok(()),
        Err(error) => Err(failed(folder, "bring this folder to the disk")(error)),
        Ok(()) => Ok(()),
    }
}

/// Opens a folder, and nothing else.
pub(in crate::edit) fn open(folder: &Path) -> io::Result<File> {
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
