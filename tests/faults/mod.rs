//! Every fault of every file is found in one run, each at its own place and with its own text.

mod limits;
mod once;
mod planting;
mod texts;

use sockatlas::{LoadError, Loader};
use std::path::Path;

/// Where the files with planted faults are.
fn planted() -> std::path::PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/faults/planted")
}

fn fails(loader: Loader) -> LoadError {
    match loader.load() {
        Err(error) => error,
        Ok(registry) => panic!("{} entries were loaded", registry.entries().len()),
    }
}

/// A line for each fault: place, code, message, help and causes. Paths are written from `folder` on.
fn report(error: &LoadError, folder: &Path) -> String {
    let mut report = String::new();
    for fault in error.faults() {
        report += &format!("{} {}: {}", error.locate(fault), fault.kind.code(), fault.kind);
        if let Some(help) = fault.kind.help() {
            report += &format!(" ({help})");
        }
        for cause in &fault.causes {
            report += &format!(" [{}: {}]", error.sources().locate(cause.at), cause.label);
        }
        report.push('\n');
    }
    report.replace(&format!("{}{}", folder.display(), std::path::MAIN_SEPARATOR), "")
}

#[test]
fn every_planted_fault_is_reported_in_one_run_at_its_own_place() {
    let error = fails(Loader::new().path(planted().join("site.toml")));
    let report = report(&error, &planted());
    let expected = include_str!("planted.txt");
    let lacks = |all: &'static str, line: &&str| !all.lines().any(|other| other == *line);
    let more: Vec<&str> = report.lines().filter(|line| lacks(expected, line)).collect();
    let fewer: Vec<&str> = expected.lines().filter(|line| !report.lines().any(|other| other == *line)).collect();
    assert!(more.is_empty() && fewer.is_empty(), "found {more:#?}\nnot found {fewer:#?}");
    assert_eq!(report, expected);
}

#[test]
fn the_text_of_the_error_has_a_line_for_every_fault() {
    let error = fails(Loader::new().path(planted().join("site.toml")));
    let text = error.to_string();
    assert_eq!(text.lines().count(), error.faults().len());
    for (line, fault) in text.lines().zip(error.faults()) {
        assert!(line.starts_with(&format!("{}: {}", error.locate(fault), fault.kind)), "{line}");
    }
}
