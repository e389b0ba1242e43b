//! The request: what a program asks for.

use crate::catalog::{EntryDemand, TestRequest};
use crate::terms::{Family, Protocol, Role, Services, SocketType};
use std::sync::Arc;
use uuid::Uuid;

/// A socket request: family, type and protocol, each of which may be unspecified, and further demands.
///
/// ```
/// use sockatlas::terms::{Family, Protocol, Services, SocketType};
/// use sockatlas::Request;
///
/// let plain = Request::new(Family::INET, SocketType::STREAM, Protocol::TCP);
/// let demanding = plain.clone().require(Services::ENCRYPTED).application("billing");
/// assert_eq!(plain.to_string(), "inet stream tcp");
/// assert_eq!(demanding.to_string(), "inet stream tcp require=encrypted application=billing");
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct Request {
    family: Family,
    socket_type: SocketType,
    protocol: Protocol,
    role: Role,
    /// Stored apart, so that a plain request stays small and one comparison recognises it. Shared with the selection.
    demands: Option<Arc<Demands>>,
}

/// The demands of a request beyond family, type and protocol.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub struct Demands {
    /// The entry, by name or catalog entry id.
    pub entry: Option<EntryDemand>,
    /// The provider.
    pub provider: Option<ProviderDemand>,
    /// The services that the selected entry must offer, all of them.
    pub require: Services,
    /// The preferred services: of several matching entries, the one that offers most of these is selected.
    pub prefer: Services,
    /// The avoided services: of several matching entries, the one that offers fewest of these is selected.
    pub avoid: Services,
    /// The services that the selected entry must not offer, none of them.
    pub prohibit: Services,
    /// The application that asks, whose policy is added to the demands.
    pub application: Option<String>,
}

impl Demands {
    /// Returns demands that restrict nothing.
    pub fn none() -> &'static Demands {
        static NONE: Demands = Demands {
            entry: None,
            provider: None,
            require: Services::NONE,
            prefer: Services::NONE,
            avoid: Services::NONE,
            prohibit: Services::NONE,
            application: None,
        };
        &NONE
    }
}

/// The name or GUID by which a request names a provider.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ProviderDemand {
    /// By its name.
    Name(String),
    /// By its GUID.
    Id(Uuid),
}

impl std::fmt::Display for ProviderDemand {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            ProviderDemand::Name(name) => f.write_str(name),
            ProviderDemand::Id(id) => id.fmt(f),
        }
    }
}

impl std::fmt::Display for EntryDemand {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            EntryDemand::Name(name) => f.write_str(name),
            EntryDemand::Id(id) => id.fmt(f),
        }
    }
}

impl Request {
    /// Creates a request without further demands.
    ///
    /// The unspecified family, type and protocol are `UNSPEC`. With a named entry, fields that are `UNSPEC` or
    /// `FROM_PROTOCOL_INFO` (-1) are taken from it.
    pub const fn new(family: Family, socket_type: SocketType, protocol: Protocol) -> Self {
        Request { family, socket_type, protocol, role: Role::Connect, demands: None }
    }

    /// Creates a request for the entry of this name, with the family, type and protocol that the entry has.
    pub fn named(entry: impl Into<String>) -> Self {
        Request::default().entry(entry)
    }

    /// Returns the family that is requested.
    #[inline]
    pub const fn family(&self) -> Family {
        self.family
    }

    /// Returns the socket type that is requested.
    #[inline]
    pub const fn socket_type(&self) -> SocketType {
        self.socket_type
    }

    /// Returns the protocol that is requested.
    #[inline]
    pub const fn protocol(&self) -> Protocol {
        self.protocol
    }

    /// Returns the side of the connection that is requested: connecting unless stated.
    #[inline]
    pub const fn role(&self) -> Role {
        self.role
    }

    /// Returns this request for the accepting side, where the selected entry must offer the required services. By default a request is for
    /// the connecting side.
    ///
    /// ```
    /// use sockatlas::terms::{ErrorCode, Services};
    /// use sockatlas::{Registry, Request};
    ///
    /// let registry = Registry::builtin();
    /// let request = Request::named("secure/tcp4").require(Services::AUTHENTICATED);
    /// assert!(registry.resolve(&request).is_ok(), "a client learns who its server is");
    /// let refusal = registry.resolve(&request.accepting()).unwrap_err();
    /// assert_eq!(refusal.code(), ErrorCode::ServiceNotOffered, "a server serves whoever comes");
    /// ```
    pub const fn accepting(self) -> Self {
        self.as_role(Role::Accept)
    }

    /// Returns this request for the given side of the connection.
    pub const fn as_role(mut self, role: Role) -> Self {
        self.role = role;
        self
    }

    /// Returns the further demands, or `None` if there are none.
    #[inline]
    pub fn demands(&self) -> Option<&Demands> {
        self.demands.as_deref()
    }

    /// Returns the further demands for modification.
    pub fn demands_mut(&mut self) -> &mut Demands {
        Arc::make_mut(self.demands.get_or_insert_default())
    }

    /// Returns the further demands as a shared reference.
    pub(crate) fn shared_demands(&self) -> Option<&Arc<Demands>> {
        self.demands.as_ref()
    }

    fn with(mut self, change: impl FnOnce(&mut Demands)) -> Self {
        change(self.demands_mut());
        self
    }

    /// Demands the entry of this name.
    pub fn entry(self, name: impl Into<String>) -> Self {
        self.with(|demands| demands.entry = Some(EntryDemand::Name(name.into())))
    }

    /// Demands the entry with this catalog entry id.
    pub fn entry_id(self, id: i32) -> Self {
        self.with(|demands| demands.entry = Some(EntryDemand::Id(id)))
    }

    /// Demands an entry of the provider of this name.
    pub fn provider(self, name: impl Into<String>) -> Self {
        self.with(|demands| demands.provider = Some(ProviderDemand::Name(name.into())))
    }

    /// Demands an entry of the provider with this GUID.
    pub fn provider_id(self, id: Uuid) -> Self {
        self.with(|demands| demands.provider = Some(ProviderDemand::Id(id)))
    }

    /// Adds services that the selected entry must offer.
    pub fn require(self, services: Services) -> Self {
        self.with(|demands| demands.require.insert(&services))
    }

    /// Adds services that are preferred: of several entries that match, the one that offers most of these is selected.
    pub fn prefer(self, services: Services) -> Self {
        self.with(|demands| demands.prefer.insert(&services))
    }

    /// Adds services that are avoided: of several entries that match, the one that offers fewest of these is selected.
    pub fn avoid(self, services: Services) -> Self {
        self.with(|demands| demands.avoid.insert(&services))
    }

    /// Adds services that the selected entry must not offer.
    pub fn prohibit(self, services: Services) -> Self {
        self.with(|demands| demands.prohibit.insert(&services))
    }

    /// Names the application that makes the request; its policy is added to the demands.
    pub fn application(self, name: impl Into<String>) -> Self {
        self.with(|demands| demands.application = Some(name.into()))
    }
}

impl From<&TestRequest> for Request {
    /// Creates the request that a catalog states. Fields that it leaves out are unspecified.
    fn from(written: &TestRequest) -> Self {
        let TestRequest {
            role,
            family,
            socket_type,
            protocol,
            entry,
            provider,
            require,
            prefer,
            avoid,
            prohibit,
            application,
        } = written;
        let demands = Demands {
            entry: entry.clone(),
            provider: provider.as_deref().map(ProviderDemand::from),
            require: require.clone(),
            prefer: prefer.clone(),
            avoid: avoid.clone(),
            prohibit: prohibit.clone(),
            application: application.as_ref().map(|(name, _)| name.clone()),
        };
        Request {
            family: family.unwrap_or_default(),
            socket_type: socket_type.unwrap_or_default(),
            protocol: protocol.unwrap_or_default(),
            role: role.unwrap_or_default(),
            demands: (demands != *Demands::none()).then(|| Arc::new(demands)),
        }
    }
}

impl From<&str> for ProviderDemand {
    /// Creates a demand by GUID if the text is one, else by name.
    fn from(word: &str) -> Self {
        Uuid::parse_str(word).map_or_else(|_| ProviderDemand::Name(word.to_owned()), ProviderDemand::Id)
    }
}

impl std::fmt::Display for Request {
    /// Writes the request as a line of a batch does, with the names that need no catalog.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let system = crate::terms::System::HOST;
        write!(f, "{} {} {}", self.family, self.socket_type, self.protocol.display_in(self.family, system))?;
        f.write_str(role_text(self.role))?;
        self.demands().map_or(Ok(()), |demands| demands.fmt(f))
    }
}

/// Returns the role as a line of a batch writes it: empty for connecting, the default.
pub(super) const fn role_text(role: Role) -> &'static str {
    match role {
        Role::Connect => "",
        Role::Accept => " role=accept",
    }
}

impl std::fmt::Display for Demands {
    /// Writes each demand as ` key=value`, in the order of the fields.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        if let Some(entry) = &self.entry {
            write!(f, " entry={entry}")?;
        }
        if let Some(provider) = &self.provider {
            write!(f, " provider={provider}")?;
        }
        let lists = [
            ("require", &self.require),
            ("prefer", &self.prefer),
            ("avoid", &self.avoid),
            ("prohibit", &self.prohibit),
        ];
        for (key, services) in lists.into_iter().filter(|(_, services)| !services.is_empty()) {
            write!(f, " {key}={}", services.iter().collect::<Vec<_>>().join(","))?;
        }
        self.application.as_ref().map_or(Ok(()), |application| write!(f, " application={application}"))
    }
}
