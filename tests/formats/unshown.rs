//! A document that is no catalog is never shown: not by an include, a name, a folder or a link; in no form of the report.

use proptest::prelude::*;
use sockatlas::Loader;
use sockatlas::winsock::Options;
use std::fs;
use std::path::Path;
use std::process::Command;

const FORMATS: [&str; 5] = ["text", "json", "sarif", "github", "junit"];

/// How a file that is no catalog may look; what is secret in it, and why it is no catalog.
const KINDS: [(&str, &str); 16] = [
    ("-----BEGIN PRIVATE KEY-----\n@\n@==\n-----END PRIVATE KEY-----\n", "it is not TOML"),
    ("HOME=/root\0TOKEN=@\0PATH=/bin\0", "it is not TOML"),
    ("@", "it is not TOML"),
    ("\u{0}\u{1}@\u{7f}@", "it is not TOML"),
    ("@ = '@'\n[@-t]\n@ = ['@', 7]\n", "it has no top-level key `format`"),
    ("[@]\nformat = 1\n", "it has no top-level key `format`"),
    ("@ = '@\n[[expect]]\nx = = @\n", "it is not TOML"),
    ("@ @\nformat = 1\n@ = 2\n", "it is not TOML"),
    ("format = '@'\n@ = 1\n", "its key `format` is no whole number"),
    ("format = @\n@ = 1\n", "its key `format` is no whole number"),
    ("format.@ = 1\n", "its key `format` is no whole number"),
    ("{\"@\": \"@\", \"format\": 1}\n", "it is not TOML"),
    (
        "Title @\n--------------------\nLabel @:              @\nOther @:              @\n",
        "it cannot be read as the Winsock catalog",
    ),
    ("1001 - @\n1002 - @\n", "it cannot be read as the Winsock catalog"),
    (
        "Windows Registry Editor Version 5.00\r\n\r\n[HKEY_LOCAL_MACHINE\\SOFTWARE\\@]\r\n\"@\"=\"@\"\r\n",
        "it cannot be read as the Winsock catalog",
    ),
    ("\u{feff} \n", "it is empty"),
];

/// Writes a file of each kind that holds the secret, and one that is not UTF-8.
fn write(folder: &Path, secret: &str) -> Vec<String> {
    let mut names = Vec::new();
    let mut file = |content: &[u8]| {
        let name = format!("{}.toml", names.len());
        fs::write(folder.join(&name), content).expect("written");
        names.push(name);
    };
    KINDS.iter().for_each(|(kind, _)| file(kind.replace('@', secret).as_bytes()));
    file(&[b"\xff\xfe\x00", secret.as_bytes(), b"\x80"].concat());
    names
}

/// What the command says on both ways, with its status.
fn said(folder: &Path, arguments: &[&str]) -> String {
    let mut command = Command::new(env!("CARGO_BIN_EXE_sockatlas"));
    command.args(arguments).current_dir(folder).env_remove("GITHUB_WORKSPACE").env_remove("SOCKATLAS_CATALOG");
    let output = command.output().expect("the command runs");
    let text = [output.stdout, output.stderr].concat();
    format!("{:?}\n{}", output.status.code(), String::from_utf8_lossy(&text))
}

/// All that can be made to speak of these files.
fn all_said(folder: &Path, names: &[String]) -> Vec<String> {
    let list = names.iter().map(|name| format!("'junk/{name}'")).collect::<Vec<_>>().join(", ");
    fs::write(folder.join("site.toml"), format!("format = 1\ninclude = [{list}]\n")).expect("written");
    let paths: Vec<String> = names.iter().map(|name| format!("junk/{name}")).collect();
    let paths: Vec<&str> = paths.iter().map(String::as_str).collect();
    let mut all = Vec::new();
    for format in FORMATS {
        all.push(said(folder, &["check", "site.toml", "--format", format]));
        all.push(said(folder, &["check", "junk", "--format", format]));
        all.push(said(folder, &[&["check", "--format", format], paths.as_slice()].concat()));
    }
    all.push(said(folder, &["-c", "site.toml", "list"]));
    all.push(said(folder, &["-c", "junk", "resolve", "inet", "stream", "--format", "json"]));
    all.push(said(folder, &["fmt", "--check", "junk"]));
    for input in ["site.toml", "junk"] {
        let loader = Loader::new().path(folder.join(input));
        for loader in [loader.clone().winsock(Options::default()), loader] {
            let error = loader.load().expect_err("it is no catalog");
            all.push(error.to_string().replace(&folder.display().to_string(), ""));
            let of_files = error.sources().iter().filter(|(_, source)| !source.name().ends_with("site.toml"));
            assert!(of_files.into_iter().all(|(_, source)| source.text().is_empty()));
        }
    }
    all
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 6, ..ProptestConfig::default() })]

    /// What is said of such a file depends on why it is none, and on nothing else that it holds.
    #[test]
    fn no_form_shows_four_bytes_of_what_is_no_catalog(one in "[QXZJKVW]{4,40}", other in "[QXZJKVW]{4,40}") {
        let said_of = |secret: &str| {
            let folder = tempfile::tempdir().expect("a folder");
            let junk = folder.path().join("junk");
            fs::create_dir(&junk).expect("made");
            let names = write(&junk, secret);
            all_said(folder.path(), &names)
        };
        let (said, said_otherwise) = (said_of(&one), said_of(&other));
        for (text, otherwise) in said.iter().zip(&said_otherwise) {
            let shown = one.as_bytes().windows(4).find(|run| text.as_bytes().windows(4).any(|said| said == *run));
            prop_assert!(shown.is_none(), "{one}: {text}");
            prop_assert_eq!(text, otherwise);
        }
    }
}

#[test]
fn the_one_fault_says_why_a_document_is_no_catalog_and_where_it_is_included() {
    let folder = tempfile::tempdir().expect("a folder");
    let names = write(folder.path(), "QXZ");
    let reasons = KINDS.iter().map(|(_, reason)| *reason).chain(["it is not UTF-8"]);
    for (name, reason) in names.iter().zip(reasons) {
        fs::write(folder.path().join("site.toml"), format!("format = 1\ninclude = ['{name}']\n")).expect("written");
        for (given, place) in [("site.toml", ("site.toml", 2)), (name.as_str(), (name.as_str(), 1))] {
            let report = super::json(folder.path(), &[given, "--format", "json"]);
            let findings = report["findings"].as_array().expect("an array");
            assert_eq!(findings.len(), 1, "{name}: {report}");
            assert_eq!(findings[0]["code"], "not-a-catalog", "{report}");
            let message = findings[0]["message"].as_str().expect("a text");
            assert!(message.starts_with(&format!("`{name}` is no catalog: {reason}")), "{message}");
            let source = &findings[0]["source"];
            assert_eq!((source["file"].as_str(), source["line"].as_u64()), (Some(place.0), Some(place.1)), "{report}");
        }
    }
}

#[test]
fn a_catalog_is_shown_however_faulty_it_is() {
    let folder = tempfile::tempdir().expect("a folder");
    for (content, shown) in [
        ("format = 1\nbroken = = 1\n", "broken = = 1"),
        ("title = 'x'\nformat = 2\n", "format = 2"),
        ("format = 1\n# caf\u{e9}\n\"unclosed\n", "\"unclosed"),
        ("\u{feff}format = 1\nunknwon = 1\n", "unknwon = 1"),
    ] {
        fs::write(folder.path().join("site.toml"), content).expect("written");
        let text = super::printed(folder.path(), &["site.toml"]);
        assert!(text.contains(shown), "{text}");
    }
    fs::write(folder.path().join("site.toml"), b"format = 1\n# caf\xe9\n").expect("written");
    let text = super::printed(folder.path(), &["site.toml"]);
    assert!(text.contains("not UTF-8 from byte 16 on") && text.contains("2 | # caf"), "{text}");
}

#[test]
#[cfg(target_os = "linux")]
fn no_include_shows_the_environment_of_the_checker() {
    let folder = tempfile::tempdir().expect("a folder");
    fs::write(folder.path().join("site.toml"), "format = 1\ninclude = ['/proc/self/environ']\n").expect("written");
    for format in FORMATS {
        let mut command = Command::new(env!("CARGO_BIN_EXE_sockatlas"));
        command.args(["check", "site.toml", "--format", format]).current_dir(folder.path()).env("TOKEN", "QXZJKVW");
        let output = command.output().expect("it runs");
        let text = String::from_utf8_lossy(&[output.stdout, output.stderr].concat()).into_owned();
        assert!(text.contains("not-a-catalog") && !text.contains("QXZ") && !text.contains("TOKEN"), "{text}");
        assert_eq!(output.status.code(), Some(1));
    }
}

#[test]
#[cfg(unix)]
fn an_include_that_leaves_the_folders_that_were_named_is_a_warning() {
    use std::os::unix::fs::symlink;
    let folder = tempfile::tempdir().expect("a folder");
    let at = |path: &str| folder.path().join(path);
    for folder in ["site/team", "shared"] {
        fs::create_dir_all(at(folder)).expect("made");
    }
    fs::write(at("shared/a.toml"), "format = 1\n").expect("written");
    fs::write(at("site/here.toml"), "format = 1\n").expect("written");
    symlink("../shared/a.toml", at("site/away.toml")).expect("made");
    symlink("../site/here.toml", at("shared/back.toml")).expect("made");
    symlink("site", at("link")).expect("made");
    let inside = at("site/here.toml").canonicalize().expect("there").display().to_string();
    let elsewhere = at("shared/a.toml").display().to_string();
    for (include, leaves) in [
        ("here.toml", false),
        ("../site/here.toml", false),
        ("team/../here.toml", false),
        (inside.as_str(), false),
        ("builtin:linux.toml", false),
        ("../shared/a.toml", true),
        ("away.toml", true),
        ("../shared/back.toml", false),
        (elsewhere.as_str(), true),
    ] {
        fs::write(at("site/site.toml"), format!("format = 1\ninclude = ['{include}']\n")).expect("written");
        for (named, further) in
            [("site/site.toml", None), ("./link/site.toml", None), ("site/site.toml", Some("shared"))]
        {
            let arguments =
                ["--format", "json", named].into_iter().chain(further.into_iter().flat_map(|root| ["--root", root]));
            let report = super::json(folder.path(), &arguments.collect::<Vec<_>>());
            let codes: Vec<_> = report["findings"].as_array().expect("an array").iter().map(|it| &it["code"]).collect();
            let found = codes.contains(&&"include-outside".into());
            assert_eq!(found, leaves && further.is_none(), "{include} {named} {further:?}: {report}");
            assert_eq!(report["summary"]["errors"], 0, "{report}");
            if found {
                assert_eq!(report["findings"][0]["source"]["line"], 2, "{report}");
            }
        }
        // Who names the other folder names it.
        let both = super::printed(folder.path(), &["site/site.toml", "shared/a.toml"]);
        assert!(!both.contains("include-outside"), "{both}");
    }
    let output = super::check(folder.path(), &["site/site.toml", "--root", "nowhere"]);
    assert_eq!(output.status.code(), Some(2));
}
