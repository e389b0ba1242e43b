//! The styles of the text for people: few, from the terminal's own palette.

use anstyle::{AnsiColor, Style};

/// Headings.
pub(super) const HEADING: Style = Style::new().bold().underline();
/// What the line or block is about.
pub(super) const SUBJECT: Style = Style::new().bold();
/// What helps, and is not what was asked for.
pub(super) const FAINT: Style = Style::new().dimmed();
/// Answered.
pub(super) const GOOD: Style = AnsiColor::Green.on_default().bold();
/// Refused, or wrong.
pub(super) const BAD: Style = AnsiColor::Red.on_default().bold();
/// Odd.
pub(super) const WARNING: Style = AnsiColor::Yellow.on_default().bold();
/// What to do.
pub(super) const HINT: Style = AnsiColor::Cyan.on_default().bold();
/// No style.
pub(super) const PLAIN: Style = Style::new();
