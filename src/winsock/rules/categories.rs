//! System processes whose categories are missing, so that layers load into them.

use super::super::{SourceForm, Store};
use crate::catalog::Severity;
use crate::report::Finding;

/// The programs that have categories on both Windows 7 and Windows 10.
const PROGRAMS: [&str; 3] = ["lsass.exe", "svchost.exe", "wininit.exe"];

/// Looks for missing categories if the source has all of `Parameters`.
pub(super) fn look(store: &Store, found: &mut Vec<Finding>) {
    let whole = matches!(store.form, SourceForm::Reg | SourceForm::Hive);
    let Some(at) = store.parameters.filter(|_| whole) else { return };
    let there = |program: &&str| {
        store.applications.iter().any(|application| {
            let path = application.path.as_ref().map(|path| path.value.rsplit('\\').next().unwrap_or_default());
            application.categories.is_some() && path.is_some_and(|path| path.eq_ignore_ascii_case(program))
        })
    };
    let missing: Vec<String> =
        PROGRAMS.iter().filter(|program| !there(program)).map(|program| format!("`{program}`")).collect();
    if missing.is_empty() {
        return;
    }
    let message =
        format!("`AppId_Catalog` permits no categories for {}: every layer loads into it", missing.join(", "));
    found.push(Finding::new("winsock-missing-categories", Severity::Warning, message, at).help(
        "Windows installs them: import `AppId_Catalog` of the same version, or set them (WSCSetApplicationCategory)",
    ));
}
