//! The styles of the text for people: few, from the terminal's own palette.

use anstyle::{AnsiColor, Style};

/// The style of headings.
pub(super) const HEADING: Style = Style::new().bold().underline();
/// The style of the subject of a line or block.
pub(super) const SUBJECT: Style = Style::new().bold();
/// The style of additional information that was not requested.
pub(super) const FAINT: Style = Style::new().dimmed();
/// The style of answers and success.
pub(super) const GOOD: Style = AnsiColor::Green.on_default().bold();
/// The style of refusals and errors.
pub(super) const BAD: Style = AnsiColor::Red.on_default().bold();
/// The style of warnings.
pub(super) const WARNING: Style = AnsiColor::Yellow.on_default().bold();
/// The style of suggestions.
pub(super) const HINT: Style = AnsiColor::Cyan.on_default().bold();
/// No style.
pub(super) const PLAIN: Style = Style::new();
