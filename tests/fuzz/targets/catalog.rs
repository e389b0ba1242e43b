//! Catalogs as TOML.
//!
//! Asserts that loading and checking never panic, that the check finds an error in what does not load, and that a registry, written
//! as TOML, loads to a registry that answers alike and is written alike.

use sockatlas::check::{Settings, check};
use sockatlas::edit::{format, to_toml};
use sockatlas::{Loader, compare};

pub fn run(input: &[u8]) {
    let loader = Loader::new().bytes("input.toml", input);
    let report = check(&loader, &Settings::new().coverage(true));
    let registry = match loader.load() {
        Ok(registry) => registry,
        Err(error) => {
            assert!(!error.faults().is_empty() && !error.to_string().is_empty());
            assert!(!report.findings.is_empty(), "loading refuses what the check accepts: {error}");
            return;
        }
    };
    let text = to_toml(&registry);
    let again = Loader::new().text("written.toml", text.as_str()).load();
    let again = again.unwrap_or_else(|error| panic!("what was written does not load: {error}\n{text}"));
    assert_eq!(to_toml(&again), text, "what was written is written differently");
    assert_eq!(format(&text).as_deref(), Ok(text.as_str()), "what was written is not laid out");
    let difference = compare(&registry, &again).first().map(|difference| difference.request().to_string());
    assert_eq!(difference, None, "what was written answers differently\n{text}");
}
