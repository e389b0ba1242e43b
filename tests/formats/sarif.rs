//! SARIF 2.1.0: the official schema, and what GitHub asks for beyond it.

use super::{Folder, cases, json, root, with_format};
use serde_json::Value;
use std::collections::BTreeSet;

fn logs() -> Vec<(String, Value)> {
    let folder = Folder::new();
    let log = |(place, arguments): (std::path::PathBuf, Vec<String>)| {
        (format!("{arguments:?}"), json(&place, &with_format(&arguments, "sarif")))
    };
    cases(&folder).into_iter().map(log).collect()
}

fn array<'v>(value: &'v Value, key: &str) -> &'v [Value] {
    value[key].as_array().map_or(&[], Vec::as_slice)
}

#[test]
fn every_log_passes_the_official_schema() {
    let text = std::fs::read_to_string(root().join("tests/formats/sarif-schema-2.1.0.json")).expect("there");
    // The official pattern of languages has a bracket that not every regex engine takes.
    let language = "^[a-zA-Z]{2}|^[a-zA-Z]{2}-[a-zA-Z]{2}]?$";
    assert!(text.contains(language));
    let text = text.replace(language, r"^[a-zA-Z]{2}|^[a-zA-Z]{2}-[a-zA-Z]{2}\\]?$");
    let schema: Value = serde_json::from_str(&text).expect("JSON");
    let validator = jsonschema::options().should_validate_formats(true).build(&schema).expect("a schema");
    let mut results = 0;
    for (what, log) in logs() {
        let errors: Vec<String> =
            validator.iter_errors(&log).map(|error| format!("{}: {error}", error.instance_path())).collect();
        assert!(errors.is_empty(), "{what}: {errors:#?}");
        results += array(&log["runs"][0], "results").len();
    }
    assert!(results > 20, "{results}");
    let mut broken = logs().remove(0).1;
    broken["runs"][0]["results"][0]["message"] = Value::Null;
    assert!(!validator.is_valid(&broken), "the schema refuses something");
}

/// "SARIF support for code scanning" in GitHub's documentation says what it asks for; the limits are from there too.
#[test]
fn every_log_has_what_github_asks_for() {
    for (what, log) in logs() {
        assert_eq!((&log["version"], array(&log, "runs").len()), (&"2.1.0".into(), 1), "{what}");
        let run = &log["runs"][0];
        let driver = &run["tool"]["driver"];
        assert_eq!(driver["name"], "sockatlas");
        assert_eq!(driver["semanticVersion"], env!("CARGO_PKG_VERSION"));
        assert!(driver["informationUri"].as_str().is_some_and(|uri| uri.starts_with("https://")));
        let rules = array(driver, "rules");
        let ids: BTreeSet<&str> = rules.iter().filter_map(|rule| rule["id"].as_str()).collect();
        assert_eq!(ids.len(), rules.len(), "every rule once");
        for rule in rules {
            let text =
                |value: &Value| value.as_str().is_some_and(|text| !text.is_empty() && text.chars().count() <= 1024);
            assert!(text(&rule["shortDescription"]["text"]), "{rule}");
            assert!(text(&rule["fullDescription"]["text"]), "{rule}");
            assert!(!rule["help"]["text"].as_str().unwrap_or_default().is_empty(), "{rule}");
            assert!(!rule["help"]["markdown"].as_str().unwrap_or_default().is_empty(), "{rule}");
            let level = rule["defaultConfiguration"]["level"].as_str();
            assert!(level.is_some_and(|level| ["none", "note", "warning", "error"].contains(&level)), "{rule}");
            assert!((1..=20).contains(&array(&rule["properties"], "tags").len()), "{rule}");
        }
        for result in array(run, "results") {
            let index = result["ruleIndex"].as_u64().expect("an index") as usize;
            assert_eq!(result["ruleId"], rules[index]["id"], "{what}");
            assert!(result["message"]["text"].as_str().is_some_and(|text| !text.is_empty()));
            assert_eq!(array(result, "locations").len(), 1, "{result}");
            for location in array(result, "locations").iter().chain(array(result, "relatedLocations")) {
                a_place(location);
            }
            let fingerprint = result["partialFingerprints"]["primaryLocationLineHash"].as_str();
            let (hash, count) = fingerprint.and_then(|text| text.split_once(':')).expect("a fingerprint");
            assert!(u64::from_str_radix(hash, 16).is_ok() && count.parse::<u32>().is_ok(), "{fingerprint:?}");
        }
    }
}

/// A URI, relative but for files outside, and a region that begins where it should and ends behind it.
fn a_place(location: &Value) {
    let place = &location["physicalLocation"];
    let uri = place["artifactLocation"]["uri"].as_str().expect("a URI");
    let plain = |c: char| c.is_ascii_alphanumeric() || "-._~/%".contains(c);
    let inside = place["artifactLocation"]["uriBaseId"] == "SRCROOT";
    match uri.strip_prefix("file:///") {
        Some(path) => assert!(!inside && path.chars().all(plain), "{uri}"),
        None => assert!(!uri.is_empty() && !uri.starts_with('/') && uri.chars().all(plain), "{uri}"),
    }
    assert!(inside || uri.starts_with("file:///") || uri.starts_with("builtin%3A"), "{uri}");
    let region = &place["region"];
    let [line, column, end_line, end_column] =
        ["startLine", "startColumn", "endLine", "endColumn"].map(|key| region[key].as_u64().expect("a number"));
    assert!(line >= 1 && column >= 1 && (line, column) <= (end_line, end_column), "{region}");
}

#[test]
fn places_are_encoded_and_columns_count_utf_16_code_units() {
    let folder = Folder::new();
    let log = json(folder.path(), &["a b/50%,\u{fc}.toml", "--format", "sarif"]);
    assert_eq!(log["runs"][0]["columnKind"], "utf16CodeUnits");
    let results = array(&log["runs"][0], "results");
    let place = |result: &Value| result["locations"][0]["physicalLocation"].clone();
    assert!(results.iter().all(|result| place(result)["artifactLocation"]["uri"] == "a%20b/50%25%2C%C3%BC.toml"));
    let word = results.iter().find(|result| result["ruleId"] == "unoffered-service").expect("there");
    let region = place(word)["region"].clone();
    let expected = serde_json::json!({ "startLine": 29, "startColumn": 60, "endLine": 29, "endColumn": 71 });
    assert_eq!(region, expected, "a character before it has two code units");
    let levels: BTreeSet<&str> = results.iter().filter_map(|result| result["level"].as_str()).collect();
    assert_eq!(levels, BTreeSet::from(["error", "note", "warning"]));
}

#[test]
fn a_fingerprint_stays_when_lines_come_before_it() {
    let folder = Folder::new();
    let file = folder.path().join("faults.toml");
    let of = || {
        let log = json(folder.path(), &["faults.toml", "--format", "sarif"]);
        let results = array(&log["runs"][0], "results").iter();
        let facts = results.map(|result| (result["ruleId"].to_string(), result["partialFingerprints"].to_string()));
        facts.collect::<BTreeSet<_>>()
    };
    let before = of();
    let text = std::fs::read_to_string(&file).expect("there");
    std::fs::write(&file, format!("# a new line\n\n{text}")).expect("written");
    assert_eq!(of(), before);
}

#[test]
fn a_file_that_cannot_be_read_has_a_place_and_the_run_did_not_succeed() {
    let folder = Folder::new();
    let log = json(folder.path(), &["no such file.toml", "--format", "sarif"]);
    let run = &log["runs"][0];
    assert_eq!(run["invocations"][0]["executionSuccessful"], false);
    let place = &run["results"][0]["locations"][0]["physicalLocation"];
    assert_eq!(place["artifactLocation"]["uri"], "no%20such%20file.toml");
    assert_eq!(place["region"]["startLine"], 1);
    let sound = json(root(), &["examples/site.toml", "--format", "sarif"]);
    assert_eq!(sound["runs"][0]["invocations"][0]["executionSuccessful"], true);
    assert_eq!(sound["runs"][0]["results"], serde_json::json!([]));
}

#[test]
fn a_fix_names_what_is_deleted_and_what_is_put_in() {
    let folder = Folder::new();
    let report = json(folder.path(), &["a b/50%,\u{fc}.toml", "--format", "json"]);
    let log = json(folder.path(), &["a b/50%,\u{fc}.toml", "--format", "sarif"]);
    let fixes = array(&report, "findings").iter().map(|finding| finding.get("fix"));
    let results = array(&log["runs"][0], "results");
    let mut fixed = 0;
    for (fix, result) in fixes.zip(results) {
        let Some(fix) = fix else {
            assert!(result.get("fixes").is_none());
            continue;
        };
        fixed += 1;
        assert_eq!(result["fixes"][0]["description"]["text"], fix["title"]);
        let changes = array(&result["fixes"][0], "artifactChanges");
        let edits: usize = changes.iter().map(|change| array(change, "replacements").len()).sum();
        assert_eq!(edits, array(fix, "edits").len());
        for change in changes {
            assert_eq!(change["artifactLocation"]["uriBaseId"], "SRCROOT");
            assert!(array(change, "replacements").iter().all(|edit| edit["deletedRegion"]["startLine"].is_u64()));
        }
    }
    assert!(fixed > 0, "`replace = true` that replaces nothing can be taken away: {report}");
}
