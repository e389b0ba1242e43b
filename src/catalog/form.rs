//! Documents of other forms than TOML: recognised by their content, and read into the same raw form.

use super::fault::FaultKind;
use super::faults::Faults;
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

/// The function that reads a text into the raw form of a document. Faulty parts are left out of the result, or stand there
/// without a body.
pub(crate) type ReadForeign = Box<dyn FnOnce(FileId, &str, &mut Faults) -> Document>;

/// A document of another form.
pub(crate) struct ForeignText {
    /// The name of its form.
    pub form: &'static str,
    /// Its text.
    pub text: String,
    /// The function that reads it.
    pub read: ReadForeign,
}
