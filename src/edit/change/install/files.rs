//! File paths among the options, which are relative to the folder of the catalog that states them.

use crate::catalog::{OptionKind, OptionValue};
use std::fs;
use std::path::{Component, Path, PathBuf};

/// Returns the value of an option with its paths mapped. Words that are not paths stay.
pub(super) fn with_paths(kind: OptionKind, value: &OptionValue, path: impl Fn(&str) -> String) -> OptionValue {
    match (kind, value) {
        (OptionKind::FilesOr(words), OptionValue::String(text)) if words.contains(&text.as_str()) => value.clone(),
        (OptionKind::File | OptionKind::FilesOr(_), OptionValue::String(text)) => OptionValue::String(path(text)),
        (OptionKind::FilesOr(_), OptionValue::Array(texts)) => {
            let located = texts.iter().map(|text| match text {
                OptionValue::String(text) => OptionValue::String(path(text)),
                other => other.clone(),
            });
            OptionValue::Array(located.collect())
        }
        _ => value.clone(),
    }
}

/// Returns the canonical path of a folder, or the path as given where the system cannot resolve it.
pub(super) fn canonical(folder: &Path) -> PathBuf {
    let folder = if folder.as_os_str().is_empty() { Path::new(".") } else { folder };
    fs::canonicalize(folder).unwrap_or_else(|_| folder.to_owned())
}

/// Rewrites a path that is relative to the folder `from` so that it is relative to the folder `to`. Both folders are
/// canonical. Returns an absolute path where the two folders have only the root in common.
pub(super) fn moved(path: &str, from: &Path, to: &Path) -> String {
    if from == to || Path::new(path).is_absolute() {
        return path.to_owned();
    }
    let common = from.components().zip(to.components()).take_while(|(one, other)| one == other).count();
    let named = |folder: &Path| folder.components().take(common).any(|part| matches!(part, Component::Normal(_)));
    let whole = || from.join(path).display().to_string();
    if !named(from) {
        return whole();
    }
    let mut moved = PathBuf::new();
    to.components().skip(common).for_each(|_| moved.push(".."));
    from.components().skip(common).for_each(|part| moved.push(part));
    moved.push(path);
    moved.to_str().map_or_else(whole, str::to_owned)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_leads_to_the_same_file_from_another_folder() {
        let moved = |path, from, to| moved(path, Path::new(from), Path::new(to));
        assert_eq!(moved("roots.pem", "/etc/catalogs/tls", "/etc/catalogs"), "tls/roots.pem");
        assert_eq!(moved("roots.pem", "/etc/catalogs", "/etc/catalogs/site"), "../roots.pem");
        assert_eq!(moved("../roots.pem", "/srv/a/tls", "/srv/b"), "../a/tls/../roots.pem");
        assert_eq!(moved("roots.pem", "/etc/catalogs", "/etc/catalogs"), "roots.pem");
    }

    #[test]
    fn a_path_is_whole_where_it_was_and_where_the_folders_have_nothing_in_common() {
        let moved = |path, from, to| moved(path, Path::new(from), Path::new(to));
        assert_eq!(moved("/etc/roots.pem", "/srv/a", "/srv/b"), "/etc/roots.pem");
        assert_eq!(moved("roots.pem", "/srv/a", "/etc"), "/srv/a/roots.pem");
    }

    #[test]
    fn words_that_are_no_paths_stay() {
        let there = |path: &str| format!("there/{path}");
        let kind = OptionKind::FilesOr(&["system"]);
        let text = |text: &str| OptionValue::String(text.to_owned());
        assert_eq!(with_paths(kind, &text("system"), there), text("system"));
        assert_eq!(with_paths(kind, &text("a.pem"), there), text("there/a.pem"));
        let array = OptionValue::Array(vec![text("a.pem"), text("b.pem")]);
        let moved = OptionValue::Array(vec![text("there/a.pem"), text("there/b.pem")]);
        assert_eq!(with_paths(kind, &array, there), moved);
        assert_eq!(with_paths(OptionKind::Text, &text("a.pem"), there), text("a.pem"));
    }
}
