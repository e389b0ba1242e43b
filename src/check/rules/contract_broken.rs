//! # What it finds
//! A layer over an entry that its contract does not allow: the entry directly below the layer lacks a service in
//! `needs`, offers a service in `forbids`, or is not in `allow-below`.
//!
//! # Why it matters
//! TLS over datagrams, a PROXY header inside the encryption, and a byte stream over a lossy transport can all be
//! opened, and then fail later or protect nothing. The contract is checked at every load, so such a stack cannot be
//! built at all.
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
//! services = ["guaranteed-delivery", "guaranteed-order"]
//!
//! [base.udp4]
//! provider = "kernel"
//! family = "inet"
//! type = "dgram"
//! protocol = "udp"
//! matches-zero = true
//!
//! [provider.tls]
//!
//! [layer.tls]
//! provider = "tls"
//! needs = ["guaranteed-delivery", "guaranteed-order"]
//! adds = ["encrypted"]
//!
//! [chain.secure]
//! layers = ["tls"]
//! base = "udp4"
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
//! services = ["guaranteed-delivery", "guaranteed-order"]
//!
//! [base.udp4]
//! provider = "kernel"
//! family = "inet"
//! type = "dgram"
//! protocol = "udp"
//! matches-zero = true
//!
//! [provider.tls]
//!
//! [layer.tls]
//! provider = "tls"
//! needs = ["guaranteed-delivery", "guaranteed-order"]
//! adds = ["encrypted"]
//!
//! [chain.secure]
//! layers = ["tls"]
//! base = "tcp4"
//! ```

use crate::report::Rule;

pub(super) const RULE: Rule = Rule::fault("contract-broken", include_str!("contract_broken.rs"));
