//! The layout of catalogs.
//!
//! Asserts that what was formatted is left as it is. That the meaning stays is tested by `format` itself, which refuses otherwise.

use sockatlas::edit::format;

pub fn run(input: &[u8]) {
    let Ok(text) = str::from_utf8(input) else { return };
    if let Ok(formatted) = format(text) {
        assert_eq!(format(&formatted).as_deref(), Ok(formatted.as_str()), "of {text:?}");
    }
}
