//! Winsock catalogs as pages of rules show them: an excerpt of what `sockatlas winsock show` prints.
//!
//! The command was given a registry export, which is some hundred lines of packed bytes, or the output of netsh. Both are built
//! here: the library packs the fields that the page states; the other fields are those of the standard items, and of the layers
//! `Acme` and `Zeta` over them.

use super::{Fixture, run};
use crate::winsock::fixture::{ACME, Catalog, CatalogItem, CatalogSet};
use sockatlas::check::rules;
use sockatlas::winsock::info::provider_flags;
use sockatlas::winsock::{ProtocolChain, ProtocolInfo, StandardItem};
use uuid::Uuid;

/// The beginning of the first line of every such catalog on a page, before `reg`, or `txt` for netsh's output.
pub const COMMAND: &str = "$ sockatlas winsock show catalog.";

/// The provider of the layer `Zeta` and of its chains.
const ZETA: Uuid = Uuid::from_u128(0x3ec32cd3_f254_4826_9053_672dc37f0070);

/// An entry or an application, with the fields that the page states of it, by their labels.
struct Shown<'p> {
    title: &'p str,
    fields: Vec<(&'p str, &'p str)>,
}

impl<'p> Shown<'p> {
    fn field(&self, label: &str) -> Option<&'p str> {
        self.fields.iter().find(|(other, _)| *other == label).map(|(_, value)| *value)
    }

    fn id(&self) -> u32 {
        number(self.title)
    }

    fn name(&self) -> &'p str {
        self.title.split_once("  ").expect("an entry has an id and a name").1
    }

    fn standard(&self) -> Option<ProtocolInfo> {
        let standard = StandardItem::all().find(|item| item.english == self.name())?;
        Some(ProtocolInfo { name: self.name().to_owned(), ..standard.info() })
    }
}

/// Returns the headings of a page, each with what is below it. An excerpt of netsh's output, which states no set, has none.
fn sections(page: &str) -> Vec<(&str, Vec<Shown<'_>>)> {
    let mut sections: Vec<(&str, Vec<Shown<'_>>)> = Vec::new();
    for line in page.lines().skip(1) {
        let text = line.trim_start();
        match (line.len() - text.len(), sections.last_mut()) {
            (0, _) => sections.push((text, Vec::new())),
            (2, None) => sections.push(("", vec![Shown { title: text, fields: Vec::new() }])),
            (2, Some((_, shown))) => shown.push(Shown { title: text, fields: Vec::new() }),
            (6, Some((_, shown))) => {
                let (label, value) = text.split_once("  ").expect("a field has a label and a value");
                shown.last_mut().expect("an entry comes first").fields.push((label, value.trim_start()));
            }
            _ => panic!("the command does not print {line:?}"),
        }
    }
    sections
}

/// Returns the name and the text of the file that the page is an excerpt of.
pub fn source(page: &str) -> (&'static str, String) {
    let mut catalog = Catalog { sets: Vec::new(), next_id: 1100, applications: Vec::new() };
    for (heading, shown) in sections(page) {
        if heading.ends_with("with categories") {
            let application = |shown: Shown<'_>| {
                let permits = bits(shown.field("permits").expect("an application permits categories"));
                ("2C69D9F1".to_owned(), shown.title.to_owned(), permits)
            };
            catalog.applications.extend(shown.into_iter().map(application));
            continue;
        }
        let key = if heading.contains(" of 64-bit ") { "Catalog_Entries64" } else { "Catalog_Entries" };
        let item = |entry| CatalogItem { key: None, info: info(entry, &shown), bytes: None };
        catalog.sets.push(CatalogSet { key, count: None, items: shown.iter().map(item).collect() });
    }
    match page.strip_prefix(COMMAND).is_some_and(|rest| rest.starts_with("txt")) {
        true => ("catalog.txt", catalog.netsh()),
        false => ("catalog.reg", catalog.reg().text),
    }
}

/// Returns the fields of an entry of a set: those that are stated, and else those of the base protocol that it runs over.
fn info(entry: &Shown<'_>, set: &[Shown<'_>]) -> ProtocolInfo {
    let ids: Vec<u32> = entry.field("chain").map(|chain| chain.split(" / ").map(number).collect()).unwrap_or_default();
    let base = ids.last().and_then(|&id| set.iter().find(|other| other.id() == id)).and_then(Shown::standard);
    let base = entry.standard().or(base).or_else(|| set.iter().find_map(Shown::standard));
    let mut info = ProtocolInfo { catalog_entry_id: entry.id(), ..base.expect("a set has a base protocol") };
    if entry.standard().is_none() {
        let (provider_id, path) = match entry.name().split(' ').next() {
            Some("Acme") => (ACME, r"%SystemRoot%\system32\acme.dll"),
            Some("Zeta") => (ZETA, r"%SystemRoot%\system32\zeta.dll"),
            _ => panic!("{} is neither standard nor of a layer that is known here", entry.name()),
        };
        info = ProtocolInfo { name: entry.name().to_owned(), provider_id, path: path.to_owned(), ..info };
    }
    let further = info.further.as_mut().expect("standard items state all fields");
    match entry.field("kind") {
        Some("layer") => {
            info.chain = ProtocolChain::LAYER;
            further.provider_flags = provider_flags::HIDDEN;
        }
        Some("chain") => {
            info.chain = ProtocolChain::over(&ids).expect("a chain has two to seven ids");
            further.provider_flags &= !provider_flags::HIDDEN;
        }
        _ => {}
    }
    if let Some(flags) = entry.field("provider flags") {
        further.provider_flags = bits(flags);
    }
    if let Some(services) = entry.field("services") {
        info.service_flags = bits(services);
    }
    if let Some(request) = entry.field("request") {
        let mut words = request.split(", ").map(|word| word.split(['(', ')']).nth(1).unwrap_or(word));
        let mut next = || number(words.next().expect("a family, a type and a protocol")).cast_signed();
        (info.address_family, info.socket_type, info.protocol) = (next(), next(), next());
    }
    info
}

/// Returns the number at the beginning of a text.
fn number(text: &str) -> u32 {
    let end = text.find(|c: char| !c.is_ascii_digit()).unwrap_or(text.len());
    text[..end].parse().unwrap_or_else(|error| panic!("{text}: {error}"))
}

/// Returns the flags whose number stands behind their names, as in `hidden (0x4)`.
fn bits(text: &str) -> u32 {
    let (_, rest) = text.split_once("(0x").unwrap_or_else(|| panic!("{text} has no number"));
    u32::from_str_radix(rest.trim_end_matches(')'), 16).unwrap_or_else(|error| panic!("{text}: {error}"))
}

#[test]
fn what_pages_show_of_winsock_catalogs_is_what_the_command_prints() {
    let mut pages = 0;
    for rule in rules() {
        for heading in ["Example", "Mended"] {
            let page = rule.catalog(heading).unwrap_or_default();
            if !page.starts_with(COMMAND) {
                continue;
            }
            pages += 1;
            let fixture = Fixture::of(rule, heading);
            let (_, printed) = run(fixture.folder.path(), &["winsock", "show", fixture.name]);
            let spaced = |line: &str| line.split_whitespace().collect::<Vec<_>>().join(" ");
            let mut printed = printed.lines().map(spaced);
            for line in page.lines().skip(1).map(spaced) {
                assert!(printed.any(|other| other == line), "{} shows `{line}` under {heading}", rule.code);
            }
        }
    }
    assert!(pages >= 20, "{pages} pages");
}
