//! # What it finds
//! An `[[expect]]` whose request gets another answer than the stated one.
//!
//! # Why it matters
//! An expectation is a test that is part of the catalog: it states which entry a program gets, or which error. If it
//! fails, either the catalog no longer does what its authors intended, or their intention has changed and the
//! expectation has not.
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
//! [[expect]]
//! request = { family = "inet", type = "stream", protocol = "tcp" }
//! error = "protocol-not-supported"
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
//! [[expect]]
//! request = { family = "inet", type = "stream", protocol = "tcp" }
//! entry = "tcp4"
//! ```

use crate::catalog::{Expectation, Outcome, Severity};
use crate::check::Lints;
use crate::registry::Request;
use crate::report::Rule;

pub(super) const RULE: Rule = Rule::lint("expectation-failed", Severity::Error, include_str!("expectation_failed.rs"));

pub(super) fn look(lints: &mut Lints<'_>) {
    let registry = lints.registry;
    for expectation in registry.expectations() {
        let Expectation { outcome, at, outcome_at, .. } = expectation;
        let request = Request::from(&expectation.request);
        let answer = registry.resolve(&request);
        let held = match (&answer, outcome) {
            (Ok(selection), Outcome::Entry(index)) => selection.entry().index() == *index,
            (Err(refusal), Outcome::Error(code)) => refusal.code() == *code,
            _ => false,
        };
        if held {
            continue;
        }
        let expected = match outcome {
            Outcome::Entry(index) => format!("entry `{}`", registry.at(*index).name()),
            Outcome::Error(code) => format!("the error `{code}`"),
        };
        let (got, help) = match &answer {
            Ok(selection) => (format!("selects `{}`", selection.name()), None),
            Err(refusal) => (format!("is refused with `{}`", refusal.code()), Some(registry.refusal_text(refusal))),
        };
        let message = format!("the request `{}` {got} where {expected} is expected", registry.request_text(&request));
        lints.found(message, *outcome_at, |finding| {
            let finding =
                if at.start == outcome_at.start { finding } else { finding.label(*at, "in this expectation") };
            match help {
                Some(help) => finding.help(help),
                None => finding,
            }
        });
    }
}
