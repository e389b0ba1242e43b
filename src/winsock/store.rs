//! One Winsock catalog as a source states it, with the place of every fact: all readers make one, and all other modules start
//! from it.

use super::info::{ItemKind, ProtocolInfo};
use super::load_points::KnownLoadPoint;
use super::packed::{Field, PackedItem};
use crate::catalog::{Bitness, Span};
use crate::terms::Categories;
use indexmap::IndexMap;
use std::sync::Arc;
use uuid::Uuid;

/// The form of the source in which a catalog was found.
#[derive(Copy, Clone, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum SourceForm {
    /// A registry export, as regedit and `reg export` write it.
    Reg,
    /// A SYSTEM hive, whose text is the export rendered from it.
    Hive,
    /// The output of `netsh winsock show catalog`.
    Netsh,
    /// The output of `instlsp -p`: ids and names in catalog order, and no other facts.
    Instlsp,
    /// A sequence of packed items.
    Packed,
}

impl SourceForm {
    /// All forms.
    pub const ALL: [SourceForm; 5] =
        [SourceForm::Reg, SourceForm::Hive, SourceForm::Netsh, SourceForm::Instlsp, SourceForm::Packed];

    /// Returns the form with this name, or `None` if no form has it.
    pub fn from_name(name: &str) -> Option<Self> {
        SourceForm::ALL.into_iter().find(|form| form.name() == name)
    }

    /// Returns the name: `reg`, `hive`, `netsh`, `instlsp` or `packed`.
    pub const fn name(self) -> &'static str {
        match self {
            SourceForm::Reg => "reg",
            SourceForm::Hive => "hive",
            SourceForm::Netsh => "netsh",
            SourceForm::Instlsp => "instlsp",
            SourceForm::Packed => "packed",
        }
    }
}

/// A value and the place where the source states it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Stated<T> {
    /// The value.
    pub value: T,
    /// The place of the value.
    pub at: Span,
}

impl<T> Stated<T> {
    /// Creates a value that is stated at this place.
    pub const fn new(value: T, at: Span) -> Self {
        Stated { value, at }
    }
}

/// A Winsock catalog as a source states it, sound or not.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Store {
    /// The form of the source.
    pub form: SourceForm,
    /// The key `...\Services\WinSock2\Parameters`, as the source names it.
    pub root: Option<Stated<String>>,
    /// The place of the key `Parameters` if the source states `WinSock_Registry_Version` there, as every Windows does. Such a
    /// source holds all that Windows keeps of Winsock, and not a part of it.
    pub parameters: Option<Span>,
    /// `Current_Protocol_Catalog`, the name of the protocol catalog.
    pub named_protocol_catalog: Option<Stated<String>>,
    /// `Current_NameSpace_Catalog`, the name of the catalog of name-space providers.
    pub named_name_space_catalog: Option<Stated<String>>,
    /// The key of the protocol catalog itself, `Protocol_Catalog9`.
    pub protocol_catalog: Option<Stated<String>>,
    /// The key of the catalog of name-space providers, `NameSpace_Catalog5`.
    pub name_space_catalog: Option<Stated<String>>,
    /// The values of `Parameters` that name libraries.
    pub load_points: Vec<LoadPoint>,
    /// Remarks on transaction logs of a hive that were not applied: some of the stated facts may be out of date.
    pub unapplied: Vec<Stated<String>>,
    /// The sets of entries that Windows shows to 32-bit and to 64-bit programs: at most two, in the order of the source.
    pub sets: Vec<Set>,
    /// `Next_Catalog_Entry_ID`, which both sets share.
    pub next_catalog_entry_id: Option<Stated<u32>>,
    /// `Serial_Access_Num`, which each change increases.
    pub serial_access_number: Option<Stated<u32>>,
    /// The name-space providers (`NameSpace_Catalog5`), which resolve names and do not open sockets.
    pub name_spaces: Vec<NameSpaceSet>,
    /// The layers that applications permit (`AppId_Catalog`).
    pub applications: Vec<ApplicationCategories>,
    /// The facts of items that the source states only in part.
    pub fragments: Vec<Fragment>,
    /// Other values and keys of the export, kept in the order of the source so that they can be written again.
    pub beside: Vec<Beside>,
}

/// A registry value that has no meaning for transport and is kept as it was read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Beside {
    /// The key below `Parameters`; empty for `Parameters` itself. Values of one key share it.
    pub key: Arc<str>,
    /// The name of the value.
    pub name: String,
    /// The registry's type number: 1 `REG_SZ`, 2 `REG_EXPAND_SZ`, 3 `REG_BINARY`, 4 `REG_DWORD`, ...
    pub kind: u32,
    /// The data; texts are in UTF-16LE and include their terminating zero.
    pub data: Vec<u8>,
}

/// The entries of one bitness.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Set {
    /// The programs that see the set; `None` if the source does not state it.
    pub bits: Option<Bitness>,
    /// The place of the key, or of the first entry.
    pub at: Span,
    /// `Num_Catalog_Entries` or `Num_Catalog_Entries64`.
    pub count: Option<Stated<u32>>,
    /// The items in catalog order, which is the order of the keys' numbers.
    pub items: Vec<Item>,
    /// The keys whose `PackedCatalogItem` Windows cannot read, in the same order.
    pub malformed: Vec<MalformedItem>,
}

/// A key of a set whose `PackedCatalogItem` is not an item: it has another size, holds an unterminated text, or is missing.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct MalformedItem {
    /// The name of its key.
    pub key: Stated<String>,
    /// The number that the key's name states; `None` if the name is not a number.
    pub number: Option<u64>,
    /// The bytes of the value as they were read; empty if there is no value.
    pub data: Vec<u8>,
    /// The place at which the key begins.
    pub at: Span,
}

/// One entry of a set.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Item {
    /// The name of its key, as in `000000000001`; `None` if the source has no keys.
    pub key: Option<Stated<String>>,
    /// The number that the key's name states; `None` if there is no key or its name is not a number.
    pub number: Option<u64>,
    /// The facts that the item states.
    pub info: ProtocolInfo,
    /// The 888 bytes of the item, if the source holds them.
    pub packed: Option<PackedItem>,
    /// The value `ProtocolName` beside `PackedCatalogItem`, which repeats the name.
    pub repeated_name: Option<Stated<String>>,
    /// The time at which its key was last written, in UTC as RFC 3339. Only hives record it.
    pub written: Option<String>,
    /// Other values of the key, which have no meaning for transport.
    pub beside: Vec<Beside>,
    /// The place at which the item begins: its key, or the first line of its block.
    pub at: Span,
    /// The places of its fields.
    pub places: Places,
}

/// The places of the fields of an item.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub enum Places {
    /// Each field has a line of its own.
    Lines(IndexMap<Field, Span>),
    /// The fields are in a value of bytes.
    Bytes {
        /// The value, from its name onwards.
        whole: Span,
        /// For each byte of the item, the offset of its two digits in the document.
        digits: Box<[u32]>,
    },
    /// The places of the single fields are not known.
    Item,
}

impl Item {
    /// Returns the place of a field, or where the item begins if the source does not state the field.
    pub fn field_at(&self, field: Field) -> Span {
        match &self.places {
            Places::Lines(lines) => lines.get(&field).copied().unwrap_or(self.at),
            Places::Bytes { whole, digits } => {
                let range = field.range();
                match (digits.get(range.start), digits.get(range.end - 1)) {
                    (Some(&start), Some(&end)) => Span { file: whole.file, start, end: end + 2 },
                    _ => *whole,
                }
            }
            Places::Item => self.at,
        }
    }

    /// Returns the place of one id of the chain, counted from the top and starting at 0. If several ids share a line, this is the
    /// line.
    pub(crate) fn chain_entry_at(&self, position: usize) -> Span {
        let all = self.field_at(Field::ChainEntries);
        let Places::Bytes { digits, .. } = &self.places else { return all };
        let start = Field::ChainEntries.range().start + 4 * position;
        match (digits.get(start), digits.get(start + 3)) {
            (Some(&start), Some(&end)) => Span { file: all.file, start, end: end + 2 },
            _ => all,
        }
    }

    /// Returns the kind of the item.
    pub const fn kind(&self) -> ItemKind {
        self.info.kind()
    }

    /// Returns the catalog entry id.
    pub const fn id(&self) -> u32 {
        self.info.catalog_entry_id
    }
}

/// An item that the source states only in part: a truncated block of netsh, or a line of `instlsp -p`.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Fragment {
    /// The place at which the fragment begins.
    pub at: Span,
    /// The fields that the source states, with their values as written.
    pub facts: IndexMap<Field, Stated<String>>,
    /// The programs that see the entry, if the source states it.
    pub bits: Option<Bitness>,
}

/// The name-space providers of one bitness.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct NameSpaceSet {
    /// The programs that see the providers; `None` if the source does not state it.
    pub bits: Option<Bitness>,
    /// The place of the key, or of the first provider.
    pub at: Span,
    /// `Num_Catalog_Entries` or `Num_Catalog_Entries64`.
    pub count: Option<Stated<u32>>,
    /// The providers in catalog order.
    pub providers: Vec<NameSpaceProvider>,
}

/// One name-space provider, which resolves names.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct NameSpaceProvider {
    /// The name of its key.
    pub key: Option<Stated<String>>,
    /// `DisplayString`; often an indirect string.
    pub name: String,
    /// `LibraryPath`; netsh does not print it.
    pub path: Option<String>,
    /// `ProviderId`.
    pub provider_id: Option<Uuid>,
    /// `SupportedNameSpace`: 12 DNS, 15 NLA, 16 Bluetooth, 32 NTDS, 37 e-mail, 38 and 39 PNRP.
    pub name_space: Option<u32>,
    /// `Enabled`.
    pub enabled: Option<bool>,
    /// `Version`.
    pub version: Option<u32>,
    /// `StoresServiceClassInfo`.
    pub stores_service_class_info: Option<bool>,
    /// The time at which its key was last written, in UTC as RFC 3339. Only hives record it.
    pub written: Option<String>,
    /// Values other than these, `ProviderInfo` among them.
    pub beside: Vec<Beside>,
    /// The place at which the provider begins.
    pub at: Span,
}

/// A value of `Parameters` that names a library which Windows loads into programs that use sockets.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct LoadPoint {
    /// The known load point that the value is.
    pub known: &'static KnownLoadPoint,
    /// The path that the value names; `None` if the value is not a text.
    pub path: Option<String>,
    /// The place of the value.
    pub at: Span,
}

/// The categories of layers that an application permits.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct ApplicationCategories {
    /// The name of its key, as in `2C69D9F1`.
    pub key: Stated<String>,
    /// `AppFullPath`.
    pub path: Option<Stated<String>>,
    /// `AppArgs`.
    pub arguments: Option<Stated<String>>,
    /// `PermittedLspCategories`.
    pub categories: Option<Stated<Categories>>,
    /// The time at which its key was last written, in UTC as RFC 3339. Only hives record it.
    pub written: Option<String>,
    /// Values other than these.
    pub beside: Vec<Beside>,
}

impl Store {
    /// Creates a catalog without entries.
    pub fn new(form: SourceForm) -> Self {
        Store {
            form,
            root: None,
            parameters: None,
            named_protocol_catalog: None,
            named_name_space_catalog: None,
            protocol_catalog: None,
            name_space_catalog: None,
            load_points: Vec::new(),
            unapplied: Vec::new(),
            sets: Vec::new(),
            next_catalog_entry_id: None,
            serial_access_number: None,
            name_spaces: Vec::new(),
            applications: Vec::new(),
            fragments: Vec::new(),
            beside: Vec::new(),
        }
    }

    /// Returns the set that programs of this bitness see: the set that states it, else the set that states no bitness.
    pub fn set(&self, bits: Bitness) -> Option<&Set> {
        let said = self.sets.iter().find(|set| set.bits == Some(bits));
        said.or_else(|| self.sets.iter().find(|set| set.bits.is_none()))
    }

    /// Returns all items of all sets.
    pub fn items(&self) -> impl Iterator<Item = &Item> {
        self.sets.iter().flat_map(|set| &set.items)
    }
}

impl Set {
    /// Creates an empty set.
    pub fn new(bits: Option<Bitness>, at: Span) -> Self {
        Set { bits, at, count: None, items: Vec::new(), malformed: Vec::new() }
    }

    /// Returns the first item with this id.
    pub fn by_id(&self, id: u32) -> Option<&Item> {
        self.items.iter().find(|item| item.id() == id)
    }
}

impl MalformedItem {
    /// Creates a malformed item: a key whose value is not an item.
    pub fn new(key: Stated<String>, data: Vec<u8>, at: Span) -> Self {
        let number = key.value.parse().ok();
        MalformedItem { key, number, data, at }
    }
}

impl Item {
    /// Creates an item with these facts, without a key, bytes or places of single fields.
    pub fn new(info: ProtocolInfo, at: Span) -> Self {
        Item {
            key: None,
            number: None,
            info,
            packed: None,
            repeated_name: None,
            written: None,
            beside: Vec::new(),
            at,
            places: Places::Item,
        }
    }
}
