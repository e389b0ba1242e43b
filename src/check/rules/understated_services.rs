//! # What it finds
//! An entry that does not state a service which its module gives, whatever the entry says: a layer of the module `socks5` without
//! `proxied`, one of `inspect` without `metered`, one of `tls` without `encrypted`; or a layer whose `removes` takes away what its
//! module leaves as it is; or a chain whose `services` are fewer than those of its layers and its base.
//!
//! # Why it matters
//! `prohibit` and `forbids` look at what entries state. A proxy that does not call itself one passes a `prohibit = ["proxied"]`, and
//! a tap passes a `prohibit = ["metered"]`. What a module does is known, so an entry must state it.
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
