//! Documents that can be read but once: named pipes, standard input, what a shell puts in for `<(command)`.
//!
//! A person names them; a catalog that includes one, or a folder that holds one, could make its reader wait. By whatever paths and
//! however often one is named, it is read once and is one document.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

/// A document that can be read but once.
pub(super) struct Pipe {
    /// What it is known by, whatever its path; no path of a file looks so.
    pub identity: PathBuf,
    /// The folder in which it stands, where it has a name there.
    pub folder: Option<PathBuf>,
}

impl Pipe {
    /// Returns what a path names, if that can be read but once: what is no regular file and no folder, and an open file without a
    /// path.
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

/// Elsewhere they are known by their paths.
#[cfg(not(unix))]
fn identity(_: &fs::Metadata) -> Option<PathBuf> {
    None
}

/// Returns what comes out of it; at most one byte more than `most` says of its beginning, whose length is `beginning`.
pub(super) fn read(path: &Path, beginning: u64, most: impl Fn(&[u8]) -> u64) -> io::Result<Vec<u8>> {
    use io::Read;
    let mut pipe = fs::File::open(path)?;
    let mut bytes = Vec::new();
    (&mut pipe).take(beginning).read_to_end(&mut bytes)?;
    let rest = most(&bytes).saturating_add(1).saturating_sub(bytes.len() as u64);
    pipe.take(rest).read_to_end(&mut bytes)?;
    Ok(bytes)
}
