//! The lints of the documents that are Winsock catalogs.

use super::Settings;
use crate::catalog::Sources;
use crate::report::Finding;
use crate::winsock::{SourceForm, parse, rules};

/// Returns the findings of every Winsock catalog among these documents, each read again from its text.
pub(super) fn lints(sources: &Sources, settings: &Settings) -> Vec<Finding> {
    let mut found = Vec::new();
    for (file, source) in sources.iter() {
        let Some(form) = source.form().and_then(SourceForm::from_name) else { continue };
        // The faults of reading were reported when the documents were loaded.
        let store = parse(form, file, source.text(), &mut Vec::new());
        found.extend(rules::lints(&store));
        if let Some(root) = &settings.windows_root {
            found.extend(rules::missing_libraries(&store, root));
        }
    }
    found
}
