//! A preview of `WSCInstallProviderAndChains`: adds a layer to a catalog, and chains of it over the existing entries.
//!
//! According to the documentation, the layer is an entry of its own; there is one chain for each protocol to cover, which names
//! the layer at its first place; and the new chains are placed before all other entries. Without a list of protocols, every
//! combination of family, type and protocol that an entry has is covered once, so that no chain hides another. With a list, each
//! of its elements is covered, over the first entry in catalog order that has it. Entries that applications can open count, which
//! are base protocols and chains, but not layers.
//!
//! The documentation leaves some questions open, which are decided as follows:
//!
//! | question | decision | reason |
//! |---|---|---|
//! | the fields of the layer | those of the first entry that it covers, hidden, chain length 0 | as with PGPlsp, whose users posted its entries |
//! | the place of the layer | last | new entries are added at the end; posted layers are last |
//! | the fields of a chain | those of the entry below it | as with all posted chains |
//! | `XP1_IFS_HANDLES` of a chain | as in the layer, unless the entry below lacks it | the handles of a chain are those of the file system only if those below are |
//! | `PFL_HIDDEN` of a chain | not set | chains are visible to applications; the raw base protocols below some are hidden |
//! | a chain over a chain | the layer, the id of the chain below, then what that chain has below its own layer | upper chains hold ids of lower ones: Microsoft's sample, when it removes a layer, looks for both kinds of ids |
//! | the provider GUID of a chain | version 5 of the layer's GUID and the entry below | Windows creates a random one; a preview should be repeatable |
//! | ids | from `Next_Catalog_Entry_ID` on, the layer first; never one that is in use | the ids of a valid catalog are below that counter |
//! | ids in both catalogs | the layer has one; chains over the same entry have the same | the two catalogs of Windows share their ids |
//! | the name of a chain | `LAYER over [ENTRY]`, cut off at 255 UTF-16 units; standard entries, whose names are indirect strings, in English | so are chains that were posted; the field has no more room |

mod entries;
mod error;

pub use error::InstallError;

use super::super::info::{ItemKind, ProtocolInfo};
use super::super::packed::PackedItem;
use super::super::store::{Item, Set, Stated, Store};
use crate::catalog::{Bitness, Span};
use entries::{Library, chain_over, layer_like};
use indexmap::IndexSet;
use std::collections::{HashMap, HashSet};
use uuid::Uuid;

/// Address family, socket type and protocol, in the numbers of Windows.
pub type Triple = (i32, i32, i32);

/// An installation: the arguments of `WSCInstallProviderAndChains64_32`.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Install {
    /// The layer's GUID.
    pub provider_id: Uuid,
    /// The path of its library, with unexpanded environment variables; at most 259 characters.
    pub library: String,
    /// The path of its library for 32-bit programs. It may be left out if the other library is in the system folder, of which
    /// 32-bit programs have their own.
    pub library_32: Option<String>,
    /// The layer's name; at most 255 UTF-16 units.
    pub name: String,
    /// `XP1_IFS_HANDLES`, or 0.
    pub service_flags: u32,
    /// The protocols to cover, or `None` for everything.
    pub over: Option<Vec<Triple>>,
    /// The only catalog that is changed (`WSCInstallProviderAndChains`, called by a program of that bitness), or `None` for all
    /// catalogs (`WSCInstallProviderAndChains64_32`).
    pub bits: Option<Bitness>,
}

impl Install {
    /// Creates an installation of a layer over everything, in all catalogs, whose sockets are not file-system handles.
    pub fn new(provider_id: Uuid, library: impl Into<String>, name: impl Into<String>) -> Self {
        Install {
            provider_id,
            library: library.into(),
            library_32: None,
            name: name.into(),
            service_flags: 0,
            over: None,
            bits: None,
        }
    }
}

/// The result that an installation would have.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Installed {
    /// The catalog after the installation.
    pub store: Store,
    /// The layer's id, in all catalogs.
    pub layer: u32,
    /// The new items of each catalog that is changed.
    pub sets: Vec<InstalledSet>,
}

/// The items that are new in one catalog.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct InstalledSet {
    /// The bitness of the programs that use the catalog, or `None` if the source does not state it.
    pub bits: Option<Bitness>,
    /// The chains, in the order of the catalog.
    pub chains: Vec<InstalledChain>,
    /// The ids of all entries in their new order.
    pub order: Vec<u32>,
}

/// A new chain.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct InstalledChain {
    /// The fields of the chain.
    pub info: ProtocolInfo,
    /// The id of the entry directly below the layer.
    pub below: u32,
}

/// Returns the result of `WSCInstallProviderAndChains` on a catalog, or of `WSCInstallProviderAndChains64_32` if both bitnesses
/// are changed.
///
/// Nothing is written. Conditions of the machine are not checked: whether the caller is an administrator (11003), whether the
/// library exists, loads, and has the functions that a layer without file-system handles needs (10104), whether another
/// installation is running (10036), and memory (10055).
///
/// # Errors
/// Every reason that the catalog and the arguments determine, with Winsock's numbers.
pub fn install_provider_and_chains(store: &Store, install: &Install) -> Result<Installed, InstallError> {
    let library = Library::new(install)?;
    let chosen: Vec<usize> = (0..store.sets.len()).filter(|&at| is_chosen(store, install, at)).collect();
    if chosen.is_empty() {
        return Err(InstallError::NoSuchCatalog { bits: install.bits });
    }
    let mut covered = Vec::new();
    for &at in &chosen {
        let set = &store.sets[at];
        library.path(set.bits)?;
        refuse_installed(set, install)?;
        covered.push(entries_to_cover(set, install.over.as_deref())?);
    }
    let mut ids = Ids::after(store);
    let layer = ids.take()?;
    // The ids by the entry below and the covered protocol: both catalogs use the same id for the same chain.
    let mut ids_of_chains: HashMap<(u32, Triple), u32> = HashMap::new();
    let mut new = Vec::new();
    for (&at, below) in chosen.iter().zip(covered) {
        let path = library.path(store.sets[at].bits)?;
        let mut chains = Vec::new();
        for below in &below {
            let id = match ids_of_chains.get(&(below.id(), below.info.triple())) {
                Some(&id) => id,
                None => ids.take()?,
            };
            ids_of_chains.insert((below.id(), below.info.triple()), id);
            chains.push(InstalledChain { info: chain_over(&below.info, install, path, layer, id)?, below: below.id() });
        }
        let like = below.first().ok_or(InstallError::NoBase)?;
        new.push((at, layer_like(&like.info, install, path, layer), chains));
    }
    let next = ids.take()?;

    let mut store = store.clone();
    let mut sets = Vec::new();
    for (at, layer, chains) in new {
        let set = &mut store.sets[at];
        put(set, layer, &chains)?;
        sets.push(InstalledSet { bits: set.bits, chains, order: set.items.iter().map(Item::id).collect() });
    }
    let somewhere = store.sets.first().map(|set| set.at);
    let counter = |stated: &Option<Stated<u32>>| stated.as_ref().map(|stated| stated.at).or(somewhere);
    let serial = store.serial_access_number.as_ref().map_or(1, |serial| serial.value);
    store.next_catalog_entry_id = counter(&store.next_catalog_entry_id).map(|at| Stated::new(next, at));
    // The number is compared for equality only, so it may wrap around.
    store.serial_access_number = counter(&store.serial_access_number).map(|at| Stated::new(serial.wrapping_add(1), at));
    Ok(Installed { store, layer, sets })
}

fn is_chosen(store: &Store, install: &Install, at: usize) -> bool {
    let bits = store.sets.get(at).and_then(|set| set.bits);
    install.bits.is_none_or(|wanted| bits.is_none_or(|bits| bits == wanted))
}

/// Returns an error if the GUID or the name of the layer is in the catalog.
fn refuse_installed(set: &Set, install: &Install) -> Result<(), InstallError> {
    if let Some(item) = set.items.iter().find(|item| item.info.provider_id == install.provider_id) {
        return Err(InstallError::ProviderInstalled { provider_id: install.provider_id, entry: item.id() });
    }
    let mut layers = set.items.iter().filter(|item| item.kind() == ItemKind::Layer);
    match layers.find(|layer| layer.info.name == install.name) {
        Some(layer) => Err(InstallError::NameInstalled { name: install.name.clone(), entry: layer.id() }),
        None => Ok(()),
    }
}

/// Returns the entries that get a chain over them, in the order of the chains.
fn entries_to_cover<'s>(set: &'s Set, over: Option<&[Triple]>) -> Result<Vec<&'s Item>, InstallError> {
    let selectable = set.items.iter().filter(|item| matches!(item.kind(), ItemKind::Base | ItemKind::Chain));
    let Some(over) = over else {
        if !set.items.iter().any(|item| item.kind() == ItemKind::Base) {
            return Err(InstallError::NoBase);
        }
        let mut seen = HashSet::new();
        return Ok(selectable.filter(|item| seen.insert(item.info.triple())).collect());
    };
    let asked: IndexSet<Triple> = over.iter().copied().collect();
    let found = |triple: Triple| {
        let first = selectable.clone().find(|item| item.info.triple() == triple);
        first.ok_or(InstallError::NoMatch { triple, bits: set.bits })
    };
    asked.into_iter().map(found).collect()
}

/// The ids that no entry has, in ascending order.
struct Ids(u64);

impl Ids {
    /// Creates the ids from the counter of a catalog on, or from the highest used id on if that is higher.
    fn after(store: &Store) -> Self {
        // A new catalog counts from 1001.
        let next = store.next_catalog_entry_id.as_ref().map_or(1001, |next| u64::from(next.value));
        let taken = store.items().map(|item| u64::from(item.id())).max();
        Ids(taken.map_or(next, |taken| next.max(taken + 1)))
    }

    fn take(&mut self) -> Result<u32, InstallError> {
        let id = u32::try_from(self.0).map_err(|_| InstallError::NoMoreIds)?;
        self.0 += 1;
        Ok(id)
    }
}

/// Inserts the chains at the front and the layer at the end, and renumbers the keys.
fn put(set: &mut Set, layer: ProtocolInfo, chains: &[InstalledChain]) -> Result<(), InstallError> {
    let has_keys = set.items.iter().any(|item| item.key.is_some());
    let repeats_names = set.items.iter().any(|item| item.repeated_name.is_some());
    let at = set.at;
    let item = |info: ProtocolInfo| item(info, at, repeats_names);
    let mut items: Vec<Item> = chains.iter().map(|chain| item(chain.info.clone())).collect::<Result<_, _>>()?;
    items.append(&mut set.items);
    items.push(item(layer)?);
    for (number, item) in (1..).zip(&mut items) {
        let key_at = item.key.as_ref().map_or(item.at, |key| key.at);
        item.key = has_keys.then(|| Stated::new(format!("{number:012}"), key_at));
        item.number = has_keys.then_some(number);
    }
    set.items = items;
    if let (Some(count), Ok(items)) = (&mut set.count, u32::try_from(set.items.len())) {
        count.value = items;
    }
    Ok(())
}

/// Creates an item, with its bytes if all of its fields are known.
fn item(info: ProtocolInfo, at: Span, repeats_names: bool) -> Result<Item, InstallError> {
    let mut item = Item::new(info, at);
    if item.info.further.is_some() {
        item.packed = Some(PackedItem::new(&item.info).map_err(InstallError::Unwritable)?);
    }
    item.repeated_name = repeats_names.then(|| Stated::new(item.info.name.clone(), at));
    Ok(item)
}

#[cfg(test)]
mod tests;
