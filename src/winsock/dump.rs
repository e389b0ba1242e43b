//! Packed items one after the other, as a program takes them out of the registry: 888 bytes each, and nothing between them.
//!
//! They are rendered as the export that has them in this order. Keys, counters and bitness are nothing that a dump states.

use super::reg::{Data, Render, kinds};
use super::{PACKED_ITEM_BYTES, PackedItem, SourceForm, Store, reg};
use crate::catalog::{Fault, FileId};

/// The key below which the items are rendered; it says what it is.
const ROOT: &str = r"PACKED_ITEMS\WinSock2\Parameters\Protocol_Catalog9\Catalog_Entries";

/// Returns whether bytes are such items: sound ones at least by their texts and the lengths of their chains.
pub(super) fn looks_like(bytes: &[u8]) -> bool {
    let (items, rest) = bytes.as_chunks::<PACKED_ITEM_BYTES>();
    !items.is_empty() && rest.is_empty() && items.iter().all(is_plausible)
}

/// Malformed lengths are plausible too: the checker reports them with more of their circumstances.
fn is_plausible(item: &[u8; PACKED_ITEM_BYTES]) -> bool {
    let info = PackedItem::from_bytes(item).and_then(|item| item.info());
    info.is_ok_and(|info| !info.path.is_empty() && (-1..=8).contains(&info.chain.length))
}

/// Returns the export that has these items.
///
/// # Errors
/// If a part of an item is left over, or there is none.
pub(super) fn text(bytes: &[u8]) -> Result<String, String> {
    let (items, rest) = bytes.as_chunks::<PACKED_ITEM_BYTES>();
    if items.is_empty() || !rest.is_empty() {
        let found = bytes.len();
        return Err(format!("{found} bytes, where packed items have {PACKED_ITEM_BYTES} each: no multiple of that"));
    }
    let mut render = Render::new(false);
    for (item, number) in items.iter().zip(1_u64..) {
        let data = Data { kind: kinds::BINARY, bytes: item.to_vec() };
        let written = render.key(&format!("{ROOT}\\{number:012}"), None);
        written.and_then(|()| render.value("PackedCatalogItem", &data)).map_err(|error| error.to_string())?;
    }
    Ok(render.finish())
}

/// Returns what the items of a rendered dump state, without the keys that the rendering gave them.
pub(super) fn store(file: FileId, text: &str, faults: &mut Vec<Fault>) -> Store {
    let mut store = reg::store(SourceForm::Packed, file, text, faults);
    store.root = None;
    for set in &mut store.sets {
        set.bits = None;
        for item in &mut set.items {
            item.key = None;
            item.number = None;
        }
    }
    store
}
