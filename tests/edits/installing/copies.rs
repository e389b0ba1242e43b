//! What comes of another catalog: as it is written there, with all that it stands on.

use super::*;
use sockatlas::edit::Effect;

#[test]
fn an_entry_comes_as_it_is_written_with_its_comments_and_all_that_it_stands_on() {
    let folder = site(SITE);
    let outcome = commit(folder.path(), Install::from(&registry(ACME)).names(["sealed"]));
    let added = "
# Who makes it.
[provider.acme]
id = \"8ab8dc16-15bf-45ab-b2d5-e76ef76df0b8\"

# Seals what passes.
# Twice.
[layer.seal]
provider = \"acme\"
needs    = [
    \"guaranteed-order\",   # in order
]
adds     = [\"encrypted\"]

[layer.seal.options]
rounds = 3   # enough

# Counts.
[layer.count]
provider = \"acme\"

[chain.sealed]   # counted above
layers = [\"count\", \"seal\"]
base   = \"tcp4\"
";
    assert_eq!(read(folder.path(), "site.toml"), format!("{SITE}{added}"));
    let along: Vec<String> = outcome.consequences.iter().map(ToString::to_string).collect();
    let expected = [
        "added provider `acme` (acme.toml:7:11)",
        "added layer `seal` (acme.toml:25:8)",
        "added layer `count` (acme.toml:36:8)",
    ];
    assert_eq!(along.iter().collect::<std::collections::BTreeSet<_>>(), expected.map(str::to_owned).iter().collect());
}

#[test]
fn without_names_all_comes_that_is_not_here_already() {
    let folder = site(SITE);
    let acme = registry(ACME);
    let outcome = commit(folder.path(), Install::from(&acme));
    let names: Vec<&str> = outcome.is.entries().map(|entry| entry.name()).collect();
    assert_eq!(names, ["tcp4", "seal", "count", "sealed"]);
    let once = read(folder.path(), "site.toml");
    let again = preview(folder.path(), Install::from(&acme)).unwrap();
    assert_eq!(again.files().len(), 0, "installing twice changes nothing");
    assert_eq!(commit(folder.path(), Install::from(&acme).names(["seal", "sealed"])).files().len(), 0);
    assert_eq!(read(folder.path(), "site.toml"), once);
}

#[test]
fn what_is_here_and_not_the_same_is_refused_with_both_places() {
    let folder = site(SITE);
    let other = ACME.replace("protocol     = 6          #", "protocol     = 17 #").replace("\"system\"", "\"other\"");
    let expected = "\
provider `kernel` is here already, with another `module`: site.toml:4:11, and acme.toml:10:11
base `tcp4` is here already, with another `protocol`: site.toml:7:7, and acme.toml:13:7";
    let refused = refusal(folder.path(), Install::from(&registry(&other)).names(["sealed"]));
    let mut lines: Vec<&str> = refused.lines().collect();
    lines.sort_unstable_by_key(|line| line.starts_with("base"));
    assert_eq!(lines.join("\n"), expected);
    let kinds = ACME.replace("[layer.count]", "[layer.tcp4x]").replace("tcp4", "x").replace("\"count\", ", "");
    let kinds = kinds.replace("[layer.xx]", "[layer.tcp4]");
    let expected = "layer `tcp4` is here already, with another `kind`: site.toml:7:7, and acme.toml:36:8";
    assert_eq!(refusal(folder.path(), Install::from(&registry(&kinds)).names(["tcp4"])), expected);
}

#[test]
fn a_replacement_takes_the_place_of_what_it_replaces() {
    let folder = site(SITE);
    let other = ACME.replace("protocol     = 6          # TCP, by its number", "protocol     = \"mptcp\"");
    let outcome = commit(folder.path(), Install::from(&registry(&other)).names(["tcp4"]).replace(true));
    let (before, _) = SITE.split_once("[base.tcp4]").unwrap();
    let (_, base) = other.split_once("[base.tcp4]").unwrap();
    let (base, _) = base.split_once("\n\n").unwrap();
    assert_eq!(read(folder.path(), "site.toml"), format!("{before}[base.tcp4]{base}\n"));
    assert_eq!(outcome.consequences.len(), 1);
    assert_eq!((outcome.consequences[0].effect, outcome.consequences[0].name.as_str()), (Effect::Replaced, "tcp4"));
}

#[test]
fn what_ships_is_replaced_by_a_definition_that_says_so() {
    let head = "format = 1\ninclude = [\"builtin:linux.toml\", \"builtin:layers.toml\"]\n";
    let folder = site(head);
    let ours = "\n# Ours alone.\n[layer.inspect]\nprovider = \"inspect\"\nadds = [\"metered\", \"x-ours\"]\n";
    let install = |text: &str| Install::text("ours.toml", format!("format = 1\n{text}"));
    let expected = "layer `inspect` is here already, with another `adds`, `removes`, `allow-below`, `categories`: builtin:layers.toml:";
    let refused = refusal(folder.path(), install(ours));
    assert!(refused.starts_with(expected) && refused.ends_with(", and ours.toml:4:8"), "{refused}");
    commit(folder.path(), install(ours).replace(true));
    assert_eq!(read(folder.path(), "site.toml"), format!("{head}{}", REPLACING.replace("WORD", "x-ours")));
    // A further replacement finds it in a file, and keeps what makes it one.
    commit(folder.path(), install(&ours.replace("x-ours", "x-theirs")).replace(true));
    assert_eq!(read(folder.path(), "site.toml"), format!("{head}{}", REPLACING.replace("WORD", "x-theirs")));
}

/// A definition that replaces one of another document.
const REPLACING: &str = "
# Ours alone.
[layer.inspect]
provider = \"inspect\"
adds = [\"metered\", \"WORD\"]
replace = true
";

#[test]
fn what_is_included_there_comes_only_where_it_is_needed() {
    let folder = site("format = 1\n");
    let there = "\
format = 1
include = [\"builtin:macos.toml\"]

[provider.acme]

[layer.seal]
provider = \"acme\"

[chain.sealed]
layers = [\"seal\"]
base = \"tcp6\"
";
    write(folder.path(), "there.txt", there);
    let there = Loader::new().path(folder.path().join("there.txt")).load().unwrap();
    let outcome = commit(folder.path(), Install::from(&there));
    let names: Vec<&str> = outcome.is.entries().map(|entry| entry.name()).collect();
    assert_eq!(names, ["tcp6", "seal", "sealed"]);
}

#[test]
fn what_is_disabled_there_comes_only_when_it_is_named() {
    let text = ACME.replace("title ", "disable = [\"sealed\"]\ntitle ");
    let installed = |names: &[&str]| {
        let folder = site(SITE);
        let outcome = commit(folder.path(), Install::from(&registry(&text)).names(names.iter().copied()));
        outcome.is.entry("sealed").is_some()
    };
    assert!(!installed(&[]));
    assert!(installed(&["sealed"]));
}

#[test]
fn the_catalog_order_of_there_is_kept_so_that_no_request_gets_less() {
    let text = ACME.replace("title ", "order = [\"sealed\"]\ntitle ");
    let there = registry(&text);
    let folder = site("format = 1\n");
    let outcome = commit(folder.path(), Install::from(&there));
    let request = outcome.is.request("inet", "stream", Some("tcp")).unwrap();
    assert_eq!(outcome.is.resolve(&request).unwrap().name(), "sealed");
    let order: Vec<&str> = outcome.is.selectable().map(|entry| entry.name()).collect();
    assert_eq!(order, ["sealed", "tcp4"]);
}

#[test]
fn a_layer_brings_the_layers_that_it_allows_below_and_no_base() {
    let text = ACME.replace("[layer.count]\n", "[layer.count]\nallow-below = [\"seal\", \"tcp4\"]\n");
    let folder = site(SITE);
    let outcome = commit(folder.path(), Install::from(&registry(&text)).names(["count"]));
    assert!(outcome.is.entry("seal").is_some(), "a layer changes no answer");
    let plain = outcome.differences().into_iter().filter(|difference| difference.demand.is_none());
    assert_eq!(plain.collect::<Vec<_>>(), []);
    let folder = site("format = 1\n");
    let expected = "layer `count` (acme.toml:36:8) allows `tcp4` below it, which is not here: install that too";
    assert_eq!(refusal(folder.path(), Install::from(&registry(&text)).names(["count"])), expected);
    commit(folder.path(), Install::from(&registry(&text)).names(["count", "tcp4"]));
}

#[test]
fn a_family_of_its_own_comes_along() {
    let text = "\
format = 1
dialect = \"linux\"

# Acme's own.
[family.acme]
number = 201
protocols = { widget = 1 }

[provider.kernel]
module = \"system\"

[base.widget]
provider = \"kernel\"
family = \"acme\"
type = \"raw\"
protocol = \"widget\"
";
    let folder = site("dialect = \"linux\"\nformat = 1");
    commit(folder.path(), Install::from(&registry(text)));
    let (head, tables) = text.split_once("\n\n").unwrap();
    let (family, rest) = tables.split_once("\n\n").unwrap();
    let (provider, base) = rest.split_once("\n\n").unwrap();
    assert!(head.starts_with("format"));
    let expected = format!("dialect = \"linux\"\nformat = 1\n\n{provider}\n\n{family}\n\n{base}");
    assert_eq!(read(folder.path(), "site.toml"), expected.trim_end());
}

#[test]
fn names_and_catalogs_that_give_nothing_are_refused() {
    let folder = site(SITE);
    let from = || Install::from(&registry(ACME));
    let expected = "`acme.toml` has no entry called `saeled` (did you mean `sealed`?)";
    assert_eq!(refusal(folder.path(), from().names(["saeled"])), expected);
    let nothing = Install::text("ours.toml", "format = 1\n");
    assert_eq!(
        refusal(folder.path(), nothing),
        "`ours.toml` defines nothing that can be installed and is not here already"
    );
    let linux = ACME.replace("format = 1", "format = 1\ndialect = \"linux\"");
    let expected = "`acme.toml` is of the dialect `linux`, and the catalogs here are of `documented`, so that numbers would \
                    mean something else";
    assert_eq!(refusal(folder.path(), Install::from(&registry(&linux))), expected);
    assert_eq!(read(folder.path(), "site.toml"), SITE);
}
