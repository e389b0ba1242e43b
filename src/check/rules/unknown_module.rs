//! # What it finds
//! A provider whose module is none of those that the catalog is loaded with: those that sockatlas brings, and those that
//! the program brings that loads it. Without `module`, it is the provider's own name. One that is called almost as a known one is
//! `mistyped-module`.
//!
//! # Why it matters
//! Such entries are resolved like all others, but the command cannot open them, and neither can a program that does not
//! bring the module itself; and their options are taken unseen.
//!
//! # Example
//! ```toml
//! format = 1
//!
//! [provider.kernel]
//! module = "acme-kernel"
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

use crate::catalog::entry::ProviderIndex;
use crate::catalog::{Module, Provider, Severity, nearest, quoted};
use crate::check::Lints;
use crate::registry::Registry;
use crate::report::Rule;

pub(super) const RULE: Rule = Rule::lint("unknown-module", Severity::Note, include_str!("unknown_module.rs"));

pub(super) fn look(lints: &mut Lints<'_>) {
    let known: Vec<&str> = lints.registry.modules().iter().map(Module::name).collect();
    for (provider, near) in unknown(lints.registry) {
        if near.is_some() {
            continue;
        }
        let message = format!("no module `{}` is known here for provider `{}`", provider.module, provider.name);
        let help = format!("the program that opens its entries must bring it; known are {}", quoted(&known));
        lints.found(message, provider.module_at, |finding| finding.help(help));
    }
}

/// Returns the providers whose module is not known, and the known one that was probably meant.
pub(super) fn unknown(registry: &Registry) -> impl Iterator<Item = (&Provider, Option<String>)> {
    let known: Vec<&str> = registry.modules().iter().map(Module::name).collect();
    let providers = (0..registry.providers().len()).map(|at| registry.provider_at(ProviderIndex(at as u32)));
    providers.filter_map(move |provider| {
        let is_known = known.contains(&provider.module.as_str());
        (!is_known).then(|| (provider, nearest(&provider.module, known.iter().copied())))
    })
}
