//! The forms of a report that other programs read: JSON, SARIF, GitHub's annotations, JUnit.
//!
//! `sarif-schema-2.1.0.json` is the official schema, unchanged: Copyright (c) OASIS Open, from the SARIF specification
//! (<https://github.com/oasis-tcs/sarif-spec>, `Schemata`), as the crate serde-sarif 0.8.0 ships it; OASIS lets it be copied
//! and distributed with this notice.

mod annotations;
mod hidden;
mod junit;
mod report;
mod sarif;
mod unshown;

use serde_json::Value;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

/// Runs `sockatlas check` in a folder, with an environment that names no catalogs and no workspace.
fn check(folder: &Path, arguments: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_sockatlas"));
    command.arg("check").args(arguments).current_dir(folder);
    for variable in ["SOCKATLAS_CATALOG", "GITHUB_WORKSPACE", "CLICOLOR_FORCE"] {
        command.env_remove(variable);
    }
    command.output().expect("the command runs")
}

/// What it printed; on stderr nothing.
fn printed(folder: &Path, arguments: &[&str]) -> String {
    let output = check(folder, arguments);
    assert_eq!(String::from_utf8_lossy(&output.stderr), "", "{arguments:?}");
    String::from_utf8(output.stdout).expect("UTF-8")
}

fn json(folder: &Path, arguments: &[&str]) -> Value {
    serde_json::from_str(&printed(folder, arguments)).expect("JSON")
}

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// A folder with catalogs that are wrong in many ways: names that need escaping, characters of two code units, a byte order
/// mark, a file that is no TOML, a missing include, and lints of several severities.
struct Folder(tempfile::TempDir);

/// A catalog that loads, with lints; `%s` and commas in its name need escaping.
const LINTS: &str = "\
\u{feff}format = 1
dialect = 'linux'
[provider.kernel]
module = 'system'
[provider.idle]
module = 'system'
[base.one]
provider = 'kernel'
family = 'inet'
type = 'stream'
protocol = 'tcp'
matches-zero = true
[base.two]
provider = 'kernel'
family = 'inet'
type = 'stream'
protocol = 'tcp'
[layer.loose]
provider = 'tls'
replace = true
adds = ['encrypted']
[[expect]]
request = { family = 'inet', type = 'dgram' }
entry = 'one'
[lint]
shadowed-entry = 'note'
[provider.tls]
[application]
desk = { winsock = { path = '\u{1f600}', key = '1' }, prohibit = ['x-nothing'] }
";

const FAULTS: &str = "\
format = 1
dialect = 'linux'
include = ['not there.toml']
title = '\u{1f600}\u{1f600}', 7
[base.one]
family = 'inet'
";

impl Folder {
    fn new() -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        std::fs::create_dir(folder.path().join("a b")).expect("made");
        std::fs::write(folder.path().join("a b/50%,\u{fc}.toml"), LINTS).expect("written");
        std::fs::write(folder.path().join("faults.toml"), FAULTS).expect("written");
        std::fs::write(folder.path().join("empty.toml"), "").expect("written");
        Folder(folder)
    }

    fn path(&self) -> &Path {
        self.0.path()
    }
}

/// Arguments of checks that between them give faults, lints, notes, a file that cannot be read, and findings in catalogs
/// that ship; and the folder to run them in.
fn cases(folder: &Folder) -> Vec<(PathBuf, Vec<String>)> {
    let mut cases = Vec::new();
    let mut case = |folder: &Path, words: &[&str]| {
        cases.push((folder.to_owned(), words.iter().map(|&word| word.to_owned()).collect()));
    };
    case(folder.path(), &["a b/50%,\u{fc}.toml"]);
    case(folder.path(), &["a b/50%,\u{fc}.toml", "--coverage"]);
    case(folder.path(), &["faults.toml", "empty.toml", "a b"]);
    case(folder.path(), &["no such file.toml", "faults.toml"]);
    case(&folder.path().join("a b"), &["../faults.toml", "./50%,\u{fc}.toml"]);
    case(folder.path(), &["builtin:linux.toml", "builtin:layers.toml", "--coverage"]);
    case(root(), &["examples/mistaken.toml"]);
    case(root(), &["examples/site.toml"]);
    for entry in std::fs::read_dir(root().join("tests/faults/planted")).expect("a folder") {
        case(root(), &[&format!("tests/faults/planted/{}", entry.expect("readable").file_name().to_string_lossy())]);
    }
    cases
}

fn with_format<'a>(arguments: &'a [String], format: &'a str) -> Vec<&'a str> {
    arguments.iter().map(String::as_str).chain(["--format", format]).collect()
}

#[test]
fn the_same_check_gives_the_same_bytes_in_every_form() {
    let folder = Folder::new();
    for (place, arguments) in cases(&folder) {
        for format in ["text", "json", "sarif", "github", "junit"] {
            let words = with_format(&arguments, format);
            assert_eq!(check(&place, &words).stdout, check(&place, &words).stdout, "{words:?}");
        }
    }
}

#[test]
fn the_form_changes_no_verdict() {
    let folder = Folder::new();
    for (place, arguments) in cases(&folder) {
        let status = check(&place, &with_format(&arguments, "text")).status.code();
        for format in ["json", "sarif", "github", "junit"] {
            assert_eq!(check(&place, &with_format(&arguments, format)).status.code(), status, "{arguments:?} {format}");
        }
    }
}

#[test]
fn no_form_shows_a_secret_or_a_hash_of_it() {
    let folder = tempfile::tempdir().expect("a folder");
    let catalog = "\
format = 1
[provider.proxy]
module = 'socks5'
[layer.proxy]
provider = 'proxy'
options = { username = 'we', password = 'xyzzy-plugh' }
";
    // Of a known module it is an option that is not known; of another one it is a secret.
    for (module, code) in [("socks5", "unknown-option"), ("acme", "secret-in-options")] {
        std::fs::write(folder.path().join("secret.toml"), catalog.replace("socks5", module)).expect("written");
        for format in ["text", "json", "sarif", "github", "junit"] {
            let text = printed(folder.path(), &["secret.toml", "--format", format]);
            assert!(text.contains(code) && !text.contains("xyzzy"), "{format}: {text}");
        }
        let log = json(folder.path(), &["secret.toml", "--format", "sarif"]);
        let results = log["runs"][0]["results"].as_array().expect("an array").iter();
        let reported = results.filter(|result| result["ruleId"] == code).collect::<Vec<_>>();
        assert!(
            !reported.is_empty() && reported.iter().all(|result| result.get("partialFingerprints").is_none()),
            "{log}"
        );
    }
}

#[test]
fn no_fault_of_an_option_shows_a_secret_beside_it() {
    let folder = tempfile::tempdir().expect("a folder");
    for options in [
        "usernam = 'we', password = 'xyzzy-plugh'",
        "pasword = 'xyzzy-plugh'",
        "proxy = 'we:xyzzy-plugh@proxy:1080'",
        "proxy = 'http://we:xyzzy-plugh@proxy:1080'",
        "proxy = ['we:xyzzy-plugh@proxy:1080']",
        "proxy = { password = 'xyzzy-plugh' }",
        "proxy = { pasword = 'xyzzy-plugh' }",
    ] {
        let catalog = format!(
            "format = 1\n[provider.socks5]\n[layer.proxy]\nprovider = 'socks5'\nadds = ['proxied']\noptions = {{ {options} }}\n"
        );
        std::fs::write(folder.path().join("secret.toml"), catalog).expect("written");
        for format in ["text", "json", "sarif", "github", "junit"] {
            let text = printed(folder.path(), &["secret.toml", "--format", format]);
            assert!(text.contains("-option") && !text.contains("xyzzy"), "{format}: {text}");
        }
        let mut list = Command::new(env!("CARGO_BIN_EXE_sockatlas"));
        let refused = list.args(["-c", "secret.toml", "list"]).current_dir(folder.path()).output().expect("it runs");
        let said = String::from_utf8_lossy(&refused.stderr);
        assert!(said.contains("-option") && !said.contains("xyzzy"), "{said}");
    }
}
