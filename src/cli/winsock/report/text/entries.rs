//! The entries of one set: changed, added and missing ones, odd paths, the answers to the usual requests, and times.

use super::{Text, concerns, library, named, times};
use crate::cli::output::printable;
use crate::cli::style::{BAD, SUBJECT, WARNING};
use indexmap::IndexMap;
use sockatlas::winsock::report::{
    Addition, Change, EntryReport, LayerReport, Leftover, Outcome, Report, SetReport, Standing,
};
use sockatlas::winsock::{Field, Item, ItemKind};
use std::collections::{HashMap, HashSet};

pub(super) fn set(text: &mut Text<'_>, set: &SetReport<'_>, report: &Report<'_>) {
    let standard = set.entries.iter().filter(|entry| matches!(entry.standing, Standing::Standard(_))).count();
    let place = text.keys.place(set.set.at).to_string();
    let all = set.entries.len();
    text.heading(set.set.bits.map_or_else(|| "Entries".to_owned(), |bits| format!("{bits} entries")));
    text.line(1, format_args!("{standard} of {all} are standard  {}", printable(&place)));
    changed(text, set);
    added(text, set, report);
    absent(text, set);
    left_over(text, set);
    odd_paths(text, set);
    if report.is_mounted {
        libraries(text, set);
    }
    answers(text, set);
    times(text, set.times.as_ref(), |place| {
        let entry = set.entries.get(place)?;
        let written = entry.item.written.as_deref().unwrap_or_default();
        Some((format!("{}, {written}", named(entry.item)), entry.item.at))
    });
}

fn changed(text: &mut Text<'_>, set: &SetReport<'_>) {
    for entry in &set.entries {
        let Standing::Changed(standard, changes) = &entry.standing else { continue };
        let item = entry.item;
        text.said(1, format_args!("{BAD}changed{BAD:#}: {}, which is `{standard}`", named(entry.item)), item.at);
        for Change { field, known, found, .. } in changes {
            let (known, found) = (printable(known), printable(found));
            text.said(2, format_args!("{}: `{known}` -> `{found}`", field.name()), item.field_at(*field));
        }
        written(text, entry);
    }
}

fn added(text: &mut Text<'_>, set: &SetReport<'_>, report: &Report<'_>) {
    let names = names(set, report);
    let layers: HashMap<usize, &LayerReport> = set.layers.iter().map(|layer| (layer.place, layer)).collect();
    let all = set.entries.len();
    for (place, entry) in set.entries.iter().enumerate() {
        let Standing::Added(addition) = entry.standing else { continue };
        let item = entry.item;
        let what = match addition {
            Addition::Repeated(standard) => format!("`{standard}` a second time"),
            _ => addition.text().to_owned(),
        };
        text.said(1, format_args!("{BAD}added{BAD:#}: {}, {what}", named(entry.item)), item.at);
        text.line(2, format_args!("number {} of {all} in the order", place + 1));
        text.said(2, format_args!("provider {}", item.info.provider_id), item.field_at(Field::ProviderId));
        let path = format!("library `{}`", printable(&item.info.path));
        text.said(2, path, item.field_at(Field::LibraryPath));
        let (family, socket_type, protocol) = item.info.triple();
        text.line(2, format_args!("family {family}, type {socket_type}, protocol {protocol}"));
        if item.kind() == ItemKind::Chain {
            text.said(
                2,
                format_args!("runs over {}", members(&names, report.has_gaps, item)),
                item.field_at(Field::ChainEntries),
            );
        }
        if let Some(layer) = layers.get(&place) {
            self::layer(text, set, layer);
        }
        written(text, entry);
    }
}

fn layer(text: &mut Text<'_>, set: &SetReport<'_>, layer: &LayerReport) {
    let ids = layer.chains.iter().filter_map(|&place| set.entries.get(place)).map(|entry| entry.item.id().to_string());
    let ids: Vec<String> = ids.collect();
    if ids.is_empty() {
        return text.line(2, "in no chain, so nothing runs through it");
    }
    let covers: Vec<String> = layer.covers.iter().map(|name| format!("`{}`", printable(name))).collect();
    let covers = if covers.is_empty() { "no base that is there".to_owned() } else { covers.join(", ") };
    text.line(2, format_args!("in chains {}, over {covers}", ids.join(", ")));
    if layer.answers.is_empty() {
        text.line(2, "answers none of the usual requests");
    } else {
        text.line(2, format_args!("{WARNING}answers {}{WARNING:#}", layer.answers.join(", ")));
    }
}

/// Returns the names for the ids of a set, including entries that are stated only in part.
fn names(set: &SetReport<'_>, report: &Report<'_>) -> HashMap<u32, String> {
    let mut names = HashMap::new();
    for entry in &set.entries {
        names.entry(entry.item.id()).or_insert_with(|| named(entry.item));
    }
    for fragment in &report.fragments {
        let Some(id) = fragment.catalog_entry_id else { continue };
        names.entry(id).or_insert_with(|| match fragment.fragment.facts.get(&Field::ProtocolName) {
            Some(name) => format!("`{}` (id {id}, stated in part)", printable(&name.value)),
            None => format!("id {id}, which is stated in part"),
        });
    }
    names
}

/// Returns the entries of a chain, top first.
fn members(names: &HashMap<u32, String>, has_gaps: bool, chain: &Item) -> String {
    let name = |id: &u32| match names.get(id) {
        Some(name) => name.clone(),
        None if has_gaps => format!("id {id}, which is not stated"),
        None => format!("{BAD}id {id}, which no entry has{BAD:#}"),
    };
    chain.info.chain.ids().iter().map(name).collect::<Vec<_>>().join(" / ")
}

fn written(text: &mut Text<'_>, entry: &EntryReport<'_>) {
    text.line(2, format_args!("key written: {}", entry.item.written.as_deref().unwrap_or("not stated")));
}

fn absent(text: &mut Text<'_>, set: &SetReport<'_>) {
    let Some(absent) = &set.absent else {
        return text.line(1, "what is missing is unknown: the source has gaps");
    };
    for absent in absent.iter().filter(|absent| absent.is_missing) {
        let (family, socket_type, protocol) = absent.item.triple;
        let triple = format!("family {family}, type {socket_type}, protocol {protocol}");
        text.line(1, format_args!("{BAD}missing{BAD:#}: `{}` ({triple})", absent.item.name));
    }
    let others = absent.iter().filter(|absent| !absent.is_missing);
    let others: Vec<String> = others.map(|absent| format!("`{}`", absent.item.name)).collect();
    if !others.is_empty() {
        let why = "which depends on the version of Windows and on what is installed";
        text.line(1, format_args!("not there, {why}: {}", others.join(", ")));
    }
}

/// The leftovers, each with the first entry that contains it.
type Held<'s> = Vec<(&'s Leftover, &'s Item)>;

/// Writes each leftover once, with the entries that contain it: Windows writes all items through one buffer, so that
/// all contain the same.
fn left_over(text: &mut Text<'_>, set: &SetReport<'_>) {
    /// The JSON output contains more digits.
    const MOST_DIGITS: usize = 32 * 3 - 1;
    let mut by_content: IndexMap<&Leftover, Vec<&Item>> = IndexMap::new();
    for entry in &set.entries {
        for leftover in &entry.leftovers {
            by_content.entry(leftover).or_default().push(entry.item);
        }
    }
    // Grouped by field and entries, so that the leftovers of the same entries are one group.
    let mut by_entries: IndexMap<(Field, Vec<u32>), Held<'_>> = IndexMap::new();
    for (leftover, items) in by_content {
        let Some(&first) = items.first() else { continue };
        let ids = items.iter().map(|item| item.id()).collect();
        by_entries.entry((leftover.field, ids)).or_default().push((leftover, first));
    }
    for ((field, ids), leftovers) in by_entries {
        let Some(&(_, first)) = leftovers.first() else { continue };
        let whom = match ids.len() {
            1 => named(first),
            count => format!("{count} entries, the first is {}", named(first)),
        };
        text.said(1, format_args!("left over in {whom}, {}:", field.name()), first.field_at(field));
        for (Leftover { offset, bytes, of_known_path, .. }, hex, shown) in
            leftovers.iter().map(|(leftover, _)| (*leftover, leftover.hex(), leftover.text()))
        {
            let mut hex = hex;
            if hex.len() > MOST_DIGITS {
                hex.truncate(MOST_DIGITS);
                hex += " ...";
            }
            let shown = shown.map(|text| format!(" (`{}`)", printable(&text))).unwrap_or_default();
            let of = if *of_known_path { ", as in the known path of this provider" } else { "" };
            text.line(2, format_args!("{} bytes at {offset}: {hex}{shown}{of}", bytes.len()));
        }
    }
}

fn odd_paths(text: &mut Text<'_>, set: &SetReport<'_>) {
    for entry in set.entries.iter().filter(|entry| !entry.concerns.is_empty()) {
        let path = printable(&entry.item.info.path);
        let is_grave = entry.concerns.iter().any(|concern| concern.is_grave());
        let style = if is_grave { BAD } else { SUBJECT };
        let line = format!("{style}path{style:#} `{path}` of {}: {}", named(entry.item), concerns(&entry.concerns));
        text.said(1, line, entry.item.field_at(Field::LibraryPath));
    }
}

/// Writes each library once, however many entries share it.
fn libraries(text: &mut Text<'_>, set: &SetReport<'_>) {
    let mut seen: HashSet<&str> = HashSet::new();
    for entry in &set.entries {
        let path = entry.item.info.path.as_str();
        let Some(file) = entry.library.as_ref().filter(|_| seen.insert(path)) else { continue };
        text.line(1, format_args!("library `{}`: {}", printable(path), library(file)));
    }
}

fn answers(text: &mut Text<'_>, set: &SetReport<'_>) {
    let entry = |place: usize| set.entries.get(place).map(|entry| entry.item);
    let name = |outcome: Outcome| match outcome {
        Outcome::Entry(place) => entry(place).map(named).unwrap_or_default(),
        Outcome::Untold(place) => {
            let name = entry(place).map(named).unwrap_or_default();
            format!("{name}, if it takes this protocol, which is not stated")
        }
        Outcome::Refused => "none: refused".to_owned(),
        Outcome::NotStated => "none that is stated".to_owned(),
    };
    for answer in &set.answers {
        let request = format!("{SUBJECT}{}{SUBJECT:#}", answer.request.name);
        let (now, before) = (name(answer.now), name(answer.without_added));
        if answer.now == answer.without_added {
            text.line(1, format_args!("{request} goes to {now}"));
            continue;
        }
        let item = match answer.now {
            Outcome::Entry(place) | Outcome::Untold(place) => entry(place),
            Outcome::Refused | Outcome::NotStated => None,
        };
        let Some(item) = item else { continue };
        let path = printable(&item.info.path);
        let line = format!("{request} {WARNING}goes through{WARNING:#} {now} ({path}) before {before}");
        text.said(1, line, item.at);
    }
}
