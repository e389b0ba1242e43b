//! The kinds of values that an option takes: tested as written in a catalog, and parsed from a word of the command line.

use crate::catalog::OptionValue;
use std::fmt;
use std::time::Duration;

/// The kind of values that an option takes.
#[derive(Copy, Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum OptionKind {
    /// `true` or `false`.
    Boolean,
    /// A whole number within inclusive bounds.
    Integer {
        /// The least value.
        min: i64,
        /// The greatest value.
        max: i64,
    },
    /// A length of time with its unit, as in `"250ms"`, `"5s"` or `"1m 30s"`; at least a millisecond, at most a day.
    Duration,
    /// A text that is not empty.
    Text,
    /// A text, or an array of texts; none of them empty.
    Texts,
    /// One of these words.
    Choice(&'static [&'static str]),
    /// A host and a port, as in `"proxy.example:1080"` or `"[::1]:1080"`.
    Address,
    /// The path of a file; a relative path is resolved from the folder of the catalog in which it is written.
    File,
    /// One of these words, or the path of a file, or an array of paths.
    FilesOr(&'static [&'static str]),
}

/// A value that an option does not take.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{found} where {expected} is expected")]
pub struct WrongValue {
    /// What was found.
    pub found: String,
    /// What was expected.
    pub expected: String,
}

/// The longest time that an option takes: a day.
const LONGEST: Duration = Duration::from_secs(24 * 60 * 60);

impl OptionKind {
    /// Tests a value.
    ///
    /// # Errors
    ///
    /// Returns the value that was found and the kind that was expected.
    pub fn check(self, value: &OptionValue) -> Result<(), WrongValue> {
        if self.takes(value) {
            return Ok(());
        }
        let found = match value {
            // The text before the `@` may hold a password, and messages go to logs.
            OptionValue::String(text) if text.contains('@') => "a text with an `@`".to_owned(),
            OptionValue::String(text) if text.len() > 40 => "a long text".to_owned(),
            OptionValue::Array(_) => "an array".to_owned(),
            OptionValue::Table(_) => "a table".to_owned(),
            value => value.to_string(),
        };
        Err(WrongValue { found, expected: self.to_string() })
    }

    /// Returns the name of the kind, as in `show --format json`: `boolean`, `integer`, `duration`, `text`, `texts`, `choice`,
    /// `address`, `file` or `files`.
    pub const fn name(self) -> &'static str {
        match self {
            OptionKind::Boolean => "boolean",
            OptionKind::Integer { .. } => "integer",
            OptionKind::Duration => "duration",
            OptionKind::Text => "text",
            OptionKind::Texts => "texts",
            OptionKind::Choice(_) => "choice",
            OptionKind::Address => "address",
            OptionKind::File => "file",
            OptionKind::FilesOr(_) => "files",
        }
    }

    fn takes(self, value: &OptionValue) -> bool {
        let text = |value: &OptionValue| matches!(value, OptionValue::String(text) if !text.is_empty());
        let texts = |value: &OptionValue| match value {
            OptionValue::Array(values) => !values.is_empty() && values.iter().all(text),
            value => text(value),
        };
        match (self, value) {
            (OptionKind::Boolean, value) => matches!(value, OptionValue::Boolean(_)),
            (OptionKind::Integer { min, max }, OptionValue::Integer(number)) => (min..=max).contains(number),
            (OptionKind::Duration, OptionValue::String(text)) => duration(text).is_some(),
            (OptionKind::Choice(words), OptionValue::String(text)) => words.contains(&text.as_str()),
            (OptionKind::Address, OptionValue::String(text)) => host_and_port(text).is_some(),
            (OptionKind::Text | OptionKind::File, value) => text(value),
            (OptionKind::Texts | OptionKind::FilesOr(_), value) => texts(value),
            _ => false,
        }
    }

    /// Parses a value from a word of a command line: lists are separated by commas.
    ///
    /// # Errors
    ///
    /// Returns the value that was found and the kind that was expected.
    pub fn parse(self, word: &str) -> Result<OptionValue, WrongValue> {
        let text = || OptionValue::String(word.to_owned());
        let value = match self {
            OptionKind::Boolean => word.parse().map_or_else(|_| text(), OptionValue::Boolean),
            OptionKind::Integer { .. } => word.parse().map_or_else(|_| text(), OptionValue::Integer),
            OptionKind::Texts | OptionKind::FilesOr(_) if word.contains(',') => {
                OptionValue::Array(word.split(',').map(|part| OptionValue::String(part.to_owned())).collect())
            }
            _ => text(),
        };
        self.check(&value)?;
        Ok(value)
    }
}

impl fmt::Display for OptionKind {
    /// Formats the kind in words, as in "a whole number from 1 to 255".
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            OptionKind::Boolean => f.write_str("`true` or `false`"),
            OptionKind::Integer { min, max } => write!(f, "a whole number from {min} to {max}"),
            OptionKind::Duration => f.write_str("a time from 1ms to 24h with its unit, as in \"5s\""),
            OptionKind::Text => f.write_str("a text that is not empty"),
            OptionKind::Texts => f.write_str("a text or an array of texts, none empty"),
            OptionKind::Choice(words) => either(f, words),
            OptionKind::Address => f.write_str("a host and a port, as in \"proxy.example:1080\""),
            OptionKind::File => f.write_str("the path of a file"),
            OptionKind::FilesOr(words) => {
                either(f, words)?;
                f.write_str(", or the path of a file, or an array of paths")
            }
        }
    }
}

fn either(f: &mut fmt::Formatter<'_>, words: &[&str]) -> fmt::Result {
    for (at, word) in words.iter().enumerate() {
        let before = if at == 0 { "" } else { " or " };
        write!(f, "{before}{word:?}")?;
    }
    Ok(())
}

/// Parses a length of time from a millisecond to a day.
pub(crate) fn duration(text: &str) -> Option<Duration> {
    let duration = humantime::parse_duration(text).ok()?;
    (Duration::from_millis(1)..=LONGEST).contains(&duration).then_some(duration)
}

/// Splits a text into a host, without brackets, and a port from 1 on.
pub(crate) fn host_and_port(text: &str) -> Option<(&str, u16)> {
    let (host, port) = text.rsplit_once(':')?;
    let port = port.parse().ok().filter(|&port| port > 0)?;
    let bracketed = host.strip_prefix('[').and_then(|host| host.strip_suffix(']'));
    let host = match bracketed {
        Some(inner) => inner.parse::<std::net::Ipv6Addr>().ok().map(|_| inner)?,
        None => host,
    };
    let plain = |c: char| !c.is_whitespace() && !c.is_control() && !"/@[]?#".contains(c);
    let whole = !host.is_empty() && host.len() <= 255 && host.chars().all(plain);
    (whole && (bracketed.is_some() || !host.contains(':'))).then_some((host, port))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_read_as_their_kind_says() {
        let text = |text: &str| OptionValue::String(text.to_owned());
        assert_eq!(OptionKind::Boolean.parse("true"), Ok(OptionValue::Boolean(true)));
        assert_eq!(OptionKind::Integer { min: 1, max: 9 }.parse("9"), Ok(OptionValue::Integer(9)));
        let parsed = OptionKind::Texts.parse("h2,http/1.1");
        assert_eq!(parsed, Ok(OptionValue::Array(vec![text("h2"), text("http/1.1")])));
        assert_eq!(OptionKind::FilesOr(&["platform"]).parse("platform"), Ok(text("platform")));
    }

    #[test]
    fn wrong_values_are_reported_with_what_was_expected() {
        let reported = |kind: OptionKind, word: &str| kind.parse(word).unwrap_err().to_string();
        assert_eq!(reported(OptionKind::Boolean, "yes"), "\"yes\" where `true` or `false` is expected");
        let bounded = OptionKind::Integer { min: 1, max: 9 };
        assert_eq!(reported(bounded, "10"), "10 where a whole number from 1 to 9 is expected");
        let limit = OptionKind::Duration;
        assert_eq!(reported(limit, "5"), "\"5\" where a time from 1ms to 24h with its unit, as in \"5s\" is expected");
        assert!(limit.parse("25h").is_err() && limit.parse("0s").is_err() && limit.parse("1m 30s").is_ok());
        assert!(OptionKind::Texts.parse("a,,b").is_err());
    }

    #[test]
    fn a_password_in_an_address_is_not_reported() {
        let wrong = OptionKind::Address.parse("user:hunter2@proxy.example:1080").unwrap_err();
        assert_eq!(wrong.found, "a text with an `@`");
    }

    #[test]
    fn a_host_and_a_port_are_both_there() {
        assert_eq!(host_and_port("proxy.example:1080"), Some(("proxy.example", 1080)));
        assert_eq!(host_and_port("[::1]:1080"), Some(("::1", 1080)));
        for wrong in
            ["proxy", "proxy:", ":1080", "proxy:0", "proxy:65536", "::1:1080", "[x]:1", "a b:1", "u@h:1", "h/:1"]
        {
            assert_eq!(host_and_port(wrong), None, "{wrong}");
        }
    }
}
