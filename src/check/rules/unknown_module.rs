//! # What it finds
//! A provider whose module is none of those that the catalog is loaded with: those that sockatlas brings, and those that
//! the program brings that loads it. Without `module`, it is the provider's own name.
//!
//! # Why it matters
//! Such entries are resolved like all others, but the command cannot open them, and neither can a program that does not
//! bring the module itself; and their options are taken unseen. With a mistyped name, that is seen when the first
//! connection is made, unless it is seen here.
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

use crate::catalog::entry::ProviderIndex;
use crate::catalog::{Module, Severity, nearest, quoted};
use crate::check::rule::Look;
use crate::check::{Lints, Rule};

pub(in crate::check) const RULE: Rule = Rule {
    code: "unknown-module",
    severity: Severity::Note,
    source: include_str!("unknown_module.rs"),
    look: Look::Lint(look),
};

fn look(lints: &mut Lints<'_>) {
    let registry = lints.registry;
    let known: Vec<&str> = registry.modules().iter().map(Module::name).collect();
    let providers = (0..registry.providers().len()).map(|at| registry.provider_at(ProviderIndex(at as u32)));
    for provider in providers.filter(|provider| !known.contains(&provider.module.as_str())) {
        let message = format!("no module `{}` is known here for provider `{}`", provider.module, provider.name);
        let help = match nearest(&provider.module, known.iter().copied()) {
            Some(near) => {
                format!("did you mean `{near}`? else the program that opens its entries must bring the module")
            }
            None => format!("the program that opens its entries must bring it; known are {}", quoted(&known)),
        };
        lints.found(message, provider.at, |finding| finding.help(help));
    }
}
