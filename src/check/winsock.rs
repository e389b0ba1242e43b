//! The lints of the documents that are Winsock catalogs.

use crate::catalog::Sources;
use crate::report::Finding;
use crate::winsock::{SourceForm, parse, rules};

/// What there is to say of every Winsock catalog among these documents, each read again from its text.
pub(super) fn lints(sources: &Sources) -> Vec<Finding> {
    let of_winsock = sources.iter().filter_map(|(file, source)| {
        let form = SourceForm::from_name(source.form()?)?;
        // What reading finds wrong was told when they were loaded.
        Some(rules::lints(&parse(form, file, source.text(), &mut Vec::new())))
    });
    of_winsock.flatten().collect()
}
