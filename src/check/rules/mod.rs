//! The rules, one a file, in the order in which they are looked at: faults first, then lints, then what is said of settings.
//!
//! `README.md` beside them is made of their documentation.

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
mod winsock;
mod writable_by_others;
mod wrong_kind;
mod wrong_module;
mod wrong_option;
mod wrong_value;

use super::Rule;
pub(super) use missing_option::opened;
pub(super) use uncovered_entry::coverage;

pub(super) const ALL: &[Rule] = &[
    // Faults, in the order of `FaultKind`.
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
    // Faults of Winsock catalogs.
    winsock::gap::RULE,
    winsock::malformed_item::RULE,
    winsock::duplicate_id::RULE,
    winsock::broken_chain::RULE,
    winsock::chain_without_base::RULE,
    winsock::malformed_chain::RULE,
    winsock::chain_unlike_base::RULE,
    // Lints: tests, order, entries, policy, providers and documents.
    expectation_failed::RULE,
    guarantee_broken::RULE,
    vacuous_guarantee::RULE,
    uncovered_entry::RULE,
    shadowed_entry::RULE,
    partly_shadowed_entry::RULE,
    overlapping_protocols::RULE,
    no_protocol_zero::RULE,
    idle_protocol_zero::RULE,
    negative_protocol::RULE,
    contradictory_services::RULE,
    overstated_services::RULE,
    unchained_layer::RULE,
    partial_coverage::RULE,
    uncategorised_layer::RULE,
    unoffered_service::RULE,
    unmeetable_policy::RULE,
    empty_policy::RULE,
    permit_admits_nothing::RULE,
    unused_provider::RULE,
    mistyped_module::RULE,
    unknown_module::RULE,
    replaces_nothing::RULE,
    repeated_word::RULE,
    ignored_fact::RULE,
    missing_option::RULE,
    secret_in_options::RULE,
    writable_by_others::RULE,
    include_outside::RULE,
    skipped_file::RULE,
    // Lints of Winsock catalogs: chains, libraries and numbers, layers, providers.
    winsock::chain_in_chain::RULE,
    winsock::library_path::RULE,
    winsock::numbering::RULE,
    winsock::unreachable_layer::RULE,
    winsock::shadowed_chain::RULE,
    winsock::partial_coverage::RULE,
    winsock::ifs_handles::RULE,
    winsock::visibility::RULE,
    winsock::bitness::RULE,
    winsock::duplicate_provider::RULE,
    winsock::uncategorised_layer::RULE,
    winsock::flags::RULE,
    winsock::missing_standard::RULE,
    winsock::several_chains::RULE,
    // Lints of what stands beside the entries of Winsock catalogs.
    winsock::foreign_base::RULE,
    winsock::missing_catalog::RULE,
    winsock::name_space::RULE,
    winsock::load_point::RULE,
    winsock::missing_categories::RULE,
    winsock::unapplied_log::RULE,
    // Settings.
    unknown_rule::RULE,
    bad_allowance::RULE,
    unused_allowance::RULE,
];

/// Returns the rule of this code.
pub(super) fn find(code: &str) -> Option<&'static Rule> {
    ALL.iter().find(|rule| rule.code == code)
}
