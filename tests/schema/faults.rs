//! Every fault of shape, in every table: loading and the schema agree.

use super::{Verdict, WHOLE, accepted, verdict};

/// A document, and what was done to a sound one to make it.
pub(super) struct Mutant {
    pub what: String,
    pub text: String,
}

fn mutant(what: impl Into<String>, text: String) -> Mutant {
    Mutant { what: what.into(), text }
}

impl Mutant {
    /// Of a changed whole catalog only the table that was changed, and what makes it a catalog.
    pub fn part(&self) -> String {
        let lines: Vec<&str> = self.text.lines().collect();
        let Some(changed) = WHOLE.lines().zip(&lines).position(|(old, &new)| old != new).filter(|_| lines.len() > 50)
        else {
            return self.text.clone();
        };
        let is_header = |line: &&str| line.starts_with('[');
        let start = lines[..=changed].iter().rposition(is_header).unwrap_or(0);
        let end = lines[changed + 1..].iter().position(is_header).map_or(lines.len(), |at| changed + 1 + at);
        let format = if start == 0 { "" } else { "format = 1\n" };
        format!("{format}{}", lines[start..end].join("\n"))
    }
}

/// The lines of the whole catalog that are `key = value`, with their numbers from 0.
fn pairs() -> impl Iterator<Item = (usize, &'static str, &'static str)> {
    let lines = WHOLE.lines().enumerate().filter(|(_, line)| !line.starts_with(['#', '[']));
    lines.filter_map(|(at, line)| line.split_once(" = ").map(|(key, value)| (at, key, value)))
}

fn with_line(at: usize, line: &str) -> String {
    let lines = WHOLE.lines().enumerate().map(|(other, old)| if other == at { line } else { old });
    lines.collect::<Vec<_>>().join("\n")
}

/// Every value replaced by values of every type, in and out of range.
fn wrong_values() -> Vec<Mutant> {
    let values = [
        "true",
        "false",
        "0",
        "1",
        "-7",
        "2147483648",
        "4294967296",
        "-2147483649",
        "1.5",
        "''",
        "'x'",
        "'Not A Name'",
        "'17'",
        "[]",
        "['x']",
        "['encrypted']",
        "[1]",
        "[[1]]",
        "['Not A Name']",
        "{}",
        "{ x = 1 }",
        "{ from = 1 }",
        "{ from = 1, to = 2, x = 3 }",
        "{ min = 1, max = -1 }",
        "inf",
        "'any'",
        "['any']",
        "{ x = 'allow' }",
    ];
    let of = |(at, key, _): (usize, &'static str, &'static str)| {
        values.map(|value| {
            let line = format!("{key} = {value}");
            mutant(format!("line {}: {line}", at + 1), with_line(at, &line))
        })
    };
    pairs().flat_map(of).collect()
}

/// Every line left out, and every key misspelt.
fn keys_lost_and_misspelt() -> Vec<Mutant> {
    let of = |(at, key, value): (usize, &'static str, &'static str)| {
        [
            mutant(format!("line {} left out: {key}", at + 1), with_line(at, "")),
            mutant(format!("line {}: {key}x", at + 1), with_line(at, &format!("{key}x = {value}"))),
        ]
    };
    pairs().flat_map(of).collect()
}

/// Every table given a key that it does not have, every header another name, and every section another type.
fn tables() -> Vec<Mutant> {
    let mut mutants = Vec::new();
    for (at, line) in WHOLE.lines().enumerate() {
        if line.starts_with('[') {
            mutants.push(mutant(format!("an unknown key in {line}"), with_line(at, &format!("{line}\nnonsense = 1"))));
        }
        if let Some(name) =
            line.strip_prefix('[').and_then(|line| line.split_once('.')).filter(|_| !line.starts_with("[["))
        {
            for other in ["17", "Upper", "\"a b\"", "\"\"", "-a", "\"*\"", "ok-0.sub"] {
                let header = format!("[{}.{other}]", name.0);
                mutants.push(mutant(format!("{line} called {header}"), with_line(at, &header)));
            }
            mutants.push(mutant(
                format!("{line} in an unknown section"),
                with_line(at, &line.replace(name.0, "nonsense")),
            ));
        }
        if line.contains("= {") && !["options", "protocols"].iter().any(|open| line.starts_with(open)) {
            let comma = if line.contains("{}") { "" } else { "," };
            let more = line.replacen("= {", &format!("= {{ nonsense = 1{comma}"), 1);
            mutants.push(mutant(format!("an unknown key in {line}"), with_line(at, &more)));
        }
    }
    for section in ["provider", "base", "layer", "chain", "family", "application", "expect", "always", "lint"] {
        for value in ["1", "'x'", "[]", "[1]", "{ x = 1 }", "[{}]"] {
            let text = format!("format = 1\n{section} = {value}");
            mutants.push(mutant(format!("{section} = {value}"), text));
        }
    }
    mutants.push(mutant("the empty document", String::new()));
    for format in ["0", "2", "'1'", "true", "[1]"] {
        mutants.push(mutant(format!("format = {format}"), format!("format = {format}")));
    }
    mutants
}

/// Claims and outcomes: exactly one of several keys.
fn one_of_several() -> Vec<Mutant> {
    let tests = [
        "[[expect]]\nrequest = {}",
        "[[expect]]\nrequest = {}\nentry = 'a'\nerror = 'no-such-entry'",
        "[[expect]]\nentry = 'a'",
        "[[expect]]\nrequest = {}\nerror = 'no-such-error'",
        "[[always]]\nrequest = {}",
        "[[always]]\nservices = []",
        "[[always]]\nrequest = {}\nservices = []\nrefused = true",
        "[[always]]\nrequest = {}\nservices = []\nnever = ['a']",
        "[[always]]\nrequest = {}\nrefused = false",
        "[[always]]\nrequest = {}\nnever = []",
        "[[always]]\nrequest = {}\nservices = ['x-ok', 'nonsense']",
        "[expect]\nrequest = {}\nentry = 'a'",
        "[[base]]\nprovider = 'a'",
        "[lint]\nunchained-layer = 'fatal'",
        "[lint]\nno-such-rule = 'warning'",
        "[provider.a]\nid = '{E70F1AA0-AB8B-11CF-8CA3-00805F48A192}'",
        "[provider.a]\nid = 'e70f1aa0ab8b11cf8ca300805f48a192'",
        "[provider.a]\nid = 'urn:uuid:e70f1aa0-ab8b-11cf-8ca3-00805f48a192'",
        "[provider.a]\nid = '(e70f1aa0-ab8b-11cf-8ca3-00805f48a192)'",
        "[provider.a]\nid = '{e70f1aa0ab8b11cf8ca300805f48a192}'",
        "[provider.a]\nid = 'e70f1aa0-ab8b-11cf-8ca3-00805f48a19'",
        "[provider.a]\nid = 'g70f1aa0-ab8b-11cf-8ca3-00805f48a192'",
    ];
    tests.map(|text| mutant(text.replace('\n', "; "), format!("format = 1\n{text}"))).into()
}

/// Names from closed lists and open ones: the known, the allowed and the mistaken.
fn words() -> Vec<Mutant> {
    let mut mutants = Vec::new();
    let services = [
        "encrypted",
        "x-a",
        "x-",
        "x--a",
        "x-A",
        "Encrypted",
        "xp1-0x00100000",
        "xp1-0x80000000",
        "xp1-0x00080000",
        "xp1-0x0100000",
        "xp1-0x00300000",
    ];
    for word in services {
        mutants.push(mutant(format!("service {word}"), format!("format = 1\n[application.a]\nrequire = ['{word}']")));
    }
    for word in ["proxy", "system", "0x40000000", "0x1", "0x3", "0x0", "0x100000000", "40", "Proxy", "0x00000000001"] {
        mutants.push(mutant(format!("category {word}"), format!("format = 1\n[application.a]\npermit = ['{word}']")));
    }
    let request =
        |field: &str, word: &str| format!("format = 1\n[[always]]\nrequest = {{ {field} = {word} }}\nrefused = true");
    for word in ["'stream'", "'datagram'", "'packet'", "'tcp'", "'1'", "1", "77", "-1", "2147483648", "1.5", "true"] {
        mutants.push(mutant(format!("type {word}"), request("type", word)));
    }
    for word in ["'inet'", "'ipv4'", "'hyperv'", "'acme'", "'17'", "'a b'", "2", "-1", "true"] {
        mutants.push(mutant(format!("family {word}"), request("family", word)));
    }
    for family in ["acme", "inet", "ipv4", "unspec", "2"] {
        for table in [format!("[family.{family}]"), format!("[family.{family}]\nnumber = 201")] {
            mutants.push(mutant(table.replace('\n', "; "), format!("format = 1\ndialect = 'linux'\n{table}")));
        }
        let base = format!("[base.a]\nprovider = 'kernel'\nfamily = '{family}'\ntype = 'raw'\nprotocol = 3");
        let text = format!("format = 1\ndialect = 'linux'\ninclude = ['builtin:linux.toml']\n{base}");
        mutants.push(mutant(format!("base of {family}"), text));
    }
    // Which text makes 888 bytes is more than its shape; what is sound must be accepted all the same.
    let sound = "A".repeat(1184);
    for packed in [sound.clone(), format!("{} \\n\\t{}  ", &sound[..76], &sound[76..])] {
        let base = "[base.a]\nprovider = 'kernel'\nfamily = 2\ntype = 3\nprotocol = 3";
        let text = format!(
            "format = 1\ndialect = 'linux'\ninclude = ['builtin:linux.toml']\n{base}\nwinsock.packed = \"{packed}\""
        );
        mutants.push(mutant("a packed item", text));
    }
    for word in ["'tcp'", "'no-such'", "6", "-1", "2147483648", "['tcp']", "{ from = 1, to = 2 }"] {
        mutants.push(mutant(format!("protocol {word}"), request("protocol", word)));
    }
    mutants
}

/// All documents on which loading and the schema must agree.
pub(super) fn mutants() -> Vec<Mutant> {
    let all = [wrong_values(), keys_lost_and_misspelt(), tables(), one_of_several(), words()];
    all.into_iter().flatten().collect()
}

#[test]
fn what_loads_is_accepted_and_every_fault_of_shape_is_refused() {
    let (mut loaded, mut refused) = (0, 0);
    let mut disagreements = Vec::new();
    for Mutant { what, text } in mutants() {
        let Some(accepted) = accepted(&text) else { continue };
        let (verdict, faults) = verdict(&text);
        match (verdict, accepted) {
            (Verdict::Loads, true) => loaded += 1,
            (Verdict::Shape, false) => refused += 1,
            (Verdict::Meaning, _) => {}
            (Verdict::Loads, false) => disagreements.push(format!("{what}: it loads, and the schema refuses it")),
            (Verdict::Shape, true) => disagreements.push(format!("{what}: the schema accepts it: {faults:?}")),
        }
    }
    assert!(disagreements.is_empty(), "{} disagree:\n{}", disagreements.len(), disagreements.join("\n"));
    assert!(loaded > 100 && refused > 1000, "{loaded} load, {refused} are refused");
}

/// In JSON a date is a text and 1.0 is 1: there alone loading is the stricter one.
#[test]
fn what_json_cannot_tell_apart_only_loading_refuses() {
    for text in ["format = 1.0", "format = 1\ntitle = 1979-05-27", "format = 1\n[base.a]\nversion = 2.0"] {
        assert_eq!(verdict(text).0, Verdict::Shape, "{text}");
    }
    assert_eq!(accepted("format = 1.0"), Some(true));
    assert_eq!(accepted("format = 1\ntitle = 1979-05-27"), Some(true));
}
