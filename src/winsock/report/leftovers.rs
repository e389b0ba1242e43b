//! Leftover bytes in the unused parts of an item: behind the ends of its texts, and in ids that no chain uses.
//!
//! Windows does not clear these parts. If a path was overwritten by a shorter one, the end of the old path can still be read, as
//! in machines that ZeroAccess had infected.

use crate::winsock::{Field, Item, PackedItem};

/// Unused bytes of an item that are not zero.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub struct Leftover {
    /// The field that contains them.
    pub field: Field,
    /// The offset of the first byte in the field.
    pub offset: usize,
    /// The bytes, from the first to the last that is not zero, with no more than three zeros in a row.
    pub bytes: Vec<u8>,
    /// Whether the known path of the provider has the same bytes at this offset, so that they are probably left from it.
    pub of_known_path: bool,
}

impl Leftover {
    /// Returns the bytes in hexadecimal, separated by blanks.
    pub fn hex(&self) -> String {
        let digits: Vec<String> = self.bytes.iter().map(|byte| format!("{byte:02x}")).collect();
        digits.join(" ")
    }

    /// Returns the bytes as a text: UTF-16 in a name and where every second byte is zero, and otherwise ASCII. Unprintable
    /// characters become dots; returns `None` if they are more than half.
    pub fn text(&self) -> Option<String> {
        let wide = self.field == Field::ProtocolName || self.bytes.iter().skip(1).step_by(2).all(|&byte| byte == 0);
        let wide = wide && self.bytes.len() > 1;
        let text: String = if wide {
            let units =
                self.bytes.chunks(2).map(|unit| u16::from_le_bytes([unit[0], unit.get(1).copied().unwrap_or(0)]));
            let shown = |unit: Result<char, _>| unit.ok().filter(|character| !character.is_control()).unwrap_or('.');
            char::decode_utf16(units).map(shown).collect()
        } else {
            let shown = |&byte: &u8| if byte == b' ' || byte.is_ascii_graphic() { char::from(byte) } else { '.' };
            self.bytes.iter().map(shown).collect()
        };
        let dots = text.chars().filter(|&character| character == '.').count();
        (dots * 2 <= text.chars().count()).then_some(text)
    }
}

/// Returns the leftovers of an item whose bytes the source contains. `library` is the known path of its provider.
pub(super) fn leftovers(item: &Item, library: Option<&str>) -> Vec<Leftover> {
    let Some(packed) = &item.packed else { return Vec::new() };
    let mut found = Vec::new();
    let path = packed.field(Field::LibraryPath);
    if let Some(end) = path.iter().position(|&byte| byte == 0) {
        runs(packed, Field::LibraryPath, end + 1, &mut found);
    }
    // A chain uses the ids up to its length, and other items use none.
    runs(packed, Field::ChainEntries, item.info.chain.ids().len() * 4, &mut found);
    let name = packed.field(Field::ProtocolName);
    if let Some(end) = name.chunks_exact(2).position(|unit| unit == [0, 0]) {
        runs(packed, Field::ProtocolName, end * 2 + 2, &mut found);
    }
    for leftover in found.iter_mut().filter(|leftover| leftover.field == Field::LibraryPath) {
        let end = leftover.offset + leftover.bytes.len();
        let known = library.and_then(|library| library.as_bytes().get(leftover.offset..end));
        leftover.of_known_path = known.is_some_and(|known| known.eq_ignore_ascii_case(&leftover.bytes));
    }
    found
}

/// Collects the runs of bytes that are not zero, from an offset to the end of the field; four zeros end a run.
fn runs(item: &PackedItem, field: Field, from: usize, found: &mut Vec<Leftover>) {
    const APART: usize = 4;
    let mut run: Option<Leftover> = None;
    let mut zeros = 0;
    for (offset, &byte) in item.field(field).iter().enumerate().skip(from) {
        if byte == 0 {
            zeros += 1;
            continue;
        }
        if zeros >= APART {
            found.extend(run.take());
        }
        let run = run.get_or_insert(Leftover { field, offset, bytes: Vec::new(), of_known_path: false });
        // The zeros between; there are none before the first byte.
        run.bytes.resize(offset - run.offset, 0);
        run.bytes.push(byte);
        zeros = 0;
    }
    found.extend(run);
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::catalog::{FileId, Span};
    use crate::winsock::StandardItem;

    /// Returns the leftovers of the item of TCP/IP after these bytes were written into it, each at its offset in the value.
    fn with(bytes: &[(usize, &[u8])]) -> Vec<Leftover> {
        let standard = StandardItem::by_name("tcp4").expect("it is known");
        let mut value = *standard.packed(1001).as_bytes();
        for (offset, bytes) in bytes {
            value[*offset..offset + bytes.len()].copy_from_slice(bytes);
        }
        let packed = PackedItem::from_bytes(&value).expect("888 bytes");
        let mut item = Item::new(packed.info().expect("both texts end"), Span { file: FileId(0), start: 0, end: 0 });
        item.packed = Some(packed);
        leftovers(&item, Some(standard.provider.library))
    }

    #[test]
    fn bytes_behind_the_ends_of_texts_are_stated_in_runs() {
        assert_eq!(with(&[]), []);
        let found = with(&[(0, b"mswsock.dll\0"), (200, &[1, 0, 0, 0, 2, 0, 0, 0, 0, 3]), (884, &[b'x', 0, 0x7f])]);
        let places: Vec<_> = found.iter().map(|of| (of.field, of.offset, of.bytes.len(), of.of_known_path)).collect();
        assert_eq!(
            places,
            [
                (Field::LibraryPath, 12, 21, true),
                (Field::LibraryPath, 200, 5, false),
                (Field::LibraryPath, 209, 1, false),
                (Field::ProtocolName, 508, 3, false),
            ]
        );
        assert_eq!(found[0].text().as_deref(), Some(r"\system32\mswsock.dll"));
        assert_eq!((found[1].hex().as_str(), found[1].text()), ("01 00 00 00 02", None));
        assert_eq!(found[3].text().as_deref(), Some("x."));
    }

    #[test]
    fn every_second_byte_zero_is_a_text_in_utf_16() {
        // The bytes behind the path in an entry that ZeroAccess changed.
        let found = with(&[(0, b"mswsock.dll\0"), (12, &[0; 21]), (33, &[0x73, 0x00, 0x77, 0x00])]);
        assert_eq!((found[0].hex().as_str(), found[0].text().as_deref()), ("73 00 77", Some("sw")));
    }

    #[test]
    fn ids_that_no_chain_uses_are_left_over() {
        let found = with(&[(304, &[0xe9, 3])]);
        assert_eq!((found[0].field, found[0].offset, found[0].hex().as_str()), (Field::ChainEntries, 0, "e9 03"));
    }
}
