//! The error: why a request was refused, as facts.

use super::request::ProviderDemand;
use crate::catalog::{EntryDemand, quoted};
use crate::terms::{Categories, Errno, ErrorCode, Family, Protocol, Services, SocketType, System, WsaError};
use std::fmt;

/// Why a registry refuses a request.
///
/// The facts are those of the request; every candidate with the test that it failed is what
/// [`Registry::explain`](super::Registry::explain) gives, which costs more and is computed when asked for.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Refusal {
    /// No selectable entry has the family.
    AddressFamilyNotSupported {
        /// The family asked for.
        family: Family,
    },
    /// No entry of the family (in the windows dialect: no entry at all) has the type.
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
    /// The request is ambiguous: neither a family nor a protocol.
    Ambiguous,
    /// The family knows no protocol of that number.
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
        /// The enabled entries of the chain over several bases that is called so.
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
        /// What the entry has.
        had: String,
    },
    /// The triple matches, the demanded services do not.
    ServiceNotOffered {
        /// Required services that decide: those that no match offers.
        lacking: Services,
        /// Prohibited services that decide: those that every match offers.
        prohibited: Services,
        /// Whether each of these demands alone is met by some match, and only all of them together by none.
        jointly: bool,
    },
    /// The application may not use any that match.
    NotPermitted {
        /// The section that applies: the application's own, or `*`.
        application: String,
        /// Services that the policy requires and that decide: those that no match offers.
        lacking: Services,
        /// Services that the policy prohibits and that decide: those that every match offers.
        prohibited: Services,
        /// A layer that the policy's `permit` keeps out, with its categories, where `permit` decides.
        not_permitted: Option<Box<(String, Categories)>>,
        /// Whether each of these demands alone is met by some match, and only all of them together by none.
        jointly: bool,
    },
    /// The application has no section of policy, other applications have one, and there is none for all others (`*`).
    NoSuchApplication {
        /// The application's name.
        application: String,
        /// The name with a section that was probably meant.
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

    /// Why no entry at all can be used, for one that says that of a policy.
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

    /// Winsock's error for it.
    pub const fn wsa(&self) -> WsaError {
        self.code().wsa()
    }

    /// Returns the errno for it; every refusal has one.
    pub const fn errno(&self) -> Option<Errno> {
        self.code().errno()
    }
}

/// What numbers are called: in a registry, or without one.
pub(super) trait Names {
    fn family(&self, family: Family) -> String;
    fn protocol(&self, protocol: Protocol, family: Family) -> String;
}

/// Without a registry: the names of the system that this runs on.
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
    /// Returns what was found and what was asked for, with the names of the system that this runs on; with a catalog's own names it
    /// is [`Registry::refusal_text`](super::Registry::refusal_text).
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

/// Of demands each of which some match meets: why none meets all.
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
