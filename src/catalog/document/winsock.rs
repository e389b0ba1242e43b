//! Reads the keys that only Winsock catalogs have: of the catalog, of entries, and of applications.

use super::*;
use crate::catalog::entry::{Bitness, WinsockFacts};
use crate::catalog::{PACKED_ITEM_BYTES, WinsockApplication};
use base64::prelude::{BASE64_STANDARD, Engine as _};

impl Reader<'_> {
    pub(super) fn winsock_catalog(&mut self, value: &Value<'_>) -> RawWinsock {
        let mut winsock = RawWinsock::default();
        let most = i64::from(u32::MAX);
        for (key, value) in self.table(value).into_iter().flat_map(|table| table.iter()) {
            match key.get_ref().as_ref() {
                "next-catalog-entry-id" => {
                    winsock.next_catalog_entry_id = self.integer(value, 0, most).ok().map(|number| number as u32);
                }
                "serial-access-number" => {
                    winsock.serial_access_number = self.integer(value, 0, most).ok().map(|number| number as u32);
                }
                "order-32" => winsock.order_32 = self.names(value).unwrap_or_default(),
                "order-64" => winsock.order_64 = self.names(value).unwrap_or_default(),
                _ => _ = self.unknown_key(key, "`winsock`", Table::Winsock),
            }
        }
        winsock
    }

    pub(super) fn winsock_entry(&mut self, value: &Value<'_>) -> Read<WinsockFacts> {
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
                "library" => facts.library = self.string(value).ok().map(str::to_owned),
                "packed" => facts.packed = self.packed(value).ok(),
                _ => _ = self.unknown_key(key, "`winsock` of an entry", Table::EntryWinsock),
            }
        }
        Ok(facts)
    }

    /// Reads a `PackedCatalogItem` in base64; blanks and line breaks in it are ignored.
    fn packed(&mut self, value: &Value<'_>) -> Read<Vec<u8>> {
        let text: String = self.string(value)?.split_whitespace().collect();
        let expected = || format!("the {PACKED_ITEM_BYTES} bytes of a packed catalog item in base64");
        match BASE64_STANDARD.decode(text) {
            Ok(bytes) if bytes.len() == PACKED_ITEM_BYTES => Ok(bytes),
            Ok(bytes) => Err(self.wrong(value, format!("{} bytes", bytes.len()), expected())),
            Err(error) => Err(self.wrong(value, error.to_string().to_lowercase(), expected())),
        }
    }

    pub(super) fn winsock_application(&mut self, value: &Value<'_>) -> Read<WinsockApplication> {
        let table = self.table(value)?;
        let at = self.at(value);
        self.whole(|reader| {
            let mut application = WinsockApplication { path: String::new(), arguments: None, key: String::new() };
            for (key, value) in table.iter() {
                match key.get_ref().as_ref() {
                    "path" => application.path = reader.string(value)?.to_owned(),
                    "arguments" => application.arguments = Some(reader.string(value)?.to_owned()),
                    "key" => application.key = reader.string(value)?.to_owned(),
                    _ => _ = reader.unknown_key(key, "`winsock` of an application", Table::ApplicationWinsock),
                }
            }
            reader.required(table, "`winsock` of an application", Table::ApplicationWinsock, at);
            Ok(application)
        })
    }
}
