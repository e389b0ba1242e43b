//! The results of `WSAEnumProtocols` for applications, and of `WSCEnumProtocols` for installers.
//!
//! An application sees the base protocols and chains that are not hidden, in catalog order. (The documentation of
//! `WSAEnumProtocols` says in one place that entries of chain length one or more are left out; its last sentence and the page of
//! `WSCEnumProtocols` are correct.) An installer sees all entries.
//!
//! A list of protocols is compared with `iProtocol` alone: 1003 does not find an entry of 1000 to 1255. The list ends at its
//! first zero, so an entry of protocol 0 cannot be listed.

use super::super::export::{self, Reason};
use super::super::info::{ItemKind, ProtocolInfo, provider_flags};
use super::super::packed::Field;
use super::super::store::{Item, Set};
use super::WindowsSockets;
use crate::registry::EntryRef;

/// The length of `WSAPROTOCOL_INFOW` in bytes (`winsock2.h`).
pub const PROTOCOL_INFO_W_BYTES: usize = Field::ProtocolName.range().end - Field::ServiceFlags1.range().start;

/// The length of `WSAPROTOCOL_INFOA` in bytes, whose name has one byte per character.
pub const PROTOCOL_INFO_A_BYTES: usize =
    PROTOCOL_INFO_W_BYTES - Field::ProtocolName.range().end / 2 + Field::ProtocolName.range().start / 2;

/// The result of an enumeration, in its order.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Enumeration<T> {
    /// The entries.
    pub entries: Vec<T>,
}

impl<T> Enumeration<T> {
    /// Returns the length in bytes that a buffer for `WSAEnumProtocolsW` needs. With a smaller one Windows writes nothing and
    /// returns the error `WSAENOBUFS` (10055).
    pub fn bytes_needed(&self) -> usize {
        self.entries.len().saturating_mul(PROTOCOL_INFO_W_BYTES)
    }

    /// Returns the length in bytes that a buffer for `WSAEnumProtocolsA` needs.
    pub fn bytes_needed_ansi(&self) -> usize {
        self.entries.len().saturating_mul(PROTOCOL_INFO_A_BYTES)
    }
}

impl<T> FromIterator<T> for Enumeration<T> {
    fn from_iter<I: IntoIterator<Item = T>>(entries: I) -> Self {
        Enumeration { entries: entries.into_iter().collect() }
    }
}

impl<'r> WindowsSockets<'r> {
    /// Returns the entries that `WSAEnumProtocols` returns to 64-bit applications: those with one of `protocols`, or all.
    pub fn enum_protocols(&self, protocols: Option<&[i32]>) -> Enumeration<EntryRef<'r>> {
        let shown = self.registry.selectable().filter(|entry| !entry.is_hidden());
        shown.filter(|&entry| is_listed(protocols, first_protocol(entry))).collect()
    }

    /// Returns the entries that `WSCEnumProtocols` returns to 64-bit installers, including hidden entries and layers. Entries
    /// that are in the 32-bit catalog only are disabled in the registry, and are not returned.
    ///
    /// Windows has one order for all entries, and a registry has one for the entries that requests select. So layers keep the
    /// places of their declarations, and the others fill the remaining places in catalog order.
    pub fn wsc_enum_protocols(&self, protocols: Option<&[i32]>) -> Enumeration<EntryRef<'r>> {
        let mut selectable = self.registry.selectable();
        let enabled = self.registry.entries().filter(|entry| !entry.is_disabled());
        let all = enabled.filter_map(|entry| if entry.is_selectable() { selectable.next() } else { Some(entry) });
        all.filter(|&entry| is_listed(protocols, first_protocol(entry))).collect()
    }

    /// Returns the structure of an entry as an enumeration returns it.
    ///
    /// # Errors
    /// The fact that Windows needs and the catalog does not state; for example, netsh prints no provider flags.
    pub fn protocol_info(&self, entry: EntryRef<'r>) -> Result<ProtocolInfo, Reason> {
        export::protocol_info(self.registry, entry.index())
    }
}

/// Returns the items of a set that `WSAEnumProtocols` returns: those with one of `protocols`, or all. An item counts as visible
/// if the source does not state whether it is hidden.
pub fn enum_protocols<'s>(set: &'s Set, protocols: Option<&[i32]>) -> Enumeration<&'s Item> {
    let is_shown = |info: &ProtocolInfo| {
        info.kind() != ItemKind::Layer && info.has_provider_flags(provider_flags::HIDDEN) != Some(true)
    };
    wsc_enum_protocols(set, protocols).entries.into_iter().filter(|item| is_shown(&item.info)).collect()
}

/// Returns the items of a set that `WSCEnumProtocols` returns, including hidden entries and layers: those with one of
/// `protocols`, or all.
pub fn wsc_enum_protocols<'s>(set: &'s Set, protocols: Option<&[i32]>) -> Enumeration<&'s Item> {
    set.items.iter().filter(|item| is_listed(protocols, Some(item.info.protocol))).collect()
}

/// Returns the `iProtocol` of an entry, its first protocol, or `None` for a layer.
fn first_protocol(entry: EntryRef<'_>) -> Option<i32> {
    entry.protocols().map(|protocols| protocols.first())
}

/// Returns whether a list that ends at its first zero contains a protocol, or there is no list.
fn is_listed(protocols: Option<&[i32]>, protocol: Option<i32>) -> bool {
    let listed = |protocols: &[i32]| protocols.iter().take_while(|&&listed| listed != 0).any(|&l| Some(l) == protocol);
    protocols.is_none_or(listed)
}

#[cfg(test)]
mod tests;
