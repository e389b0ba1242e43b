//! The parts that do not belong to one set of entries: the source, findings, fragments, differences, name-space
//! providers, applications.

use super::{Text, bits, concerns, library, named, times};
use crate::cli::output::printable;
use crate::cli::style::{BAD, FAINT, WARNING};
use sockatlas::catalog::Severity;
use sockatlas::winsock::report::{
    Difference, FragmentReport, NameSpaceChange, NameSpaceReport, NameSpaceSetReport, NameSpaceStanding, Report,
};
use sockatlas::winsock::{Field, SourceForm};

pub(super) fn source(text: &mut Text<'_>, report: &Report<'_>) {
    let store = report.store;
    let form = match store.form {
        SourceForm::Reg => "a registry export",
        SourceForm::Hive => "a SYSTEM hive",
        SourceForm::Netsh => "what netsh prints, which does not state all fields",
        SourceForm::Instlsp => "what instlsp prints, which prints ids and names only",
        SourceForm::Packed => "packed items",
        other => other.name(),
    };
    text.heading("Source");
    text.line(1, format_args!("{}: {form}", printable(text.keys.source())));
    if let Some(root) = &store.root {
        text.said(1, printable(&root.value).to_string(), root.at);
    }
    if let Some(next) = &store.next_catalog_entry_id {
        text.said(1, format_args!("next catalog entry id: {}", next.value), next.at);
    }
    if let Some(serial) = &store.serial_access_number {
        text.said(1, format_args!("serial access number: {}", serial.value), serial.at);
    }
    for point in &report.load_points {
        let name = point.load_point.known.name;
        let path = point.load_point.path.as_deref().map_or("no text".into(), |path| format!("`{}`", printable(path)));
        let line = match point.is_stock {
            true => format!("{name}: {path}, that of Windows"),
            false => format!("{BAD}{name}{BAD:#}: {path}, where Windows has `{}`", point.load_point.known.library),
        };
        text.said(1, line, point.load_point.at);
    }
}

pub(super) fn findings(text: &mut Text<'_>, report: &Report<'_>) {
    if report.findings.is_empty() {
        return;
    }
    text.heading("Findings");
    let (notes, findings): (Vec<_>, Vec<_>) =
        report.findings.iter().partition(|finding| finding.severity < Severity::Warning);
    for finding in findings {
        let style = if finding.severity == Severity::Error { BAD } else { WARNING };
        let (severity, code, message) = (finding.severity, finding.code, printable(&finding.message));
        text.said(1, format_args!("{style}{severity}{style:#}[{code}]: {message}"), finding.at);
        for label in &finding.labels {
            text.said(2, printable(&label.text).to_string(), label.at);
        }
        if let Some(help) = &finding.help {
            text.line(2, format_args!("{FAINT}{}{FAINT:#}", printable(help)));
        }
    }
    // Even a sound catalog has notes, on duplicates that Windows itself installs.
    if !notes.is_empty() {
        text.line(1, format_args!("{} notes, which `--format json` and `sockatlas check` list", notes.len()));
    }
}

pub(super) fn fragments(text: &mut Text<'_>, report: &Report<'_>) {
    if report.fragments.is_empty() {
        return;
    }
    text.heading("Entries stated in part");
    for FragmentReport { fragment, provider_id, known_provider, concerns: odd, .. } in &report.fragments {
        let fact = |field| fragment.facts.get(&field).map(|stated| printable(&stated.value));
        let name = fact(Field::ProtocolName).map_or_else(|| "without a name".to_owned(), |name| format!("`{name}`"));
        let id = fact(Field::CatalogEntryId).map(|id| format!(" (id {id})")).unwrap_or_default();
        text.said(1, format_args!("{}{name}{id}", bits(fragment.bits)), fragment.at);
        let provider = match (provider_id, known_provider) {
            (None, _) => "provider: not stated".to_owned(),
            (Some(id), Some(known)) => format!("provider {id}, the known `{known}`"),
            (Some(id), None) => format!("{BAD}provider {id}, none that is known{BAD:#}"),
        };
        text.line(2, provider);
        if let Some(path) = fact(Field::LibraryPath) {
            let odd = if odd.is_empty() { String::new() } else { format!(": {}", concerns(odd)) };
            text.line(2, format_args!("library `{path}`{odd}"));
        }
    }
}

pub(super) fn differences(text: &mut Text<'_>, report: &Report<'_>) {
    if report.differences.is_empty() {
        return;
    }
    text.heading("What 32- and 64-bit programs see differently");
    for difference in &report.differences {
        match difference {
            Difference::OnlyIn(bits, item) => text.said(1, format_args!("only {bits}: {}", named(item)), item.at),
            Difference::Fields { item_32, item_64, fields } => {
                let fields: Vec<&str> = fields.iter().map(|field| field.name()).collect();
                let line = format!("{} and {} differ in {}", named(item_32), named(item_64), fields.join(", "));
                text.said(1, line, item_32.at);
            }
            Difference::Order { item_32, item_64 } => {
                let line = format!("the order differs: {} where 64-bit has {}", named(item_32), named(item_64));
                text.said(1, line, item_32.at);
            }
        }
    }
}

pub(super) fn name_spaces(text: &mut Text<'_>, set: &NameSpaceSetReport<'_>) {
    text.heading(format_args!(
        "Name-space providers{}",
        set.bits().map(|bits| format!(", {bits}")).unwrap_or_default()
    ));
    for report in &set.providers {
        name_space(text, report);
    }
    for absent in &set.absent {
        let word = if absent.is_needed { format!("{BAD}missing{BAD:#}") } else { "not there".to_owned() };
        text.line(1, format_args!("{word}: {} (name space {})", absent.name, absent.name_space));
    }
    times(text, set.times.as_ref(), |place| {
        let provider = set.providers.get(place)?.provider;
        let name = printable(&provider.name);
        Some((format!("`{name}`, {}", provider.written.as_deref().unwrap_or_default()), provider.at))
    });
}

fn name_space(text: &mut Text<'_>, report: &NameSpaceReport<'_>) {
    let provider = report.provider;
    let name = printable(&provider.name);
    match &report.standing {
        NameSpaceStanding::Known(known) => text.said(1, format_args!("known: `{name}`, {}", known.name), provider.at),
        NameSpaceStanding::Changed(known, changes) => {
            text.said(1, format_args!("{BAD}changed{BAD:#}: `{name}`, which is that of {}", known.name), provider.at);
            for NameSpaceChange { value, known, found, .. } in changes {
                text.line(2, format_args!("{value}: `{}` -> `{}`", printable(known), printable(found)));
            }
        }
        NameSpaceStanding::Added => {
            text.said(1, format_args!("{BAD}added{BAD:#}: `{name}`"), provider.at);
            let id = provider.provider_id.map_or_else(|| "not stated".to_owned(), |id| id.to_string());
            let name_space = provider.name_space.map_or_else(|| "not stated".to_owned(), |number| number.to_string());
            let path = provider.path.as_deref().map(|path| format!("`{}`", printable(path)));
            text.line(2, format_args!("provider {id}, name space {name_space}"));
            text.line(2, format_args!("library {}", path.as_deref().unwrap_or("not stated")));
            let enabled = match provider.enabled {
                None => "not stated",
                Some(true) => "yes",
                Some(false) => "no",
            };
            text.line(2, format_args!("enabled: {enabled}"));
            text.line(2, format_args!("key written: {}", provider.written.as_deref().unwrap_or("not stated")));
        }
    }
    if !report.concerns.is_empty() {
        text.line(2, format_args!("path: {}", concerns(&report.concerns)));
    }
    if let Some(file) = &report.library {
        text.line(2, format_args!("library: {}", library(file)));
    }
}

pub(super) fn applications(text: &mut Text<'_>, report: &Report<'_>) {
    if report.applications.is_empty() {
        return;
    }
    text.heading("Applications with categories");
    for report in &report.applications {
        let application = report.application;
        let path = application.path.as_ref().map_or("without a path".into(), |path| printable(&path.value));
        let arguments = application.arguments.as_ref().map(|stated| format!(" {}", printable(&stated.value)));
        let categories = match &application.categories {
            None => "not stated".to_owned(),
            Some(stated) if stated.value.is_empty() => "none".to_owned(),
            Some(stated) => stated.value.to_string(),
        };
        text.said(1, format_args!("{path}{}: {categories}", arguments.unwrap_or_default()), application.key.at);
    }
    text.line(1, "a layer loads into these only if it has categories, and none that is not permitted here;");
    text.line(1, "which categories layers have is not stated by any source");
}
