//! Missing standard base protocols.

use super::super::standard::StandardItem;
use super::Judged;
use crate::catalog::Severity;
use crate::report::Finding;
use std::collections::HashSet;

/// Reports the essential items that are missing. They are recognised by their GUIDs and numbers, because their names are indirect
/// strings or depend on the language.
pub(super) fn look(judged: &Judged<'_>, found: &mut Vec<Finding>) {
    if !judged.is_whole() {
        return;
    }
    let there: HashSet<&str> =
        judged.set.items.iter().filter_map(|item| StandardItem::of(&item.info)).map(|item| item.name).collect();
    let missing = StandardItem::all().filter(|item| item.is_essential && !there.contains(item.name));
    let missing: Vec<String> = missing
        .map(|item| {
            let (family, socket_type, protocol) = item.triple;
            format!("`{}` (family {family}, type {socket_type}, protocol {protocol})", item.name)
        })
        .collect();
    if missing.is_empty() {
        return;
    }
    let message = format!("{} lacks what every Windows has: {}", judged.name(), missing.join(", "));
    found.push(
        Finding::new("winsock-missing-standard", Severity::Warning, message, judged.set.at)
            .help("`sockatlas winsock repair` restores them, and `netsh winsock reset` on the machine itself"),
    );
}
