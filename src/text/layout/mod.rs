//! The canonical layout of a TOML text.
//!
//! The rules of the layout:
//! - Comments, tables, keys and values stay in their order, because the order can have a meaning.
//! - A blank line stands before a table and before the comments that belong to it; two blank lines, which set off a
//!   part of the text, are kept. A table without keys may be followed directly by the next table. Between keys one
//!   blank line is kept.
//! - The `=` of consecutive keys are aligned; a blank line starts a new alignment. Other lines begin at the margin.
//! - Inside a line: `["a", "b"]`, `{ a = 1, b = 2 }`, `[table.name]`; no comma before a bracket that closes on the same
//!   line.
//! - An array that does not fit into 120 columns is broken, one value a line. An array that its author broke keeps the
//!   author's lines, as these often show what belongs together; each line is indented by four columns and ends with a
//!   comma.
//! - Strings and quoted keys are in double quotes, if they read the same in these; keys are unquoted where possible.
//! - A trailing comment keeps its column while there is room for it. A comment that has to move takes along those
//!   directly above and below it that stood in the same column.
//! - No white space at the end of a line, no blank line at either end of the text. Line breaks are those of the first
//!   line.
//!
//! The meaning does not change, and the rules above are not trusted with that: the new text is parsed again, and is
//! returned only if it has the same keys and values in the same order, and the same comments.

mod print;
mod tree;

use std::ops::Range;
use toml::de::{DeTable, DeValue};

/// The reason why a text was not formatted.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum FormatError {
    /// The text is not TOML.
    #[error("{}", errors.first().map_or("not TOML", |error| &error.message))]
    Syntax {
        /// All syntax errors; at least one.
        errors: Vec<SyntaxError>,
    },
    /// The new text would not have the same meaning. This is a defect of the formatter.
    #[error("not formatted, because the result would not mean the same; please report this with the file")]
    MeaningChanged,
}

/// An error in a text that is not TOML.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct SyntaxError {
    /// The byte range of the error.
    pub at: Range<usize>,
    /// The description of the error.
    pub message: String,
}

/// Returns the text in the canonical layout.
///
/// ```
/// let text = "[base.tcp4]\nfamily='inet'\nprotocol = [ 6,17 ] # both\n";
/// let laid_out = "[base.tcp4]\nfamily   = \"inet\"\nprotocol = [6, 17]  # both\n";
/// assert_eq!(sockatlas::edit::format(text)?, laid_out);
/// assert_eq!(sockatlas::edit::format(laid_out)?, laid_out);
/// # Ok::<(), sockatlas::edit::FormatError>(())
/// ```
///
/// # Errors
///
/// Returns the syntax errors if the text is not TOML.
pub fn format(text: &str) -> Result<String, FormatError> {
    let before = parse(text).map_err(|errors| FormatError::Syntax { errors })?;
    let result = print::print(&tree::read(text), text);
    let after = parse(&result).map_err(|_| FormatError::MeaningChanged)?;
    match same_table(&before, &after) && tree::comments(text) == tree::comments(&result) {
        true => Ok(result),
        false => Err(FormatError::MeaningChanged),
    }
}

fn parse(text: &str) -> Result<DeTable<'_>, Vec<SyntaxError>> {
    let (table, errors) = DeTable::parse_recoverable(text);
    if errors.is_empty() {
        return Ok(table.into_inner());
    }
    let error = |error: toml::de::Error| SyntaxError {
        at: error.span().unwrap_or(0..0),
        message: error.message().replace('\n', ", "),
    };
    Err(errors.into_iter().map(error).collect())
}

/// Returns whether two tables hold the same keys and values in the same order.
fn same_table(one: &DeTable<'_>, other: &DeTable<'_>) -> bool {
    one.len() == other.len()
        && one.iter().zip(other).all(|((key, value), (other_key, other_value))| {
            key.get_ref() == other_key.get_ref() && same(value.get_ref(), other_value.get_ref())
        })
}

fn same(one: &DeValue<'_>, other: &DeValue<'_>) -> bool {
    match (one, other) {
        (DeValue::String(one), DeValue::String(other)) => one == other,
        (DeValue::Integer(one), DeValue::Integer(other)) => {
            (one.as_str(), one.radix()) == (other.as_str(), other.radix())
        }
        (DeValue::Float(one), DeValue::Float(other)) => one.as_str() == other.as_str(),
        (DeValue::Boolean(one), DeValue::Boolean(other)) => one == other,
        (DeValue::Datetime(one), DeValue::Datetime(other)) => one == other,
        (DeValue::Array(one), DeValue::Array(other)) => {
            one.len() == other.len() && one.iter().zip(other).all(|(one, other)| same(one.get_ref(), other.get_ref()))
        }
        (DeValue::Table(one), DeValue::Table(other)) => same_table(one, other),
        _ => false,
    }
}
