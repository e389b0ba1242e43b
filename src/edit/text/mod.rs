//! The text of a catalog, edited by splices: new keys are inserted in the order of the table of keys.

#[cfg(test)]
mod tests;

use crate::catalog::keys;
use crate::text::{self, KeyOrder};

pub(in crate::edit) use crate::text::key_parts;

/// The text of a catalog that was loaded, and so is TOML. Whether the result of an edit is a sound catalog is decided
/// by loading it.
pub(in crate::edit) type Text = text::Text<CatalogKeys>;

/// The order of the keys of a table of catalogs, if catalogs have such a table.
#[derive(Clone, Debug)]
pub(in crate::edit) struct CatalogKeys(Option<keys::Table>);

impl KeyOrder for CatalogKeys {
    fn of(table: &[String]) -> Self {
        CatalogKeys(keys::Table::at(table))
    }

    fn rank(&self, key: &str) -> Option<usize> {
        self.0?.names().position(|known| known == key)
    }
}
