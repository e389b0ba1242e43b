//! Providers that only one of the two sets has.

use super::super::{Bitness, Field, Item};
use super::Judged;
use crate::catalog::Severity;
use crate::report::Finding;
use indexmap::IndexMap;
use uuid::Uuid;

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
                Finding::new("winsock-bitness", Severity::Warning, message, item.field_at(Field::ProviderId))
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
