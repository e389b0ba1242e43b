//! # What it finds
//! A section of policy that demands nothing, beside an `[application."*"]` that demands something.
//!
//! # Why it matters
//! The section `*` applies only to applications without a section of their own. An application with an empty section is
//! therefore exempt from all demands of `*`, although the section does not show this. The author may have intended to
//! complete the section later.
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
//! services = ["guaranteed-order"]
//!
//! [application."*"]
//! require = ["guaranteed-order"]
//!
//! [application.billing]
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
//! services = ["guaranteed-order"]
//!
//! [application."*"]
//! require = ["guaranteed-order"]
//! ```

use crate::catalog::{Policy, Severity};
use crate::check::Lints;
use crate::report::Rule;

pub(super) const RULE: Rule = Rule::lint("empty-policy", Severity::Warning, include_str!("empty_policy.rs"));

pub(super) fn look(lints: &mut Lints<'_>) {
    let sections = lints.registry.sections();
    let nothing = Policy::default();
    let Some(of_all) = sections.get("*").filter(|section| section.policy != nothing) else { return };
    for (name, section) in sections.iter().filter(|(_, section)| section.policy == nothing) {
        let message = format!("the section of application `{name}` is empty, and lifts what `*` demands");
        lints.found(message, section.at, |finding| {
            let help = "take the section away, or write into it what is demanded of this application";
            finding.label(of_all.at, "this one does not apply to it").help(help)
        });
    }
}
