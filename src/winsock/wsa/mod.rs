//! What Windows' own functions would answer: enumeration, the choice of a socket's provider, the categories of layers, and what
//! an installation would make of a catalog.
//!
//! | file | Windows' function |
//! |---|---|
//! | `enumerate` | `WSAEnumProtocols`, `WSCEnumProtocols` |
//! | `socket` | `WSASocket` |
//! | `categories` | which layers a process loads |
//! | `install` | `WSCInstallProviderAndChains` and `WSCInstallProviderAndChains64_32`, as a preview |
//!
//! What the documentation of these functions says is followed; where native Windows was seen to do otherwise, that is. What
//! neither states is decided here, and each decision is written down where it is made.

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

/// Windows' functions for applications, over a registry in the windows dialect: an imported catalog, or any other.
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

/// The registry is not in the windows dialect, whose numbers and whose order of errors the functions speak of.
#[derive(Copy, Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the catalog is in the {} dialect, where Windows' functions need the windows dialect", .dialect.name())]
pub struct NotWindows {
    /// The dialect that it is in.
    pub dialect: Dialect,
}

impl<'r> WindowsSockets<'r> {
    /// Windows' functions over a registry.
    ///
    /// # Errors
    /// If it is not in the windows dialect.
    pub fn new(registry: &'r Registry) -> Result<Self, NotWindows> {
        match registry.dialect() {
            Dialect::Windows => Ok(WindowsSockets { registry }),
            dialect => Err(NotWindows { dialect }),
        }
    }
}
