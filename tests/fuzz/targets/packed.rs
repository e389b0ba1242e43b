//! Packed items.
//!
//! Asserts what `winsock` does, and that an item made of the values of another has the same values.

use sockatlas::winsock::{PackedItem, SourceForm};

pub fn run(input: &[u8]) {
    for bytes in input.chunks(sockatlas::winsock::PACKED_ITEM_BYTES) {
        let Ok(item) = PackedItem::from_bytes(bytes) else { continue };
        assert_eq!(&item.as_bytes()[..], bytes);
        let Ok(info) = item.info() else { continue };
        let made = PackedItem::new(&info).expect("the values are those of an item");
        assert_eq!(made.info().as_ref(), Ok(&info));
        let mut same = item.clone();
        same.set_info(&info).expect("the values are those of this item");
        assert_eq!(same, item);
    }
    super::winsock::run(SourceForm::Packed, input);
}
