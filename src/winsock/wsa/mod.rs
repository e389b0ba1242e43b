//! Windows' own functions over a catalog: enumeration, the choice of a socket's provider, the categories of layers, and a preview
//! of an installation.
//!
//! | file | Windows' function |
//! |---|---|
//! | `enumerate` | `WSAEnumProtocols`, `WSCEnumProtocols` |
//! | `socket` | `WSASocket` |
//! | `categories` | the selection of the layers that a process loads |
//! | `install` | `WSCInstallProviderAndChains` and `WSCInstallProviderAndChains64_32`, as a preview |
//!
//! The functions follow their documentation, except where native Windows was observed to behave differently. Questions that
//! neither answers are decided here, and each decision is documented in its place.

mod categories;
mod enumerate;
mod install;
mod socket;

pub use categories::permits;
pub use enumerate::{Enumeration, PROTOCOL_INFO_A_BYTES, PROTOCOL_INFO_W_BYTES, enum_protocols, wsc_enum_protocols};
pub use install::{
    Install, InstallError, Installed, InstalledChain, InstalledSet, Triple, install_provider_and_chains,
};
pub use socket::{FROM_PROTOCOL_INFO, MadeSocket, SocketArguments, SocketError, SocketFlags};

use crate::registry::Registry;
use crate::terms::Dialect;

/// The functions of Windows for applications, over a registry in the windows dialect: an imported catalog, or any other.
///
/// ```
/// use sockatlas::Loader;
/// use sockatlas::winsock::wsa::{SocketArguments, WindowsSockets};
///
/// let registry = Loader::new().path("builtin:windows.toml").load()?;
/// let windows = WindowsSockets::new(&registry)?;
/// assert_eq!(windows.enum_protocols(Some(&[6, 0])).entries.len(), 4, "TCP over IPv4 and IPv6, and both of RSVP");
/// let socket = windows.socket(&SocketArguments::new(2, 1, 0))?;
/// assert_eq!((socket.entry.name(), socket.protocol), ("tcp4", 6));
/// let error = windows.socket(&SocketArguments::new(2, 1, 17)).unwrap_err();
/// assert_eq!(error.wsa().to_string(), "WSAEPROTONOSUPPORT (10043)");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Copy, Clone, Debug)]
pub struct WindowsSockets<'r> {
    registry: &'r Registry,
}

/// The error for a registry in another dialect: the numbers and the order of errors of these functions belong to the windows
/// dialect.
#[derive(Copy, Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the catalog is in the {} dialect, where Windows' functions need the windows dialect", .dialect.name())]
pub struct NotWindows {
    /// The dialect of the registry.
    pub dialect: Dialect,
}

impl<'r> WindowsSockets<'r> {
    /// Creates the functions over a registry.
    ///
    /// # Errors
    /// If the registry is not in the windows dialect.
    pub fn new(registry: &'r Registry) -> Result<Self, NotWindows> {
        match registry.dialect() {
            Dialect::Windows => Ok(WindowsSockets { registry }),
            dialect => Err(NotWindows { dialect }),
        }
    }
}
