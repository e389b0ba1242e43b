//! # What it finds
//! A layer or base protocol that a selectable entry uses and that leaves an option to its callers: a required option,
//! or one that another option depends on, such as a password for `username`.
//!
//! # Why it matters
//! The entry is selected nevertheless. Each caller must then supply the option when it opens a connection (`--set
//! LAYER.KEY=VALUE` in the command), or opening fails. If this is intended, write an allowance: `# sockatlas:
//! allow(missing-option) REASON`.
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
//! [provider.socks5]
//!
//! [layer.socks5]
//! provider = "socks5"
//! adds = ["proxied"]
//!
//! [chain.proxied]
//! layers = ["socks5"]
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
//! [provider.socks5]
//!
//! [layer.socks5]
//! provider = "socks5"
//! adds = ["proxied"]
//! options = { proxy = "proxy.example.org:1080" }
//!
//! [chain.proxied]
//! layers = ["socks5"]
//! base = "tcp4"
//! ```

use crate::catalog::Severity;
use crate::catalog::modules::missing;
use crate::check::Lints;
use crate::registry::{EntryRef, Registry};
use crate::report::Rule;

pub(super) const RULE: Rule = Rule::lint("missing-option", Severity::Warning, include_str!("missing_option.rs"));

pub(super) fn look(lints: &mut Lints<'_>) {
    for entry in opened(lints.registry) {
        let declared = lints.registry.entry_at(entry.index());
        for missing in missing(declared, entry.module()) {
            let options: Vec<String> = missing.one_of.iter().map(|name| format!("`{name}`")).collect();
            let options = options.join(" or ");
            let (message, at) = match missing.for_option {
                None => (format!("{} `{}` does not state option {options}", entry.kind(), entry.name()), declared.at),
                Some(stated) => {
                    let (kind, name) = (entry.kind(), entry.name());
                    (format!("{kind} `{name}` states option `{}` without {options}", stated.name), stated.key_at)
                }
            };
            let set = format!("{}.{}", entry.name(), missing.one_of.first().unwrap_or(&""));
            let help = format!("state it, or each caller that opens a connection must: `--set {set}=VALUE`");
            lints.found(message, at, |finding| finding.help(help));
        }
    }
}

/// Returns the entries that are opened when something is selected: base protocols, and the layers over them.
pub(in crate::check) fn opened(registry: &Registry) -> impl Iterator<Item = EntryRef<'_>> {
    let mut opened = vec![false; registry.entries().len()];
    for part in registry.selectable().flat_map(|entry| entry.stack()) {
        opened[part.index().get()] = true;
    }
    registry.entries().filter(move |entry| opened[entry.index().get()])
}
