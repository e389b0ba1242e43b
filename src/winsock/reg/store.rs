//! Converts the keys of an export into a [`Store`].

use super::data;
use super::read::{self, Key, Value};
use super::root::{self, Root};
use super::values::Values;
use crate::catalog::{Bitness, Fault, FaultKind, FileId, Span};
use crate::terms::Categories;
use crate::winsock::fault::WinsockFault;
use crate::winsock::packed;
use crate::winsock::store::MalformedItem;
use crate::winsock::{
    ApplicationCategories, Item, KnownLoadPoint, LoadPoint, NameSpaceProvider, NameSpaceSet, PackedItem, Places, Set,
    SourceForm, Stated, Store,
};

/// The catalogs that are used if `Parameters` does not name others.
pub(super) const PROTOCOL_CATALOG: &str = "Protocol_Catalog9";
pub(super) const NAME_SPACE_CATALOG: &str = "NameSpace_Catalog5";

/// The beginnings of the remarks on transaction logs in a rendered hive.
const OF_LOGS: [&str; 3] = ["the hive was in use", "the checksum of the hive", "the transaction log `"];

/// Reads a store from the text of an export. `form` is the form of the source from which the text was made.
pub(in crate::winsock) fn store(form: SourceForm, file: FileId, text: &str, faults: &mut Vec<Fault>) -> Store {
    let mut keys = read::read(file, text, faults);
    let Some(root) = root::choose(&keys, file, faults) else { return Store::new(form) };
    keys.retain(|key| root.below(key.path).is_some());
    let protocol_catalog = Named::in_parameters(&keys, root, "Current_Protocol_Catalog", PROTOCOL_CATALOG);
    let name_space_catalog = Named::in_parameters(&keys, root, "Current_NameSpace_Catalog", NAME_SPACE_CATALOG);
    let mut tree = Tree { text, store: Store::new(form), faults, protocol_catalog, name_space_catalog };
    tree.store.unapplied = remarks(file, text);
    let at = keys.first().map_or(Span::beginning(file), |key| key.at);
    tree.store.root = Some(Stated::new(root.path.to_owned(), at));
    for key in keys {
        let below = root.below(key.path).unwrap_or_default();
        tree.key(below, key);
    }
    tree.finish()
}

/// A catalog that a value of `Parameters` names.
struct Named {
    name: String,
    /// The place of the value, or `None` if it is missing and the name is the standard one.
    at: Option<Span>,
    /// Whether the export has another catalog of this kind, but not this one.
    other: Option<String>,
}

impl Named {
    fn in_parameters(keys: &[Key<'_>], root: Root<'_>, value: &str, standard: &str) -> Self {
        let parameters = keys.iter().filter(|key| root.below(key.path) == Some(""));
        let mut values = parameters.flat_map(|key| &key.values).filter(|found| found.name.eq_ignore_ascii_case(value));
        let stated = values.next_back().and_then(|value| Some((value.data.text()?, value.at)));
        let (name, at) = stated.map_or((standard.to_owned(), None), |(name, at)| (name, Some(at)));
        let catalogs = keys.iter().filter_map(|key| root.below(key.path)?.split('\\').next());
        let is_of_kind = |catalog: &&str| {
            let kind = standard.trim_end_matches(|digit: char| digit.is_ascii_digit());
            catalog.get(..kind.len()).is_some_and(|start| start.eq_ignore_ascii_case(kind))
        };
        let mut other = None;
        for catalog in catalogs.filter(is_of_kind) {
            if catalog.eq_ignore_ascii_case(&name) {
                return Named { name, at, other: None };
            }
            other.get_or_insert_with(|| catalog.to_owned());
        }
        Named { name, at, other }
    }

    fn is(&self, name: &str) -> bool {
        self.name.eq_ignore_ascii_case(name)
    }
}

struct Tree<'a, 'f> {
    text: &'a str,
    store: Store,
    faults: &'f mut Vec<Fault>,
    protocol_catalog: Named,
    name_space_catalog: Named,
}

impl Tree<'_, '_> {
    /// Reads a key, by its path below the root.
    fn key(&mut self, below: &str, key: Key<'_>) {
        let names: Vec<&str> = below.splitn(4, '\\').collect();
        let entries = names.get(1).and_then(|name| bits(name));
        match (&names[..], entries) {
            ([""], _) => self.parameters(below, key),
            ([catalog], _) if self.protocol_catalog.is(catalog) => self.protocol_catalog(below, key),
            ([catalog, _], Some(bits)) if self.protocol_catalog.is(catalog) => {
                self.set(bits, key.at).at = key.at;
                self.beside(below, key);
            }
            ([catalog, _, name], Some(bits)) if self.protocol_catalog.is(catalog) => self.item(bits, below, name, key),
            ([catalog], _) if self.name_space_catalog.is(catalog) => self.name_space_catalog(below, key),
            ([catalog, _], Some(bits)) if self.name_space_catalog.is(catalog) => {
                self.name_space_set(bits, key.at).at = key.at;
                self.beside(below, key);
            }
            ([catalog, _, name], Some(bits)) if self.name_space_catalog.is(catalog) => {
                self.name_space(bits, below, name, key);
            }
            ([applications, name], _) if applications.eq_ignore_ascii_case("AppId_Catalog") => {
                self.application(below, name, key);
            }
            _ => self.beside(below, key),
        }
    }

    /// Reads the values of `Parameters` itself; all of them are also kept unchanged.
    fn parameters(&mut self, below: &str, key: Key<'_>) {
        for value in &key.values {
            if value.name.eq_ignore_ascii_case("WinSock_Registry_Version") {
                self.store.parameters = Some(key.at);
            }
            let known = KnownLoadPoint::by_name(&value.name);
            let path = value.data.text();
            self.store.load_points.extend(known.map(|known| LoadPoint { known, path, at: value.at }));
        }
        self.beside(below, key);
    }

    /// Keeps the values of a key unchanged.
    fn beside(&mut self, below: &str, key: Key<'_>) {
        let values = Values::new(key.values, self.faults);
        self.store.beside.extend(values.beside(below));
    }

    fn protocol_catalog(&mut self, below: &str, key: Key<'_>) {
        self.store.protocol_catalog = Some(Stated::new(key.path.to_owned(), key.at));
        let mut values = Values::new(key.values, self.faults);
        for bits in Bitness::ALL {
            if let Some(count) = values.dword(count_name(bits), self.faults) {
                let at = count.at;
                self.set(bits, at).count = Some(count);
            }
        }
        self.store.next_catalog_entry_id = values.dword("Next_Catalog_Entry_ID", self.faults);
        self.store.serial_access_number = values.dword("Serial_Access_Num", self.faults);
        self.store.beside.extend(values.beside(below));
    }

    /// Returns the set of this bitness, and creates it if there is none yet.
    fn set(&mut self, bits: Bitness, at: Span) -> &mut Set {
        let sets = &mut self.store.sets;
        let found = sets.iter().position(|set| set.bits == Some(bits));
        let place = found.unwrap_or_else(|| {
            sets.push(Set::new(Some(bits), at));
            sets.len() - 1
        });
        &mut sets[place]
    }

    fn item(&mut self, bits: Bitness, below: &str, name: &str, key: Key<'_>) {
        let stated = Stated::new(name.to_owned(), key.at);
        let mut values = Values::new(key.values, self.faults);
        let read = match values.take("PackedCatalogItem") {
            Some(value) => item(self.text, value, key.at).map_err(|fault| (fault, value.data.bytes.clone(), value.at)),
            None => {
                let missing = format!("the item of key `{name}`: there is no value `PackedCatalogItem`");
                Err((WinsockFault::Gap { missing }, Vec::new(), key.at))
            }
        };
        match read {
            Ok(mut item) => {
                item.number = self.number(name, key.at);
                item.key = Some(stated);
                item.written = key.written.map(str::to_owned);
                item.repeated_name = values.text("ProtocolName", self.faults);
                item.beside = values.beside(below);
                self.set(bits, key.at).items.push(item);
            }
            Err((fault, bytes, at)) => {
                self.faults.push(fault.at(at));
                self.set(bits, key.at).malformed.push(MalformedItem::new(stated, bytes, key.at));
            }
        }
    }

    /// Returns the number in the name of an item's key.
    fn number(&mut self, name: &str, at: Span) -> Option<u64> {
        let number = name.bytes().all(|digit| digit.is_ascii_digit()).then(|| name.parse().ok()).flatten();
        if number.is_none() {
            let reason = format!("the key `{name}` is no number, and items have the keys `000000000001` and so on");
            self.faults.push(WinsockFault::MalformedItem { reason }.at(at));
        }
        number
    }

    fn name_space_catalog(&mut self, below: &str, key: Key<'_>) {
        self.store.name_space_catalog = Some(Stated::new(key.path.to_owned(), key.at));
        let mut values = Values::new(key.values, self.faults);
        for bits in Bitness::ALL {
            if let Some(count) = values.dword(count_name(bits), self.faults) {
                let at = count.at;
                self.name_space_set(bits, at).count = Some(count);
            }
        }
        self.store.beside.extend(values.beside(below));
    }

    fn name_space_set(&mut self, bits: Bitness, at: Span) -> &mut NameSpaceSet {
        let sets = &mut self.store.name_spaces;
        let found = sets.iter().position(|set| set.bits == Some(bits));
        let place = found.unwrap_or_else(|| {
            sets.push(NameSpaceSet { bits: Some(bits), at, count: None, providers: Vec::new() });
            sets.len() - 1
        });
        &mut sets[place]
    }

    fn name_space(&mut self, bits: Bitness, below: &str, name: &str, key: Key<'_>) {
        let faults = &mut *self.faults;
        let mut values = Values::new(key.values, faults);
        let provider = NameSpaceProvider {
            key: Some(Stated::new(name.to_owned(), key.at)),
            name: values.text("DisplayString", faults).map(|stated| stated.value).unwrap_or_default(),
            path: values.text("LibraryPath", faults).map(|stated| stated.value),
            provider_id: values.guid("ProviderId", faults),
            name_space: values.dword("SupportedNameSpace", faults).map(|stated| stated.value),
            enabled: values.flag("Enabled", faults),
            version: values.dword("Version", faults).map(|stated| stated.value),
            stores_service_class_info: values.flag("StoresServiceClassInfo", faults),
            written: key.written.map(str::to_owned),
            beside: values.beside(below),
            at: key.at,
        };
        self.name_space_set(bits, key.at).providers.push(provider);
    }

    fn application(&mut self, below: &str, name: &str, key: Key<'_>) {
        let faults = &mut *self.faults;
        let mut values = Values::new(key.values, faults);
        let categories = values.dword("PermittedLspCategories", faults);
        self.store.applications.push(ApplicationCategories {
            key: Stated::new(name.to_owned(), key.at),
            path: values.text("AppFullPath", faults),
            arguments: values.text("AppArgs", faults),
            categories: categories.map(|stated| Stated::new(Categories::from_bits_retain(stated.value), stated.at)),
            written: key.written.map(str::to_owned),
            beside: values.beside(below),
        });
    }

    /// Sorts everything in the order of the catalog, which is that of the numbers of the keys.
    fn finish(mut self) -> Store {
        for (what, named) in
            [("protocol catalog", &self.protocol_catalog), ("name-space catalog", &self.name_space_catalog)]
        {
            if let (Some(other), Some(at)) = (&named.other, named.at) {
                let (name, suggestion) = (named.name.clone(), Some(other.clone()));
                self.faults.push(Fault::new(FaultKind::DanglingReference { what, name, suggestion }, at));
            }
        }
        let stated = |named: Named| Some(Stated::new(named.name, named.at?));
        self.store.named_protocol_catalog = stated(self.protocol_catalog);
        self.store.named_name_space_catalog = stated(self.name_space_catalog);
        // The order of the sets may differ, because a count comes before the keys of both sets, and may be that of the second one
        // alone.
        self.store.sets.sort_by_key(|set| set.bits);
        self.store.name_spaces.sort_by_key(|set| set.bits);
        for set in &mut self.store.sets {
            // An item whose key is not a number is a fault, and is sorted last.
            set.items.sort_by_key(|item| item.number.unwrap_or(u64::MAX));
            set.malformed.sort_by_key(|item| item.number.unwrap_or(u64::MAX));
        }
        for set in &mut self.store.name_spaces {
            let number = |provider: &NameSpaceProvider| provider.key.as_ref().and_then(|key| key.value.parse().ok());
            set.providers.sort_by_key(|provider| number(provider).unwrap_or(u64::MAX));
        }
        self.store
    }
}

/// Returns the remarks on the transaction logs of a hive, which are comments before the first key of its rendered text.
fn remarks(file: FileId, text: &str) -> Vec<Stated<String>> {
    let mut remarks = Vec::new();
    let mut start = 0;
    for line in text.split_inclusive('\n') {
        let at = start;
        start += line.len();
        let line = line.trim_end();
        match line.strip_prefix("; ") {
            _ if line.starts_with('[') || line.starts_with(super::LAST_WRITTEN) => break,
            Some(remark) if OF_LOGS.iter().any(|begin| remark.starts_with(begin)) => {
                remarks.push(Stated::new(remark.to_owned(), Span::new(file, at..at + line.len())))
            }
            _ => {}
        }
    }
    remarks
}

/// Returns the bitness of the set of a key of entries.
fn bits(entries: &str) -> Option<Bitness> {
    match () {
        () if entries.eq_ignore_ascii_case("Catalog_Entries") => Some(Bitness::Bits32),
        () if entries.eq_ignore_ascii_case("Catalog_Entries64") => Some(Bitness::Bits64),
        () => None,
    }
}

/// Returns the name of the value that counts the entries of a set.
pub(super) const fn count_name(bits: Bitness) -> &'static str {
    match bits {
        Bitness::Bits32 => "Num_Catalog_Entries",
        Bitness::Bits64 => "Num_Catalog_Entries64",
    }
}

/// Parses the item in a value.
fn item(text: &str, value: &Value<'_>, at: Span) -> Result<Item, WinsockFault> {
    let data = &value.data;
    if data.kind != super::kinds::BINARY {
        let reason = format!("`PackedCatalogItem` as {} where REG_BINARY is expected", super::kinds::name(data.kind));
        return Err(WinsockFault::MalformedItem { reason });
    }
    if packed::is_blank(&data.bytes) {
        return Err(WinsockFault::MalformedItem { reason: packed::BLANK.to_owned() });
    }
    let packed = PackedItem::from_bytes(&data.bytes)?;
    let mut item = Item::new(packed.info()?, at);
    item.packed = Some(packed);
    item.places = Places::Bytes { whole: value.at, digits: data::digits(text, value.data_start) };
    Ok(item)
}
