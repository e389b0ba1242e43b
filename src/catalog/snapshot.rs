//! Reads several files as they are at one moment.
//!
//! Files are read one after the other, and a transaction may replace them meanwhile. So each file and folder that was examined
//! leaves a stamp, and when everything is read, every stamp is compared with the present state. If none differs, all contents
//! existed together at the moment in which the last of them was read. This costs one `stat` for each file and folder.
//!
//! A stamp identifies a file by its place on the device and its times. Times come from a clock with steps: a file that was
//! changed less than [`RECENT`] before it was read may change again without a trace, so its content is compared too.
//!
//! Files of others cannot make the reader wait or exhaust its memory: included files, journals and compared contents are opened
//! by `regular`. A file that a person names may be a pipe, which is read once. A journal without authority is ignored, also when
//! it appears, disappears or changes.

use super::folder::{Folder, walk};
use super::journal::{self, Journal, JournalError, Owner, Role};
use super::regular::{self, Links, NotRegular};
use std::collections::HashMap;
use std::fs::{self, File, Metadata};
use std::hash::{DefaultHasher, Hash, Hasher};
use std::io::{self, Read};
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

/// A duration longer than the steps of any file system's clock: FAT counts in two seconds.
const RECENT: Duration = Duration::from_secs(2);

/// The number of bytes that determine the form of a document.
pub(super) const BEGINNING: u64 = 4096;

/// The state of the disk that was read so far.
#[derive(Default)]
pub(super) struct Snapshot {
    seen: Vec<Seen>,
    listed: Vec<(PathBuf, Folder)>,
    /// The journals that count, by the canonical paths of their folders and the owners of the files for which they are looked up.
    journals: HashMap<(PathBuf, Owner), Result<Option<Journal>, JournalError>>,
}

/// A file or folder that was examined.
struct Seen {
    path: PathBuf,
    kind: Kind,
    /// `None` if nothing was there.
    stamp: Option<Stamp>,
    /// The hash of the content, where it must be compared too.
    content: Option<u64>,
}

enum Kind {
    /// A file, with symbolic links followed.
    File,
    /// A journal with authority over files of this owner, or of any owner.
    Journal(Option<Owner>),
}

impl Seen {
    fn missing(path: &Path) -> Seen {
        Seen { path: path.to_owned(), kind: Kind::File, stamp: None, content: None }
    }

    /// Records the state of a journal before it is read.
    fn journal(folder: &Path, about: Option<Owner>) -> Seen {
        let mut seen =
            Seen { path: folder.join(journal::NAME), kind: Kind::Journal(about), stamp: None, content: None };
        seen.stamp = seen.now();
        seen.content = seen.stamp.as_ref().filter(|stamp| stamp.is_recent()).and_then(|stamp| seen.hash(stamp).ok());
        seen
    }

    fn now(&self) -> Option<Stamp> {
        let metadata = match (&self.kind, self.path.parent()) {
            (Kind::Journal(about), Some(folder)) => journal::look(folder, about.as_ref().map(std::slice::from_ref)),
            _ => fs::metadata(&self.path).map(Some),
        };
        metadata.ok().flatten().map(|metadata| Stamp::of(&metadata))
    }

    /// Returns the hash of the content, whose length the stamp states.
    fn hash(&self, stamp: &Stamp) -> io::Result<u64> {
        let (links, most) = match self.kind {
            Kind::File => (Links::Followed, stamp.bytes),
            Kind::Journal(_) => (Links::Refused, stamp.bytes.min(journal::MOST_BYTES)),
        };
        let (file, metadata) = regular::open(&self.path, links)?;
        regular::read(&file, &metadata, most).map(|bytes| hash(&bytes))
    }

    fn is_same(&self) -> bool {
        let now = self.now();
        let has_content = |content| now.as_ref().is_some_and(|now| self.hash(now).is_ok_and(|now| now == content));
        now == self.stamp && self.content.is_none_or(has_content)
    }
}

/// The contents of pipes, which can be read only once, by their canonical paths.
pub(super) type Pipes = HashMap<PathBuf, Vec<u8>>;

/// The reasons for which a file was not read.
pub(super) enum ReadError {
    Io(io::Error),
    Journal(JournalError),
}

impl From<io::Error> for ReadError {
    fn from(error: io::Error) -> Self {
        ReadError::Io(error)
    }
}

impl Snapshot {
    /// Returns the contents of a folder. `is_inside` is as for [`walk`].
    pub fn list(&mut self, folder: &Path, is_inside: impl Fn(&Path) -> bool) -> io::Result<&Folder> {
        let found = walk(folder, is_inside)?;
        self.listed.push((folder.to_owned(), found));
        Ok(&self.listed[self.listed.len() - 1].1)
    }

    /// Returns the canonical path of a file.
    pub fn find(&mut self, path: &Path) -> io::Result<PathBuf> {
        // An existing file is stamped when it is read.
        fs::canonicalize(path).inspect_err(|_| self.seen.push(Seen::missing(path)))
    }

    /// Returns the content of a file, or the content that a committed transaction gives it; at most one byte more than the limit
    /// that `most` returns for its beginning.
    ///
    /// An included file must be a regular one: a catalog must not be able to make its reader wait.
    pub fn read(
        &mut self,
        path: &Path,
        identity: &Path,
        included: bool,
        pipes: &mut Pipes,
        most: impl Fn(&[u8]) -> u64,
    ) -> Result<Vec<u8>, ReadError> {
        if let Some(bytes) = pipes.get(identity) {
            return Ok(bytes.clone());
        }
        // The canonical path is opened, so that this is the file whose folder is searched for a journal.
        let opened = match included {
            true => regular::open(identity, Links::Refused),
            false => File::open(identity).and_then(|file| file.metadata().map(|metadata| (file, metadata))),
        };
        let (mut file, metadata) = opened.map_err(|error| {
            if error.kind() == io::ErrorKind::NotFound {
                self.seen.push(Seen::missing(path));
            }
            if NotRegular::is(&error) { io::Error::other("not a regular file") } else { error }
        })?;
        let (bytes, is_whole) = read(&mut file, most)?;
        if !metadata.is_file() {
            pipes.insert(identity.to_owned(), bytes.clone());
            return Ok(bytes);
        }
        let stamp = Stamp::of(&metadata);
        // A document over the limit is neither read completely nor used. A file without a size, such as those of `/proc`, has no
        // content that could be compared.
        let is_sized = bytes.len() as u64 == stamp.bytes;
        let content = (is_whole && is_sized && stamp.is_recent()).then(|| hash(&bytes));
        self.seen.push(Seen { path: path.to_owned(), kind: Kind::File, stamp: Some(stamp), content });
        let folder = identity.parent().unwrap_or(Path::new("/"));
        match self.journal(folder, Owner::of(&metadata)) {
            Ok(None) => Ok(bytes),
            Err(error) => Err(ReadError::Journal(error.clone())),
            // A document over the limit is refused for that reason.
            Ok(Some(journal)) if is_whole => journal.reading(folder, identity, bytes).map_err(ReadError::Journal),
            Ok(_) => Ok(bytes),
        }
    }

    /// Returns the committed journal of a folder, by its canonical path, for files of this owner.
    fn journal(&mut self, folder: &Path, owner: Owner) -> &Result<Option<Journal>, JournalError> {
        let key = (folder.to_owned(), owner);
        if !self.journals.contains_key(&key) {
            let journal = self.counting(folder, owner);
            self.journals.insert(key.clone(), journal);
        }
        &self.journals[&key]
    }

    fn counting(&mut self, folder: &Path, owner: Owner) -> Result<Option<Journal>, JournalError> {
        self.seen.push(Seen::journal(folder, Some(owner)));
        let Some((journal, _)) = journal::read(folder, Some(&[owner]))? else { return Ok(None) };
        if let Role::Further { first } = &journal.role {
            self.seen.push(Seen::journal(&folder.join(first), None));
        }
        Ok(journal.counts(folder)?.then_some(journal))
    }

    /// Returns the folders in which journals were looked for, including those that other journals name.
    pub fn journals(&self) -> impl Iterator<Item = &Path> {
        self.seen.iter().filter(|seen| matches!(seen.kind, Kind::Journal(_))).map(|seen| seen.path.as_path())
    }

    /// Returns the first path that changed after it was read.
    pub fn changed(&self, is_inside: impl Fn(&Path) -> bool) -> Option<&Path> {
        let file = self.seen.iter().find(|seen| !seen.is_same()).map(|seen| &seen.path);
        let is_as_listed =
            |folder: &Path, was: &Folder| walk(folder, &is_inside).is_ok_and(|is| was.has_documents_of(&is));
        let folder = || self.listed.iter().find(|(folder, was)| !is_as_listed(folder, was));
        file.or_else(|| folder().map(|(folder, _)| folder)).map(PathBuf::as_path)
    }
}

/// Returns the content, and whether it is complete.
fn read(file: &mut File, most: impl Fn(&[u8]) -> u64) -> io::Result<(Vec<u8>, bool)> {
    let mut bytes = Vec::new();
    file.take(BEGINNING).read_to_end(&mut bytes)?;
    let most = most(&bytes);
    file.take(most.saturating_add(1).saturating_sub(bytes.len() as u64)).read_to_end(&mut bytes)?;
    let is_whole = bytes.len() as u64 <= most;
    Ok((bytes, is_whole))
}

/// The facts that distinguish a file from its earlier state, without reading it.
#[derive(PartialEq, Eq)]
struct Stamp {
    bytes: u64,
    modified: Option<SystemTime>,
    #[cfg(unix)]
    place: (u64, u64),
    /// When anything of the file changed last, its name included: seconds and nanoseconds. Nobody can set it.
    #[cfg(unix)]
    changed: (i64, i64),
}

impl Stamp {
    fn of(metadata: &Metadata) -> Stamp {
        #[cfg(unix)]
        use std::os::unix::fs::MetadataExt;
        Stamp {
            bytes: metadata.len(),
            modified: metadata.modified().ok(),
            #[cfg(unix)]
            place: (metadata.dev(), metadata.ino()),
            #[cfg(unix)]
            changed: (metadata.ctime(), metadata.ctime_nsec()),
        }
    }

    /// Returns whether another content may have the same stamp. A time in the future comes from the clock of another machine, or
    /// is invalid.
    fn is_recent(&self) -> bool {
        #[cfg(unix)]
        let changed =
            u64::try_from(self.changed.0).ok().map(|seconds| SystemTime::UNIX_EPOCH + Duration::from_secs(seconds));
        #[cfg(not(unix))]
        let changed = self.modified;
        let age = changed.and_then(|changed| SystemTime::now().duration_since(changed).ok());
        age.is_none_or(|age| age < RECENT)
    }
}

fn hash(bytes: &[u8]) -> u64 {
    let mut hasher = DefaultHasher::new();
    bytes.hash(&mut hasher);
    hasher.finish()
}

#[cfg(test)]
mod tests;
