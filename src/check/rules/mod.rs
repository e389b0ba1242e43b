//! The registry of the rules, one file a rule: faults first, then lints, then the rules about settings.
//!
//! The rules of Winsock catalogs have a registry of their own, beside their code in `winsock::rules`; [`ALL`] joins both.
//! `README.md` in this folder is generated from the pages of all rules.

mod bad_allowance;
mod chain_too_long;
mod contract_broken;
mod contradictory_services;
mod cycle;
mod dangling_reference;
mod dialect_conflict;
mod disabled_dependency;
mod duplicate_id;
mod duplicate_name;
mod empty_policy;
mod expectation_failed;
mod guarantee_broken;
mod idle_protocol_zero;
mod ignored_fact;
mod include_cycle;
mod include_outside;
mod limit_exceeded;
mod missing_key;
mod missing_option;
mod mistyped_module;
mod negative_protocol;
mod no_protocol_zero;
mod not_a_catalog;
mod overlapping_protocols;
mod overstated_services;
mod partial_coverage;
mod partly_shadowed_entry;
mod permit_admits_nothing;
mod repeated_layer;
mod repeated_word;
mod replaces_nothing;
mod secret_in_options;
mod shadowed_entry;
mod skipped_file;
mod syntax;
mod uncategorised_layer;
mod unchained_layer;
mod uncovered_entry;
mod understated_services;
mod unkept_promise;
mod unknown_key;
mod unknown_module;
mod unknown_name;
mod unknown_option;
mod unknown_rule;
mod unmeetable_policy;
mod unoffered_service;
mod unreadable_file;
mod unused_allowance;
mod unused_provider;
mod vacuous_guarantee;
mod writable_by_others;
mod wrong_kind;
mod wrong_module;
mod wrong_option;
mod wrong_value;

use super::Lints;
use crate::report::Rule;
pub(super) use missing_option::opened;
use std::sync::LazyLock;
pub(super) use uncovered_entry::coverage;

/// The rules of what loading refuses, in the order of `FaultKind`.
const FAULTS: &[Rule] = &[
    syntax::RULE,
    unknown_key::RULE,
    missing_key::RULE,
    wrong_value::RULE,
    unknown_name::RULE,
    duplicate_name::RULE,
    duplicate_id::RULE,
    dangling_reference::RULE,
    wrong_kind::RULE,
    cycle::RULE,
    include_cycle::RULE,
    chain_too_long::RULE,
    repeated_layer::RULE,
    contract_broken::RULE,
    disabled_dependency::RULE,
    wrong_module::RULE,
    unkept_promise::RULE,
    understated_services::RULE,
    unknown_option::RULE,
    wrong_option::RULE,
    dialect_conflict::RULE,
    limit_exceeded::RULE,
    unreadable_file::RULE,
    not_a_catalog::RULE,
];

/// The code that looks for the findings of a lint.
type Look = fn(&mut Lints<'_>);

/// The lints of catalogs that load, each with its code: tests, order, entries, policy, providers and documents.
const LINTS: &[(Rule, Look)] = &[
    (expectation_failed::RULE, expectation_failed::look),
    (guarantee_broken::RULE, guarantee_broken::look),
    (vacuous_guarantee::RULE, vacuous_guarantee::look),
    (uncovered_entry::RULE, uncovered_entry::look),
    (shadowed_entry::RULE, shadowed_entry::look),
    (partly_shadowed_entry::RULE, partly_shadowed_entry::look),
    (overlapping_protocols::RULE, overlapping_protocols::look),
    (no_protocol_zero::RULE, no_protocol_zero::look),
    (idle_protocol_zero::RULE, idle_protocol_zero::look),
    (negative_protocol::RULE, negative_protocol::look),
    (contradictory_services::RULE, contradictory_services::look),
    (overstated_services::RULE, overstated_services::look),
    (unchained_layer::RULE, unchained_layer::look),
    (partial_coverage::RULE, partial_coverage::look),
    (uncategorised_layer::RULE, uncategorised_layer::look),
    (unoffered_service::RULE, unoffered_service::look),
    (unmeetable_policy::RULE, unmeetable_policy::look),
    (empty_policy::RULE, empty_policy::look),
    (permit_admits_nothing::RULE, permit_admits_nothing::look),
    (unused_provider::RULE, unused_provider::look),
    (mistyped_module::RULE, mistyped_module::look),
    (unknown_module::RULE, unknown_module::look),
    (replaces_nothing::RULE, replaces_nothing::look),
    (repeated_word::RULE, repeated_word::look),
    (ignored_fact::RULE, ignored_fact::look),
    (missing_option::RULE, missing_option::look),
    (secret_in_options::RULE, secret_in_options::look),
    (writable_by_others::RULE, writable_by_others::look),
    (include_outside::RULE, include_outside::look),
    (skipped_file::RULE, skipped_file::look),
];

/// The rules about severities and allowances. `bad-allowance` and `unused-allowance` have no code here: reading and applying
/// the allowances finds them.
const SETTINGS: &[Rule] = &[unknown_rule::RULE, bad_allowance::RULE, unused_allowance::RULE];

/// All rules, with those of Winsock catalogs if they can be read.
pub(super) static ALL: LazyLock<Vec<Rule>> = LazyLock::new(|| {
    let (foreign_faults, foreign_lints): (Vec<Rule>, Vec<Rule>) = of_other_forms().partition(Rule::is_fault);
    let lints = LINTS.iter().map(|&(rule, _)| rule);
    let faults = FAULTS.iter().copied().chain(foreign_faults);
    faults.chain(lints).chain(foreign_lints).chain(SETTINGS.iter().copied()).collect()
});

#[cfg(feature = "winsock")]
use crate::winsock::rules::all as of_other_forms;

/// Returns the rules of catalogs in other forms than TOML: none, because only Winsock catalogs are such.
#[cfg(not(feature = "winsock"))]
fn of_other_forms() -> impl Iterator<Item = Rule> {
    std::iter::empty()
}

/// Returns the lints that look at a catalog, each with its code, in the order in which they look.
pub(super) fn lints() -> impl Iterator<Item = (Rule, Look)> {
    LINTS.iter().copied().chain([(unknown_rule::RULE, unknown_rule::look as Look)])
}

/// Returns the rule with this code.
pub(super) fn find(code: &str) -> Option<&'static Rule> {
    ALL.iter().find(|rule| rule.code == code)
}
