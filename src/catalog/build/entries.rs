//! Builders of base protocols, layers and chains.

use super::facts::Common;
use super::words::{FamilyWord, Protocols, Scopes};
use crate::terms::{Categories, Services, SocketType};
use crate::text::{Page, list, string};

/// An entry: [`Base`], [`Layer`] or [`Chain`], which share the keys of [every kind](Entry::summary).
#[derive(Clone, Debug)]
#[must_use]
pub struct Entry<Body> {
    pub(super) common: Common,
    body: Body,
}

/// A base protocol, which carries data to a remote endpoint by itself: `[base.NAME]`.
pub type Base = Entry<BaseBody>;

/// A layer, which works only above something else: `[layer.NAME]`.
pub type Layer = Entry<LayerBody>;

/// One or more layers over a base: `[chain.NAME]`.
pub type Chain = Entry<ChainBody>;

/// The keys that only base protocols have.
#[derive(Clone, Debug)]
pub struct BaseBody {
    family: FamilyWord,
    socket_type: SocketType,
    protocols: Protocols,
    matches_zero: bool,
    services: Services,
}

impl Base {
    /// Creates a base protocol that this provider implements.
    #[track_caller]
    pub fn new(
        name: impl Into<String>,
        provider: impl Into<String>,
        family: impl Into<FamilyWord>,
        socket_type: SocketType,
        protocols: impl Into<Protocols>,
    ) -> Self {
        let body = BaseBody {
            family: family.into(),
            socket_type,
            protocols: protocols.into(),
            matches_zero: false,
            services: Services::NONE,
        };
        Entry { common: Common::new(name.into(), Some(provider.into())), body }
    }

    /// Sets whether requests with protocol 0 match.
    pub fn matches_zero(mut self, matches: bool) -> Self {
        self.body.matches_zero = matches;
        self
    }

    /// Sets the services that it offers.
    pub fn services(mut self, services: Services) -> Self {
        self.body.services = services;
        self
    }

    pub(super) fn write(&self, page: &mut Page, places: bool, scopes: &Scopes) {
        let BaseBody { family, socket_type, protocols, matches_zero, services } = &self.body;
        self.common.write(
            page,
            places,
            "base",
            |_| {},
            |table| {
                table.scalar("family", scopes.family(family));
                table.scalar("type", scopes.socket_type(*socket_type));
                table.value("protocol", scopes.protocols(protocols, Some(family)));
                table.flag("matches-zero", *matches_zero);
                table.flag("hidden", self.common.hidden);
                table.names("services", services.iter().collect());
            },
        );
    }
}

/// The keys that only layers have.
#[derive(Clone, Debug)]
pub struct LayerBody {
    needs: Services,
    forbids: Services,
    adds: Services,
    removes: Services,
    allow_below: Option<Vec<String>>,
    categories: Categories,
    presents: Option<SocketType>,
}

impl Layer {
    /// Creates a layer that this provider implements.
    #[track_caller]
    pub fn new(name: impl Into<String>, provider: impl Into<String>) -> Self {
        let body = LayerBody {
            needs: Services::NONE,
            forbids: Services::NONE,
            adds: Services::NONE,
            removes: Services::NONE,
            allow_below: None,
            categories: Categories::empty(),
            presents: None,
        };
        Entry { common: Common::new(name.into(), Some(provider.into())), body }
    }

    /// Sets the services that the entry directly below must offer.
    pub fn needs(mut self, services: Services) -> Self {
        self.body.needs = services;
        self
    }

    /// Sets the services that the entry directly below must not offer.
    pub fn forbids(mut self, services: Services) -> Self {
        self.body.forbids = services;
        self
    }

    /// Sets the services that the layer adds to a chain.
    pub fn adds(mut self, services: Services) -> Self {
        self.body.adds = services;
        self
    }

    /// Sets the services that the layer removes from a chain.
    pub fn removes(mut self, services: Services) -> Self {
        self.body.removes = services;
        self
    }

    /// Sets the layers and base protocols that may lie directly below; without it, all may.
    pub fn allow_below(mut self, entries: impl IntoIterator<Item = impl Into<String>>) -> Self {
        self.body.allow_below = Some(entries.into_iter().map(Into::into).collect());
        self
    }

    /// Sets the categories of the layer's work, by which applications permit it.
    pub fn categories(mut self, categories: Categories) -> Self {
        self.body.categories = categories;
        self
    }

    /// Sets the socket type that the layer presents above; without it, that of the entry below.
    pub fn presents(mut self, socket_type: SocketType) -> Self {
        self.body.presents = Some(socket_type);
        self
    }

    pub(super) fn write(&self, page: &mut Page, places: bool, scopes: &Scopes) {
        let LayerBody { needs, forbids, adds, removes, allow_below, categories, presents } = &self.body;
        self.common.write(
            page,
            places,
            "layer",
            |_| {},
            |table| {
                if let Some(presents) = presents {
                    table.scalar("type", scopes.socket_type(*presents));
                }
                for (key, services) in [("needs", needs), ("forbids", forbids), ("adds", adds), ("removes", removes)] {
                    table.names(key, services.iter().collect());
                }
                if let Some(allowed) = allow_below {
                    table.value("allow-below", list(allowed.iter().map(String::as_str)));
                }
                table.names("categories", categories.to_names());
                table.flag("hidden", self.common.hidden);
            },
        );
    }
}

/// The keys that only chains have.
#[derive(Clone, Debug)]
pub struct ChainBody {
    layers: Vec<String>,
    bases: Bases,
    protocols: Option<Protocols>,
    matches_zero: Option<bool>,
    services: Option<Services>,
}

/// The layers of a chain that does not have a base yet.
#[derive(Clone, Debug)]
#[must_use = "a chain runs over a base"]
pub struct Layers {
    common: Common,
    names: Vec<String>,
}

/// The base protocols or chains over which a chain runs.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Bases {
    /// One base.
    One(String),
    /// Several bases, or an array of only one: each makes an entry `CHAIN/BASE`. An empty list is a fault when the document is
    /// loaded.
    Several(Vec<String>),
}

impl From<&str> for Bases {
    fn from(name: &str) -> Self {
        Bases::One(name.to_owned())
    }
}

impl From<String> for Bases {
    fn from(name: String) -> Self {
        Bases::One(name)
    }
}

impl<S: Into<String>, const COUNT: usize> From<[S; COUNT]> for Bases {
    fn from(names: [S; COUNT]) -> Self {
        const { assert!(COUNT > 0, "a chain runs over at least one base") }
        Bases::Several(names.into_iter().map(Into::into).collect())
    }
}

impl<S: Into<String>> From<Vec<S>> for Bases {
    fn from(names: Vec<S>) -> Self {
        Bases::Several(names.into_iter().map(Into::into).collect())
    }
}

impl Chain {
    /// Starts a chain with this layer on top.
    ///
    /// ```
    /// use sockatlas::catalog::build::{Chain, Document};
    ///
    /// let partner = Chain::of("partner", "tls").layer("socks5").over("tcp4");
    /// let text = Document::new().places(false).chain(partner).to_toml();
    /// assert_eq!(text, "format = 1\n\n[chain.partner]\nlayers = [\"tls\", \"socks5\"]\nbase   = \"tcp4\"\n");
    /// ```
    #[track_caller]
    pub fn of(name: impl Into<String>, top: impl Into<String>) -> Layers {
        Layers { common: Common::new(name.into(), None), names: vec![top.into()] }
    }

    /// Sets the provider; without it, that of the top layer.
    pub fn provider(mut self, provider: impl Into<String>) -> Self {
        self.common.provider = Some(provider.into());
        self
    }

    /// Sets the chain's own protocol numbers; without them, those of its base. They are written as numbers, because the family is
    /// that of the base, which may be defined in another document.
    pub fn protocols(mut self, protocols: impl Into<Protocols>) -> Self {
        self.body.protocols = Some(protocols.into());
        self
    }

    /// Sets whether requests with protocol 0 match; without it, the setting of the base applies.
    pub fn matches_zero(mut self, matches: bool) -> Self {
        self.body.matches_zero = Some(matches);
        self
    }

    /// Sets the services that it offers; without it, they are computed from its base upwards.
    pub fn services(mut self, services: Services) -> Self {
        self.body.services = Some(services);
        self
    }

    pub(super) fn write(&self, page: &mut Page, places: bool, scopes: &Scopes) {
        let ChainBody { layers, bases, protocols, matches_zero, services } = &self.body;
        let stack = |table: &mut crate::text::Table| {
            table.value("layers", list(layers.iter().map(String::as_str)));
            match bases {
                Bases::One(base) => table.scalar("base", string(base)),
                Bases::Several(bases) => table.value("base", list(bases.iter().map(String::as_str))),
            }
        };
        self.common.write(page, places, "chain", stack, |table| {
            if let Some(protocols) = protocols {
                table.value("protocol", scopes.protocols(protocols, None));
            }
            table.number("matches-zero", *matches_zero);
            table.flag("hidden", self.common.hidden);
            if let Some(services) = services {
                table.value("services", list(services.iter()));
            }
        });
    }
}

impl Layers {
    /// Adds this layer below those that were added before.
    pub fn layer(mut self, name: impl Into<String>) -> Self {
        self.names.push(name.into());
        self
    }

    /// Completes the chain over a base protocol or another chain, or over each of several: `over("tcp4")`, `over(["tcp4",
    /// "tcp6"])`.
    pub fn over(self, bases: impl Into<Bases>) -> Chain {
        let body =
            ChainBody { layers: self.names, bases: bases.into(), protocols: None, matches_zero: None, services: None };
        Entry { common: self.common, body }
    }
}
