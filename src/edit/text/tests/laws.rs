//! The laws that hold for every edit of every text.

use super::super::Text;
use super::layout::{self, Dice};
use proptest::collection::vec;
use proptest::prelude::*;
use toml::{Table, Value};
use toml_parser::parser::{Event, EventKind, parse_document};

/// The path of a table of a catalog, or of a key in it.
type Path = Vec<String>;

fn parsed(text: &str) -> Table {
    match text.trim_start_matches('\u{feff}').parse() {
        Ok(table) => table,
        Err(error) => panic!("no TOML: {error}\n{text}"),
    }
}

fn comments(text: &str) -> Vec<String> {
    let tokens = toml_parser::Source::new(text).lex().into_vec();
    let mut comments = Vec::new();
    let mut receiver = |event: Event| {
        if event.kind() == EventKind::Comment {
            comments.push(text[event.span().start()..event.span().end()].trim_end().to_owned());
        }
    };
    parse_document(&tokens, &mut receiver, &mut ());
    comments
}

/// Returns the lines of a text that are not, in this order, in another.
fn lines_missing(text: &str, other: &str) -> Vec<String> {
    let (text, other): (Vec<&str>, Vec<&str>) = (text.split('\n').collect(), other.split('\n').collect());
    let head = text.iter().zip(&other).take_while(|(one, other)| one == other).count();
    let (text, other) = (&text[head..], &other[head..]);
    let tail = text.iter().rev().zip(other.iter().rev()).take_while(|(one, other)| one == other).count();
    let (text, other) = (&text[..text.len() - tail], &other[..other.len() - tail]);
    let mut common = vec![vec![0_usize; other.len() + 1]; text.len() + 1];
    for i in (0..text.len()).rev() {
        for j in (0..other.len()).rev() {
            common[i][j] =
                if text[i] == other[j] { common[i + 1][j + 1] + 1 } else { common[i + 1][j].max(common[i][j + 1]) };
        }
    }
    let (mut i, mut j, mut missing) = (0, 0, Vec::new());
    while i < text.len() {
        if j < other.len() && text[i] == other[j] {
            (i, j) = (i + 1, j + 1);
        } else if j < other.len() && common[i][j + 1] > common[i + 1][j] {
            j += 1;
        } else {
            missing.push(text[i].to_owned());
            i += 1;
        }
    }
    missing
}

/// Collects the tables of a catalog, including those on the way to others.
fn tables(table: &Table, path: &[String], found: &mut Vec<Path>) {
    found.push(path.to_vec());
    for (key, value) in table {
        let below = |name: String| path.iter().cloned().chain([name]).collect::<Path>();
        match value {
            Value::Table(inner) => tables(inner, &below(key.clone()), found),
            Value::Array(items) => {
                for (at, item) in items.iter().enumerate() {
                    if let Value::Table(inner) = item {
                        tables(inner, &below(format!("{key}#{at}")), found);
                    }
                }
            }
            _ => {}
        }
    }
}

fn all_tables(content: &Table) -> Vec<Path> {
    let mut found = Vec::new();
    tables(content, &[], &mut found);
    found
}

/// Returns the table of a path. A missing table is made.
fn table<'t>(content: &'t mut Table, path: &[String]) -> &'t mut Table {
    path.iter().fold(content, |table, part| {
        let value = match part.split_once('#') {
            None => table.entry(part.clone()).or_insert_with(|| Value::Table(Table::new())),
            Some((array, at)) => {
                &mut table[array].as_array_mut().expect("an array")[at.parse::<usize>().expect("a number")]
            }
        };
        value.as_table_mut().expect("a table")
    })
}

fn strings(value: &Value) -> Option<Vec<String>> {
    value.as_array()?.iter().map(|item| item.as_str().map(str::to_owned)).collect()
}

fn array(names: &[String]) -> Value {
    Value::Array(names.iter().cloned().map(Value::String).collect())
}

/// An edit with its arguments.
#[derive(Clone, Debug)]
enum Edit {
    Insert(Path, String, usize, String),
    Remove(Path, String, usize),
    Names(Path, String, Vec<String>),
    Set(Path, Path, String),
    Unset(Path, Path),
    Append(String),
    RemoveTable(Path),
    RemoveElement(usize),
}

fn parts(path: &[String]) -> Vec<&str> {
    path.iter().map(String::as_str).collect()
}

impl Edit {
    /// Returns a random edit that can be made to a catalog with this content.
    fn random(content: &Table, dice: &mut Dice) -> Edit {
        let tables = all_tables(content);
        let path = tables[dice.roll(tables.len())].clone();
        let here = table(&mut content.clone(), &path).clone();
        let arrays: Vec<(String, usize)> =
            here.iter().filter_map(|(key, value)| Some((key.clone(), strings(value)?.len()))).collect();
        let is_value = |value: &Value| {
            !value.is_table() && !value.as_array().is_some_and(|items| items.iter().any(Value::is_table))
        };
        let values: Vec<&String> = here.iter().filter(|(_, value)| is_value(value)).map(|(key, _)| key).collect();
        let new = ["needs", "disable", "hidden", "adds", "other key", "replace"][dice.roll(6)].to_owned();
        match dice.roll(12) {
            0 | 1 if !arrays.is_empty() => {
                let (key, length) = arrays[dice.roll(arrays.len())].clone();
                Edit::Insert(path, key, dice.roll(length + 1), layout::name(dice))
            }
            2 if !here.contains_key(&new) => Edit::Insert(path, new, 0, layout::name(dice)),
            3 | 4 if arrays.iter().any(|(_, length)| *length > 0) => {
                let arrays: Vec<_> = arrays.into_iter().filter(|(_, length)| *length > 0).collect();
                let (key, length) = arrays[dice.roll(arrays.len())].clone();
                Edit::Remove(path, key, dice.roll(length))
            }
            5 if !arrays.is_empty() => {
                let (key, _) = &arrays[dice.roll(arrays.len())];
                let mut names = strings(&here[key]).expect("strings");
                for _ in 0..dice.roll(4) {
                    let other = dice.roll(names.len() + 1).min(names.len());
                    match dice.roll(3) {
                        0 if !names.is_empty() => drop(names.remove(other.min(names.len() - 1))),
                        1 if !names.is_empty() => {
                            let name = names.remove(0);
                            names.insert(other.min(names.len()), name);
                        }
                        _ => names.insert(other, layout::name(dice)),
                    }
                }
                Edit::Names(path, key.clone(), names)
            }
            6 if !values.is_empty() => {
                let key = values[dice.roll(values.len())].clone();
                let value = layout::value(dice, &key);
                Edit::Set(path, vec![key], layout::written(&value, dice))
            }
            7 if !here.contains_key(&new) => {
                let value = layout::value(dice, &new);
                Edit::Set(path, vec![new], layout::written(&value, dice))
            }
            8 if here.get("options").is_none_or(Value::is_table) && !path.is_empty() => {
                let key = vec!["options".to_owned(), dice.one_of(&["x", "y", "z.z"]).to_owned()];
                Edit::Set(path, key, "7".to_owned())
            }
            9 if !here.is_empty() => {
                let key = here.keys().nth(dice.roll(here.len())).expect("a key").clone();
                Edit::Unset(path, vec![key])
            }
            10 => {
                let mut tables = Table::new();
                let mut section = Table::new();
                let name = dice.one_of(&["chain", "layer", "lint"]);
                let present = content.get(name).and_then(Value::as_table);
                let is_new = |name: &String| !present.is_some_and(|present| present.contains_key(name));
                let new = (0..).map(|at| format!("new-{at}")).find(is_new).expect("one of them is new");
                section.insert(new, Value::Table(layout::entry(dice)));
                tables.insert(name.to_owned(), Value::Table(section));
                Edit::Append(headed(&tables, dice))
            }
            11 if path.len() == 2 => Edit::RemoveTable(path),
            _ => match content.get("always").and_then(Value::as_array) {
                Some(items) if !items.is_empty() => Edit::RemoveElement(dice.roll(items.len())),
                _ => Edit::Insert(Path::new(), "order".to_owned(), 0, layout::name(dice)),
            },
        }
    }

    /// Makes the edit to a text.
    fn make(&self, text: &mut Text) -> bool {
        match self {
            Edit::Insert(path, key, at, name) => text.insert_name(&parts(path), key, *at, name),
            Edit::Remove(path, key, at) => text.remove_name(&parts(path), key, *at),
            Edit::Names(path, key, names) => text.set_names(&parts(path), key, &parts(names)),
            Edit::Set(path, key, value) => text.set(&parts(path), &parts(key), value),
            Edit::Unset(path, key) => text.unset(&parts(path), &parts(key)),
            Edit::Append(tables) => text.append(tables),
            Edit::RemoveTable(path) => text.remove_table(&parts(path)),
            Edit::RemoveElement(at) => text.remove_element("always", *at),
        }
    }

    /// Makes the edit to a parsed content.
    fn make_of(&self, content: &mut Table) {
        match self {
            Edit::Insert(path, key, at, name) => {
                let value = table(content, path).entry(key.clone()).or_insert_with(|| Value::Array(Vec::new()));
                value.as_array_mut().expect("an array").insert(*at, Value::String(name.clone()));
            }
            Edit::Remove(path, key, at) => {
                table(content, path)[key].as_array_mut().expect("an array").remove(*at);
            }
            Edit::Names(path, key, names) => {
                table(content, path).insert(key.clone(), array(names));
            }
            Edit::Set(path, key, value) => {
                let (last, above) = key.split_last().expect("a key");
                let path: Path = path.iter().chain(above).cloned().collect();
                let value = parsed(&format!("x = {value}"))["x"].clone();
                table(content, &path).insert(last.clone(), value);
            }
            Edit::Unset(path, key) => {
                let (last, above) = key.split_last().expect("a key");
                let path: Path = path.iter().chain(above).cloned().collect();
                table(content, &path).remove(last);
            }
            Edit::Append(tables) => merge(content, &parsed(tables)),
            Edit::RemoveTable(path) => {
                let (last, above) = path.split_last().expect("a table");
                table(content, above).remove(last);
            }
            Edit::RemoveElement(at) => {
                content["always"].as_array_mut().expect("an array").remove(*at);
            }
        }
    }

    /// Returns the edit that undoes this one, if it only adds or sets something.
    fn inverse(&self, before: &Text) -> Option<Edit> {
        match self {
            Edit::Insert(path, key, at, _) => Some(Edit::Remove(path.clone(), key.clone(), *at)),
            Edit::Set(path, key, _) => match before.value(&parts(path), &parts(key)) {
                Some(value) => Some(Edit::Set(path.clone(), key.clone(), value.to_owned())),
                None => Some(Edit::Unset(path.clone(), key.clone())),
            },
            Edit::Append(tables) => {
                let tables = parsed(tables);
                let (section, entries) = tables.iter().next()?;
                let entry = entries.as_table()?.keys().next()?;
                Some(Edit::RemoveTable(vec![section.clone(), entry.clone()]))
            }
            _ => None,
        }
    }

    /// Returns how many lines of the text the edit may change, except for those that it removes.
    fn most_lines(&self, before: &Text) -> Option<usize> {
        match self {
            // The line before a new line gets a comma; or the line of the array changes.
            Edit::Insert(..) => Some(1),
            Edit::Set(path, key, _) => {
                Some(before.value(&parts(path), &parts(key)).map_or(1, |value| value.split('\n').count()))
            }
            // A text may have no line break at its end.
            Edit::Append(_) => Some(1),
            _ => None,
        }
    }
}

/// Returns tables with headers, as they are appended.
fn headed(tables: &Table, dice: &mut Dice) -> String {
    let mut text = String::new();
    for (section, entries) in tables {
        for (name, entry) in entries.as_table().expect("a section") {
            let mut chunks = Vec::new();
            layout::sections(&[section, name], entry.as_table().expect("an entry"), &mut chunks, dice);
            text.push_str(&chunks.join("\n"));
        }
    }
    text
}

fn merge(content: &mut Table, other: &Table) {
    for (key, value) in other {
        match (content.get_mut(key), value) {
            (Some(Value::Table(inner)), Value::Table(value)) => merge(inner, value),
            _ => drop(content.insert(key.clone(), value.clone())),
        }
    }
}

/// Returns the tables without empty tables and empty arrays: whether these stay when they are emptied is a question of
/// the exact text.
fn without_empty(table: &Table) -> Table {
    let keep = |value: &Value| match value {
        Value::Table(inner) => {
            Some(Value::Table(without_empty(inner))).filter(|inner| inner != &Value::Table(Table::new()))
        }
        Value::Array(items) if items.is_empty() => None,
        Value::Array(items) => Some(Value::Array(
            items
                .iter()
                .map(|item| item.as_table().map_or_else(|| item.clone(), |item| Value::Table(without_empty(item))))
                .collect(),
        )),
        other => Some(other.clone()),
    };
    table.iter().filter_map(|(key, value)| Some((key.clone(), keep(value)?))).collect()
}

fn is_sublist(one: &[String], other: &[String]) -> bool {
    let mut other = other.iter();
    one.iter().all(|item| other.any(|other| other == item))
}

proptest! {
    #![proptest_config(ProptestConfig { max_shrink_iters: 2_000, ..ProptestConfig::with_cases(200) })]

    #[test]
    fn the_layouts_of_these_tests_say_what_they_are_to_say(rolls in vec(any::<u8>(), 0..600)) {
        let dice = &mut Dice::new(&rolls);
        let content = layout::content(dice);
        let text = layout::text(&content, dice);
        prop_assert_eq!(parsed(&text), content, "{}", text);
    }

    #[test]
    fn an_edit_and_its_inverse_give_the_same_bytes(layout in vec(any::<u8>(), 0..600), edits in vec(any::<u8>(), 60)) {
        let dice = &mut Dice::new(&layout);
        let content = layout::content(dice);
        let before = Text::new(&layout::text(&content, dice));
        for rolls in edits.chunks(12) {
            let edit = Edit::random(&content, &mut Dice::new(rolls));
            let Some(inverse) = edit.inverse(&before) else { continue };
            let mut text = before.clone();
            prop_assert!(edit.make(&mut text), "{:?} of\n{}", edit, before.as_str());
            let changed = text.as_str().to_owned();
            prop_assert!(inverse.make(&mut text), "{:?} of\n{}", inverse, changed);
            prop_assert_eq!(text.as_str(), before.as_str(), "{:?} made\n{}", edit, changed);
        }
    }
}

proptest! {
    // Each case makes a hundred edits, and checks the text after each.
    #![proptest_config(ProptestConfig { max_shrink_iters: 500, ..ProptestConfig::with_cases(12) })]

    #[test]
    fn a_hundred_edits_change_what_they_are_about_and_nothing_else(
        layout in vec(any::<u8>(), 0..600),
        edits in vec(vec(any::<u8>(), 24), 100),
    ) {
        let dice = &mut Dice::new(&layout);
        let mut content = layout::content(dice);
        let mut text = Text::new(&layout::text(&content, dice));
        for rolls in edits {
            let edit = Edit::random(&content, &mut Dice::new(&rolls));
            let before = text.clone();
            let is_made = edit.make(&mut text);
            let (was, is) = (before.as_str(), text.as_str());
            prop_assert!(is_made, "{:?} of\n{}", edit, was);
            edit.make_of(&mut content);
            let now = parsed(is);
            prop_assert_eq!(without_empty(&now), without_empty(&content), "{:?} of\n{}\nmade\n{}", edit, was, is);
            content = now;
            match edit.most_lines(&before) {
                Some(most) => {
                    let missing = lines_missing(was, is);
                    prop_assert!(missing.len() <= most, "{:?} changed {:?} of\n{}\nand made\n{}", edit, missing, was, is);
                    let value = match &edit {
                        Edit::Set(path, key, _) => before.value(&parts(path), &parts(key)).unwrap_or_default(),
                        _ => "",
                    };
                    let gone = comments(&format!("x = {value}\n"));
                    let kept: Vec<String> = comments(was).into_iter().filter(|comment| !gone.contains(comment)).collect();
                    prop_assert!(is_sublist(&kept, &comments(is)), "{:?} lost a comment of\n{}\nand made\n{}", edit, was, is);
                }
                None if matches!(edit, Edit::Names(..)) => {}
                None => {
                    // A removal adds nothing, and changes at most two lines: the line that contains something else too,
                    // such as the bracket after a last name, and the line of the comma before it, where a comment
                    // stands between them.
                    let new = lines_missing(is, was);
                    prop_assert!(new.len() <= 2, "{:?} brought {:?} to\n{}\nand made\n{}", edit, new, was, is);
                    prop_assert!(is_sublist(&comments(is), &comments(was)), "{:?} made\n{}", edit, is);
                }
            }
        }
    }
}
