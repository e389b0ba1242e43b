//! The output of `instlsp -p`, the installer among Microsoft's samples: ids and descriptions in catalog order, and no other
//! facts.

use super::fault::WinsockFault;
use super::packed::Field;
use super::store::{Fragment, SourceForm, Stated, Store};
use crate::catalog::{Fault, FaultKind, FileId, Span};
use std::ops::Range;

/// Returns whether a text is such a listing: entries in consecutive lines, blank lines aside, with nothing but prompts around
/// them.
pub(crate) fn looks_like(text: &str) -> bool {
    let mut entries = 0_u32;
    let mut is_over = false;
    for line in text.lines() {
        match entry(line) {
            Some(_) if is_over => return false,
            Some(_) => entries = entries.saturating_add(1),
            None if line.trim().is_empty() => {}
            None if line.contains('=') => return false,
            None => is_over = entries > 0,
        }
    }
    entries > 0
}

/// The greatest number of entries that are read; Windows never has as many.
const MOST_ENTRIES: usize = 10_000;

/// Parses a listing. Each entry becomes a [`Fragment`].
pub(crate) fn parse(file: FileId, text: &str, faults: &mut Vec<Fault>) -> Store {
    let mut store = Store::new(SourceForm::Instlsp);
    let mut start = 0;
    for line in text.split_inclusive('\n') {
        if let Some((id, name)) = entry(line) {
            let stated = |part: &Range<usize>| {
                Stated::new(line[part.clone()].to_owned(), Span::new(file, start + part.start..start + part.end))
            };
            let at = Span::new(file, start + id.start..start + name.end);
            let facts = [(Field::CatalogEntryId, stated(&id)), (Field::ProtocolName, stated(&name))];
            store.fragments.push(Fragment { at, facts: facts.into_iter().collect(), bits: None });
            if store.fragments.len() > MOST_ENTRIES {
                let limit = MOST_ENTRIES as u64;
                let kind =
                    FaultKind::LimitExceeded { what: "number of entries stated in part", limit, found: limit + 1 };
                faults.push(Fault::new(kind, at));
                break;
            }
        }
        start += line.len();
    }
    let (missing, at) = match store.fragments.first() {
        Some(first) => ("more than the ids and descriptions of its entries".to_owned(), first.at),
        None => ("a single entry: no line is one that `instlsp -p` prints".to_owned(), Span::beginning(file)),
    };
    faults.push(WinsockFault::Gap { missing }.at(at));
    store
}

/// Returns the ranges of the id and the description in a line such as `    1042 - Foobar over [MSAFD Tcpip [TCP/IP]]`; ids begin
/// at 1001.
fn entry(line: &str) -> Option<(Range<usize>, Range<usize>)> {
    let blanks = [' ', '\t', '\r', '\n', '\u{feff}'];
    let start = line.len() - line.trim_start_matches(blanks).len();
    let end = line.trim_end_matches(blanks).len();
    let (id, name) = line.get(start..end)?.split_once(" - ")?;
    let is_id = id.len() >= 4 && id.bytes().all(|digit| digit.is_ascii_digit()) && id.parse::<u32>().is_ok();
    let name = name.trim_start_matches(' ');
    (is_id && !name.is_empty()).then(|| (start..start + id.len(), end - name.len()..end))
}

#[cfg(test)]
mod tests;
