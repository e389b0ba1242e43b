//! # What it finds
//! A file or folder that cannot be read: it does not exist, access is denied, it is not a regular file, or it is a
//! folder without a `*.toml` file. In the example, `shared.toml` does not exist.
//!
//! # Why it matters
//! Without a file that contains policy, the catalog would be loaded without the policy. Therefore a missing file is a
//! fault, whether the command line or an `include` names it, and the catalog is not loaded.
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
