//! # What it finds
//! A document that is no catalog: it is empty, it is no text in UTF-8, it is not TOML as far as a key `format` at its top, it has no
//! such key, or one that is no whole number. A document of another form, a Winsock catalog that an `include` or a name `*.toml`
//! leads to, must be sound. In the example `shared.toml` holds the key of a server.
//!
//! # Why it matters
//! A catalog may come from somebody who may not see the files of the machine that checks it, as with a pull request, and its
//! `include` may name any of them. So nothing of a file that is no catalog is shown: no line of it, no word, no number of a
//! line.
//!
//! # Example
//! ```toml
//! format = 1
//! include = ["shared.toml"]
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
//!
//! # Mended
//! ```toml
//! format = 1
//! include = ["shared.toml"]
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

pub(super) const RULE: Rule = Rule::fault("not-a-catalog", include_str!("not_a_catalog.rs"));
