//! Documents of other forms than TOML: recognised by their content, and read into the same raw form.

use super::fault::FaultKind;
use super::faults::Faults;
use super::limits::Limits;
use super::raw::Document;
use super::source::FileId;
use std::path::Path;

/// A family of forms that documents may have. Rooms that lie above this one implement it.
pub(crate) trait Form: std::fmt::Debug + Send + Sync {
    /// Returns the most bytes that a document which begins so may have.
    fn most_bytes(&self, beginning: &[u8], limits: &Limits) -> u64;

    /// Returns the document as a text, to which all places refer, or `None` when it is of none of these forms.
    ///
    /// The path is the file's that it was read from.
    fn text(&self, bytes: &[u8], path: Option<&Path>) -> Option<Result<ForeignText, FaultKind>>;
}

/// Reads a text into the raw form of a document; what is faulty is left out of the result, or stands there without a body.
pub(crate) type ReadForeign = Box<dyn FnOnce(FileId, &str, &mut Faults) -> Document>;

/// A document of another form.
pub(crate) struct ForeignText {
    /// The name of its form.
    pub form: &'static str,
    /// Its text.
    pub text: String,
    /// What reads it.
    pub read: ReadForeign,
}
