//! The lines of an entry in netsh's order, and the form of their values.

use super::lines::Labelled;
use crate::winsock::info::{ProtocolChain, ProtocolInfo};
use crate::winsock::packed::Field;
use uuid::Uuid;

/// The number of lines of an entry that is not a chain.
pub(super) const LINES: usize = 13;
/// The position of the entry type, which ends in `(32)` for entries of 32-bit programs on 64-bit Windows.
pub(super) const ENTRY_TYPE: usize = 0;
/// The position of the GUID.
pub(super) const PROVIDER_ID: usize = 2;
/// The position of the service flags, the only number in hexadecimal.
pub(super) const SERVICE_FLAGS: usize = 11;
/// The position of the length of the chain.
pub(super) const CHAIN_LENGTH: usize = 12;
/// The position of the ids of a chain, in its additional line.
pub(super) const CHAIN: usize = LINES;

/// The form of a value.
#[derive(Copy, Clone, Debug, PartialEq, Eq)]
enum Kind {
    /// Any text, which may be empty.
    Text,
    Guid,
    /// A decimal number of 32 bits without a sign.
    Id,
    /// A signed decimal number of 32 bits.
    Number,
    /// Like [`Kind::Number`], but a number above the largest one is a negative number that was printed without its sign.
    Protocol,
    /// `0x` and up to eight hexadecimal digits.
    Flags,
    /// Ids with colons between them.
    Ids,
}

/// A line of an entry: netsh's label in English, the field, and the form of the value.
struct Known(&'static str, Option<Field>, Kind);

const KNOWN: [Known; LINES + 1] = [
    Known("Entry Type", None, Kind::Text),
    Known("Description", Some(Field::ProtocolName), Kind::Text),
    Known("Provider ID", Some(Field::ProviderId), Kind::Guid),
    Known("Provider Path", Some(Field::LibraryPath), Kind::Text),
    Known("Catalog Entry ID", Some(Field::CatalogEntryId), Kind::Id),
    Known("Version", Some(Field::Version), Kind::Number),
    Known("Address Family", Some(Field::AddressFamily), Kind::Number),
    Known("Max Address Length", Some(Field::MaxAddressLength), Kind::Number),
    Known("Min Address Length", Some(Field::MinAddressLength), Kind::Number),
    Known("Socket Type", Some(Field::SocketType), Kind::Number),
    Known("Protocol", Some(Field::Protocol), Kind::Protocol),
    Known("Service Flags", Some(Field::ServiceFlags1), Kind::Flags),
    Known("Protocol Chain Length", Some(Field::ChainLength), Kind::Number),
    Known("Protocol Chain", Some(Field::ChainEntries), Kind::Ids),
];

/// Returns netsh's label of the line at this position, in English.
pub(super) fn label(position: usize) -> &'static str {
    KNOWN.get(position).map_or("", |known| known.0)
}

/// Returns the field that the line at this position states.
pub(super) fn field(position: usize) -> Option<Field> {
    KNOWN.get(position)?.1
}

/// Returns a description of the expected value at this position, for messages.
pub(super) fn expected(position: usize) -> &'static str {
    match KNOWN.get(position).map(|known| known.2) {
        Some(Kind::Guid) => "a GUID in braces",
        Some(Kind::Id) => "a catalog entry id",
        Some(Kind::Number | Kind::Protocol) => "a number",
        Some(Kind::Flags) => "a hexadecimal number as in 0x20066",
        Some(Kind::Ids) => "catalog entry ids as in 1031 : 1006",
        Some(Kind::Text) | None => "a text",
    }
}

/// Returns whether the line at this position may have no value.
pub(super) fn may_be_empty(position: usize) -> bool {
    KNOWN.get(position).is_some_and(|known| known.2 == Kind::Text)
}

/// Returns whether a value can be read at this position.
pub(super) fn fits(position: usize, value: &str) -> bool {
    KNOWN.get(position).is_some_and(|known| match known.2 {
        Kind::Text => true,
        Kind::Guid => guid(value).is_some(),
        Kind::Id => id(value).is_some(),
        Kind::Number => number(value).is_some(),
        Kind::Protocol => protocol(value).is_some(),
        Kind::Flags => flags(value).is_some(),
        Kind::Ids => ids(value).is_some(),
    })
}

/// Returns whether a value may be at this position of an entry that is stated in part. A value may be missing, but a text that
/// looks like the value of another line is rejected.
pub(super) fn may_stand(position: usize, value: &str) -> bool {
    value.is_empty() || fits(position, value) && (!may_be_empty(position) || suits(position, value))
}

/// Returns whether a value is distinctive enough to show that a line belongs at this position. A text is not if it looks like
/// another kind of value.
pub(super) fn suits(position: usize, value: &str) -> bool {
    let is_other = || guid(value).is_some() || flags(value).is_some() || ids(value).is_some();
    match KNOWN.get(position).map(|known| known.2) {
        Some(Kind::Text) => !value.is_empty() && !is_other(),
        Some(Kind::Ids) => value.contains([':', '\u{ff1a}']) && fits(position, value),
        _ => fits(position, value),
    }
}

/// Returns whether a value is of a kind that is rare in text that people write: a GUID, a number, or ids.
pub(super) fn is_telling(value: &str) -> bool {
    guid(value).is_some() || flags(value).is_some() || number(value).is_some() || ids(value).is_some()
}

/// Returns the entry that whole lines state, or `None` if a line is missing or cannot be read.
pub(super) fn read(lines: &[Labelled<'_>]) -> Option<ProtocolInfo> {
    let value = |position: usize| lines.get(position).map(|line| line.value);
    let number = |position: usize| value(position).and_then(number);
    let info = ProtocolInfo {
        name: value(1)?.to_owned(),
        provider_id: guid(value(PROVIDER_ID)?)?,
        path: value(3)?.to_owned(),
        catalog_entry_id: id(value(4)?)?,
        version: number(5)?,
        address_family: number(6)?,
        max_address_length: number(7)?,
        min_address_length: number(8)?,
        socket_type: number(9)?,
        protocol: protocol(value(10)?)?,
        service_flags: flags(value(SERVICE_FLAGS)?)?,
        chain: chain(number(CHAIN_LENGTH)?, value(CHAIN))?,
        further: None,
    };
    let lines_of_kind = if value(CHAIN).is_some() { LINES + 1 } else { LINES };
    (lines.len() == lines_of_kind).then_some(info)
}

/// Returns the chain of this length and with these ids, or `None` if the number of ids does not match the length.
///
/// A length that no chain can have is kept, with as many of its ids as an item can hold.
fn chain(length: i32, stated: Option<&str>) -> Option<ProtocolChain> {
    let stated = stated.map(ids).map_or(Some(Vec::new()), |ids| ids)?;
    let mut chain = ProtocolChain { length, entries: [0; 7] };
    match length {
        ..2 if !stated.is_empty() => return None,
        2..=7 if i32::try_from(stated.len()) != Ok(length) => return None,
        _ => {}
    }
    for (entry, id) in chain.entries.iter_mut().zip(stated) {
        *entry = id;
    }
    Some(chain)
}

/// Returns whether a chain length means that a line with ids follows.
pub(super) fn needs_chain(length: &str) -> bool {
    number(length).is_some_and(|length| length > 1)
}

/// Returns whether the entry type marks an entry that 32-bit programs see.
pub(super) fn is_32(entry_type: &str) -> bool {
    entry_type.ends_with("(32)") || entry_type.ends_with("\u{ff08}32\u{ff09}")
}

pub(super) fn guid(value: &str) -> Option<Uuid> {
    let braced = value.starts_with('{') && value.ends_with('}');
    braced.then(|| Uuid::try_parse(value).ok()).flatten()
}

pub(super) fn id(value: &str) -> Option<u32> {
    if value.starts_with('+') { None } else { value.parse().ok() }
}

fn number(value: &str) -> Option<i32> {
    if value.starts_with('+') { None } else { value.parse().ok() }
}

fn protocol(value: &str) -> Option<i32> {
    number(value).or_else(|| id(value).map(u32::cast_signed))
}

pub(super) fn flags(value: &str) -> Option<u32> {
    let digits = value.strip_prefix("0x").or_else(|| value.strip_prefix("0X"))?;
    let hexadecimal = digits.bytes().all(|digit| digit.is_ascii_hexdigit());
    if hexadecimal { u32::from_str_radix(digits, 16).ok() } else { None }
}

fn ids(value: &str) -> Option<Vec<u32>> {
    value.split([':', '\u{ff1a}']).map(|part| id(part.trim_matches([' ', '\t', '\u{a0}']))).collect()
}
