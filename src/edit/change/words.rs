//! Converts command-line words to values of keys.
//!
//! Someone who writes `needs=guaranteed-order,guaranteed-delivery` or `version=2` on a command line does not want to
//! quote TOML. The key decides how a word is read, so that `summary=2` is a text and `provider=1e5` a name.

use crate::catalog::OptionKind;
use crate::catalog::keys::{Key, Refers, Shape, Table};
use crate::text::{Value, list, string};
use toml::de::{DeTable, DeValue};

/// The type that a word is read as.
#[derive(Copy, Clone, Debug, PartialEq, Eq)]
enum Wanted {
    /// A text.
    Text,
    /// An array of texts, separated by commas.
    Texts,
    /// A text, or several texts separated by commas.
    TextOrTexts,
    /// Any TOML value, else a text.
    Any,
    /// Any TOML value or text, or several of these separated by commas.
    AnyOrSeveral,
}

/// Returns the value that a word stands for at a key of a table, as TOML. The path is that of the table and the key, such as
/// `["base", "tcp4", "protocol"]`; for an option, its kind decides, if it is known.
///
/// A TOML value of a type that the key takes is returned as it is written. Any other word is a text, or a list of texts
/// separated by commas where the key takes a list. Whether the value is valid is decided by loading the catalogs.
pub(in crate::edit) fn value(path: &[&str], option: Option<OptionKind>, word: &str) -> String {
    let word = word.trim();
    let wanted = wanted(path, option);
    let written = written(word);
    let is_text = || written == Some(Written::Text);
    let is_array = || written == Some(Written::Array);
    let as_it_is = match wanted {
        Wanted::Text => is_text(),
        Wanted::Texts => is_array(),
        Wanted::TextOrTexts => is_text() || is_array(),
        Wanted::Any | Wanted::AnyOrSeveral => written.is_some(),
    };
    let parts = || word.split(',').map(str::trim).filter(|part| !part.is_empty());
    match wanted {
        _ if as_it_is => word.to_owned(),
        Wanted::Texts if is_text() => format!("[{word}]"),
        Wanted::Texts => list(parts()).flat(),
        Wanted::TextOrTexts if word.contains(',') => list(parts()).flat(),
        Wanted::AnyOrSeveral if word.contains(',') => Value::Array(parts().map(any).collect()).flat(),
        Wanted::Text | Wanted::TextOrTexts | Wanted::Any | Wanted::AnyOrSeveral => string(word),
    }
}

fn any(word: &str) -> String {
    if written(word).is_some() { word.to_owned() } else { string(word) }
}

fn wanted(path: &[&str], option: Option<OptionKind>) -> Wanted {
    if let Some(kind) = option {
        return match kind {
            OptionKind::Texts | OptionKind::FilesOr(_) => Wanted::TextOrTexts,
            OptionKind::Boolean | OptionKind::Integer { .. } => Wanted::Any,
            _ => Wanted::Text,
        };
    }
    let key = path.split_last().and_then(|(key, table)| Table::at(table)?.key(key));
    match key.map(Key::shape) {
        // These can be numbers too.
        Some(Shape::Word(Refers::Family | Refers::SocketType | Refers::Protocol | Refers::RequestedEntry)) => {
            Wanted::Any
        }
        Some(Shape::Text | Shape::Guid | Shape::Base64 | Shape::Severity | Shape::Word(_)) => Wanted::Text,
        Some(Shape::Words(_) | Shape::SomeWords(_)) => Wanted::Texts,
        Some(Shape::WordOrWords(_)) => Wanted::TextOrTexts,
        Some(Shape::ProtocolSet) => Wanted::AnyOrSeveral,
        _ => Wanted::Any,
    }
}

/// The type of a TOML value, as far as it decides how a word is read.
#[derive(Copy, Clone, Debug, PartialEq, Eq)]
enum Written {
    Text,
    Array,
    Other,
}

/// Returns the type of a word in TOML, if it is one value and nothing else.
fn written(word: &str) -> Option<Written> {
    const KEY: &str = "x = ";
    let text = format!("{KEY}{word}");
    let (table, errors) = DeTable::parse_recoverable(&text);
    let mut pairs = table.get_ref().iter().filter(|_| errors.is_empty());
    let (_, value) = pairs.next()?;
    // A comment or further keys could follow the value.
    let is_all = value.span() == (KEY.len()..text.len()) && pairs.next().is_none();
    is_all.then(|| match value.get_ref() {
        DeValue::String(_) => Written::Text,
        DeValue::Array(_) => Written::Array,
        _ => Written::Other,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(key: &str, word: &str) -> String {
        let parts: Vec<&str> = key.split('.').collect();
        let table = ["base", "layer", "chain"]
            .into_iter()
            .find(|table| Table::at(&[table, "x"]).unwrap().key(parts[0]).is_some());
        value(&[&[table.unwrap_or("base"), "x"], &parts[..]].concat(), None, word)
    }

    #[test]
    fn a_list_is_separated_by_commas_or_written_as_toml() {
        let expected = "[\"guaranteed-order\", \"encrypted\"]";
        assert_eq!(read("needs", "guaranteed-order,encrypted"), expected);
        assert_eq!(read("needs", " guaranteed-order , encrypted, "), expected);
        assert_eq!(read("needs", "[ 'encrypted' ]"), "[ 'encrypted' ]", "TOML is taken as it is written");
        assert_eq!(read("needs", "encrypted"), "[\"encrypted\"]", "one is a list too");
        assert_eq!(read("needs", "'encrypted'"), "['encrypted']");
        assert_eq!(read("needs", ""), "[]");
    }

    #[test]
    fn a_key_that_takes_a_text_reads_every_word_as_one() {
        for (word, text) in
            [("2", "\"2\""), ("true", "\"true\""), ("1e5", "\"1e5\""), ("a, b", "\"a, b\""), ("", "\"\"")]
        {
            assert_eq!(read("summary", word), text);
        }
        assert_eq!(read("provider", "\"kernel\""), "\"kernel\"");
    }

    #[test]
    fn other_keys_read_values_of_toml_and_else_a_text() {
        for word in ["6", "-1", "0x10", "true", "{ from = 1, to = 5 }", "[6, 17]", "1979-05-27"] {
            assert_eq!(read("protocol", word), word);
            assert_eq!(read("options.x", word), word);
        }
        assert_eq!(read("family", "inet"), "\"inet\"");
        assert_eq!(read("protocol", "tcp,6"), "[\"tcp\", 6]");
        assert_eq!(value(&["chain", "x", "base"], None, "tcp4"), "\"tcp4\"");
        assert_eq!(value(&["chain", "x", "base"], None, "tcp4,tcp6"), "[\"tcp4\", \"tcp6\"]");
    }

    #[test]
    fn the_kind_of_an_option_says_how_it_is_read() {
        let read = |kind, word| value(&["base", "x", "options", "x"], Some(kind), word);
        assert_eq!(read(OptionKind::Text, "5"), "\"5\"");
        assert_eq!(read(OptionKind::Duration, "5s"), "\"5s\"");
        assert_eq!(read(OptionKind::Integer { min: 0, max: 9 }, "5"), "5");
        assert_eq!(read(OptionKind::Texts, "h2,http/1.1"), "[\"h2\", \"http/1.1\"]");
        assert_eq!(read(OptionKind::Texts, "h2"), "\"h2\"");
        assert_eq!(read(OptionKind::Boolean, "true"), "true");
    }

    #[test]
    fn no_word_can_write_more_than_one_value() {
        for word in ["6\nhidden = true", "6 # six", "6\n[base.other]", "\"a\" \"b\"", "[1, 2", "a = 1"] {
            let text = format!("x = {}\n", read("version", word));
            let (table, errors) = DeTable::parse_recoverable(&text);
            assert!(errors.is_empty() && table.get_ref().len() == 1, "{text}");
            let value = table.get_ref().values().next().unwrap();
            assert!(matches!(value.get_ref(), DeValue::String(text) if text == word), "{text}");
        }
    }
}
