//! Libraries that are missing from a volume of Windows that is mounted somewhere.
//!
//! Only paths that state a place on the system's own volume are looked up: those below `%SystemRoot%`, `%windir%`,
//! `%SystemDrive%` or `C:`.

use super::super::mounted::{LibraryFile, LibraryState, MountedWindows};
use super::super::windows_path::WindowsPath;
use super::super::{Bitness, Field, Item, Store};
use super::library_path::CODE;
use crate::catalog::Severity;
use crate::report::Finding;
use std::collections::HashMap;
use std::path::Path;

/// Returns a finding for each item whose library the volume does not hold; `root` is the folder that contains `Windows`. If there
/// is no Windows in it, a single finding reports that.
pub(crate) fn missing_libraries(store: &Store, root: &Path) -> Vec<Finding> {
    let mounted = match MountedWindows::open(root) {
        Ok(mounted) => mounted,
        Err(error) => {
            let message = format!("no library can be looked for in `{}`: {error}", root.display());
            let first = store.items().next();
            let finding = |item: &Item| Finding::new(CODE, Severity::Error, message, item.field_at(Field::LibraryPath));
            return first.map(finding).into_iter().collect();
        }
    };
    let mut found = Vec::new();
    // Many items share few libraries, and each lookup reads folders.
    let mut seen: HashMap<(&str, Option<Bitness>), LibraryFile> = HashMap::new();
    for set in &store.sets {
        for item in &set.items {
            let path = item.info.path.as_str();
            if !matches!(WindowsPath::of(path), WindowsPath::Windows(_) | WindowsPath::Drive { .. }) {
                continue;
            }
            let library = seen.entry((path, set.bits)).or_insert_with(|| mounted.library(path, set.bits));
            let (Some(place), LibraryState::Missing | LibraryState::NoFile) = (&library.looked_for, &library.state)
            else {
                continue;
            };
            let place = place.strip_prefix(root).unwrap_or(place).display();
            let message = format!("{} names the library `{path}`, and there is no `{place}`", item.named());
            found.push(
                Finding::new(CODE, Severity::Error, message, item.field_at(Field::LibraryPath))
                    .help("no socket can be made of it: install its provider anew, or remove what it left behind"),
            );
        }
    }
    found
}
