//! # What it finds
//! A provider that is in one of the two sets and not in the other. The rule applies only if the source states both sets in
//! full.
//!
//! # Why it matters
//! 32-bit programs use `Catalog_Entries`, and 64-bit programs use `Catalog_Entries64`. A provider that is installed in only
//! one of the two filters, or breaks, only the programs of that bitness.
//!
//! # Example
//! ```text
//! $ sockatlas winsock show catalog.reg  # excerpt
//! 1 entry of 32-bit programs; the counter says 1
//!   1001  MSAFD Tcpip [TCP/IP]
//!       provider        e70f1aa0-ab8b-11cf-8ca3-00805f48a192
//! 2 entries of 64-bit programs; the counter says 2
//!   1001  MSAFD Tcpip [TCP/IP]
//!       provider        e70f1aa0-ab8b-11cf-8ca3-00805f48a192
//!   1006  AF_UNIX
//!       provider        a00943d9-9c2e-4633-9b59-0057a3160994
//! ```
//!
//! # Mended
//! ```text
//! $ sockatlas winsock show catalog.reg  # excerpt
//! 2 entries of 32-bit programs; the counter says 2
//!   1001  MSAFD Tcpip [TCP/IP]
//!       provider        e70f1aa0-ab8b-11cf-8ca3-00805f48a192
//!   1006  AF_UNIX
//!       provider        a00943d9-9c2e-4633-9b59-0057a3160994
//! 2 entries of 64-bit programs; the counter says 2
//!   1001  MSAFD Tcpip [TCP/IP]
//!       provider        e70f1aa0-ab8b-11cf-8ca3-00805f48a192
//!   1006  AF_UNIX
//!       provider        a00943d9-9c2e-4633-9b59-0057a3160994
//! ```

use super::super::{Bitness, Field, Item};
use super::Judged;
use crate::catalog::Severity;
use crate::report::{Finding, Rule};
use indexmap::IndexMap;
use uuid::Uuid;

pub(super) const RULE: Rule = Rule::lint("winsock-bitness", Severity::Warning, include_str!("bitness.rs"));

/// Compares the providers of the two sets if both are stated in full: an excerpt may leave out what the other set has.
pub(super) fn look(sets: &[Judged<'_>], found: &mut Vec<Finding>) {
    let of = |bits| sets.iter().find(|judged| judged.set.bits == Some(bits) && judged.is_whole());
    let (Some(narrow), Some(wide)) = (of(Bitness::Bits32), of(Bitness::Bits64)) else { return };
    let [in_narrow, in_wide] = [narrow, wide].map(providers);
    for (here, there, own, others) in [(narrow, wide, &in_narrow, &in_wide), (wide, narrow, &in_wide, &in_narrow)] {
        for (id, item) in own.iter().filter(|(id, _)| !others.contains_key(*id)) {
            let message = format!(
                "provider `{}` of {} is in {} and not in {}",
                id.braced(),
                item.named(),
                here.name(),
                there.name()
            );
            found.push(
                Finding::new(RULE.code, RULE.severity, message, item.field_at(Field::ProviderId))
                    .label(there.set.at, "it is not here")
                    .help("programs of the other bitness go without it: install it for both, or remove it"),
            );
        }
    }
}

/// Returns the providers of a set, each with its first item.
fn providers<'s>(judged: &Judged<'s>) -> IndexMap<Uuid, &'s Item> {
    let mut providers = IndexMap::new();
    for item in &judged.set.items {
        providers.entry(item.info.provider_id).or_insert(item);
    }
    providers
}
