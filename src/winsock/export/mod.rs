//! A catalog as Windows keeps it: what fits, and what does not and why.
//!
//! | file | what |
//! |---|---|
//! | `entry` | one entry: what its keys say of its item |
//! | `order` | which entries stand in a set, and in which order |
//! | `remark` | what is not as the catalog says it |

mod entry;
mod order;
mod remark;

pub use remark::{Reason, Remark};

use super::info::ProtocolInfo;
use super::packed::PackedItem;
use super::store::{ApplicationCategories, Item, Set, SourceForm, Stated, Store};
use crate::catalog::entry::{Body, EntryIndex};
use crate::catalog::{Application, Bitness, EntryKind, FileId, Span};
use crate::registry::Registry;
use entry::Exported;
use indexmap::IndexSet;
use std::collections::HashMap;
use uuid::{Uuid, uuid};

/// A catalog as Windows keeps it.
#[derive(Debug)]
#[non_exhaustive]
pub struct Export {
    /// All that fits.
    pub store: Store,
    /// What does not fit, and what fits and says less there.
    pub remarks: Vec<Remark>,
}

/// The namespace in which the GUID of a provider that states none is derived from its name (RFC 9562, version 5), so that it is
/// the same wherever and whenever it is exported.
pub const PROVIDER_NAMESPACE: Uuid = uuid!("5b2d4a3e-6c1f-4c5b-9d0a-7f3e8a914c26");

/// What `Serial_Access_Num` of a new catalog is.
const FIRST_SERIAL: u32 = 1;
/// What `Next_Catalog_Entry_ID` of a new catalog is.
const FIRST_ID: u32 = 1001;

/// Returns the catalog that Windows would keep for what this registry says: the one for programs of these bits, or both.
///
/// An entry stands in the set that its `winsock.bits` names, and without it in both, unless it is disabled. Items start from the
/// bytes of `winsock.packed` where there are some, so that what was read from Windows and not changed comes out as it was. Items
/// that Windows must not be given are left out, with all that stands on them, and each is reported in the remarks.
///
/// Where a catalog says nothing, an item has version 2, as all of Microsoft's have, message size 1 (it depends on the network) if
/// it has messages and 0 if not, and the provider's GUID is derived from its name. What the chain itself does not state it has
/// from its base. A layer has no family, type and protocol, and is hidden.
///
/// ```
/// use sockatlas::{Loader, winsock};
///
/// let windows = Loader::new().path("builtin:windows.toml").load()?;
/// let export = winsock::export(&windows, None);
/// assert_eq!(export.store.sets.len(), 2);
/// assert_eq!(export.store.items().count(), 32);
/// assert!(export.remarks.is_empty());
/// # Ok::<(), sockatlas::LoadError>(())
/// ```
pub fn export(registry: &Registry, bits: Option<Bitness>) -> Export {
    let mut remarks = Vec::new();
    let mut store = Store::new(SourceForm::Reg);
    let wanted = bits.as_ref().map_or(&Bitness::ALL[..], std::slice::from_ref);
    store.sets = wanted.iter().map(|bits| set(registry, *bits, &mut remarks)).collect();
    let highest = store.items().map(Item::id).max();
    let winsock = registry.winsock();
    let anywhere = store.sets.first().map_or_else(|| Span::beginning(FileId(0)), |set| set.at);
    let next = highest.map_or(FIRST_ID, |id| id.saturating_add(1)).max(winsock.next_catalog_entry_id.unwrap_or(0));
    store.next_catalog_entry_id = Some(Stated::new(next, anywhere));
    store.serial_access_number = Some(Stated::new(winsock.serial_access_number.unwrap_or(FIRST_SERIAL), anywhere));
    for (name, section) in registry.sections() {
        store.applications.extend(application(name, section, &mut remarks));
    }
    // An entry of both sets is reported once.
    let remarks: IndexSet<Remark> = remarks.into_iter().collect();
    Export { store, remarks: remarks.into_iter().collect() }
}

/// Returns the items of the entries that fit, in order.
fn set(registry: &Registry, bits: Bitness, remarks: &mut Vec<Remark>) -> Set {
    let members = order::members(registry, bits, remarks);
    let mut fitting: HashMap<EntryIndex, Exported<'_>> = HashMap::with_capacity(members.len());
    for &index in &members {
        match Exported::new(registry, index) {
            Ok(entry) => {
                fitting.insert(index, entry);
            }
            Err(reason) => remarks.push(Remark::of(registry, index, reason)),
        }
    }
    let tops: HashMap<u32, u32> = fitting.values().filter_map(Exported::top).collect();
    let top = |id: u32| tops.get(&id).copied().unwrap_or(id);
    let mut items: HashMap<EntryIndex, Item> = HashMap::with_capacity(fitting.len());
    for index in &members {
        match fitting.get(index).map(|entry| item(registry, entry, top)) {
            Some(Ok(item)) => {
                items.insert(*index, item);
            }
            Some(Err(reason)) => {
                fitting.remove(index);
                remarks.push(Remark::of(registry, *index, reason));
            }
            None => {}
        }
    }
    keep_standing(registry, &mut fitting, remarks);
    let at = members.first().map_or_else(|| Span::beginning(FileId(0)), |&index| registry.entry_at(index).at);
    let mut set = Set::new(Some(bits), at);
    for (entry, index) in members.iter().filter_map(|index| Some((fitting.get(index)?, index))) {
        remarks.extend(entry.losses(registry));
        set.items.extend(items.remove(index));
    }
    for (item, number) in set.items.iter_mut().zip(1..) {
        item.number = Some(number);
        item.key = Some(Stated::new(format!("{number:012}"), item.at));
    }
    set.count = u32::try_from(set.items.len()).ok().map(|count| Stated::new(count, at));
    set
}

/// Takes out every entry that stands on one that is not there, as often as that leaves others without what they stand on: no more
/// often than a chain is long.
fn keep_standing(registry: &Registry, fitting: &mut HashMap<EntryIndex, Exported<'_>>, remarks: &mut Vec<Remark>) {
    loop {
        let missing = |entry: &Exported<'_>| entry.below().find(|below| !fitting.contains_key(below));
        let mut falling: Vec<_> = fitting.values().filter_map(|entry| Some((entry.index, missing(entry)?))).collect();
        if falling.is_empty() {
            return;
        }
        falling.sort_unstable();
        for (index, below) in falling {
            fitting.remove(&index);
            let below = registry.name_at(below).to_owned();
            remarks.push(Remark::of(registry, index, Reason::StandsOn { below }));
        }
    }
}

fn item(registry: &Registry, entry: &Exported<'_>, top: impl Fn(u32) -> u32) -> Result<Item, Reason> {
    let name = registry.name_at(entry.index);
    let original = entry.packed.map(PackedItem::from_bytes).transpose()?;
    let packed = entry.keys.item(name, original.as_ref(), top)?;
    let mut item = Item::new(packed.info()?, registry.entry_at(entry.index).at);
    item.repeated_name = Some(Stated::new(item.info.name.clone(), item.at));
    item.packed = Some(packed);
    Ok(item)
}

/// Returns the item of one entry, whatever becomes of the others.
pub(super) fn protocol_info(registry: &Registry, index: EntryIndex) -> Result<ProtocolInfo, Reason> {
    let top = |id: u32| {
        let chain = i32::try_from(id).ok().and_then(|id| registry.entry_by_id(id));
        let top = chain.filter(|chain| chain.kind() == EntryKind::Chain).and_then(|chain| chain.stack().next());
        top.map_or(id, |top| top.catalog_entry_id().cast_unsigned())
    };
    item(registry, &Exported::new(registry, index)?, top).map(|item| item.info)
}

/// Returns what Windows knows of the policy for an application: by its path, which categories of layers it permits.
fn application(name: &str, section: &Application, remarks: &mut Vec<Remark>) -> Option<ApplicationCategories> {
    let policy = &section.policy;
    let mut remark = |reason| remarks.push(Remark { entry: name.to_owned(), at: section.at, reason });
    let services = policy.require.union(&policy.prohibit);
    if !services.is_empty() {
        remark(Reason::Policy { services });
    }
    let Some(known) = &section.winsock else {
        if policy.permit.is_some() {
            remark(Reason::UnknownApplication);
        }
        return None;
    };
    let stated = |text: &String| Stated::new(text.clone(), section.at);
    Some(ApplicationCategories {
        key: stated(&known.key),
        path: Some(&known.path).filter(|path| !path.is_empty()).map(stated),
        arguments: known.arguments.as_ref().map(stated),
        categories: policy.permit.map(|permit| Stated::new(permit, section.at)),
        written: None,
        beside: Vec::new(),
    })
}

/// Returns what the keys say of an entry's item, and what they stand on; the entry is one of a set.
fn layers_and_base(registry: &Registry, index: EntryIndex) -> Vec<EntryIndex> {
    match &registry.entry_at(index).body {
        Body::Chain(chain) => chain.layers().map(|(layer, _)| layer).chain([chain.base.0]).collect(),
        Body::Base(_) | Body::Layer(_) => Vec::new(),
    }
}

/// Returns the facts of an entry that its source did not state, if there are any.
fn untold(unknown: &[&'static str]) -> Option<Reason> {
    // Windows keeps the categories of layers elsewhere.
    let facts: Vec<&'static str> = unknown.iter().copied().filter(|fact| *fact != "categories").collect();
    (!facts.is_empty()).then_some(Reason::Untold { facts })
}

#[cfg(test)]
mod tests;
