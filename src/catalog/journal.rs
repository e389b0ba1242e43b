//! Journals of transactions on several files that are committed, and whose files are not all replaced yet.
//!
//! A rename replaces one file in one step. For several files, each folder concerned gets a journal, [`NAME`], that holds the
//! contents of its files before and after. One journal is the first: once it exists, the transaction counts, and a reader of one
//! of the files takes the content that the journals state, whether or not the file has been replaced yet. When all files are
//! replaced, the first journal is removed, then the others.
//!
//! ```toml
//! format = 1
//! transaction = "0ce3b0a4-..."   # random; journals of one transaction have the same
//! folders = ["../b"]             # the first journal: where the others are
//! # journal = "../a/.sockatlas-journal"   # any other: where the first one is
//!
//! [[file]]
//! name = "site.toml"             # in the journal's own folder
//! was = "..."
//! is = "..."
//! ```
//!
//! A journal names only files of its own folder: whoever can write the journal could also replace them, and it reveals no secret
//! of a folder with other readers. A file that is not a valid journal, or that contradicts the content of a file, is an error:
//! nothing is guessed.
//!
//! The authority of a journal depends on its owner. In most folders every journal has authority, because whoever may create files
//! there may also replace the existing ones. In a folder where everybody may create files and only their owners may replace them
//! (the sticky bit, as in `/tmp`), a journal of root or of the folder's owner has authority over all files, and any other journal
//! over the files of its own owner. A journal without authority is not opened, and is no error. Every other file of that name
//! must be a regular file, not a link to one, of at most [`MOST_BYTES`], and text: the reading ends at the first NUL byte, so
//! that a sparse file costs nothing.

use super::regular::{self, Links, NotRegular};
use std::fs::{self, File, Metadata};
use std::io::{self, Read};
use std::path::{Path, PathBuf};
use toml::{Table, Value};

/// The file name of a journal.
pub(crate) const NAME: &str = ".sockatlas-journal";

/// The version of journals that this library reads and writes.
const FORMAT: i64 = 1;

/// The most bytes of a journal: two of the largest documents that the default limits allow, before and after. Code that changes
/// several files together writes no longer journal.
pub(crate) const MOST_BYTES: u64 = 256 << 20;

/// The number of bytes of a journal that are read before they are examined.
const PIECE: u64 = 64 << 10;

/// The user who owns a file. On systems other than Unix all owners are equal.
#[derive(Copy, Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct Owner(pub u32);

impl Owner {
    pub fn of(metadata: &Metadata) -> Owner {
        #[cfg(unix)]
        return Owner(std::os::unix::fs::MetadataExt::uid(metadata));
        #[cfg(not(unix))]
        {
            let _ = metadata;
            Owner(0)
        }
    }
}

/// The changes of a transaction to the files of one folder.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Journal {
    /// The identifier that the journals of one transaction share.
    pub transaction: String,
    pub role: Role,
    pub files: Vec<Replacement>,
}

/// The role of a journal among those of its transaction. Paths lead to folders, relative to the journal's own.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Role {
    /// The journal whose presence makes the transaction count.
    First {
        /// The folders of the others.
        others: Vec<PathBuf>,
    },
    /// A journal that has no effect without the first.
    Further {
        /// The folder of the first.
        first: PathBuf,
    },
}

/// The contents of a file before and after.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Replacement {
    /// The file's name in the journal's folder.
    pub name: String,
    pub was: String,
    pub is: String,
}

/// The reasons for which the content of a journal cannot be read or applied.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum JournalError {
    #[error("the journal of an unfinished transaction, `{}`, cannot be read: {reason}", journal.display())]
    Unreadable { journal: PathBuf, reason: String },
    #[error("`{}` is no journal of a transaction: {reason}; if it is not needed, remove it", journal.display())]
    Malformed { journal: PathBuf, reason: String },
    #[error(
        "an unfinished transaction changes it, and it was edited since; `{}` holds what it was and what it was to be: to keep all \
         files as they are, remove that",
        journal.display()
    )]
    Edited { journal: PathBuf },
}

/// Reads the journal of a folder, and returns it with its owner. Returns `None` if there is no journal, or none with authority
/// over files of one of these owners; without owners, any journal is read. The journal need not count.
pub(crate) fn read(folder: &Path, about: Option<&[Owner]>) -> Result<Option<(Journal, Owner)>, JournalError> {
    let path = folder.join(NAME);
    let unreadable = |error: io::Error| match NotRegular::is(&error) || error.kind() == io::ErrorKind::FileTooLarge {
        true => JournalError::Malformed { journal: path.clone(), reason: error.to_string() },
        false => JournalError::Unreadable { journal: path.clone(), reason: error.to_string() },
    };
    let malformed = |reason: String| JournalError::Malformed { journal: path.clone(), reason };
    if look(folder, about).map_err(unreadable)?.is_none() {
        return Ok(None);
    }
    let (file, metadata) = match regular::open(&path, Links::Refused) {
        // The file is gone by now, so the transaction is finished.
        Err(error) if is_absent(&error) => return Ok(None),
        opened => opened.map_err(unreadable)?,
    };
    // Another file may have been put there since it was examined.
    if !has_say(folder, Owner::of(&metadata), about) {
        return Ok(None);
    }
    let text = text(&file, &metadata).map_err(unreadable)?.map_err(malformed)?;
    let journal = Journal::parse(&text).map_err(malformed)?;
    Ok(Some((journal, Owner::of(&metadata))))
}

/// Returns the metadata of the file in the place of a folder's journal, if it has authority over files of one of these owners. A
/// link is not followed.
pub(crate) fn look(folder: &Path, about: Option<&[Owner]>) -> io::Result<Option<Metadata>> {
    match fs::symlink_metadata(folder.join(NAME)) {
        Err(error) if is_absent(&error) => Ok(None),
        Err(error) => Err(error),
        Ok(metadata) => Ok(has_say(folder, Owner::of(&metadata), about).then_some(metadata)),
    }
}

/// Returns the text of a journal, or the reason why the file is not one.
fn text(file: &File, metadata: &Metadata) -> io::Result<Result<String, String>> {
    regular::expect_at_most(metadata.len(), MOST_BYTES)?;
    let mut bytes = Vec::new();
    loop {
        let read = file.take(PIECE).read_to_end(&mut bytes)?;
        regular::expect_at_most(bytes.len() as u64, MOST_BYTES)?;
        match bytes.len() - read {
            _ if read == 0 => break,
            from if bytes[from..].contains(&0) => return Ok(Err("it holds a NUL byte, which is no text".to_owned())),
            _ => {}
        }
    }
    Ok(String::from_utf8(bytes).map_err(|_| "it is not UTF-8".to_owned()))
}

fn is_absent(error: &io::Error) -> bool {
    matches!(error.kind(), io::ErrorKind::NotFound | io::ErrorKind::NotADirectory)
}

/// Returns the content that readers get for a file with this canonical path, this owner and this content on the disk.
#[cfg(feature = "edit")]
pub(crate) fn reading(file: &Path, owner: Owner, disk: Vec<u8>) -> Result<Vec<u8>, JournalError> {
    let Some(folder) = file.parent() else { return Ok(disk) };
    match read(folder, Some(&[owner]))? {
        Some((journal, _)) if journal.counts(folder)? => journal.reading(folder, file, disk),
        _ => Ok(disk),
    }
}

impl Journal {
    /// Returns whether the transaction is committed. `folder` is the folder of this journal.
    pub fn counts(&self, folder: &Path) -> Result<bool, JournalError> {
        match &self.role {
            Role::First { .. } => Ok(true),
            Role::Further { first } => {
                // The owner does not matter: only those who may read this journal know its number.
                let first = read(&folder.join(first), None)?;
                Ok(first.is_some_and(|(first, _)| first.is_first() && first.transaction == self.transaction))
            }
        }
    }

    pub fn is_first(&self) -> bool {
        matches!(self.role, Role::First { .. })
    }

    /// Returns the content that readers get for a file of the journal's folder with this content on the disk, while the journal
    /// counts.
    pub fn reading(&self, folder: &Path, file: &Path, disk: Vec<u8>) -> Result<Vec<u8>, JournalError> {
        let is_meant = |replacement: &&Replacement| file.file_name().is_some_and(|name| name == &*replacement.name);
        let Some(replacement) = self.files.iter().find(is_meant) else { return Ok(disk) };
        match () {
            () if disk == replacement.is.as_bytes() => Ok(disk),
            () if disk == replacement.was.as_bytes() => Ok(replacement.is.clone().into_bytes()),
            () => Err(JournalError::Edited { journal: self.first(folder).join(NAME) }),
        }
    }

    /// Returns the folder of the transaction's first journal. `folder` is the folder of this journal.
    fn first(&self, folder: &Path) -> PathBuf {
        match &self.role {
            Role::First { .. } => folder.to_owned(),
            Role::Further { first } => {
                let first = folder.join(first);
                fs::canonicalize(&first).unwrap_or(first)
            }
        }
    }

    /// Returns whether the journal of a folder, with this owner, has authority over every file that it names.
    #[cfg(feature = "edit")]
    pub fn may_replace_all(&self, folder: &Path, by: Owner) -> bool {
        self.files.iter().all(|file| {
            // The step that finishes the transaction reports a missing file.
            let file = fs::symlink_metadata(folder.join(&file.name));
            file.map_or(true, |file| has_say(folder, by, Some(&[Owner::of(&file)])))
        })
    }

    /// Parses a journal, or returns the reason why the text is not one.
    fn parse(text: &str) -> Result<Journal, String> {
        let mut table: Table = toml::from_str(text).map_err(|error| {
            let before = error.span().and_then(|span| text.get(..span.start)).unwrap_or_default();
            format!("line {}: {}", before.matches('\n').count() + 1, error.message().replace('\n', ", "))
        })?;
        match table.remove("format") {
            Some(Value::Integer(FORMAT)) => {}
            Some(Value::Integer(found)) => {
                return Err(format!("it has format {found}, and this sockatlas reads format {FORMAT}"));
            }
            Some(found) => return Err(format!("`format` is {} where a number is expected", found.type_str())),
            None => return Err("it lacks the key `format`".to_owned()),
        }
        let transaction = string(&mut table, "transaction")?;
        let role = match (table.remove("folders"), table.remove("journal")) {
            (Some(Value::Array(folders)), None) => {
                let others: Option<Vec<PathBuf>> =
                    folders.iter().map(|folder| folder.as_str().map(Into::into)).collect();
                Role::First { others: others.ok_or("`folders` holds what is no text")? }
            }
            (None, Some(Value::String(journal))) => match Path::new(&journal).parent() {
                Some(first) if Path::new(&journal).ends_with(NAME) => Role::Further { first: first.to_owned() },
                _ => return Err(format!("`journal` names no `{NAME}`")),
            },
            _ => return Err("it has not either an array `folders` or a text `journal`".to_owned()),
        };
        let Some(Value::Array(files)) = table.remove("file") else { return Err("it names no files".to_owned()) };
        let files: Vec<Replacement> = files.into_iter().map(Replacement::parse).collect::<Result<_, _>>()?;
        for (at, file) in files.iter().enumerate() {
            if files.iter().take(at).any(|other| other.name == file.name) {
                return Err(format!("it names the file `{}` twice", file.name));
            }
        }
        nothing_else(&table)?;
        Ok(Journal { transaction, role, files })
    }

    /// Returns the journal's text, or `None` for paths that are not UTF-8, which cannot be written.
    #[cfg(feature = "edit")]
    pub fn render(&self) -> Option<String> {
        let mut text = String::from(
            "# A change of the catalogs of this folder, made by sockatlas and not written everywhere yet. It counts already: what reads\n\
             # the files takes what they are to be. The next change finishes it.\n",
        );
        text.push_str(&format!("format = {FORMAT}\ntransaction = {}\n", quoted(&self.transaction)));
        match &self.role {
            Role::First { others } => {
                let others: Option<Vec<String>> = others.iter().map(|folder| folder.to_str().map(quoted)).collect();
                text.push_str(&format!("folders = [{}]\n", others?.join(", ")));
            }
            Role::Further { first } => {
                text.push_str(&format!("journal = {}\n", quoted(first.join(NAME).to_str()?)));
            }
        }
        for Replacement { name, was, is } in &self.files {
            let (name, was, is) = (quoted(name), quoted(was), quoted(is));
            text.push_str(&format!("\n[[file]]\nname = {name}\nwas = {was}\nis = {is}\n"));
        }
        Some(text)
    }
}

impl Replacement {
    fn parse(value: Value) -> Result<Replacement, String> {
        let Value::Table(mut table) = value else { return Err("`file` holds what is no table".to_owned()) };
        let file = Replacement {
            name: string(&mut table, "name")?,
            was: string(&mut table, "was")?,
            is: string(&mut table, "is")?,
        };
        if Path::new(&file.name).file_name() != Some(file.name.as_ref()) {
            return Err(format!("`{}` is no file of its folder", file.name));
        }
        nothing_else(&table)?;
        Ok(file)
    }
}

fn string(table: &mut Table, key: &str) -> Result<String, String> {
    match table.remove(key) {
        Some(Value::String(value)) => Ok(value),
        Some(found) => Err(format!("`{key}` is {} where a text is expected", found.type_str())),
        None => Err(format!("it lacks the key `{key}`")),
    }
}

fn nothing_else(table: &Table) -> Result<(), String> {
    table.keys().next().map_or(Ok(()), |key| Err(format!("unknown key `{key}`")))
}

/// Returns a text as a string on one line with every line break escaped, so that no TOML reader converts line breaks.
#[cfg(feature = "edit")]
fn quoted(text: &str) -> String {
    toml_writer::ToTomlValue::to_toml_value(&toml_writer::TomlStringBuilder::new(text).as_basic())
}

/// Returns whether a journal of this owner has authority in a folder over files of one of these owners.
fn has_say(folder: &Path, by: Owner, about: Option<&[Owner]>) -> bool {
    let Some(about) = about else { return true };
    match sticky(folder) {
        Some(of_folder) => by == ROOT || by == of_folder || about.contains(&by),
        None => true,
    }
}

/// The user who may replace every file.
pub(crate) const ROOT: Owner = Owner(0);

/// Returns the owner of a folder in which everybody may create files, and only their owners, the folder's owner and root may
/// replace them.
pub(crate) fn sticky(folder: &Path) -> Option<Owner> {
    #[cfg(unix)]
    {
        use std::os::unix::fs::MetadataExt;
        const STICKY: u32 = 0o1000;
        fs::metadata(folder).ok().filter(|folder| folder.mode() & STICKY != 0).map(|folder| Owner::of(&folder))
    }
    #[cfg(not(unix))]
    {
        let _ = folder;
        None
    }
}

#[cfg(all(test, feature = "edit"))]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn journal() -> impl Strategy<Value = Journal> {
        let role = prop_oneof![
            prop::collection::vec("(\\.\\./){0,3}[a-z é'\"]{1,8}", 0..3)
                .prop_map(|others| Role::First { others: others.into_iter().map(PathBuf::from).collect() }),
            "(\\.\\./){0,3}[a-z é'\"]{1,8}".prop_map(|first| Role::Further { first: first.into() }),
        ];
        let text = prop_oneof![any::<String>(), "[\u{0}-\u{7f}\u{feff}]{0,40}", "(a|\r|\n|\"|\"\"\"|\\\\){0,20}"];
        let files = prop::collection::btree_map("[a-zé \"]{1,9}\\.toml", (text.clone(), text), 1..4);
        ("[0-9a-f-]{36}", role, files).prop_map(|(transaction, role, files)| {
            let files = files.into_iter().map(|(name, (was, is))| Replacement { name, was, is }).collect();
            Journal { transaction, role, files }
        })
    }

    proptest! {
        #[test]
        fn a_journal_reads_back_as_it_was_written(journal in journal()) {
            let text = journal.render().expect("its paths are UTF-8");
            prop_assert_eq!(Journal::parse(&text), Ok(journal));
        }

        #[test]
        fn a_journal_that_lacks_its_end_is_none_or_lacks_files(journal in journal(), cut in 0..1_000usize) {
            let text = journal.render().expect("its paths are UTF-8");
            let cut = text.floor_char_boundary(text.len().saturating_sub(2).min(cut));
            let parsed = Journal::parse(&text[..cut]);
            prop_assert_ne!(parsed, Ok(journal));
        }
    }

    #[test]
    fn what_is_no_journal_is_refused_with_the_reason() {
        let head = "format = 1\ntransaction = \"t\"\n";
        let file = "[[file]]\nname = \"a.toml\"\nwas = \"\"\nis = \"\"\n";
        for (text, reason) in [
            ("format = 1\nx".to_owned(), "line 2: key with no value, expected `=`"),
            ("format = 2\n".to_owned(), "it has format 2, and this sockatlas reads format 1"),
            (String::new(), "it lacks the key `format`"),
            (format!("{head}{file}"), "it has not either an array `folders` or a text `journal`"),
            (
                format!("{head}folders = []\njournal = \"../a/{NAME}\"\n{file}"),
                "it has not either an array `folders` or a text `journal`",
            ),
            (format!("{head}folders = [1]\n{file}"), "`folders` holds what is no text"),
            (format!("{head}journal = \"../a/passwd\"\n{file}"), "`journal` names no `.sockatlas-journal`"),
            (format!("{head}folders = []\n"), "it names no files"),
            (format!("{head}folders = []\nx = 1\n{file}"), "unknown key `x`"),
            (format!("{head}folders = []\n{file}x = 1\n"), "unknown key `x`"),
            (format!("{head}folders = []\n{file}{file}"), "it names the file `a.toml` twice"),
            (
                format!("{head}folders = []\n{}", file.replace("a.toml", "../a.toml")),
                "`../a.toml` is no file of its folder",
            ),
            (format!("{head}folders = []\n{}", file.replace("a.toml", "..")), "`..` is no file of its folder"),
            (
                format!("{head}folders = []\n{}", file.replace("is = \"\"", "is = 1")),
                "`is` is integer where a text is expected",
            ),
            (format!("{head}folders = []\n{}", file.replace("is = \"\"", "")), "it lacks the key `is`"),
        ] {
            assert_eq!(Journal::parse(&text), Err(reason.to_owned()), "{text}");
        }
    }
}
