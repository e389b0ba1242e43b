//! What Windows' own functions would answer: enumeration, the choice of a socket's provider, the categories of layers, and what
//! an installation would make of a catalog.
//!
//! | file | Windows' function |
//! |---|---|
//! | `categories` | which layers a process loads |
//! | `install` | `WSCInstallProviderAndChains` and `WSCInstallProviderAndChains64_32`, as a preview |
//!
//! What the documentation of these functions says is followed; where native Windows was seen to do otherwise, that is. What
//! neither tells is decided here, and each decision is written down where it is made.

mod categories;
mod install;

pub use categories::permits;
pub use install::{
    Install, InstallError, Installed, InstalledChain, InstalledSet, Triple, install_provider_and_chains,
};
