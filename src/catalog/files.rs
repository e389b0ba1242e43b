//! Which documents make a catalog: files, folders and texts in the order given, each include before its includer and once.

use super::document;
use super::fault::{Fault, FaultKind, quoted};
use super::form::{ForeignText, Form};
use super::limits::Limits;
use super::raw::{At, Document};
use super::snapshot::{BEGINNING, Pipes, ReadError, Snapshot};
use super::source::{FileId, Place, Sources, Span};
use std::collections::{HashMap, HashSet};
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::thread;
use std::time::Duration;

/// Where catalogs come from.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Input {
    /// A file, or a folder whose `*.toml` files are read in the order of their names; or a catalog that ships, as in
    /// `builtin:layers.toml`.
    Path(PathBuf),
    /// A text with a name for messages. It can include catalogs that ship, but no files.
    Text {
        /// The name, as in `builtin:linux.toml`.
        name: String,
        /// The TOML.
        text: String,
    },
    /// The text of a document that a program built, with a name for messages. It can include catalogs that ship, but no files.
    Built {
        /// The name.
        name: String,
        /// The TOML.
        text: String,
    },
    /// What was read elsewhere, in any form that documents may have, under a name for messages. It can include catalogs that
    /// ship, but no files.
    Bytes {
        /// The name, as in `<stdin>`.
        name: String,
        /// The document.
        bytes: Vec<u8>,
    },
    /// What a file is taken to hold, whatever it holds, wherever it is read. It names no document of its own.
    Unsaved {
        /// The file, which exists.
        path: PathBuf,
        /// The TOML.
        text: String,
    },
}

/// A catalog that ships with the library: a name that begins with [`BUILTIN`], and its text.
pub(crate) type Builtin = (&'static str, &'static str);

/// Paths that begin so name a catalog that ships with the library, as in `builtin:layers.toml`.
pub(crate) const BUILTIN: &str = "builtin:";

/// How often documents that change while they are read are read anew; the n-th time after n milliseconds. A transaction takes
/// a few, so that only files that are written without end are given up.
const ATTEMPTS: u64 = 40;

/// Reads all documents, as they are at one moment: what changes while they are read is read again with all others.
pub(super) fn gather(
    inputs: &[Input],
    builtins: &[Builtin],
    form: Option<&dyn Form>,
    limits: &Limits,
    faults: &mut Vec<Fault>,
) -> (Sources, Vec<Document>) {
    let mut pipes = Pipes::new();
    let mut attempt = 1;
    loop {
        let mut gather = Gather {
            limits,
            faults: Vec::new(),
            builtins,
            form,
            sources: Sources::default(),
            documents: Vec::new(),
            unsaved: unsaved(inputs),
            snapshot: Snapshot::default(),
            pipes: &mut pipes,
            seen: HashSet::new(),
            including: Vec::new(),
            over_limit: false,
        };
        inputs.iter().for_each(|input| gather.input(input));
        if let Some(path) = gather.snapshot.changed().map(Path::to_owned) {
            if attempt < ATTEMPTS {
                thread::sleep(Duration::from_millis(attempt));
                attempt += 1;
                continue;
            }
            let reason = format!("it kept changing while it was read with the others, {ATTEMPTS} times");
            gather.unreadable(&path, &reason, None);
        }
        faults.append(&mut gather.faults);
        let Gather { mut sources, snapshot, documents, .. } = gather;
        snapshot.journals().for_each(|path| sources.add_place(Place::File(path.to_owned())));
        return (sources, documents);
    }
}

/// Texts by the canonical paths of the files that they are to be read for; of several the last counts.
fn unsaved(inputs: &[Input]) -> HashMap<PathBuf, &str> {
    let unsaved = inputs.iter().filter_map(|input| match input {
        Input::Unsaved { path, text } => Some((fs::canonicalize(path).ok()?, text.as_str())),
        _ => None,
    });
    unsaved.collect()
}

struct Gather<'a> {
    limits: &'a Limits,
    faults: Vec<Fault>,
    builtins: &'a [Builtin],
    form: Option<&'a dyn Form>,
    sources: Sources,
    documents: Vec<Document>,
    unsaved: HashMap<PathBuf, &'a str>,
    snapshot: Snapshot,
    pipes: &'a mut Pipes,
    /// The canonical paths of the files read so far.
    seen: HashSet<PathBuf>,
    /// The files whose includes are being read: canonical path, and the name as given.
    including: Vec<(PathBuf, String)>,
    over_limit: bool,
}

/// What the includes of a document are relative to.
enum Home {
    Folder(PathBuf),
    /// The catalogs that ship.
    Builtin,
    /// Nothing: a program built it.
    Program,
    /// Nothing: it is a text from elsewhere.
    None,
}

impl Gather<'_> {
    fn input(&mut self, input: &Input) {
        match input {
            Input::Text { name, text } => self.text(name, text.clone(), &Home::None, false),
            Input::Built { name, text } => self.text(name, text.clone(), &Home::Program, false),
            Input::Bytes { name, bytes } => self.content(name, bytes.clone(), None, None),
            Input::Path(path) if path.to_str().is_some_and(|path| path.starts_with(BUILTIN)) => {
                self.builtin(&path.to_string_lossy(), None);
            }
            Input::Path(path) if path.is_dir() => self.folder(path),
            Input::Path(path) => self.file(path, None),
            Input::Unsaved { .. } => {}
        }
    }

    fn folder(&mut self, path: &Path) {
        self.sources.add_place(Place::Folder(path.to_owned()));
        let files = match self.snapshot.list(path) {
            Ok(files) => files,
            Err(error) => return self.unreadable(path, &error.to_string(), None),
        };
        if files.is_empty() {
            self.unreadable(path, "the folder holds no `*.toml` file", None);
        }
        for file in files {
            self.file(&file, None);
        }
    }

    /// Reads a file, named on its own or by an include at a span.
    fn file(&mut self, path: &Path, included: Option<Span>) {
        self.sources.add_place(Place::File(path.to_owned()));
        let identity = match self.snapshot.find(path) {
            Ok(identity) => identity,
            Err(error) => return self.unreadable(path, &reason(&error), included),
        };
        if !self.is_fresh(&identity, included) {
            return;
        }
        let bytes = match self.unsaved.get(&identity) {
            Some(text) => Ok(text.as_bytes().to_owned()),
            None => {
                let (form, limits) = (self.form, self.limits);
                let most = |beginning: &[u8]| most_bytes(form, limits, beginning);
                self.snapshot.read(path, &identity, included.is_some(), self.pipes, most)
            }
        };
        let bytes = match bytes {
            Ok(bytes) => bytes,
            Err(ReadError::Io(error)) => return self.unreadable(path, &reason(&error), included),
            Err(ReadError::Journal(error)) => return self.unreadable(path, &error.to_string(), included),
        };
        self.content(&path.display().to_string(), bytes, Some((path, identity)), included);
    }

    /// Reads a document of any form: a file, by its path as given and by that which is only its own, or what has no path.
    fn content(&mut self, name: &str, bytes: Vec<u8>, file: Option<(&Path, PathBuf)>, included: Option<Span>) {
        let limit = most_bytes(self.form, self.limits, &bytes);
        if bytes.len() as u64 > limit {
            let at = included.unwrap_or_else(|| Span::beginning(self.sources.add(name, String::new())));
            let found = bytes.len() as u64;
            let kind = FaultKind::LimitExceeded { what: "bytes in a document", limit, found };
            return self.faults.push(Fault::new(kind, at));
        }
        let path = file.as_ref().map(|(path, _)| *path);
        match self.form.and_then(|form| form.text(&bytes, path)) {
            Some(Ok(foreign)) => return self.foreign(name, foreign, path.is_some(), included.is_some()),
            Some(Err(kind)) => {
                let file = self.sources.add(name, String::new());
                return self.faults.push(Fault::new(kind, included.unwrap_or(Span::beginning(file))));
            }
            None => {}
        }
        let text = match String::from_utf8(bytes) {
            Ok(text) => text,
            Err(error) => {
                let valid = error.utf8_error().valid_up_to();
                let file = self.sources.add(name, String::from_utf8_lossy(error.as_bytes()).into_owned());
                let message = format!("the text is not UTF-8 from byte {valid} on");
                let kind = FaultKind::Syntax { message, unquoted: None };
                return self.faults.push(Fault::new(kind, Span::new(file, valid..valid + 1)));
            }
        };
        let Some((path, identity)) = file else { return self.text(name, text, &Home::None, false) };
        let home = Home::Folder(path.parent().map(Path::to_owned).unwrap_or_default());
        self.including.push((identity, name.to_owned()));
        self.text(name, text, &home, included.is_some());
        self.including.pop();
    }

    /// Reads a catalog that ships, by its name with the prefix.
    fn builtin(&mut self, name: &str, included: Option<Span>) {
        let Some((_, text)) = self.builtins.iter().find(|(known, _)| *known == name) else {
            let known: Vec<&str> = self.builtins.iter().map(|(known, _)| *known).collect();
            let reason = format!("no such catalog ships; there are {}", quoted(&known));
            return self.unreadable(Path::new(name), &reason, included);
        };
        let identity = PathBuf::from(name);
        if self.is_fresh(&identity, included) {
            self.including.push((identity, name.to_owned()));
            self.text(name, (*text).to_owned(), &Home::Builtin, included.is_some());
            self.including.pop();
        }
    }

    /// Whether a document has not been read yet; one that is being read is a cycle.
    fn is_fresh(&mut self, identity: &Path, included: Option<Span>) -> bool {
        if let Some(start) = self.including.iter().position(|(including, _)| including == identity) {
            let mut path: Vec<String> = self.including[start..].iter().map(|(_, name)| name.clone()).collect();
            path.extend(path.first().cloned());
            if let Some(at) = included {
                self.faults.push(Fault::new(FaultKind::IncludeCycle { path }, at));
            }
            return false;
        }
        self.seen.insert(identity.to_owned())
    }

    /// Reads a document of another form, which includes none.
    fn foreign(&mut self, name: &str, foreign: ForeignText, is_file: bool, included: bool) {
        let ForeignText { form, text, read } = foreign;
        let Some(file) = self.add(name, text) else { return };
        if is_file {
            self.sources.set_file(file);
        }
        if included {
            self.sources.set_included(file);
        }
        self.sources.set_form(file, form);
        let mut document = read(file, self.sources.get(file).text(), &mut self.faults);
        (document.file, document.included) = (file, included);
        self.documents.push(document);
    }

    /// Reads a document, its includes first.
    fn text(&mut self, name: &str, text: String, home: &Home, included: bool) {
        let Some(file) = self.add(name, text) else { return };
        if matches!(home, Home::Folder(_)) {
            self.sources.set_file(file);
        }
        if included {
            self.sources.set_included(file);
        }
        if matches!(home, Home::Program) {
            self.sources.set_built(file);
        }
        if matches!(home, Home::Builtin) {
            self.sources.set_shipped(file);
        }
        let mut document = document::read(file, self.sources.get(file).text(), &mut self.faults);
        (document.file, document.included) = (file, included);
        for include in &document.includes {
            self.include(include, home);
        }
        self.documents.push(document);
    }

    /// Adds a document, unless there are too many, which is said once.
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
            _ if include.value.starts_with(BUILTIN) => self.builtin(&include.value, Some(include.at)),
            Home::Builtin => self.builtin(&format!("{BUILTIN}{}", include.value), Some(include.at)),
            Home::Folder(folder) => self.file(&folder.join(&include.value), Some(include.at)),
            Home::None | Home::Program => {
                let reason = "a text that is not a file cannot include files";
                self.unreadable(Path::new(&include.value), reason, Some(include.at));
            }
        }
    }

    fn unreadable(&mut self, path: &Path, reason: &str, included: Option<Span>) {
        let path = path.display().to_string();
        let at = included.unwrap_or_else(|| Span::beginning(self.sources.add(&path, String::new())));
        let kind = FaultKind::UnreadableFile { path, reason: reason.to_owned(), included: included.is_some() };
        self.faults.push(Fault::new(kind, at));
    }
}

/// The most bytes that a document may have, by how it begins.
fn most_bytes(form: Option<&dyn Form>, limits: &Limits, bytes: &[u8]) -> u64 {
    let beginning = &bytes[..bytes.len().min(BEGINNING as usize)];
    form.map_or(limits.document_bytes, |form| form.most_bytes(beginning, limits))
}

/// The system's text without Rust's "(os error 2)".
fn reason(error: &io::Error) -> String {
    let text = error.to_string();
    text.split(" (os error").next().unwrap_or_default().to_lowercase()
}
