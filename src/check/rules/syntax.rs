//! # What it finds
//! A document that is not TOML: a string without its closing quote, a bracket that is not closed, bytes that are not
//! UTF-8.
//!
//! # Why it matters
//! Text that cannot be parsed could only be guessed, and a guessed catalog could open connections that nobody
//! specified. Therefore nothing is loaded. The parser continues behind the error, and the other documents are checked
//! too, so that all errors are reported at once.
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
