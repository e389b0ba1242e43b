//! Entries taken away and given back: in which file that is written, what refuses it, and what goes along.

use super::trial::{Site, reason};
use sockatlas::edit::{ChangeError, Disable, Enable, Transaction};

const CATALOG: &str = "\
# Ours.
format = 1

[provider.kernel]
module = \"system\"

[provider.tls]

[base.tcp4]   # the usual one
provider = \"kernel\"
family   = \"inet\"
type     = \"stream\"
protocol = \"tcp\"

[base.tcp6]
provider = \"kernel\"
family   = \"inet6\"
type     = \"stream\"
protocol = \"tcp\"

[layer.tls]
provider = \"tls\"
adds     = [\"encrypted\"]

[layer.more-tls]
provider = \"tls\"
adds     = [\"encrypted\"]

[chain.secure]
layers = [\"tls\"]
base   = [\"tcp4\", \"tcp6\"]

[chain.twice]
layers = [\"more-tls\"]
base   = \"secure/tcp4\"
";

fn disable(names: &[&str]) -> Disable {
    Disable { names: names.iter().map(|name| (*name).to_owned()).collect(), with_dependents: false }
}

fn disable_all(names: &[&str]) -> Disable {
    Disable { with_dependents: true, ..disable(names) }
}

fn enable(names: &[&str]) -> Enable {
    Enable { names: names.iter().map(|name| (*name).to_owned()).collect() }
}

/// The catalog with a `disable` list as the change makes it.
fn with_disabled(names: &str) -> String {
    CATALOG.replacen("format = 1\n", &format!("format = 1\ndisable = [{names}]\n"), 1)
}

#[test]
fn a_name_goes_to_the_list_and_comes_back_out_of_it_to_the_same_bytes() {
    let site = Site::one(CATALOG);
    site.change(disable(&["twice"])).unwrap();
    assert_eq!(site.text("site.toml"), with_disabled("\"twice\""));
    assert_eq!(site.order(), ["tcp4", "tcp6", "secure/tcp4", "secure/tcp6"]);
    site.change(enable(&["twice"])).unwrap();
    assert_eq!(site.text("site.toml"), CATALOG);
}

#[test]
fn what_is_disabled_already_and_what_is_enabled_already_is_left() {
    let text = with_disabled(" 'twice' ,");
    let site = Site::one(&text);
    assert_eq!(site.change(disable(&["twice", "twice"])).unwrap().files().len(), 0);
    assert_eq!(site.change(enable(&["tcp4", "secure"])).unwrap().files().len(), 0);
    assert_eq!(site.text("site.toml"), text);
}

#[test]
fn a_chain_over_several_bases_is_disabled_and_enabled_by_its_own_name() {
    let site = Site::one(CATALOG);
    site.change(disable(&["twice", "secure"])).unwrap();
    assert_eq!(site.text("site.toml"), with_disabled("\"twice\", \"secure\""));
    assert_eq!(site.order(), ["tcp4", "tcp6"]);
    site.change(enable(&["secure"])).unwrap();
    assert_eq!(site.text("site.toml"), with_disabled("\"twice\""));
}

#[test]
fn of_a_chain_that_is_disabled_in_part_only_the_others_are_listed() {
    let site = Site::one(&with_disabled("\"secure/tcp6\""));
    site.change(disable(&["twice", "secure"])).unwrap();
    assert_eq!(site.text("site.toml"), with_disabled("\"secure/tcp6\", \"twice\", \"secure/tcp4\""));
}

#[test]
fn of_a_chain_that_is_disabled_as_a_whole_one_is_enabled_and_the_others_stay_at_its_place() {
    let site = Site::one(&with_disabled("\"secure\", \"twice\""));
    site.change(enable(&["secure/tcp4"])).unwrap();
    assert_eq!(site.text("site.toml"), with_disabled("\"secure/tcp6\", \"twice\""));
}

#[test]
fn what_others_stand_on_is_not_disabled_and_they_are_named_with_their_places() {
    let site = Site::one(CATALOG);
    assert_eq!(
        site.refused(disable(&["tcp6", "tcp4", "twice"])),
        "cannot take `tcp6`, `tcp4` away, which others need: chain `secure/tcp4` (site.toml:29:8), chain `secure/tcp6` \
         (site.toml:29:8)"
    );
    let ChangeError::NeededBy { names, by } = reason(site.change(disable(&["tls"])).unwrap_err()) else {
        panic!("it is needed");
    };
    assert_eq!(names, ["tls"]);
    assert_eq!(by.iter().map(|by| by.name.as_str()).collect::<Vec<_>>(), ["secure/tcp4", "secure/tcp6", "twice"]);
    assert_eq!(site.text("site.toml"), CATALOG);
}

#[test]
fn with_dependents_they_are_disabled_too_and_reported() {
    let site = Site::one(CATALOG);
    assert_eq!(
        site.consequences(disable_all(&["tls"])),
        [
            "disabled chain `secure/tcp4` (site.toml:29:8)",
            "disabled chain `secure/tcp6` (site.toml:29:8)",
            "disabled chain `twice` (site.toml:33:8)"
        ]
    );
    assert_eq!(site.text("site.toml"), with_disabled("\"tls\", \"secure\", \"twice\""));
    assert_eq!(site.order(), ["tcp4", "tcp6"]);
}

#[test]
fn what_is_disabled_already_does_not_refuse_what_it_stands_on() {
    let site = Site::one(&with_disabled("\"twice\", \"secure\""));
    assert!(site.change(disable(&["tls", "tcp4"])).unwrap().consequences.is_empty());
    assert_eq!(site.order(), ["tcp6"]);
}

#[test]
fn what_stands_on_what_is_disabled_is_not_enabled_alone() {
    let site = Site::one(&with_disabled("\"tls\", \"secure\", \"twice\""));
    assert_eq!(
        site.refused(enable(&["twice"])),
        "`twice` stands on what is disabled: layer `tls` (site.toml:3:12), chain `secure/tcp4` (site.toml:3:19)"
    );
    site.change(enable(&["twice", "tls", "secure/tcp4"])).unwrap();
    assert_eq!(site.text("site.toml"), with_disabled("\"secure/tcp6\""));
}

#[test]
fn the_list_of_the_last_file_takes_names_of_all_and_all_lists_give_them_back() {
    let over = "format = 1\ninclude = [\"base.toml\"]\ndisable = [\n    \"twice\", # not yet\n]\n";
    let site = Site::of(&[("base.toml", CATALOG), ("over.toml", over)]).given(&["over.toml"]);
    site.change(disable(&["secure/tcp6"])).unwrap();
    assert_eq!(site.text("base.toml"), CATALOG);
    assert_eq!(
        site.text("over.toml"),
        "format = 1\ninclude = [\"base.toml\"]\ndisable = [\n    \"twice\", # not yet\n    \"secure/tcp6\",\n]\n"
    );
    site.change_in("base.toml", disable(&["secure/tcp4"])).unwrap();
    assert_eq!(site.text("base.toml"), with_disabled("\"secure/tcp4\""));
    site.change(enable(&["secure", "twice"])).unwrap();
    assert_eq!(site.text("base.toml"), CATALOG);
    assert_eq!(site.text("over.toml"), "format = 1\ninclude = [\"base.toml\"]\ndisable = [\n]\n");
}

#[test]
fn what_a_catalog_that_ships_defines_is_disabled_in_a_file() {
    let text = "format = 1\n";
    let site = Site::of(&[("site.toml", text)]).given(&["builtin:linux.toml", "builtin:layers.toml", "site.toml"]);
    // The catalogs that ship have tests of the one and none of the other; what they test is what they do by themselves.
    site.change(disable(&["framed"])).unwrap();
    site.change(disable(&["udplite6"])).unwrap();
    assert_eq!(site.text("site.toml"), "format = 1\ndisable = [\"framed\", \"udplite6\"]\n");
}

#[test]
fn a_list_that_cannot_be_changed_is_named() {
    let site = Site::one(CATALOG);
    let loader = site.loader().text("fixed.toml", "format = 1\ndisable = [\"twice\"]\n");
    let refused = Transaction::new(loader).change(enable(&["twice"])).preview().unwrap_err();
    assert_eq!(refused.to_string(), "`twice` is named at fixed.toml:2:12, in a document that cannot be changed");
}

#[test]
fn names_of_nothing_are_refused_with_what_was_probably_meant() {
    let site = Site::one(CATALOG);
    assert_eq!(site.refused(disable(&["secrue"])), "no entry is called `secrue` (did you mean `secure`?)");
    assert_eq!(
        site.refused(enable(&["secure/tcp5"])),
        "no entry is called `secure/tcp5` (did you mean `secure/tcp4`?)"
    );
    assert_eq!(site.text("site.toml"), CATALOG);
}
