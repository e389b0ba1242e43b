//! # What it finds
//! Two entries that state the same `catalog-entry-id`.
//!
//! # Why it matters
//! Programs ask for an entry by its id too, and keep ids over restarts. With one id on two entries, which of them a
//! program gets is chance. It comes of entries that were copied, or edited by hand.
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
