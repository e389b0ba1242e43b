//! # What it finds
//! A provider whose module is none of those that the catalog is loaded with, and is called almost as one of them. Without `module`, it is
//! the provider's own name.
//!
//! # Why it matters
//! Entries of a module that is not known are resolved like all others, their options are taken unseen, and the first connection
//! fails. With a mistyped name, nothing else is wrong. A module that resembles no other is `unknown-module`: a note.
//!
//! # Example
//! ```toml
//! format = 1
//!
//! [provider.kernel]
//! module = "sytem"
//!
//! [base.tcp4]
//! provider = "kernel"
//! family = "inet"
//! type = "stream"
//! protocol = "tcp"
//! matches-zero = true
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
//! ```

use super::unknown_module::unknown;
use crate::catalog::Severity;
use crate::check::Lints;
use crate::report::Rule;

pub(super) const RULE: Rule = Rule::lint("mistyped-module", Severity::Warning, include_str!("mistyped_module.rs"));

pub(super) fn look(lints: &mut Lints<'_>) {
    for (provider, near) in unknown(lints.registry) {
        let Some(near) = near else { continue };
        let message = format!("no module `{}` is known here for provider `{}`", provider.module, provider.name);
        let help = format!("did you mean `{near}`? else the program that opens its entries must bring the module");
        lints.found(message, provider.module_at, |finding| finding.help(help));
    }
}
