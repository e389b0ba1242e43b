//! Winsock catalogs: what Windows keeps of its transport protocols, read, judged, mended and written, on any system.
//!
//! | file | what |
//! |---|---|
//! | `info`, `packed` | one item: its fields by name, and its 888 bytes |
//! | `store` | a whole catalog as a source reports it, every fact with its place |
//! | `form` | which source a document is, by its content; its text, and what the text states |
//! | `reg` | registry exports, in and out |
//! | `hive`, `dump` | SYSTEM hives, and packed items one after the other: both are rendered as exports |
//! | `netsh`, `instlsp` | what these two programs print |
//! | `standard` | the items that Windows and its usual companions install |
//! | `name_spaces` | the name-space providers that Windows installs |
//! | `load_points` | values beside the catalogs that name libraries |
//! | `windows_path`, `mounted` | where the path of a library leads; the file itself, below a mounted Windows |
//! | `fault`, `rules` | what refuses loading a catalog; what is wrong with one that is read |
//! | `keys`, `chains` | what entries and items both say, and how chains name their members |
//! | `document` | a Winsock catalog as a document of sockatlas' own |
//! | `import` | a whole catalog as a registry, or as much of it as can stand |
//! | `export` | a catalog of sockatlas as Windows keeps it |
//! | `repair` | the smallest changes that make a broken one sound |
//! | `report` | evidence for an incident: what is standard, what changed, what was added |
//! | `wsa` | what Windows' own functions would answer, and install |
//!
//! Depends on `load` and what lies below it, and on `report`.
//!
//! A source is [`read`] into a [`Store`], sound or not; a [`Loader`](crate::Loader) that is configured to takes such files as it takes
//! documents of its own, whatever they are called, and so does the checker:
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
mod standard;
mod store;
mod windows_path;
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
pub use load_points::{KnownLoadPoint, LOAD_POINTS};
pub use packed::{Field, PackedItem, PackedItemError};
pub use standard::{StandardItem, StandardProvider};
pub use store::{
    ApplicationCategories, Beside, Fragment, Item, LoadPoint, MalformedItem, NameSpaceProvider, NameSpaceSet, Places,
    Set, SourceForm, Stated, Store,
};
