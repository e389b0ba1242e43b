//! Gathers the documents of a catalog: files, folders and texts in the order given, each include once and before its includer.
//!
//! A catalog may come from strangers, as in a pull request, and be checked on a machine whose files they may not see. So the
//! target of an include or a symbolic link is read, but is shown only if it is a catalog. For any other file there is one fault
//! ([`FaultKind::NotACatalog`]), and its text is in no [`Sources`]. A document of another form, such as a registry export, must
//! be free of faults to count as a catalog if an include or a name `*.toml` leads to it.

use super::document;
use super::fault::{Fault, FaultKind, NotACatalog, quoted};
use super::faults::Faults;
#[cfg(not(feature = "winsock"))]
use super::form;
use super::form::{ForeignText, Form};
use super::limits::Limits;
use super::pipe::{self, Pipe};
use super::raw::{At, Document};
use super::snapshot::{BEGINNING, Pipes, ReadError, Snapshot};
use super::source::{FileId, Outside, Place, Sources, Span, Way};
use std::collections::{HashMap, HashSet};
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::thread;
use std::time::Duration;

/// A source of documents.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Input {
    /// A file, or a folder whose `*.toml` files are read, with those of its subfolders, in the order of their paths; or a catalog
    /// that ships with the library, such as `builtin:layers.toml`.
    Path(PathBuf),
    /// A text with a name for messages. It can include the catalogs that ship, but no files.
    Text {
        /// The name, such as `builtin:linux.toml`.
        name: String,
        /// The TOML.
        text: String,
    },
    /// The text of a document that a program built, with a name for messages. It can include the catalogs that ship, but no
    /// files.
    Built {
        /// The name.
        name: String,
        /// The TOML.
        text: String,
    },
    /// Bytes that were read elsewhere, in any form that documents may have, with a name for messages. They can include the
    /// catalogs that ship, but no files.
    Bytes {
        /// The name, such as `<stdin>`.
        name: String,
        /// The document.
        bytes: Vec<u8>,
    },
    /// A text that replaces the content of a file wherever the file is read. It does not add a document.
    Unsaved {
        /// The file, which exists.
        path: PathBuf,
        /// The TOML.
        text: String,
    },
    /// A folder in which included files may lie, beside those that are named. It does not add a document.
    Root(PathBuf),
}

/// A catalog that ships with the library: a name that begins with [`BUILTIN`], and its text.
pub(crate) type Builtin = (&'static str, &'static str);

/// The prefix of paths that name a catalog that ships with the library, as in `builtin:layers.toml`.
pub const BUILTIN: &str = "builtin:";

/// How often documents that change while they are read are read again; the n-th time after n milliseconds. A transaction takes a
/// few attempts, so that only files that are written continuously exhaust them.
const ATTEMPTS: u64 = 40;

/// Reads all documents as they are at one moment: if one changes meanwhile, all are read again.
pub(super) fn gather(
    inputs: &[Input],
    builtins: &[Builtin],
    form: Option<&dyn Form>,
    limits: &Limits,
    faults: &mut Faults,
) -> (Sources, Vec<Document>, Moment) {
    #[cfg(all(test, feature = "edit"))]
    readings::count();
    let mut pipes = Pipes::new();
    let roots = Roots::of(inputs);
    let mut attempt = 1;
    loop {
        let mut gather = Gather {
            limits,
            faults: Faults::default(),
            builtins,
            form,
            sources: Sources::default(),
            documents: Vec::new(),
            unsaved: unsaved(inputs),
            snapshot: Snapshot::default(),
            pipes: &mut pipes,
            roots: &roots,
            seen: HashSet::new(),
            including: Vec::new(),
            over_limit: false,
        };
        inputs.iter().for_each(|input| gather.input(input));
        if let Some(path) = gather.snapshot.changed(|path| roots.hold(path)).map(Path::to_owned) {
            if attempt < ATTEMPTS {
                thread::sleep(Duration::from_millis(attempt));
                attempt += 1;
                continue;
            }
            let reason = format!("it kept changing while it was read with the others, {ATTEMPTS} times");
            gather.unreadable(&path, &reason, Asked::Named);
        }
        let Gather { mut sources, snapshot, documents, faults: found, .. } = gather;
        faults.append(found);
        snapshot.journals().for_each(|path| sources.add_place(Place::File(path.to_owned())));
        sources.set_merge_order(documents.iter().map(|document| document.file).collect());
        return (sources, documents, Moment { snapshot, roots });
    }
}

/// The files and folders that were read together, as they were at that moment.
pub(crate) struct Moment {
    snapshot: Snapshot,
    roots: Roots,
}

impl Moment {
    /// Returns whether all files and folders are still as they were read.
    #[cfg_attr(not(feature = "edit"), expect(dead_code, reason = "only transactions ask for it"))]
    pub fn is_now(&self) -> bool {
        self.snapshot.changed(|path| self.roots.hold(path)).is_none()
    }
}

/// Counts how often documents are read, so that tests can limit it.
#[cfg(all(test, feature = "edit"))]
pub(crate) mod readings {
    use std::cell::Cell;

    thread_local! {
        static READINGS: Cell<usize> = const { Cell::new(0) };
    }

    pub(super) fn count() {
        READINGS.set(READINGS.get() + 1);
    }

    /// Returns the number of times that this thread has read documents so far.
    pub(crate) fn so_far() -> usize {
        READINGS.get()
    }
}

/// Returns the unsaved texts by the canonical paths of their files; the last text of a file counts.
fn unsaved(inputs: &[Input]) -> HashMap<PathBuf, &str> {
    let unsaved = inputs.iter().filter_map(|input| match input {
        Input::Unsaved { path, text } => Some((fs::canonicalize(path).ok()?, text.as_str())),
        _ => None,
    });
    unsaved.collect()
}

/// The folders in which includes may lead: the named folders, those of named files, and the roots; without symbolic links.
struct Roots(HashSet<PathBuf>);

impl Roots {
    fn of(inputs: &[Input]) -> Roots {
        let folders = inputs.iter().filter_map(|input| match input {
            Input::Path(path) if path.to_str().is_some_and(|path| path.starts_with(BUILTIN)) => None,
            Input::Path(path) if path.is_dir() => Some(path.as_path()),
            Input::Path(path) => path.parent(),
            Input::Root(folder) => Some(folder.as_path()),
            _ => None,
        });
        let here =
            |folder: &'_ Path| if folder.as_os_str().is_empty() { PathBuf::from(".") } else { folder.to_owned() };
        Roots(folders.filter_map(|folder| fs::canonicalize(here(folder)).ok()).collect())
    }

    /// Returns whether a path without symbolic links lies in one of them.
    fn hold(&self, path: &Path) -> bool {
        path.ancestors().any(|folder| self.0.contains(folder))
    }
}

/// The reason for which a document is read.
#[derive(Copy, Clone)]
enum Asked {
    /// The caller of the loader names it.
    Named,
    /// It lies in a folder that is named.
    Listed,
    /// A document includes it here.
    Included(Span),
}

impl Asked {
    fn include(self) -> Option<Span> {
        match self {
            Asked::Included(at) => Some(at),
            Asked::Named | Asked::Listed => None,
        }
    }
}

struct Gather<'a> {
    limits: &'a Limits,
    faults: Faults,
    builtins: &'a [Builtin],
    form: Option<&'a dyn Form>,
    sources: Sources,
    documents: Vec<Document>,
    unsaved: HashMap<PathBuf, &'a str>,
    snapshot: Snapshot,
    pipes: &'a mut Pipes,
    roots: &'a Roots,
    /// The canonical paths of the files read so far.
    seen: HashSet<PathBuf>,
    /// The files whose includes are being read: canonical path, and the name as given.
    including: Vec<(PathBuf, String)>,
    over_limit: bool,
}

/// The place to which the includes of a document are relative.
enum Home {
    Folder(PathBuf),
    /// The catalogs that ship.
    Builtin,
    /// Nothing: a program built the document.
    Program,
    /// Nothing: the document is a text from elsewhere.
    None,
}

impl Gather<'_> {
    fn input(&mut self, input: &Input) {
        match input {
            Input::Text { name, text } => self.text(name, text.clone(), &Home::None, Asked::Named, false),
            Input::Built { name, text } => self.text(name, text.clone(), &Home::Program, Asked::Named, false),
            Input::Bytes { name, bytes } => self.content(name, bytes.clone(), None, &Home::None, Asked::Named),
            Input::Path(path) if path.to_str().is_some_and(|path| path.starts_with(BUILTIN)) => {
                self.builtin(&path.to_string_lossy(), Asked::Named);
            }
            Input::Path(path) if path.is_dir() => self.folder(path),
            Input::Path(path) => match Pipe::at(path) {
                Some(pipe) => self.pipe(path, pipe),
                None => self.file(path, Asked::Named),
            },
            Input::Unsaved { .. } | Input::Root(_) => {}
        }
    }

    fn folder(&mut self, path: &Path) {
        let roots = self.roots;
        let found = match self.snapshot.list(path, |path| roots.hold(path)) {
            Ok(found) => found,
            Err(error) => {
                self.sources.add_place(Place::Folder(path.to_owned()));
                return self.unreadable(path, &reason(&error), Asked::Named);
            }
        };
        let (files, near_misses, outside) = (found.files.clone(), found.near_misses.clone(), found.outside.clone());
        let unreadable: Vec<_> = found.unreadable.iter().map(|(path, error)| (path.clone(), reason(error))).collect();
        found.folders.iter().for_each(|folder| self.sources.add_place(Place::Folder(folder.clone())));
        self.sources.add_to_skipped(found.skipped);
        if files.is_empty() && unreadable.is_empty() {
            let near =
                near_misses.first().map(|path| format!(", and `{}` is none", path.display())).unwrap_or_default();
            self.unreadable(path, &format!("the folder holds no `*.toml` file{near}"), Asked::Named);
        }
        for near_miss in near_misses {
            self.sources.add_skipped(&near_miss.display().to_string());
        }
        for (link, to) in outside {
            let file = self.sources.add_skipped(&link.display().to_string());
            self.sources.add_outside(Outside { at: Span::beginning(file), what: Way::Folder, to });
        }
        for (path, reason) in unreadable {
            self.unreadable(&path, &reason, Asked::Listed);
        }
        for file in files {
            self.file(&file, Asked::Listed);
        }
    }

    /// Reads a pipe or device, which can be read only once.
    fn pipe(&mut self, path: &Path, pipe: Pipe) {
        if !self.is_fresh(&pipe.identity, Asked::Named) {
            return;
        }
        let bytes = match self.pipes.get(&pipe.identity) {
            Some(bytes) => bytes.clone(),
            None => {
                let (form, limits) = (self.form, self.limits);
                match pipe::read(path, BEGINNING, |beginning| most_bytes(form, limits, beginning)) {
                    Ok(bytes) => self.pipes.entry(pipe.identity).or_insert(bytes).clone(),
                    Err(error) => return self.unreadable(path, &reason(&error), Asked::Named),
                }
            }
        };
        let home = pipe.folder.map_or(Home::None, Home::Folder);
        self.content(&path.display().to_string(), bytes, None, &home, Asked::Named);
    }

    /// Reads a file.
    fn file(&mut self, path: &Path, asked: Asked) {
        self.sources.add_place(Place::File(path.to_owned()));
        let identity = match self.snapshot.find(path) {
            Ok(identity) => identity,
            Err(error) => return self.unreadable(path, &reason(&error), asked),
        };
        let leaves = !self.roots.hold(&identity);
        if let Asked::Included(at) = asked
            && leaves
        {
            self.sources.add_outside(Outside { at, what: Way::Include, to: path.to_owned() });
        }
        if !self.is_fresh(&identity, asked) {
            return;
        }
        let bytes = match self.unsaved.get(&identity) {
            Some(text) => Ok(text.as_bytes().to_owned()),
            None => {
                let (form, limits) = (self.form, self.limits);
                let most = |beginning: &[u8]| most_bytes(form, limits, beginning);
                // Only a path that a person names may be something else than a regular file.
                let is_regular = !matches!(asked, Asked::Named);
                self.snapshot.read(path, &identity, is_regular, self.pipes, most)
            }
        };
        let bytes = match bytes {
            Ok(bytes) => bytes,
            Err(ReadError::Io(error)) => return self.unreadable(path, &reason(&error), asked),
            Err(ReadError::Journal(error)) => return self.unreadable(path, &error.to_string(), asked),
        };
        if matches!(asked, Asked::Listed) && leaves {
            let at = Span::beginning(self.sources.next());
            self.sources.add_outside(Outside { at, what: Way::File, to: identity.clone() });
        }
        let home = Home::Folder(path.parent().map(Path::to_owned).unwrap_or_default());
        self.content(&path.display().to_string(), bytes, Some((path, identity)), &home, asked);
    }

    /// Reads a document of any form: a file, by its path as given and by its canonical path, or content without a path.
    fn content(&mut self, name: &str, bytes: Vec<u8>, file: Option<(&Path, PathBuf)>, home: &Home, asked: Asked) {
        let limit = most_bytes(self.form, self.limits, &bytes);
        if bytes.len() as u64 > limit {
            let at = asked.include().unwrap_or_else(|| Span::beginning(self.sources.add(name, String::new())));
            let found = bytes.len() as u64;
            let kind = FaultKind::LimitExceeded { what: "bytes in a document", limit, found };
            self.faults.push(Fault::new(kind, at));
            return;
        }
        let path = file.as_ref().map(|(path, _)| *path);
        // The target of an include or a link is not shown merely because it resembles a document.
        let is_toml = |path: &Path| path.extension().is_some_and(|extension| extension == "toml");
        let must_be_sound = !matches!(asked, Asked::Named) || path.is_some_and(is_toml);
        match self.form.and_then(|form| form.text(&bytes, path)) {
            Some(Ok(foreign)) => return self.foreign(name, foreign, path.is_some(), asked, must_be_sound),
            Some(Err(_)) if must_be_sound => return self.not_a_catalog(name, NotACatalog::UnsoundWinsock, asked),
            Some(Err(kind)) => {
                let file = self.sources.add(name, String::new());
                self.faults.push(Fault::new(kind, Span::beginning(file)));
                return;
            }
            None => {}
        }
        #[cfg(not(feature = "winsock"))]
        if !must_be_sound && form::is_winsock(&bytes) {
            let file = self.sources.add(name, String::new());
            let message =
                "this is a Winsock catalog, and sockatlas was built without the feature `winsock` that reads them";
            let kind = FaultKind::Syntax { message: message.to_owned(), stands: None };
            self.faults.push(Fault::new(kind, Span::beginning(file)));
            return;
        }
        let text = match String::from_utf8(bytes) {
            Ok(text) => text,
            Err(error) => {
                let valid = error.utf8_error().valid_up_to();
                let before = str::from_utf8(&error.as_bytes()[..valid]).unwrap_or_default();
                if document::recognise(before).is_err() {
                    return self.not_a_catalog(name, NotACatalog::NotUtf8, asked);
                }
                let file = self.sources.add(name, String::from_utf8_lossy(error.as_bytes()).into_owned());
                let message = format!("the text is not UTF-8 from byte {valid} on");
                let kind = FaultKind::Syntax { message, stands: None };
                self.faults.push(Fault::new(kind, Span::new(file, valid..valid + 1)));
                return;
            }
        };
        let Some((_, identity)) = file else { return self.text(name, text, home, asked, false) };
        self.including.push((identity, name.to_owned()));
        self.text(name, text, home, asked, true);
        self.including.pop();
    }

    /// Reads a catalog that ships with the library, by its name with the prefix.
    fn builtin(&mut self, name: &str, asked: Asked) {
        let Some((_, text)) = self.builtins.iter().find(|(known, _)| *known == name) else {
            let known: Vec<&str> = self.builtins.iter().map(|(known, _)| *known).collect();
            let reason = format!("no such catalog ships; there are {}", quoted(&known));
            return self.unreadable(Path::new(name), &reason, asked);
        };
        let identity = PathBuf::from(name);
        if self.is_fresh(&identity, asked) {
            self.including.push((identity, name.to_owned()));
            self.text(name, (*text).to_owned(), &Home::Builtin, asked, false);
            self.including.pop();
        }
    }

    /// Returns whether a document has not been read yet. Records a cycle if it is being read.
    fn is_fresh(&mut self, identity: &Path, asked: Asked) -> bool {
        if let Some(start) = self.including.iter().position(|(including, _)| including == identity) {
            let mut path: Vec<String> = self.including[start..].iter().map(|(_, name)| name.clone()).collect();
            path.extend(path.first().cloned());
            if let Some(at) = asked.include() {
                self.faults.push(Fault::new(FaultKind::IncludeCycle { path }, at));
            }
            return false;
        }
        self.seen.insert(identity.to_owned())
    }

    /// Reads a document of another form, which has no includes.
    fn foreign(&mut self, name: &str, foreign: ForeignText, is_file: bool, asked: Asked, must_be_sound: bool) {
        let ForeignText { form, text, read } = foreign;
        let Some(file) = self.add(name, text) else { return };
        let mut faults = Faults::default();
        let (content, mut document) = read(file, self.sources.get(file).text(), &mut faults);
        if must_be_sound && (faults.len() > 0 || document.entries.is_empty()) {
            self.sources.withdraw(file);
            return self.not_a_catalog(name, NotACatalog::UnsoundWinsock, asked);
        }
        self.faults.append(faults);
        if is_file {
            self.sources.set_file(file);
        }
        let included = asked.include().is_some();
        if included {
            self.sources.set_included(file);
        }
        self.sources.set_form(file, form);
        self.sources.set_content(file, content);
        (document.file, document.included) = (file, included);
        self.documents.push(document);
    }

    /// Reads a document after its includes.
    fn text(&mut self, name: &str, text: String, home: &Home, asked: Asked, is_file: bool) {
        let Some(file) = self.add(name, text) else { return };
        let mut document = match document::read(file, self.sources.get(file).text(), &mut self.faults) {
            Ok(document) => document,
            Err(reason) => {
                self.sources.withdraw(file);
                return self.not_a_catalog(name, reason, asked);
            }
        };
        if is_file {
            self.sources.set_file(file);
        }
        let included = asked.include().is_some();
        if included {
            self.sources.set_included(file);
        }
        if matches!(home, Home::Program) {
            self.sources.set_built(file);
        }
        if matches!(home, Home::Builtin) {
            self.sources.set_shipped(file);
        }
        (document.file, document.included) = (file, included);
        for include in &document.includes {
            self.include(include, home);
        }
        self.documents.push(document);
    }

    /// Adds a document, unless there are too many, which is reported once.
    fn add(&mut self, name: &str, text: String) -> Option<FileId> {
        if self.sources.len() < self.limits.documents {
            return Some(self.sources.add(name, text));
        }
        if !std::mem::replace(&mut self.over_limit, true) {
            let limit = self.limits.documents as u64;
            let file = self.sources.add(name, String::new());
            let kind = FaultKind::LimitExceeded { what: "number of documents", limit, found: limit + 1 };
            self.faults.push(Fault::new(kind, Span::beginning(file)));
        }
        None
    }

    fn include(&mut self, include: &At<String>, home: &Home) {
        if self.including.len() > self.limits.include_depth {
            let limit = self.limits.include_depth as u64;
            let kind = FaultKind::LimitExceeded { what: "depth of includes", limit, found: limit + 1 };
            self.faults.push(Fault::new(kind, include.at));
            return;
        }
        match home {
            _ if include.value.starts_with(BUILTIN) => self.builtin(&include.value, Asked::Included(include.at)),
            Home::Builtin => self.builtin(&format!("{BUILTIN}{}", include.value), Asked::Included(include.at)),
            Home::Folder(folder) => self.file(&folder.join(&include.value), Asked::Included(include.at)),
            Home::None | Home::Program => {
                let reason = "a text that is not a file cannot include files";
                self.unreadable(Path::new(&include.value), reason, Asked::Included(include.at));
            }
        }
    }

    fn unreadable(&mut self, path: &Path, reason: &str, asked: Asked) {
        let path = path.display().to_string();
        let (at, included) = self.at(&path, asked);
        self.faults.push(Fault::new(FaultKind::UnreadableFile { path, reason: reason.to_owned(), included }, at));
    }

    /// Records that a document is not a catalog; nothing of it is shown.
    fn not_a_catalog(&mut self, name: &str, reason: NotACatalog, asked: Asked) {
        let (at, included) = self.at(name, asked);
        self.faults.push(Fault::new(FaultKind::NotACatalog { path: name.to_owned(), reason, included }, at));
    }

    /// Returns the place of faults about a document that is not read, and whether that is the place where it is included.
    fn at(&mut self, name: &str, asked: Asked) -> (Span, bool) {
        let included = asked.include();
        let at = included.unwrap_or_else(|| Span::beginning(self.sources.add(name, String::new())));
        (at, included.is_some())
    }
}

/// Returns the most bytes that a document may have, which depends on its first bytes.
fn most_bytes(form: Option<&dyn Form>, limits: &Limits, bytes: &[u8]) -> u64 {
    let beginning = &bytes[..bytes.len().min(BEGINNING as usize)];
    form.map_or(limits.document_bytes, |form| form.most_bytes(beginning, limits))
}

/// Returns the system's message without Rust's "(os error 2)".
fn reason(error: &io::Error) -> String {
    let text = error.to_string();
    text.split(" (os error").next().unwrap_or_default().to_lowercase()
}
