//! # What it finds
//! Files that include one another. In the example, `catalog.toml` includes `shared.toml`, which includes
//! `catalog.toml`; in the mended example, `shared.toml` includes nothing.
//!
//! # Why it matters
//! An included file comes before the file that includes it, so no file of a cycle can come first. Which definition is
//! the second one, and which `order` takes precedence, would depend on where reading begins. Move the shared part into
//! a third file.
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

pub(super) const RULE: Rule = Rule::fault("include-cycle", include_str!("include_cycle.rs"));
