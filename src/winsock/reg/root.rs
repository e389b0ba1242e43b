//! Chooses the `WinSock2\Parameters` of an export that is read: that of the current control set, where there are several.

use super::read::Key;
use crate::catalog::{Fault, FaultKind, FileId, Span, quoted};
use indexmap::IndexMap;
use std::collections::HashSet;

/// The path of a `WinSock2\Parameters` and of the control set that contains it, such as
/// `HKEY_LOCAL_MACHINE\SYSTEM\ControlSet001`.
#[derive(Copy, Clone, Debug)]
pub(super) struct Root<'a> {
    pub path: &'a str,
    control_set: &'a str,
}

/// Returns whether a key is a `WinSock2\Parameters`, is below one, or names the current control set.
pub(super) fn is_of_winsock(path: &str) -> bool {
    root_of(path).is_some() || is_select(path)
}

/// Returns whether the key is the one whose value `Current` is the number of the current control set.
fn is_select(path: &str) -> bool {
    path.rsplit('\\').next().is_some_and(|name| name.eq_ignore_ascii_case("Select"))
}

/// Returns the root that a key is or is below.
pub(super) fn root_of(path: &str) -> Option<Root<'_>> {
    let mut end = 0;
    let mut names: [&str; 3] = [""; 3];
    let mut starts = [0; 3];
    for name in path.split('\\') {
        names = [names[1], names[2], name];
        starts = [starts[1], starts[2], end];
        end += name.len() + 1;
        let [services, winsock, parameters] = names;
        if winsock.eq_ignore_ascii_case("WinSock2") && parameters.eq_ignore_ascii_case("Parameters") {
            let is_service = services.eq_ignore_ascii_case("Services");
            let above = path.get(..starts[if is_service { 0 } else { 1 }])?;
            return Some(Root { path: path.get(..end - 1)?, control_set: above.trim_end_matches('\\') });
        }
    }
    None
}

impl<'a> Root<'a> {
    fn is(self, other: Root<'_>) -> bool {
        self.path.eq_ignore_ascii_case(other.path)
    }

    /// Returns the path of a key below this root, which is empty for the root itself, or `None` if the key is elsewhere.
    pub fn below(self, path: &'a str) -> Option<&'a str> {
        let (start, rest) = (path.get(..self.path.len())?, path.get(self.path.len()..)?);
        let is_here = start.eq_ignore_ascii_case(self.path) && (rest.is_empty() || rest.starts_with('\\'));
        is_here.then(|| rest.trim_start_matches('\\'))
    }

    fn is_one_of(self, control_sets: &HashSet<String>) -> bool {
        control_sets.contains(&self.control_set.to_ascii_lowercase())
    }

    /// Returns the name of its control set, such as `ControlSet001`, and the path above that.
    fn names(self) -> (&'a str, &'a str) {
        self.control_set.rsplit_once('\\').map_or((self.control_set, ""), |(above, name)| (name, above))
    }
}

/// Returns all roots, in the order of the export.
fn roots<'a>(keys: &[Key<'a>]) -> Vec<Root<'a>> {
    let mut roots: IndexMap<String, Root<'a>> = IndexMap::new();
    for root in keys.iter().filter_map(|key| root_of(key.path)) {
        // Keys of an export are sorted, so the same root appears many times in a row.
        if !roots.last().is_some_and(|(_, last)| last.is(root)) {
            roots.entry(root.path.to_ascii_lowercase()).or_insert(root);
        }
    }
    roots.into_values().collect()
}

/// Returns the root that is read: the only one, or else that of `CurrentControlSet`, or else the one that `Select` names.
pub(super) fn choose<'a>(keys: &[Key<'a>], file: FileId, faults: &mut Vec<Fault>) -> Option<Root<'a>> {
    let roots = roots(keys);
    let fault = |message: String| Fault::new(FaultKind::Syntax { message, stands: None }, Span::beginning(file));
    match roots.as_slice() {
        [] => {
            faults
                .push(fault("the export contains nothing of Winsock: it has no key `WinSock2\\Parameters`".to_owned()));
            None
        }
        [root] => Some(*root),
        several => {
            let current: Vec<_> =
                several.iter().filter(|root| root.names().0.eq_ignore_ascii_case("CurrentControlSet")).collect();
            if let [root] = current[..] {
                return Some(*root);
            }
            let current = current_sets(keys);
            let selected: Vec<_> = several.iter().filter(|root| root.is_one_of(&current)).collect();
            if let [root] = selected[..] {
                return Some(*root);
            }
            let names: Vec<&str> = several.iter().map(|root| root.control_set).collect();
            let names = quoted(&names);
            faults.push(fault(format!("Winsock catalogs of {names}: nothing states which of them is current")));
            None
        }
    }
}

/// Returns the current control sets that the `Select` keys of the export name, as paths in lower case.
fn current_sets(keys: &[Key<'_>]) -> HashSet<String> {
    let selects = keys.iter().filter(|key| is_select(key.path)).filter_map(|key| {
        let current = key.values.iter().rfind(|value| value.name.eq_ignore_ascii_case("Current"))?;
        let (above, _) = key.path.rsplit_once('\\')?;
        Some(format!("{above}\\{}", control_set_name(current.data.dword()?)).to_ascii_lowercase())
    });
    selects.collect()
}

/// Returns the name of the key of a control set, such as `ControlSet001`.
pub(in crate::winsock) fn control_set_name(number: u32) -> String {
    format!("ControlSet{number:03}")
}

/// Returns the export with all Winsock catalogs blanked out except those of one control set; all places stay the same.
///
/// # Errors
/// If the export has no catalog of that control set.
pub(in crate::winsock) fn only_control_set(text: String, number: u32) -> Result<String, String> {
    let keys = super::read::read(FileId(0), &text, &mut Vec::new());
    let roots = roots(&keys);
    let wanted = control_set_name(number);
    if !roots.iter().any(|root| root.names().0.eq_ignore_ascii_case(&wanted)) {
        let names: Vec<&str> = roots.iter().map(|root| root.names().0).collect();
        let message = match names[..] {
            [] => "the export contains nothing of Winsock: it has no key `WinSock2\\Parameters`".to_owned(),
            _ => format!("the export holds no Winsock catalog of `{wanted}`: it holds those of {}", quoted(&names)),
        };
        return Err(message);
    }
    let mut is_other = false;
    let mut kept = String::with_capacity(text.len());
    for line in text.split_inclusive('\n') {
        if let Some(path) = line.trim_start_matches([' ', '\t']).strip_prefix('[') {
            let root = root_of(path.rsplit_once(']').map_or(path, |(path, _)| path));
            is_other = root.is_some_and(|root| !root.names().0.eq_ignore_ascii_case(&wanted));
        }
        match is_other {
            true => kept.push_str(&line[line.trim_end_matches(['\r', '\n']).len()..]),
            false => kept.push_str(line),
        }
    }
    Ok(kept)
}
