//! The conversion of a catalog of sockatlas into a Winsock catalog, with remarks on what does not fit.
//!
//! | file | what |
//! |---|---|
//! | `entry` | converts one entry into the keys of its item |
//! | `order` | determines the entries of a set and their order |
//! | `remark` | reports facts that Windows does not keep as the catalog states them |

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

/// A catalog in the form in which Windows keeps it.
#[derive(Debug)]
#[non_exhaustive]
pub struct Export {
    /// The entries that fit.
    pub store: Store,
    /// The entries and facts that do not fit, and the entries that lose facts.
    pub remarks: Vec<Remark>,
}

/// The namespace in which the GUID of a provider without a stated one is derived from its name (RFC 9562, version 5), so that
/// every export yields the same GUID.
pub const PROVIDER_NAMESPACE: Uuid = uuid!("5b2d4a3e-6c1f-4c5b-9d0a-7f3e8a914c26");

/// The `Serial_Access_Num` of a new catalog.
const FIRST_SERIAL: u32 = 1;
/// The `Next_Catalog_Entry_ID` of a new catalog.
const FIRST_ID: u32 = 1001;

/// Returns the catalog that Windows would keep for this registry: the set for programs of this bitness, or both sets.
///
/// An entry is in the set that its `winsock.bits` names; without that key, it is in both sets unless it is disabled. Items start
/// from the bytes of `winsock.packed` if there are any, so that entries which were read from Windows and not changed are exported
/// as they were. Items that Windows cannot keep are left out, with all entries that depend on them, and each is reported in the
/// remarks.
///
/// If the catalog does not state a value, the item has version 2, like all of Microsoft's items, and message size 1 (it depends
/// on the network) if it has messages and 0 otherwise; the GUID of a provider is derived from its name. A chain takes values that
/// it does not state from its base. A layer has no family, type and protocol, and is hidden.
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
    // An entry that is in both sets is reported once.
    let remarks: IndexSet<Remark> = remarks.into_iter().collect();
    Export { store, remarks: remarks.into_iter().collect() }
}

/// Returns the set with the items of the entries that fit, in order.
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

/// Removes every entry that depends on an entry which is not there, until no such entry remains. The number of rounds is bounded
/// by the length of a chain.
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

/// Returns the item of one entry, independently of whether other entries can be exported.
pub(super) fn protocol_info(registry: &Registry, index: EntryIndex) -> Result<ProtocolInfo, Reason> {
    let top = |id: u32| {
        let chain = i32::try_from(id).ok().and_then(|id| registry.entry_by_id(id));
        let top = chain.filter(|chain| chain.kind() == EntryKind::Chain).and_then(|chain| chain.stack().next());
        top.map_or(id, |top| top.catalog_entry_id().cast_unsigned())
    };
    item(registry, &Exported::new(registry, index)?, top).map(|item| item.info)
}

/// Returns the policy for an application as Windows keeps it: the categories of layers that it permits, by its path.
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

/// Returns the entries of which an entry directly consists: the layers and the base of a chain. The list is empty for others.
fn layers_and_base(registry: &Registry, index: EntryIndex) -> Vec<EntryIndex> {
    match &registry.entry_at(index).body {
        Body::Chain(chain) => chain.layers().map(|(layer, _)| layer).chain([chain.base.0]).collect(),
        Body::Base(_) | Body::Layer(_) => Vec::new(),
    }
}

/// Returns a reason that names the facts of an entry that its source did not state, or `None` if there are none.
fn untold(unknown: &[&'static str]) -> Option<Reason> {
    // Windows does not keep the categories of layers in items, so they are not needed.
    let facts: Vec<&'static str> = unknown.iter().copied().filter(|fact| *fact != "categories").collect();
    (!facts.is_empty()).then_some(Reason::Untold { facts })
}

#[cfg(test)]
mod tests;
