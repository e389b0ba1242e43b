//! `sockatlas import`: converts a Winsock catalog to TOML.

use super::output::{printable, talk};
use super::winsock::{Input, bitness};
use super::{Failure, Status, failure, outfile, output};
use sockatlas::catalog::{Severity, Span};
use sockatlas::check::{Settings, check};
use sockatlas::edit::{Notes, to_toml_with};
use sockatlas::report::{Finding, text};
use sockatlas::winsock::{Bitness, ImportOptions, Imported, Item, ItemKind, LeftOut, SourceForm, import};
use sockatlas::{LoadError, Loader};
use std::collections::{BTreeSet, HashMap, HashSet};
use std::path::PathBuf;

/// Writes a Winsock catalog as a catalog in TOML: names, providers, layers and chains, with their order and ids
///
/// It reads registry exports, SYSTEM hives, the output of `netsh winsock show catalog`, and packed items, and detects the format
/// from the content. Facts that the source does not state are marked as unknown, and never guessed.
#[derive(clap::Args)]
#[command(after_help = "\
Examples:
  sockatlas import winsock.reg -o winsock.toml
  sockatlas import --control-set 2 SYSTEM
  netsh winsock show catalog | sockatlas import -
  sockatlas import --partial posted.txt -o posted.toml

Exit status:
  0  imported whole
  1  imported in part, as --partial allows
  2  not imported: unreadable, or a catalog with faults")]
pub(super) struct Args {
    #[command(flatten)]
    input: Input,

    /// Write to this file instead of stdout
    #[arg(short, long, value_name = "FILE")]
    output: Option<PathBuf>,

    /// Replace an existing file; the file that is read is never replaced
    #[arg(long, requires = "output")]
    force: bool,

    /// The programs whose catalog is imported, where Windows keeps two; entries that only the others see are disabled
    #[arg(long, value_name = "32|64", default_value = "64", value_parser = bitness)]
    bits: Bitness,

    /// Leave out the entries that are not sound, and those that depend on them, and report that: for excerpts
    #[arg(long)]
    partial: bool,
}

pub(super) fn run(args: &Args) -> Result<Status, Failure> {
    if let Some(output) = &args.output {
        outfile::may_be_written(output, [args.input.file.as_path()], args.force)?;
    }
    let reading = args.input.read()?;
    let mut options = ImportOptions::default();
    (options.bits, options.partial) = (Some(args.bits), args.partial);
    let imported = import(reading, &options).map_err(|error| refused(error, args.partial))?;
    let (head, entries) = (head(&args.input.name(), &imported), above(&imported));
    let mut notes = Notes { head, entries, ids: true, lint: Vec::new() };
    notes.lint = normal(&to_toml_with(&imported.registry, &notes));
    let text = to_toml_with(&imported.registry, &notes);
    match &args.output {
        None => output::bytes(text.as_bytes())?,
        Some(path) => {
            outfile::write(path, text.as_bytes(), args.force)?;
            let path = path.display().to_string();
            output::text(&format!("created {0}: next, `sockatlas check {0}`\n", printable(&path)))?;
        }
    }
    if imported.left_out.is_empty() {
        return Ok(Status::Clean);
    }
    let findings: Vec<Finding> = imported.left_out.iter().map(|left| left.why.clone()).collect();
    talk(format_args!("{}", text::findings(&findings, imported.registry.sources(), true).trim_end()));
    for left in imported.left_out.iter().filter_map(|left| left.item.as_ref()) {
        failure::warn(format_args!("{left} is left out"));
    }
    failure::warn(
        "this is a part of the catalog: where something is left out, Windows may answer requests otherwise than this does",
    );
    Ok(Status::Refused)
}

/// Prints the faults that caused the import to be rejected, and returns the failure with a suggestion.
fn refused(error: LoadError, partial: bool) -> Failure {
    // The exit status is the same, and the findings are shown as a check shows them.
    let _ = Failure::Catalog(error).report();
    let message = if partial { "nothing can be left out so that a catalog remains" } else { "nothing is imported" };
    let help = (!partial).then(|| "`--partial` leaves out what cannot stand, and all that stands on it".to_owned());
    Failure::Message { message: message.to_owned(), help }
}

/// Returns the comment at the head: the source of the catalog, and what the source did not state.
fn head(name: &str, imported: &Imported) -> Vec<String> {
    let form = match imported.store.form {
        SourceForm::Reg => "a registry export",
        SourceForm::Hive => "a SYSTEM hive",
        SourceForm::Netsh => "what `netsh winsock show catalog` printed",
        SourceForm::Instlsp => "what `instlsp -p` printed",
        SourceForm::Packed => "packed items",
        other => other.name(),
    };
    let mut head = wrapped("", &format!("Made by `sockatlas import` of {name}, {form}."));
    let untold: BTreeSet<&str> =
        imported.registry.entries().flat_map(|entry| entry.facts().unknown.iter().copied()).collect();
    if !untold.is_empty() {
        let untold = untold.into_iter().collect::<Vec<_>>().join(", ");
        head.extend(wrapped("", &format!("What it does not state, as each entry says in `unknown`: {untold}.")));
    }
    let name_spaces: usize = imported.store.name_spaces.iter().map(|set| set.providers.len()).sum();
    if name_spaces > 0 {
        let providers = output::counted(name_spaces, "name-space provider", "name-space providers");
        let text = format!("Not in it, since they open no sockets: {providers}, which `sockatlas winsock show` shows.");
        head.extend(wrapped("", &text));
    }
    if !imported.left_out.is_empty() {
        const PART: &str = "This is a part of the catalog. What cannot stand is left out, so that Windows may answer requests \
                            otherwise than this does:";
        head.push(String::new());
        head.extend(wrapped("", PART));
    }
    let sources = imported.registry.sources();
    for LeftOut { item, why, .. } in &imported.left_out {
        let message = match item {
            Some(item) if !why.message.starts_with(item) => format!("{item}: {}", why.message),
            _ => why.message.clone(),
        };
        head.extend(wrapped("- ", &format!("{}: {message} ({})", sources.locate(why.at), why.code)));
    }
    head
}

/// Returns a text as comment lines that fit on a page. Each line but the first is indented by the width of the mark.
fn wrapped(mark: &str, text: &str) -> Vec<String> {
    // The width of a page without the comment sign and the space after it.
    const COLUMNS: usize = 118;
    let mut words = text.split_whitespace();
    let mut lines = Vec::new();
    let mut line = mark.to_owned() + words.next().unwrap_or_default();
    for word in words {
        if line.chars().count() + 1 + word.chars().count() > COLUMNS {
            lines.push(std::mem::replace(&mut line, " ".repeat(mark.len()) + word));
        } else {
            line.push(' ');
            line.push_str(word);
        }
    }
    lines.push(line);
    lines
}

/// Returns the facts that the source states of a layer and that no key holds, if the source has no packed bytes that
/// contain them.
fn of_layer(item: &Item) -> Option<String> {
    let info = &item.info;
    let (family, socket_type, protocol) = info.triple();
    (item.kind() == ItemKind::Layer && item.packed.is_none()).then(|| {
        format!(
            "stated and without a key: address family {family}, socket type {socket_type}, protocol {protocol}, service flags {:#x}",
            info.service_flags
        )
    })
}

/// Returns the comments above entries: stated facts of layers that have no key, and when registry keys were last
/// written, where the source states that.
fn above(imported: &Imported) -> HashMap<String, Vec<String>> {
    let place = |item: &Item| item.key.as_ref().map_or(item.at, |key| key.at);
    let items: HashMap<Span, (&Item, Option<Bitness>)> = imported
        .store
        .sets
        .iter()
        .flat_map(|set| set.items.iter().map(|item| (place(item), (item, set.bits))))
        .collect();
    let entries: Vec<_> = imported.registry.entries().map(|entry| (entry, entry.span())).collect();
    let own: HashSet<Span> = entries.iter().map(|(_, at)| *at).collect();
    // An entry of both sets is declared at its item in one of them; the item in the other has no entry of its own.
    let mut others: HashMap<u32, Vec<(&Item, Option<Bitness>)>> = HashMap::new();
    for (_, (item, bits)) in items.iter().filter(|(at, _)| !own.contains(at)) {
        others.entry(item.id()).or_default().push((item, *bits));
    }
    let lines = |entry: Span| {
        let (item, bits) = items.get(&entry)?;
        let others = others.get(&item.id()).into_iter().flatten();
        let all: Vec<_> = std::iter::once((*item, *bits)).chain(others.copied()).collect();
        let line = |(item, bits): &(&Item, Option<Bitness>)| {
            let set = bits.filter(|_| all.len() > 1).map(|bits| format!(" ({bits} set)")).unwrap_or_default();
            Some(format!("last written {}{set}", item.written.as_ref()?))
        };
        Some(of_layer(item).into_iter().chain(all.iter().filter_map(line)).collect::<Vec<_>>())
    };
    entries.iter().filter_map(|(entry, at)| Some((entry.name().to_owned(), lines(*at)?))).collect()
}

/// Warnings that are normal for a Winsock catalog, each with the reason.
const NORMAL: [(&str, &str); 2] = [
    ("shadowed-entry", "Windows lists some triples more than once; others than the first are named by who wants them"),
    ("permit-admits-nothing", "programs of Windows permit what no layer is, and so load none"),
];

/// Returns those of them that a check of the catalog reports.
fn normal(text: &str) -> Vec<(&'static str, Severity, &'static str)> {
    let report = check(&Loader::new().text("imported.toml", text), &Settings::new());
    let found = |code: &str| report.findings.iter().any(|finding| finding.code == code);
    NORMAL.iter().filter(|(code, _)| found(code)).map(|&(code, reason)| (code, Severity::Note, reason)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use sockatlas::winsock::{Options, read};

    #[test]
    fn when_a_key_was_last_written_stands_above_its_entry() {
        let sample = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/winsock/samples/windows-10-1709.reg");
        let bytes = std::fs::read(sample).expect("it is there");
        let reading = read("1709.reg", &bytes, None, &Options::default()).expect("an export");
        let mut reading = reading.expect("a readable one");
        for set in &mut reading.store.sets {
            let day = if set.bits == Some(Bitness::Bits32) { "2017-09-29" } else { "2018-01-02" };
            for item in set.items.iter_mut().filter(|item| item.id() == 1007) {
                item.written = Some(format!("{day}T13:46:00Z"));
            }
        }
        let imported = import(reading, &ImportOptions::default()).expect("a sound catalog");
        let notes = Notes { entries: above(&imported), ids: true, ..Notes::default() };
        let text = to_toml_with(&imported.registry, &notes);
        let expected = "\n\n# last written 2018-01-02T13:46:00Z (64-bit set)\n# last written 2017-09-29T13:46:00Z (32-bit set)\n\
                        [base.tcp4]\n";
        assert!(text.contains(expected), "{text}");
        assert_eq!(text.matches("# last written").count(), 2);
    }

    #[test]
    fn what_netsh_tells_of_a_layer_and_no_key_says_stands_above_it() {
        let sample = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/winsock/samples/wsl9413_pgplsp.txt");
        let text = std::fs::read_to_string(sample).expect("it is there");
        // The block of the layer is cut off; its missing lines are taken from the chain's block.
        let (chain, layer) = text.split_at(text.rfind("Winsock Catalog").expect("the second block"));
        let rest: Vec<&str> = chain.lines().skip_while(|line| !line.starts_with("Min Address")).take(5).collect();
        let layer = format!("{}{}\n", layer.split("Min Address").next().unwrap_or_default(), rest.join("\n"));
        let layer = layer.replace("Length:              2", "Length:              0");
        let reading = read("layer.txt", layer.as_bytes(), None, &Options::default()).expect("netsh text");
        let imported = import(reading.expect("readable"), &ImportOptions::default()).expect("a sound catalog");
        let notes = Notes { entries: above(&imported), ids: true, ..Notes::default() };
        let text = to_toml_with(&imported.registry, &notes);
        let stated = "# stated and without a key: address family 2, socket type 1, protocol 6, service flags 0x20066\n[layer.pgplsp]\n";
        assert!(text.contains(stated), "{text}");
    }

    #[test]
    fn comments_are_wrapped_at_words() {
        let text = format!("one {} two {}", "x".repeat(130), "y ".repeat(100));
        let lines = wrapped("- ", &text);
        assert_eq!(lines.first().map(String::as_str), Some("- one"));
        assert_eq!(lines.get(1), Some(&format!("  {}", "x".repeat(130))), "a word longer than the page is not cut");
        assert!(lines.iter().skip(2).all(|line| line.chars().count() <= 118 && line.starts_with("  ")), "{lines:?}");
        let words: Vec<&str> = lines.iter().flat_map(|line| line.split_whitespace()).skip(1).collect();
        assert_eq!(words, text.split_whitespace().collect::<Vec<_>>());
    }
}
