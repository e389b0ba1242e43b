//! The items that Windows itself, Hyper-V, Bluetooth and VMware's tools install: how they are recognised, and the values that
//! they have.
//!
//! Most of their names are indirect strings, whose text depends on the language, and their ids differ by machine. They are
//! therefore recognised by the GUID of the provider, the family, the type and the protocol. The values are those of a Windows 10
//! 1709 (both sets of its registry export state the same), and the items are in its order.

use super::info::{Further, ProtocolChain, ProtocolInfo, provider_flags};
use super::packed::PackedItem;
use super::windows_path::{is_library, is_of_programs};
use uuid::{Uuid, uuid};

/// A provider that is recognised by its GUID.
#[derive(Copy, Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct StandardProvider {
    /// The name that catalogs of sockatlas give it.
    pub name: &'static str,
    /// Its GUID.
    pub id: Uuid,
    /// The path of its library, with environment variables unexpanded.
    pub library: &'static str,
    /// The paths of its library on other versions of Windows, or in other versions of the provider itself.
    pub other_libraries: &'static [&'static str],
    /// Whether the provider is Microsoft's, so that its library belongs below the folder of Windows.
    pub by_microsoft: bool,
}

/// A base protocol that is recognised by its provider, its family, its type and its protocol.
#[derive(Copy, Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct StandardItem {
    /// The name that catalogs of sockatlas give it, as in `tcp4`.
    pub name: &'static str,
    /// Its provider.
    pub provider: &'static StandardProvider,
    /// `szProtocol`.
    pub text: &'static str,
    /// The text that an English Windows shows for it if `text` is an indirect string; otherwise the same text.
    pub english: &'static str,
    /// Its id in the catalog from which the values are taken.
    pub catalog_entry_id: u32,
    /// The family, the type and the first protocol.
    pub triple: (i32, i32, i32),
    /// `dwServiceFlags1`.
    pub service_flags: u32,
    /// The least and the greatest length of an address, in bytes.
    pub address_size: (i32, i32),
    /// `dwMessageSize`.
    pub message_size: u32,
    /// Whether every Windows has it: TCP, UDP and RAW of IPv4 and IPv6.
    pub is_essential: bool,
}

const MSWSOCK: &str = "%SystemRoot%\\system32\\mswsock.dll";

macro_rules! providers {
    ($($constant:ident $name:literal $id:literal $library:expr, [$($other:literal)*], $by_microsoft:literal;)+) => {
        $(static $constant: StandardProvider = StandardProvider {
            name: $name,
            id: uuid!($id),
            library: $library,
            other_libraries: &[$($other),*],
            by_microsoft: $by_microsoft,
        };)+

        /// All known providers.
        static PROVIDERS: [&StandardProvider; [$($name),+].len()] = [$(&$constant),+];
    };
}

// The GUID of NetBIOS is from a catalog of Windows XP, which has the same library. The GUIDs of infrared (wshirda.c) and of
// reliable multicast (wshrm.h) are from the sources of Microsoft's helper libraries; wepoll's list of MSAFD's providers has the
// GUID of infrared too. RSVP had a library of its own up to Windows XP. Older tools of VMware keep their library in their own
// folder, as on a Windows 7.
providers! {
    HYPERV "hyperv" "1234191b-4bf7-4ca7-86e0-dfd7c32b5445" MSWSOCK, [], true;
    AFUNIX "afunix" "a00943d9-9c2e-4633-9b59-0057a3160994" MSWSOCK, [], true;
    TCPIP "tcpip" "e70f1aa0-ab8b-11cf-8ca3-00805f48a192" MSWSOCK, [], true;
    TCPIP6 "tcpip6" "f9eab0c0-26d4-11d0-bbbf-00aa006c34e4" MSWSOCK, [], true;
    RSVP "rsvp" "9d60a9e0-337a-11d0-bd88-0000c082e69a" MSWSOCK, ["%SystemRoot%\\system32\\rsvpsp.dll"], true;
    BLUETOOTH "bluetooth" "9fc48064-7298-43e4-b7bd-181f2089792a" MSWSOCK, [], true;
    VSOCKETS "vsockets" "570adc4b-67b2-42ce-92b2-acd33d88d842" "%windir%\\system32\\vsocklib.dll", [], false;
    NETBIOS "netbios" "8d5f1830-c273-11cf-95c8-00805f48a192" MSWSOCK, [], true;
    IRDA "irda" "3972523d-2af1-11d1-b655-00805f3642cc" MSWSOCK, [], true;
    PGM "pgm" "c845f828-500f-4e1e-87c2-5dfca19b5348" MSWSOCK, [], true;
}

/// Base protocols of which only these facts are known: their number is not fixed, or their other fields depend on the version.
struct Family {
    provider: &'static StandardProvider,
    address_family: i32,
    socket_types: &'static [i32],
    /// The first and the last protocol.
    protocols: (i32, i32),
}

static FAMILIES: [Family; 3] = [
    // Two for each network card, with negative protocols (winsock2.h, wsnetbs.h).
    Family { provider: &NETBIOS, address_family: 17, socket_types: &[2, 5], protocols: (i32::MIN, -1) },
    // `IRDA_PROTO_SOCK_STREAM` (af_irda.h).
    Family { provider: &IRDA, address_family: 26, socket_types: &[1], protocols: (1, 1) },
    // `IPPROTO_PGM`, as a stream and as reliable messages.
    Family { provider: &PGM, address_family: 2, socket_types: &[1, 4], protocols: (113, 113) },
];

macro_rules! items {
    ($($name:literal $provider:ident $id:literal ($family:literal $type:literal $protocol:literal) $flags:literal
       ($min:literal $max:literal) $size:literal $essential:literal $text:literal $english:literal;)+) => {
        static ITEMS: [StandardItem; [$($name),+].len()] = [$(StandardItem {
            name: $name,
            provider: &$provider,
            text: $text,
            english: $english,
            catalog_entry_id: $id,
            triple: ($family, $type, $protocol),
            service_flags: $flags,
            address_size: ($min, $max),
            message_size: $size,
            is_essential: $essential,
        }),+];
    };
}

items! {
    // name        provider  id   triple      services address size essential szProtocol, and its English text
    "hyperv"       HYPERV    1001 (34 1 1)    0x20026 (36 36) 0     false "Hyper-V RAW" "Hyper-V RAW";
    "unix"         AFUNIX    1006 (1 1 0)     0x20026 (2 110) 0     false "AF_UNIX" "AF_UNIX";
    "tcp4"         TCPIP     1007 (2 1 6)     0x20066 (16 16) 0     true  "@%SystemRoot%\\System32\\mswsock.dll,-60100" "MSAFD Tcpip [TCP/IP]";
    "udp4"         TCPIP     1008 (2 2 17)    0x20609 (16 16) 65527 true  "@%SystemRoot%\\System32\\mswsock.dll,-60101" "MSAFD Tcpip [UDP/IP]";
    "raw4"         TCPIP     1009 (2 3 0)     0x20609 (16 16) 32768 true  "@%SystemRoot%\\System32\\mswsock.dll,-60102" "MSAFD Tcpip [RAW/IP]";
    "tcp6"         TCPIP6    1010 (23 1 6)    0x20066 (28 28) 0     true  "@%SystemRoot%\\System32\\mswsock.dll,-60200" "MSAFD Tcpip [TCP/IPv6]";
    "udp6"         TCPIP6    1011 (23 2 17)   0x20609 (28 28) 65527 true  "@%SystemRoot%\\System32\\mswsock.dll,-60201" "MSAFD Tcpip [UDP/IPv6]";
    "raw6"         TCPIP6    1012 (23 3 0)    0x20609 (28 28) 32768 true  "@%SystemRoot%\\System32\\mswsock.dll,-60202" "MSAFD Tcpip [RAW/IPv6]";
    "rsvp-tcp6"    RSVP      1002 (23 1 6)    0x22066 (28 28) 0     false "@%SystemRoot%\\System32\\wshqos.dll,-100" "RSVP TCPv6 Service Provider";
    "rsvp-tcp4"    RSVP      1003 (2 1 6)     0x22066 (16 16) 0     false "@%SystemRoot%\\System32\\wshqos.dll,-101" "RSVP TCP Service Provider";
    "rsvp-udp6"    RSVP      1004 (23 2 17)   0x22609 (28 28) 65527 false "@%SystemRoot%\\System32\\wshqos.dll,-102" "RSVP UDPv6 Service Provider";
    "rsvp-udp4"    RSVP      1005 (2 2 17)    0x22609 (16 16) 65527 false "@%SystemRoot%\\System32\\wshqos.dll,-103" "RSVP UDP Service Provider";
    "l2cap"        BLUETOOTH 1013 (32 1 256)  0x20006 (30 30) 0     false "MSAFD L2CAP [Bluetooth]" "MSAFD L2CAP [Bluetooth]";
    "rfcomm"       BLUETOOTH 1014 (32 1 3)    0x20026 (30 30) 0     false "MSAFD RfComm [Bluetooth]" "MSAFD RfComm [Bluetooth]";
    "vsock-dgram"  VSOCKETS  1015 (28 2 0)    0x9     (16 16) 0     false "vSockets DGRAM" "vSockets DGRAM";
    "vsock-stream" VSOCKETS  1016 (28 1 0)    0x26    (16 16) 0     false "vSockets STREAM" "vSockets STREAM";
}

/// `SOCK_RAW`.
const RAW: i32 = 3;
/// The highest protocol of IP. RAW items accept protocols from 0 up to it.
const HIGHEST_IP_PROTOCOL: i32 = 255;

impl StandardProvider {
    /// Returns all known providers.
    pub fn all() -> impl ExactSizeIterator<Item = &'static StandardProvider> {
        PROVIDERS.into_iter()
    }

    /// Returns the provider with this GUID, or `None` if it is not known.
    pub fn by_id(id: Uuid) -> Option<&'static StandardProvider> {
        PROVIDERS.into_iter().find(|provider| provider.id == id)
    }

    /// Returns the provider of an item that belongs to a [`Family`], of whose items only the family, the type and the protocol
    /// are known. Returns `None` for any other item.
    pub(super) fn of_family(info: &ProtocolInfo) -> Option<&'static StandardProvider> {
        let is_base = info.chain.length == ProtocolChain::BASE.length;
        let is_one = |family: &&Family| {
            let (first, last) = family.protocols;
            family.provider.id == info.provider_id
                && family.address_family == info.address_family
                && family.socket_types.contains(&info.socket_type)
                && (first..=last).contains(&info.protocol)
        };
        FAMILIES.iter().find(is_one).filter(|_| is_base).map(|family| family.provider)
    }

    /// Returns whether a path leads to a library of this provider. The library of a provider that is not Microsoft's may also be
    /// below a folder of programs, under the same file name.
    pub fn has_library(&self, path: &str) -> bool {
        let mut known = std::iter::once(&self.library).chain(self.other_libraries);
        known.any(|known| is_library(path, known)) || !self.by_microsoft && is_of_programs(path, self.library)
    }
}

impl StandardItem {
    /// Returns all standard items, in the order in which Windows 10 1709 lists them.
    pub fn all() -> std::slice::Iter<'static, StandardItem> {
        ITEMS.iter()
    }

    /// Returns the standard item with the provider, family, type and protocol of this item. Returns `None` for layers and chains.
    pub fn of(info: &ProtocolInfo) -> Option<&'static StandardItem> {
        let is_base = info.chain.length == ProtocolChain::BASE.length;
        let same = |item: &&StandardItem| item.provider.id == info.provider_id && item.triple == info.triple();
        ITEMS.iter().find(same).filter(|_| is_base)
    }

    /// Returns the standard item to which catalogs of sockatlas give this name.
    pub fn by_name(name: &str) -> Option<&'static StandardItem> {
        ITEMS.iter().find(|item| item.name == name)
    }

    /// Returns how many protocols the item accepts, the first one included.
    pub(super) const fn protocols(&self) -> i32 {
        if self.triple.1 == RAW { HIGHEST_IP_PROTOCOL + 1 } else { 1 }
    }

    /// Returns all fields of the item, with the id that it has in the catalog from which the values are taken.
    pub fn info(&self) -> ProtocolInfo {
        let (address_family, socket_type, protocol) = self.triple;
        let is_raw = socket_type == RAW;
        let hidden = if is_raw { provider_flags::HIDDEN } else { 0 };
        ProtocolInfo {
            path: self.provider.library.to_owned(),
            name: self.text.to_owned(),
            service_flags: self.service_flags,
            provider_id: self.provider.id,
            catalog_entry_id: self.catalog_entry_id,
            chain: ProtocolChain::BASE,
            // VMware's items have version 0, all others 2.
            version: if self.provider.by_microsoft { 2 } else { 0 },
            address_family,
            max_address_length: self.address_size.1,
            min_address_length: self.address_size.0,
            socket_type,
            protocol,
            further: Some(Further {
                provider_flags: provider_flags::MATCHES_PROTOCOL_ZERO | hidden,
                protocol_max_offset: if is_raw { HIGHEST_IP_PROTOCOL } else { 0 },
                message_size: self.message_size,
                ..Further::default()
            }),
        }
    }

    /// Returns the 888 bytes of the item, with this id.
    pub fn packed(&self, catalog_entry_id: u32) -> PackedItem {
        let info = ProtocolInfo { catalog_entry_id, ..self.info() };
        PackedItem::new(&info).expect("the texts of standard items fit, as the tests see")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::load::Loader;
    use crate::terms::System;

    #[test]
    fn they_say_what_the_shipped_catalog_says() {
        let windows = Loader::new().path("builtin:windows.toml").load().expect("it ships");
        let entries: Vec<_> = windows.entries().collect();
        assert_eq!(entries.len(), ITEMS.len());
        for (item, entry) in StandardItem::all().zip(entries) {
            let info = item.info();
            let further = info.further.as_ref().expect("all is stated");
            let ranges = entry.protocols().expect("a base protocol").ranges();
            let (first, last) = info.protocols();
            assert_eq!((item.name, info.catalog_entry_id), (entry.name(), entry.catalog_entry_id().cast_unsigned()));
            assert_eq!((Some(info.provider_id), item.provider.name), (entry.provider().id(), entry.provider().name()));
            assert_eq!(Some(info.path.as_str()), entry.provider().library());
            assert_eq!(entry.family().and_then(|family| family.number(System::Windows)), Some(info.address_family));
            assert_eq!(entry.socket_type().map(|kind| kind.number()), Some(info.socket_type));
            assert_eq!(
                ranges.iter().map(|&(from, to)| (i64::from(from), Some(i64::from(to)))).collect::<Vec<_>>(),
                [(first, last)]
            );
            assert_eq!(entry.facts().summary.as_deref(), Some(item.english));
            assert_eq!(entry.services().xp1(), info.service_flags);
            assert_eq!(info.has_provider_flags(provider_flags::HIDDEN), Some(entry.is_hidden()));
            assert_eq!(info.has_provider_flags(provider_flags::MATCHES_PROTOCOL_ZERO), Some(entry.matches_zero()));
            let facts = entry.facts();
            assert_eq!((facts.version, facts.message_size), (Some(info.version), Some(further.message_size)));
            let size = facts.address_size.expect("stated");
            assert_eq!((size.min.cast_signed(), size.max.cast_signed()), item.address_size);
        }
    }

    #[test]
    fn they_are_recognised_by_provider_and_triple_and_by_nothing_else() {
        for item in StandardItem::all() {
            let info = ProtocolInfo { name: "renamed".to_owned(), path: String::new(), ..item.info() };
            assert_eq!(StandardItem::of(&info), Some(item));
            assert_eq!(item.packed(7).info().map(|info| info.catalog_entry_id), Ok(7));
        }
        let tcp = StandardItem::by_name("tcp4").expect("known").info();
        assert_eq!(StandardItem::of(&ProtocolInfo { provider_id: Uuid::nil(), ..tcp.clone() }), None);
        assert_eq!(StandardItem::of(&ProtocolInfo { protocol: 132, ..tcp.clone() }), None);
        assert_eq!(StandardItem::of(&ProtocolInfo { chain: ProtocolChain::LAYER, ..tcp }), None);
        assert_eq!(StandardItem::all().filter(|item| item.is_essential).count(), 6);
    }
}
