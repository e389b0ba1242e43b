//! # What it finds
//! An application that an `[[expect]]` or `[[always]]` names and that has no section. Where there is an
//! `[application."*"]`, which speaks of all without a section, it is reported only when the name looks mistyped. A test that
//! expects `no-such-application` is not reported.
//!
//! # Why it matters
//! Policy is found by the application's name. A name without a section meets that of `*`, or is refused where there is
//! none. So a test with a mistyped name passes without testing anything, and a guarantee holds that speaks of nobody.
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
//! [base.udp4]
//! provider = "kernel"
//! family = "inet"
//! type = "dgram"
//! protocol = "udp"
//! matches-zero = true
//!
//! [application."*"]
//!
//! [application.billing]
//! prohibit = ["guaranteed-order"]
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
//! services = ["guaranteed-order"]
//!
//! [base.udp4]
//! provider = "kernel"
//! family = "inet"
//! type = "dgram"
//! protocol = "udp"
//! matches-zero = true
//!
//! [application."*"]
//!
//! [application.billing]
//! prohibit = ["guaranteed-order"]
//!
//! [[expect]]
//! request = { family = "inet", type = "stream", application = "billing" }
//! error = "not-permitted"
//! ```

use crate::catalog::{Outcome, Severity};
use crate::check::rule::Look;
use crate::check::{Lints, Rule};
use crate::terms::ErrorCode;

pub(in crate::check) const RULE: Rule = Rule {
    code: "unknown-application",
    severity: Severity::Warning,
    source: include_str!("unknown_application.rs"),
    look: Look::Lint(look),
};

fn look(lints: &mut Lints<'_>) {
    let registry = lints.registry;
    let for_all_others = registry.knows_application("*");
    let is_meant = |outcome: &Outcome| *outcome == Outcome::Error(ErrorCode::NoSuchApplication);
    let expected = registry.expectations().iter().filter(|expectation| !is_meant(&expectation.outcome));
    let expected = expected.map(|expectation| &expectation.request);
    let guaranteed = registry.guarantees().iter().map(|guarantee| &guarantee.request);
    for request in expected.chain(guaranteed) {
        let Some((name, at)) = &request.application else { continue };
        if registry.knows_application(name) {
            continue;
        }
        let meant = registry.nearest_application(name);
        if for_all_others && meant.is_none() {
            continue;
        }
        let message = format!("no section speaks of application `{name}`");
        let help = match meant {
            Some(meant) => format!("did you mean `{meant}`?"),
            None if registry.applications().len() == 0 => {
                format!("write an `[application.{name}]`; without one, no policy applies to it")
            }
            None => format!("write an `[application.{name}]`; without one, and without one for `*`, it is refused"),
        };
        lints.found(message, *at, |finding| finding.help(help));
    }
}
