//! Which source a document is, told by its content; its text, to which all places refer, and what the text tells.
//!
//! A hive and packed items are no texts: they are rendered as the export that says the same, and places are places in that.

use super::store::{SourceForm, Store};
use crate::catalog::{Fault, FaultKind, FileId, Sources};
use std::path::Path;

/// How a source is to be read.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Options {
    /// The form to insist on; without it the content says.
    pub from: Option<SourceForm>,
    /// The control set of a hive or export to read, as in `ControlSet002`; without it the current one.
    pub control_set: Option<u32>,
}

/// What a source tells, and what is wrong with how it tells it.
#[derive(Debug)]
#[non_exhaustive]
pub struct Reading {
    /// The one document.
    pub sources: Sources,
    /// What it tells.
    pub store: Store,
    /// What cannot be read of it; places are in `sources`.
    pub faults: Vec<Fault>,
}

/// Reads a Winsock catalog from bytes; nothing when they are of no form that is known.
///
/// The name is for messages. The path, where there is one, is where the transaction logs of a hive are looked for.
pub fn read(name: &str, bytes: &[u8], path: Option<&Path>, options: &Options) -> Option<Result<Reading, FaultKind>> {
    let text = match text(bytes, path, options)? {
        Ok(text) => text,
        Err(kind) => return Some(Err(kind)),
    };
    let mut sources = Sources::default();
    let file = sources.add(name, text.text);
    let mut faults = Vec::new();
    let store = parse(text.form, file, sources.get(file).text(), &mut faults);
    Some(Ok(Reading { store, faults, sources }))
}

/// A source as text.
pub(crate) struct Text {
    pub form: SourceForm,
    pub text: String,
}

/// The text of a source; nothing when it is of no form that is known.
pub(crate) fn text(bytes: &[u8], path: Option<&Path>, options: &Options) -> Option<Result<Text, FaultKind>> {
    let _ = (bytes, path, options);
    None
}

/// What the text of a source tells.
pub(crate) fn parse(form: SourceForm, file: FileId, text: &str, faults: &mut Vec<Fault>) -> Store {
    let _ = (file, text, faults);
    Store::new(form)
}
