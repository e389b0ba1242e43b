//! The rules for Winsock catalogs: faults, which prevent loading, and lints.
//!
//! Each file is one rule: its page, which is the comment at the beginning, and its code. [`RULES`] is the registry, one line a
//! rule, and [`check::rules`](crate::check::rules()) contains it. `judged` is the form of a set that the rules use.
//!
//! Facts that a source does not state are not judged: netsh does not print provider flags, so a flag that is not stated counts as
//! neither set nor clear, and items that an excerpt leaves out may exist.

mod bitness;
mod broken_chain;
mod chain_in_chain;
mod chain_unlike_base;
mod chain_without_base;
mod duplicate_id;
mod duplicate_provider;
mod flags;
mod foreign_base;
mod gap;
mod ifs_handles;
mod judged;
mod library_path;
mod load_point;
mod malformed_chain;
mod malformed_item;
mod missing_catalog;
mod missing_categories;
mod missing_standard;
mod name_space;
mod numbering;
mod partial_coverage;
mod several_chains;
mod shadowed_chain;
mod unapplied_log;
mod uncategorised_layer;
mod unreachable_layer;
mod visibility;

use super::Store;
use crate::catalog::Fault;
use crate::report::{Finding, Rule};
use judged::Judged;
pub(crate) use library_path::missing_libraries;
pub(super) use library_path::{Flaw, flaw as library_flaw};
pub(super) use malformed_item::impossible;
pub(super) use missing_catalog::missing_sets;
#[cfg(feature = "hive")]
pub(super) use unapplied_log::NOTHING_NEW;

/// The code that looks for the findings of a rule.
enum Look {
    /// Reading the source finds them: they are faults.
    Reading,
    /// Looks for faults in one set.
    Fault(fn(&Judged<'_>, &mut Vec<Fault>)),
    /// Looks at one set.
    Set(fn(&Judged<'_>, &mut Vec<Finding>)),
    /// Compares all sets.
    Sets(fn(&[Judged<'_>], &mut Vec<Finding>)),
    /// Looks at the whole catalog, with the data beside the entries.
    Store(fn(&Store, &mut Vec<Finding>)),
}

/// The registry of the rules.
const RULES: &[(Rule, Look)] = &[
    // Faults, in the order of `WinsockFault`.
    (gap::RULE, Look::Reading),
    (malformed_item::RULE, Look::Fault(malformed_item::look)),
    (duplicate_id::RULE, Look::Fault(duplicate_id::look)),
    (broken_chain::RULE, Look::Fault(broken_chain::look)),
    (chain_without_base::RULE, Look::Fault(chain_without_base::look)),
    (malformed_chain::RULE, Look::Fault(malformed_chain::look)),
    (chain_unlike_base::RULE, Look::Fault(chain_unlike_base::look)),
    // Lints of entries: chains, libraries and numbers, layers, providers.
    (chain_in_chain::RULE, Look::Set(chain_in_chain::look)),
    (library_path::RULE, Look::Set(library_path::look)),
    (numbering::RULE, Look::Sets(numbering::look)),
    (unreachable_layer::RULE, Look::Set(unreachable_layer::look)),
    (shadowed_chain::RULE, Look::Set(shadowed_chain::look)),
    (partial_coverage::RULE, Look::Set(partial_coverage::look)),
    (ifs_handles::RULE, Look::Set(ifs_handles::look)),
    (visibility::RULE, Look::Set(visibility::look)),
    (bitness::RULE, Look::Sets(bitness::look)),
    (duplicate_provider::RULE, Look::Set(duplicate_provider::look)),
    (uncategorised_layer::RULE, Look::Set(uncategorised_layer::look)),
    (flags::RULE, Look::Set(flags::look)),
    (missing_standard::RULE, Look::Set(missing_standard::look)),
    (several_chains::RULE, Look::Set(several_chains::look)),
    // Lints of foreign base protocols and of the data beside the entries.
    (foreign_base::RULE, Look::Set(foreign_base::look)),
    (missing_catalog::RULE, Look::Store(missing_catalog::look)),
    (name_space::RULE, Look::Store(name_space::look)),
    (load_point::RULE, Look::Store(load_point::look)),
    (missing_categories::RULE, Look::Store(missing_categories::look)),
    (unapplied_log::RULE, Look::Store(unapplied_log::look)),
];

/// Returns all rules, faults first.
pub(crate) fn all() -> impl Iterator<Item = Rule> {
    RULES.iter().map(|&(rule, _)| rule)
}

/// Returns the faults that prevent loading, other than those found while reading the source.
pub(crate) fn faults(store: &Store) -> Vec<Fault> {
    let mut faults = Vec::new();
    for judged in Judged::sets(store) {
        for (_, look) in RULES {
            if let Look::Fault(look) = look {
                look(&judged, &mut faults);
            }
        }
    }
    faults
}

/// Returns the findings of all lints, which do not prevent loading, with the severities of their rules.
pub(crate) fn lints(store: &Store) -> Vec<Finding> {
    let mut found = Vec::new();
    let sets: Vec<Judged<'_>> = Judged::sets(store).collect();
    for (_, look) in RULES {
        match look {
            Look::Reading | Look::Fault(_) => {}
            Look::Set(look) => sets.iter().for_each(|judged| look(judged, &mut found)),
            Look::Sets(look) => look(&sets, &mut found),
            Look::Store(look) => look(store, &mut found),
        }
    }
    found
}
