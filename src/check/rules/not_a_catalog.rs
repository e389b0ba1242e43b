//! # What it finds
//! A document that is not a catalog: it is empty, it is not UTF-8 text, it is not TOML up to a top-level key `format`,
//! it has no such key, or the value of the key is not an integer. A document of another form, that is, a Winsock
//! catalog that an `include` or a name `*.toml` leads to, must be sound. In the example, `shared.toml` contains the key
//! of a server.
//!
//! # Why it matters
//! The author of a catalog may not be allowed to read the files of the machine that checks it, for example in a pull
//! request, and an `include` can name any of these files. Therefore nothing of a file that is not a catalog is shown:
//! no line, no word and no line number.
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
