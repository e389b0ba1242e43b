//! The only error of this module: a word that is not a known name.

use thiserror::Error;

/// A word that was parsed as a name of some kind, but is not such a name.
///
/// ```text
/// unknown address family `inett`
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[error("unknown {kind} `{name}`")]
pub struct UnknownName {
    kind: &'static str,
    name: String,
}

impl UnknownName {
    pub(crate) fn new(kind: &'static str, name: &str) -> UnknownName {
        UnknownName { kind, name: name.to_owned() }
    }

    /// Returns the kind of name that was expected: `address family`, `socket type`, `protocol`, `service`, `error code`, `system`
    /// or `dialect`.
    pub fn kind(&self) -> &'static str {
        self.kind
    }

    /// Returns the word itself.
    pub fn name(&self) -> &str {
        &self.name
    }
}

#[cfg(test)]
mod tests {
    use super::UnknownName;

    #[test]
    fn says_what_was_read_and_as_what() {
        let error = UnknownName::new("address family", "inett");
        assert_eq!(error.to_string(), "unknown address family `inett`");
        assert_eq!((error.kind(), error.name()), ("address family", "inett"));
    }
}
