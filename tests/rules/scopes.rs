//! Which documents a thing speaks of: `[lint]` of its own, tests that ship of what ships; and what fails is counted.

use super::run;
use sockatlas::Loader;
use sockatlas::catalog::Severity;
use sockatlas::check::{Settings, check};
use sockatlas::report::Report;
use std::fs;
use std::path::Path;

/// A document with one warning of its own, an unused provider, and one error, a guarantee that is broken.
const BASE: &str = r#"format = 1
[provider.kernel]
module = "system"
[provider.spare]
module = "system"
[base.tcp4]
provider = "kernel"
family = "inet"
type = "stream"
protocol = "tcp"
matches-zero = true
services = ["guaranteed-order"]
[[always]]
request = {}
refused = true
"#;

/// The same mistakes in another document.
const TEAM: &str = r#"format = 1
[provider.idle]
module = "system"
[[always]]
request = { family = "inet" }
never = ["tcp4"]
[[expect]]
request = { family = "inet", type = "stream" }
error = "protocol-not-supported"
"#;

const SILENT: &str =
    "[lint]\nguarantee-broken = \"allow\"\nunused-provider = \"allow\"\nexpectation-failed = \"allow\"\n";

fn found(report: &Report) -> Vec<String> {
    let line = |finding: &sockatlas::report::Finding| {
        format!("{} {} {}", finding.code, finding.severity, report.sources.locate(finding.at).file)
    };
    report.findings.iter().map(line).collect()
}

#[test]
fn the_severities_of_a_document_govern_what_is_found_in_it_and_nothing_else() {
    let team = format!("{TEAM}{SILENT}");
    let loader = Loader::new().text("base.toml", BASE).text("team.toml", &*team);
    let report = check(&loader, &Settings::new());
    assert_eq!(found(&report), ["unused-provider warning base.toml", "guarantee-broken error base.toml"]);
    // The other way round it is as little.
    let base = format!("{BASE}{SILENT}");
    let loader = Loader::new().text("base.toml", &*base).text("team.toml", TEAM);
    let reported =
        ["unused-provider warning team.toml", "guarantee-broken error team.toml", "expectation-failed error team.toml"];
    assert_eq!(found(&check(&loader, &Settings::new())), reported);
    // What the user says counts everywhere.
    let settings = Settings::new().level("guarantee-broken", Severity::Note).expect("a lint");
    let settings = settings.level("unused-provider", Severity::Error).expect("a lint");
    let report = check(&Loader::new().text("base.toml", BASE).text("team.toml", &*team), &settings);
    let reported = [
        "unused-provider error base.toml",
        "guarantee-broken note base.toml",
        "unused-provider error team.toml",
        "guarantee-broken note team.toml",
    ];
    assert_eq!(found(&report), reported);
}

#[test]
fn the_sole_document_that_is_named_governs_what_it_includes() {
    let folder = tempfile::tempdir().expect("a folder");
    let write = |name: &str, text: &str| fs::write(folder.path().join(name), text).expect("it can be written");
    let named = |names: &[&str]| {
        let loader = names.iter().fold(Loader::new(), |loader, name| loader.path(folder.path().join(name)));
        let report = check(&loader, &Settings::new());
        let here = folder.path().to_str().expect("UTF-8");
        found(&report).into_iter().map(|line| line.replace(here, "").replace(['/', '\\'], "")).collect::<Vec<_>>()
    };
    write("base.toml", &format!("{BASE}[lint]\nunused-provider = \"error\"\n"));
    write("site.toml", "include = [\"base.toml\"]\nformat = 1\n[lint]\nguarantee-broken = \"note\"\n");
    write("other.toml", "format = 1\n");
    assert_eq!(named(&["site.toml"]), ["unused-provider error base.toml", "guarantee-broken note base.toml"]);
    // What is included says what it says for itself, as far as its includer says nothing.
    write("site.toml", "include = [\"base.toml\"]\nformat = 1\n[lint]\nunused-provider = \"note\"\n");
    assert_eq!(named(&["site.toml"]), ["unused-provider note base.toml", "guarantee-broken error base.toml"]);
    // Of two that are named none speaks for the other, nor for what it includes.
    assert_eq!(
        named(&["site.toml", "other.toml"]),
        ["unused-provider error base.toml", "guarantee-broken error base.toml"]
    );
    // A folder names each of its documents.
    assert_eq!(named(&[""]), ["unused-provider error base.toml", "guarantee-broken error base.toml"]);
}

#[test]
fn what_fails_is_counted_as_failed_whether_or_not_it_is_reported() {
    let text = format!("{}{}", BASE, &TEAM["format = 1\n".len()..]);
    let comment = "# sockatlas: allow(guarantee-broken, expectation-failed) not today\n";
    let commented = text
        .replace("[[always]]", &format!("{comment}[[always]]"))
        .replace("[[expect]]", &format!("{comment}[[expect]]"));
    let silenced = [
        format!("{text}{SILENT}"),
        text.replacen("format = 1\n", "format = 1\nlint.unused-provider = \"allow\"\n", 1),
        commented,
    ];
    let allow = |code: &str, settings: Settings| settings.level(code, Severity::Allow).expect("a lint");
    let quiet = allow("guarantee-broken", allow("expectation-failed", Settings::new()));
    for (text, settings) in silenced.iter().zip([Settings::new(), quiet, Settings::new()]) {
        let report = check(&Loader::new().text("all.toml", text.as_str()), &settings);
        assert_eq!(report.count(Severity::Error), 0, "{:?}", report.findings);
        let tally = report.tally;
        assert_eq!((tally.expectations, tally.failed, tally.guarantees, tally.proved), (1, 1, 2, 0), "{text}");
    }
    let folder = tempfile::tempdir().expect("a folder");
    fs::write(folder.path().join("all.toml"), &silenced[0]).expect("it can be written");
    let (status, text) = run(folder.path(), &["check", "all.toml"]);
    assert_eq!(status, 0);
    assert!(text.ends_with(": 1 entry, 1 expectation run (1 failed), 0 of 2 guarantees proved\n"), "{text}");
    let (_, json) = run(folder.path(), &["check", "all.toml", "--format", "json"]);
    assert!(json.contains(r#""expectations":1,"failed":1,"guarantees":2,"proved":0"#), "{json}");
}

#[test]
fn tests_of_catalogs_that_ship_are_run_only_where_all_that_is_named_ships() {
    let report = |loader: Loader| check(&loader, &Settings::new().coverage(true));
    let linux = report(Loader::new().path("builtin:linux.toml"));
    assert!(linux.tally.expectations > 0);
    let both = report(Loader::new().path("builtin:linux.toml").path("builtin:layers.toml"));
    assert!(both.tally.expectations > linux.tally.expectations && both.tally.guarantees > 0);
    assert_eq!((both.tally.failed, both.tally.proved), (0, both.tally.guarantees));

    let include = "include = [\"builtin:linux.toml\", \"builtin:layers.toml\"]\nformat = 1\n";
    // Each of these is ordinary, and breaks some test of what is included.
    for site in [
        "order = [\"secure\"]\n",
        "disable = [\"raw4\"]\n",
        "[application.\"*\"]\nprohibit = [\"proxied\"]\nrequire = [\"guaranteed-order\"]\n",
    ] {
        let named = report(Loader::new().text("site.toml", format!("{include}{site}")));
        let beside = Loader::new().path("builtin:linux.toml").path("builtin:layers.toml");
        for report in [named, report(beside.text("site.toml", format!("format = 1\n{site}")))] {
            let tally = report.tally;
            let counted = (tally.expectations, tally.failed, tally.guarantees, tally.proved, tally.coverage);
            assert_eq!(counted, (0, 0, 0, 0, Some((0, 0))), "{site}");
            let alarms = report.findings.iter().filter(|finding| finding.severity > Severity::Note);
            assert_eq!(alarms.count(), 0, "{site}: {:?}", report.findings);
        }
    }
    // One's own tests are run, and one's own entries counted.
    let own = "[base.own]\nprovider = \"kernel\"\nfamily = \"inet\"\ntype = \"stream\"\nprotocol = 261\n\
               [[expect]]\nrequest = { entry = \"own\" }\nentry = \"own\"\n";
    let own = report(Loader::new().text("site.toml", format!("{include}{own}")));
    assert_eq!((own.tally.expectations, own.tally.coverage), (1, Some((1, 1))));
}

#[test]
fn the_starter_keeps_what_it_says_when_a_line_that_it_suggests_is_taken() {
    let folder = tempfile::tempdir().expect("a folder");
    assert_eq!(run(folder.path(), &["init", "sockatlas.toml"]).0, 0);
    let path = folder.path().join("sockatlas.toml");
    let text = fs::read_to_string(&path).expect("it is there");
    let ordered = text.replace("#     order = [\"secure\"]", "order = [\"secure\"]");
    let first = "protocol = \"tcp\" }\nentry   = \"tcp4\"";
    assert!(ordered != text && ordered.contains(first), "{text}");
    fs::write(&path, ordered.replace(first, "protocol = \"tcp\" }\nentry   = \"secure/tcp4\""))
        .expect("it can be written");
    let (status, reported) = run(Path::new(folder.path()), &["check", "--deny", "warnings", "sockatlas.toml"]);
    assert!(status == 0 && !reported.contains("builtin:"), "{reported}");
}
