//! # What it finds
//! Files that include one another. The example stands in `catalog.toml`, and `shared.toml` includes `catalog.toml`; in
//! the mended one it includes nothing.
//!
//! # Why it matters
//! An included file comes before its includer, so in a circle no file can come first: which definition is the second,
//! and whose `order` counts more, would depend on where reading began. Move what both need into a third file.
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
