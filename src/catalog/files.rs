//! Which documents make a catalog: files, folders and texts in the order given, each include before its includer and once.

use super::document;
use super::fault::{Fault, FaultKind, quoted};
use super::form::{ForeignText, Form};
use super::limits::Limits;
use super::raw::{At, Document};
use super::source::{FileId, Place, Sources, Span};
use std::collections::{HashMap, HashSet};
use std::fs::{self, File};
use std::io::{self, Read};
use std::path::{Path, PathBuf};

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

/// How many bytes tell which form a document has.
const BEGINNING: u64 = 4096;

/// Reads all documents.
pub(super) fn gather(
    inputs: &[Input],
    builtins: &[Builtin],
    form: Option<&dyn Form>,
    limits: &Limits,
    faults: &mut Vec<Fault>,
) -> (Sources, Vec<Document>) {
    let mut gather = Gather {
        limits,
        faults,
        builtins,
        form,
        sources: Sources::default(),
        documents: Vec::new(),
        unsaved: unsaved(inputs),
        seen: HashSet::new(),
        including: Vec::new(),
        over_limit: false,
    };
    for input in inputs {
        match input {
            Input::Text { name, text } => gather.text(name, text.clone(), &Home::None, false),
            Input::Bytes { name, bytes } => gather.content(name, bytes.clone(), None, None),
            Input::Path(path) if path.to_str().is_some_and(|path| path.starts_with(BUILTIN)) => {
                gather.builtin(&path.to_string_lossy(), None);
            }
            Input::Path(path) if path.is_dir() => gather.folder(path),
            Input::Path(path) => gather.file(path, None),
            Input::Unsaved { .. } => {}
        }
    }
    (gather.sources, gather.documents)
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
    faults: &'a mut Vec<Fault>,
    builtins: &'a [Builtin],
    form: Option<&'a dyn Form>,
    sources: Sources,
    documents: Vec<Document>,
    unsaved: HashMap<PathBuf, &'a str>,
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
    /// Nothing: it is a text from elsewhere.
    None,
}

impl Gather<'_> {
    fn folder(&mut self, path: &Path) {
        self.sources.add_place(Place::Folder(path.to_owned()));
        let files = fs::read_dir(path).and_then(|entries| {
            let paths = entries.map(|entry| entry.map(|entry| entry.path()));
            paths.collect::<io::Result<Vec<_>>>()
        });
        let mut files = match files {
            Ok(files) => files,
            Err(error) => return self.unreadable(path, &error.to_string(), None),
        };
        files.retain(|file| file.extension().is_some_and(|extension| extension == "toml"));
        files.sort();
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
        let identity = match fs::canonicalize(path) {
            Ok(identity) => identity,
            Err(error) => return self.unreadable(path, &reason(&error), included),
        };
        if !self.is_fresh(&identity, included) {
            return;
        }
        let bytes = match self.unsaved.get(&identity) {
            Some(text) => Ok(text.as_bytes().to_owned()),
            None => self.bytes(path, included),
        };
        let bytes = match bytes {
            Ok(bytes) => bytes,
            Err(error) => return self.unreadable(path, &reason(&error), included),
        };
        self.content(&path.display().to_string(), bytes, Some((path, identity)), included);
    }

    /// Reads a document of any form: a file, by its path as given and by that which is only its own, or what has no path.
    fn content(&mut self, name: &str, bytes: Vec<u8>, file: Option<(&Path, PathBuf)>, included: Option<Span>) {
        let limit = self.most_bytes(&bytes);
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

    fn bytes(&self, path: &Path, included: Option<Span>) -> io::Result<Vec<u8>> {
        // A catalog must not be able to make its reader wait: only what the user names himself may be a pipe.
        if included.is_some() && !fs::metadata(path)?.is_file() {
            return Err(io::Error::other("not a regular file"));
        }
        let mut bytes = Vec::new();
        let mut file = File::open(path)?;
        file.by_ref().take(BEGINNING).read_to_end(&mut bytes)?;
        let most = self.most_bytes(&bytes);
        file.take(most.saturating_add(1).saturating_sub(bytes.len() as u64)).read_to_end(&mut bytes)?;
        Ok(bytes)
    }

    /// The most bytes that a document may have, by how it begins.
    fn most_bytes(&self, bytes: &[u8]) -> u64 {
        let beginning = &bytes[..bytes.len().min(BEGINNING as usize)];
        self.form.map_or(self.limits.document_bytes, |form| form.most_bytes(beginning, self.limits))
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
        let mut document = read(file, self.sources.get(file).text(), self.faults);
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
        let mut document = document::read(file, self.sources.get(file).text(), self.faults);
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
            Home::None => {
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

/// The system's text without Rust's "(os error 2)".
fn reason(error: &io::Error) -> String {
    let text = error.to_string();
    text.split(" (os error").next().unwrap_or_default().to_lowercase()
}
