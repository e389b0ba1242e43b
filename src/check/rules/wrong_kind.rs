//! # What it finds
//! A reference to an entry of another kind: a layer where a base is expected, a base or chain where a layer is
//! expected, a chain over several bases where one entry is expected.
//!
//! # Why it matters
//! A layer carries nothing by itself: as the base of a chain, or as an answer that an `[[expect]]` expects, it stands
//! for no socket at all. A chain belongs below others, as their `base`, and not among their `layers`.
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
