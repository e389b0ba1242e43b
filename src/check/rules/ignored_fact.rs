//! # What it finds
//! A `max-protocol` or `protocol-first` in a family if the dialect is not `linux`.
//!
//! # Why it matters
//! The two keys describe how the Linux kernel refuses requests that match no entry. The other dialects have their own
//! order of tests, in which these keys change no answer. A reader could therefore expect the refusal `invalid-argument`
//! where the answer is another one.
//!
//! # Example
//! ```toml
//! format = 1
//! dialect = "windows"
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
//! [family.inet]
//! max-protocol = 262
//! ```
//!
//! # Mended
//! ```toml
//! format = 1
//! dialect = "linux"
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
//! [family.inet]
//! max-protocol = 262
//! ```

use crate::catalog::Severity;
use crate::check::{Lints, fixes};
use crate::report::Rule;
use crate::terms::Dialect;

pub(super) const RULE: Rule = Rule::lint("ignored-fact", Severity::Warning, include_str!("ignored_fact.rs"));

pub(super) fn look(lints: &mut Lints<'_>) {
    let registry = lints.registry;
    let scope = registry.scope();
    if scope.dialect == Dialect::Linux {
        return;
    }
    for (name, declared) in &scope.families {
        for &(fact, at) in &declared.facts_at {
            let message = format!("`{fact}` of family `{name}` says nothing in the {} dialect", scope.dialect);
            lints.found(message, at, |finding| {
                let finding = finding.help("it counts in the linux dialect only: take it away");
                match fixes::without_key_at(registry.sources().get(at.file), at) {
                    Some(edit) => finding.fix(format!("take `{fact}` away"), vec![edit]),
                    None => finding,
                }
            });
        }
    }
}
