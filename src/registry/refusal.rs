//! The error that states why a request was refused, as facts.

use super::request::ProviderDemand;
use crate::catalog::{EntryDemand, quoted};
use crate::terms::{Categories, Errno, ErrorCode, Family, Protocol, Services, SocketType, System, WsaError};
use std::fmt;

/// The reason why a registry refuses a request.
///
/// The facts are those of the request. [`Registry::explain`](super::Registry::explain) returns every candidate with the test that
/// it failed; it costs more and is computed on request.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Refusal {
    /// No selectable entry has the family.
    AddressFamilyNotSupported {
        /// The family asked for.
        family: Family,
    },
    /// No entry of the family (in the Windows dialect: no entry at all) has the type.
    SocketTypeNotSupported {
        /// The family asked for.
        family: Family,
        /// The type asked for.
        socket_type: SocketType,
    },
    /// No entry of the family and type has the protocol.
    ProtocolNotSupported {
        /// The family asked for.
        family: Family,
        /// The type asked for.
        socket_type: SocketType,
        /// The protocol asked for.
        protocol: Protocol,
    },
    /// The protocol belongs to another type of that family.
    ProtocolWrongType {
        /// The family asked for.
        family: Family,
        /// The type asked for.
        socket_type: SocketType,
        /// The protocol asked for.
        protocol: Protocol,
    },
    /// The request is ambiguous: it states neither a family nor a protocol.
    Ambiguous,
    /// The number is out of the range of the family's protocols.
    ProtocolOutOfRange {
        /// The family asked for.
        family: Family,
        /// The protocol asked for.
        protocol: Protocol,
        /// The greatest protocol of that family.
        most: i32,
    },
    /// The entry asked for is a layer.
    UnchainedLayer {
        /// The layer's name.
        entry: String,
    },
    /// No entry has that name or id.
    NoSuchEntry {
        /// The name or id asked for.
        entry: EntryDemand,
        /// The enabled entries of the chain over several bases that has this name.
        members: Vec<String>,
    },
    /// No provider has that name or GUID.
    NoSuchProvider {
        /// The name or GUID asked for.
        provider: ProviderDemand,
    },
    /// The entry asked for does not fit the rest of the request.
    EntryMismatch {
        /// The entry's name.
        entry: String,
        /// What the request asks for, as in "family `inet`".
        wanted: String,
        /// The corresponding property of the entry.
        had: String,
    },
    /// Entries match the triple, but none offers the demanded services.
    ServiceNotOffered {
        /// The required services that decide the refusal: those that no matching entry offers.
        lacking: Services,
        /// The prohibited services that decide the refusal: those that every matching entry offers.
        prohibited: Services,
        /// Whether some matching entry meets each of these demands alone, but none meets all of them together.
        jointly: bool,
    },
    /// Policy does not permit the application to use any matching entry.
    NotPermitted {
        /// The section that applies: the application's own, or `*`.
        application: String,
        /// The services that the policy requires and that decide the refusal: those that no matching entry offers.
        lacking: Services,
        /// The services that the policy prohibits and that decide the refusal: those that every matching entry offers.
        prohibited: Services,
        /// A layer that the policy's `permit` excludes, with its categories, where `permit` decides the refusal.
        not_permitted: Option<Box<(String, Categories)>>,
        /// Whether some matching entry meets each of these demands alone, but none meets all of them together.
        jointly: bool,
    },
    /// The application has no section of policy, other applications have one, and there is none for all others (`*`).
    NoSuchApplication {
        /// The application's name.
        application: String,
        /// The application with a section that was probably meant.
        nearest: Option<String>,
    },
}

impl Refusal {
    /// Returns the error code of the catalog's own vocabulary.
    pub const fn code(&self) -> ErrorCode {
        match self {
            Refusal::AddressFamilyNotSupported { .. } => ErrorCode::AddressFamilyNotSupported,
            Refusal::SocketTypeNotSupported { .. } => ErrorCode::SocketTypeNotSupported,
            Refusal::ProtocolNotSupported { .. } => ErrorCode::ProtocolNotSupported,
            Refusal::ProtocolWrongType { .. } => ErrorCode::ProtocolWrongType,
            Refusal::Ambiguous | Refusal::ProtocolOutOfRange { .. } => ErrorCode::InvalidArgument,
            Refusal::UnchainedLayer { .. } => ErrorCode::UnchainedLayer,
            Refusal::NoSuchEntry { .. } => ErrorCode::NoSuchEntry,
            Refusal::NoSuchProvider { .. } => ErrorCode::NoSuchProvider,
            Refusal::EntryMismatch { .. } => ErrorCode::EntryMismatch,
            Refusal::ServiceNotOffered { .. } => ErrorCode::ServiceNotOffered,
            Refusal::NotPermitted { .. } => ErrorCode::NotPermitted,
            Refusal::NoSuchApplication { .. } => ErrorCode::NoSuchApplication,
        }
    }

    /// Returns the reason why no entry at all can be used, for a refusal that states this of a policy.
    pub(crate) fn of_every_entry(&self) -> String {
        match self {
            Refusal::NotPermitted { lacking, prohibited, not_permitted, jointly: true, .. } => {
                together(lacking, prohibited, not_permitted.is_some(), "entry")
            }
            Refusal::NotPermitted { prohibited, .. } if !prohibited.is_empty() => {
                format!("every entry offers {}, which is prohibited", quoted(&prohibited.iter().collect::<Vec<_>>()))
            }
            _ => self.text(&OfHost),
        }
    }

    /// Returns Winsock's error code for the refusal.
    pub const fn wsa(&self) -> WsaError {
        self.code().wsa()
    }

    /// Returns the errno for the refusal; every refusal has one.
    pub const fn errno(&self) -> Option<Errno> {
        self.code().errno()
    }
}

/// The names of numbers: those of a registry, or those of the host.
pub(super) trait Names {
    fn family(&self, family: Family) -> String;
    fn protocol(&self, protocol: Protocol, family: Family) -> String;
}

/// The names of the host's system, where no registry is at hand.
struct OfHost;

impl Names for OfHost {
    fn family(&self, family: Family) -> String {
        family.to_string()
    }

    fn protocol(&self, protocol: Protocol, family: Family) -> String {
        protocol.display_in(family, System::HOST).to_string()
    }
}

impl std::error::Error for Refusal {}

impl fmt::Display for Refusal {
    /// Writes what was found and what was asked for, with the names of the host's system.
    /// [`Registry::refusal_text`](super::Registry::refusal_text) uses the names of a catalog.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text(&OfHost))
    }
}

impl Refusal {
    pub(super) fn text(&self, names: &dyn Names) -> String {
        let of_family = |family: Family| match family {
            Family::UNSPEC => String::new(),
            family => format!(" of family `{}`", names.family(family)),
        };
        let with_type = |socket_type: SocketType| match socket_type {
            SocketType::UNSPEC => String::new(),
            socket_type => format!(" with type `{socket_type}`"),
        };
        match self {
            Refusal::AddressFamilyNotSupported { family } => {
                format!("no entry has the address family `{}`", names.family(*family))
            }
            Refusal::SocketTypeNotSupported { family, socket_type } => {
                format!("no entry{} has the socket type `{socket_type}`", of_family(*family))
            }
            Refusal::ProtocolNotSupported { family, socket_type, protocol: Protocol::UNSPEC } => {
                let entry = format!("no entry{}{}", of_family(*family), with_type(*socket_type));
                format!("{entry} matches protocol 0; name a protocol")
            }
            Refusal::ProtocolNotSupported { family, socket_type, protocol } => {
                let entry = format!("no entry{}{}", of_family(*family), with_type(*socket_type));
                format!("{entry} has the protocol `{}`", names.protocol(*protocol, *family))
            }
            Refusal::ProtocolWrongType { family, socket_type, protocol } => {
                let protocol = names.protocol(*protocol, *family);
                let family = of_family(*family);
                format!("protocol `{protocol}` belongs to another socket type than `{socket_type}`{family}")
            }
            Refusal::Ambiguous => "neither an address family nor a protocol is asked for".to_owned(),
            Refusal::ProtocolOutOfRange { family, protocol, most } => {
                let family = names.family(*family);
                format!("protocol {} is out of the range of family `{family}`, 0 to {most}", protocol.number())
            }
            Refusal::UnchainedLayer { entry } => {
                format!("`{entry}` is a layer; only a chain over a base protocol can be selected")
            }
            Refusal::NoSuchEntry { entry, members } if members.is_empty() => format!("no entry is called `{entry}`"),
            Refusal::NoSuchEntry { entry, members } => {
                let members = crate::catalog::quoted(members);
                format!("`{entry}` is a chain over several bases; its entries are {members}")
            }
            Refusal::NoSuchProvider { provider } => format!("no provider is called `{provider}`"),
            Refusal::EntryMismatch { entry, wanted, had } => {
                format!("entry `{entry}` has {had}, but {wanted} is asked for")
            }
            Refusal::ServiceNotOffered { lacking, prohibited, jointly: false } => {
                format!("what matches {}", services(lacking, prohibited))
            }
            Refusal::ServiceNotOffered { lacking, prohibited, jointly: true } => {
                together(lacking, prohibited, false, "entry that matches")
            }
            Refusal::NotPermitted { application, lacking, prohibited, not_permitted, jointly: false } => {
                let why = policy(lacking, prohibited, not_permitted.as_deref());
                format!("application `{application}` may not use what matches: {why}")
            }
            Refusal::NotPermitted { application, lacking, prohibited, not_permitted, jointly: true } => {
                let why = together(lacking, prohibited, not_permitted.is_some(), "entry that matches");
                format!("application `{application}` may not use what matches: {why}")
            }
            Refusal::NoSuchApplication { application, nearest } => {
                let meant = nearest.as_ref().map(|near| format!(" (did you mean `{near}`?)")).unwrap_or_default();
                format!("application `{application}` has no section of policy, and neither has `*`{meant}")
            }
        }
    }
}

fn services(lacking: &Services, prohibited: &Services) -> String {
    let list = |services: &Services| quoted(&services.iter().collect::<Vec<_>>());
    match (lacking.is_empty(), prohibited.is_empty()) {
        (false, true) => format!("does not offer {}", list(lacking)),
        (true, _) => format!("offers {}", list(prohibited)),
        (false, false) => format!("does not offer {} and offers {}", list(lacking), list(prohibited)),
    }
}

/// Returns why no entry meets all of some demands, each of which some entry meets.
fn together(lacking: &Services, prohibited: &Services, of_permitted_layers: bool, entry: &str) -> String {
    let list = |services: &Services| quoted(&services.iter().collect::<Vec<_>>());
    let some_of = |services: &Services| if services.len() > 1 { "some of " } else { "" };
    let all_of = |services: &Services| if services.len() > 1 { "all of " } else { "" };
    let subject = if of_permitted_layers {
        format!("{entry} with layers of permitted categories only")
    } else {
        entry.to_owned()
    };
    let (required, barred) = (list(lacking), list(prohibited));
    match (lacking.is_empty(), prohibited.is_empty()) {
        (true, _) => format!("every {subject} offers {}{barred}", some_of(prohibited)),
        (false, true) => format!("no {subject} offers {}{required}", all_of(lacking)),
        (false, false) => {
            format!("no {subject} offers {}{required} without {}{barred}", all_of(lacking), some_of(prohibited))
        }
    }
}

fn policy(lacking: &Services, prohibited: &Services, not_permitted: Option<&(String, Categories)>) -> String {
    match not_permitted {
        Some((layer, categories)) if categories.is_empty() => format!("layer `{layer}` has no categories"),
        Some((layer, categories)) => format!("layer `{layer}` is of the categories {categories}"),
        None => format!("it {}", services(lacking, prohibited)),
    }
}
