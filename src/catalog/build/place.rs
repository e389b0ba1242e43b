//! The place in the program where a table was built: a comment above the table, to which faults lead.

use crate::text::Page;
use std::panic::Location;

/// The beginning of the comment.
const BUILT_AT: &str = "built at ";

/// The comments above a table.
#[derive(Clone, Debug)]
pub(super) struct Comments {
    place: &'static Location<'static>,
    lines: Vec<String>,
}

impl Comments {
    /// Returns the comments of a table that is built at the caller's place.
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

/// Returns the text that states where in the program the table at this offset of a document was built.
pub(crate) fn built_at(text: &str, offset: usize) -> Option<std::ops::Range<usize>> {
    let end = text.get(offset..)?.find('\n').map_or(text.len(), |line_break| offset + line_break);
    let above = text.get(..end)?;
    let mark = format!("# {BUILT_AT}");
    let begins_line = |at: &usize| above.get(..*at).is_some_and(|before| before.is_empty() || before.ends_with('\n'));
    let start = above.rmatch_indices(mark.as_str()).map(|(at, _)| at).find(begins_line)? + mark.len();
    let length = text.get(start..)?.find('\n').unwrap_or(text.len() - start);
    Some(start..start + length)
}
