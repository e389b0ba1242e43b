//! A sound catalog with a layered provider, built from the documented layout; tests break one thing of it.
//!
//! It writes itself, as `reg export` and as netsh do, so that what is tested does not also make the input.

use sockatlas::winsock::info::provider_flags;
use sockatlas::winsock::{Field, Further, PackedItem, ProtocolChain, ProtocolInfo};
use std::fmt::Write;
use std::path::PathBuf;
use uuid::Uuid;

/// The provider of "MSAFD Tcpip", IPv4.
pub const TCPIP: Uuid = Uuid::from_u128(0xe70f1aa0_ab8b_11cf_8ca3_00805f48a192);
/// The provider of "MSAFD Tcpip", IPv6.
pub const TCPIP6: Uuid = Uuid::from_u128(0xf9eab0c0_26d4_11d0_bbbf_00aa006c34e4);
/// The provider of the layer `Acme`.
pub const ACME: Uuid = Uuid::from_u128(0x2b611370_2190_4059_9af8_5bc0f58fb742);
/// The provider of the chains of `Acme`.
pub const ACME_CHAINS: Uuid = Uuid::from_u128(0x1c39a736_9641_4f43_9c20_aeed81692a07);

/// `XP1_IFS_HANDLES`.
pub const IFS_HANDLES: u32 = 0x20000;

const PARAMETERS: &str = r"HKEY_LOCAL_MACHINE\SYSTEM\CurrentControlSet\Services\WinSock2\Parameters";

/// A catalog that writes itself.
#[derive(Clone, Debug)]
pub struct Catalog {
    /// The 32-bit and the 64-bit one, in this order.
    pub sets: Vec<CatalogSet>,
    /// `Next_Catalog_Entry_ID`.
    pub next_id: u32,
    /// Application categories: the name of the key, the path, the categories.
    pub applications: Vec<(String, String, u32)>,
}

/// The entries of one bitness.
#[derive(Clone, Debug)]
pub struct CatalogSet {
    /// `Catalog_Entries` or `Catalog_Entries64`.
    pub key: &'static str,
    /// What `Num_Catalog_Entries` says, where that is not the truth.
    pub count: Option<u32>,
    pub items: Vec<CatalogItem>,
}

/// One entry.
#[derive(Clone, Debug)]
pub struct CatalogItem {
    /// The name of its key, where that is not its place in the order.
    pub key: Option<String>,
    pub info: ProtocolInfo,
    /// Its bytes, where they are not just what `info` says.
    pub bytes: Option<Vec<u8>>,
}

impl Catalog {
    /// Three chains of `Acme` (1008 to 1010) over TCP, UDP and RAW, the standard entries (1001 to 1006), and the layer (1007), in
    /// both sets.
    pub fn sound() -> Catalog {
        let bases = standard();
        let layer = ProtocolInfo {
            path: r"%SystemRoot%\system32\acme.dll".to_owned(),
            name: "Acme".to_owned(),
            provider_id: ACME,
            catalog_entry_id: 1007,
            chain: ProtocolChain::LAYER,
            further: bases[0]
                .further
                .clone()
                .map(|further| Further { provider_flags: provider_flags::HIDDEN, ..further }),
            ..bases[0].clone()
        };
        let chains = bases[..3].iter().zip(1008..).map(|(base, id)| chained(&layer, base, ACME_CHAINS, id));
        let infos: Vec<ProtocolInfo> = chains.chain(bases.iter().cloned()).chain([layer.clone()]).collect();
        let items: Vec<_> = infos.into_iter().map(|info| CatalogItem { key: None, info, bytes: None }).collect();
        let set = |key| CatalogSet { key, count: None, items: items.clone() };
        Catalog {
            sets: vec![set("Catalog_Entries"), set("Catalog_Entries64")],
            next_id: 1011,
            applications: Vec::new(),
        }
    }

    /// What Windows has without layered providers.
    pub fn plain() -> Catalog {
        let mut plain = Catalog::sound();
        for set in &mut plain.sets {
            set.items.retain(|item| item.info.chain == ProtocolChain::BASE);
        }
        plain
    }

    /// Does something to the item of this id in both sets.
    pub fn change(mut self, id: u32, mut change: impl FnMut(&mut ProtocolInfo)) -> Catalog {
        for set in &mut self.sets {
            let item = set.items.iter_mut().find(|item| item.info.catalog_entry_id == id);
            change(&mut item.expect("the fixture has an item of this id").info);
        }
        self
    }

    /// Takes the item of this id out of both sets.
    pub fn without(mut self, id: u32) -> Catalog {
        for set in &mut self.sets {
            let before = set.items.len();
            set.items.retain(|item| item.info.catalog_entry_id != id);
            assert_eq!(set.items.len() + 1, before, "the fixture has one item of id {id}");
        }
        self
    }

    /// Adds an item to both sets, at this place in the order, counted from 0.
    pub fn with(mut self, place: usize, info: &ProtocolInfo) -> Catalog {
        for set in &mut self.sets {
            set.items.insert(place, CatalogItem { key: None, info: info.clone(), bytes: None });
        }
        self.next_id = self.next_id.max(info.catalog_entry_id + 1);
        self
    }

    /// What the 64-bit set says of an id.
    pub fn info(&self, id: u32) -> &ProtocolInfo {
        let item = self.sets[1].items.iter().find(|item| item.info.catalog_entry_id == id);
        &item.expect("the fixture has an item of this id").info
    }

    /// The export, and where things stand in it.
    pub fn reg(&self) -> Export {
        let mut export = Export::default();
        export.line("Windows Registry Editor Version 5.00");
        export.key(PARAMETERS);
        export.line("\"Current_Protocol_Catalog\"=\"Protocol_Catalog9\"");
        if !self.applications.is_empty() {
            export.key(&format!(r"{PARAMETERS}\AppId_Catalog"));
        }
        for (key, path, categories) in &self.applications {
            export.key(&format!(r"{PARAMETERS}\AppId_Catalog\{key}"));
            export.line(&format!("\"AppFullPath\"=\"{}\"", path.replace('\\', r"\\")));
            export.line(&format!("\"PermittedLspCategories\"=dword:{categories:08x}"));
        }
        let catalog = format!(r"{PARAMETERS}\Protocol_Catalog9");
        export.key(&catalog);
        for set in &self.sets {
            let name = if set.key.ends_with("64") { "Num_Catalog_Entries64" } else { "Num_Catalog_Entries" };
            let count = set.count.unwrap_or(set.items.len() as u32);
            export.line(&format!("\"{name}\"=dword:{count:08x}"));
        }
        export.line(&format!("\"Next_Catalog_Entry_ID\"=dword:{:08x}", self.next_id));
        export.line("\"Serial_Access_Num\"=dword:00000007");
        for set in &self.sets {
            export.key(&format!(r"{catalog}\{}", set.key));
            for (item, number) in set.items.iter().zip(1..) {
                let key = item.key.clone().unwrap_or_else(|| format!("{number:012}"));
                export.key(&format!(r"{catalog}\{}\{key}", set.key));
                let packed = || PackedItem::new(&item.info).expect("the fixture's items fit").as_bytes().to_vec();
                export.bytes("PackedCatalogItem", &item.bytes.clone().unwrap_or_else(packed));
            }
        }
        export
    }

    /// What `netsh winsock show catalog` prints of the 64-bit set.
    pub fn netsh(&self) -> String {
        let mut text = String::new();
        for CatalogItem { info, .. } in &self.sets.last().expect("a catalog has a set").items {
            let kind = match info.chain.length {
                0 => "Layered Service Provider",
                1 => "Base Service Provider",
                _ => "Layered Chain Entry",
            };
            let provider_id = info.provider_id.braced().to_string().to_uppercase();
            text.push_str("\nWinsock Catalog Provider Entry\n------------------------------------------------------\n");
            let lines = [
                ("Entry Type:", kind.to_owned()),
                ("Description:", info.name.clone()),
                ("Provider ID:", provider_id),
                ("Provider Path:", info.path.clone()),
                ("Catalog Entry ID:", info.catalog_entry_id.to_string()),
                ("Version:", info.version.to_string()),
                ("Address Family:", info.address_family.to_string()),
                ("Max Address Length:", info.max_address_length.to_string()),
                ("Min Address Length:", info.min_address_length.to_string()),
                ("Socket Type:", info.socket_type.to_string()),
                ("Protocol:", info.protocol.to_string()),
                ("Service Flags:", format!("{:#x}", info.service_flags)),
                ("Protocol Chain Length:", info.chain.length.to_string()),
            ];
            for (label, value) in lines {
                writeln!(text, "{label:<36}{value}").expect("a string takes all");
            }
            if info.chain.length > 1 {
                let ids: Vec<String> = info.chain.ids().iter().map(u32::to_string).collect();
                writeln!(text, "Protocol Chain: {}", ids.join(" : ")).expect("a string takes all");
            }
        }
        text
    }
}

/// MSAFD Tcpip as Windows 10 has it: TCP, UDP and RAW (1001 to 1003), and the same of IPv6 (1004 to 1006).
pub fn standard() -> Vec<ProtocolInfo> {
    let base = |id, name: &str, family, socket_type, protocol| {
        let (provider_id, length) = if family == 2 { (TCPIP, 16) } else { (TCPIP6, 28) };
        let (service_flags, message_size) = match socket_type {
            1 => (0x20066, 0),
            2 => (0x20609, 65527),
            _ => (0x20609, 32768),
        };
        let is_raw = socket_type == 3;
        ProtocolInfo {
            path: r"%SystemRoot%\system32\mswsock.dll".to_owned(),
            name: name.to_owned(),
            service_flags,
            provider_id,
            catalog_entry_id: id,
            chain: ProtocolChain::BASE,
            version: 2,
            address_family: family,
            max_address_length: length,
            min_address_length: length,
            socket_type,
            protocol,
            further: Some(Further {
                provider_flags: if is_raw { 0xc } else { 0x8 },
                protocol_max_offset: if is_raw { 255 } else { 0 },
                message_size,
                ..Further::default()
            }),
        }
    };
    vec![
        base(1001, "MSAFD Tcpip [TCP/IP]", 2, 1, 6),
        base(1002, "MSAFD Tcpip [UDP/IP]", 2, 2, 17),
        base(1003, "MSAFD Tcpip [RAW/IP]", 2, 3, 0),
        base(1004, "MSAFD Tcpip [TCP/IPv6]", 23, 1, 6),
        base(1005, "MSAFD Tcpip [UDP/IPv6]", 23, 2, 17),
        base(1006, "MSAFD Tcpip [RAW/IPv6]", 23, 3, 0),
    ]
}

/// The chain of a layer over a base or another chain, as installers make it: the base's fields, and the layer's path.
pub fn chained(layer: &ProtocolInfo, below: &ProtocolInfo, provider_id: Uuid, id: u32) -> ProtocolInfo {
    let rest = below.chain.ids().get(1..).unwrap_or_default();
    let ids = [&[layer.catalog_entry_id, below.catalog_entry_id], rest].concat();
    let visible =
        |further: Further| Further { provider_flags: further.provider_flags & !provider_flags::HIDDEN, ..further };
    ProtocolInfo {
        path: layer.path.clone(),
        name: format!("{} over [{}]", layer.name, below.name),
        provider_id,
        catalog_entry_id: id,
        chain: ProtocolChain::over(&ids).expect("a chain has two to seven ids"),
        further: below.further.clone().map(visible),
        ..below.clone()
    }
}

/// A registry export as text, and where keys and bytes stand in it.
#[derive(Clone, Debug, Default)]
pub struct Export {
    pub text: String,
    lines: usize,
    /// The keys with their lines, from 1.
    keys: Vec<(String, usize)>,
    /// The values of bytes: the line of the key, and for each byte its line and column.
    bytes: Vec<(usize, Vec<(usize, usize)>)>,
}

impl Export {
    fn line(&mut self, line: &str) {
        self.text.push_str(line);
        self.text.push_str("\r\n");
        self.lines += 1;
    }

    fn key(&mut self, path: &str) {
        self.line("");
        self.keys.push((path.to_owned(), self.lines + 1));
        self.line(&format!("[{path}]"));
    }

    /// A value of bytes, wrapped as regedit does.
    fn bytes(&mut self, name: &str, bytes: &[u8]) {
        let mut line = format!("\"{name}\"=hex:");
        let mut places = Vec::new();
        for (at, byte) in bytes.iter().enumerate() {
            places.push((self.lines + 1, line.len() + 1));
            write!(line, "{byte:02x}").expect("a string takes all");
            if at + 1 < bytes.len() {
                line.push(',');
                if line.len() > 76 {
                    line.push('\\');
                    self.line(&std::mem::replace(&mut line, "  ".to_owned()));
                }
            }
        }
        self.line(&line);
        let key = self.keys.last().map_or(0, |(_, line)| *line);
        self.bytes.push((key, places));
    }

    /// The line of the key whose path ends so, from 1.
    pub fn line_of_key(&self, end: &str) -> usize {
        let key = self.keys.iter().find(|(path, _)| path.ends_with(end));
        key.unwrap_or_else(|| panic!("no key ends in {end}")).1
    }

    /// The line of the value of this name in the protocol catalog, from 1.
    pub fn line_of_value(&self, name: &str) -> usize {
        let start = format!("\"{name}\"=");
        let line = self.text.lines().position(|line| line.starts_with(&start));
        line.unwrap_or_else(|| panic!("no value {name}")) + 1
    }

    /// Line and column of the first byte of a field, of the item whose key ends so.
    pub fn place(&self, key: &str, field: Field) -> (usize, usize) {
        let line = self.line_of_key(key);
        let (_, places) = self.bytes.iter().find(|(key, _)| *key == line).expect("the key has an item");
        places[field.range().start]
    }

    /// Writes it into a folder, in UTF-16 with its mark as `reg export` does.
    pub fn write(&self, folder: &std::path::Path) -> PathBuf {
        let path = folder.join("catalog.reg");
        let units = std::iter::once(0xfeff).chain(self.text.encode_utf16());
        let bytes: Vec<u8> = units.flat_map(u16::to_le_bytes).collect();
        std::fs::write(&path, bytes).expect("a file can be written");
        path
    }
}
