//! Remarks on the parts of a catalog that Windows cannot keep, or keeps differently.

use crate::catalog::entry::EntryIndex;
use crate::catalog::{Span, quoted};
use crate::registry::Registry;
use crate::terms::Services;
use crate::winsock::PackedItemError;
use uuid::Uuid;

/// A remark on an entry or application that Windows does not keep as the catalog states it.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub struct Remark {
    /// The name of the entry or of the application.
    pub entry: String,
    /// The place of its declaration.
    pub at: Span,
    /// The reason, which states what is not kept.
    pub reason: Reason,
}

/// The reason why Windows does not keep an entry or application as the catalog states it.
#[derive(Clone, Debug, PartialEq, Eq, Hash, thiserror::Error)]
#[non_exhaustive]
pub enum Reason {
    /// The catalog disables the entry. It is left out, because Windows has no such state.
    #[error("is disabled, and Windows knows no such entries")]
    Disabled,
    /// An entry on which this one depends is not exported.
    #[error("stands on `{below}`, which is not exported")]
    StandsOn {
        /// The entry below.
        below: String,
    },
    /// The family has no number on Windows.
    #[error("is of family `{family}`, which has no number on Windows")]
    Family {
        /// The family.
        family: String,
    },
    /// The type has no number on Windows.
    #[error("is of type `{socket_type}`, which has no number on Windows")]
    SocketType {
        /// The type.
        socket_type: String,
    },
    /// The protocol has no number on Windows.
    #[error("has protocol `{protocol}`, which has no number on Windows")]
    Protocol {
        /// The protocol.
        protocol: String,
    },
    /// The protocols are not a single range that begins with the first one.
    #[error("has protocols that are no single range from the first on, which is all that Windows can say")]
    Protocols,
    /// The provider has no library.
    #[error("is of provider `{provider}`, which states no `library` that Windows could load")]
    Library {
        /// The provider.
        provider: String,
    },
    /// The address size is not stated, and no usual one is known.
    #[error("states no `address-size`, and none is known for family `{family}`")]
    AddressSize {
        /// The family.
        family: String,
    },
    /// Facts that Windows needs were not stated by the source of the entry.
    #[error("has facts that its source did not state, and Windows needs: {}", quoted(facts))]
    Untold {
        /// The facts, by their keys.
        facts: Vec<&'static str>,
    },
    /// The chain has more entries than Windows allows.
    #[error("is a chain of more than {most} entries")]
    TooLong {
        /// The greatest number of entries that a chain can have.
        most: usize,
    },
    /// A text does not fit into its field.
    #[error("does not fit: {0}")]
    Unfit(PackedItemError),
    /// The entry offers services for which Windows has no flags.
    #[error("offers {services}, for which Windows has no flags")]
    Services {
        /// The services.
        services: Services,
    },
    /// The entry has options, which Windows does not keep.
    #[error("has options, which Windows does not keep: {}", quoted(options))]
    Options {
        /// The options, by name.
        options: Vec<String>,
    },
    /// The provider has no GUID, so that one is derived from its name.
    #[error("is of provider `{provider}`, which states no `id`: {id} is derived from its name")]
    DerivedId {
        /// The provider.
        provider: String,
        /// The derived GUID.
        id: Uuid,
    },
    /// The policy makes demands on services, and Windows keeps only categories.
    #[error("is an application with demands on {services}, of which Windows keeps nothing")]
    Policy {
        /// The services.
        services: Services,
    },
    /// The policy is for an application without the key `winsock`, by which Windows would identify it.
    #[error("is an application without the key `winsock`, which says by what Windows knows it")]
    UnknownApplication,
}

impl Reason {
    /// Returns whether this reason leaves out a layer, or an entry that requests could select. Entries that the catalog disables
    /// are not counted, because requests cannot select them.
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

/// Formats the remark, as in "`tcp4` is disabled, and Windows knows no such entries".
impl std::fmt::Display for Remark {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "`{}` {}", self.entry, self.reason)
    }
}
