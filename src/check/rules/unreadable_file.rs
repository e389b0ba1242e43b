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

use crate::catalog::Severity;
use crate::check::Rule;
use crate::check::rule::Look;

pub(in crate::check) const RULE: Rule = Rule {
    code: "unreadable-file",
    severity: Severity::Error,
    source: include_str!("unreadable_file.rs"),
    look: Look::Fault,
};
