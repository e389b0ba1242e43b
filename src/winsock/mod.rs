//! Winsock catalogs: what Windows keeps of its transport protocols, read, judged, mended and written, on any system.
//!
//! | file | what |
//! |---|---|
//! | `info`, `packed` | one item: its fields by name, and its 888 bytes |
//! | `store` | a whole catalog as a source tells it, every fact with its place |
//! | `wsa` | what Windows' own functions would answer, and install |
//! | `report` | evidence for an incident: what is standard, what changed, what was added |
//! | `form` | which source this is, by its content; its text, and what the text tells |
//! | `document` | a Winsock catalog as a document of sockatlas' own |
//! | `keys`, `chains` | what entries and items both say, and how chains name their members |
//! | `export` | a catalog of sockatlas as Windows keeps it |
//! | `import` | a whole catalog as a registry, or as much of it as can stand |
//! | `standard` | the items that Windows and its usual companions install |
//! | `reg` | registry exports, in and out |
//! | `hive`, `dump` | SYSTEM hives, and packed items one after the other: both are rendered as exports |
//! | `netsh`, `instlsp` | what these two programs print |
//! | `fault`, `rules` | what refuses loading one; what is wrong with one that is read |
//! | `repair` | the smallest changes that make a broken one sound |
//!
//! Depends on `load` and what lies below it, and on `report`.

mod chains;
mod document;
mod dump;
mod export;
mod fault;
mod form;
#[cfg(feature = "hive")]
mod hive;
mod import;
pub mod info;
mod instlsp;
mod keys;
mod netsh;
mod packed;
pub mod reg;
pub mod repair;
pub mod report;
pub(crate) mod rules;
mod standard;
mod store;
pub mod wsa;

pub use crate::catalog::{Bitness, PACKED_ITEM_BYTES};
#[cfg(feature = "cli")]
pub(crate) use document::{BEGINNING, most_bytes};
pub use export::{Export, PROVIDER_NAMESPACE, Reason, Remark, export};
pub(crate) use form::parse;
#[cfg(feature = "cli")]
pub(crate) use form::recognised;
pub use form::{Options, Reading, read};
pub use import::{ImportOptions, Imported, LeftOut, import};
pub use info::{Further, ItemKind, ProtocolChain, ProtocolInfo};
pub use packed::{Field, PackedItem, PackedItemError};
pub use standard::{StandardItem, StandardProvider};
pub use store::{
    ApplicationCategories, Beside, Fragment, Item, MalformedItem, NameSpaceProvider, NameSpaceSet, Places, Set,
    SourceForm, Store, Told,
};
