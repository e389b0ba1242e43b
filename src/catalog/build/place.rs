//! Where in the program something was built: a comment above its table, which faults lead to.

use crate::catalog::writing::page::Page;
use std::panic::Location;

/// What the comments begin with.
const BUILT_AT: &str = "built at ";

/// The comments above a table.
#[derive(Clone, Debug)]
pub(super) struct Comments {
    place: &'static Location<'static>,
    lines: Vec<String>,
}

impl Comments {
    /// Returns those of a table that is built where the caller is called.
    #[track_caller]
    pub fn here() -> Self {
        Comments { place: Location::caller(), lines: Vec::new() }
    }

    pub fn add(&mut self, text: &str) {
        self.lines.extend(text.lines().map(str::to_owned));
    }

    /// Adds comments, a line each.
    pub fn add_lines(&mut self, lines: impl IntoIterator<Item = String>) {
        self.lines.extend(lines);
    }

    pub fn write(&self, page: &mut Page, places: bool) {
        self.lines.iter().for_each(|line| page.comment(line));
        if places {
            page.comment(&format!("{BUILT_AT}{}", self.place));
        }
    }
}

/// Returns where in the program that was built what stands at an offset of a document's text.
pub(crate) fn built_at(text: &str, offset: usize) -> Option<std::ops::Range<usize>> {
    let end = text.get(offset..)?.find('\n').map_or(text.len(), |line_break| offset + line_break);
    let above = text.get(..end)?;
    let mark = format!("# {BUILT_AT}");
    let begins_line = |at: &usize| above.get(..*at).is_some_and(|before| before.is_empty() || before.ends_with('\n'));
    let start = above.rmatch_indices(mark.as_str()).map(|(at, _)| at).find(begins_line)? + mark.len();
    let length = text.get(start..)?.find('\n').unwrap_or(text.len() - start);
    Some(start..start + length)
}
