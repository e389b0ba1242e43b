//! The form of a source, recognised by its content; the text of the source, to which all places refer; and the parsing of that
//! text.
//!
//! Hives and packed items are not texts. They are rendered as an export with the same content, and places refer to that export.

use super::dump;
use super::reg::{self, Decoded};
use super::store::{SourceForm, Store};
use super::{instlsp, netsh};
use crate::catalog::{Fault, FaultKind, FileId, Sources, Span};
use std::borrow::Cow;
use std::ops::Range;
use std::path::Path;

/// Options for reading a source.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Options {
    /// The form that the source must have; `None` means that the content decides.
    pub from: Option<SourceForm>,
    /// The control set of a hive or export to read, as in `2` for `ControlSet002`; `None` means the current one.
    pub control_set: Option<u32>,
}

/// A source that was read: its text, its content and its faults.
#[derive(Debug)]
#[non_exhaustive]
pub struct Reading {
    /// The source, as its only document.
    pub sources: Sources,
    /// The catalog that the source states.
    pub store: Store,
    /// The parts that cannot be read; their places are in `sources`.
    pub faults: Vec<Fault>,
}

/// Reads a Winsock catalog from bytes. Returns `None` if their form is not recognised.
///
/// The name is used in messages. If there is a path, the transaction logs of a hive are looked for beside it.
pub fn read(name: &str, bytes: &[u8], path: Option<&Path>, options: &Options) -> Option<Result<Reading, FaultKind>> {
    let Text { form, text, flaws } = match text(bytes, path, options)? {
        Ok(text) => text,
        Err(kind) => return Some(Err(kind)),
    };
    let mut sources = Sources::default();
    let file = sources.add(name, text);
    let mut faults: Vec<Fault> = flaws.faults(file).collect();
    let store = parse(form, file, sources.get(file).text(), &mut faults);
    Some(Ok(Reading { store, faults, sources }))
}

/// Returns whether the content of the bytes is a Winsock catalog.
pub fn recognised(bytes: &[u8]) -> bool {
    // The signature is enough: a hive need not be read for that.
    bytes.starts_with(b"regf") || text(bytes, None, &Options::default()).is_some()
}

/// A source that was decoded or rendered as text.
pub(crate) struct Text {
    pub form: SourceForm,
    pub text: String,
    pub flaws: Flaws,
}

/// The bytes of a source that could not be decoded, by their places in the text.
pub(crate) struct Flaws(Vec<(Range<usize>, String)>);

impl Flaws {
    pub fn faults(self, file: FileId) -> impl Iterator<Item = Fault> {
        self.0.into_iter().map(move |(at, message)| Fault::new(syntax(message), Span::new(file, at)))
    }
}

/// Returns the text of a source, or `None` if its form is not recognised.
pub(crate) fn text(bytes: &[u8], path: Option<&Path>, options: &Options) -> Option<Result<Text, FaultKind>> {
    let form = match (options.from, detect(bytes)) {
        (None, None) => return None,
        (Some(wanted), Some(found)) if wanted != found => {
            let message = format!("this is {}, where {} is expected", article(found), article(wanted));
            return Some(Err(syntax(message)));
        }
        (Some(form), _) | (None, Some(form)) => form,
    };
    Some(text_of(form, bytes, path, options).map_err(syntax))
}

fn text_of(form: SourceForm, bytes: &[u8], path: Option<&Path>, options: &Options) -> Result<Text, String> {
    let whole = |text| Text { form, text, flaws: Flaws(Vec::new()) };
    match form {
        SourceForm::Hive => hive_text(bytes, path, options.control_set).map(whole),
        SourceForm::Packed => dump::text(bytes).map(whole),
        SourceForm::Netsh => {
            let Decoded { text, flaws } = reg::decode(bytes);
            if let Some(refusal) = netsh::refusal(&text) {
                return Err(refusal);
            }
            // Joining lines would move the places of flaws.
            let unwrapped = if flaws.is_empty() { netsh::unwrapped(&text) } else { None };
            Ok(Text { form, text: unwrapped.unwrap_or(text), flaws: Flaws(flaws) })
        }
        SourceForm::Instlsp => {
            let Decoded { text, flaws } = reg::decode(bytes);
            Ok(Text { form, text, flaws: Flaws(flaws) })
        }
        SourceForm::Reg => {
            let Decoded { text, flaws } = reg::decode(bytes);
            let Some(number) = options.control_set else { return Ok(Text { form, text, flaws: Flaws(flaws) }) };
            match flaws.into_iter().next() {
                // Leaving out other control sets would move the places of flaws.
                Some((at, message)) => Err(format!("line {}: {message}", line_of(&text, at.start))),
                None => reg::only_control_set(text, number).map(whole),
            }
        }
    }
}

#[cfg(feature = "hive")]
use super::hive::text as hive_text;

#[cfg(not(feature = "hive"))]
fn hive_text(_: &[u8], _: Option<&Path>, _: Option<u32>) -> Result<String, String> {
    Err("this is a hive, and sockatlas was built without the feature `hive` that reads them".to_owned())
}

fn line_of(text: &str, at: usize) -> usize {
    text.bytes().take(at).filter(|&byte| byte == b'\n').count() + 1
}

/// Returns the form that the content of a document has. A TOML document has none of these forms.
fn detect(bytes: &[u8]) -> Option<SourceForm> {
    if bytes.starts_with(b"regf") {
        return Some(SourceForm::Hive);
    }
    if dump::looks_like(bytes) {
        return Some(SourceForm::Packed);
    }
    let text = match std::str::from_utf8(bytes) {
        Ok(text) => Cow::Borrowed(text),
        Err(_) => Cow::Owned(reg::decode(bytes).text),
    };
    match () {
        () if reg::is_export(&text) => Some(SourceForm::Reg),
        () if netsh::looks_like(&text) => Some(SourceForm::Netsh),
        () if instlsp::looks_like(&text) => Some(SourceForm::Instlsp),
        () => None,
    }
}

const fn article(form: SourceForm) -> &'static str {
    match form {
        SourceForm::Reg => "a registry export",
        SourceForm::Hive => "a hive",
        SourceForm::Netsh => "what netsh prints",
        SourceForm::Instlsp => "what `instlsp -p` prints",
        SourceForm::Packed => "a row of packed items",
    }
}

/// Parses the text of a source.
pub(super) fn parse(form: SourceForm, file: FileId, text: &str, faults: &mut Vec<Fault>) -> Store {
    match form {
        SourceForm::Reg | SourceForm::Hive => reg::store(form, file, text, faults),
        SourceForm::Packed => dump::store(file, text, faults),
        SourceForm::Netsh => netsh::parse(file, text, faults),
        SourceForm::Instlsp => instlsp::parse(file, text, faults),
    }
}

fn syntax(message: String) -> FaultKind {
    FaultKind::Syntax { message, stands: None }
}
