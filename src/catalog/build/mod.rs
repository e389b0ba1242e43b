//! Catalogs built by programs: the same entries as in files, for programs that bring their own protocols.
//!
//! A [`Document`] can state everything that a TOML document can, with types in place of words. It is written as TOML and read
//! like any other document ([`Loader::built`](crate::Loader::built)), so that all documents are checked alike: mistakes that the
//! types do not prevent, such as a dangling reference or a broken contract, are faults of loading. Documents from code and from
//! files merge under the same rules: places, `replace`, `order`, dialects and catalog entry ids.
//!
//! ```
//! use sockatlas::catalog::build;
//! use sockatlas::terms::{Family, Protocol, Services, SocketType};
//! use sockatlas::{Loader, Request};
//!
//! let reliable = Services::GUARANTEED_DELIVERY | Services::GUARANTEED_ORDER;
//! let ours = build::Document::new()
//!     .title("What the acme program brings")
//!     .provider(build::Provider::new("acme").module("acme-cipher"))
//!     .layer(build::Layer::new("sealed", "acme").needs(reliable).adds(Services::ENCRYPTED).option("rounds", 12))
//!     .chain(build::Chain::of("sealed-tcp", "sealed").over(["tcp4", "tcp6"]))
//!     .expect(build::Expect::entry(build::Request::any().family(Family::INET).require(Services::ENCRYPTED), "sealed-tcp/tcp4"));
//!
//! let site = r#"
//!     format = 1
//!     [provider.kernel]
//!     module = "system"
//!     [base.tcp4]
//!     provider = "kernel"
//!     family = "inet"
//!     type = "stream"
//!     protocol = "tcp"
//!     services = ["guaranteed-delivery", "guaranteed-order"]
//!     [base.tcp6]
//!     provider = "kernel"
//!     family = "inet6"
//!     type = "stream"
//!     protocol = "tcp"
//!     services = ["guaranteed-delivery", "guaranteed-order"]
//! "#;
//! let registry = Loader::new().text("site.toml", site).built("acme", &ours).load()?;
//! let request = Request::new(Family::INET6, SocketType::STREAM, Protocol::TCP).require(Services::ENCRYPTED);
//! assert_eq!(registry.resolve(&request).expect("it is there").name(), "sealed-tcp/tcp6");
//! # Ok::<(), sockatlas::LoadError>(())
//! ```
//!
//! | file | contents |
//! |---|---|
//! | `document` | a whole document, and its text |
//! | `entries` | base protocols, layers and chains |
//! | `facts` | the keys that every kind of entry has |
//! | `sections` | providers, families, policy |
//! | `claims` | tests and guarantees |
//! | `words` | families and protocols, by value or by name |
//! | `place` | the place in the program where a table was built |
//!
//! # Where faults lead
//!
//! A comment above each table states where in the program it was built, and every fault ends with that place:
//!
//! ```
//! use sockatlas::Loader;
//! use sockatlas::catalog::build;
//!
//! let ours = build::Document::new().layer(build::Layer::new("sealed", "acme"));
//! let error = Loader::new().built("acme", &ours).load().unwrap_err().to_string();
//! let expected = format!("acme:6:12: no provider is called `acme` (built at {}:", file!());
//! assert!(error.starts_with(&expected), "{error}");
//! ```

mod claims;
mod document;
mod entries;
mod facts;
mod place;
mod sections;
#[cfg(test)]
mod tests;
mod words;

pub use claims::{Always, Expect, Request};
pub use document::Document;
pub use entries::{Base, BaseBody, Bases, Chain, ChainBody, Entry, Layer, LayerBody, Layers};
pub use sections::{Application, Family, Provider};
pub use words::{FamilyWord, Protocols};

pub(crate) use place::built_at;
