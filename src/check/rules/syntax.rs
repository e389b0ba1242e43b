//! # What it finds
//! A document that is not TOML: a text without its quotes, a bracket that is not closed, bytes that are not UTF-8.
//!
//! # Why it matters
//! What cannot be read can only be guessed, and a guessed catalog connects as nobody wrote. So nothing is loaded. The
//! parser reads on behind the error, and the other documents are checked too: all that is wrong is reported at once.
//!
//! # Example
//! ```toml
//! format = 1
//!
//! [provider.kernel]
//! module = "system"
//!
//! [base.tcp4]
//! provider = "kernel"
//! family = "inet
//! type = "stream"
//! protocol = "tcp"
//! matches-zero = true
//! ```
//!
//! # Mended
//! ```toml
//! format = 1
//!
//! [provider.kernel]
//! module = "system"
//!
//! [base.tcp4]
//! provider = "kernel"
//! family = "inet"
//! type = "stream"
//! protocol = "tcp"
//! matches-zero = true
//! ```

use crate::report::Rule;

pub(super) const RULE: Rule = Rule::fault("syntax", include_str!("syntax.rs"));
