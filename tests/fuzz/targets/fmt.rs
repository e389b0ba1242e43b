//! The layout of catalogs.
//!
//! Asserts that formatting keeps the meaning of every sound TOML document, and that what was formatted is left as it is.

use sockatlas::edit::{FormatError, format};

pub fn run(input: &[u8]) {
    let Ok(text) = str::from_utf8(input) else { return };
    match format(text) {
        Ok(formatted) => assert_eq!(format(&formatted).as_deref(), Ok(formatted.as_str()), "of {text:?}"),
        Err(error) => assert!(!matches!(error, FormatError::MeaningChanged), "of {text:?}"),
    }
}
