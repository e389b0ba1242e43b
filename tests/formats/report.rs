//! JSON, version 1, and its schema.

use super::{Folder, cases, json, printed, root, with_format};
use serde_json::Value;

/// The schema as the command prints it, closed: what the reports have beyond it is refused.
fn closed_schema() -> Value {
    fn close(schema: &mut Value) {
        match schema {
            Value::Object(fields) => {
                if fields.contains_key("properties") {
                    fields.insert("additionalProperties".to_owned(), false.into());
                }
                fields.values_mut().for_each(close);
            }
            Value::Array(values) => values.iter_mut().for_each(close),
            _ => {}
        }
    }
    let output = std::process::Command::new(env!("CARGO_BIN_EXE_sockatlas")).args(["schema", "--report"]).output();
    let mut schema = serde_json::from_slice(&output.expect("the command runs").stdout).expect("JSON");
    close(&mut schema);
    schema
}

#[test]
fn every_report_is_what_the_schema_says_and_nothing_more() {
    let validator = jsonschema::draft7::new(&closed_schema()).expect("a schema");
    let folder = Folder::new();
    let (mut findings, mut labels, mut coverages) = (0, 0, 0);
    for (place, arguments) in cases(&folder) {
        let report = json(&place, &with_format(&arguments, "json"));
        let errors: Vec<String> = validator.iter_errors(&report).map(|error| error.to_string()).collect();
        assert!(errors.is_empty(), "{arguments:?}: {errors:?}");
        let found = report["findings"].as_array().expect("an array");
        findings += found.len();
        labels += found.iter().filter(|finding| finding["labels"] != serde_json::json!([])).count();
        coverages += usize::from(report["summary"]["coverage"].is_object());
    }
    assert!(findings > 20 && labels > 3 && coverages == 2, "{findings} {labels} {coverages}");
}

#[test]
fn the_summary_counts_the_findings() {
    let folder = Folder::new();
    for (place, arguments) in cases(&folder) {
        let report = json(&place, &with_format(&arguments, "json"));
        for (severity, count) in [("error", "errors"), ("warning", "warnings"), ("note", "notes")] {
            let found = report["findings"].as_array().expect("an array").iter();
            let found = found.filter(|finding| finding["severity"] == severity).count();
            assert_eq!(report["summary"][count], found, "{arguments:?}");
        }
    }
}

#[test]
fn it_is_one_line() {
    let text = printed(root(), &["examples/mistaken.toml", "--format", "json"]);
    assert!(text.ends_with("}\n") && text.lines().count() == 1);
}
