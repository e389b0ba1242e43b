//! A registry of transport protocols: base protocols, layers and chains from TOML catalogs, resolved by address family,
//! socket type and protocol to exactly one stack, or to a precise error.
//!
//! # From dependency to answer
//!
//! ```
//! use sockatlas::terms::{Family, Protocol, SocketType};
//! use sockatlas::{Registry, Request};
//!
//! let registry = Registry::builtin();
//! let request = Request::new(Family::INET, SocketType::STREAM, Protocol::TCP);
//! let selection = registry.resolve(&request)?;
//! assert_eq!(selection.name(), "tcp4");
//! # Ok::<(), sockatlas::Refusal>(())
//! ```
//!
//! # The rooms
//!
//! | room | what |
//! |---|---|
//! | `text` | TOML as text: lines, keys and values with their places, edits that keep the layout, the canonical layout |
//! | [`terms`] | families, types, protocols, services and error codes, with each system's numbers |
//! | [`catalog`] | TOML in: merged, valid entries, or every fault at once |
//! | `graph` | what stands on what: chains flattened, contracts checked; [`picture`]s |
//! | `registry` | the frozen form: [`Request`] in, [`Selection`] or [`Refusal`] out, and [`Explanation`] |
//! | `load` | [`Loader`]: documents in, [`Registry`] out; the one way in |
//! | [`check`](mod@check) | the validator: what loading refuses, and what else there is to say |
//! | [`report`] | what it says, as data and in forms for people and programs |
//! | `net` | what was selected is opened: providers, layers, sockets, in three drivers (feature `net`; Linux) |
//! | [`winsock`] | Winsock catalogs: read, judged, mended, written |
//! | [`live`] | registries that follow their catalogs while programs read them |
//! | [`edit`] | catalogs laid out and written out, and changed as transactions (feature `edit`) |
//!
//! Imports run one way: text and terms, catalog, graph, registry, load, then report, winsock, check, live, net, edit, and last the command.
//!
//! # Features
//!
//! | feature | what | brings |
//! |---|---|---|
//! | `cli` (default) | the command | clap and what else it needs, `net`, `tls`, `winsock`, `hive`, `edit`, `watch`, `reports` |
//! | `net` | sockets, relays, and all layers but `tls` | socket2, rustix, httparse, crc, etherparse, subtle |
//! | `tls` | the layer `tls` | rustls with ring, webpki-roots, rustls-platform-verifier |
//! | `winsock` | Winsock catalogs | zerocopy |
//! | `hive` | Winsock catalogs in SYSTEM hives | `winsock` |
//! | `edit` | catalog files changed as transactions | tempfile |
//! | `watch` | live registries that follow their files | notify |
//! | `reports` | the forms of reports, and the JSON Schema of catalogs | annotate-snippets, serde, serde_json, quick-junit, percent-encoding |
//! | `tokio` | streams for tokio | tokio |
//! | `tracing` | spans and events for each layer | tracing |
//!
//! Without any, the library resolves, explains and checks, takes catalogs built in code, and holds live registries. Sockets
//! are opened on Linux so far: on other systems `net` adds nothing, and the command has no `connect` and `listen`.

pub mod catalog;
pub mod check;
pub mod edit;
mod graph;
pub mod live;
mod load;
pub mod manual;
#[cfg(all(feature = "net", target_os = "linux"))]
pub mod net;
mod registry;
pub mod report;
pub mod terms;
mod text;
#[cfg(feature = "winsock")]
pub mod winsock;

pub use graph::picture;
pub use load::{LoadError, Loader};
pub use registry::{
    Answer, Asked, Candidate, Change, Comparison, Demand, Demands, Difference, EntryRef, Explanation, KeptSelection,
    Mend, NotCompared, ProviderDemand, ProviderRef, Refusal, Registry, Request, Selection, Selections, Test, WordError,
    compare,
};

/// The README's snippets are run as tests.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;
