//! # What it finds
//! A layer in a chain that has no `categories`, while some application has a `permit`.
//!
//! # Why it matters
//! A layer without categories is permitted for no application with a `permit`, whatever the `permit` contains: requests
//! for its chains are refused with `not-permitted`, or a less suitable entry answers. The rule is that of Winsock.
//! There, layers without categories were loaded into processes that they broke (wsl.exe, Docker), and permitted
//! categories solved the problem.
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
//! [chain.secure]
//! layers = ["tls"]
//! base = "tcp4"
//!
//! [provider.inspect]
//!
//! [layer.inspect]
//! provider = "inspect"
//! adds = ["metered"]
//! categories = ["inspector"]
//!
//! [chain.inspected]
//! layers = ["inspect"]
//! base = "tcp4"
//!
//! [application.billing]
//! permit = ["crypto-compress", "inspector"]
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
//! categories = ["crypto-compress"]
//!
//! [chain.secure]
//! layers = ["tls"]
//! base = "tcp4"
//!
//! [provider.inspect]
//!
//! [layer.inspect]
//! provider = "inspect"
//! adds = ["metered"]
//! categories = ["inspector"]
//!
//! [chain.inspected]
//! layers = ["inspect"]
//! base = "tcp4"
//!
//! [application.billing]
//! permit = ["crypto-compress", "inspector"]
//! ```

use crate::catalog::entry::Body;
use crate::catalog::{Severity, quoted};
use crate::check::Lints;
use crate::report::Rule;
use std::collections::BTreeSet;

pub(super) const RULE: Rule =
    Rule::lint("uncategorised-layer", Severity::Warning, include_str!("uncategorised_layer.rs"));

pub(super) fn look(lints: &mut Lints<'_>) {
    let registry = lints.registry;
    let restricted = registry
        .policy_sections()
        .filter(|(_, section)| section.policy.permit.is_some_and(|permit| !permit.is_empty()));
    let restricted: Vec<_> = restricted.collect();
    let Some(&(_, first)) = restricted.first() else { return };
    let names: Vec<&str> = restricted.iter().map(|&(name, _)| name).collect();
    let chained = registry.selectable().flat_map(|entry| registry.stack(entry.index()).layers().iter().copied());
    for layer in chained.collect::<BTreeSet<_>>() {
        let entry = registry.entry_at(layer);
        if matches!(&entry.body, Body::Layer(layer) if layer.categories.is_empty()) {
            let name = registry.name_at(layer);
            let message = format!("layer `{name}` has no categories, so it is permitted to none of {}", quoted(&names));
            lints.found(message, entry.at, |finding| {
                finding.label(first.at, "this one is restricted").help("say in `categories` what the layer does")
            });
        }
    }
}
