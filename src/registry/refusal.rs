//! The error: why a request was refused, as facts.

use super::request::ProviderDemand;
use crate::catalog::{EntryDemand, quoted};
use crate::terms::{Categories, Errno, ErrorCode, Family, Protocol, Services, SocketType, WsaError};

/// Why a registry refuses a request.
///
/// The facts are those of the request; every candidate with the test that it failed is what
/// [`Registry::explain`](super::Registry::explain) gives, which costs more and is computed when asked for.
#[derive(Clone, Debug, PartialEq, Eq, Hash, thiserror::Error)]
#[non_exhaustive]
pub enum Refusal {
    /// No selectable entry has the family.
    #[error("no entry has the address family `{family}`")]
    AddressFamilyNotSupported {
        /// The family asked for.
        family: Family,
    },
    /// No entry of the family (in the windows dialect: no entry at all) has the type.
    #[error("no entry{} has the socket type `{socket_type}`", of_family(.family))]
    SocketTypeNotSupported {
        /// The family asked for.
        family: Family,
        /// The type asked for.
        socket_type: SocketType,
    },
    /// No entry of the family and type has the protocol.
    #[error("no entry{}{} {}", of_family(.family), of_type(.socket_type), has_protocol(*.protocol, *.family))]
    ProtocolNotSupported {
        /// The family asked for.
        family: Family,
        /// The type asked for.
        socket_type: SocketType,
        /// The protocol asked for.
        protocol: Protocol,
    },
    /// The protocol belongs to another type of that family.
    #[error("protocol `{}` belongs to another socket type than `{socket_type}`{}", name(*.protocol, *.family), of_family(.family))]
    ProtocolWrongType {
        /// The family asked for.
        family: Family,
        /// The type asked for.
        socket_type: SocketType,
        /// The protocol asked for.
        protocol: Protocol,
    },
    /// The request is ambiguous: neither a family nor a protocol.
    #[error("neither an address family nor a protocol is asked for")]
    Ambiguous,
    /// The family knows no protocol of that number.
    #[error("protocol {} is out of the range of family `{family}`, 0 to {most}", protocol.number())]
    ProtocolOutOfRange {
        /// The family asked for.
        family: Family,
        /// The protocol asked for.
        protocol: Protocol,
        /// The greatest protocol of that family.
        most: i32,
    },
    /// The entry asked for is a layer.
    #[error("`{entry}` is a layer; only a chain over a base protocol can be selected")]
    UnchainedLayer {
        /// The layer's name.
        entry: String,
    },
    /// No entry has that name or id.
    #[error("no entry is called `{entry}`")]
    NoSuchEntry {
        /// The name or id asked for.
        entry: EntryDemand,
    },
    /// No provider has that name or GUID.
    #[error("no provider is called `{provider}`")]
    NoSuchProvider {
        /// The name or GUID asked for.
        provider: ProviderDemand,
    },
    /// The entry asked for does not fit the rest of the request.
    #[error("entry `{entry}` has {had}, but {wanted} is asked for")]
    EntryMismatch {
        /// The entry's name.
        entry: String,
        /// What the request asks for, as in "family `inet`".
        wanted: String,
        /// What the entry has.
        had: String,
    },
    /// The triple matches, the demanded services do not.
    #[error("what matches {}", services(.lacking, .prohibited))]
    ServiceNotOffered {
        /// Required services that the first match in catalog order lacks.
        lacking: Services,
        /// Prohibited services that it offers.
        prohibited: Services,
    },
    /// The application may not use any that match.
    #[error("application `{application}` may not use what matches: {}", policy(.lacking, .prohibited, .not_permitted))]
    NotPermitted {
        /// The section that applies: the application's own, or `*`.
        application: String,
        /// Services that the policy requires and the first match in catalog order lacks.
        lacking: Services,
        /// Services that the policy prohibits and it offers.
        prohibited: Services,
        /// A layer that the policy's `permit` keeps out, with its categories.
        not_permitted: Option<(String, Categories)>,
    },
}

impl Refusal {
    /// The error code of the catalog's own vocabulary.
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
        }
    }

    /// Winsock's error for it.
    pub const fn wsa(&self) -> WsaError {
        self.code().wsa()
    }

    /// The errno for it; every refusal has one.
    pub const fn errno(&self) -> Option<Errno> {
        self.code().errno()
    }
}

fn name(protocol: Protocol, family: Family) -> String {
    protocol.display_in(family, crate::terms::System::HOST).to_string()
}

fn of_family(family: &Family) -> String {
    if *family == Family::UNSPEC { String::new() } else { format!(" of family `{family}`") }
}

fn of_type(socket_type: &SocketType) -> String {
    if *socket_type == SocketType::UNSPEC { String::new() } else { format!(" with type `{socket_type}`") }
}

fn has_protocol(protocol: Protocol, family: Family) -> String {
    match protocol {
        Protocol::UNSPEC => "matches protocol 0; name a protocol".to_owned(),
        _ => format!("has the protocol `{}`", name(protocol, family)),
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

fn policy(lacking: &Services, prohibited: &Services, not_permitted: &Option<(String, Categories)>) -> String {
    match not_permitted {
        Some((layer, categories)) if categories.is_empty() => format!("layer `{layer}` has no categories"),
        Some((layer, categories)) => format!("layer `{layer}` is of the categories {categories}"),
        None => format!("it {}", services(lacking, prohibited)),
    }
}
