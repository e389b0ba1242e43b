//! # What it finds
//! A base protocol or chain that no request can select unless it names the entry or its provider: whatever it answers, with
//! whatever services demanded, entries before it answer first.
//!
//! # Why it matters
//! The entry looks as if it were in use. It is not, and what was hoped of it (a driver, a proxy, a protection) is not in any
//! connection. The usual cause is its place: catalog order decides between entries that match equally.
//!
//! # Example
//! ```toml
//! format = 1
//! [provider.kernel]
//! module = "system"
//! [provider.fast]
//! module = "system"
//! [base.tcp4]
//! provider = "kernel"
//! family = "inet"
//! type = "stream"
//! protocol = "tcp"
//! [base.fast-tcp4]
//! provider = "fast"
//! family = "inet"
//! type = "stream"
//! protocol = "tcp"
//! ```
//!
//! # Mended
//! ```toml
//! format = 1
//! order = ["fast-tcp4"]
//! [provider.kernel]
//! module = "system"
//! [provider.fast]
//! module = "system"
//! [base.tcp4]
//! provider = "kernel"
//! family = "inet"
//! type = "stream"
//! protocol = "tcp"
//! services = ["graceful-close"]
//! [base.fast-tcp4]
//! provider = "fast"
//! family = "inet"
//! type = "stream"
//! protocol = "tcp"
//! ```

use crate::catalog::{Severity, quoted};
use crate::check::rule::Look;
use crate::check::{Lints, Rule};

pub(in crate::check) const RULE: Rule = Rule {
    code: "shadowed-entry",
    severity: Severity::Warning,
    source: include_str!("shadowed_entry.rs"),
    look: Look::Lint(look),
};

fn look(lints: &mut Lints<'_>) {
    let registry = lints.registry;
    for entry in registry.selectable() {
        let Some(shadow) = registry.shadow(entry.index()).filter(|shadow| shadow.whole) else { continue };
        let by: Vec<&str> = shadow.by.iter().map(|&other| registry.at(other).name()).collect();
        let message = format!("no request can select `{}` without naming it: {} come first", entry.name(), quoted(&by));
        let message = if by.len() == 1 { message.replace(" come first", " comes first") } else { message };
        lints.found(message, registry.entry_at(entry.index()).at, |finding| {
            let first = shadow.by.first().map(|&other| registry.entry_at(other).at);
            let finding = match first {
                Some(at) => finding.label(at, "this one answers first"),
                None => finding,
            };
            finding.help(format!(
                "name `{}` in `order`, take it away, or let it offer what the other does not",
                entry.name()
            ))
        });
    }
}
