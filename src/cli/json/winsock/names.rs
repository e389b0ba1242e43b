//! The names that Windows has for numbers and flags of its catalogs.

use crate::cli::json::Named;
use sockatlas::terms::{Family, Protocol, SocketType, System};
use sockatlas::winsock::ItemKind;
use sockatlas::winsock::info::provider_flags;

/// Returns the component of a registry path that names the control set.
pub(in crate::cli) fn control_set(root: &str) -> Option<&str> {
    let is_control_set = |part: &&str| {
        let part = part.to_ascii_lowercase();
        part == "currentcontrolset"
            || part.strip_prefix("controlset").is_some_and(|number| number.parse::<u32>().is_ok())
    };
    root.split('\\').find(is_control_set)
}

/// Returns the kind of an item as a word.
pub(in crate::cli) const fn kind(kind: ItemKind) -> &'static str {
    match kind {
        ItemKind::Layer => "layer",
        ItemKind::Base => "base",
        ItemKind::Chain => "chain",
        ItemKind::Malformed => "malformed",
    }
}

/// Returns the names of `dwProviderFlags`, in kebab-case; bits without a name in the form `0x00000020`.
pub(in crate::cli) fn provider_flag_names(flags: u32) -> Vec<String> {
    const NAMES: [(u32, &str); 5] = [
        (provider_flags::MULTIPLE_PROTO_ENTRIES, "multiple-proto-entries"),
        (provider_flags::RECOMMENDED_PROTO_ENTRY, "recommended-proto-entry"),
        (provider_flags::HIDDEN, "hidden"),
        (provider_flags::MATCHES_PROTOCOL_ZERO, "matches-protocol-zero"),
        (provider_flags::NETWORKDIRECT_PROVIDER, "networkdirect-provider"),
    ];
    let name = |bit: u32| NAMES.iter().find(|(known, _)| *known == bit).map(|(_, name)| (*name).to_owned());
    let bits = (0..32).map(|bit| 1_u32 << bit).filter(|bit| flags & bit != 0);
    bits.map(|bit| name(bit).unwrap_or_else(|| format!("0x{bit:08x}"))).collect()
}

/// Returns the name of one of Windows' name spaces.
pub(in crate::cli) const fn name_space(number: u32) -> Option<&'static str> {
    Some(match number {
        12 => "DNS",
        15 => "NLA",
        16 => "Bluetooth",
        32 => "NTDS",
        37 => "e-mail",
        38 | 39 => "PNRP",
        _ => return None,
    })
}

impl Named<'static> {
    /// Returns Windows' name of a family.
    pub(in crate::cli) fn windows_family(number: i32) -> Self {
        Named { name: Family::from_number(number, System::Windows).name(), number: Some(number) }
    }

    /// Returns Windows' name of a socket type.
    pub(in crate::cli) fn windows_type(number: i32) -> Self {
        Named { name: SocketType::from_raw(number).name_on(System::Windows), number: Some(number) }
    }

    /// Returns Windows' name of a protocol in a family.
    pub(in crate::cli) fn windows_protocol(number: i32, family: i32) -> Self {
        let family = Family::from_number(family, System::Windows);
        Named { name: Protocol::from_raw(number).name(family, System::Windows), number: Some(number) }
    }
}
