//! Every rule of Winsock catalogs on an export that breaks it: code, severity, place and text.
//!
//! | file | what |
//! |---|---|
//! | `chains` | what chains name, who wins, what they make of sockets |
//! | `items` | ids, values, fields and counters |
//! | `layers` | whether layers are reached, where, by whom, and whether they show |
//! | `libraries` | libraries and providers |
//! | `netsh` | the same rules on what netsh prints |

mod chains;
mod items;
mod layers;
mod libraries;
mod netsh;

use super::fixture::{Catalog, Export, chained};
use sockatlas::Loader;
use sockatlas::catalog::Severity::{self, Error, Note, Warning};
use sockatlas::check::{Settings, check};
use sockatlas::report::Report;
use sockatlas::winsock::{Field, Further, Options, ProtocolInfo};
use std::path::Path;

/// What is found at a place: code, severity, line and column, message.
type Stated = (&'static str, Severity, (usize, usize), String);

fn checked(path: &Path, settings: &Settings) -> Report {
    check(&Loader::new().winsock(Options::default()).path(path), settings)
}

/// The findings on an export, in the order of their places.
fn stated(export: &Export) -> Vec<Stated> {
    let folder = tempfile::tempdir().expect("a folder can be made");
    let report = checked(&export.write(folder.path()), &Settings::new());
    let stated = report.findings.iter().map(|finding| {
        let at = report.sources.locate(finding.at);
        assert!(finding.help.is_some(), "{} says what to do", finding.code);
        (finding.code, finding.severity, (at.line as usize, at.column as usize), finding.message.clone())
    });
    stated.collect()
}

/// A key of the 32-bit set, by the number of the item.
fn key32(number: u32) -> String {
    format!(r"\Catalog_Entries\{number:012}")
}

/// A key of the 64-bit set.
fn key64(number: u32) -> String {
    format!(r"\Catalog_Entries64\{number:012}")
}

/// Asserts that an export has exactly this finding in each set, at this field of the item of this number.
#[track_caller]
fn in_both_sets(catalog: &Catalog, code: &str, severity: Severity, number: u32, field: Field, message: &str) {
    let export = catalog.reg();
    let expected =
        [key32(number), key64(number)].map(|key| (code, severity, export.place(&key, field), message.to_owned()));
    assert_eq!(stated(&export), expected);
}

#[test]
fn a_sound_catalog_gives_no_finding() {
    assert_eq!(stated(&Catalog::sound().reg()), []);
    assert_eq!(stated(&Catalog::plain().reg()), []);
}

#[test]
fn a_real_catalog_gives_notes_only() {
    let sample = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/winsock/samples/windows-10-1709.reg");
    let report = checked(&sample, &Settings::new());
    assert_eq!(report.tally.documents, 1);
    assert!(report.tally.entries >= 16, "{:?}", report.tally);
    let loud: Vec<_> = report.findings.iter().filter(|finding| finding.severity > Note).collect();
    assert!(loud.is_empty(), "{loud:#?}");
    // Four RSVP entries in each set, and the datagrams of vSockets.
    let count = |code| report.findings.iter().filter(|finding| finding.code == code).count();
    assert_eq!((count("winsock-shadowed-chain"), count("winsock-flags")), (8, 2));
}

fn further(info: &mut ProtocolInfo) -> &mut Further {
    info.further.as_mut().expect("the fixture tells all")
}

/// A second layer `Zeta` (1020) with chains over those of `Acme` (1021 to 1023), in front.
pub(super) fn two_layers() -> Catalog {
    let sound = Catalog::sound();
    let zeta = ProtocolInfo {
        name: "Zeta".to_owned(),
        path: r"%SystemRoot%\system32\zeta.dll".to_owned(),
        provider_id: uuid::Uuid::from_u128(0x3ec32cd3_f254_4826_9053_672dc37f0070),
        catalog_entry_id: 1020,
        ..sound.info(1007).clone()
    };
    let chains = [1008, 1009, 1010].map(|below| chained(&zeta, sound.info(below), zeta.provider_id, below + 13));
    let with = chains.iter().rev().fold(sound, |catalog, chain| catalog.with(0, chain));
    let end = with.sets[0].items.len();
    with.with(end, &zeta)
}

#[test]
fn a_fault_hides_no_lint_and_settings_weigh_both() {
    let mut both = Catalog::sound().change(1008, |info| info.chain.entries[0] = 1040);
    both.next_id = 5;
    let folder = tempfile::tempdir().unwrap();
    let path = both.reg().write(folder.path());
    let codes = |settings: &Settings| -> Vec<(&str, Severity)> {
        let mut found: Vec<_> =
            checked(&path, settings).findings.iter().map(|finding| (finding.code, finding.severity)).collect();
        found.sort_unstable();
        found.dedup();
        found
    };
    assert_eq!(codes(&Settings::new()), [("winsock-broken-chain", Error), ("winsock-numbering", Error)]);
    let allowed = Settings::new().level("winsock-numbering", Severity::Allow).unwrap();
    assert_eq!(codes(&allowed), [("winsock-broken-chain", Error)]);
    let warned = Settings::new().level("winsock-numbering", Warning).unwrap();
    assert_eq!(codes(&warned), [("winsock-broken-chain", Error), ("winsock-numbering", Warning)]);
    assert!(Settings::new().level("winsock-broken-chain", Severity::Allow).is_err(), "a fault cannot be silenced");
}

#[test]
fn a_catalog_beside_it_states_severities_too() {
    let mut late = Catalog::sound();
    late.next_id = 5;
    let folder = tempfile::tempdir().unwrap();
    let path = late.reg().write(folder.path());
    let site = "format = 1\n[lint]\nwinsock-numbering = \"note\"\n";
    let report = check(&Loader::new().winsock(Options::default()).path(path).text("site.toml", site), &Settings::new());
    let found: Vec<_> = report.findings.iter().map(|finding| (finding.code, finding.severity)).collect();
    assert_eq!(found, [("winsock-numbering", Note)]);
}
