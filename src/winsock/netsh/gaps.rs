//! Entries that a text states in part: the stated facts, and a fault at the place where the others are missing.

use super::blocks::{Block, Language};
use super::fields::{self, CHAIN, CHAIN_LENGTH, SERVICE_FLAGS};
use super::lines::Labelled;
use crate::catalog::{Bitness, Fault, FaultKind, FileId, Span};
use crate::winsock::fault::WinsockFault;
use crate::winsock::packed::Field;
use crate::winsock::store::{Fragment, Stated};

/// Returns the facts of the entry that a block states, and the faults in it.
pub(super) fn entry(
    block: &Block<'_>,
    language: &Language<'_>,
    bits: Option<Bitness>,
    file: FileId,
) -> (Fragment, Vec<Fault>) {
    let mut part = Part { block, file, placed: Vec::new() };
    part.placed =
        if block.rule.is_some() { part.placed_below_header(language) } else { part.placed_without_header(language) };
    let facts = part.placed.iter().zip(&block.lines).filter_map(|(&position, line)| {
        let field = fields::field(position?)?;
        let stated = Stated::new(line.value.to_owned(), part.value_at(line));
        (!line.value.is_empty()).then_some((field, stated))
    });
    let fragment = Fragment { at: part.span(block.beginning()), facts: facts.collect(), bits };
    let mut faults: Vec<Fault> = part.unreadable().collect();
    faults.extend(part.missing(&fragment));
    if faults.is_empty() {
        let missing = format!("an entry with these {} lines", block.lines.len());
        faults.push(WinsockFault::Gap { missing }.at(fragment.at));
    }
    (fragment, faults)
}

/// Returns the fault of a name-space provider's block that cannot be read.
pub(super) fn name_space(block: &Block<'_>, file: FileId) -> Option<Fault> {
    const LABELS: [&str; 5] = ["Description", "Provider ID", "Name Space", "Active", "Version"];
    let part = Part { block, file, placed: Vec::new() };
    let fits = |position: usize, value: &str| match position {
        0 => true,
        1 => fields::guid(value).is_some(),
        _ => fields::id(value).is_some(),
    };
    let wrong = block.lines.iter().enumerate().find(|(at, line)| !line.value.is_empty() && !fits(*at, line.value));
    if let Some((at, line)) = wrong {
        let expected = if at == 1 { fields::expected(fields::PROVIDER_ID) } else { "a number" };
        return Some(part.syntax(line, expected));
    }
    let missing = (0..LABELS.len()).find(|&at| block.value(at).is_none_or(|value| at > 0 && value.is_empty()))?;
    let behind = LABELS.len() - 1 - missing;
    let of = block.value(0).filter(|name| !name.is_empty()).map_or_else(|| "a name-space provider".to_owned(), quoted);
    let missing_text = match behind {
        0 => format!("`{}` of {of}", LABELS[missing]),
        1 => format!("`{}` and the line behind it of {of}", LABELS[missing]),
        _ => format!("`{}` and the {behind} lines behind it of {of}", LABELS[missing]),
    };
    Some(part.gap(missing_text, part.end_of(block.lines.get(missing))))
}

/// A block whose lines are matched with the lines of an entry.
struct Part<'b, 't> {
    block: &'b Block<'t>,
    file: FileId,
    /// For each line, its position among the lines of an entry; `None` if the position is not known.
    placed: Vec<Option<usize>>,
}

impl Part<'_, '_> {
    /// Returns the positions of lines below a header: by their labels if whole entries show these, otherwise in sequence, until a
    /// value fits only a later line.
    fn placed_below_header(&self, language: &Language<'_>) -> Vec<Option<usize>> {
        let lines = &self.block.lines;
        let mut placed: Vec<Option<usize>> = Vec::with_capacity(lines.len());
        let mut next = 0;
        for (at, line) in lines.iter().enumerate() {
            let taught = language.position(line.label).filter(|&position| position >= next);
            let in_order = || fields::may_stand(next, line.value).then_some(next);
            let position = taught.or_else(in_order).or_else(|| {
                let rest = &lines[at..];
                let fits_from = |position: usize| {
                    rest.iter().enumerate().all(|(behind, line)| fields::fits(position + behind, line.value))
                };
                let later = |&position: &usize| {
                    let ends = position + rest.len() - 1;
                    fields::suits(position, line.value)
                        && fits_from(position)
                        && (ends == CHAIN_LENGTH || ends == CHAIN)
                };
                let position = (next + 1..=CHAIN).find(later)?;
                unplace(&mut placed, lines, position - next);
                Some(position)
            });
            let position = position.unwrap_or(next);
            placed.push((position <= CHAIN).then_some(position));
            next = position + 1;
        }
        placed
    }

    /// Returns the positions of lines without a header: by their labels if whole entries show these, otherwise where their values
    /// fit only once.
    fn placed_without_header(&self, language: &Language<'_>) -> Vec<Option<usize>> {
        let lines = &self.block.lines;
        let taught: Vec<Option<usize>> = lines.iter().map(|line| language.position(line.label)).collect();
        let stated: Vec<usize> = taught.iter().copied().flatten().collect();
        if !stated.is_empty() {
            return if stated.is_sorted_by(|a, b| a < b) { taught } else { vec![None; lines.len()] };
        }
        let fits = |first: usize| {
            let last_may_be_cut = |at: usize, value: &str| value.is_empty() && at + 1 == lines.len();
            let fits = |(at, line): (usize, &Labelled<'_>)| {
                fields::suits(first + at, line.value) || last_may_be_cut(at, line.value)
            };
            first + lines.len() <= CHAIN + 1 && lines.iter().enumerate().all(fits)
        };
        let mut firsts = (0..=CHAIN).filter(|&first| fits(first));
        match (firsts.next(), firsts.next()) {
            (Some(first), None) => (first..first + lines.len()).map(Some).collect(),
            _ => vec![None; lines.len()],
        }
    }

    /// Returns the faults of values that cannot be read, each at its line and column.
    fn unreadable(&self) -> impl Iterator<Item = Fault> {
        let placed = self.placed.iter().zip(&self.block.lines);
        let length = self.placed.iter().position(|&position| position == Some(CHAIN_LENGTH));
        let length = length.and_then(|at| self.block.value(at));
        placed.filter_map(move |(&position, line)| {
            let position = position?;
            if !line.value.is_empty() && !fields::fits(position, line.value) {
                return Some(self.syntax(line, fields::expected(position)));
            }
            if position != CHAIN || line.value.is_empty() {
                return None;
            }
            let length = length?;
            let found = line.value.split([':', '\u{ff1a}']).count();
            let message = match found {
                1 => format!("one id where the length of the chain is {length}"),
                _ => format!("{found} ids where the length of the chain is {length}"),
            };
            let is_other = length.parse() != Ok(found) && fields::fits(CHAIN_LENGTH, length);
            is_other.then(|| Fault::new(FaultKind::Syntax { message, stands: None }, self.value_at(line)))
        })
    }

    /// Returns a fault that names the lines of the entry that are missing, or `None` if there are none.
    fn missing(&self, fragment: &Fragment) -> Option<Fault> {
        let lines = &self.block.lines;
        let line_of = |position: usize| {
            let at = self.placed.iter().position(|&placed| placed == Some(position))?;
            Some((at, lines.get(at)?))
        };
        let is_stated = |position: usize| {
            line_of(position).is_some_and(|(at, line)| {
                !line.value.is_empty() || fields::may_be_empty(position) && at + 1 < lines.len()
            })
        };
        let length = line_of(CHAIN_LENGTH).map(|(_, line)| line.value);
        let all = if length.is_some_and(fields::needs_chain) { CHAIN } else { CHAIN_LENGTH };
        let missing: Vec<usize> = (0..=all).filter(|&position| !is_stated(position)).collect();
        let first = *missing.first()?;
        let unplaced = self.placed.iter().filter(|position| position.is_none()).count();
        let of = match fragment.facts.get(&Field::ProtocolName) {
            Some(name) => quoted(&name.value),
            None if self.block.rule.is_none() => "the entry of which this is a part".to_owned(),
            None => "this entry".to_owned(),
        };
        let place = match () {
            () if self.block.rule.is_none() => lines.first().map(|line| self.line_at(line)),
            () if line_of(first).is_some() => self.end_of(line_of(first).map(|(_, line)| line)),
            () => {
                let behind = self.placed.iter().position(|placed| placed.is_some_and(|position| position > first));
                self.end_of(behind.and_then(|at| lines.get(at)))
            }
        };
        Some(self.gap(format!("{} of {of}", listed(&missing, unplaced)), place))
    }

    /// Returns the place of this line; without one, the place of the omission mark behind the block, or of its last line.
    fn end_of(&self, line: Option<&Labelled<'_>>) -> Option<Span> {
        let block = self.block;
        line.map(|line| self.line_at(line))
            .or_else(|| block.omission.map(|line| self.span(line.start..line.end())))
            .or_else(|| block.lines.last().map(|line| self.line_at(line)))
    }

    fn gap(&self, missing: String, place: Option<Span>) -> Fault {
        let at = place.unwrap_or_else(|| self.span(self.block.beginning()));
        let fault = WinsockFault::Gap { missing }.at(at);
        let omission = self.block.omission.map(|line| self.span(line.start..line.end())).filter(|&mark| mark != at);
        match omission {
            Some(mark) => fault.because(mark, "something is left out here"),
            None => fault,
        }
    }

    fn syntax(&self, line: &Labelled<'_>, expected: &str) -> Fault {
        let message = format!("`{}` where `{}` should be {expected}", line.value, line.label);
        Fault::new(FaultKind::Syntax { message, stands: None }, self.value_at(line))
    }

    fn line_at(&self, line: &Labelled<'_>) -> Span {
        self.span(line.start..line.end())
    }

    fn value_at(&self, line: &Labelled<'_>) -> Span {
        self.span(line.value_start..line.end())
    }

    fn span(&self, range: std::ops::Range<usize>) -> Span {
        Span::new(self.file, range)
    }
}

/// Removes the positions of the lines before a jump that would also fit `jump` lines later: if several numbers follow one
/// another, it is not known which of them is missing.
fn unplace(placed: &mut [Option<usize>], lines: &[Labelled<'_>], jump: usize) {
    let shifted = |position: &Option<usize>, line: &Labelled<'_>| {
        position.is_some_and(|position| position + jump < SERVICE_FLAGS && fields::suits(position + jump, line.value))
    };
    for (position, line) in placed.iter_mut().zip(lines).rev() {
        if !shifted(position, line) {
            break;
        }
        *position = None;
    }
}

/// Formats the missing lines of an entry, with netsh's English labels.
fn listed(missing: &[usize], unplaced: usize) -> String {
    let label = |position: usize| format!("`{}`", fields::label(position));
    let (Some(&first), Some(&last)) = (missing.first(), missing.last()) else { return String::new() };
    let in_a_row = last - first + 1 == missing.len();
    match missing.len().saturating_sub(unplaced) {
        count if unplaced > 0 => {
            let (first, last) = (label(first), label(last));
            format!("{count} of the {} lines from {first} to {last}", missing.len())
        }
        1 => label(first),
        2 => format!("{} and {}", label(first), label(last)),
        count if in_a_row && first == 0 => format!("the {count} lines from {} to {}", label(first), label(last)),
        count if in_a_row => format!("{} and the {} lines behind it", label(first), count - 1),
        _ => missing.iter().map(|&position| label(position)).collect::<Vec<_>>().join(", "),
    }
}

fn quoted(name: &str) -> String {
    format!("`{name}`")
}
