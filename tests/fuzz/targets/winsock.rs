//! Winsock catalogs in any form.
//!
//! Asserts that reading, judging, repairing and converting never panic, that a store which was read without a fault, or repaired then,
//! reads back to a store which is written alike, and that a registry made of a source is written as TOML that loads.

use sockatlas::Loader;
use sockatlas::edit::to_toml;
use sockatlas::winsock::reg::{WriteOptions, write};
use sockatlas::winsock::repair::{RepairOptions, plan};
use sockatlas::winsock::report::report;
use sockatlas::winsock::{ImportOptions, Options, Reading, SourceForm, Store, export, import, read};

/// Runs everything that a source of this form can go through.
pub fn run(form: SourceForm, input: &[u8]) {
    let Some(reading) = reading(Some(form), input) else { return };
    report(&reading, None);
    let plan = plan(&reading.store, &RepairOptions::default());
    // What could not be read is written in part, or not at all.
    if reading.faults.is_empty() {
        plan.iter().for_each(|plan| write_and_read(&plan.store));
        write_and_read(&reading.store);
    }
    let mut options = ImportOptions::default();
    options.partial = true;
    let Ok(imported) = import(reading, &options) else { return };
    let text = to_toml(&imported.registry);
    let loaded = Loader::new().text("imported.toml", text.as_str()).load();
    let loaded = loaded.unwrap_or_else(|error| panic!("what was imported does not load: {error}\n{text}"));
    write_and_read(&export(&loaded, None).store);
}

/// Reads a source.
fn reading(from: Option<SourceForm>, input: &[u8]) -> Option<Reading> {
    let mut options = Options::default();
    options.from = from;
    read("input", input, None, &options)?.ok()
}

/// Writes a store as an export, reads that, and writes it again.
fn write_and_read(store: &Store) {
    let Ok(written) = write(store, &WriteOptions::default()) else { return };
    let Some(again) = reading(None, &written) else { panic!("what was written is not recognised") };
    let again = write(&again.store, &WriteOptions::default()).expect("what was read of an export can be written");
    assert!(again == written, "what was written is written differently");
}
