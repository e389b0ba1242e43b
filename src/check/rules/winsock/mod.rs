//! The rules of Winsock catalogs, one a file. What they look for is in `winsock::rules`; here is what it means.
//!
//! Their examples show the items that matter, as `reg export` or netsh write them, and leave out the standard ones.

pub(in crate::check) mod bitness;
pub(in crate::check) mod broken_chain;
pub(in crate::check) mod chain_in_chain;
pub(in crate::check) mod chain_unlike_base;
pub(in crate::check) mod chain_without_base;
pub(in crate::check) mod duplicate_id;
pub(in crate::check) mod duplicate_provider;
pub(in crate::check) mod flags;
pub(in crate::check) mod foreign_base;
pub(in crate::check) mod gap;
pub(in crate::check) mod ifs_handles;
pub(in crate::check) mod library_path;
pub(in crate::check) mod load_point;
pub(in crate::check) mod malformed_chain;
pub(in crate::check) mod malformed_item;
pub(in crate::check) mod missing_catalog;
pub(in crate::check) mod missing_categories;
pub(in crate::check) mod missing_standard;
pub(in crate::check) mod name_space;
pub(in crate::check) mod numbering;
pub(in crate::check) mod partial_coverage;
pub(in crate::check) mod several_chains;
pub(in crate::check) mod shadowed_chain;
pub(in crate::check) mod unapplied_log;
pub(in crate::check) mod uncategorised_layer;
pub(in crate::check) mod unreachable_layer;
pub(in crate::check) mod visibility;
