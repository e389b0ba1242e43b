//! Bounds against hostile and runaway input: each is a fault that names it, and none makes the reader wait.

use super::{fails, report};
use sockatlas::Loader;
use sockatlas::catalog::Limits;
use std::fs;
use std::path::Path;
use tempfile::TempDir;

/// A folder of documents; the first is the one to load.
struct Folder {
    folder: TempDir,
    first: &'static str,
}

impl Folder {
    fn of(documents: &[(&'static str, &str)]) -> Self {
        let folder = tempfile::tempdir().expect("a folder for the documents");
        for (name, text) in documents {
            let path = folder.path().join(name);
            fs::create_dir_all(path.parent().expect("a folder")).expect("a folder is made");
            fs::write(path, text).expect("a file is written");
        }
        Folder { folder, first: documents[0].0 }
    }

    fn path(&self) -> &Path {
        self.folder.path()
    }

    fn loader(&self) -> Loader {
        Loader::new().path(self.path().join(self.first))
    }

    fn report(&self, loader: Loader) -> String {
        report(&fails(loader), self.path())
    }
}

fn limits(change: impl FnOnce(&mut Limits)) -> Limits {
    let mut limits = Limits::default();
    change(&mut limits);
    limits
}

/// Of a module that nobody knows, and that may implement base protocols and layers alike.
const PROVIDER: &str = "[provider.kernel]\nmodule = \"acme\"\n";

fn base(name: &str) -> String {
    format!("[base.{name}]\nprovider = \"kernel\"\nfamily = \"inet\"\ntype = \"stream\"\nprotocol = 6\n")
}

#[test]
fn an_include_cycle_is_printed_as_a_cycle() {
    let folder = Folder::of(&[
        ("a.toml", "format = 1\ninclude = [\"b.toml\"]"),
        ("b.toml", "format = 1\ninclude = [\"deeper/c.toml\"]"),
        ("deeper/c.toml", "format = 1\ninclude = [\"../b.toml\"]"),
    ]);
    let report = folder.report(folder.loader());
    // Each file is called as its includer calls it.
    assert_eq!(
        report,
        "deeper/c.toml:2:12 include-cycle: files include one another: b.toml -> deeper/c.toml -> b.toml\n"
    );
    let alone = Folder::of(&[("a.toml", "format = 1\ninclude = [\"./a.toml\"]")]);
    let report = alone.report(alone.loader());
    assert_eq!(report, "a.toml:2:12 include-cycle: files include one another: a.toml -> a.toml\n");
}

#[test]
fn a_file_included_twice_is_read_once() {
    let shared = format!("format = 1\n{PROVIDER}{}", base("shared"));
    let folder = Folder::of(&[
        ("top.toml", "format = 1\ninclude = [\"one.toml\", \"two.toml\", \"shared.toml\", \"./shared.toml\"]"),
        ("one.toml", "format = 1\ninclude = [\"shared.toml\"]"),
        ("two.toml", "format = 1\ninclude = [\"shared.toml\"]"),
        ("shared.toml", &shared),
    ]);
    let registry = folder.loader().load().unwrap_or_else(|error| panic!("{error}"));
    assert_eq!(registry.entries().len(), 1);
    let names: Vec<_> = registry.sources().iter().map(|(_, source)| source.name().to_owned()).collect();
    assert_eq!(names.len(), 4, "{names:?}");
}

#[test]
fn includes_nest_as_deep_as_allowed_and_no_deeper() {
    let documents: Vec<(String, String)> = (0..6)
        .map(|depth| (format!("{depth}.toml"), format!("format = 1\ninclude = [\"{}.toml\"]", depth + 1)))
        .chain([("6.toml".to_owned(), "format = 1".to_owned())])
        .collect();
    let folder = Folder::of(&[("0.toml", &documents[0].1)]);
    for (name, text) in &documents {
        fs::write(folder.path().join(name), text).expect("a file is written");
    }
    let of_depth = |depth| folder.loader().limits(limits(|limits| limits.include_depth = depth));
    of_depth(6).load().unwrap_or_else(|error| panic!("six includes nest: {error}"));
    assert_eq!(
        folder.report(of_depth(5)),
        "5.toml:2:12 limit-exceeded: depth of includes: 6 is more than the 5 allowed\n"
    );
}

#[test]
fn a_document_is_as_large_as_allowed_and_no_larger() {
    let text = "format = 1\n# twenty more bytes\n";
    let folder = Folder::of(&[("large.toml", text), ("includer.toml", "format = 1\ninclude = [\"large.toml\"]")]);
    let of_size = |loader: Loader, bytes| loader.limits(limits(|limits| limits.document_bytes = bytes));
    let bytes = text.len() as u64;
    of_size(folder.loader(), bytes).load().unwrap_or_else(|error| panic!("it fits: {error}"));
    let report = folder.report(of_size(folder.loader(), bytes - 1));
    assert_eq!(
        report,
        format!("large.toml:1:1 limit-exceeded: bytes in a document: {bytes} is more than the {} allowed\n", bytes - 1)
    );

    let large = "#".repeat(100);
    let folder = Folder::of(&[("includer.toml", "format = 1\ninclude = [\"large.toml\"]"), ("large.toml", &large)]);
    let report = folder.report(of_size(folder.loader(), 60));
    assert_eq!(report, "includer.toml:2:12 limit-exceeded: bytes in a document: 100 is more than the 60 allowed\n");
}

#[test]
fn there_are_as_many_documents_as_allowed_and_no_more() {
    let loader = |count| {
        let loader = (0..5).fold(Loader::new(), |loader, at| loader.text(format!("{at}.toml"), "format = 1"));
        loader.limits(limits(|limits| limits.documents = count))
    };
    loader(5).load().unwrap_or_else(|error| panic!("five documents: {error}"));
    // One fault, however many are too many.
    let error = fails(loader(3));
    assert_eq!(error.to_string(), "3.toml:1:1: number of documents: 4 is more than the 3 allowed");
}

#[test]
fn there_are_as_many_entries_as_allowed_and_no_more() {
    let layer = "[layer.x]\nprovider = \"kernel\"\n";
    let chain = "[chain.c]\nlayers = [\"x\"]\nbase = [\"a\", \"b\"]\n";
    let lists = "order = [\"c\"]\ndisable = [\"c\"]\n";
    let text = format!("format = 1\n{lists}{PROVIDER}{}{}{layer}{chain}", base("a"), base("b"));
    let loader = |entries| Loader::new().text("a", text.as_str()).limits(limits(|limits| limits.entries = entries));
    let registry = loader(5).load().unwrap_or_else(|error| panic!("three and two of the chain: {error}"));
    assert_eq!(registry.entries().len(), 5);
    for entries in 1..5 {
        let error = fails(loader(entries));
        // One fault, however many entries are too many; it stands at the first of those.
        assert_eq!(error.faults().len(), 1, "{error}");
        let expected = format!("number of entries: {} is more than the {entries} allowed", entries + 1);
        assert!(error.to_string().ends_with(&expected), "{error}");
    }
}

#[test]
fn a_chain_holds_seven_entries_and_no_more() {
    let layers =
        |count: usize| -> String { (0..count).map(|at| format!("[layer.l{at}]\nprovider = \"kernel\"\n")).collect() };
    let names = |count: usize| (0..count).map(|at| format!("\"l{at}\"")).collect::<Vec<_>>().join(", ");
    let text = |count| {
        let chain = format!("[chain.c]\nlayers = [{}]\nbase = \"a\"\n", names(count));
        format!("format = 1\n{PROVIDER}{}{}{chain}", base("a"), layers(count))
    };
    let registry =
        Loader::new().text("a", text(6)).load().unwrap_or_else(|error| panic!("six layers over one base: {error}"));
    assert_eq!(registry.entry("c").map(|chain| chain.stack().len()), Some(sockatlas::catalog::MAX_PROTOCOL_CHAIN));
    let error = fails(Loader::new().text("a", text(7)));
    assert_eq!(error.to_string(), "a:23:8: chain `c` has 8 entries, 7 at most: l0 / l1 / l2 / l3 / l4 / l5 / l6 / a");
    // Over a chain it is the flattened stack that counts.
    let over = "[layer.top]\nprovider = \"kernel\"\n[chain.over]\nlayers = [\"top\"]\nbase = \"c\"\n";
    let error = fails(Loader::new().text("a", format!("{}{over}", text(6))));
    assert!(error.to_string().ends_with("8 entries, 7 at most: top / l0 / l1 / l2 / l3 / l4 / l5 / a"), "{error}");
}

#[test]
fn a_file_that_is_not_utf_8_is_reported_by_its_first_wrong_byte() {
    let folder = Folder::of(&[("a.toml", "format = 1\n")]);
    fs::write(folder.path().join("a.toml"), b"format = 1\ntitle = \"na\xefve\"\n").expect("a file is written");
    let report = folder.report(folder.loader());
    assert_eq!(report, "a.toml:2:12 syntax: the text is not UTF-8 from byte 22 on\n");
}

#[test]
fn a_missing_file_is_reported_where_it_is_named() {
    let folder = Folder::of(&[("a.toml", "format = 1\ninclude = [\"gone.toml\"]\ntitel = 1")]);
    let report = folder.report(folder.loader());
    let lines: Vec<&str> = report.lines().collect();
    assert!(lines[0].starts_with("a.toml:2:12 unreadable-file: cannot read `gone.toml`: "), "{report}");
    assert_eq!(lines[1], "a.toml:3:1 unknown-key: unknown key `titel` in a catalog (did you mean `title`?)");

    let report = folder.report(Loader::new().path(folder.path().join("gone.toml")));
    assert!(report.starts_with("gone.toml:1:1 unreadable-file: cannot read `gone.toml`: "), "{report}");
    let empty = tempfile::tempdir().expect("an empty folder");
    let error = fails(Loader::new().path(empty.path()));
    assert!(error.to_string().ends_with("the folder holds no `*.toml` file"), "{error}");
}

#[cfg(unix)]
#[test]
fn an_include_of_what_is_no_regular_file_is_refused_and_does_not_wait() {
    let folder = Folder::of(&[("a.toml", "format = 1\ninclude = [\"/dev/zero\", \"pipe\", \"socket\", \"folder\"]")]);
    fs::create_dir(folder.path().join("folder")).expect("a folder is made");
    let made = std::process::Command::new("mkfifo").arg(folder.path().join("pipe")).status();
    assert!(made.expect("mkfifo is there").success());
    let socket = std::os::unix::net::UnixListener::bind(folder.path().join("socket")).expect("a socket is bound");
    let report = folder.report(folder.loader());
    let expected: Vec<String> = [("12", "/dev/zero"), ("25", "pipe"), ("33", "socket"), ("43", "folder")]
        .iter()
        .map(|(column, name)| format!("a.toml:2:{column} unreadable-file: cannot read `{name}`: not a regular file"))
        .collect();
    assert_eq!(report.lines().collect::<Vec<_>>(), expected);
    drop(socket);
}
