//! The place where a table is written, and so the place and the spacing of its new keys.

use super::block::{self, Member};
use super::{KeyOrder, Splice, spacing};
use crate::text::lines;
use crate::text::outline::{Home, Outline, Pair, Path};
use crate::text::values::key as written_key;

/// The place where the pairs of a table stand.
pub(super) struct Site {
    home: Home,
    /// The number of parts of the table's path that its keys begin with; 0 except for dotted keys.
    depth: usize,
    /// The path of the table.
    table: Path,
}

impl Site {
    /// Returns the place where the keys of a table are written, or `None` if the table has no such place.
    pub fn of(outline: &Outline, table: &[String]) -> Option<Site> {
        let site = |home, depth| Some(Site { home, depth, table: table.to_vec() });
        if table.is_empty() {
            return site(Home::Top, 0);
        }
        if let Some(block) = outline.inline(table) {
            return site(Home::Block(block), 0);
        }
        if let Some(header) = outline.header(table) {
            return site(Home::Header(header), 0);
        }
        let is_dotted = |pair: &&Pair| {
            let is_below = pair.path.len() > table.len() && pair.path.starts_with(table);
            is_below && pair.path.len() - pair.parts.len() < table.len()
        };
        let pair = outline.pairs.iter().find(is_dotted)?;
        site(pair.home, table.len() - (pair.path.len() - pair.parts.len()))
    }

    /// Returns whether it is an inline table.
    pub fn is_inline(&self) -> bool {
        self.block().is_some()
    }

    fn block(&self) -> Option<usize> {
        match self.home {
            Home::Block(block) => Some(block),
            _ => None,
        }
    }

    /// Returns the pairs of the table at this place, including those of its subtables that are made by dotted keys.
    fn pairs<'p>(&'p self, outline: &'p Outline) -> impl DoubleEndedIterator<Item = &'p Pair> {
        outline
            .pairs_of(self.home)
            .filter(|pair| pair.path.len() > self.table.len() && pair.path.starts_with(&self.table))
    }

    /// Returns the splices that insert a key of the table at this place, in the order of keys: after the last key that
    /// comes before it.
    ///
    /// If `is_marked` is set, the key is written slightly differently than in a table that is made for it.
    pub fn insertion<O: KeyOrder>(
        &self,
        text: &str,
        outline: &Outline,
        key: &str,
        value: &str,
        is_marked: bool,
    ) -> Vec<Splice> {
        let order = O::of(&self.table);
        let rank = |key: &str| order.rank(key).unwrap_or(usize::MAX);
        let own = rank(key);
        let comes_before = |pair: &&Pair| {
            let rank = pair.path.get(self.table.len()).map_or(usize::MAX, |key| rank(key));
            rank < own || rank == usize::MAX
        };
        let after = self.pairs(outline).rfind(comes_before);
        let first = self.pairs(outline).next();
        let near = after.or(first);
        let mut name = written_key(key);
        let prefix =
            near.and_then(|near| Some(near.parts.first()?.start..near.parts.get(self.depth.checked_sub(1)?)?.end));
        if let Some(prefix) = prefix.and_then(|prefix| text.get(prefix)) {
            name = format!("{prefix}.{name}");
        }
        if let Some(block) = self.block().and_then(|block| outline.blocks.get(block)) {
            let member = format!("{name}{}{value}", near.map_or(" = ".to_owned(), |near| near.narrow_separator(text)));
            let member = Member { text: &member, behind: "" };
            if is_marked && block.items.is_empty() {
                return vec![block::marked(block, &member)];
            }
            let is_near = |near: &Pair| block.items.iter().position(|item| item.at.start == near.key().start);
            let at = after.and_then(is_near).map(|at| at + 1).or_else(|| first.and_then(is_near));
            return block::insertion(text, block, at.unwrap_or(block.items.len()), &member);
        }
        let separator = self.separator(text, outline, near, &name, is_marked);
        let line = |indent: &str| format!("{indent}{name}{separator}{value}");
        match (after, first, self.home) {
            (Some(after), ..) => {
                vec![spacing::below(text, after.value.at.end, &line(spacing::indent(text, after.key().start)))]
            }
            (None, _, Home::Header(header)) if self.depth == 0 => {
                let header = outline.headers.get(header).map_or(0..0, |header| header.at.clone());
                let near = first.map_or(header.start, |first| first.key().start);
                vec![spacing::below(text, header.end, &line(spacing::indent(text, near)))]
            }
            (None, Some(first), _) => {
                let start = first.key().start;
                vec![above(text, lines::start(text, start), &line(spacing::indent(text, start)))]
            }
            (None, None, _) => match outline.headers.first() {
                Some(header) => {
                    vec![above(text, spacing::lead(text, lines::start(text, header.at.start)), &line(""))]
                }
                None => vec![spacing::below(text, text.len(), &line(""))],
            },
        }
    }

    /// Returns the text between a new key and its value: aligned with the keys beside it, where they are aligned and it
    /// fits.
    fn separator(&self, text: &str, outline: &Outline, near: Option<&Pair>, name: &str, is_marked: bool) -> String {
        // Without a pair nearby, the table is empty.
        let Some(near) = near else { return if is_marked { "  = " } else { " = " }.to_owned() };
        let own = Separator::of(text, near);
        let all = outline.pairs_of(near.home).map(|pair| Separator::of(text, pair));
        let same: Vec<Separator> = all.filter(|separator| separator.column == own.column).collect();
        let is_aligned = same.iter().any(|separator| separator.before > 1);
        let width = spacing::indent(text, near.key().start).chars().count() + name.chars().count();
        let padding = match own.column.checked_sub(width) {
            Some(padding) if is_aligned && padding > 0 => padding,
            _ => own.before.min(1),
        };
        format!("{}={}", " ".repeat(padding), own.after)
    }
}

/// The position of the `=` of a pair.
struct Separator<'t> {
    /// The column of the `=`, in characters from 0.
    column: usize,
    /// The number of characters between the key and the `=`.
    before: usize,
    after: &'t str,
}

impl<'t> Separator<'t> {
    fn of(text: &'t str, pair: &Pair) -> Self {
        let between = text.get(pair.key().end..pair.value.at.start).unwrap_or_default();
        let (before, after) = between.split_once('=').unwrap_or((" ", " "));
        let line = text.get(lines::start(text, pair.key().start)..pair.key().end).unwrap_or_default();
        let before = before.chars().count();
        Separator { column: line.chars().count() + before, before, after }
    }
}

impl Pair {
    /// Returns the text between the key and the value, with at most one space on each side of the `=`.
    fn narrow_separator(&self, text: &str) -> String {
        let Separator { before, after, .. } = Separator::of(text, self);
        format!("{}={}", " ".repeat(before.min(1)), if after.is_empty() { "" } else { " " })
    }
}

/// Returns the splice that inserts a line above the one that begins at this position.
fn above(text: &str, line_start: usize, line: &str) -> Splice {
    Splice::insertion(line_start, format!("{line}{}", spacing::line_break(text, line_start)))
}
