//! The names that entries, providers and applications of a Winsock catalog get in a catalog of sockatlas, which refers to them by
//! name.

use crate::terms::{Family, Protocol, SocketType, System};
use crate::winsock::info::{ItemKind, ProtocolInfo};
use crate::winsock::standard::{StandardItem, StandardProvider};
use std::collections::{HashMap, HashSet};

/// A set of distinct names: the second use of a name gets the suffix `-2`, the third `-3`.
#[derive(Default)]
pub(super) struct Names {
    taken: HashSet<String>,
    /// The number for the next use of each name, so that a million uses of one name do not each count from 2.
    next: HashMap<String, u64>,
}

impl Names {
    /// Returns this name, or the first numbered name made of it, that is not taken.
    pub fn unique(&mut self, name: &str) -> String {
        if self.taken.insert(name.to_owned()) {
            return name.to_owned();
        }
        let next = self.next.entry(name.to_owned()).or_insert(2);
        loop {
            let numbered = format!("{name}-{next}");
            *next += 1;
            if self.taken.insert(numbered.clone()) {
                return numbered;
            }
        }
    }

    /// Reserves a name, so that it is never returned.
    pub fn reserve(&mut self, name: &str) {
        self.taken.insert(name.to_owned());
    }
}

/// Returns the name of a base protocol: the usual name of a standard item, else its description, else its triple.
pub(super) fn of_base(info: &ProtocolInfo) -> String {
    if let Some(standard) = StandardItem::of(info) {
        return standard.name.to_owned();
    }
    // NetBIOS has two items for each network card, and their descriptions contain the GUID of the card.
    if let Some(provider) = StandardProvider::by_id(info.provider_id).filter(|provider| provider.name == "netbios") {
        return format!("{}-{}", provider.name, SocketType::from_raw(info.socket_type)).replace("--", "-");
    }
    of_text(&info.name).unwrap_or_else(|| of_triple(info))
}

/// Returns the name of a layer: its description, else `layer`.
pub(super) fn of_layer(info: &ProtocolInfo) -> String {
    of_text(&info.name).unwrap_or_else(|| "layer".to_owned())
}

/// Returns the name of an item whose chain cannot be read.
pub(super) fn of_broken(info: &ProtocolInfo) -> String {
    match info.kind() {
        ItemKind::Base => of_base(info),
        ItemKind::Layer => of_layer(info),
        ItemKind::Chain | ItemKind::Malformed => of_text(&info.name).unwrap_or_else(|| "chain".to_owned()),
    }
}

/// Returns a name made of a description, or `None` if it is an indirect string, which only refers to the description.
fn of_text(text: &str) -> Option<String> {
    if text.starts_with('@') { None } else { slug(text) }
}

/// Returns a name made of the family, type and protocol, as in `inet-stream-tcp`; numbers stand for those without a name.
fn of_triple(info: &ProtocolInfo) -> String {
    let family = Family::from_number(info.address_family, System::Windows);
    let protocol = Protocol::from_raw(info.protocol).display_in(family, System::Windows);
    let name = format!("{family}-{}-{protocol}", SocketType::from_raw(info.socket_type));
    // A negative number begins with a hyphen, and names must not.
    slug(&name).filter(|slug| !slug.bytes().all(|byte| byte.is_ascii_digit())).unwrap_or_else(|| "base".to_owned())
}

/// Returns a text as a name, of ASCII letters in lower case, digits, full stops and hyphens, or `None` if no letter remains.
pub(super) fn slug(text: &str) -> Option<String> {
    let mut slug = String::with_capacity(text.len().min(255));
    for c in text.chars() {
        match c.to_ascii_lowercase() {
            c @ ('a'..='z' | '0'..='9' | '.') => slug.push(c),
            _ if slug.ends_with('-') => {}
            _ => slug.push('-'),
        }
    }
    let slug = slug.trim_matches(['-', '.']);
    let says_something = slug.bytes().any(|byte| byte.is_ascii_lowercase());
    says_something.then(|| slug.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::catalog::document::is_name;
    use proptest::prelude::*;

    #[test]
    fn descriptions_become_names() {
        let name = |text: &str| slug(text);
        assert_eq!(name("LavasoftLSP").as_deref(), Some("lavasoftlsp"));
        assert_eq!(
            name("MSAFD NetBIOS [\\Device\\NetBT] SEQPACKET 0").as_deref(),
            Some("msafd-netbios-device-netbt-seqpacket-0")
        );
        assert_eq!(name("C.A. Proxy (2.0)").as_deref(), Some("c.a.-proxy-2.0"));
        assert_eq!(name("代理"), None);
        assert_eq!(name("2026"), None, "names are not all digits");
        assert_eq!(name(" - . "), None);
    }

    #[test]
    fn an_item_that_is_not_standard_is_called_by_its_description_or_its_triple() {
        let mut info = StandardItem::by_name("tcp4").expect("known").info();
        assert_eq!(of_base(&info), "tcp4");
        info.provider_id = uuid::Uuid::from_u128(1);
        assert_eq!(of_base(&info), "inet-stream-tcp", "an indirect string describes nothing");
        (info.address_family, info.socket_type, info.protocol) = (99, 77, i32::MIN);
        assert_eq!(of_base(&info), "base", "no name is all digits and hyphens");
        info.name = "Acme's own".to_owned();
        assert_eq!(of_base(&info), "acme-s-own");
    }

    #[test]
    fn the_second_of_a_name_is_numbered() {
        let mut names = Names::default();
        names.reserve("order");
        let given: Vec<String> = ["a", "a", "a-2", "a", "order"].map(|name| names.unique(name)).to_vec();
        assert_eq!(given, ["a", "a-2", "a-2-2", "a-3", "order-2"]);
    }

    proptest! {
        #[test]
        fn whatever_a_description_says_the_name_is_one(text in any::<String>(), triple in any::<(i32, i32, i32)>()) {
            let mut info = StandardItem::by_name("tcp4").expect("known").info();
            info.provider_id = uuid::Uuid::from_u128(1);
            (info.address_family, info.socket_type, info.protocol) = triple;
            info.name = text;
            prop_assert!(is_name(&of_base(&info)), "{}", of_base(&info));
            prop_assert!(is_name(&of_layer(&info)));
        }
    }
}
