//! # What it finds
//! An application that an `[[expect]]` or `[[always]]` names and that has no section. Where there is an
//! `[application."*"]`, which speaks of all without a section, only an `[[expect]]` is reported, and only when the name
//! looks mistyped.
//!
//! # Why it matters
//! Policy is found by the application's name, and a name without a section meets none. So a test with a mistyped name
//! passes without testing anything, and shows an answer that the application never gets.
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
//! [application.billing]
//! require = ["encrypted"]
//!
//! [[expect]]
//! request = { family = "inet", type = "stream", application = "biling" }
//! entry = "tcp4"
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
//! [application.billing]
//! require = ["encrypted"]
//!
//! [[expect]]
//! request = { family = "inet", type = "stream", application = "billing" }
//! error = "not-permitted"
//! ```

use crate::catalog::{Severity, nearest};
use crate::check::rule::Look;
use crate::check::{Lints, Rule};

pub(in crate::check) const RULE: Rule = Rule {
    code: "unknown-application",
    severity: Severity::Warning,
    source: include_str!("unknown_application.rs"),
    look: Look::Lint(look),
};

fn look(lints: &mut Lints<'_>) {
    let registry = lints.registry;
    let for_all_others = registry.knows_application("*");
    let expected = registry.expectations().iter().map(|expectation| (&expectation.request, true));
    let guaranteed = registry.guarantees().iter().map(|guarantee| (&guarantee.request, false));
    for (request, is_expectation) in expected.chain(guaranteed) {
        let Some((name, at)) = &request.application else { continue };
        if registry.knows_application(name) {
            continue;
        }
        let meant = nearest(name, registry.applications().filter(|known| *known != "*"));
        if for_all_others && (!is_expectation || meant.is_none()) {
            continue;
        }
        let message = format!("no section speaks of application `{name}`");
        let help = match meant {
            Some(meant) => format!("did you mean `{meant}`?"),
            None => format!("write an `[application.{name}]`; without one, no policy applies to it"),
        };
        lints.found(message, *at, |finding| finding.help(help));
    }
}
