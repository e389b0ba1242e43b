//! # What it finds
//! A chain that has more than seven entries once it is flattened, its base included. The message shows them.
//!
//! # Why it matters
//! Seven is `MAX_PROTOCOL_CHAIN` of Winsock, whose catalogs have no place for more: installers that tried got error
//! 11003. Each layer also costs a handshake or a copy; a stack as long as this is most often a chain over a chain that
//! was not meant.
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
