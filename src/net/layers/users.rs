//! The users of a proxy: the option `users-file` of the accepting sides.
//!
//! A user is a line `NAME:PASSWORD`. The name ends at the first colon, so a name has none, as RFC 7617 demands; the password is
//! the rest of the line, including spaces at its end. A line that begins with `#` is a comment, and blank lines are ignored.
//! Every other line must be a user: a line that was misread could let a stranger in, or keep a user out.

use crate::net::provider::ProviderError;
use crate::net::settings::Settings;
use std::collections::HashMap;
use std::fmt;
use subtle::{Choice, ConstantTimeEq};

/// The option that names the file.
const OPTION: &str = "users-file";

/// The users of a file, at least one. `Debug` shows their number only.
pub(super) struct Users {
    /// The records, each of `width` bytes: the length of `NAME:PASSWORD` in [`LENGTH`] bytes, that text, and zeros.
    records: Vec<u8>,
    width: usize,
}

/// The size of a length in a record, in bytes.
const LENGTH: usize = size_of::<u64>();

/// The reason why a text is not a file of users, with the number of the line if it concerns one.
#[derive(Debug, PartialEq, Eq)]
pub struct Misread(Option<usize>, String);

impl Users {
    /// Reads the file that the option names, or returns `None` if the option is not set. Names and passwords have at most
    /// `longest` bytes, a limit that `source` sets.
    ///
    /// # Errors
    ///
    /// The file cannot be read, a line is not a user, or there is no user. The error contains no password.
    pub fn of(settings: &Settings<'_>, longest: Option<(usize, &str)>) -> Result<Option<Users>, ProviderError> {
        let Some(path) = settings.path(OPTION) else { return Ok(None) };
        let text = std::fs::read_to_string(&path).map_err(|error| ProviderError::file(OPTION, &*path, error))?;
        let users = Users::parse(&text, longest).map_err(|Misread(line, why)| {
            let error = ProviderError::file(OPTION, &*path, why);
            match line {
                Some(line) => error.at_line(line),
                None => error,
            }
        })?;
        Ok(Some(users))
    }

    pub fn parse(text: &str, longest: Option<(usize, &str)>) -> Result<Users, Misread> {
        let mut users: Vec<&str> = Vec::new();
        let mut lines_of = HashMap::new();
        // Some editors write a byte order mark at the beginning of the file.
        let text = text.strip_prefix('\u{feff}').unwrap_or(text);
        for (at, line) in text.lines().enumerate() {
            if line.trim().is_empty() || line.starts_with('#') {
                continue;
            }
            let misread = |why| Misread(Some(at + 1), why);
            let name = user(line, longest).map_err(misread)?;
            if let Some(first) = lines_of.insert(name, at + 1) {
                return Err(misread(format!("user `{name}` is in line {first} already")));
            }
            users.push(line);
        }
        let longest = users.iter().map(|line| line.len()).max();
        let Some(longest) = longest else { return Err(Misread(None, "there is no user in it".to_owned())) };
        let width = LENGTH + longest;
        Ok(Users { records: users.iter().flat_map(|line| record(line.as_bytes(), width)).collect(), width })
    }

    /// Returns whether there is a user with this name and password.
    ///
    /// The time that this takes depends on the file and on the length of the offered credentials, and not on how much of them
    /// matches: every record is compared as a whole, so that the time does not reveal which names exist.
    pub fn know(&self, name: &[u8], password: &[u8]) -> bool {
        let offered = record(&[name, b":", password].concat(), self.width);
        let known = self.records.chunks_exact(self.width);
        let found = known.fold(Choice::from(0), |found, user| found | user.ct_eq(&offered));
        // A colon in the name would match the password of another user.
        bool::from(found) && !name.contains(&b':')
    }
}

/// Returns the name in a line, after checking the name and the password.
fn user<'l>(line: &'l str, longest: Option<(usize, &str)>) -> Result<&'l str, String> {
    let Some((name, password)) = line.split_once(':') else {
        return Err("a line without a colon, where `NAME:PASSWORD` is expected".to_owned());
    };
    for (what, text) in [("name", name), ("password", password)] {
        if text.is_empty() {
            return Err(format!("the {what} is empty"));
        }
        if let Some((longest, source)) = longest.filter(|(longest, _)| text.len() > *longest) {
            return Err(format!("the {what} has {} bytes, and at most {longest} can be sent ({source})", text.len()));
        }
        if text.chars().any(char::is_control) {
            return Err(format!("the {what} has a control character in it"));
        }
    }
    Ok(name)
}

/// Returns the record of `NAME:PASSWORD`, which is equal for the same user and password only. All records have the width of the
/// longest user; longer credentials are cut, but their length is one that no user has.
fn record(user: &[u8], width: usize) -> Vec<u8> {
    let mut record = (user.len() as u64).to_be_bytes().to_vec();
    record.extend(user);
    record.resize(width, 0);
    record
}

impl fmt::Debug for Users {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Users({})", self.records.len() / self.width)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const FILE: &str = "# those of the workshop\nalice:open sesame\n\r\n  \nbob:a:b#c\r\nzoë:x";

    #[test]
    fn users_are_lines_whose_first_colon_ends_the_name() {
        let users = Users::parse(FILE, None).unwrap();
        for (name, password) in [("alice", "open sesame"), ("bob", "a:b#c"), ("zoë", "x")] {
            assert!(users.know(name.as_bytes(), password.as_bytes()), "{name}");
        }
        #[rustfmt::skip]
        let unknown = [
            ("alice", "open sesam"), ("alice", "open sesame "), ("alice", "open sesame\0"), ("alice", ""), ("", "open sesame"),
            ("alic", "e:open sesame"), ("bob:a", "b#c"), ("bob", "x"), ("zoe", "x"), ("", ""), ("# those of the workshop", ""),
            ("alice", &"open sesame".repeat(100)),
        ];
        for (name, password) in unknown {
            assert!(!users.know(name.as_bytes(), password.as_bytes()), "{name}:{password}");
        }
        assert_eq!(format!("{users:?}"), "Users(3)");
    }

    #[test]
    fn a_text_of_which_a_line_is_no_user_is_refused_with_the_line_and_without_its_secrets() {
        let long = format!("# x\nalice:{}", "s".repeat(256));
        let table = [
            ("", None, "there is no user in it"),
            ("# nobody\n\n", None, "there is no user in it"),
            ("alice:x\nsesame\n", Some(2), "a line without a colon, where `NAME:PASSWORD` is expected"),
            (":sesame", Some(1), "the name is empty"),
            ("alice:", Some(1), "the password is empty"),
            ("\nalice:ses\tame", Some(2), "the password has a control character in it"),
            ("ali\0ce:sesame", Some(1), "the name has a control character in it"),
            ("alice:sesame\n#\nalice:other", Some(3), "user `alice` is in line 1 already"),
            (&long, Some(2), "the password has 256 bytes, and at most 255 can be sent (RFC 1929)"),
        ];
        for (text, line, why) in table {
            let misread = Users::parse(text, Some((255, "RFC 1929"))).unwrap_err();
            assert_eq!(misread, Misread(line, why.to_owned()));
            assert!(!misread.1.contains("sesame"));
        }
        assert!(Users::parse(&long, None).is_ok());
        assert!(Users::parse(&long[..long.len() - 1], Some((255, "RFC 1929"))).is_ok());
    }

    #[test]
    fn every_user_is_compared_whole_whoever_asks() {
        let users = Users::parse(FILE, None).unwrap();
        assert_eq!(users.width, LENGTH + "alice:open sesame".len());
        assert_eq!(users.records.len(), 3 * users.width);
        for offered in ["", "alice:open sesame", "x".repeat(1000).as_str()] {
            assert_eq!(record(offered.as_bytes(), users.width).len(), users.width);
        }
    }
}
