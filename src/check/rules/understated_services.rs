//! # What it finds
//! An entry that does not state a service that its module provides in any case: a layer of the module `socks5` without
//! `proxied`, one of `inspect` without `metered`, one of `tls` without `encrypted`. Also a layer whose `removes`
//! contains a service that its module preserves, and a chain whose `services` are fewer than those of its layers and
//! its base.
//!
//! # Why it matters
//! `prohibit` and `forbids` are checked against the stated services. A proxy that does not state `proxied` passes
//! `prohibit = ["proxied"]`, and a tap passes `prohibit = ["metered"]`. The behaviour of a module is known, so an entry
//! must state it.
//!
//! # Example
//! ```toml
//! format = 1
//!
//! [provider.kernel]
//! module = "system"
//!
//! [provider.socks5]
//!
//! [base.tcp4]
//! provider = "kernel"
//! family = "inet"
//! type = "stream"
//! protocol = "tcp"
//! matches-zero = true
//! services = ["guaranteed-delivery", "guaranteed-order"]
//!
//! [layer.vpn]
//! provider = "socks5"
//! options = { proxy = "proxy.example:1080" }
//!
//! [chain.outside]
//! layers = ["vpn"]
//! base = "tcp4"
//! ```
//!
//! # Mended
//! ```toml
//! format = 1
//!
//! [provider.kernel]
//! module = "system"
//!
//! [provider.socks5]
//!
//! [base.tcp4]
//! provider = "kernel"
//! family = "inet"
//! type = "stream"
//! protocol = "tcp"
//! matches-zero = true
//! services = ["guaranteed-delivery", "guaranteed-order"]
//!
//! [layer.vpn]
//! provider = "socks5"
//! adds = ["proxied"]
//! removes = ["encrypted", "authenticated"]
//! options = { proxy = "proxy.example:1080" }
//!
//! [chain.outside]
//! layers = ["vpn"]
//! base = "tcp4"
//! ```

use crate::report::Rule;

pub(super) const RULE: Rule = Rule::fault("understated-services", include_str!("understated_services.rs"));
