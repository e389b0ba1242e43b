//! # What it finds
//! A `replace = true` without an earlier definition of that name, for an entry, provider, family or application.
//!
//! # Why it matters
//! The key states the intention to change a definition. If the name is mistyped, or if the other document now comes
//! later or uses another name, the old definition remains beside the new one and continues to answer. If the definition
//! is right as it is, the next definition of the name should be a fault again and not a silent replacement.
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
//! replace = true
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

use crate::catalog::{Remark, Severity, nearest};
use crate::check::{Lints, fixes};
use crate::report::Rule;

pub(super) const RULE: Rule = Rule::lint("replaces-nothing", Severity::Warning, include_str!("replaces_nothing.rs"));

pub(super) fn look(lints: &mut Lints<'_>) {
    let registry = lints.registry;
    for remark in registry.remarks() {
        let Remark::ReplacesNothing { what, name, at } = remark else { continue };
        let message = format!("{what} `{name}` replaces nothing: there is none before it");
        // If other documents have definitions, the name may be mistyped, and a fix that removes the key would hide that.
        let elsewhere = registry.entries().filter(|entry| registry.entry_at(entry.index()).at.file != at.file);
        let mistyped = nearest(name, elsewhere.map(|entry| entry.name())).is_some();
        lints.found(message, *at, |finding| {
            let finding = finding.help("look for a typo, and at the order of the documents; else take `replace` away");
            let source = registry.sources().get(at.file);
            match fixes::without_key(source, *at, "replace").filter(|_| !mistyped) {
                Some(edit) => finding.fix("take the `replace` away", vec![edit]),
                None => finding,
            }
        });
    }
}
