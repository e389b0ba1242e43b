//! Which source a document is, stated by its content; its text, to which all places refer, and what the text states.
//!
//! A hive and packed items are no texts: they are rendered as the export that says the same, and places are places in that.

use super::dump;
use super::reg::{self, Decoded};
use super::store::{SourceForm, Store};
use super::{instlsp, netsh};
use crate::catalog::{Fault, FaultKind, FileId, Sources, Span};
use std::borrow::Cow;
use std::ops::Range;
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

/// The content of a source, and the faults in it.
#[derive(Debug)]
#[non_exhaustive]
pub struct Reading {
    /// The one document.
    pub sources: Sources,
    /// What it states.
    pub store: Store,
    /// What cannot be read of it; places are in `sources`.
    pub faults: Vec<Fault>,
}

/// Reads a Winsock catalog from bytes; nothing when they are of no form that is known.
///
/// The name is for messages. The path, where there is one, is where the transaction logs of a hive are looked for.
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

/// Returns whether bytes are a Winsock catalog by their content.
#[cfg(feature = "cli")]
pub(crate) fn recognised(bytes: &[u8]) -> bool {
    // A hive needs not be read for that.
    bytes.starts_with(b"regf") || text(bytes, None, &Options::default()).is_some()
}

/// A source as text.
pub(crate) struct Text {
    pub form: SourceForm,
    pub text: String,
    pub flaws: Flaws,
}

/// What of a source's bytes is no text, and where in the text that stands.
pub(crate) struct Flaws(Vec<(Range<usize>, String)>);

impl Flaws {
    pub fn faults(self, file: FileId) -> impl Iterator<Item = Fault> {
        self.0.into_iter().map(move |(at, message)| Fault::new(syntax(message), Span::new(file, at)))
    }
}

/// Returns the text of a source, or `None` when it is of no form that is known.
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
            // Joining would move the places of flaws.
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
                // What is left out would move the places of flaws.
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

/// Returns the form that a document has by its content. A TOML document has none of these.
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

/// Returns what the text of a source states.
pub(crate) fn parse(form: SourceForm, file: FileId, text: &str, faults: &mut Vec<Fault>) -> Store {
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
