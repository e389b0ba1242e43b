//! A registry of transport protocols: base protocols, layers and chains from TOML catalogs. A request for an address family,
//! socket type and protocol resolves to exactly one stack, or to a precise error.
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
//! | room | contents |
//! |---|---|
//! | [`terms`] | address families, socket types, protocols, services and error codes, with each system's numbers |
//! | [`catalog`] | reads TOML and merges it into valid entries, or reports every fault at once |
//! | `graph` | flattens chains into stacks, checks the contracts between layers, and draws [`picture`]s |
//! | `registry` | holds the frozen catalog: turns a [`Request`] into a [`Selection`] or a [`Refusal`], and explains it |
//! | `load` | turns documents into a [`Registry`]: [`Loader`] is the only entry point |
//! | [`check`](mod@check) | validates catalogs: reports the faults that loading refuses, and further findings |
//! | [`report`] | holds findings as data and prints them in forms for people and for programs |
//! | `net` | opens selections: providers, layers and sockets, in three drivers (feature `net`; Linux) |
//! | [`winsock`] | reads, checks, repairs and writes Winsock catalogs |
//! | [`edit`] | formats catalogs, changes them in transactions (feature `edit`), and follows them while a program runs |
//!
//! Imports run one way: terms, catalog, graph, registry, load, then report, winsock, check, net, edit, and last the command.
//!
//! # Features
//!
//! | feature | adds | brings |
//! |---|---|---|
//! | `cli` (default) | the command | clap and the command's other crates, `net`, `tls`, `hive`, `edit`, `watch` |
//! | `net` | sockets, relays, and all layers but `tls` | socket2, rustix, httparse, crc, etherparse, subtle |
//! | `tls` | the layer `tls` | rustls with ring, webpki-roots, rustls-platform-verifier |
//! | `hive` | Winsock catalogs in SYSTEM hives | nothing |
//! | `edit` | catalog files changed as transactions | tempfile |
//! | `watch` | live registries that follow their files | notify |
//! | `tokio` | streams for tokio | tokio |
//! | `tracing` | spans and events for each layer | tracing |
//!
//! Without any feature, the library resolves, explains and checks, takes catalogs built in code, and holds live registries. So
//! far, sockets are opened on Linux only: on other systems `net` adds nothing, and the command has no `connect` and `listen`.

pub mod catalog;
pub mod check;
#[cfg(feature = "cli")]
#[doc(hidden)]
pub mod cli;
pub mod edit;
mod graph;
mod load;
pub mod manual;
#[cfg(all(feature = "net", target_os = "linux"))]
pub mod net;
mod registry;
pub mod report;
pub mod terms;
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
