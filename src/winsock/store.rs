//! One Winsock catalog as a source reports it, every fact with its place: what all readers make, and all else starts from.

use super::info::{ItemKind, ProtocolInfo};
use super::load_points::KnownLoadPoint;
use super::packed::{Field, PackedItem};
use crate::catalog::{Bitness, Span};
use crate::terms::Categories;
use indexmap::IndexMap;
use std::sync::Arc;
use uuid::Uuid;

/// In what form a catalog was found.
#[derive(Copy, Clone, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum SourceForm {
    /// A registry export, as regedit and `reg export` write it.
    Reg,
    /// A SYSTEM hive. Its text is that of an export.
    Hive,
    /// What `netsh winsock show catalog` prints.
    Netsh,
    /// What `instlsp -p` prints: ids and names in order, and no more.
    Instlsp,
    /// Packed items one after the other.
    Packed,
}

impl SourceForm {
    /// All forms.
    pub const ALL: [SourceForm; 5] =
        [SourceForm::Reg, SourceForm::Hive, SourceForm::Netsh, SourceForm::Instlsp, SourceForm::Packed];

    /// Returns the form of this name.
    pub fn from_name(name: &str) -> Option<Self> {
        SourceForm::ALL.into_iter().find(|form| form.name() == name)
    }

    /// `reg`, `hive`, `netsh`, `instlsp` or `packed`.
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

/// A value and where the source states it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Stated<T> {
    /// The value.
    pub value: T,
    /// Where.
    pub at: Span,
}

impl<T> Stated<T> {
    /// Creates a value stated here.
    pub const fn new(value: T, at: Span) -> Self {
        Stated { value, at }
    }
}

/// A Winsock catalog as a source reports it, sound or not.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Store {
    /// The form of the source.
    pub form: SourceForm,
    /// The key `...\Services\WinSock2\Parameters`, as the source names it.
    pub root: Option<Stated<String>>,
    /// The key `Parameters` itself, where the source states `WinSock_Registry_Version`, which every Windows has there: then the
    /// source is no part of what Windows keeps of Winsock, but all of it.
    pub parameters: Option<Span>,
    /// `Current_Protocol_Catalog`, the name of the protocol catalog.
    pub named_protocol_catalog: Option<Stated<String>>,
    /// `Current_NameSpace_Catalog`, the name of the catalog of name-space providers.
    pub named_name_space_catalog: Option<Stated<String>>,
    /// The key of the protocol catalog itself, `Protocol_Catalog9`.
    pub protocol_catalog: Option<Stated<String>>,
    /// The key of the catalog of name-space providers, `NameSpace_Catalog5`.
    pub name_space_catalog: Option<Stated<String>>,
    /// Values of `Parameters` that name libraries.
    pub load_points: Vec<LoadPoint>,
    /// What of the transaction logs of a hive was not applied: of what is stated, some may be out of date.
    pub unapplied: Vec<Stated<String>>,
    /// At most two, in the order of the source; the entries that Windows shows to 32-bit and to 64-bit programs.
    pub sets: Vec<Set>,
    /// `Next_Catalog_Entry_ID`, which serves both sets.
    pub next_catalog_entry_id: Option<Stated<u32>>,
    /// `Serial_Access_Num`, which each change raises.
    pub serial_access_number: Option<Stated<u32>>,
    /// The name-space providers (`NameSpace_Catalog5`), which resolve names and open no sockets.
    pub name_spaces: Vec<NameSpaceSet>,
    /// Which layers applications permit (`AppId_Catalog`).
    pub applications: Vec<ApplicationCategories>,
    /// What the source states of items that it does not state whole.
    pub fragments: Vec<Fragment>,
    /// Values and keys of the export that are none of the above, kept for writing it again: `(key, lines)` in order.
    pub beside: Vec<Beside>,
}

/// A registry value that has no meaning for transport, kept as it is written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Beside {
    /// The key, below `Parameters`; empty for `Parameters` itself. Values of one key share it.
    pub key: Arc<str>,
    /// The name of the value.
    pub name: String,
    /// The registry's type number: 1 `REG_SZ`, 2 `REG_EXPAND_SZ`, 3 `REG_BINARY`, 4 `REG_DWORD`, ...
    pub kind: u32,
    /// The data, texts in UTF-16LE with their zero.
    pub data: Vec<u8>,
}

/// The entries of one bitness.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Set {
    /// Which programs see it; nothing where the source does not state.
    pub bits: Option<Bitness>,
    /// The key, or where its entries begin.
    pub at: Span,
    /// `Num_Catalog_Entries` or `Num_Catalog_Entries64`.
    pub count: Option<Stated<u32>>,
    /// In catalog order, which is the order of the keys' numbers.
    pub items: Vec<Item>,
    /// Keys among those of the items whose `PackedCatalogItem` Windows cannot read, in the same order.
    pub malformed: Vec<MalformedItem>,
}

/// A key of a set whose value is no item: of another size, with a text that nothing ends, or not there at all.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct MalformedItem {
    /// The name of its key.
    pub key: Stated<String>,
    /// The number that this name is; nothing also where it is none.
    pub number: Option<u64>,
    /// The bytes of the value as they are; none where there is no value.
    pub data: Vec<u8>,
    /// Where it begins.
    pub at: Span,
}

/// One entry of a set.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Item {
    /// The name of its key, as in `000000000001`; nothing where there are no keys.
    pub key: Option<Stated<String>>,
    /// The number that this name is; nothing also where it is none.
    pub number: Option<u64>,
    /// What it says.
    pub info: ProtocolInfo,
    /// Its bytes, where the source has them.
    pub packed: Option<PackedItem>,
    /// The value `ProtocolName` beside them, which repeats the name.
    pub repeated_name: Option<Stated<String>>,
    /// When its key was last written, in UTC as RFC 3339; hives record it.
    pub written: Option<String>,
    /// Values beside them that have no meaning for transport.
    pub beside: Vec<Beside>,
    /// Where it begins: its key, or the first line of its block.
    pub at: Span,
    /// Where its fields stand.
    pub places: Places,
}

/// Where the fields of an item stand.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub enum Places {
    /// Each on a line of its own.
    Lines(IndexMap<Field, Span>),
    /// In a value of bytes: the whole, and the offset in the document at which each byte is written.
    Bytes {
        /// The value, from its name on.
        whole: Span,
        /// For each byte of the item the offset of its two digits.
        digits: Box<[u32]>,
    },
    /// Nowhere in particular.
    Item,
}

impl Item {
    /// Returns where a field stands; of one that the source does not state, where the item begins.
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

    /// Returns where one id of its chain stands, counted from the top; of one on a line with others, the line.
    pub(crate) fn chain_entry_at(&self, position: usize) -> Span {
        let all = self.field_at(Field::ChainEntries);
        let Places::Bytes { digits, .. } = &self.places else { return all };
        let start = Field::ChainEntries.range().start + 4 * position;
        match (digits.get(start), digits.get(start + 3)) {
            (Some(&start), Some(&end)) => Span { file: all.file, start, end: end + 2 },
            _ => all,
        }
    }

    /// Returns what it is.
    pub const fn kind(&self) -> ItemKind {
        self.info.kind()
    }

    /// Returns its id.
    pub const fn id(&self) -> u32 {
        self.info.catalog_entry_id
    }
}

/// An item of which the source states a part: a block of netsh's that is cut off, a line of `instlsp -p`.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Fragment {
    /// Where it begins.
    pub at: Span,
    /// The fields that are stated, as they are written.
    pub facts: IndexMap<Field, Stated<String>>,
    /// Which programs see it, where that is stated.
    pub bits: Option<Bitness>,
}

/// The name-space providers of one bitness.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct NameSpaceSet {
    /// Which programs see them; nothing where the source does not state.
    pub bits: Option<Bitness>,
    /// The key, or where its providers begin.
    pub at: Span,
    /// `Num_Catalog_Entries` or `Num_Catalog_Entries64`.
    pub count: Option<Stated<u32>>,
    /// In catalog order.
    pub providers: Vec<NameSpaceProvider>,
}

/// One provider that resolves names.
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
    /// When its key was last written, in UTC as RFC 3339; hives record it.
    pub written: Option<String>,
    /// Values that are none of these, `ProviderInfo` among them.
    pub beside: Vec<Beside>,
    /// Where it begins.
    pub at: Span,
}

/// A value of `Parameters` that names a library which Windows loads into programs that use sockets.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct LoadPoint {
    /// Which it is.
    pub known: &'static KnownLoadPoint,
    /// The path that it names; nothing where the value is no text.
    pub path: Option<String>,
    /// The value.
    pub at: Span,
}

/// Which layers an application permits.
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
    /// When its key was last written, in UTC as RFC 3339; hives record it.
    pub written: Option<String>,
    /// Values that are none of these.
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

    /// Returns the set that programs of a bitness see: the one that says so, else the only one.
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
    /// Creates a key with this value, which is no item.
    pub fn new(key: Stated<String>, data: Vec<u8>, at: Span) -> Self {
        let number = key.value.parse().ok();
        MalformedItem { key, number, data, at }
    }
}

impl Item {
    /// Creates an item that says this, with no key and no bytes, whose fields stand nowhere in particular.
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
