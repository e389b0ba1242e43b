//! The lints of Winsock catalogs among the documents.

use super::Settings;
use crate::catalog::Sources;
use crate::report::Finding;
use crate::winsock::{SourceForm, parse, rules};

/// Returns the findings of all lints for each Winsock catalog among these documents, which are parsed again from their texts.
pub(super) fn lints(sources: &Sources, settings: &Settings) -> Vec<Finding> {
    let mut found = Vec::new();
    for (file, source) in sources.iter() {
        let Some(form) = source.form().and_then(SourceForm::from_name) else { continue };
        // Loading the documents reported the faults of reading.
        let store = parse(form, file, source.text(), &mut Vec::new());
        found.extend(rules::lints(&store));
        if let Some(root) = &settings.windows_root {
            found.extend(rules::missing_libraries(&store, root));
        }
    }
    found
}
