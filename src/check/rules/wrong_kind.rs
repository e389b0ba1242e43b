//! # What it finds
//! A reference to an entry of another kind: a layer in place of a base, a base or chain in place of a layer, or a chain
//! over several bases in place of a single entry.
//!
//! # Why it matters
//! A layer carries no data by itself: as the base of a chain, or as the answer that an `[[expect]]` expects, it would
//! be no socket at all. A chain can be the `base` of another chain, but not one of its `layers`.
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
//!
//! [provider.tls]
//!
//! [layer.tls]
//! provider = "tls"
//! adds = ["encrypted"]
//!
//! [provider.socks5]
//!
//! [layer.socks5]
//! provider = "socks5"
//! adds = ["proxied"]
//! options = { proxy = "proxy.example.org:1080" }
//!
//! [chain.secure]
//! layers = ["tls"]
//! base = "socks5"
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
//!
//! [provider.tls]
//!
//! [layer.tls]
//! provider = "tls"
//! adds = ["encrypted"]
//!
//! [provider.socks5]
//!
//! [layer.socks5]
//! provider = "socks5"
//! adds = ["proxied"]
//! options = { proxy = "proxy.example.org:1080" }
//!
//! [chain.secure]
//! layers = ["tls", "socks5"]
//! base = "tcp4"
//! ```

use crate::report::Rule;

pub(super) const RULE: Rule = Rule::fault("wrong-kind", include_str!("wrong_kind.rs"));
