//! Where things are written: documents, spans in them, and the locations that people read.

use super::foreign::Content;
use std::path::PathBuf;
use std::sync::OnceLock;

/// The number of a document among those that were read together.
#[derive(Copy, Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct FileId(pub(crate) u32);

/// A range of bytes in one document.
#[derive(Copy, Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Span {
    /// The document.
    pub file: FileId,
    /// Offset of the first byte.
    pub start: u32,
    /// Offset behind the last byte.
    pub end: u32,
}

impl Span {
    pub(crate) fn new(file: FileId, range: std::ops::Range<usize>) -> Self {
        // The size limit of a document is far below 4 GiB; a larger offset can only be clamped.
        let offset = |byte| u32::try_from(byte).unwrap_or(u32::MAX);
        Span { file, start: offset(range.start), end: offset(range.end) }
    }

    /// Returns the place where a document begins, for findings about the document as a whole.
    pub(crate) fn beginning(file: FileId) -> Self {
        Span { file, start: 0, end: 0 }
    }

    /// Returns the bytes of the document that the span covers.
    pub fn range(self) -> std::ops::Range<usize> {
        self.start as usize..self.end as usize
    }
}

/// A file, line and column as people count them: from 1, columns in characters.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Location {
    /// The document's name: a path as it was given, or the name of a text.
    pub file: std::sync::Arc<str>,
    /// Line, from 1.
    pub line: u32,
    /// Column in Unicode scalar values, from 1.
    pub column: u32,
}

impl std::fmt::Display for Location {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}:{}:{}", self.file, self.line, self.column)
    }
}

/// The documents that were read together, in the order of reading.
#[derive(Debug, Default)]
pub struct Sources {
    documents: Vec<Source>,
    places: Vec<Place>,
    outside: Vec<Outside>,
    skipped: Skipped,
}

/// What was met on the way and leads out of the folders that were named.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Outside {
    /// The include; or the beginning of the document, where a folder leads to it.
    pub at: Span,
    /// What it says.
    pub what: Way,
    /// Where it leads: of an include the path as written, of a link the path without symbolic links.
    pub to: PathBuf,
}

/// How something leads out of the folders that were named.
#[derive(Copy, Clone, Debug, PartialEq, Eq)]
pub(crate) enum Way {
    /// A document includes it.
    Include,
    /// A symbolic link in a folder is this document.
    File,
    /// A symbolic link in a folder is another folder, which is not read.
    Folder,
}

/// How many files and folders there were in folders that are no documents, those left out whose names nearly are a document's.
#[derive(Copy, Clone, Debug, Default, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub struct Skipped {
    /// Those whose names begin with a dot; of a folder nothing in it is counted.
    pub hidden: usize,
    /// Files whose names do not end in `.toml`.
    pub others: usize,
}

/// A path at which reading looked, whether or not anything was there: what is there decides what the documents are.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) enum Place {
    /// A document, or what was to be one, or the journal of a transaction on one.
    File(PathBuf),
    /// A folder whose `*.toml` files are documents.
    Folder(PathBuf),
}

/// One document: its name and its text.
#[derive(Debug)]
pub struct Source {
    name: std::sync::Arc<str>,
    text: String,
    line_starts: OnceLock<Vec<u32>>,
    /// Whether its name is the path of a file that it was read from.
    is_file: bool,
    /// Whether it was read because another includes it.
    is_included: bool,
    /// Whether a program built it.
    is_built: bool,
    /// Whether it is a catalog that ships.
    is_shipped: bool,
    /// Its form, where that is another than TOML.
    form: Option<&'static str>,
    /// Its parsed content, where its form is another than TOML.
    content: Option<Content>,
    /// Whether it was not read, as its name is nearly that of a document and not quite.
    is_skipped: bool,
}

impl Sources {
    pub(crate) fn add(&mut self, name: &str, text: String) -> FileId {
        let id = self.next();
        self.documents.push(Source {
            name: name.into(),
            text,
            line_starts: OnceLock::new(),
            is_file: false,
            is_included: false,
            is_built: false,
            is_shipped: false,
            form: None,
            content: None,
            is_skipped: false,
        });
        id
    }

    /// Adds what a folder holds and is not read, so that it can be spoken of.
    pub(crate) fn add_skipped(&mut self, name: &str) -> FileId {
        let id = self.add(name, String::new());
        self.documents[id.0 as usize].is_skipped = true;
        id
    }

    /// Takes back the document that was added last.
    pub(crate) fn withdraw(&mut self, file: FileId) {
        debug_assert_eq!(file.0 as usize + 1, self.documents.len(), "nothing was added since");
        self.documents.truncate(file.0 as usize);
    }

    /// Returns the number of the document that will be added next.
    pub(crate) fn next(&self) -> FileId {
        FileId(u32::try_from(self.documents.len()).unwrap_or(u32::MAX))
    }

    /// Says that something leads out of the folders that were named.
    pub(crate) fn add_outside(&mut self, outside: Outside) {
        self.outside.push(outside);
    }

    /// Returns what leads out of the folders that were named, in the order of reading.
    pub(crate) fn outside(&self) -> &[Outside] {
        &self.outside
    }

    /// Counts what a folder holds and is not read.
    pub(crate) fn add_to_skipped(&mut self, skipped: Skipped) {
        self.skipped.hidden += skipped.hidden;
        self.skipped.others += skipped.others;
    }

    /// Returns what the folders hold and was not read.
    pub fn skipped(&self) -> Skipped {
        self.skipped
    }

    /// Returns how many of them are documents, whether or not they could be read; the others are files of folders that were
    /// skipped.
    pub(crate) fn documents(&self) -> usize {
        self.documents.iter().filter(|source| !source.is_skipped).count()
    }

    /// Says where reading looked.
    pub(crate) fn add_place(&mut self, place: Place) {
        self.places.push(place);
    }

    /// Returns every path at which reading looked.
    #[cfg_attr(not(feature = "watch"), expect(dead_code, reason = "only watching asks for it"))]
    pub(crate) fn places(&self) -> &[Place] {
        &self.places
    }

    /// Says that a document was read from the file whose path is its name.
    pub(crate) fn set_file(&mut self, file: FileId) {
        self.documents[file.0 as usize].is_file = true;
    }

    /// Says that a document was read because another includes it.
    pub(crate) fn set_included(&mut self, file: FileId) {
        self.documents[file.0 as usize].is_included = true;
    }

    /// Says that a program built a document.
    pub(crate) fn set_built(&mut self, file: FileId) {
        self.documents[file.0 as usize].is_built = true;
    }

    /// Says that a document is a catalog that ships.
    pub(crate) fn set_shipped(&mut self, file: FileId) {
        self.documents[file.0 as usize].is_shipped = true;
    }

    /// Returns the one TOML document that was named, where only one was: other TOML documents are what it includes, and those of
    /// other forms cannot speak for themselves.
    pub(crate) fn sole(&self) -> Option<FileId> {
        let mut named = self.iter().filter(|(_, source)| !source.is_included && !source.is_foreign());
        let (sole, _) = named.next()?;
        named.next().is_none().then_some(sole)
    }

    /// Returns whether the tests and guarantees of catalogs that ship are looked at: only where every document that was named
    /// ships. Whoever includes such a catalog may mean something else by it.
    pub(crate) fn run_tests_that_ship(&self) -> bool {
        self.documents.iter().all(|source| source.is_included || source.is_shipped)
    }

    /// Says of which other form than TOML a document is.
    pub(crate) fn set_form(&mut self, file: FileId, form: &'static str) {
        self.documents[file.0 as usize].form = Some(form);
    }

    /// Keeps the parsed content of a document of another form, so that the checker need not parse its text again.
    pub(crate) fn set_content(&mut self, file: FileId, content: Content) {
        self.documents[file.0 as usize].content = Some(content);
    }

    /// Returns the document with this number.
    pub fn get(&self, file: FileId) -> &Source {
        &self.documents[file.0 as usize]
    }

    /// Returns all documents, in the order of reading.
    pub fn iter(&self) -> impl Iterator<Item = (FileId, &Source)> {
        (0..).map(FileId).zip(&self.documents)
    }

    /// Returns how many documents there are.
    pub fn len(&self) -> usize {
        self.documents.len()
    }

    /// Returns whether there is no document at all.
    pub fn is_empty(&self) -> bool {
        self.documents.is_empty()
    }

    /// Returns where in the program that [built](crate::catalog::build) it stands what a span covers: `src/main.rs:42:18`, or
    /// `None` for other documents.
    pub fn built_at(&self, span: Span) -> Option<&str> {
        let text = self.get(span.file).text();
        self.built_at_span(span).and_then(|at| text.get(at.range()))
    }

    /// Returns where in the text of a built document it is said where that was built.
    pub(crate) fn built_at_span(&self, span: Span) -> Option<Span> {
        let source = Some(self.get(span.file)).filter(|source| source.is_built)?;
        let at = super::build::built_at(source.text(), span.range().start)?;
        Some(Span::new(span.file, at))
    }

    /// Returns where a span begins.
    pub fn locate(&self, span: Span) -> Location {
        let source = self.get(span.file);
        let (line, column) = source.line_and_column(span.start);
        Location { file: source.name.clone(), line, column }
    }
}

impl Source {
    /// Returns the document's name: a path as it was given, or the name of a text.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Returns the path of the file that it was read from, or `None` for a text, and for a catalog that ships.
    pub fn file(&self) -> Option<&std::path::Path> {
        self.is_file.then(|| std::path::Path::new(&*self.name))
    }

    /// Returns whether it was read because another includes it, and not by itself.
    pub fn is_included(&self) -> bool {
        self.is_included
    }

    /// Returns whether it is a file of a folder that was not read, because its name is nearly that of a document and not quite, as
    /// `policy.TOML` is. Its text is empty.
    pub fn is_skipped(&self) -> bool {
        self.is_skipped
    }

    /// Returns whether it is a catalog that ships with the library, as `builtin:layers.toml` is.
    pub fn is_shipped(&self) -> bool {
        self.is_shipped
    }

    /// Returns whether it is of another form than TOML, as an export of Windows' registry is.
    pub fn is_foreign(&self) -> bool {
        self.form.is_some()
    }

    /// Returns the name of its form, where that is another than TOML: `reg`, `hive`, `netsh`, `instlsp` or `packed`.
    pub fn form(&self) -> Option<&'static str> {
        self.form
    }

    /// Returns its parsed content, where that is of this type.
    #[cfg(feature = "winsock")]
    pub(crate) fn content<T: std::any::Any>(&self) -> Option<&T> {
        self.content.as_ref()?.get()
    }

    /// Returns whether the file holds no text: its text is one that says the same, and lines of that are no lines of the file.
    pub fn is_rendered(&self) -> bool {
        matches!(self.form, Some("hive" | "packed"))
    }

    /// Returns the whole text.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// Line and column of a byte offset, both from 1, the column in Unicode scalar values.
    pub fn line_and_column(&self, offset: u32) -> (u32, u32) {
        let starts = self.line_starts();
        let line = starts.partition_point(|&start| start <= offset).max(1);
        let start = starts[line - 1] as usize;
        let end = self.text.floor_char_boundary((offset as usize).min(self.text.len()));
        // A byte order mark is no character of the first line.
        let before = self.text.get(start..end).unwrap_or_default().trim_start_matches('\u{feff}');
        let column = before.chars().count() + 1;
        (line as u32, column as u32)
    }

    fn line_starts(&self) -> &[u32] {
        self.line_starts.get_or_init(|| line_starts(&self.text))
    }

    /// Returns the byte offset at which a line begins, lines counted from 0; behind the last line it is the end of the text.
    pub fn line_start(&self, line: usize) -> usize {
        self.line_starts().get(line).map_or(self.text.len(), |&start| start as usize)
    }
}

fn line_starts(text: &str) -> Vec<u32> {
    let breaks = text.bytes().enumerate().filter(|&(_, byte)| byte == b'\n');
    std::iter::once(0).chain(breaks.map(|(at, _)| at as u32 + 1)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_and_columns_count_from_one_and_in_characters() {
        let mut sources = Sources::default();
        let file = sources.add("a.toml", "ä = 1\nbb = 2\n".to_owned());
        let at = |start: usize| sources.locate(Span::new(file, start..start)).to_string();
        assert_eq!(at(0), "a.toml:1:1");
        assert_eq!(at(3), "a.toml:1:3", "`ä` is two bytes but one column");
        assert_eq!(at(7), "a.toml:2:1");
        assert_eq!(at(99), "a.toml:3:1", "an offset behind the end is the end");
    }
}
