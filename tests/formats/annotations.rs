//! GitHub's annotations.

use super::{Folder, cases, check, json, printed, root, with_format};
use std::collections::BTreeMap;

/// A command as the runner reads it: its name, its properties and its message, all unescaped.
fn read(line: &str) -> Option<(String, BTreeMap<String, String>, String)> {
    let (head, message) = line.strip_prefix("::")?.split_once("::")?;
    let (name, properties) = head.split_once(' ')?;
    let unescape = |text: &str| text.replace("%0D", "\r").replace("%0A", "\n");
    let property = |text: &str| unescape(text).replace("%3A", ":").replace("%2C", ",").replace("%25", "%");
    let properties = properties.split(',').map(|pair| pair.split_once('=').expect("a property"));
    let properties = properties.map(|(key, value)| (key.to_owned(), property(value)));
    Some((name.to_owned(), properties.collect(), unescape(message).replace("%25", "%")))
}

#[test]
fn each_finding_is_a_command_and_the_last_line_counts_them() {
    let folder = Folder::new();
    for (place, arguments) in cases(&folder) {
        let report = json(&place, &with_format(&arguments, "json"));
        let text = printed(&place, &with_format(&arguments, "github"));
        let summary = printed(&place, &with_format(&arguments, "text"));
        let mut lines: Vec<&str> = text.lines().collect();
        assert_eq!(lines.pop(), summary.lines().last(), "{arguments:?}");
        let findings = report["findings"].as_array().expect("an array");
        assert_eq!(lines.len(), findings.len(), "{text}");
        for (line, finding) in lines.into_iter().zip(findings) {
            let (name, properties, message) = read(line).unwrap_or_else(|| panic!("no command: {line}"));
            let expected = match finding["severity"].as_str() {
                Some("note") => "notice",
                other => other.expect("a text"),
            };
            assert_eq!(name, expected);
            assert_eq!(properties["title"], finding["code"].as_str().expect("a text"));
            assert!(message.starts_with(finding["message"].as_str().expect("a text")), "{message}");
            assert_eq!(properties["line"], finding["source"]["line"].to_string());
            let one_line = properties["line"] == properties["endLine"];
            assert_eq!(properties.contains_key("col") && properties.contains_key("endColumn"), one_line, "{line}");
        }
    }
}

#[test]
fn names_and_messages_are_escaped() {
    let folder = Folder::new();
    let text = printed(folder.path(), &["a b/50%,\u{fc}.toml", "--format", "github"]);
    assert!(text.contains("file=a b/50%25%2C\u{fc}.toml,line=13,endLine=13,col="), "{text}");
    assert!(text.contains("::notice "), "{text}");
    let builtin = printed(root(), &["builtin:linux.toml", "--coverage", "--format", "github"]);
    assert!(builtin.contains("file=builtin%3Alinux.toml,line="), "{builtin}");
    let mistaken = printed(root(), &["examples/mistaken.toml", "--format", "github"]);
    let first = "title=unknown-key::unknown key `neds` in layer `tls`%0Ahelp: did you mean `needs`?\n";
    assert!(mistaken.contains(first), "{mistaken}");
}

#[test]
fn files_are_named_from_the_workspace() {
    let folder = Folder::new();
    let mut command = std::process::Command::new(env!("CARGO_BIN_EXE_sockatlas"));
    command.args(["check", "../faults.toml", "--format", "github"]).current_dir(folder.path().join("a b"));
    let here = folder.path().canonicalize().expect("there");
    let output = command.env("GITHUB_WORKSPACE", &here).env_remove("SOCKATLAS_CATALOG").output().expect("it runs");
    let text = String::from_utf8(output.stdout).expect("UTF-8");
    assert!(text.starts_with("::error file=faults.toml,line="), "{text}");
    let elsewhere = check(&folder.path().join("a b"), &["../faults.toml", "--format", "github"]).stdout;
    let expected = format!("::error file={}/faults.toml,line=", here.display());
    assert!(String::from_utf8_lossy(&elsewhere).starts_with(&expected));
}
