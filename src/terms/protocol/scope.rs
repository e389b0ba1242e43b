//! The scopes of protocol names: which names are valid in which family of which system.

use super::{Family, System, ip};

/// The names of protocols, and the further names that are only read.
pub(super) struct Scope {
    pub(super) names: &'static [(&'static str, i32)],
    pub(super) aliases: &'static [(&'static str, i32)],
}

impl Scope {
    const fn new(names: &'static [(&'static str, i32)]) -> Scope {
        Scope { names, aliases: &[] }
    }

    /// Returns the scopes of `family` on `system`; none for a family without protocols of its own.
    pub(super) fn of(family: Family, system: System) -> &'static [&'static Scope] {
        // A family may be given as the number of a named one.
        let family = family.number(system).map_or(family, |number| Family::from_number(number, system));
        match (family, system) {
            (Family::UNSPEC | Family::INET | Family::INET6, System::Linux) => &[&ip::IANA, &ip::LINUX],
            (Family::UNSPEC | Family::INET | Family::INET6, System::Windows) => &[&ip::IANA],
            (Family::UNSPEC | Family::INET | Family::INET6, System::MacOs) => &[&ip::IANA, &ip::MACOS],
            (Family::UNIX, System::Linux) => &[&UNIX],
            (Family::NETLINK, System::Linux) => &[&NETLINK],
            (Family::VSOCK, System::Linux) => &[&VSOCK],
            (Family::BLUETOOTH, System::Linux) => &[&BLUETOOTH_LINUX],
            (Family::BLUETOOTH, System::Windows) => &[&BLUETOOTH_WINDOWS],
            (Family::KEY, System::Linux | System::MacOs) => &[&KEY],
            (Family::PPPOX, System::Linux) => &[&PPPOX],
            (Family::CAN, System::Linux) => &[&CAN],
            (Family::PHONET, System::Linux) => &[&PHONET],
            (Family::CAIF, System::Linux) => &[&CAIF],
            (Family::NFC, System::Linux) => &[&NFC],
            (Family::KCM, System::Linux) => &[&KCM],
            (Family::SMC, System::Linux) => &[&SMC],
            (Family::IPX, System::Windows) => &[&IPX],
            (Family::APPLETALK, System::Windows) => &[&APPLETALK],
            (Family::BAN, System::Windows) => &[&BAN],
            (Family::ATM, System::Windows) => &[&ATM],
            (Family::HYPERV, System::Windows) => &[&HYPERV],
            (Family::SYSTEM, System::MacOs) => &[&SYSTEM],
            _ => &[],
        }
    }
}

/// The protocols of `unix`: besides 0, `unix_create` of Linux' net/unix/af_unix.c takes the family's own number.
const UNIX: Scope = Scope::new(&[("unix", 1)]);

/// The protocols of `netlink`, from linux/netlink.h. 1 is unused, and 17 is reserved for device mapper.
const NETLINK: Scope = Scope {
    names: &[
        ("route", 0),
        ("usersock", 2),
        ("firewall", 3),
        ("sock-diag", 4),
        ("nflog", 5),
        ("xfrm", 6),
        ("selinux", 7),
        ("iscsi", 8),
        ("audit", 9),
        ("fib-lookup", 10),
        ("connector", 11),
        ("netfilter", 12),
        ("ip6-fw", 13),
        ("dnrtmsg", 14),
        ("kobject-uevent", 15),
        ("generic", 16),
        ("scsitransport", 18),
        ("ecryptfs", 19),
        ("rdma", 20),
        ("crypto", 21),
        ("smc", 22),
    ],
    aliases: &[("inet-diag", 4)],
};

/// The protocols of `vsock`: besides 0, `vsock_create` of Linux' net/vmw_vsock/af_vsock.c takes the family's own number.
const VSOCK: Scope = Scope::new(&[("vsock", 40)]);

/// BTPROTO_* of Linux' net/bluetooth/bluetooth.h.
const BLUETOOTH_LINUX: Scope = Scope::new(&[
    ("l2cap", 0),
    ("hci", 1),
    ("sco", 2),
    ("rfcomm", 3),
    ("bnep", 4),
    ("cmtp", 5),
    ("hidp", 6),
    ("avdtp", 7),
    ("iso", 8),
]);

/// BTHPROTO_* of ws2bth.h.
const BLUETOOTH_WINDOWS: Scope = Scope::new(&[("rfcomm", 3), ("l2cap", 0x100)]);

/// RFC 2367; linux/pfkeyv2.h and xnu's net/pfkeyv2.h.
const KEY: Scope = Scope::new(&[("pf-key-v2", 2)]);

/// PX_PROTO_* of linux/if_pppox.h.
const PPPOX: Scope = Scope::new(&[("oe", 0), ("ol2tp", 1), ("pptp", 2)]);

/// CAN_* of linux/can.h.
const CAN: Scope =
    Scope::new(&[("raw", 1), ("bcm", 2), ("tp16", 3), ("tp20", 4), ("mcnet", 5), ("isotp", 6), ("j1939", 7)]);

/// PN_PROTO_* of linux/phonet.h.
const PHONET: Scope = Scope::new(&[("transport", 0), ("phonet", 1), ("pipe", 2)]);

/// CAIFPROTO_* of linux/caif/caif_socket.h.
const CAIF: Scope =
    Scope::new(&[("at", 0), ("datagram", 1), ("datagram-loop", 2), ("util", 3), ("rfm", 4), ("debug", 5)]);

/// NFC_SOCKPROTO_* of linux/nfc.h.
const NFC: Scope = Scope::new(&[("raw", 0), ("llcp", 1)]);

/// KCMPROTO_* of linux/kcm.h.
const KCM: Scope = Scope::new(&[("connected", 0)]);

/// SMCPROTO_* of Linux' net/smc/smc.h.
const SMC: Scope = Scope::new(&[("smc", 0), ("smc6", 1)]);

/// NSPROTO_* of wsipx.h. Packet types of IPX are the 256 numbers from `ipx`.
const IPX: Scope = Scope::new(&[("ipx", 1000), ("spx", 1256), ("spxii", 1257)]);

/// ATPROTO_* of atalkwsh.h.
const APPLETALK: Scope = Scope::new(&[("adsp", 16256), ("atp", 16257), ("asp", 16258), ("pap", 16259)]);

/// VNSPROTO_* of wsvns.h.
const BAN: Scope = Scope::new(&[("ipc", 1), ("reliable-ipc", 2), ("spp", 3)]);

/// ATMPROTO_* of ws2atm.h.
const ATM: Scope = Scope::new(&[("aaluser", 0), ("aal1", 1), ("aal2", 2), ("aal34", 3), ("aal5", 5)]);

/// HV_PROTOCOL_* of hvsocket.h.
const HYPERV: Scope = Scope::new(&[("raw", 1)]);

/// SYSPROTO_* of xnu's sys/sys_domain.h.
const SYSTEM: Scope = Scope::new(&[("event", 1), ("control", 2)]);
