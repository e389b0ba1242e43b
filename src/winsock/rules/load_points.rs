//! Values beside the catalogs that name libraries other than those of Windows.

use super::super::Store;
use super::super::load_points::Oddity;
use crate::catalog::Severity;
use crate::report::Finding;

pub(super) fn look(store: &Store, found: &mut Vec<Finding>) {
    for point in &store.load_points {
        let Some(oddity) = point.known.oddity(point.path.as_deref()) else { continue };
        let severity = match oddity {
            Oddity::Foreign => Severity::Error,
            Oddity::Other => Severity::Warning,
        };
        let (name, loaded, library) = (point.known.name, point.known.loaded, point.known.library);
        let message = match &point.path {
            Some(path) => format!("`{name}` names the library `{path}`, which is loaded {loaded}"),
            None => format!("`{name}` is no text, and the library that it names is loaded {loaded}"),
        };
        let help = format!("Windows has `{library}` here: find out who put this one there, then set it back");
        found.push(Finding::new("winsock-load-point", severity, message, point.at).help(help));
    }
}
