//! Winsock catalogs, the registry data in which Windows keeps its transport protocols: reading, checking, repairing and writing
//! them on any system.
//!
//! | file | what |
//! |---|---|
//! | `info`, `packed` | one item: its fields by name, and its 888 bytes |
//! | `store` | a whole catalog as a source states it, with the place of every fact |
//! | `form` | recognises the form of a source by its content, decodes its text and parses it |
//! | `reg` | reads and writes registry exports |
//! | `hive`, `dump` | render SYSTEM hives and sequences of packed items as registry exports |
//! | `netsh`, `instlsp` | read the output of these two programs |
//! | `standard` | the items that Windows and its usual companions install |
//! | `name_spaces` | the name-space providers that Windows installs |
//! | `load_points` | values beside the catalogs that name libraries |
//! | `windows_path`, `mounted` | resolve the path of a library, and find its file below a mounted Windows |
//! | `fault`, `rules` | the faults that prevent loading a catalog; the lints for a catalog that was read |
//! | `keys` | the facts that entries and items share |
//! | `set_index`, `chains` | the items of a set by id, and how chains name their members |
//! | `document` | converts a Winsock catalog into a document of sockatlas |
//! | `import` | converts a Winsock catalog into a registry, in full or as far as it is sound |
//! | `export` | converts a catalog of sockatlas into a Winsock catalog |
//! | `repair` | plans the smallest changes that make a broken catalog sound |
//! | `report` | evidence for an incident: standard, changed and added items |
//! | `wsa` | computes what Windows' own functions would answer and install |
//!
//! This module depends on `load` and the modules below it, and on `report`.
//!
//! [`read`] turns a source into a [`Store`], sound or not. A [`Loader`](crate::Loader) on which
//! [`winsock`](crate::Loader::winsock) was called recognises such files by their content, whatever their names, and loads them
//! like documents of sockatlas. The checker does so too:
//!
//! ```
//! use sockatlas::Loader;
//! use sockatlas::check::{Settings, check};
//! use sockatlas::winsock::repair::{self, RepairOptions};
//! use sockatlas::winsock::{self, Options};
//!
//! let path = "tests/winsock/samples/windows-10-1709.reg";
//! let bytes = std::fs::read(path)?;
//! let reading = winsock::read(path, &bytes, None, &Options::default()).ok_or("no Winsock catalog")??;
//! for item in reading.store.items() {
//!     println!("{} {}: {}", item.id(), item.info.name, item.info.path);
//! }
//! assert_eq!(reading.store.items().count(), 32);
//!
//! // What is wrong with it, and what would mend it?
//! let loader = Loader::new().winsock(Options::default()).path(path);
//! let judged = check(&loader, &Settings::default());
//! for finding in &judged.findings {
//!     println!("{}: {}: {}", judged.sources.locate(finding.at), finding.severity, finding.message);
//! }
//! assert!(judged.findings.iter().all(|finding| finding.code.starts_with("winsock-")));
//! assert!(repair::plan(&reading.store, &RepairOptions::default())?.steps.is_empty());
//!
//! // Which entry gets TCP?
//! let registry = loader.load()?;
//! let request = registry.request("inet", "stream", Some("tcp"))?;
//! assert_eq!(registry.resolve(&request)?.name(), "tcp4");
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

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
mod load_points;
mod mounted;
mod name_spaces;
mod netsh;
mod packed;
pub mod reg;
pub mod repair;
pub mod report;
pub(crate) mod rules;
mod set_index;
mod standard;
mod store;
mod windows_path;
pub mod wsa;

pub use crate::catalog::{Bitness, PACKED_ITEM_BYTES};
pub use document::{BEGINNING, most_bytes};
pub use export::{Export, PROVIDER_NAMESPACE, Reason, Remark, export};
pub use form::recognised;
pub use form::{Options, Reading, read};
pub use import::{ImportOptions, Imported, LeftOut, import};
pub use info::{Further, ItemKind, ProtocolChain, ProtocolInfo};
pub use load_points::{KnownLoadPoint, LOAD_POINTS};
pub use packed::{Field, PackedItem, PackedItemError};
pub use standard::{StandardItem, StandardProvider};
pub use store::{
    ApplicationCategories, Beside, Fragment, Item, LoadPoint, MalformedItem, NameSpaceProvider, NameSpaceSet, Places,
    Set, SourceForm, Stated, Store,
};
