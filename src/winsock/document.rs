//! Winsock catalogs as documents: so every command's `--catalog` takes them, and programs load them.

use super::form::{self, Options};
use super::rules;
use crate::catalog::raw::Document;
use crate::catalog::{FaultKind, ForeignText, Form, Limits};
use crate::load::Loader;
use std::path::Path;
use std::sync::Arc;

impl Loader {
    /// Reads Winsock catalogs too where the content of a document says that it is one: registry exports, SYSTEM hives (with the
    /// feature `hive`), what netsh prints, and packed items.
    pub fn winsock(self, options: Options) -> Self {
        self.form(Arc::new(WinsockForm(options)))
    }
}

/// How many bytes tell how long a source may be.
#[cfg(feature = "cli")]
pub(crate) const BEGINNING: u64 = 4096;

/// The most bytes that a source which begins so may have.
pub(crate) fn most_bytes(beginning: &[u8], limits: &Limits) -> u64 {
    // A hive holds the whole system's settings, of which a small part is read.
    if beginning.starts_with(b"regf") { limits.document_bytes.max(1 << 30) } else { limits.document_bytes }
}

#[derive(Debug)]
struct WinsockForm(Options);

impl Form for WinsockForm {
    fn most_bytes(&self, beginning: &[u8], limits: &Limits) -> u64 {
        most_bytes(beginning, limits)
    }

    fn text(&self, bytes: &[u8], path: Option<&Path>) -> Option<Result<ForeignText, FaultKind>> {
        let form::Text { form: source_form, text, flaws } = match form::text(bytes, path, &self.0)? {
            Ok(text) => text,
            Err(kind) => return Some(Err(kind)),
        };
        Some(Ok(ForeignText {
            form: source_form.name(),
            text,
            read: Box::new(move |file, text, faults| {
                faults.extend(flaws.faults(file));
                let store = form::parse(source_form, file, text, faults);
                faults.extend(rules::faults(&store));
                Document::empty()
            }),
        }))
    }
}
