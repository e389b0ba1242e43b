//! Characters that hide, or turn others around, reach no terminal, no log and no report as they are.

use super::{check, json, printed};
use std::fs;
use std::process::Command;

/// One of each kind: bidi, a separator, invisible, a control, a non-character.
const HIDDEN: [char; 8] = ['\u{202e}', '\u{2028}', '\u{2066}', '\u{200b}', '\u{feff}', '\u{85}', '\u{ffff}', '\u{1b}'];

#[test]
fn no_form_shows_them_and_json_keeps_them() {
    let folder = tempfile::tempdir().expect("a folder");
    for hidden in HIDDEN {
        let escaped = format!("\\u{:04x}", hidden as u32);
        // In a message, in the shown line (where TOML takes it), in a name of a file.
        let raw = if hidden.is_control() { ' ' } else { hidden };
        let name = format!("si{hidden}te.toml");
        let catalog = format!("format = 1\n\"ke{escaped}y\" = 1 # {raw}\n[base.\"a{escaped}b\"]\nfamily = 'x{raw}'\n");
        fs::write(folder.path().join(&name), catalog).expect("written");
        for format in ["text", "json", "sarif", "github", "junit"] {
            let text = printed(folder.path(), &[&name, "--format", format]);
            assert!(!text.contains(hidden), "{format} {escaped}: {text}");
            if format == "text" || format == "github" || format == "junit" {
                assert!(text.contains(&format!("ke{}y", hidden.escape_default())), "{format}: {text}");
            }
            if format == "junit" {
                roxmltree::Document::parse(&text).unwrap_or_else(|error| panic!("{error}: {text}"));
            }
        }
        let report = json(folder.path(), &[&name, "--format", "json"]);
        let findings = report["findings"].as_array().expect("an array");
        assert!(findings.iter().all(|finding| finding["source"]["file"] == name.as_str()), "{report}");
        let key = format!("ke{hidden}y");
        assert!(findings.iter().any(|finding| finding["message"].as_str().is_some_and(|text| text.contains(&key))));
        let error =
            sockatlas::Loader::new().path(folder.path().join(&name)).load().expect_err("it has faults").to_string();
        assert!(!error.contains(hidden), "{error:?}");
    }
}

/// The underline stands below what it means although the line has grown.
#[test]
fn places_in_a_line_that_is_written_out_stay_right() {
    let folder = tempfile::tempdir().expect("a folder");
    fs::write(folder.path().join("a.toml"), "format = 1\ntitle = { a = '\u{202e}\u{202e}' } # x\n").expect("written");
    let text = printed(folder.path(), &["a.toml"]);
    let lines: Vec<&str> = text.lines().collect();
    let at = lines.iter().position(|line| line.starts_with("2 |")).unwrap_or_else(|| panic!("{text}"));
    let column = |what: char| lines[at + 1].find(what);
    assert_eq!(column('^'), lines[at].find('{'), "{text}");
    assert_eq!(lines[at + 1].matches('^').count(), r"{ a = '\u{202e}\u{202e}' }".len(), "{text}");
}

#[test]
fn requests_that_hold_them_are_answered_without_them() {
    let run = |words: &[&str]| {
        let mut command = Command::new(env!("CARGO_BIN_EXE_sockatlas"));
        command.args(words).env_remove("SOCKATLAS_CATALOG");
        let output = command.output().expect("it runs");
        String::from_utf8_lossy(&[output.stdout, output.stderr].concat()).into_owned()
    };
    for hidden in HIDDEN {
        let word = format!("a{hidden}b");
        for words in [
            vec!["-c", "builtin:linux.toml", "resolve", "inet", "stream", "--application", &word],
            vec!["-c", "builtin:linux.toml", "resolve", "inet", "stream", "--entry", &word],
            vec!["-c", "builtin:linux.toml", "resolve", "inet", "stream", "--entry", &word, "--format", "json"],
            vec!["-c", "builtin:linux.toml", "explain", &word, "stream"],
            vec!["-c", "builtin:linux.toml", "show", &word],
            vec!["-c", &word, "list"],
            vec!["check", &word],
            vec![&word],
            vec!["list", &word],
            vec!["rule", &word],
        ] {
            let said = run(&words);
            assert!(!said.contains(hidden) && !said.is_empty(), "{words:?}: {said:?}");
        }
    }
}

#[test]
fn junit_of_an_export_with_what_xml_cannot_hold_is_xml() {
    let folder = tempfile::tempdir().expect("a folder");
    for character in ['\u{ffff}', '\u{fffe}', '\u{1}', '\u{b}', '\u{7f}', '\u{1fffe}', '\u{202e}'] {
        let key = format!("HKEY_LOCAL_MACHINE\\SYSTEM{character}\\ControlSet001\\Services\\WinSock2\\Parameters");
        let export = format!(
            "Windows Registry Editor Version 5.00\r\n\r\n[{key}]\r\n\"WinSock_Registry_Version\"=\"2.0{character}\"\r\n\r\n\
             [{key}\\Protocol_Catalog9]\r\n\"Num_Catalog_Entries\"=dword:00000001\r\n\"x{character}\"=\"C:\\\\{character}.dll\"\r\n"
        );
        let units = export.encode_utf16().flat_map(u16::to_le_bytes);
        fs::write(folder.path().join("a.reg"), [0xff, 0xfe].into_iter().chain(units).collect::<Vec<u8>>())
            .expect("written");
        let output = check(folder.path(), &["a.reg", "--format", "junit"]);
        let xml = String::from_utf8(output.stdout).expect("UTF-8");
        let is_xml =
            |c: char| matches!(c, '\t' | '\n' | '\r' | ' '..='\u{d7ff}' | '\u{e000}'..='\u{fffd}' | '\u{10000}'..);
        assert!(xml.chars().all(is_xml) && !xml.contains(character), "{character:?}: {xml:?}");
        roxmltree::Document::parse(&xml).unwrap_or_else(|error| panic!("{error}: {xml}"));
    }
}
