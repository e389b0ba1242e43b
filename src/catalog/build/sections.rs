//! Builders of providers, families and policy.

use super::place::Comments;
use crate::catalog::WinsockApplication;
use crate::catalog::writing::facts;
use crate::terms::{Categories, Services};
use crate::text::{Page, Table, inline, list};
use indexmap::IndexMap;
use uuid::Uuid;

/// A provider that implements entries: `[provider.NAME]`.
#[derive(Clone, Debug)]
#[must_use]
pub struct Provider {
    name: String,
    comments: Comments,
    module: Option<String>,
    id: Option<Uuid>,
    library: Option<String>,
    replace: bool,
}

impl Provider {
    /// Creates a provider whose module has the same name.
    #[track_caller]
    pub fn new(name: impl Into<String>) -> Self {
        Provider {
            name: name.into(),
            comments: Comments::here(),
            module: None,
            id: None,
            library: None,
            replace: false,
        }
    }

    /// Sets the module that implements the provider, where its name differs.
    pub fn module(mut self, module: impl Into<String>) -> Self {
        self.module = Some(module.into());
        self
    }

    /// Sets the GUID, by which Winsock names providers.
    pub fn id(mut self, id: Uuid) -> Self {
        self.id = Some(id);
        self
    }

    /// Sets the library under Windows; environment variables are not expanded.
    pub fn library(mut self, path: impl Into<String>) -> Self {
        self.library = Some(path.into());
        self
    }

    /// Sets whether it replaces a provider of the same name in an earlier document.
    pub fn replace(mut self, replace: bool) -> Self {
        self.replace = replace;
        self
    }

    /// Adds comments above the table; `sockatlas: allow(CODE) REASON` is an allowance.
    pub fn comment(mut self, text: impl AsRef<str>) -> Self {
        self.comments.add(text.as_ref());
        self
    }

    pub(super) fn write(&self, page: &mut Page, places: bool) {
        let mut table = Table::new(&["provider", &self.name]);
        table.flag("replace", self.replace);
        table.text("module", self.module.as_deref());
        table.text("id", self.id.map(|id| id.to_string()).as_deref());
        table.text("library", self.library.as_deref());
        self.comments.write(page, places);
        page.table(&table);
    }
}

/// A family of a catalog's own, or facts about a known one: `[family.NAME]`.
#[derive(Clone, Debug)]
#[must_use]
pub struct Family {
    pub(super) name: String,
    comments: Comments,
    pub(super) number: Option<i32>,
    pub(super) protocols: IndexMap<String, i32>,
    max_protocol: Option<i32>,
    protocol_first: bool,
    replace: bool,
}

impl Family {
    /// Creates a family with this name. An unknown name needs a number.
    #[track_caller]
    pub fn new(name: impl Into<String>) -> Self {
        Family {
            name: name.into(),
            comments: Comments::here(),
            number: None,
            protocols: IndexMap::new(),
            max_protocol: None,
            protocol_first: false,
            replace: false,
        }
    }

    /// Sets the number, from 1, which no other family has.
    pub fn number(mut self, number: i32) -> Self {
        self.number = Some(number);
        self
    }

    /// Adds a named protocol of the family.
    pub fn protocol(mut self, name: impl Into<String>, number: i32) -> Self {
        self.protocols.insert(name.into(), number);
        self
    }

    /// Sets the greatest protocol number, from 0: in the Linux dialect, a protocol below 0 or above it is `invalid-argument` if
    /// nothing matches.
    pub fn max_protocol(mut self, most: i32) -> Self {
        self.max_protocol = Some(most);
        self
    }

    /// Sets whether the Linux dialect tests the protocol before the type.
    pub fn protocol_first(mut self, first: bool) -> Self {
        self.protocol_first = first;
        self
    }

    /// Sets whether it replaces a family of the same name in an earlier document.
    pub fn replace(mut self, replace: bool) -> Self {
        self.replace = replace;
        self
    }

    /// Adds comments above the table; `sockatlas: allow(CODE) REASON` is an allowance.
    pub fn comment(mut self, text: impl AsRef<str>) -> Self {
        self.comments.add(text.as_ref());
        self
    }

    pub(super) fn write(&self, page: &mut Page, places: bool) {
        let mut table = Table::new(&["family", &self.name]);
        table.flag("replace", self.replace);
        table.number("number", self.number);
        if !self.protocols.is_empty() {
            let protocols = self.protocols.iter().map(|(name, number)| (name.as_str(), number.to_string()));
            table.scalar("protocols", inline(protocols));
        }
        table.number("max-protocol", self.max_protocol);
        table.flag("protocol-first", self.protocol_first);
        self.comments.write(page, places);
        page.table(&table);
    }
}

/// Policy that is added to the requests of an application: `[application.NAME]`.
#[derive(Clone, Debug)]
#[must_use]
pub struct Application {
    name: String,
    comments: Comments,
    require: Services,
    prohibit: Services,
    permit: Option<Categories>,
    winsock: Option<WinsockApplication>,
    replace: bool,
}

impl Application {
    /// Creates the policy for the application with this name.
    #[track_caller]
    pub fn new(name: impl Into<String>) -> Self {
        Application {
            name: name.into(),
            comments: Comments::here(),
            require: Services::NONE,
            prohibit: Services::NONE,
            permit: None,
            winsock: None,
            replace: false,
        }
    }

    /// Creates the policy for applications without a section, and for requests that name none: `[application."*"]`.
    #[track_caller]
    pub fn others() -> Self {
        Application::new("*")
    }

    /// Sets the services that its connections must offer.
    pub fn require(mut self, services: Services) -> Self {
        self.require = services;
        self
    }

    /// Sets the services that its connections must not offer.
    pub fn prohibit(mut self, services: Services) -> Self {
        self.prohibit = services;
        self
    }

    /// Sets the categories of layers that it permits; without it, all layers.
    pub fn permit(mut self, categories: Categories) -> Self {
        self.permit = Some(categories);
        self
    }

    /// Sets the values by which Windows identifies it: `AppFullPath`, `AppArgs` and the name of its key in `AppId_Catalog`.
    pub fn winsock(mut self, path: impl Into<String>, arguments: Option<&str>, key: impl Into<String>) -> Self {
        let arguments = arguments.map(str::to_owned);
        self.winsock = Some(WinsockApplication { path: path.into(), arguments, key: key.into() });
        self
    }

    /// Sets whether it replaces a section of the same name in an earlier document.
    pub fn replace(mut self, replace: bool) -> Self {
        self.replace = replace;
        self
    }

    /// Adds comments above the table; `sockatlas: allow(CODE) REASON` is an allowance.
    pub fn comment(mut self, text: impl AsRef<str>) -> Self {
        self.comments.add(text.as_ref());
        self
    }

    pub(super) fn write(&self, page: &mut Page, places: bool) {
        let mut table = Table::new(&["application", &self.name]);
        table.flag("replace", self.replace);
        table.names("require", self.require.iter().collect());
        table.names("prohibit", self.prohibit.iter().collect());
        if let Some(permit) = self.permit {
            table.value("permit", list(permit.to_names().iter().map(String::as_str)));
        }
        if let Some(winsock) = &self.winsock {
            table.scalar("winsock", facts::application(winsock));
        }
        self.comments.write(page, places);
        page.table(&table);
    }
}
