//! # What it finds
//! A provider whose module is not among the modules with which the catalog is loaded: those of sockatlas, and those
//! that the loading program supplies. Without the key `module`, the module is the name of the provider. A module whose
//! name is similar to a known one is reported as `mistyped-module`.
//!
//! # Why it matters
//! Entries of such a provider are resolved like all others, but neither the command nor a program without this module
//! can open them, and their options are not checked.
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

/// Returns the providers with an unknown module, each with the known module that was probably meant.
pub(super) fn unknown(registry: &Registry) -> impl Iterator<Item = (&Provider, Option<String>)> {
    let known: Vec<&str> = registry.modules().iter().map(Module::name).collect();
    let providers = (0..registry.providers().len()).map(|at| registry.provider_at(ProviderIndex(at as u32)));
    providers.filter_map(move |provider| {
        let is_known = known.contains(&provider.module.as_str());
        (!is_known).then(|| (provider, nearest(&provider.module, known.iter().copied())))
    })
}
