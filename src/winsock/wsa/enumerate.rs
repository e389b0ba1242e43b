//! What `WSAEnumProtocols` shows to applications, and `WSCEnumProtocols` to installers.
//!
//! An application sees base protocols and chains that are not hidden, in catalog order. (The documentation of `WSAEnumProtocols`
//! says in one place that entries of chain length one or more are left out; its last sentence and the page of `WSCEnumProtocols`
//! have it right.) An installer sees everything.
//!
//! A list of protocols is compared with `iProtocol` alone: 1003 does not find an entry of 1000 to 1255. Its first zero ends it, so
//! that an entry of protocol 0 cannot be asked for.

use super::super::export::{self, Reason};
use super::super::info::{ItemKind, ProtocolInfo, provider_flags};
use super::super::packed::Field;
use super::super::store::{Item, Set};
use super::WindowsSockets;
use crate::registry::EntryRef;

/// Bytes of `WSAPROTOCOL_INFOW` (`winsock2.h`).
pub const PROTOCOL_INFO_W_BYTES: usize = Field::ProtocolName.range().end - Field::ServiceFlags1.range().start;

/// Bytes of `WSAPROTOCOL_INFOA`, whose name has one byte a character.
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
    /// Returns the bytes that a buffer for `WSAEnumProtocolsW` needs; into a smaller one nothing is written, and the error is
    /// `WSAENOBUFS` (10055).
    pub fn bytes_needed(&self) -> usize {
        self.entries.len().saturating_mul(PROTOCOL_INFO_W_BYTES)
    }

    /// Returns the bytes that a buffer for `WSAEnumProtocolsA` needs.
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
    /// Returns what `WSAEnumProtocols` gives to 64-bit applications; without a list of protocols, all.
    pub fn enum_protocols(&self, protocols: Option<&[i32]>) -> Enumeration<EntryRef<'r>> {
        let shown = self.registry.selectable().filter(|entry| !entry.is_hidden());
        shown.filter(|&entry| is_listed(protocols, first_protocol(entry))).collect()
    }

    /// Returns what `WSCEnumProtocols` gives to 64-bit installers: hidden entries and layers too. Entries of the 32-bit catalog
    /// alone are disabled, and not in it.
    ///
    /// Windows has one order for all, a registry one for what requests select: so layers keep the places of their declarations, and
    /// the others take the places that are left, in catalog order.
    pub fn wsc_enum_protocols(&self, protocols: Option<&[i32]>) -> Enumeration<EntryRef<'r>> {
        let mut selectable = self.registry.selectable();
        let enabled = self.registry.entries().filter(|entry| !entry.is_disabled());
        let all = enabled.filter_map(|entry| if entry.is_selectable() { selectable.next() } else { Some(entry) });
        all.filter(|&entry| is_listed(protocols, first_protocol(entry))).collect()
    }

    /// Returns the structure that an enumeration gives of an entry.
    ///
    /// # Errors
    /// What Windows needs of it and the catalog does not state: netsh, for one, prints no provider flags.
    pub fn protocol_info(&self, entry: EntryRef<'r>) -> Result<ProtocolInfo, Reason> {
        export::protocol_info(self.registry, entry.index())
    }
}

/// Returns what `WSAEnumProtocols` gives of a catalog as its source states it; without a list of protocols, all. An entry of which
/// the source does not state whether it is hidden counts as visible.
pub fn enum_protocols<'s>(set: &'s Set, protocols: Option<&[i32]>) -> Enumeration<&'s Item> {
    let is_shown = |info: &ProtocolInfo| {
        info.kind() != ItemKind::Layer && info.has_provider_flags(provider_flags::HIDDEN) != Some(true)
    };
    wsc_enum_protocols(set, protocols).entries.into_iter().filter(|item| is_shown(&item.info)).collect()
}

/// Returns what `WSCEnumProtocols` gives of a catalog as its source states it, hidden entries and layers among them; without a list
/// of protocols, all.
pub fn wsc_enum_protocols<'s>(set: &'s Set, protocols: Option<&[i32]>) -> Enumeration<&'s Item> {
    set.items.iter().filter(|item| is_listed(protocols, Some(item.info.protocol))).collect()
}

/// `iProtocol` of an entry: the number that is written first; nothing for a layer.
fn first_protocol(entry: EntryRef<'_>) -> Option<i32> {
    entry.protocols().map(|protocols| protocols.first())
}

/// Returns whether a list that a zero ends has a protocol; all are in no list.
fn is_listed(protocols: Option<&[i32]>, protocol: Option<i32>) -> bool {
    let listed = |protocols: &[i32]| protocols.iter().take_while(|&&listed| listed != 0).any(|&l| Some(l) == protocol);
    protocols.is_none_or(listed)
}

#[cfg(test)]
mod tests;
