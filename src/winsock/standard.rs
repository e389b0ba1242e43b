//! The items that Windows itself, Hyper-V, Bluetooth and VMware's tools install: how they are recognised, and the values that
//! they have.
//!
//! Most of their names are indirect strings, whose text depends on the language, and their ids differ by machine. They are
//! therefore recognised by the GUID of the provider, the family, the type and the protocol. The values are those of a Windows 10
//! 1709 (both sets of its registry export state the same), and the items are in its order: they come from the catalog
//! `builtin:windows.toml`. This file adds what that catalog does not state.

use super::info::{Further, ProtocolChain, ProtocolInfo, provider_flags};
use super::packed::PackedItem;
use super::windows_path::{is_library, is_of_programs};
use crate::load::Loader;
use crate::registry::{EntryRef, ProviderRef, Registry};
use crate::terms::System;
use std::sync::LazyLock;
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
    /// `iVersion`.
    version: i32,
    /// `dwProviderFlags`.
    provider_flags: u32,
    /// `iProtocolMaxOffset`.
    protocol_max_offset: i32,
}

/// The catalog of Windows that ships.
static WINDOWS: LazyLock<Registry> =
    LazyLock::new(|| Loader::new().path("builtin:windows.toml").load().expect("it ships, and the tests load it"));

/// All known providers: those of the catalog that ships, and then the others.
static PROVIDERS: LazyLock<Vec<StandardProvider>> =
    LazyLock::new(|| WINDOWS.providers().filter_map(provider).chain(OTHER_PROVIDERS).collect());

/// The standard items: the entries of the catalog that ships.
static ITEMS: LazyLock<Vec<StandardItem>> = LazyLock::new(|| WINDOWS.entries().filter_map(item).collect());

const MSWSOCK: &str = "%SystemRoot%\\system32\\mswsock.dll";

/// The providers that the catalog of Windows 10 1709 does not have.
///
/// The GUID of NetBIOS is from a catalog of Windows XP, which has the same library. The GUIDs of infrared (wshirda.c) and of
/// reliable multicast (wshrm.h) are from the sources of Microsoft's helper libraries; wepoll's list of MSAFD's providers has the
/// GUID of infrared too.
const OTHER_PROVIDERS: [StandardProvider; 3] =
    [of_mswsock("netbios", NETBIOS), of_mswsock("irda", IRDA), of_mswsock("pgm", PGM)];

const NETBIOS: Uuid = uuid!("8d5f1830-c273-11cf-95c8-00805f48a192");
const IRDA: Uuid = uuid!("3972523d-2af1-11d1-b655-00805f3642cc");
const PGM: Uuid = uuid!("c845f828-500f-4e1e-87c2-5dfca19b5348");

const fn of_mswsock(name: &'static str, id: Uuid) -> StandardProvider {
    StandardProvider { name, id, library: MSWSOCK, other_libraries: &[], by_microsoft: true }
}

/// Base protocols of which only these facts are known: their number is not fixed, or their other fields depend on the version.
struct Family {
    provider: Uuid,
    address_family: i32,
    socket_types: &'static [i32],
    /// The first and the last protocol.
    protocols: (i32, i32),
}

static FAMILIES: [Family; 3] = [
    // Two for each network card, with negative protocols (winsock2.h, wsnetbs.h).
    Family { provider: NETBIOS, address_family: 17, socket_types: &[2, 5], protocols: (i32::MIN, -1) },
    // `IRDA_PROTO_SOCK_STREAM` (af_irda.h).
    Family { provider: IRDA, address_family: 26, socket_types: &[1], protocols: (1, 1) },
    // `IPPROTO_PGM`, as a stream and as reliable messages.
    Family { provider: PGM, address_family: 2, socket_types: &[1, 4], protocols: (113, 113) },
];

/// The items whose `szProtocol` is an indirect string. The catalog that ships states the English text.
const INDIRECT: [(&str, &str); 10] = [
    ("tcp4", "@%SystemRoot%\\System32\\mswsock.dll,-60100"),
    ("udp4", "@%SystemRoot%\\System32\\mswsock.dll,-60101"),
    ("raw4", "@%SystemRoot%\\System32\\mswsock.dll,-60102"),
    ("tcp6", "@%SystemRoot%\\System32\\mswsock.dll,-60200"),
    ("udp6", "@%SystemRoot%\\System32\\mswsock.dll,-60201"),
    ("raw6", "@%SystemRoot%\\System32\\mswsock.dll,-60202"),
    ("rsvp-tcp6", "@%SystemRoot%\\System32\\wshqos.dll,-100"),
    ("rsvp-tcp4", "@%SystemRoot%\\System32\\wshqos.dll,-101"),
    ("rsvp-udp6", "@%SystemRoot%\\System32\\wshqos.dll,-102"),
    ("rsvp-udp4", "@%SystemRoot%\\System32\\wshqos.dll,-103"),
];

/// Returns a provider of the catalog that ships.
fn provider(stated: ProviderRef<'static>) -> Option<StandardProvider> {
    let name = stated.name();
    Some(StandardProvider {
        name,
        id: stated.id()?,
        library: stated.library()?,
        // RSVP had a library of its own up to Windows XP. Older tools of VMware keep their library in their own folder, as on a
        // Windows 7.
        other_libraries: if name == "rsvp" { &["%SystemRoot%\\system32\\rsvpsp.dll"] } else { &[] },
        by_microsoft: name != "vsockets",
    })
}

/// Returns the item that an entry of the catalog that ships states.
fn item(entry: EntryRef<'static>) -> Option<StandardItem> {
    let (name, facts) = (entry.name(), entry.facts());
    let english = facts.summary.as_deref()?;
    let size = facts.address_size?;
    let &(first, last) = entry.protocols()?.ranges().first()?;
    let provider = StandardProvider::by_id(entry.provider().id()?)?;
    let matches_zero = if entry.matches_zero() { provider_flags::MATCHES_PROTOCOL_ZERO } else { 0 };
    let hidden = if entry.is_hidden() { provider_flags::HIDDEN } else { 0 };
    Some(StandardItem {
        name,
        provider,
        text: INDIRECT.iter().find(|(of, _)| *of == name).map_or(english, |(_, text)| text),
        english,
        catalog_entry_id: entry.catalog_entry_id().cast_unsigned(),
        triple: (entry.family()?.number(System::Windows)?, entry.socket_type()?.number(), first),
        service_flags: entry.services().xp1(),
        address_size: (size.min.cast_signed(), size.max.cast_signed()),
        message_size: facts.message_size?,
        is_essential: matches!(provider.name, "tcpip" | "tcpip6"),
        version: facts.version?,
        provider_flags: matches_zero | hidden,
        protocol_max_offset: last - first,
    })
}

impl StandardProvider {
    /// Returns all known providers.
    pub fn all() -> impl ExactSizeIterator<Item = &'static StandardProvider> {
        PROVIDERS.iter()
    }

    /// Returns the provider with this GUID, or `None` if it is not known.
    pub fn by_id(id: Uuid) -> Option<&'static StandardProvider> {
        PROVIDERS.iter().find(|provider| provider.id == id)
    }

    /// Returns the provider of an item that belongs to a [`Family`], of whose items only the family, the type and the protocol
    /// are known. Returns `None` for any other item.
    pub(super) fn of_family(info: &ProtocolInfo) -> Option<&'static StandardProvider> {
        let is_base = info.chain.length == ProtocolChain::BASE.length;
        let is_one = |family: &&Family| {
            let (first, last) = family.protocols;
            family.provider == info.provider_id
                && family.address_family == info.address_family
                && family.socket_types.contains(&info.socket_type)
                && (first..=last).contains(&info.protocol)
        };
        let family = FAMILIES.iter().find(is_one).filter(|_| is_base)?;
        StandardProvider::by_id(family.provider)
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
        self.protocol_max_offset + 1
    }

    /// Returns all fields of the item, with the id that it has in the catalog from which the values are taken.
    pub fn info(&self) -> ProtocolInfo {
        let (address_family, socket_type, protocol) = self.triple;
        ProtocolInfo {
            path: self.provider.library.to_owned(),
            name: self.text.to_owned(),
            service_flags: self.service_flags,
            provider_id: self.provider.id,
            catalog_entry_id: self.catalog_entry_id,
            chain: ProtocolChain::BASE,
            version: self.version,
            address_family,
            max_address_length: self.address_size.1,
            min_address_length: self.address_size.0,
            socket_type,
            protocol,
            further: Some(Further {
                provider_flags: self.provider_flags,
                protocol_max_offset: self.protocol_max_offset,
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
    use crate::winsock::{Options, read};

    #[test]
    fn they_say_what_a_windows_10_says_from_which_the_shipped_catalog_is_read() {
        let path = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/winsock/samples/windows-10-1709.reg");
        let bytes = std::fs::read(path).expect("the sample is there");
        let reading = read(path, &bytes, None, &Options::default()).expect("an export").expect("sound");
        for set in &reading.store.sets {
            let expected: Vec<ProtocolInfo> = set.items.iter().map(|item| item.info.clone()).collect();
            assert_eq!(StandardItem::all().map(StandardItem::info).collect::<Vec<_>>(), expected);
        }
        assert_eq!((StandardItem::all().len(), StandardProvider::all().len()), (16, 10));
        assert_eq!(INDIRECT.iter().filter(|(name, _)| StandardItem::by_name(name).is_none()).count(), 0);
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
