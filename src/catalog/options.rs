//! Options of an entry: typed values that the provider's module understands.

use super::source::Span;

/// A value of an option.
#[derive(Clone, Debug, PartialEq)]
pub enum OptionValue {
    /// `true` or `false`.
    Boolean(bool),
    /// A whole number.
    Integer(i64),
    /// A number with a fraction.
    Float(f64),
    /// A text.
    String(String),
    /// A date, a time or both, as written.
    Datetime(String),
    /// A list.
    Array(Vec<OptionValue>),
    /// A table.
    Table(Vec<(String, OptionValue)>),
}

/// An option of an entry.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct EntryOption {
    /// Its name, unique among the entry's options.
    pub name: String,
    /// Its value.
    pub value: OptionValue,
    /// The place of the value.
    pub at: Span,
    /// The place of the name.
    pub key_at: Span,
}

macro_rules! option_values {
    ($($from:ty => $variant:ident),* $(,)?) => {
        $(impl From<$from> for OptionValue {
            fn from(value: $from) -> Self {
                OptionValue::$variant(value.into())
            }
        })*
    };
}

option_values!(bool => Boolean, i32 => Integer, u32 => Integer, i64 => Integer, f64 => Float, &str => String, String => String);

impl<V: Into<OptionValue>> From<Vec<V>> for OptionValue {
    fn from(values: Vec<V>) -> Self {
        OptionValue::Array(values.into_iter().map(Into::into).collect())
    }
}

impl<V: Into<OptionValue>, const COUNT: usize> From<[V; COUNT]> for OptionValue {
    fn from(values: [V; COUNT]) -> Self {
        OptionValue::Array(values.into_iter().map(Into::into).collect())
    }
}

impl std::fmt::Display for OptionValue {
    /// Writes the value as TOML, on one line.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            OptionValue::Boolean(value) => value.fmt(f),
            OptionValue::Integer(value) => value.fmt(f),
            OptionValue::Float(value) => write!(f, "{value:?}"),
            OptionValue::String(value) => write!(f, "{value:?}"),
            OptionValue::Datetime(value) => value.fmt(f),
            OptionValue::Array(values) => {
                f.write_str("[")?;
                for (index, value) in values.iter().enumerate() {
                    write!(f, "{}{value}", if index == 0 { "" } else { ", " })?;
                }
                f.write_str("]")
            }
            OptionValue::Table(values) => {
                f.write_str("{")?;
                for (index, (key, value)) in values.iter().enumerate() {
                    write!(f, "{} {key} = {value}", if index == 0 { "" } else { "," })?;
                }
                f.write_str(" }")
            }
        }
    }
}
