//! Prints catalogs as `netsh winsock show catalog` does, in English and in Chinese, from what is known of its layout.

use sockatlas::winsock::{Bitness, NameSpaceSet, ProtocolInfo, Store};
use std::fmt::Write;

/// What netsh prints in one language.
#[derive(Debug)]
pub struct Language {
    pub header: &'static str,
    pub base: &'static str,
    pub chain: &'static str,
    pub layer: &'static str,
    /// Of the thirteen lines, then of the ids of a chain.
    pub labels: [&'static str; 14],
}

pub const ENGLISH: Language = Language {
    header: "Winsock Catalog Provider Entry",
    base: "Base Service Provider",
    chain: "Layered Chain Entry",
    layer: "Layered Service Provider",
    labels: [
        "Entry Type",
        "Description",
        "Provider ID",
        "Provider Path",
        "Catalog Entry ID",
        "Version",
        "Address Family",
        "Max Address Length",
        "Min Address Length",
        "Socket Type",
        "Protocol",
        "Service Flags",
        "Protocol Chain Length",
        "Protocol Chain",
    ],
};

pub const CHINESE: Language = Language {
    header: "Winsock 目录提供程序项",
    base: "基本服务提供程序",
    chain: "分层链项",
    layer: "分层服务提供程序",
    labels: [
        "项类型",
        "描述",
        "提供程序 ID",
        "提供程序路径",
        "目录项 ID",
        "版本",
        "地址族",
        "最大地址长度",
        "最小地址长度",
        "Socket 类型",
        "协议",
        "服务标志",
        "协议链长度",
        "协议链",
    ],
};

/// The column at which values begin, from 0.
const VALUES: usize = 36;

impl Language {
    /// A whole catalog; the 32-bit set of two is marked.
    pub fn catalog(&self, store: &Store) -> String {
        let mut text = String::new();
        for set in &store.sets {
            let is_32 = set.bits == Some(Bitness::Bits32);
            set.items.iter().for_each(|item| self.entry(&mut text, &item.info, is_32));
        }
        if let Some(set) = store.name_spaces.first() {
            name_spaces(&mut text, set);
        }
        text
    }

    /// One entry, an empty line before it.
    pub fn entry(&self, text: &mut String, info: &ProtocolInfo, is_32: bool) {
        let kind = match info.chain.length {
            0 => self.layer,
            1 => self.base,
            _ => self.chain,
        };
        let values = [
            format!("{kind}{}", if is_32 { "(32)" } else { "" }),
            info.name.clone(),
            info.provider_id.braced().to_string().to_uppercase(),
            info.path.clone(),
            info.catalog_entry_id.to_string(),
            info.version.to_string(),
            info.address_family.to_string(),
            info.max_address_length.to_string(),
            info.min_address_length.to_string(),
            info.socket_type.to_string(),
            info.protocol.to_string(),
            format!("{:#x}", info.service_flags),
            info.chain.length.to_string(),
        ];
        header(text, self.header);
        self.labels.iter().zip(values).for_each(|(label, value)| line(text, label, &value));
        if info.chain.length > 1 {
            let ids: Vec<String> = info.chain.ids().iter().map(u32::to_string).collect();
            writeln!(text, "{}: {}", self.labels[13], ids.join(" : ")).expect("a string takes all");
        }
    }
}

fn name_spaces(text: &mut String, set: &NameSpaceSet) {
    for provider in &set.providers {
        header(text, "Name Space Provider Entry");
        line(text, "Description", &provider.name);
        let id = provider.provider_id.expect("a registry export reports it");
        line(text, "Provider ID", &id.braced().to_string().to_uppercase());
        line(text, "Name Space", &provider.name_space.expect("a registry export reports it").to_string());
        line(text, "Active", if provider.enabled == Some(true) { "1" } else { "0" });
        line(text, "Version", &provider.version.expect("a registry export reports it").to_string());
    }
}

fn header(text: &mut String, header: &str) {
    writeln!(text, "\n{header}\n{:-<54}", "").expect("a string takes all");
}

/// A label, padded to the column of the values as a console shows it: a Chinese character is two columns wide.
fn line(text: &mut String, label: &str, value: &str) {
    let width: usize = label.chars().map(|c| if c.is_ascii() { 1 } else { 2 }).sum();
    writeln!(text, "{label}:{:padding$}{value}", "", padding = VALUES - width - 1).expect("a string takes all");
}
