//! What of a catalog Windows cannot keep, and what it keeps otherwise.

use crate::catalog::entry::EntryIndex;
use crate::catalog::{Span, quoted};
use crate::registry::Registry;
use crate::terms::Services;
use crate::winsock::PackedItemError;
use uuid::Uuid;

/// Something that Windows does not keep as the catalog says it.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub struct Remark {
    /// The entry, or the application, by name.
    pub entry: String,
    /// Where it is declared.
    pub at: Span,
    /// What is not kept, and why.
    pub reason: Reason,
}

/// Why something is not kept as the catalog says it.
#[derive(Clone, Debug, PartialEq, Eq, Hash, thiserror::Error)]
#[non_exhaustive]
pub enum Reason {
    /// The catalog disables it: Windows has no such state, and so it is left out.
    #[error("is disabled, and Windows knows no such entries")]
    Disabled,
    /// An entry below it is not exported.
    #[error("stands on `{below}`, which is not exported")]
    StandsOn {
        /// The entry below.
        below: String,
    },
    /// A family without a number on Windows.
    #[error("is of family `{family}`, which has no number on Windows")]
    Family {
        /// The family.
        family: String,
    },
    /// A type without a number on Windows.
    #[error("is of type `{socket_type}`, which has no number on Windows")]
    SocketType {
        /// The type.
        socket_type: String,
    },
    /// A protocol without a number on Windows.
    #[error("has protocol `{protocol}`, which has no number on Windows")]
    Protocol {
        /// The protocol.
        protocol: String,
    },
    /// Protocols that are no single range of which the first is the lowest.
    #[error("has protocols that are no single range from the first on, which is all that Windows can say")]
    Protocols,
    /// A provider without a library.
    #[error("is of provider `{provider}`, which states no `library` that Windows could load")]
    Library {
        /// The provider.
        provider: String,
    },
    /// No size of addresses.
    #[error("states no `address-size`, and none is known for family `{family}`")]
    AddressSize {
        /// The family.
        family: String,
    },
    /// Facts that the source of the entry did not state.
    #[error("has facts that its source did not state, and Windows needs: {}", quoted(facts))]
    Untold {
        /// The facts, by their keys.
        facts: Vec<&'static str>,
    },
    /// More entries than a chain can have.
    #[error("is a chain of more than {most} entries")]
    TooLong {
        /// The most that it can have.
        most: usize,
    },
    /// A text that does not fit.
    #[error("does not fit: {0}")]
    Unfit(PackedItemError),
    /// Services for which Windows has no flags.
    #[error("offers {services}, for which Windows has no flags")]
    Services {
        /// The services.
        services: Services,
    },
    /// Options, which Windows does not keep.
    #[error("has options, which Windows does not keep: {}", quoted(options))]
    Options {
        /// The options, by name.
        options: Vec<String>,
    },
    /// A provider without a GUID, which is given one.
    #[error("is of provider `{provider}`, which states no `id`: {id} is derived from its name")]
    DerivedId {
        /// The provider.
        provider: String,
        /// Its GUID now.
        id: Uuid,
    },
    /// Demands of policy, of which Windows knows categories alone.
    #[error("is an application with demands on {services}, of which Windows keeps nothing")]
    Policy {
        /// The services.
        services: Services,
    },
    /// Policy for an application of which it is not stated by what Windows knows it.
    #[error("is an application without the key `winsock`, which says by what Windows knows it")]
    UnknownApplication,
}

impl Reason {
    /// Returns whether an entry that could be asked for, or a layer, is left out for it. What is left out because the catalog
    /// disables it cannot be asked for.
    pub fn leaves_out(&self) -> bool {
        match self {
            Reason::StandsOn { .. }
            | Reason::Family { .. }
            | Reason::SocketType { .. }
            | Reason::Protocol { .. }
            | Reason::Protocols
            | Reason::Library { .. }
            | Reason::AddressSize { .. }
            | Reason::Untold { .. }
            | Reason::TooLong { .. }
            | Reason::Unfit(_) => true,
            Reason::Disabled
            | Reason::Services { .. }
            | Reason::Options { .. }
            | Reason::DerivedId { .. }
            | Reason::Policy { .. }
            | Reason::UnknownApplication => false,
        }
    }
}

impl From<PackedItemError> for Reason {
    fn from(error: PackedItemError) -> Self {
        Reason::Unfit(error)
    }
}

impl Remark {
    pub(super) fn of(registry: &Registry, index: EntryIndex, reason: Reason) -> Self {
        Remark { entry: registry.name_at(index).to_owned(), at: registry.entry_at(index).at, reason }
    }
}

/// As in "`tcp4` is disabled, and Windows knows no such entries".
impl std::fmt::Display for Remark {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "`{}` {}", self.entry, self.reason)
    }
}
