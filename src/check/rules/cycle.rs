//! # What it finds
//! Chains that run over one another in a circle. The message shows the whole circle.
//!
//! # Why it matters
//! Such a chain never reaches a base protocol, so nothing could carry its data. Code that follows the chain without a
//! check would never return.
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
//! base = "proxied"
//!
//! [chain.proxied]
//! layers = ["socks5"]
//! base = "secure"
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
//! layers = ["tls"]
//! base = "proxied"
//!
//! [chain.proxied]
//! layers = ["socks5"]
//! base = "tcp4"
//! ```

use crate::report::Rule;

pub(super) const RULE: Rule = Rule::fault("cycle", include_str!("cycle.rs"));
