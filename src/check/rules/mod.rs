//! The rules, one a file, in the order in which they are looked at: faults first, then lints, then what is said of settings.

mod expectation_failed;
mod guarantee_broken;
mod overstated_services;
mod partly_shadowed_entry;
mod shadowed_entry;

use super::Rule;

pub(super) const ALL: &[Rule] = &[
    expectation_failed::RULE,
    guarantee_broken::RULE,
    shadowed_entry::RULE,
    partly_shadowed_entry::RULE,
    overstated_services::RULE,
];

/// The rule of this code.
pub(super) fn find(code: &str) -> Option<&'static Rule> {
    ALL.iter().find(|rule| rule.code == code)
}
