//! What only Winsock catalogs say: of themselves, of entries, and of applications.

use super::*;
use crate::catalog::entry::{Bitness, WinsockFacts};
use crate::catalog::{PACKED_ITEM_BYTES, WinsockApplication};
use base64::prelude::{BASE64_STANDARD, Engine as _};

impl Reader<'_> {
    pub(super) fn winsock_catalog(&mut self, value: &Value<'_>) -> RawWinsock {
        let mut winsock = RawWinsock::default();
        let most = i64::from(u32::MAX);
        for (key, value) in self.table(value).into_iter().flat_map(DeTable::iter) {
            match key.get_ref().as_ref() {
                "next-catalog-entry-id" => {
                    winsock.next_catalog_entry_id = self.integer(value, 0, most).map(|number| number as u32);
                }
                "serial-access-number" => {
                    winsock.serial_access_number = self.integer(value, 0, most).map(|number| number as u32);
                }
                "order-32" => winsock.order_32 = self.names(value).unwrap_or_default(),
                "order-64" => winsock.order_64 = self.names(value).unwrap_or_default(),
                _ => self.unknown_key(key, "`winsock`", WINSOCK),
            }
        }
        winsock
    }

    pub(super) fn winsock_entry(&mut self, value: &Value<'_>) -> Option<WinsockFacts> {
        let mut facts = WinsockFacts::default();
        for (key, value) in self.table(value)?.iter() {
            match key.get_ref().as_ref() {
                "bits" => {
                    let bits = self.integer(value, 0, i64::MAX)?;
                    facts.bits = u32::try_from(bits).ok().and_then(Bitness::from_number);
                    if facts.bits.is_none() {
                        self.wrong(value, format!("the number {bits}"), "32 or 64");
                    }
                }
                "library" => facts.library = self.string(value).map(str::to_owned),
                "packed" => facts.packed = self.packed(value),
                _ => self.unknown_key(key, "`winsock` of an entry", ENTRY_WINSOCK),
            }
        }
        Some(facts)
    }

    /// A `PackedCatalogItem` in base64; blanks and line breaks in it count for nothing.
    fn packed(&mut self, value: &Value<'_>) -> Option<Vec<u8>> {
        let text: String = self.string(value)?.split_whitespace().collect();
        let expected = || format!("the {PACKED_ITEM_BYTES} bytes of a packed catalog item in base64");
        match BASE64_STANDARD.decode(text) {
            Ok(bytes) if bytes.len() == PACKED_ITEM_BYTES => return Some(bytes),
            Ok(bytes) => self.wrong(value, format!("{} bytes", bytes.len()), expected()),
            Err(error) => self.wrong(value, error.to_string().to_lowercase(), expected()),
        }
        None
    }

    pub(super) fn winsock_application(&mut self, value: &Value<'_>) -> Option<WinsockApplication> {
        let table = self.table(value)?;
        let (mut path, mut arguments, mut id) = (None, None, None);
        for (key, value) in table.iter() {
            match key.get_ref().as_ref() {
                "path" => path = self.string(value).map(str::to_owned),
                "arguments" => arguments = self.string(value).map(str::to_owned),
                "key" => id = self.string(value).map(str::to_owned),
                _ => self.unknown_key(key, "`winsock` of an application", APPLICATION_WINSOCK),
            }
        }
        for key in APPLICATION_WINSOCK_REQUIRED {
            if !table.contains_key(*key) {
                let at = self.at(value);
                self.missing_key(key, "`winsock` of an application", at);
            }
        }
        Some(WinsockApplication { path: path?, arguments, key: id? })
    }
}
