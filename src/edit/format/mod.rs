//! The canonical layout of a catalog.
//!
//! What is laid out, and how:
//! - Comments, tables, keys and values stay in their order, because place has a meaning in a catalog.
//! - A blank line stands before a table and before the comments that belong to it; two are kept, which set off a part of the
//!   file. A table without keys may be followed by the next at once. Between keys one blank line is kept.
//! - The `=` of consecutive keys stand below one another; a blank line begins anew. Other lines begin at the margin.
//! - Inside a line: `["a", "b"]`, `{ a = 1, b = 2 }`, `[table.name]`; no comma before a bracket that closes on the same line.
//! - An array that does not fit into 120 columns is broken, one value a line. One that its author broke keeps the lines that
//!   its author chose, as they often say what belongs together; each is indented by four and ends with a comma.
//! - Strings and quoted keys are in double quotes, if they read the same in these; keys go without where they can.
//! - A comment behind something keeps its column while there is room for it. One that has to give way takes along those above
//!   and below it that stood in the same column.
//! - No white space at the end of a line, no blank line at either end of the file; line breaks are those of its first line.
//!
//! The meaning is not changed, and this is not left to the rules above: the new text is parsed again, and is given out only
//! if it has the same keys and values in the same order, and the same comments.

mod print;
mod tree;

use std::ops::Range;
use toml::de::{DeTable, DeValue};

/// Why a text was not laid out.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum FormatError {
    /// It is not TOML.
    #[error("{}", errors.first().map_or("not TOML", |error| &error.message))]
    Syntax {
        /// All that is wrong; at least one.
        errors: Vec<SyntaxError>,
    },
    /// The new text would not say the same: a defect of the formatter.
    #[error("not formatted, because the result would not mean the same; please report this with the file")]
    MeaningChanged,
}

/// An error in a text that is not TOML.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct SyntaxError {
    /// Where, in bytes.
    pub at: Range<usize>,
    /// What.
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
/// The text is not TOML.
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
