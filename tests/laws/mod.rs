//! The laws that the design states, over random catalogs and requests, in all dialects.
//!
//! `PROPTEST_CASES` raises the number of cases.

mod building;
mod checking;
mod combinations;
mod comparing;
mod deciding;
#[cfg(feature = "edit")]
mod deleting;
mod disabling;
mod explaining;
pub(crate) mod generate;
mod layers;
mod merging;
mod mutations;
pub(crate) mod plain;
mod promises;
mod references;
mod resolving;
mod stacks;
pub(crate) mod walk;
mod whole;
pub(crate) mod writing;

use plain::Catalog;
use proptest::test_runner::Config;
use sockatlas::{Loader, Registry};

/// So many cases at least; a failing one is printed whole, with its catalog.
fn config() -> Config {
    let config = Config::default();
    Config { cases: config.cases.max(512), failure_persistence: None, ..config }
}

fn load(catalog: &Catalog) -> Registry {
    let text = catalog.to_string();
    Loader::new().text("random.toml", text.as_str()).load().unwrap_or_else(|error| panic!("{error}\n{text}"))
}
