//! Documents that can be read only once: named pipes, standard input, and the pipes of a shell's `<(command)`.
//!
//! Only a person may name one: a catalog that includes one, or a folder that holds one, could make its reader wait. However often
//! and by whatever paths it is named, it is read once and is one document.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

/// A document that can be read only once.
pub(super) struct Pipe {
    /// Its identity, whatever its path; no path of a file has this form.
    pub identity: PathBuf,
    /// The folder that holds it, if it has a name there.
    pub folder: Option<PathBuf>,
}

impl Pipe {
    /// Returns the document that a path names, if it can be read only once: anything but a regular file or folder, or an open
    /// file without a path.
    pub fn at(path: &Path) -> Option<Pipe> {
        let metadata = fs::metadata(path).ok()?;
        let canonical = fs::canonicalize(path).ok();
        if metadata.is_dir() || metadata.is_file() && canonical.is_some() {
            return None;
        }
        let has_folder = canonical.is_some_and(|canonical| !canonical.starts_with("/dev"));
        let folder = path.parent().filter(|_| has_folder).map(Path::to_owned);
        Some(Pipe { identity: identity(&metadata)?, folder })
    }
}

#[cfg(unix)]
fn identity(metadata: &fs::Metadata) -> Option<PathBuf> {
    use std::os::unix::fs::MetadataExt;
    Some(format!("<{}:{}>", metadata.dev(), metadata.ino()).into())
}

/// On other systems they are identified by their paths.
#[cfg(not(unix))]
fn identity(_: &fs::Metadata) -> Option<PathBuf> {
    None
}

/// Reads it to its end, and at most one byte more than the limit that `most` returns for its first `beginning` bytes.
pub(super) fn read(path: &Path, beginning: u64, most: impl Fn(&[u8]) -> u64) -> io::Result<Vec<u8>> {
    use io::Read;
    let mut pipe = fs::File::open(path)?;
    let mut bytes = Vec::new();
    (&mut pipe).take(beginning).read_to_end(&mut bytes)?;
    let rest = most(&bytes).saturating_add(1).saturating_sub(bytes.len() as u64);
    pipe.take(rest).read_to_end(&mut bytes)?;
    Ok(bytes)
}
