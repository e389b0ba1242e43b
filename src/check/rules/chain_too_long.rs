//! # What it finds
//! A chain with more than seven entries after it is flattened, its base included. The message lists them.
//!
//! # Why it matters
//! Seven is `MAX_PROTOCOL_CHAIN` of Winsock, whose catalogs have no space for more: installers that exceeded it got
//! error 11003. In addition, each layer costs a handshake or a copy. A stack of this length is usually an unintended
//! chain over another chain.
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
//! [provider.inspect]
//!
//! [layer.inspect1]
//! provider = "inspect"
//! adds = ["metered"]
//!
//! [layer.inspect2]
//! provider = "inspect"
//! adds = ["metered"]
//!
//! [layer.inspect3]
//! provider = "inspect"
//! adds = ["metered"]
//!
//! [layer.inspect4]
//! provider = "inspect"
//! adds = ["metered"]
//!
//! [layer.inspect5]
//! provider = "inspect"
//! adds = ["metered"]
//!
//! [layer.inspect6]
//! provider = "inspect"
//! adds = ["metered"]
//!
//! [layer.inspect7]
//! provider = "inspect"
//! adds = ["metered"]
//!
//! [chain.inspected]
//! layers = ["inspect1", "inspect2", "inspect3", "inspect4", "inspect5", "inspect6", "inspect7"]
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
//! [base.tcp4]
//! provider = "kernel"
//! family = "inet"
//! type = "stream"
//! protocol = "tcp"
//! matches-zero = true
//!
//! [provider.inspect]
//!
//! [layer.inspect1]
//! provider = "inspect"
//! adds = ["metered"]
//!
//! [layer.inspect2]
//! provider = "inspect"
//! adds = ["metered"]
//!
//! [layer.inspect3]
//! provider = "inspect"
//! adds = ["metered"]
//!
//! [layer.inspect4]
//! provider = "inspect"
//! adds = ["metered"]
//!
//! [layer.inspect5]
//! provider = "inspect"
//! adds = ["metered"]
//!
//! [layer.inspect6]
//! provider = "inspect"
//! adds = ["metered"]
//!
//! [chain.inspected]
//! layers = ["inspect1", "inspect2", "inspect3", "inspect4", "inspect5", "inspect6"]
//! base = "tcp4"
//! ```

use crate::report::Rule;

pub(super) const RULE: Rule = Rule::fault("chain-too-long", include_str!("chain_too_long.rs"));
