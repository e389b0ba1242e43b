//! # What it finds
//! A provider whose module is not among the modules with which the catalog is loaded, and whose name is similar to one
//! of them. Without the key `module`, the module is the name of the provider.
//!
//! # Why it matters
//! Entries of an unknown module are resolved like all others, their options are not checked, and the first connection
//! fails. If the name is mistyped, there is no other symptom. A module whose name is similar to no other is reported as
//! `unknown-module`, which is a note.
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
