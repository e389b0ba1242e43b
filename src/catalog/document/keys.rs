//! The keys of every table of the format.

pub(in crate::catalog) const TOP: &[&str] = &[
    "format",
    "dialect",
    "title",
    "include",
    "order",
    "disable",
    "provider",
    "base",
    "layer",
    "chain",
    "family",
    "application",
    "expect",
    "always",
    "lint",
    "winsock",
];
pub(in crate::catalog) const PROVIDER: &[&str] = &["module", "id", "library", "replace"];
pub(in crate::catalog) const FAMILY: &[&str] = &["number", "protocols", "max-protocol", "protocol-first", "replace"];
pub(in crate::catalog) const APPLICATION: &[&str] = &["require", "prohibit", "permit", "winsock", "replace"];
pub(in crate::catalog) const BASE: &[&str] = &[
    "provider",
    "family",
    "type",
    "protocol",
    "matches-zero",
    "services",
    "options",
    "summary",
    "hidden",
    "replace",
    "catalog-entry-id",
    "version",
    "message-size",
    "address-size",
    "byte-order",
    "security-scheme",
    "recommended",
    "unknown",
    "winsock",
];
pub(in crate::catalog) const LAYER: &[&str] = &[
    "provider",
    "needs",
    "forbids",
    "adds",
    "removes",
    "allow-below",
    "categories",
    "type",
    "options",
    "summary",
    "hidden",
    "replace",
    "catalog-entry-id",
    "version",
    "message-size",
    "address-size",
    "byte-order",
    "security-scheme",
    "recommended",
    "unknown",
    "winsock",
];
pub(in crate::catalog) const CHAIN: &[&str] = &[
    "layers",
    "base",
    "protocol",
    "matches-zero",
    "provider",
    "services",
    "options",
    "summary",
    "hidden",
    "replace",
    "catalog-entry-id",
    "version",
    "message-size",
    "address-size",
    "byte-order",
    "security-scheme",
    "recommended",
    "unknown",
    "winsock",
];
pub(in crate::catalog) const REQUEST: &[&str] =
    &["family", "type", "protocol", "entry", "provider", "require", "prefer", "avoid", "prohibit", "application"];

pub(in crate::catalog) const EXPECT: &[&str] = &["request", "entry", "error"];
pub(in crate::catalog) const ALWAYS: &[&str] = &["request", "services", "never", "refused"];
pub(in crate::catalog) const WINSOCK: &[&str] =
    &["next-catalog-entry-id", "serial-access-number", "order-32", "order-64"];
pub(in crate::catalog) const ENTRY_WINSOCK: &[&str] = &["bits", "library", "packed"];
pub(in crate::catalog) const APPLICATION_WINSOCK: &[&str] = &["path", "arguments", "key"];
pub(in crate::catalog) const APPLICATION_WINSOCK_REQUIRED: &[&str] = &["path", "key"];
pub(in crate::catalog) const ADDRESS_SIZE: &[&str] = &["min", "max"];

pub(in crate::catalog) const BASE_REQUIRED: &[&str] = &["provider", "family", "type", "protocol"];
pub(in crate::catalog) const LAYER_REQUIRED: &[&str] = &["provider"];
pub(in crate::catalog) const CHAIN_REQUIRED: &[&str] = &["layers", "base"];

/// The keys of a table by its path, in their canonical order; nothing, where any key may stand. Of members of arrays the path says
/// the number, as in `always#2`.
#[cfg(feature = "edit")]
pub(crate) fn keys_of<S: AsRef<str>>(table: &[S]) -> &'static [&'static str] {
    let parts: Vec<&str> = table.iter().map(|part| part.as_ref().split('#').next().unwrap_or_default()).collect();
    match *parts {
        [] => TOP,
        ["provider", _] => PROVIDER,
        ["family", _] => FAMILY,
        ["application", _] => APPLICATION,
        ["base", _] => BASE,
        ["layer", _] => LAYER,
        ["chain", _] => CHAIN,
        ["expect"] => EXPECT,
        ["always"] => ALWAYS,
        ["expect" | "always", "request"] => REQUEST,
        ["winsock"] => WINSOCK,
        ["base" | "layer" | "chain", _, "winsock"] => ENTRY_WINSOCK,
        ["application", _, "winsock"] => APPLICATION_WINSOCK,
        ["base" | "layer" | "chain", _, "address-size"] => ADDRESS_SIZE,
        _ => &[],
    }
}
