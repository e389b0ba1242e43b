//! # What it finds
//! A file or folder that cannot be read: it is not there, may not be read, is no regular file, or is a folder without a
//! `*.toml` file. In the example there is no `shared.toml`.
//!
//! # Why it matters
//! To go on without a file that holds policy is to go on without the policy. So a missing file is a fault, whether the
//! command line names it or an `include` does, and the catalog is not loaded.
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

pub(super) const RULE: Rule = Rule::fault("unreadable-file", include_str!("unreadable_file.rs"));
