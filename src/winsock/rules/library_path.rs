//! Libraries that cannot be loaded, or that another may be loaded for.

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

/// What is wrong with a path.
pub(in crate::winsock) enum Flaw {
    /// There is none.
    Empty,
    /// It has no folder.
    Bare,
    /// It is of Microsoft's provider of this name, and not the library of that.
    Elsewhere(&'static str),
    /// It is of a known provider of this name that is not Microsoft's, and not the library of that.
    Other(&'static str),
}

/// Returns what is wrong with the path of a provider's library, by the path itself and by what is known of the provider.
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

/// Returns what to do about it.
fn usual(provider: Option<&StandardProvider>) -> String {
    match provider {
        Some(provider) if !provider.by_microsoft => {
            format!("install that provider anew, or remove it; on another Windows it has `{}`", provider.library)
        }
        Some(provider) => format!("Windows has `{}` here: `sockatlas winsock repair` restores it", provider.library),
        None => "its provider must be installed anew, or removed".to_owned(),
    }
}
