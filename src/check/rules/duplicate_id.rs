//! # What it finds
//! Two entries that state the same `catalog-entry-id`.
//!
//! # Why it matters
//! Programs can request an entry by its id, and store ids across restarts. If two entries have the same id, it is
//! undefined which of them a program gets. The usual cause is an entry that was copied or edited by hand.
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
//! family = "inet"
//! type = "stream"
//! protocol = "tcp"
//! matches-zero = true
//! catalog-entry-id = 1001
//!
//! [base.udp4]
//! provider = "kernel"
//! family = "inet"
//! type = "dgram"
//! protocol = "udp"
//! matches-zero = true
//! catalog-entry-id = 1001
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
//! catalog-entry-id = 1001
//!
//! [base.udp4]
//! provider = "kernel"
//! family = "inet"
//! type = "dgram"
//! protocol = "udp"
//! matches-zero = true
//! catalog-entry-id = 1002
//! ```

use crate::report::Rule;

pub(super) const RULE: Rule = Rule::fault("duplicate-id", include_str!("duplicate_id.rs"));
