//! Writes a store as an export: keys in the order of the registry, values in the order of Windows.

use super::data::{Data, sz};
use super::kinds;
use super::render::{Render, Unwritable};
use super::store::{NAME_SPACE_CATALOG, PROTOCOL_CATALOG, count_name};
use crate::catalog::Bitness;
use crate::winsock::{ApplicationCategories, Beside, Item, NameSpaceProvider, PackedItem, PackedItemError, Set, Store};
use std::collections::BTreeMap;

/// The options for writing an export.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct WriteOptions {
    /// The encoding.
    pub encoding: Encoding,
    /// The bitness to write, or `None` for both.
    pub bits: Option<Bitness>,
}

/// The encoding of an export.
#[derive(Copy, Clone, Debug, Default, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Encoding {
    /// UTF-16LE with a byte order mark, as regedit and `reg export` write.
    #[default]
    Utf16,
    /// UTF-8 without a mark. Windows reads it correctly if all characters are ASCII.
    Utf8,
    /// The older format, `REGEDIT4`: one byte per character, as in ISO 8859-1.
    Regedit4,
}

/// The reason why a store cannot be written as an export.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum WriteError {
    /// An item whose source lacks the flags and numbers that netsh does not print.
    #[error(
        "of {item} the source does not state the provider flags, nor the range of its protocols: an export needs them"
    )]
    Untold {
        /// The item.
        item: String,
    },
    /// An item with a text that is too long.
    #[error("{item}: {error}")]
    Item {
        /// The item.
        item: String,
        /// The problem.
        error: PackedItemError,
    },
    /// A name or text that the encoding, or any export, cannot contain.
    #[error("`{key}`{}: {reason}", value.as_ref().map(|value| format!(", value `{value}`")).unwrap_or_default())]
    Text {
        /// The path of the key, below `Parameters`.
        key: String,
        /// The name of the value, or `None` if the problem is in the path of the key.
        value: Option<String>,
        /// The problem.
        reason: String,
    },
}

/// The root if the store names none: that of a running Windows.
const ROOT: &str = r"HKEY_LOCAL_MACHINE\SYSTEM\CurrentControlSet\Services\WinSock2\Parameters";

/// Writes a store as an export.
///
/// Facts that the store does not state are not written, including counters. Items keep their keys if these are numbers in
/// ascending order; otherwise they are numbered from 1. An item keeps the bytes that it was read from, except for fields that
/// have been changed since. Values whose form contains more than their meaning, such as `REG_EXPAND_SZ`, keep their form while
/// the meaning is the same.
///
/// # Errors
/// If an item is not stated completely, or a text does not fit.
pub fn write(store: &Store, options: &WriteOptions) -> Result<Vec<u8>, WriteError> {
    let mut tree = Tree::default();
    tree.store(store, options.bits)?;
    let root = store.root.as_ref().map_or(ROOT, |root| root.value.as_str());
    let mut render = Render::new(options.encoding == Encoding::Regedit4);
    for Key { below, values } in tree.0.into_values() {
        let path = if below.is_empty() { root.to_owned() } else { format!("{root}\\{below}") };
        render.key(&path, None).map_err(|reason| unwritable(&below, None, reason))?;
        for (name, data) in &values {
            render.value(name, data).map_err(|reason| unwritable(&below, Some(name), reason))?;
        }
    }
    let text = render.finish();
    Ok(match options.encoding {
        Encoding::Utf16 => std::iter::once(0xfeff).chain(text.encode_utf16()).flat_map(u16::to_le_bytes).collect(),
        Encoding::Utf8 => text.into_bytes(),
        // Characters without a byte have been refused.
        Encoding::Regedit4 => text.chars().filter_map(|character| u8::try_from(u32::from(character)).ok()).collect(),
    })
}

fn unwritable(key: &str, value: Option<&str>, reason: Unwritable) -> WriteError {
    WriteError::Text { key: key.to_owned(), value: value.map(str::to_owned), reason: reason.to_string() }
}

/// The keys by the names on their path in upper case, which is the order of the registry.
#[derive(Default)]
struct Tree(BTreeMap<Vec<String>, Key>);

struct Key {
    /// The path below the root, as it is written in the export.
    below: String,
    values: Vec<(String, Data)>,
}

impl Tree {
    /// Returns the values of a key, and creates the key and those above it if they do not exist.
    fn key(&mut self, below: &str) -> &mut Vec<(String, Data)> {
        let ends = below.match_indices('\\').map(|(end, _)| end).chain([below.len()]);
        let mut names: Vec<String> = Vec::new();
        self.0.entry(Vec::new()).or_insert_with(|| Key { below: String::new(), values: Vec::new() });
        let mut start = 0;
        for end in ends.filter(|_| !below.is_empty()) {
            names.push(below[start..end].to_uppercase());
            start = end + 1;
            let key = || Key { below: below[..end].to_owned(), values: Vec::new() };
            self.0.entry(names.clone()).or_insert_with(key);
        }
        let key = || Key { below: below.to_owned(), values: Vec::new() };
        &mut self.0.entry(names).or_insert_with(key).values
    }

    fn store(&mut self, store: &Store, bits: Option<Bitness>) -> Result<(), WriteError> {
        self.key("");
        let name_spaces = current(store, "Current_NameSpace_Catalog", NAME_SPACE_CATALOG);
        self.name_space_count(store, bits, &name_spaces, Bitness::Bits32);
        for beside in &store.beside {
            self.key(&beside.key).push(raw(beside));
        }
        self.name_space_count(store, bits, &name_spaces, Bitness::Bits64);
        for application in &store.applications {
            *self.key(&format!("AppId_Catalog\\{}", application.key.value)) = values_of_application(application);
        }
        for set in store.name_spaces.iter().filter(|set| is_wanted(set.bits, bits)) {
            let entries = format!("{name_spaces}\\{}", entries_name(set.bits.or(bits)));
            self.key(&entries);
            for (provider, number) in set.providers.iter().zip(1..) {
                let name = provider.key.as_ref().map_or_else(|| numbered(number), |key| key.value.clone());
                *self.key(&format!("{entries}\\{name}")) = values_of_name_space(provider);
            }
        }
        self.protocols(store, bits)
    }

    /// Adds the count of a name-space set: Windows writes that of one set before the other values, and that of the other set
    /// behind them.
    fn name_space_count(&mut self, store: &Store, wanted: Option<Bitness>, catalog: &str, bits: Bitness) {
        let mut sets = store.name_spaces.iter().filter(|set| is_wanted(set.bits, wanted));
        let set = sets.find(|set| set.bits.or(wanted).unwrap_or(Bitness::Bits32) == bits);
        if let Some(count) = set.and_then(|set| set.count.as_ref()) {
            self.key(catalog).push((count_name(bits).to_owned(), dword(count.value)));
        }
    }

    fn protocols(&mut self, store: &Store, bits: Option<Bitness>) -> Result<(), WriteError> {
        let catalog = current(store, "Current_Protocol_Catalog", PROTOCOL_CATALOG);
        let sets: Vec<&Set> = match bits {
            Some(bits) => store.set(bits).into_iter().collect(),
            None => store.sets.iter().collect(),
        };
        let mut values = Vec::new();
        for written in [Bitness::Bits64, Bitness::Bits32] {
            let set = sets.iter().find(|set| set.bits.or(bits).unwrap_or(Bitness::Bits32) == written);
            if let Some(count) = set.and_then(|set| set.count.as_ref()) {
                values.push((count_name(written).to_owned(), dword(count.value)));
            }
        }
        let counters = [
            ("Next_Catalog_Entry_ID", &store.next_catalog_entry_id),
            ("Serial_Access_Num", &store.serial_access_number),
        ];
        for (name, counter) in counters {
            values.extend(counter.as_ref().map(|counter| (name.to_owned(), dword(counter.value))));
        }
        if values.is_empty() && sets.is_empty() && store.protocol_catalog.is_none() {
            return Ok(());
        }
        self.key(&catalog).splice(..0, values);
        for set in sets {
            let entries = format!("{catalog}\\{}", entries_name(bits.or(set.bits)));
            self.key(&entries);
            let keeps_keys = keeps_keys(set);
            for (item, number) in set.items.iter().zip(1..) {
                let key = item.key.as_ref().filter(|_| keeps_keys);
                let name = key.map_or_else(|| numbered(number), |key| key.value.clone());
                *self.key(&format!("{entries}\\{name}")) = values_of_item(item)?;
            }
            for malformed in set.malformed.iter().filter(|_| keeps_keys) {
                let data = Data { kind: kinds::BINARY, bytes: malformed.data.clone() };
                let key = self.key(&format!("{entries}\\{}", malformed.key.value));
                key.push(("PackedCatalogItem".to_owned(), data));
            }
        }
        Ok(())
    }
}

/// Returns whether Windows would read the keys of the items in the order of the set.
fn keeps_keys(set: &Set) -> bool {
    let numbers: Vec<Option<u64>> = set.items.iter().map(|item| item.key.as_ref().and(item.number)).collect();
    numbers.iter().all(Option::is_some) && numbers.is_sorted_by(|a, b| a < b)
}

fn numbered(number: u64) -> String {
    format!("{number:012}")
}

/// Returns the name of the catalog in the value of `Parameters`.
fn current(store: &Store, value: &str, standard: &str) -> String {
    let mut named =
        store.beside.iter().filter(|beside| beside.key.is_empty() && beside.name.eq_ignore_ascii_case(value));
    named.next_back().and_then(|beside| raw(beside).1.text()).unwrap_or_else(|| standard.to_owned())
}

fn is_wanted(bits: Option<Bitness>, wanted: Option<Bitness>) -> bool {
    bits.is_none() || wanted.is_none() || bits == wanted
}

fn entries_name(bits: Option<Bitness>) -> &'static str {
    if bits == Some(Bitness::Bits64) { "Catalog_Entries64" } else { "Catalog_Entries" }
}

fn raw(beside: &Beside) -> (String, Data) {
    (beside.name.clone(), Data { kind: beside.kind, bytes: beside.data.clone() })
}

fn dword(number: u32) -> Data {
    Data { kind: kinds::DWORD, bytes: number.to_le_bytes().to_vec() }
}

fn text(text: &str) -> Data {
    Data { kind: kinds::SZ, bytes: sz(text) }
}

fn values_of_item(item: &Item) -> Result<Vec<(String, Data)>, WriteError> {
    let packed = match (&item.packed, &item.info.further) {
        (Some(packed), _) => {
            let mut packed = packed.clone();
            packed.set_info(&item.info).map(|()| packed)
        }
        (None, Some(_)) => PackedItem::new(&item.info),
        (None, None) => return Err(WriteError::Untold { item: item.named() }),
    };
    let packed = packed.map_err(|error| WriteError::Item { item: item.named(), error })?;
    let packed = Data { kind: kinds::BINARY, bytes: packed.as_bytes().to_vec() };
    let repeated = item.repeated_name.as_ref().map(|stated| text(&stated.value));
    Ok(values([("PackedCatalogItem", Some(packed)), ("ProtocolName", repeated)], &item.beside))
}

fn values_of_application(application: &ApplicationCategories) -> Vec<(String, Data)> {
    let stated = [
        ("AppFullPath", application.path.as_ref().map(|stated| text(&stated.value))),
        ("AppArgs", application.arguments.as_ref().map(|stated| text(&stated.value))),
        ("PermittedLspCategories", application.categories.as_ref().map(|stated| dword(stated.value.bits()))),
    ];
    values(stated, &application.beside)
}

fn values_of_name_space(provider: &NameSpaceProvider) -> Vec<(String, Data)> {
    let guid = |id: uuid::Uuid| Data { kind: kinds::BINARY, bytes: id.to_bytes_le().to_vec() };
    let flag = |flag: bool| dword(u32::from(flag));
    let stated = [
        ("LibraryPath", provider.path.as_deref().map(text)),
        ("DisplayString", Some(&provider.name).filter(|name| !name.is_empty()).map(|name| text(name))),
        ("ProviderId", provider.provider_id.map(guid)),
        ("SupportedNameSpace", provider.name_space.map(dword)),
        ("Enabled", provider.enabled.map(flag)),
        ("Version", provider.version.map(dword)),
        ("StoresServiceClassInfo", provider.stores_service_class_info.map(flag)),
    ];
    values(stated, &provider.beside)
}

/// Returns the stated values, and then those beside them. If a value beside them has the name and the meaning of a stated one, it
/// is written in its place unchanged.
fn values<const N: usize>(stated: [(&str, Option<Data>); N], beside: &[Beside]) -> Vec<(String, Data)> {
    let mut values = Vec::new();
    for (name, data) in &stated {
        let exact = beside.iter().find(|beside| beside.name.eq_ignore_ascii_case(name)).map(raw);
        match (data, exact) {
            (Some(data), Some((name, exact))) if exact.means(data) => values.push((name, exact)),
            (Some(data), _) => values.push(((*name).to_owned(), data.clone())),
            // The value was not understood, which a fault reports, but it is written.
            (None, Some(exact)) => values.push(exact),
            (None, None) => {}
        }
    }
    let is_stated = |beside: &&Beside| stated.iter().any(|(name, _)| beside.name.eq_ignore_ascii_case(name));
    values.extend(beside.iter().filter(|beside| !is_stated(beside)).map(raw));
    values
}
