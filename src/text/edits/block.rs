//! Inserts and removes members of arrays and inline tables, in the style of the existing members.

use super::{Splice, spacing};
use crate::text::lines;
use crate::text::outline::{Block, Item};
use crate::text::values::INDENT;
use std::ops::Range;

/// A member to be inserted.
pub(super) struct Member<'m> {
    /// The text of the member: a value, or a key and a value.
    pub text: &'m str,
    /// The text that follows the member and its comma up to the end of its line: a comment with the white space before
    /// it.
    pub behind: &'m str,
}

/// Returns the splices that insert a member before the one at this index, or after the last.
pub(super) fn insertion(text: &str, block: &Block, at: usize, member: &Member) -> Vec<Splice> {
    match (block.items.get(at), block.items.last()) {
        (_, None) => vec![into_empty(text, block, member)],
        (Some(next), _) => vec![before(text, block, at, next, member)],
        (None, Some(last)) => behind_last(text, block, last, member),
    }
}

/// Like [`insertion`] into an empty block on one line, but marks that the empty block existed before.
pub(super) fn marked(block: &Block, member: &Member) -> Splice {
    let at = block.at.start + 1;
    let comma = if block.is_array { "," } else { "" };
    Splice::insertion(at, format!("{}{comma}", member.text))
}

/// Returns the text that follows a member on its line, if the member has the line to itself. It moves with the member.
pub(super) fn behind<'t>(text: &'t str, item: &Item) -> &'t str {
    let range = item.end()..lines::end(text, item.end());
    let behind = text.get(range).filter(|_| is_alone(text, item)).unwrap_or_default();
    behind.trim_end_matches('\n').trim_end_matches('\r')
}

fn into_empty(text: &str, block: &Block, member: &Member) -> Splice {
    let start = block.at.start + 1;
    let end = block.at.end - 1;
    let inside = text.get(start..end).unwrap_or_default();
    if inside.contains('\n') {
        let inner = inside.lines().skip(1).find(|line| spacing::is_comment(line));
        let indent = inner.map(|line| &line[..line.len() - line.trim_start().len()]).map(str::to_owned);
        let indent = indent.unwrap_or_else(|| format!("{}{INDENT}", spacing::indent(text, end)));
        let at = lines::start(text, end);
        let line_break = spacing::line_break(text, start);
        return Splice::insertion(at, format!("{indent}{},{}{line_break}", member.text, member.behind));
    }
    match member.behind {
        "" => Splice::insertion(start, format!("{inside}{}", member.text)),
        behind => {
            Splice::insertion(start, format!("{inside}{},{behind}{}", member.text, spacing::line_break(text, start)))
        }
    }
}

fn before(text: &str, block: &Block, at: usize, next: &Item, member: &Member) -> Splice {
    if is_alone(text, next) {
        let previous = at.checked_sub(1).and_then(|previous| block.items.get(previous));
        let anchor = previous.map_or(block.at.start + 1, Item::end);
        let line = lines::end(text, anchor);
        let indent = spacing::indent(text, next.at.start);
        let line_break = spacing::line_break(text, anchor);
        return Splice::insertion(line, format!("{indent}{},{}{line_break}", member.text, member.behind));
    }
    let start = next.at.start;
    let gap = match member.behind {
        "" => gap(text, block).to_owned(),
        behind => format!("{behind}{}{}", spacing::line_break(text, start), indent(text, block, next)),
    };
    Splice::insertion(start, format!("{},{gap}", member.text))
}

fn behind_last(text: &str, block: &Block, last: &Item, member: &Member) -> Vec<Splice> {
    let anchor = last.end();
    let (missing, habit) = if last.comma.is_some() { ("", ",") } else { (",", "") };
    let line_end = lines::end(text, anchor);
    let rest = text.get(anchor..line_end).unwrap_or_default().trim();
    let line_break = spacing::line_break(text, anchor);
    let indent = indent(text, block, last);
    // The line ends within the block: a comment at its end belongs to the members before it.
    if rest.starts_with('#') || (rest.is_empty() && (is_alone(text, last) || !member.behind.is_empty())) {
        let line = format!("{indent}{}{habit}{}{line_break}", member.text, member.behind);
        let comma = Splice::insertion(last.at.end, missing.to_owned());
        return vec![comma, Splice::insertion(line_end, line)];
    }
    let own_line = spacing::begins(text, last.at.start) && block.items.len() > 1 || !member.behind.is_empty();
    let gap = if own_line { format!("{line_break}{indent}") } else { gap(text, block).to_owned() };
    let end = match member.behind {
        "" => habit.to_owned(),
        behind => format!(",{behind}{line_break}"),
    };
    vec![Splice::insertion(anchor, format!("{missing}{gap}{}{end}", member.text))]
}

/// Returns the splices that remove a member.
pub(super) fn removal(text: &str, block: &Block, at: usize) -> Vec<Splice> {
    let Some(item) = block.items.get(at) else { return Vec::new() };
    let previous = at.checked_sub(1).and_then(|previous| block.items.get(previous));
    let next = block.items.get(at + 1);
    // If the last member has no comma after it, the comma before it is removed.
    let comma = item.comma.or(previous.and_then(|previous| previous.comma));
    let comma = comma.map(|comma| comma..comma + 1);
    if is_alone(text, item) {
        let line = lines::start(text, item.at.start)..lines::end(text, item.end());
        return removals(comma.filter(|comma| !line.contains(&comma.start)).into_iter().chain([line]));
    }
    if let Some(ranges) = led_by_comma(text, item, previous, next) {
        return removals(ranges);
    }
    let is_clear = |range: &Range<usize>| text.get(range.clone()).is_some_and(|gap| !gap.contains(['#', '\n']));
    let is_free = |range: &Range<usize>| text.get(range.clone()).is_some_and(|gap| !gap.contains('#'));
    let tail = item.at.end..item.end();
    let range = match (previous, next) {
        (_, Some(next)) if is_clear(&(item.at.end..next.at.start)) => Some(item.at.start..next.at.start),
        (Some(previous), Some(_)) if is_clear(&(previous.end()..item.at.start)) && is_clear(&tail) => {
            Some(previous.end()..item.end())
        }
        // The comma after the member is on another line: the comma before it is removed instead.
        (Some(previous), Some(_)) if is_clear(&(previous.at.end..item.at.start)) => Some(previous.at.end..item.at.end),
        (Some(previous), None) if is_free(&(previous.end()..item.at.start)) && is_free(&tail) => {
            let start = if item.comma.is_some() { previous.end() } else { previous.at.end };
            is_free(&(previous.at.end..previous.end())).then_some(start..item.end())
        }
        (None, None) if is_clear(&tail) => {
            let before = text.get(block.at.start + 1..item.at.start).unwrap_or_default();
            let white = before.len() - before.trim_end_matches([' ', '\t']).len();
            let begins_line = before.get(..before.len() - white).is_some_and(|before| before.ends_with('\n'));
            Some(item.at.start - if begins_line { 0 } else { white }..item.end())
        }
        _ => None,
    };
    match range {
        Some(range) => removals([range]),
        None => removals(comma.into_iter().chain([item.at.clone()])),
    }
}

/// Returns the ranges to remove for a member that has its line to itself except for a comma before it, or is the first
/// of such members.
fn led_by_comma(text: &str, item: &Item, previous: Option<&Item>, next: Option<&Item>) -> Option<Vec<Range<usize>>> {
    let line = lines::start(text, item.at.start)..lines::end(text, item.at.end);
    let rest = text.get(item.at.end..line.end).filter(|rest| rest.ends_with('\n'))?;
    if !lines::is_blank(rest) && !spacing::is_comment(rest) {
        return None;
    }
    if let Some(comma) = previous.and_then(|previous| previous.comma) {
        let is_before = spacing::begins(text, comma) && lines::start(text, comma) == line.start;
        return (is_before && lines::is_blank(text.get(comma + 1..item.at.start)?)).then(|| vec![line]);
    }
    let comma = item.comma.filter(|_| spacing::begins(text, item.at.start))?;
    let next =
        next.filter(|next| text.get(comma + 1..next.at.start).is_some_and(|gap| gap.trim_matches(' ').is_empty()));
    Some(vec![line, comma..next.map_or(comma + 1, |next| next.at.start)])
}

fn removals(ranges: impl IntoIterator<Item = Range<usize>>) -> Vec<Splice> {
    ranges.into_iter().map(Splice::removal).collect()
}

/// Returns whether a member has one or more lines to itself, except for a comment after it.
fn is_alone(text: &str, item: &Item) -> bool {
    let end = item.end();
    let rest = text.get(end..lines::end(text, end)).unwrap_or_default();
    let ends_line = rest.ends_with('\n') && (lines::is_blank(rest) || spacing::is_comment(rest));
    let tail = text.get(item.at.end..end).unwrap_or_default();
    spacing::begins(text, item.at.start) && ends_line && !tail.contains(['\n', '#'])
}

/// Returns the white space between a comma and the next member.
fn gap<'t>(text: &'t str, block: &Block) -> &'t str {
    let mut gaps = block.items.windows(2).filter_map(|pair| text.get(pair[0].end()..pair[1].at.start));
    gaps.find(|gap| gap.trim_matches([' ', '\t']).is_empty()).unwrap_or(" ")
}

/// Returns the indentation of a new line near a member.
fn indent(text: &str, block: &Block, near: &Item) -> String {
    let indent = spacing::indent(text, near.at.start);
    let is_first_line = lines::start(text, near.at.start) <= block.at.start;
    if is_first_line { format!("{indent}{INDENT}") } else { indent.to_owned() }
}

impl Item {
    /// Returns the position after the member and its comma, if there is one.
    fn end(&self) -> usize {
        self.comma.map_or(self.at.end, |comma| comma + 1)
    }
}
