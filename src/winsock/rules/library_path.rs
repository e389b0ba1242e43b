//! Library paths that cannot be loaded, or in whose place another library may be loaded.

use super::super::Field;
use super::super::standard::StandardProvider;
use super::Judged;
use crate::catalog::Severity;
use crate::report::Finding;

pub(super) const CODE: &str = "winsock-library-path";

pub(super) fn look(judged: &Judged<'_>, found: &mut Vec<Finding>) {
    for item in &judged.set.items {
        let path = item.info.path.as_str();
        let at = item.field_at(Field::LibraryPath);
        let provider = StandardProvider::by_id(item.info.provider_id);
        let (severity, message) = match flaw(path, provider) {
            None => continue,
            Some(Flaw::Empty) => (Severity::Error, format!("{} names no library", item.named())),
            Some(Flaw::Bare) => {
                let message = format!(
                    "{} names its library without a folder: whichever `{path}` is found first is loaded",
                    item.named()
                );
                (Severity::Error, message)
            }
            Some(Flaw::Elsewhere(name)) => {
                let message =
                    format!("{} is of Microsoft's provider `{name}`, and its library is `{path}`", item.named());
                (Severity::Error, message)
            }
            Some(Flaw::Other(name)) => {
                let message = format!(
                    "{} is of the provider `{name}`, and its library is `{path}`, which is not that provider's",
                    item.named()
                );
                (Severity::Error, message)
            }
        };
        found.push(Finding::new(CODE, severity, message, at).help(usual(provider)));
    }
}

/// The defect of a library path.
pub(in crate::winsock) enum Flaw {
    /// The path is empty.
    Empty,
    /// The path has no folder.
    Bare,
    /// The provider with this name is Microsoft's, and the library is not that provider's.
    Elsewhere(&'static str),
    /// The provider with this name is known and not Microsoft's, and the library is not that provider's.
    Other(&'static str),
}

/// Returns the defect of a library path, judged by the path itself and by the known provider, or `None` if it has none.
pub(in crate::winsock) fn flaw(path: &str, provider: Option<&StandardProvider>) -> Option<Flaw> {
    if path.trim().is_empty() {
        return Some(Flaw::Empty);
    }
    if !path.contains(['\\', '/', '%']) {
        return Some(Flaw::Bare);
    }
    let provider = provider.filter(|provider| !provider.has_library(path))?;
    Some(if provider.by_microsoft { Flaw::Elsewhere(provider.name) } else { Flaw::Other(provider.name) })
}

/// Returns advice on how to resolve the defect.
fn usual(provider: Option<&StandardProvider>) -> String {
    match provider {
        Some(provider) if !provider.by_microsoft => {
            format!("install that provider anew, or remove it; on another Windows it has `{}`", provider.library)
        }
        Some(provider) => format!("Windows has `{}` here: `sockatlas winsock repair` restores it", provider.library),
        None => "its provider must be installed anew, or removed".to_owned(),
    }
}
