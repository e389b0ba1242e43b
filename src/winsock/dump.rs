//! Dumps of packed items, as programs read them from the registry: 888 bytes for each item, and no bytes between items.
//!
//! A dump is rendered as an export with its items in the same order. It states no keys, counters or bitness.

use super::reg::{Data, Render, kinds};
use super::{PACKED_ITEM_BYTES, PackedItem, SourceForm, Store, reg};
use crate::catalog::{Fault, FileId};

/// The key below which the items are rendered; its first component names the form of the source.
const ROOT: &str = r"PACKED_ITEMS\WinSock2\Parameters\Protocol_Catalog9\Catalog_Entries";

/// Returns whether the bytes are packed items with plausible paths, names and chain lengths.
pub(super) fn looks_like(bytes: &[u8]) -> bool {
    let (items, rest) = bytes.as_chunks::<PACKED_ITEM_BYTES>();
    !items.is_empty() && rest.is_empty() && items.iter().all(is_plausible)
}

/// Returns whether an item is plausible. Chain lengths of -1 and 8 are too, so that the checker can report them with their
/// context.
fn is_plausible(item: &[u8; PACKED_ITEM_BYTES]) -> bool {
    let info = PackedItem::from_bytes(item).and_then(|item| item.info());
    info.is_ok_and(|info| !info.path.is_empty() && (-1..=8).contains(&info.chain.length))
}

/// Returns an export with these items.
///
/// # Errors
/// If there is no item, or the last one is incomplete.
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

/// Returns the catalog that a rendered dump states, without the keys, numbers and bitness that the rendering added.
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
