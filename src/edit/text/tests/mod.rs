mod laws;
mod layout;

use super::Text;

/// Returns the text after an edit.
fn edited(text: &str, edit: impl FnOnce(&mut Text) -> bool) -> String {
    let mut edited = Text::new(text);
    assert!(edit(&mut edited), "the edit of {text:?} can be made");
    let text = edited.into_string();
    assert!(text.parse::<toml::Table>().is_ok(), "what comes of it is TOML: {text}");
    text
}

/// Checks that an edit gives the expected text, and that a second edit undoes it.
#[track_caller]
fn there_and_back(text: &str, there: impl Fn(&mut Text) -> bool, expected: &str, back: impl Fn(&mut Text) -> bool) {
    for (text, expected) in [
        (text.to_owned(), expected.to_owned()),
        (text.replace('\n', "\r\n"), expected.replace('\n', "\r\n")),
        (format!("\u{feff}{text}"), format!("\u{feff}{expected}")),
    ] {
        let changed = edited(&text, &there);
        assert_eq!(changed, expected);
        assert_eq!(edited(&changed, &back), text, "and back");
    }
}

fn disabled(text: &str, expected: &str) {
    let at = Text::new(text).names(&[], "disable").map_or(0, |names| names.len());
    let insert = |text: &mut Text| text.insert_name(&[], "disable", at, "x");
    there_and_back(text, insert, expected, |text| text.remove_name(&[], "disable", at));
}

#[test]
fn the_first_name_makes_the_array_at_its_place_and_the_last_takes_it_along() {
    disabled("format = 1\n", "format = 1\ndisable = [\"x\"]\n");
    disabled("# F\nformat = 1", "# F\nformat = 1\ndisable = [\"x\"]");
    disabled(
        "format  = 1 # one\ntitle   = 't'\n# those\n\n[lint]\n",
        "format  = 1 # one\ntitle   = 't'\ndisable = [\"x\"]\n# those\n\n[lint]\n",
    );
    disabled("\tformat = 1\n\n[lint]\n", "\tformat = 1\n\tdisable = [\"x\"]\n\n[lint]\n");
    disabled("format=1\nlint.x = 'allow'\n", "format=1\ndisable=[\"x\"]\nlint.x = 'allow'\n");
}

#[test]
fn an_empty_array_stays_an_empty_array() {
    disabled("format = 1\ndisable = []\n", "format = 1\ndisable = [\"x\",]\n");
    disabled("format = 1\ndisable = [ ]\n", "format = 1\ndisable = [ \"x\" ]\n");
    disabled("format = 1\ndisable = [] # none\n", "format = 1\ndisable = [\"x\"] # none\n");
    disabled("format = 1\ndisable =  []\n", "format = 1\ndisable =  [\"x\"]\n");
    disabled("format = 1\ndisable = [\n]\n", "format = 1\ndisable = [\n    \"x\",\n]\n");
    disabled("format = 1\ndisable = [ # none\n  # yet\n]\n", "format = 1\ndisable = [ # none\n  # yet\n  \"x\",\n]\n");
}

#[test]
fn a_name_joins_an_array_in_its_style() {
    let disabled = |array: &str, expected: &str| {
        disabled(&format!("format = 1\ndisable = {array}\n"), &format!("format = 1\ndisable = {expected}\n"));
    };
    disabled("['a']", "['a', \"x\"]");
    disabled("['a','b']", "['a','b',\"x\"]");
    disabled("[ 'a', ]", "[ 'a', \"x\", ]");
    disabled("[\n  'a'\n]", "[\n  'a',\n  \"x\"\n]");
    disabled("[\n  'a', # A\n]", "[\n  'a', # A\n  \"x\",\n]");
    disabled("[\n  'a' # A\n]", "[\n  'a', # A\n  \"x\"\n]");
    disabled("[\n  'a',\n  'b' ]", "[\n  'a',\n  'b',\n  \"x\" ]");
    disabled("[\n  'a', 'b',\n  'c',  'd',\n]", "[\n  'a', 'b',\n  'c',  'd', \"x\",\n]");
    disabled("[\n    'a'\n  , 'b'\n]", "[\n    'a'\n  , 'b', \"x\"\n]");
    disabled("[ 'a', # A\n]", "[ 'a', # A\n    \"x\",\n]");
}

#[test]
fn a_name_goes_before_another_in_the_style_of_the_array() {
    let first = |array: &str, expected: &str| {
        let text = |array: &str| format!("format = 1\n[chain.c]\nlayers = {array}\nbase = 'b'\n");
        let insert = |text: &mut Text| text.insert_name(&["chain", "c"], "layers", 1, "x");
        there_and_back(&text(array), insert, &text(expected), |text| text.remove_name(&["chain", "c"], "layers", 1));
    };
    first("['a','b']", "['a',\"x\",'b']");
    first("[\n  'a', # A\n\n  # The second:\n  'b' # B\n]", "[\n  'a', # A\n  \"x\",\n\n  # The second:\n  'b' # B\n]");
    first("[\n  'a', # A\n  'b', 'c',\n]", "[\n  'a', # A\n  \"x\", 'b', 'c',\n]");
    first("[\n    'a'\n  , 'b'\n]", "[\n    'a'\n  , \"x\", 'b'\n]");
}

#[test]
fn names_that_move_take_their_comments_along() {
    let text = "format = 1\norder = [\n  'a', # A\n  'b', # B\n  'c' # C\n]\n";
    let moved = "format = 1\norder = [\n  'c', # C\n  'a', # A\n  'b' # B\n]\n";
    let set = |names: [&'static str; 3]| move |text: &mut Text| text.set_names(&[], "order", &names);
    there_and_back(text, set(["c", "a", "b"]), moved, set(["a", "b", "c"]));
    assert_eq!(
        edited("format = 1\n", |text| text.set_names(&[], "order", &["a", "b"])),
        "format = 1\norder = [\"a\", \"b\"]\n"
    );
    assert_eq!(
        edited("format = 1\norder = [\"a\", \"b\"]\n", |text| text.set_names(&[], "order", &[])),
        "format = 1\n"
    );
}

fn set(table: &[&str], key: &[&str], text: &str, expected: &str) {
    there_and_back(text, |text| text.set(table, key, "7"), expected, |text| text.unset(table, key));
}

#[test]
fn a_key_goes_to_its_place_however_the_table_is_written() {
    let table = &["base", "b"];
    let set = |text: &str, expected: &str| set(table, &["version"], text, expected);
    set("[base.b]\nfamily = 'inet'\nwinsock.bits = 1", "[base.b]\nfamily = 'inet'\nversion = 7\nwinsock.bits = 1");
    set("[ base . \"b\" ] # B\n\n[lint]\n", "[ base . \"b\" ] # B\nversion = 7\n\n[lint]\n");
    set("[base.b.options]\nx = 1\n", "[base.b]\nversion = 7\n\n[base.b.options]\nx = 1\n");
    set(
        "[base.b]\nfamily   = 'inet'\ntype     = 'raw'\n",
        "[base.b]\nfamily   = 'inet'\ntype     = 'raw'\nversion  = 7\n",
    );
    set(
        "[base]\nb.family = 'inet'\nc.family = 'inet'\n",
        "[base]\nb.family = 'inet'\nb.version = 7\nc.family = 'inet'\n",
    );
    set("base.'b'.family = 'inet'\n", "base.'b'.family = 'inet'\nbase.'b'.version = 7\n");
    set("[base]\nb = { family = 'inet' }\n", "[base]\nb = { family = 'inet', version = 7 }\n");
    set("base = {b={family='inet',winsock.bits=1}}\n", "base = {b={family='inet',version=7,winsock.bits=1}}\n");
    set("base = { c = { family = 'inet' } }\n", "base = { c = { family = 'inet' }, b = { version = 7 } }\n");
    set("format = 1\n", "format = 1\n\n[base.b]\nversion = 7\n");
    set("format = 1\n\n[base.b]\n", "format = 1\n\n[base.b]\nversion  = 7\n");
}

#[test]
fn an_option_goes_to_where_the_options_are() {
    let set = |text: &str, expected: &str| set(&["layer", "l"], &["options", "x"], text, expected);
    set("[layer.l]\nprovider = 'p'\n", "[layer.l]\nprovider = 'p'\noptions = { x = 7 }\n");
    set("[layer.l]\nprovider = 'p'\noptions = {}\n", "[layer.l]\nprovider = 'p'\noptions = {x = 7}\n");
    set("[layer.l]\nprovider = 'p'\noptions = { }\n", "[layer.l]\nprovider = 'p'\noptions = {x = 7 }\n");
    set(
        "[layer.l]\nprovider = 'p'\noptions = { y = 1 } # o\n",
        "[layer.l]\nprovider = 'p'\noptions = { y = 1, x = 7 } # o\n",
    );
    set("[layer.l]\noptions.y = 1\nhidden = true\n", "[layer.l]\noptions.y = 1\noptions.x = 7\nhidden = true\n");
    set("[layer.l.options]\ny = 1\n[lint]\n[layer.l]\n", "[layer.l.options]\ny = 1\nx = 7\n[lint]\n[layer.l]\n");
}

#[test]
fn only_the_value_of_a_key_that_is_there_changes() {
    let text = "[layer.l]\n  provider =\t'p'   # P\n";
    let set = |value: &'static str| move |text: &mut Text| text.set(&["layer", "l"], &["provider"], value);
    there_and_back(text, set("\"other\""), "[layer.l]\n  provider =\t\"other\"   # P\n", set("'p'"));
    assert_eq!(Text::new(text).value(&["layer", "l"], &["provider"]), Some("'p'"));
}

#[test]
fn tables_are_appended_and_removed() {
    let table = "# T\n[layer.t]\nprovider = 'p'\n\n[layer.t.options]\nx = 1\n";
    for text in ["", "format = 1\n", "format = 1", "format = 1\n\n\n", "\n\n", "[a]\n# end", "x = 1\n  "] {
        let changed = edited(text, |text| text.append(table));
        assert!(changed.contains(table.trim_end()), "{changed}");
        assert_eq!(edited(&changed, |text| text.remove_table(&["layer", "t"])), text);
        let definition = Text::new(&changed).definition(&["layer", "t"]);
        assert_eq!(definition.as_deref(), Some(table));
    }
    let text = "a = 1\n\n[layer.t]\n\n# B\n[b]\n[[always]]\nx = 1\n\n[layer.t.options]\ny = 1\n# below\n\n# rest\n[[always]]\n";
    let expected = "a = 1\n\n# B\n[b]\n[[always]]\nx = 1\n\n# rest\n[[always]]\n";
    assert_eq!(edited(text, |text| text.remove_table(&["layer", "t"])), expected);
    assert_eq!(edited(expected, |text| text.remove_element("always", 1)), "a = 1\n\n# B\n[b]\n[[always]]\nx = 1\n");
    assert_eq!(
        edited("expect = [{ a = 1 }, { a = 2 }]\n", |text| text.remove_element("expect", 0)),
        "expect = [{ a = 2 }]\n"
    );
}

#[test]
fn a_table_without_a_header_is_taken_out_with_one() {
    let expected = "# C\n[chain.c] # in one line\nlayers = ['l']\nbase = 'b'\n";
    let inline = "[chain]\n\n# C\nc = { layers = ['l'], base = 'b' } # in one line\nd = { }\n";
    assert_eq!(Text::new(inline).definition(&["chain", "c"]).as_deref(), Some(expected));
    let dotted = "chain.c.layers = ['l'] # L\nchain.\"c\".base = 'b'\nchain.d.x = 1\n";
    let expected = "[chain.c]\nlayers = ['l'] # L\nbase = 'b'\n";
    assert_eq!(Text::new(dotted).definition(&["chain", "c"]).as_deref(), Some(expected));
    assert_eq!(edited(dotted, |text| text.remove_table(&["chain", "c"])), "chain.d.x = 1\n");
    assert_eq!(edited(inline, |text| text.remove_table(&["chain", "c"])), "[chain]\nd = { }\n");
}

#[test]
fn a_key_has_the_parts_that_toml_reads() {
    let parts = |key| super::key_parts(key).map(|parts| parts.join("|"));
    assert_eq!(parts(" options . 'a.b' "), Some("options|a.b".to_owned()));
    for key in ["", "a b", "a.", "a = 0 #", "a = 0\nb", "[a]\nb", "'a"] {
        assert_eq!(parts(key), None, "{key}");
    }
}

#[test]
fn a_table_takes_the_place_of_another() {
    let text = "# [provider.tls] is below\na = 1\n# T\n[provider.tls]\n\n[provider.tls.x]\n\n# B\n[b]\n";
    let new = "\n# N\r\n[provider.tls]\r\nid = 1\r\n\r\n";
    let expected = "# [provider.tls] is below\na = 1\n# N\n[provider.tls]\nid = 1\n\n# B\n[b]\n";
    assert_eq!(edited(text, |text| text.replace_table(&["provider", "tls"], new)), expected);
    for text in ["provider.tls.id = 1\n", "[provider.tls]\n[b]\n[provider.tls.x]\n", "[b]\n"] {
        assert!(!Text::new(text).replace_table(&["provider", "tls"], new), "{text}");
    }
}

#[test]
fn as_few_names_move_as_can_be() {
    let text = |names: &str| {
        format!("order = [\n{}]\n", names.chars().map(|name| format!("  '{name}',\n")).collect::<String>())
    };
    let quoted = |text: &str| text.lines().filter(|line| line.contains('"')).count();
    for (was, is, new) in [("abcdef", "fabcde", 0), ("abcdef", "bcdefa", 0), ("abcd", "axbcyd", 2), ("aab", "aba", 0)] {
        let names: Vec<String> = is.chars().map(String::from).collect();
        let names: Vec<&str> = names.iter().map(String::as_str).collect();
        let changed = edited(&text(was), |text| text.set_names(&[], "order", &names));
        assert_eq!(changed.replace('"', "'"), text(is));
        assert_eq!(quoted(&changed), new, "what was there keeps its quotes: {changed}");
    }
}
