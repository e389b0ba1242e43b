//! The name-space providers that Windows itself installs: their libraries, and which of them every Windows has.

use super::windows_path::is_library;
use uuid::{Uuid, uuid};

/// A name-space provider that Windows 10 1709 has.
#[derive(Copy, Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct KnownNameSpace {
    /// The name space that it resolves.
    pub name: &'static str,
    /// `ProviderId`.
    pub provider_id: Uuid,
    /// `LibraryPath`.
    pub library: &'static str,
    /// `SupportedNameSpace`.
    pub name_space: u32,
    /// Whether every Windows has it. This holds for the provider that queries DNS.
    pub is_needed: bool,
}

/// All known name-space providers, in the order of the catalog of Windows 10 1709, where all of them are enabled. Their versions,
/// and whether they store service class information, depend on the version of Windows.
pub const KNOWN_NAME_SPACES: [KnownNameSpace; 7] = [
    known("e-mail", uuid!("964acba2-b2bc-40eb-8c6a-a6db40161cae"), r"%SystemRoot%\system32\napinsp.dll", 37),
    known("PNRP (39)", uuid!("03fe89ce-766d-4976-b9c1-bb9bc42c7b4d"), r"%SystemRoot%\system32\pnrpnsp.dll", 39),
    known("PNRP (38)", uuid!("03fe89cd-766d-4976-b9c1-bb9bc42c7b4d"), r"%SystemRoot%\system32\pnrpnsp.dll", 38),
    KnownNameSpace {
        is_needed: true,
        ..known("DNS", uuid!("22059d40-7e9e-11cf-ae5a-00aa00a7112b"), r"%SystemRoot%\System32\mswsock.dll", 12)
    },
    known("NTDS", uuid!("3b2637ee-e580-11cf-a555-00c04fd8d4ac"), r"%SystemRoot%\System32\winrnr.dll", 32),
    known("NLA", uuid!("6642243a-3ba8-4aa6-baa5-2e0bd71fdd83"), r"%SystemRoot%\system32\NLAapi.dll", 15),
    known("Bluetooth", uuid!("06aa63e0-7d60-41ff-afb2-3ee6d2d9392d"), r"%SystemRoot%\system32\wshbth.dll", 16),
];

impl KnownNameSpace {
    /// Returns the provider with this GUID, or `None` if it is not known.
    pub fn by_id(id: Uuid) -> Option<&'static KnownNameSpace> {
        KNOWN_NAME_SPACES.iter().find(|known| known.provider_id == id)
    }

    /// Returns whether a path leads to the library of this provider.
    pub fn has_library(&self, path: &str) -> bool {
        is_library(path, self.library)
    }
}

const fn known(name: &'static str, provider_id: Uuid, library: &'static str, name_space: u32) -> KnownNameSpace {
    KnownNameSpace { name, provider_id, library, name_space, is_needed: false }
}
