//! The flags `dwFlags` of `WSASocket`, and the requirements of multipoint flags on an entry.

use super::SocketError;
use crate::terms::Services;
use bitflags::Flags as _;

bitflags::bitflags! {
    /// The flags `dwFlags` of `WSASocket` (`winsock2.h`, `WSA_FLAG_*`). Bits without a name are kept, and refused when they are
    /// used.
    #[derive(Copy, Clone, Debug, Default, PartialEq, Eq, Hash)]
    pub struct SocketFlags: u32 {
        /// `WSA_FLAG_OVERLAPPED`.
        const OVERLAPPED = 0x1;
        /// `WSA_FLAG_MULTIPOINT_C_ROOT`: the root of a control plane, which must be rooted.
        const MULTIPOINT_C_ROOT = 0x2;
        /// `WSA_FLAG_MULTIPOINT_C_LEAF`: a leaf of a control plane, which must not be rooted.
        const MULTIPOINT_C_LEAF = 0x4;
        /// `WSA_FLAG_MULTIPOINT_D_ROOT`: the root of a data plane, which must be rooted.
        const MULTIPOINT_D_ROOT = 0x8;
        /// `WSA_FLAG_MULTIPOINT_D_LEAF`: a leaf of a data plane, which must not be rooted.
        const MULTIPOINT_D_LEAF = 0x10;
        /// `WSA_FLAG_ACCESS_SYSTEM_SECURITY`: needs the privilege `SE_SECURITY_NAME`.
        const ACCESS_SYSTEM_SECURITY = 0x40;
        /// `WSA_FLAG_NO_HANDLE_INHERIT`.
        const NO_HANDLE_INHERIT = 0x80;
        /// `WSA_FLAG_REGISTERED_IO`.
        const REGISTERED_IO = 0x100;
        const _ = !0;
    }
}

/// The multipoint flags: the flag, its name, the service bit of a rooted plane, and whether the bit must be set.
static MULTIPOINT: [(SocketFlags, &str, Services, bool); 4] = [
    (SocketFlags::MULTIPOINT_C_ROOT, "WSA_FLAG_MULTIPOINT_C_ROOT", Services::MULTIPOINT_CONTROL_PLANE, true),
    (SocketFlags::MULTIPOINT_C_LEAF, "WSA_FLAG_MULTIPOINT_C_LEAF", Services::MULTIPOINT_CONTROL_PLANE, false),
    (SocketFlags::MULTIPOINT_D_ROOT, "WSA_FLAG_MULTIPOINT_D_ROOT", Services::MULTIPOINT_DATA_PLANE, true),
    (SocketFlags::MULTIPOINT_D_LEAF, "WSA_FLAG_MULTIPOINT_D_LEAF", Services::MULTIPOINT_DATA_PLANE, false),
];

impl SocketFlags {
    /// Checks that an entry with this `dwServiceFlags1` supports the flags.
    pub(super) fn check(self, service_flags: u32) -> Result<(), SocketError> {
        let offered = Services::from_xp1(service_flags);
        let unknown = self.bits() & !Self::all_named().bits();
        if unknown != 0 {
            return Err(SocketError::UnknownFlags { flags: unknown });
        }
        let asked = || MULTIPOINT.iter().filter(|(flag, ..)| self.contains(*flag));
        for plane in [Services::MULTIPOINT_CONTROL_PLANE, Services::MULTIPOINT_DATA_PLANE] {
            if asked().filter(|(_, _, of, _)| *of == plane).count() > 1 {
                return Err(SocketError::RootAndLeaf { flags: self.bits() });
            }
        }
        for (_, flag, plane, rooted) in asked() {
            if !offered.contains(&Services::SUPPORT_MULTIPOINT) {
                return Err(SocketError::NoMultipoint { flag });
            }
            if offered.contains(plane) != *rooted {
                return Err(SocketError::OtherPlane { flag, rooted: *rooted });
            }
        }
        Ok(())
    }

    /// Returns all flags that have a name.
    pub(super) fn all_named() -> Self {
        Self::FLAGS.iter().filter(|flag| flag.is_named()).fold(Self::empty(), |all, flag| all | *flag.value())
    }
}
