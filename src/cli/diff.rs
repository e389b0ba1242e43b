//! `diff`: lists the requests whose answers differ between two catalogs.

use super::json::{Differences, Named};
use super::output::{self, Format, counted};
use super::style::{BAD, FAINT, GOOD, SUBJECT};
use super::{Failure, Globals, Status};
use sockatlas::terms::Protocol;
use sockatlas::{Answer, Asked, Comparison, Demand, Difference, Registry, compare};
use std::fmt::Write;
use std::path::PathBuf;

/// Lists the requests whose answer changes between two catalogs
///
/// Compares the answers, and not the texts: to every family, type and protocol, in both roles, for every application, to every
/// entry and provider by name, id and GUID, and under all combinations of services. Exit status 1 means that an answer changes,
/// or that some requests could not be compared, which are then listed.
#[derive(clap::Args)]
#[command(after_help = "\
Examples:
  sockatlas diff old.toml new.toml
  sockatlas diff main/catalogs branch/catalogs --format json")]
pub(super) struct Args {
    /// The old catalog: a file, or a folder of *.toml
    #[arg(value_name = "A")]
    was: PathBuf,

    /// The new catalog
    #[arg(value_name = "B")]
    is: PathBuf,

    /// The format of the list
    #[arg(long, value_enum, default_value_t)]
    format: Format,
}

pub(super) fn run(args: &Args, globals: &Globals) -> Result<Status, Failure> {
    // The catalogs of `--catalog` are the base of both.
    let load = |path: &PathBuf| globals.with(std::slice::from_ref(path)).registry();
    let (was, is) = (load(&args.was)?, load(&args.is)?);
    let comparison = compare(&was, &is);
    match args.format {
        Format::Json => output::json(&Differences::new(&is, &comparison))?,
        Format::Text => output::text(&text(&is, &comparison))?,
    }
    Ok(if comparison.is_same() { Status::Clean } else { Status::Refused })
}

/// Returns a summary of a comparison: the differences in which an entry is the answer, before or after. Differences
/// between two refusals, of which there are many whenever an entry is added or removed, are only counted.
pub(super) fn gist(registry: &Registry, comparison: &Comparison) -> String {
    let is_refused = |answer: &Answer| matches!(answer, Answer::Refused(_));
    let (refused, reported): (Vec<_>, Vec<_>) =
        comparison.iter().partition(|difference| is_refused(&difference.was) && is_refused(&difference.is));
    if reported.is_empty() && !refused.is_empty() {
        let refused = refused_otherwise(refused.len(), ";");
        return format!("no request is answered by another entry{refused}\n{}", left_out(registry, comparison));
    }
    let mut text = list(registry, reported.iter().copied());
    text += &total(reported.len());
    if !refused.is_empty() {
        text += &refused_otherwise(refused.len(), ", and");
    }
    text.push('\n');
    text + &left_out(registry, comparison)
}

/// Returns the clause that counts requests that are refused before and after, for different reasons.
fn refused_otherwise(count: usize, before: &str) -> String {
    let kinds = counted(count, "kind is", "kinds are");
    format!("{before} {kinds} refused for another reason")
}

/// Returns the differences, grouped by their two answers, and their number.
pub(super) fn text(registry: &Registry, comparison: &Comparison) -> String {
    let list = list(registry, comparison.iter());
    format!("{list}{}\n{}", total(comparison.len()), left_out(registry, comparison))
}

/// Returns a line about requests that were not compared, if there are any.
fn left_out(registry: &Registry, comparison: &Comparison) -> String {
    let Some(left_out) = &comparison.not_compared else { return String::new() };
    let (kinds, request) = (counted(left_out.kinds, "kind", "kinds"), registry.request_text(&left_out.request));
    format!(
        "not compared: all combinations of services for {kinds} of requests, which have too many; one is `{request}`\n"
    )
}

fn total(count: usize) -> String {
    match count {
        0 => "no request is answered otherwise".to_owned(),
        1 => "1 kind of request is answered otherwise".to_owned(),
        _ => format!("{count} kinds of requests are answered otherwise"),
    }
}

fn list<'d>(registry: &Registry, differences: impl Iterator<Item = &'d Difference>) -> String {
    let mut text = String::new();
    let mut blocks: Vec<(&Answer, &Answer, Vec<&Difference>)> = Vec::new();
    let mut ids = Vec::new();
    for difference in differences {
        if let Some(Demand::EntryId(id)) = difference.demand {
            ids.push((id, difference));
            continue;
        }
        match blocks.iter_mut().find(|(was, is, _)| **was == difference.was && **is == difference.is) {
            Some((.., block)) => block.push(difference),
            None => blocks.push((&difference.was, &difference.is, vec![difference])),
        }
    }
    // Writing to a string cannot fail.
    for (was, is, differences) in blocks {
        let _ = writeln!(text, "{BAD}- {was}{BAD:#}\n{GOOD}+ {is}{GOOD:#}");
        if let Some(changes) = changes(was, is) {
            let _ = writeln!(text, "  {FAINT}{changes}{FAINT:#}");
        }
        let mut requests: Vec<(String, Vec<String>)> = Vec::new();
        for difference in differences {
            let request = request(registry, difference);
            let demand = difference.demand.as_ref().map(ToString::to_string).unwrap_or_default();
            match requests.iter_mut().find(|(known, _)| *known == request) {
                Some((_, demands)) => demands.push(demand),
                None => requests.push((request, vec![demand])),
            }
        }
        for (request, demands) in requests {
            let plain = demands.iter().any(String::is_empty);
            let demands: Vec<&str> = demands.iter().map(String::as_str).filter(|demand| !demand.is_empty()).collect();
            let also = match (plain, demands.is_empty()) {
                (_, true) => String::new(),
                (true, false) => format!("; also with {}", some(&demands)),
                (false, false) => format!(" with {}", some(&demands)),
            };
            let _ = writeln!(text, "    {SUBJECT}{request}{SUBJECT:#}{FAINT}{also}{FAINT:#}");
        }
        text.push('\n');
    }
    text + &renumbered(&ids)
}

/// Returns the catalog entry ids that select another entry. If entries are added or removed before others, most ids do.
fn renumbered(ids: &[(i32, &Difference)]) -> String {
    const SHOWN: usize = 8;
    if ids.is_empty() {
        return String::new();
    }
    let mut text = "catalog entry ids that name another entry\n".to_owned();
    let shown = if ids.len() > SHOWN + 1 { SHOWN } else { ids.len() };
    for (id, Difference { application, role, was, is, .. }) in &ids[..shown] {
        let application = application.as_ref().map(|name| format!(" application={name}")).unwrap_or_default();
        let role = role.map(|role| format!(" role={role}")).unwrap_or_default();
        let _ = writeln!(
            text,
            "    {SUBJECT}entry={id}{role}{application}{SUBJECT:#} {BAD}- {was}{BAD:#} {GOOD}+ {is}{GOOD:#}"
        );
    }
    if ids.len() > shown {
        let _ = writeln!(text, "    {FAINT}and {} ids more{FAINT:#}", ids.len() - shown);
    }
    text + "\n"
}

/// Returns the first demands, and the number of further ones; the JSON output has all.
fn some(demands: &[&str]) -> String {
    const SHOWN: usize = 4;
    match demands.len().checked_sub(SHOWN).filter(|&more| more > 1) {
        Some(more) => format!("{} and {more} demands more", demands[..SHOWN].join(", ")),
        None => demands.join(", "),
    }
}

/// Returns the differences between two answers that are entries.
fn changes(was: &Answer, is: &Answer) -> Option<String> {
    let (
        Answer::Entry { name, services, opened, .. },
        Answer::Entry { name: new_name, services: new_services, opened: new_opened, .. },
    ) = (was, is)
    else {
        return None;
    };
    let mut changes = Vec::new();
    let (lost, gained) = (services.difference(new_services), new_services.difference(services));
    if !lost.is_empty() {
        changes.push(format!("no longer offers {lost}"));
    }
    if !gained.is_empty() {
        changes.push(format!("now offers {gained}"));
    }
    if name == new_name && opened != new_opened {
        changes.push(format!("was {opened}, is {new_opened}"));
    }
    (!changes.is_empty()).then(|| changes.join("; "))
}

fn request(registry: &Registry, difference: &Difference) -> String {
    let family = match difference.family {
        Asked::Is(family) => registry.family_text(family),
        Asked::Other(_) => "(any other family)".to_owned(),
    };
    let socket_type = match difference.socket_type {
        Asked::Is(socket_type) => socket_type.to_string(),
        Asked::Other(_) => "(any other type)".to_owned(),
    };
    let scope = match difference.family {
        Asked::Is(family) | Asked::Other(family) => family,
    };
    let protocol = |number| Named::protocol(registry, Protocol::from_raw(number), scope).short();
    let protocols = difference.protocols.iter().map(|&(from, to)| match (from, to) {
        (from, to) if from == to => protocol(from),
        (i32::MIN, to) => format!("up to {to}"),
        (from, i32::MAX) => format!("from {from} on"),
        (from, to) => format!("{from} to {to}"),
    });
    let protocols = protocols.collect::<Vec<_>>().join(", ");
    let application = difference.application.as_ref().map(|name| format!(" application={name}")).unwrap_or_default();
    let role = difference.role.map(|role| format!(" role={role}")).unwrap_or_default();
    format!("{family} {socket_type} {protocols}{role}{application}")
}
