//! Nothing that a catalog says can go in silence: where a line, a table or a word is deleted, `check` finds something that it did
//! not find before, or `compare` shows a request that is answered otherwise, or what is gone had no effect, for a reason that has a
//! name here.

use super::generate::catalog;
use super::{config, load};
use proptest::prelude::*;
use sockatlas::check::{Settings, check};
use sockatlas::edit::to_toml;
use sockatlas::terms::Role;
use sockatlas::{Loader, Registry, Request, compare};
use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;
use toml::{Table, Value};

/// Findings by code and message, each with how often it is found.
type Findings = BTreeMap<(&'static str, String), usize>;

/// Why nothing else says that something was deleted.
#[derive(Copy, Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Reason {
    /// Comments, blanks, commas: both texts are the same TOML.
    Layout,
    /// A title or a summary.
    Documentation,
    /// A test or a guarantee: it answers nothing, and the summary of `check` counts it.
    Claim,
    /// The severity of a rule that finds nothing here.
    Severity,
    /// The key stated what holds without it: both catalogs are the same in all that they say.
    Default,
    /// A layer that no chain uses, an entry that is shadowed, disabled or refused to every application, a provider without
    /// entries.
    Unreached,
    /// A clause of a contract that everything here keeps: like a guarantee it refuses what is not there.
    Contract,
    /// What a chain has of its base or of its top layer in any case.
    Inherited,
    /// A service that the layer's module adds or removes in any case, or that nothing below offers to be removed; a type that what
    /// is below has too.
    Given,
    /// A category that decides nothing: no policy permits by it, or the chain is permitted or refused by another one.
    Category,
    /// A demand of a policy that every request here meets.
    Policy,
    /// A number, protocol or reach of a family of which no entry and no request here makes use.
    Family,
    /// What `show` prints of an entry and no request asks about.
    Fact,
    /// A word of a list of protocols of which `check` reported that it has no effect.
    Idle,
    /// Where an entry stands among others that answer none of its requests, whether it is listed, or the id of a layer, by which it
    /// is refused as by any other.
    Listing,
}

/// What can be deleted of a text: each line, each table, and each word, with its comma where it stands in an array.
fn cuts(text: &str) -> Vec<Range<usize>> {
    let mut starts: Vec<usize> = vec![0];
    starts.extend(text.match_indices('\n').map(|(at, _)| at + 1));
    let lines: Vec<Range<usize>> = starts.windows(2).map(|pair| pair[0]..pair[1]).collect();
    let headers: Vec<usize> =
        lines.iter().map(|line| line.start).filter(|&at| text[at..].starts_with('[')).chain([text.len()]).collect();
    let tables = headers.windows(2).map(|pair| pair[0]..pair[1]);
    let mut cuts: Vec<Range<usize>> = lines.iter().cloned().chain(tables).collect();
    for line in lines {
        let mut at = line.start;
        while at < line.end {
            let rest = &text[at..line.end];
            let length = match rest.chars().next() {
                Some('#') => break,
                Some('"') => rest[1..].find('"').map_or(rest.len(), |end| end + 2),
                Some(c) if c.is_alphanumeric() => {
                    rest.find(|c: char| !c.is_alphanumeric() && !matches!(c, '-' | '.')).unwrap_or(rest.len())
                }
                Some(c) => {
                    at += c.len_utf8();
                    continue;
                }
                None => break,
            };
            let word = at..at + length;
            if text[word.end..].starts_with(", ") {
                cuts.push(word.start..word.end + 2);
            } else if text[..word.start].ends_with(", ") {
                cuts.push(word.start - 2..word.end);
            }
            at = word.end;
            cuts.push(word);
        }
    }
    cuts
}

/// The keys, as paths, whose values two tables do not share.
fn changed(was: &Table, is: &Table, above: &[String], into: &mut Vec<Vec<String>>) {
    let keys: BTreeSet<&String> = was.keys().chain(is.keys()).collect();
    for key in keys {
        let path: Vec<String> = above.iter().chain([key]).cloned().collect();
        match (was.get(key), is.get(key)) {
            (Some(Value::Table(was)), Some(Value::Table(is))) => changed(was, is, &path, into),
            (Some(Value::Table(was)), None) if above.len() < 2 && !was.is_empty() => {
                changed(was, &Table::new(), &path, into);
            }
            (was, is) if was == is => {}
            _ => into.push(path),
        }
    }
}

fn is_documentation(path: &[String]) -> bool {
    matches!(path.last().map(String::as_str), Some("title" | "summary"))
}

/// Whether no application may use an entry, in either role, nor those that name none.
fn is_refused_to_all(registry: &Registry, name: &str) -> bool {
    let text = to_toml(registry);
    let table: Table = toml::from_str(&text).expect("what is written is TOML");
    let applications = table.get("application").and_then(Value::as_table).into_iter().flat_map(Table::keys);
    let mut requests = applications
        .filter(|name| *name != "*")
        .map(|application| Request::named(name).application(application.as_str()))
        .chain([Request::named(name)])
        .flat_map(|request| [request.clone(), request.accepting()]);
    requests.all(|request| registry.resolve(&request).is_err())
}

/// Whether a key is in the table of an entry or a provider that no request reaches.
fn is_unreached(registry: &Registry, findings: &Findings, path: &[String]) -> bool {
    let [kind, name, ..] = path else { return false };
    let reported =
        |code: &str| findings.keys().any(|(found, message)| *found == code && message.contains(&format!("`{name}`")));
    let members =
        || registry.entries().filter(|entry| entry.name() == name || entry.name().starts_with(&format!("{name}/")));
    match kind.as_str() {
        "layer" => {
            reported("unchained-layer")
                || !registry.selectable().any(|entry| entry.stack().any(|part| part.name() == name))
        }
        "base" | "chain" => {
            reported("shadowed-entry") || members().all(|entry| is_refused_to_all(registry, entry.name()))
        }
        "provider" => registry
            .entries()
            .filter(|entry| entry.provider().name() == name)
            .all(|entry| is_unreached(registry, findings, &[entry.kind().name().to_owned(), entry.name().to_owned()])),
        _ => false,
    }
}

/// Whether every selectable entry has the same provider, type and protocols, and offers the same in each role.
fn same_offers(registries: [&Registry; 2]) -> bool {
    let [was, is] = registries.map(|registry| {
        let entries = registry.selectable();
        let services = |entry: sockatlas::EntryRef<'_>| Role::ALL.map(|role| entry.services_for(role).clone());
        entries
            .map(|entry| {
                (
                    entry.name().to_owned(),
                    entry.provider().name().to_owned(),
                    entry.socket_type(),
                    entry.protocols().cloned(),
                    services(entry),
                )
            })
            .collect::<Vec<_>>()
    });
    was == is
}

/// Why nothing says that these keys changed; nothing where that must not be.
fn reason(registries: [&Registry; 2], [findings, after]: [&Findings; 2], paths: &[Vec<String>]) -> Option<Reason> {
    let all = |holds: &dyn Fn(&[String]) -> bool| paths.iter().all(|path| holds(path));
    let begins = |path: &[String], with: &str| path.first().is_some_and(|first| first == with);
    let key =
        |path: &[String], of: &[&str]| path.len() == 3 && path.last().is_some_and(|key| of.contains(&key.as_str()));
    let is_of_layer = |path: &[String], of: &[&str]| begins(path, "layer") && key(path, of);
    let [was, is] = registries.map(to_toml);
    let idle = |findings: &Findings| {
        let of_protocols = |code: &str| matches!(code, "idle-protocol-zero" | "repeated-word");
        findings.iter().filter(|((code, _), _)| of_protocols(code)).map(|(_, count)| count).sum::<usize>()
    };
    let found = [
        (Reason::Layout, paths.is_empty()),
        (Reason::Documentation, all(&is_documentation)),
        (Reason::Claim, all(&|path| begins(path, "expect") || begins(path, "always"))),
        (Reason::Severity, all(&|path| begins(path, "lint"))),
        (Reason::Default, was == is),
        (Reason::Unreached, all(&|path| is_documentation(path) || is_unreached(registries[0], findings, path))),
        (Reason::Contract, all(&|path| is_of_layer(path, &["needs", "forbids", "allow-below"]))),
        (
            Reason::Inherited,
            all(&|path| begins(path, "chain") && key(path, &["provider", "protocol", "matches-zero", "services"]))
                && same_offers(registries),
        ),
        (Reason::Given, all(&|path| is_of_layer(path, &["adds", "removes", "type"]) && same_offers(registries))),
        (Reason::Category, all(&|path| is_of_layer(path, &["categories"]))),
        (Reason::Policy, all(&|path| begins(path, "application"))),
        (Reason::Family, all(&|path| begins(path, "family"))),
        (
            Reason::Fact,
            all(&|path| {
                key(path, &["version", "message-size", "address-size", "byte-order", "security-scheme", "recommended"])
            }),
        ),
        (Reason::Idle, all(&|path| key(path, &["protocol"])) && idle(after) < idle(findings)),
        (
            Reason::Listing,
            all(&|path| begins(path, "order") || key(path, &["hidden"]) || is_of_layer(path, &["catalog-entry-id"])),
        ),
    ];
    found.into_iter().find_map(|(reason, holds)| holds.then_some(reason))
}

/// The findings of a text, each with how often it is found.
fn findings(text: &str) -> Findings {
    let mut found = Findings::new();
    for finding in check(&Loader::new().text("catalog.toml", text), &Settings::new()).findings {
        *found.entry((finding.code, finding.message)).or_insert(0) += 1;
    }
    found
}

/// A catalog before anything is deleted.
struct Whole<'t> {
    text: &'t str,
    table: Table,
    registry: Registry,
    findings: Findings,
}

impl<'t> Whole<'t> {
    fn new(text: &'t str, registry: Registry) -> Self {
        Whole { text, table: toml::from_str(text).expect("it is TOML"), registry, findings: findings(text) }
    }

    /// Tests one deletion: the reason why nothing says it, if something else than a finding or a difference does.
    fn without(&self, cut: &Range<usize>) -> Result<Option<Reason>, String> {
        let text = format!("{}{}", &self.text[..cut.start], &self.text[cut.end..]);
        let Ok(registry) = Loader::new().text("catalog.toml", text.as_str()).load() else { return Ok(None) };
        let after = findings(&text);
        let is_new =
            |(found, count): (&(&'static str, String), &usize)| self.findings.get(found).is_none_or(|was| was < count);
        if !compare(&self.registry, &registry).is_empty() || after.iter().any(is_new) {
            return Ok(None);
        }
        let table: Table = toml::from_str(&text).expect("what loads is TOML");
        let mut paths = Vec::new();
        changed(&self.table, &table, &[], &mut paths);
        match reason([&self.registry, &registry], [&self.findings, &after], &paths) {
            Some(reason) => Ok(Some(reason)),
            None => Err(format!("{:?} goes in silence: {paths:?}", &self.text[cut.clone()])),
        }
    }
}

/// Every deletion of a text: how many have which reason, and those that have none.
fn all_deletions(text: &str) -> BTreeMap<Reason, usize> {
    let registry = Loader::new().text("catalog.toml", text).load().unwrap_or_else(|error| panic!("{error}"));
    let whole = Whole::new(text, registry);
    let mut reasons = BTreeMap::new();
    let mut silent = Vec::new();
    for cut in cuts(text) {
        match whole.without(&cut) {
            Ok(reason) => reason.into_iter().for_each(|reason| *reasons.entry(reason).or_insert(0) += 1),
            Err(message) => silent.push(message),
        }
    }
    assert!(silent.is_empty(), "{}", silent.join("\n"));
    reasons
}

#[test]
fn no_line_table_or_word_of_the_example_goes_in_silence() {
    let reasons = all_deletions(include_str!("../../examples/site.toml"));
    let expected = [
        Reason::Layout,
        Reason::Documentation,
        Reason::Claim,
        Reason::Default,
        Reason::Contract,
        Reason::Given,
        Reason::Category,
    ];
    assert!(reasons.keys().all(|reason| expected.contains(reason)), "{reasons:?}");
}

#[test]
fn no_line_table_or_word_of_a_catalog_with_every_key_goes_in_silence() {
    all_deletions(include_str!("deleting/every_key.toml"));
}

proptest! {
    #![proptest_config(config())]

    #[test]
    fn no_line_table_or_word_of_any_catalog_goes_in_silence(catalog in catalog(), at in any::<usize>()) {
        let text = catalog.to_string();
        let whole = Whole::new(&text, load(&catalog));
        let cuts = cuts(&text);
        let found = whole.without(&cuts[at % cuts.len()]);
        prop_assert!(found.is_ok(), "{}\n{text}", found.expect_err("it is one"));
    }
}
