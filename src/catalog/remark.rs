//! Statements of documents that the merged catalog does not show. They are not faults; `check` reports them.

use super::source::Span;

/// A statement of a document that has no effect, or with which no socket can be created.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Remark {
    /// A `replace = true` without an earlier definition of that name.
    ReplacesNothing {
        /// "entry", "provider", "family" or "application".
        what: &'static str,
        name: String,
        at: Span,
    },
    /// An element of an array that repeats an earlier one.
    RepeatedWord {
        /// The word as messages show it.
        word: String,
        first: Span,
        at: Span,
    },
    /// A protocol number below 0.
    NegativeProtocol { number: i32, at: Span },
    /// A protocol 0 after others: only `matches-zero` decides whether requests with protocol 0 match, and sockets are created
    /// with the first protocol.
    IdleZero { at: Span },
}
