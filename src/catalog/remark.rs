//! What documents state and the merged catalog does not show: no fault, and `check` reports it.

use super::source::Span;

/// A statement of a document that has no effect, or that no socket can be made of.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Remark {
    /// A `replace = true` before which there is no definition of that name.
    ReplacesNothing {
        /// "entry", "provider", "family" or "application".
        what: &'static str,
        name: String,
        at: Span,
    },
    /// An element of an array that an earlier one holds already.
    RepeatedWord {
        /// As messages show it.
        word: String,
        first: Span,
        at: Span,
    },
    /// A protocol number below 0.
    NegativeProtocol { number: i32, at: Span },
    /// A protocol 0 that stands behind others: requests with protocol 0 are matched by `matches-zero` alone, and sockets are
    /// created with the first.
    IdleZero { at: Span },
}
