//! # What it finds
//! A provider whose module is none of those that sockatlas brings. Without `module`, it is the provider's own name.
//!
//! # Why it matters
//! Such entries are resolved like all others, but the command cannot open them, and neither can a program that does not
//! bring the module itself. With a mistyped name, that is seen when the first connection is made, unless it is seen
//! here.
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
use crate::catalog::{Severity, nearest, quoted};
use crate::check::rule::Look;
use crate::check::{Lints, Rule};

pub(in crate::check) const RULE: Rule = Rule {
    code: "unknown-module",
    severity: Severity::Note,
    source: include_str!("unknown_module.rs"),
    look: Look::Lint(look),
};

/// The modules that sockatlas brings.
const MODULES: [&str; 7] = ["system", "tls", "socks5", "http-connect", "proxy-protocol", "inspect", "frame"];

fn look(lints: &mut Lints<'_>) {
    let registry = lints.registry;
    let providers = (0..registry.providers().len()).map(|at| registry.provider_at(ProviderIndex(at as u32)));
    for provider in providers.filter(|provider| !MODULES.contains(&provider.module.as_str())) {
        let message = format!("sockatlas brings no module `{}` for provider `{}`", provider.module, provider.name);
        let help = match nearest(&provider.module, MODULES) {
            Some(near) => {
                format!("did you mean `{near}`? else the program that opens its entries must bring the module")
            }
            None => format!("the program that opens its entries must bring it; sockatlas brings {}", quoted(&MODULES)),
        };
        lints.found(message, provider.at, |finding| finding.help(help));
    }
}
