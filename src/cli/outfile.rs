//! Writes the file that `--output` names: never a file that is read, and an existing file only with `--force`.

use super::globals::is_stdin;
use super::{Failure, failure};
use sockatlas::edit::{Original, WriteError, create};
use std::path::Path;

/// Rejects, before any work is done, an output that [`write()`] would not write: a file that is read, by whatever name,
/// and an existing file without `force`.
pub(super) fn may_be_written<'p>(
    output: &Path,
    inputs: impl IntoIterator<Item = &'p Path>,
    force: bool,
) -> Result<(), Failure> {
    if inputs.into_iter().any(|input| !is_stdin(input) && is_same(input, output)) {
        return Err(Failure::Message {
            message: format!("{}: not written, because it is the file that is read", output.display()),
            help: Some("name another file with `--output`".to_owned()),
        });
    }
    if !force && output.symlink_metadata().is_ok() {
        return Err(refused(WriteError::Exists { path: output.to_owned() }));
    }
    Ok(())
}

/// Writes a file in one step. An existing file is replaced only with `force`.
pub(super) fn write(path: &Path, content: &[u8], force: bool) -> Result<(), Failure> {
    match create(path, content) {
        Err(WriteError::Exists { .. }) if force => Ok(failure::written(Original::read(path)?.replace(content))?),
        result => result.map_err(refused),
    }
}

fn refused(error: WriteError) -> Failure {
    match error {
        WriteError::Exists { .. } => Failure::Message {
            message: error.to_string(),
            help: Some("`--force` replaces it; `--output` names another file".to_owned()),
        },
        error => error.into(),
    }
}

/// Returns whether two paths lead to the same file: by their canonical paths, and, where the system numbers its files,
/// by those numbers, which hard links share.
fn is_same(one: &Path, other: &Path) -> bool {
    if let (Ok(one), Ok(other)) = (one.canonicalize(), other.canonicalize())
        && one == other
    {
        return true;
    }
    #[cfg(unix)]
    {
        use std::os::unix::fs::MetadataExt;
        if let (Ok(one), Ok(other)) = (one.metadata(), other.metadata()) {
            return (one.dev(), one.ino()) == (other.dev(), other.ino());
        }
    }
    false
}
