//! Which documents make a catalog: files, folders and texts in the order given, each include before its includer and once.

use super::document::{self};
use super::fault::{Fault, FaultKind};
use super::limits::Limits;
use super::raw::{At, Document};
use super::source::{FileId, Sources, Span};
use std::collections::HashSet;
use std::fs::{self, File};
use std::io::{self, Read};
use std::path::{Path, PathBuf};

/// Where catalogs come from.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Input {
    /// A file, or a folder whose `*.toml` files are read in the order of their names.
    Path(PathBuf),
    /// A text with a name for messages. It cannot include files.
    Text {
        /// The name, as in `builtin:linux.toml`.
        name: String,
        /// The TOML.
        text: String,
    },
}

/// Reads all documents.
pub(super) fn gather(inputs: &[Input], limits: &Limits, faults: &mut Vec<Fault>) -> (Sources, Vec<Document>) {
    let mut gather = Gather {
        limits,
        faults,
        sources: Sources::default(),
        documents: Vec::new(),
        seen: HashSet::new(),
        including: Vec::new(),
        over_limit: false,
    };
    for input in inputs {
        match input {
            Input::Text { name, text } => gather.text(name, text.clone(), None),
            Input::Path(path) if path.is_dir() => gather.folder(path),
            Input::Path(path) => gather.file(path, None),
        }
    }
    (gather.sources, gather.documents)
}

struct Gather<'a> {
    limits: &'a Limits,
    faults: &'a mut Vec<Fault>,
    sources: Sources,
    documents: Vec<Document>,
    /// The canonical paths of the files read so far.
    seen: HashSet<PathBuf>,
    /// The files whose includes are being read: canonical path, and the name as given.
    including: Vec<(PathBuf, String)>,
    over_limit: bool,
}

impl Gather<'_> {
    fn folder(&mut self, path: &Path) {
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
        let identity = match fs::canonicalize(path) {
            Ok(identity) => identity,
            Err(error) => return self.unreadable(path, &reason(&error), included),
        };
        if let Some(start) = self.including.iter().position(|(including, _)| *including == identity) {
            let mut names: Vec<String> = self.including[start..].iter().map(|(_, name)| name.clone()).collect();
            names.extend(names.first().cloned());
            if let Some(at) = included {
                self.faults.push(Fault::new(FaultKind::IncludeCycle { path: names }, at));
            }
            return;
        }
        if !self.seen.insert(identity.clone()) {
            return;
        }
        let bytes = match self.bytes(path, included) {
            Ok(bytes) => bytes,
            Err(error) => return self.unreadable(path, &reason(&error), included),
        };
        let name = path.display().to_string();
        if bytes.len() as u64 > self.limits.document_bytes {
            let at = included.unwrap_or_else(|| Span::beginning(self.sources.add(&name, String::new())));
            let kind = FaultKind::LimitExceeded {
                what: "bytes in a document",
                limit: self.limits.document_bytes,
                found: bytes.len() as u64,
            };
            return self.faults.push(Fault::new(kind, at));
        }
        let folder = path.parent().map(Path::to_owned).unwrap_or_default();
        match String::from_utf8(bytes) {
            Ok(text) => {
                self.including.push((identity, name.clone()));
                self.text(&name, text, Some(&folder));
                self.including.pop();
            }
            Err(error) => {
                let valid = error.utf8_error().valid_up_to();
                let file = self.sources.add(&name, String::from_utf8_lossy(error.as_bytes()).into_owned());
                let message = format!("the text is not UTF-8 from byte {valid} on");
                self.faults.push(Fault::new(FaultKind::Syntax { message }, Span::new(file, valid..valid + 1)));
            }
        }
    }

    fn bytes(&self, path: &Path, included: Option<Span>) -> io::Result<Vec<u8>> {
        // A catalog must not be able to make its reader wait: only what the user names himself may be a pipe.
        if included.is_some() && !fs::metadata(path)?.is_file() {
            return Err(io::Error::other("not a regular file"));
        }
        let mut bytes = Vec::new();
        File::open(path)?.take(self.limits.document_bytes.saturating_add(1)).read_to_end(&mut bytes)?;
        Ok(bytes)
    }

    /// Reads a document, its includes first; `folder` is what they are relative to.
    fn text(&mut self, name: &str, text: String, folder: Option<&Path>) {
        if self.sources.len() >= self.limits.documents {
            if !std::mem::replace(&mut self.over_limit, true) {
                let limit = self.limits.documents as u64;
                let file = self.sources.add(name, String::new());
                let kind = FaultKind::LimitExceeded { what: "number of documents", limit, found: limit + 1 };
                self.faults.push(Fault::new(kind, Span::beginning(file)));
            }
            return;
        }
        let file = self.sources.add(name, text);
        let document = document::read(file, self.sources.get(file).text(), self.faults);
        for include in &document.includes {
            self.include(include, folder, file);
        }
        self.documents.push(document);
    }

    fn include(&mut self, include: &At<String>, folder: Option<&Path>, _from: FileId) {
        let Some(folder) = folder else {
            let path = include.value.clone();
            let reason = "a text that is not a file cannot include files".to_owned();
            self.faults.push(Fault::new(FaultKind::UnreadableFile { path, reason, included: true }, include.at));
            return;
        };
        if self.including.len() > self.limits.include_depth {
            let limit = self.limits.include_depth as u64;
            let kind = FaultKind::LimitExceeded { what: "depth of includes", limit, found: limit + 1 };
            self.faults.push(Fault::new(kind, include.at));
            return;
        }
        self.file(&folder.join(&include.value), Some(include.at));
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
