//! Documents of other forms than TOML: recognised by their content, and read into the same raw form.

use super::fault::FaultKind;
use super::faults::Faults;
use super::foreign::Content;
use super::limits::Limits;
use super::raw::Document;
use super::source::FileId;
use std::path::Path;

/// A family of forms that documents may have. Modules above this one implement it.
pub(crate) trait Form: std::fmt::Debug + Send + Sync {
    /// Returns the most bytes that a document with this beginning may have.
    fn most_bytes(&self, beginning: &[u8], limits: &Limits) -> u64;

    /// Returns the document as a text, to which all places refer, or `None` if it has none of these forms.
    ///
    /// `path` is the path of the file that it was read from.
    fn text(&self, bytes: &[u8], path: Option<&Path>) -> Option<Result<ForeignText, FaultKind>>;
}

/// The function that reads a text into its content and the raw form of a document. Faulty parts are left out of the document, or
/// stand there without a body.
pub(crate) type ReadForeign = Box<dyn FnOnce(FileId, &str, &mut Faults) -> (Content, Document)>;

/// A document of another form.
pub(crate) struct ForeignText {
    /// The name of its form.
    pub form: &'static str,
    /// Its text.
    pub text: String,
    /// The function that reads it.
    pub read: ReadForeign,
}

/// Returns whether bytes look like a Winsock catalog, which cannot be read without the feature `winsock`: a hive, a registry
/// export in UTF-16 or in one byte a character, the output of `netsh winsock show catalog`, or packed items.
#[cfg(not(feature = "winsock"))]
pub(crate) fn is_winsock(bytes: &[u8]) -> bool {
    use super::limits::PACKED_ITEM_BYTES;
    const EXPORTS: [&str; 2] = ["Windows Registry Editor Version 5.00", "REGEDIT4"];
    let is_packed = !bytes.is_empty() && bytes.len().is_multiple_of(PACKED_ITEM_BYTES) && bytes.contains(&0);
    // Of UTF-16LE, what is left without the zeros and the byte order mark is ASCII here.
    let text: Vec<u8> = bytes.iter().copied().filter(|byte| byte.is_ascii() && *byte != 0).collect();
    let text = text.trim_ascii_start();
    let is_netsh = || text.windows(30).any(|part| part == b"Winsock Catalog Provider Entry");
    bytes.starts_with(b"regf")
        || is_packed
        || EXPORTS.iter().any(|start| text.starts_with(start.as_bytes()))
        || is_netsh()
}
