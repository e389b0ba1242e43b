//! `fmt`: one layout, the same meaning, every comment.

use super::{folder, read, said, sockatlas, write};
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::test_runner::Config;
use sockatlas::Loader;
use sockatlas::edit::{FormatError, format};
use std::io::Write;
use std::path::Path;
use std::process::{Command, Stdio};

#[track_caller]
fn becomes(text: &str, expected: &str) {
    assert_eq!(format(text).as_deref(), Ok(expected));
    assert_eq!(format(expected).as_deref(), Ok(expected), "laid out once is laid out");
}

#[test]
fn the_equals_signs_of_consecutive_keys_stand_below_one_another() {
    becomes("a=1\nlonger   =   2\n\nb = 3\n", "a      = 1\nlonger = 2\n\nb = 3\n");
    becomes("a = 1\n  # about b\n  bbb = 2\n", "a   = 1\n# about b\nbbb = 2\n");
    becomes("ä = 1\nbb = 2\n".replace('ä', "\"ä\"").as_str(), "\"ä\" = 1\nbb  = 2\n");
}

#[test]
fn a_blank_line_stands_before_a_table_and_the_comments_above_it() {
    becomes("a = 1\n[b]\nc = 1\n# about d\n[d]\n", "a = 1\n\n[b]\nc = 1\n\n# about d\n[d]\n");
    becomes("\n\na = 1\n\n\n\n\n\n# part\n\n\n\n[b]\n\n\n\nc = 1\n\n\n", "a = 1\n\n\n# part\n\n\n[b]\n\nc = 1\n");
    becomes("[a]\n[b]\n\n[c]\n", "[a]\n[b]\n\n[c]\n");
    becomes("a = 1\n# of a\n\n# of b\n[b]\n", "a = 1\n# of a\n\n# of b\n[b]\n");
}

#[test]
fn brackets_commas_and_names_have_one_form() {
    becomes("[ a . \"b\" ]\nx . 'y'={a=1,b . c=[ 1,2, ]}\n", "[a.b]\nx.y = { a = 1, b.c = [1, 2] }\n");
    becomes("[[ expect ]]\na = [ ]\nb = [\n]\nc = { }\n", "[[expect]]\na = []\nb = []\nc = {}\n");
    becomes(
        "\"*\" = 'it'\n'a \"b\"' = 'C:\\dir'\n\"\" = '''x'''\n",
        "\"*\"     = \"it\"\n'a \"b\"' = 'C:\\dir'\n\"\"      = '''x'''\n",
    );
}

#[test]
fn an_array_keeps_its_lines_and_gets_its_indentation() {
    becomes(
        "a = [\n1 # one\n 2 , 3\n # last\n, ]\n".replace("# one\n", "# one\n,").as_str(),
        "a = [\n    1, # one\n    2, 3,\n    # last\n]\n",
    );
    becomes("a = [ # all\n\n 1\n\n\n , 2]\n", "a = [ # all\n    1,\n\n    2,\n]\n");
    becomes("a = { b = [\n1\n], c = 2 }\n", "a = { b = [\n    1,\n], c = 2 }\n");
}

#[test]
fn an_array_wider_than_120_columns_is_broken() {
    let value = "\"123456789\"";
    let fits = format!("array = [{}, 123456]\n", [value; 8].join(", "));
    assert_eq!(fits.trim_end().len(), 120);
    becomes(&fits, &fits);
    let wide = format!("array = [{}] # far\n", [value; 9].join(", "));
    becomes(&wide, &format!("array = [\n{}] # far\n", format!("    {value},\n").repeat(9)));
    let row = format!("array = [\n{}, # far\n]\n", [value; 10].join(","));
    becomes(&row, &format!("array = [\n{}    {value}, # far\n]\n", format!("    {value},\n").repeat(9)));
}

#[test]
fn a_comment_keeps_its_column_while_there_is_room_and_its_company_otherwise() {
    becomes("a = 1     # one\nbb=2      # two\n", "a  = 1    # one\nbb = 2    # two\n");
    becomes("a=1    # one\nlonger=2# two\n", "a      = 1 # one\nlonger = 2 # two\n");
    becomes("a='x'    # one\nlongest=2# two\n#far   \t\n", "a       = \"x\" # one\nlongest = 2   # two\n#far\n");
}

#[test]
fn line_breaks_are_those_of_the_first_line_and_a_byte_order_mark_stays() {
    becomes("a = 1\r\nb = 2\n\n\n\r\n[c]", "a = 1\r\nb = 2\r\n\r\n\r\n[c]\r\n");
    becomes("\u{feff}a=1\n", "\u{feff}a = 1\n");
    becomes("\u{feff}a=1 # one\n", "\u{feff}a = 1 # one\n");
    becomes("a = '''x\n  y '''   # z\nbb = 1", "a  = '''x\n  y '''   # z\nbb = 1\n");
    becomes("", "");
    becomes("\n \n", "");
}

#[test]
fn what_is_not_toml_is_refused_with_its_place() {
    let folder = folder();
    write(folder.path(), "bad.toml", "format = 1\nb = = 2\n");
    write(folder.path(), "good.toml", "format=1\n");
    write(folder.path(), "none.toml", "a=1\n");
    let refused = sockatlas(folder.path(), &["fmt", "bad.toml", "none.toml", "good.toml"]);
    let (status, stdout, stderr) = said(&refused);
    assert_eq!((status, stdout), (2, "formatted good.toml\n"), "the others are laid out all the same");
    assert!(stderr.starts_with("error[syntax]: ") && stderr.contains("--> bad.toml:2:5"), "{stderr}");
    assert!(stderr.contains("`none.toml` is no catalog: it has no top-level key `format`"), "{stderr}");
    assert_eq!(read(folder.path(), "bad.toml"), "format = 1\nb = = 2\n");
    assert_eq!(read(folder.path(), "none.toml"), "a=1\n");
    assert!(matches!(format("a = 1\na = 2\n"), Err(FormatError::Syntax { .. })));
}

#[test]
fn check_shows_the_lines_that_would_change_and_writes_nothing() {
    let folder = folder();
    write(folder.path(), "site.toml", "format=1\n\n[b]\n");
    let checked = sockatlas(folder.path(), &["fmt", "--check", "site.toml"]);
    let expected = "--- site.toml\n+++ formatted\n@@ -1,3 +1,3 @@\n-format=1\n+format = 1\n \n [b]\n";
    assert_eq!(said(&checked), (1, expected, ""));
    assert_eq!(read(folder.path(), "site.toml"), "format=1\n\n[b]\n");
    assert_eq!(said(&sockatlas(folder.path(), &["fmt", "."])), (0, "formatted ./site.toml\n", ""));
    assert_eq!(said(&sockatlas(folder.path(), &["fmt", "--check", "."])), (0, "", ""));
}

#[test]
fn no_path_and_what_is_built_in_are_refused() {
    let folder = folder();
    let (status, stdout, stderr) = (2, "", "no catalog is named");
    for arguments in [["fmt", "--check"].as_slice(), &["fmt"], &["fmt", "builtin:linux.toml"], &["fmt", "none.toml"]] {
        let refused = sockatlas(folder.path(), arguments);
        assert_eq!((said(&refused).0, said(&refused).1), (status, stdout), "{arguments:?}");
    }
    assert!(said(&sockatlas(folder.path(), &["fmt"])).2.contains(stderr));
}

#[test]
fn stdin_is_laid_out_to_stdout() {
    let mut child = Command::new(env!("CARGO_BIN_EXE_sockatlas"))
        .args(["fmt", "-"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .expect("the command starts");
    child.stdin.take().expect("stdin is a pipe").write_all(b"a=1 # x").expect("stdin is written");
    let output = child.wait_with_output().expect("the command ends");
    assert_eq!(said(&output), (0, "a = 1 # x\n", ""));
}

fn catalogs() -> Vec<(String, String)> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut catalogs = Vec::new();
    for folder in ["catalogs", "examples"] {
        for file in std::fs::read_dir(root.join(folder)).expect("the folder is there") {
            let path = file.expect("a file").path();
            if path.extension().is_some_and(|extension| extension == "toml") {
                catalogs.push((path.display().to_string(), std::fs::read_to_string(&path).expect("a file is read")));
            }
        }
    }
    assert!(catalogs.len() >= 7);
    catalogs
}

#[test]
fn the_catalogs_that_ship_and_the_examples_are_laid_out() {
    for (name, text) in catalogs() {
        assert!(format(&text).as_ref() == Ok(&text), "run `cargo run -- fmt {name}`");
    }
}

/// Where white space may be put into a catalog, or taken from it, without a change of meaning.
#[derive(Clone, Debug)]
enum Change {
    Widen(usize, usize),
    Narrow(usize),
    BlankLine(usize),
    Unblank(usize),
    Indent(usize, usize),
    Comment(usize),
    BreakArray(usize),
}

fn change() -> impl Strategy<Value = Change> {
    let at = any::<usize>;
    prop_oneof![
        (at(), 1..9_usize).prop_map(|(at, by)| Change::Widen(at, by)),
        at().prop_map(Change::Narrow),
        at().prop_map(Change::BlankLine),
        at().prop_map(Change::Unblank),
        (at(), 1..9_usize).prop_map(|(at, by)| Change::Indent(at, by)),
        at().prop_map(Change::Comment),
        at().prop_map(Change::BreakArray),
    ]
}

fn changed(text: &str, change: &Change) -> String {
    let place = |pattern: &str, at: usize| {
        let places: Vec<usize> = text.match_indices(pattern).map(|(place, _)| place).collect();
        (!places.is_empty()).then(|| places[at % places.len()])
    };
    let put = |place: Option<usize>, what: &str| {
        let place = place.unwrap_or(text.len());
        format!("{}{what}{}", &text[..place], &text[place..])
    };
    match *change {
        Change::Widen(at, by) => put(place(" = ", at), &" ".repeat(by)),
        Change::Narrow(at) => match place(" = ", at) {
            Some(at) => format!("{}={}", &text[..at], &text[at + 3..]),
            None => text.to_owned(),
        },
        Change::BlankLine(at) => put(place("\n", at), "\n"),
        Change::Unblank(at) => match place("\n\n", at) {
            Some(at) => format!("{}{}", &text[..at], &text[at + 1..]),
            None => text.to_owned(),
        },
        Change::Indent(at, by) => put(place("\n", at).map(|at| at + 1), &" ".repeat(by)),
        Change::Comment(at) => put(place("\n", at), "#! \t"),
        Change::BreakArray(at) => put(place("\", \"", at).map(|at| at + 2), " # here\n\t"),
    }
}

proptest! {
    #![proptest_config(Config { failure_persistence: None, ..Config::default() })]

    #[test]
    fn spaced_at_random_a_catalog_is_laid_out_with_the_same_meaning_once_and_for_all(
        which in 0..7_usize,
        changes in vec(change(), 1..40),
    ) {
        let (name, original) = catalogs().swap_remove(which);
        let text = changes.iter().fold(original.clone(), |text, change| changed(&text, change));
        let result = match format(&text) {
            Ok(result) => result,
            // A comment that was put into a line may have cut it.
            Err(FormatError::Syntax { .. }) => return Ok(()),
            Err(error) => return Err(TestCaseError::fail(format!("{name}: {error}\n{text}"))),
        };
        prop_assert_eq!(format(&result), Ok(result.clone()));
        prop_assert!(result.lines().all(|line| line == line.trim_end()));
        // What it is answered with, and what is wrong with it, is the same: places aside.
        let load = |text: &str| Loader::new().text("builtin.toml", text).load().map_err(|error| error.faults().len());
        match (load(&text), load(&result)) {
            (Ok(was), Ok(is)) => prop_assert_eq!(sockatlas::compare(&was, &is), []),
            (was, is) => prop_assert_eq!(was.map(drop), is.map(drop)),
        }
    }

    #[test]
    fn any_text_is_refused_or_laid_out_once_and_for_all(
        text in "([a-c\"'. =#,0-9\\[\\]{}]{0,12}[\n\r]{0,2}){0,8}",
        toml in "([abc](\\.[ab])? *= *(1|'x'|\"y\"|\\[ *(1 *,? *(#c)?\n? *){0,3}\\]|\\{ *b=1\n?,? *\\}) *(#.{0,3})?\n{1,3}){0,4}",
    ) {
        for text in [text, toml] {
            match format(&text) {
                Ok(result) => prop_assert_eq!(format(&result), Ok(result)),
                Err(error) => prop_assert_ne!(error, FormatError::MeaningChanged, "{:?}", text),
            }
        }
    }
}
