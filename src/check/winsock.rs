//! The lints of Winsock catalogs among the documents.

use super::Settings;
use crate::catalog::Sources;
use crate::report::Finding;
use crate::winsock::{Store, rules};

/// Returns the findings of all lints for each Winsock catalog among these documents.
pub(super) fn lints(sources: &Sources, settings: &Settings) -> Vec<Finding> {
    let mut found = Vec::new();
    for store in sources.iter().filter_map(|(_, source)| source.content::<Store>()) {
        found.extend(rules::lints(store));
        if let Some(root) = &settings.windows_root {
            found.extend(rules::missing_libraries(store, root));
        }
    }
    found
}
