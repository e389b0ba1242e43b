//! Builders of tests (`[[expect]]`) and guarantees (`[[always]]`).

use super::place::Comments;
use super::words::{FamilyWord, Scopes};
use crate::catalog::EntryDemand;
use crate::terms::{ErrorCode, Family, Protocol, Role, Services, SocketType};
use crate::text::{Page, Table, inline, list, string};

/// The request of a test or a guarantee. An omitted field is unspecified in a test, and stands for every value in a guarantee.
#[derive(Clone, Debug, Default)]
#[must_use]
pub struct Request {
    family: Option<FamilyWord>,
    socket_type: Option<SocketType>,
    protocol: Option<ProtocolWord>,
    role: Option<Role>,
    entry: Option<EntryDemand>,
    provider: Option<String>,
    require: Services,
    prefer: Services,
    avoid: Services,
    prohibit: Services,
    application: Option<String>,
}

#[derive(Clone, Debug)]
enum ProtocolWord {
    Is(Protocol),
    Named(String),
}

impl Request {
    /// Creates a request in which no field is set.
    pub fn any() -> Self {
        Request::default()
    }

    /// Sets the family asked for.
    pub fn family(mut self, family: impl Into<FamilyWord>) -> Self {
        self.family = Some(family.into());
        self
    }

    /// Sets the type asked for.
    pub fn socket_type(mut self, socket_type: SocketType) -> Self {
        self.socket_type = Some(socket_type);
        self
    }

    /// Sets the protocol asked for.
    pub fn protocol(mut self, protocol: Protocol) -> Self {
        self.protocol = Some(ProtocolWord::Is(protocol));
        self
    }

    /// Sets the protocol asked for, by its name in the family asked for.
    pub fn protocol_named(mut self, name: impl Into<String>) -> Self {
        self.protocol = Some(ProtocolWord::Named(name.into()));
        self
    }

    /// Sets the side of the connection that is asked for. Without it, a test connects, and a guarantee covers both sides.
    pub fn role(mut self, role: Role) -> Self {
        self.role = Some(role);
        self
    }

    /// Sets the entry asked for, by its name.
    pub fn entry(mut self, name: impl Into<String>) -> Self {
        self.entry = Some(EntryDemand::Name(name.into()));
        self
    }

    /// Sets the entry asked for, by its catalog entry id.
    pub fn entry_id(mut self, id: i32) -> Self {
        self.entry = Some(EntryDemand::Id(id));
        self
    }

    /// Sets the provider asked for, by its name or its GUID.
    pub fn provider(mut self, provider: impl Into<String>) -> Self {
        self.provider = Some(provider.into());
        self
    }

    /// Sets the services that an entry must offer.
    pub fn require(mut self, services: Services) -> Self {
        self.require = services;
        self
    }

    /// Sets the preferred services: entries that offer them come first.
    pub fn prefer(mut self, services: Services) -> Self {
        self.prefer = services;
        self
    }

    /// Sets the avoided services: entries that offer them come last.
    pub fn avoid(mut self, services: Services) -> Self {
        self.avoid = services;
        self
    }

    /// Sets the services that an entry must not offer.
    pub fn prohibit(mut self, services: Services) -> Self {
        self.prohibit = services;
        self
    }

    /// Sets the application that asks.
    pub fn application(mut self, name: impl Into<String>) -> Self {
        self.application = Some(name.into());
        self
    }

    /// Returns the request as an inline table on one line.
    fn text(&self, scopes: &Scopes) -> String {
        let mut keys: Vec<(&str, String)> = Vec::new();
        keys.extend(self.family.as_ref().map(|family| ("family", scopes.family(family))));
        keys.extend(self.socket_type.map(|socket_type| ("type", scopes.socket_type(socket_type))));
        // Without a family, protocol names are those of the IP protocols.
        let family = self.family.clone().unwrap_or(FamilyWord::Is(Family::UNSPEC));
        keys.extend(self.protocol.as_ref().map(|protocol| match protocol {
            ProtocolWord::Is(protocol) => ("protocol", scopes.protocol(*protocol, Some(&family))),
            ProtocolWord::Named(name) => ("protocol", string(name)),
        }));
        keys.extend(self.role.map(|role| ("role", string(role.name()))));
        keys.extend(self.entry.as_ref().map(|entry| match entry {
            EntryDemand::Name(name) => ("entry", string(name)),
            EntryDemand::Id(id) => ("entry", id.to_string()),
        }));
        keys.extend(self.provider.as_ref().map(|provider| ("provider", string(provider))));
        let demands = [
            ("require", &self.require),
            ("prefer", &self.prefer),
            ("avoid", &self.avoid),
            ("prohibit", &self.prohibit),
        ];
        let stated = demands.into_iter().filter(|(_, services)| !services.is_empty());
        keys.extend(stated.map(|(key, services)| (key, list(services.iter()).flat())));
        keys.extend(self.application.as_ref().map(|name| ("application", string(name))));
        inline(keys.into_iter())
    }
}

/// A test of the merged catalogs that a check runs: `[[expect]]`.
#[derive(Clone, Debug)]
#[must_use]
pub struct Expect {
    comments: Comments,
    request: Request,
    outcome: Outcome,
}

#[derive(Clone, Debug)]
enum Outcome {
    Entry(String),
    Error(ErrorCode),
}

impl Expect {
    /// Creates the test that this entry answers the request.
    #[track_caller]
    pub fn entry(request: Request, name: impl Into<String>) -> Self {
        Expect { comments: Comments::here(), request, outcome: Outcome::Entry(name.into()) }
    }

    /// Creates the test that the request is refused with this error.
    #[track_caller]
    pub fn error(request: Request, code: ErrorCode) -> Self {
        Expect { comments: Comments::here(), request, outcome: Outcome::Error(code) }
    }

    /// Adds comments above the table; `sockatlas: allow(CODE) REASON` is an allowance.
    pub fn comment(mut self, text: impl AsRef<str>) -> Self {
        self.comments.add(text.as_ref());
        self
    }

    pub(super) fn write(&self, page: &mut Page, places: bool, scopes: &Scopes) {
        let mut table = Table::further("expect");
        table.scalar("request", self.request.text(scopes));
        match &self.outcome {
            Outcome::Entry(name) => table.scalar("entry", string(name)),
            Outcome::Error(code) => table.scalar("error", string(code.as_str())),
        }
        self.comments.write(page, places);
        page.table(&table);
    }
}

/// A guarantee for every matching request that a check proves: `[[always]]`.
#[derive(Clone, Debug)]
#[must_use]
pub struct Always {
    comments: Comments,
    request: Request,
    claim: Claim,
}

#[derive(Clone, Debug)]
enum Claim {
    Services(Services),
    Never(Vec<String>),
    Refused,
}

impl Always {
    /// Creates the guarantee that the selected entry offers these services.
    #[track_caller]
    pub fn services(request: Request, services: Services) -> Self {
        Always { comments: Comments::here(), request, claim: Claim::Services(services) }
    }

    /// Creates the guarantee that none of these entries is selected. An empty list is a fault when the document is loaded.
    #[track_caller]
    pub fn never(request: Request, entries: impl IntoIterator<Item = impl Into<String>>) -> Self {
        let entries = entries.into_iter().map(Into::into).collect();
        Always { comments: Comments::here(), request, claim: Claim::Never(entries) }
    }

    /// Creates the guarantee that no entry is selected.
    #[track_caller]
    pub fn refused(request: Request) -> Self {
        Always { comments: Comments::here(), request, claim: Claim::Refused }
    }

    /// Adds comments above the table; `sockatlas: allow(CODE) REASON` is an allowance.
    pub fn comment(mut self, text: impl AsRef<str>) -> Self {
        self.comments.add(text.as_ref());
        self
    }

    pub(super) fn write(&self, page: &mut Page, places: bool, scopes: &Scopes) {
        let mut table = Table::further("always");
        table.scalar("request", self.request.text(scopes));
        match &self.claim {
            Claim::Services(services) => table.value("services", list(services.iter())),
            Claim::Never(entries) => table.value("never", list(entries.iter().map(String::as_str))),
            Claim::Refused => table.flag("refused", true),
        }
        self.comments.write(page, places);
        page.table(&table);
    }
}
