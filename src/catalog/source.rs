//! Documents, spans in them, and the locations that people read.

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
    /// Offset after the last byte.
    pub end: u32,
}

impl Span {
    /// Creates the place of these bytes in a document.
    pub fn new(file: FileId, range: std::ops::Range<usize>) -> Self {
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

/// A file, line and column for people: both are counted from 1, columns in characters.
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
    /// The documents that could be read, in the order in which they merge.
    merge_order: Vec<FileId>,
    places: Vec<Place>,
    outside: Vec<Outside>,
    skipped: Skipped,
}

/// A file or folder that was met on the way and lies outside the folders that were named.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Outside {
    /// The place of the include, or the beginning of the document if a folder leads to it.
    pub at: Span,
    /// The way that leads outside.
    pub what: Way,
    /// The target: for an include the path as written, for a link the path without symbolic links.
    pub to: PathBuf,
}

/// The ways that lead out of the folders that were named.
#[derive(Copy, Clone, Debug, PartialEq, Eq)]
pub(crate) enum Way {
    /// A document includes it.
    Include,
    /// A symbolic link in a folder is this document.
    File,
    /// A symbolic link in a folder is another folder, which is not read.
    Folder,
}

/// The number of files and folders in folders that are not documents, without those whose names resemble a document's.
#[derive(Copy, Clone, Debug, Default, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub struct Skipped {
    /// Those whose names begin with a dot; the contents of a hidden folder are not counted.
    pub hidden: usize,
    /// Files whose names do not end in `.toml`.
    pub others: usize,
}

/// A path that was examined, whether or not anything was there: its state determines what the documents are.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) enum Place {
    /// A document, a candidate for one, or the journal of a transaction on one.
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
    /// Whether it is a catalog that ships with the library.
    is_shipped: bool,
    /// Its form, if it is not TOML.
    form: Option<&'static str>,
    /// Its parsed content, if its form is not TOML.
    content: Option<Content>,
    /// Whether it was not read, because its name only resembles that of a document.
    is_skipped: bool,
}

impl Sources {
    /// Adds a document with this name and text, and returns its number.
    pub fn add(&mut self, name: &str, text: String) -> FileId {
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

    /// Adds a file of a folder that is not read, so that findings can refer to it.
    pub(crate) fn add_skipped(&mut self, name: &str) -> FileId {
        let id = self.add(name, String::new());
        self.documents[id.0 as usize].is_skipped = true;
        id
    }

    /// Removes the document that was added last.
    pub(crate) fn withdraw(&mut self, file: FileId) {
        debug_assert_eq!(file.0 as usize + 1, self.documents.len(), "nothing was added since");
        self.documents.truncate(file.0 as usize);
    }

    /// Returns the number of the document that will be added next.
    pub(crate) fn next(&self) -> FileId {
        FileId(u32::try_from(self.documents.len()).unwrap_or(u32::MAX))
    }

    /// Adds a way that leads out of the folders that were named.
    pub(crate) fn add_outside(&mut self, outside: Outside) {
        self.outside.push(outside);
    }

    /// Returns the ways that lead out of the folders that were named, in the order of reading.
    pub(crate) fn outside(&self) -> &[Outside] {
        &self.outside
    }

    /// Adds to the counts of files and folders that were not read.
    pub(crate) fn add_to_skipped(&mut self, skipped: Skipped) {
        self.skipped.hidden += skipped.hidden;
        self.skipped.others += skipped.others;
    }

    /// Returns the counts of files and folders that were not read.
    pub fn skipped(&self) -> Skipped {
        self.skipped
    }

    /// Returns the number of documents, whether or not they could be read, without the files of folders that were skipped.
    pub(crate) fn documents(&self) -> usize {
        self.documents.iter().filter(|source| !source.is_skipped).count()
    }

    /// Adds a path that was examined.
    pub(crate) fn add_place(&mut self, place: Place) {
        self.places.push(place);
    }

    /// Returns every path that was examined.
    #[cfg_attr(not(feature = "watch"), expect(dead_code, reason = "only watching asks for it"))]
    pub(crate) fn places(&self) -> &[Place] {
        &self.places
    }

    /// Sets the documents that could be read, in the order in which they merge.
    pub(crate) fn set_merge_order(&mut self, files: Vec<FileId>) {
        self.merge_order = files;
    }

    /// Returns the documents that could be read, in the order in which they merge. A document that includes others is read
    /// before them, and merges after them.
    #[cfg_attr(not(feature = "edit"), expect(dead_code, reason = "only transactions ask for it"))]
    pub(crate) fn in_merge_order(&self) -> impl DoubleEndedIterator<Item = &Source> {
        self.merge_order.iter().map(|&file| self.get(file))
    }

    /// Marks a document as read from the file whose path is its name.
    pub(crate) fn set_file(&mut self, file: FileId) {
        self.documents[file.0 as usize].is_file = true;
    }

    /// Marks a document as included by another.
    pub(crate) fn set_included(&mut self, file: FileId) {
        self.documents[file.0 as usize].is_included = true;
    }

    /// Marks a document as built by a program.
    pub(crate) fn set_built(&mut self, file: FileId) {
        self.documents[file.0 as usize].is_built = true;
    }

    /// Marks a document as a catalog that ships with the library.
    pub(crate) fn set_shipped(&mut self, file: FileId) {
        self.documents[file.0 as usize].is_shipped = true;
    }

    /// Returns the one TOML document that was named, if only one was. Other TOML documents are those that it includes; documents
    /// of other forms do not count.
    pub(crate) fn sole(&self) -> Option<FileId> {
        let mut named = self.iter().filter(|(_, source)| !source.is_included && !source.is_foreign());
        let (sole, _) = named.next()?;
        named.next().is_none().then_some(sole)
    }

    /// Returns whether the tests and guarantees of shipped catalogs are run: only if every document that was named is a shipped
    /// one. An includer of such a catalog may have other expectations.
    pub(crate) fn run_tests_that_ship(&self) -> bool {
        self.documents.iter().all(|source| source.is_included || source.is_shipped)
    }

    /// Sets the form of a document that is not TOML.
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

    /// Returns the number of documents.
    pub fn len(&self) -> usize {
        self.documents.len()
    }

    /// Returns whether there are no documents.
    pub fn is_empty(&self) -> bool {
        self.documents.is_empty()
    }

    /// Returns the place in the program where the table with this span was [built](crate::catalog::build): `src/main.rs:42:18`,
    /// or `None` for other documents.
    pub fn built_at(&self, span: Span) -> Option<&str> {
        let text = self.get(span.file).text();
        self.built_at_span(span).and_then(|at| text.get(at.range()))
    }

    /// Returns the span of the comment in a built document that states where the table was built.
    pub(crate) fn built_at_span(&self, span: Span) -> Option<Span> {
        let source = Some(self.get(span.file)).filter(|source| source.is_built)?;
        let at = super::build::built_at(source.text(), span.range().start)?;
        Some(Span::new(span.file, at))
    }

    /// Returns the location where a span begins.
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

    /// Returns the path of the file that it was read from, or `None` for a text or a shipped catalog.
    pub fn file(&self) -> Option<&std::path::Path> {
        self.is_file.then(|| std::path::Path::new(&*self.name))
    }

    /// Returns whether it was read because another includes it, and not by itself.
    pub fn is_included(&self) -> bool {
        self.is_included
    }

    /// Returns whether it is a file of a folder that was not read, because its name only resembles that of a document, such as
    /// `policy.TOML`. Its text is empty.
    pub fn is_skipped(&self) -> bool {
        self.is_skipped
    }

    /// Returns whether it is a catalog that ships with the library, such as `builtin:layers.toml`.
    pub fn is_shipped(&self) -> bool {
        self.is_shipped
    }

    /// Returns whether it has another form than TOML, such as an export of Windows' registry.
    pub fn is_foreign(&self) -> bool {
        self.form.is_some()
    }

    /// Returns the name of its form, if it is not TOML: `reg`, `hive`, `netsh`, `instlsp` or `packed`.
    pub fn form(&self) -> Option<&'static str> {
        self.form
    }

    /// Returns its parsed content, if that has this type.
    #[cfg(feature = "winsock")]
    pub(crate) fn content<T: std::any::Any>(&self) -> Option<&T> {
        self.content.as_ref()?.get()
    }

    /// Returns whether the file is binary: its text is then a rendering, whose lines are not lines of the file.
    pub fn is_rendered(&self) -> bool {
        matches!(self.form, Some("hive" | "packed"))
    }

    /// Returns the whole text.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// Returns the line and column of a byte offset, both from 1, with the column in Unicode scalar values.
    pub fn line_and_column(&self, offset: u32) -> (u32, u32) {
        let starts = self.line_starts();
        let line = starts.partition_point(|&start| start <= offset).max(1);
        let start = starts[line - 1] as usize;
        let end = self.text.floor_char_boundary((offset as usize).min(self.text.len()));
        // A byte order mark does not count as a character of the first line.
        let before = self.text.get(start..end).unwrap_or_default().trim_start_matches('\u{feff}');
        let column = before.chars().count() + 1;
        (line as u32, column as u32)
    }

    fn line_starts(&self) -> &[u32] {
        self.line_starts.get_or_init(|| line_starts(&self.text))
    }

    /// Returns the byte offset at which a line begins, with lines counted from 0; after the last line, the end of the text.
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
