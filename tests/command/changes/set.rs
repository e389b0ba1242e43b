//! `set`: a key of an entry gets another value.

use super::{SITE, Site, site_with};
use snapbox::{assert_data_eq, str};

#[test]
fn a_key_is_set_and_taken_away_again_to_the_byte() {
    let site = Site::new();
    assert_eq!(site.run("set udp4 hidden true").quietly(0), "no request is answered otherwise\n\nchanged site.toml\n");
    let hidden = site_with("udp\"\nmatches-zero = true\n", "udp\"\nmatches-zero = true\nhidden       = true\n");
    assert_eq!(site.read("site.toml"), hidden);
    assert_eq!(site.run("set udp4 hidden true").quietly(0), "nothing to change: the catalogs are so already\n");
    site.run("set udp4 hidden --unset").quietly(0);
    assert_eq!(site.read("site.toml"), SITE);
    let nothing = site.run("set udp4 summary --unset").quietly(0);
    assert_eq!(nothing, "nothing to change: the catalogs are so already\n");
}

#[test]
fn a_list_and_an_option_need_no_quotes() {
    let site = Site::new();
    site.run("set tls needs guaranteed-order,guaranteed-delivery").quietly(0);
    let listed = site_with("[\"guaranteed-order\"]", "[\"guaranteed-order\", \"guaranteed-delivery\"]");
    assert_eq!(site.read("site.toml"), listed);
    site.write("site.toml", SITE);
    site.run("set tcp4 options.nodelay true").quietly(0);
    let services = "services     = [\"guaranteed-delivery\", \"guaranteed-order\"]\n";
    let with_option = site_with(services, &format!("{services}options      = {{ nodelay = true }}\n"));
    assert_eq!(site.read("site.toml"), with_option);
    let said = site.refuses(1, "set tcp4 options.nodelay maybe");
    let expected =
        "error[wrong-option]: option `nodelay` of base `tcp4` has \"maybe\" where `true` or `false` is expected\n";
    assert!(said.starts_with(expected), "{said}");
}

#[test]
fn a_value_that_breaks_a_contract_is_not_written() {
    let site = Site::new();
    assert_data_eq!(
        site.refuses(1, "set tls needs message-oriented"),
        str![[r#"
error[contract-broken]: in chain `tls4`, layer `tls` needs message-oriented directly below it: `tcp4` does not offer it
  --> site.toml:39:11
   |
35 | needs    = ["message-oriented"]
   |            -------------------- `tls` states it here
...
39 | layers = ["tls"]
   |           ^^^^^

error: not written, because the result has errors
help: the places are those of the text as it would be

"#]]
    );
    assert_eq!(
        site.refuses(1, "set tls needs message-oriented --dry-run"),
        site.refuses(1, "set tls needs message-oriented")
    );
}

#[test]
fn names_keys_and_words_that_are_wrong_are_status_two() {
    let site = Site::new();
    assert!(site.refuses(2, "set upd4 hidden true").starts_with("error: no entry is called `upd4`"));
    assert_eq!(
        site.refuses(2, "set udp4 hiden true"),
        "error: base `udp4` has no key `hiden` (did you mean `hidden`?)\n"
    );
    for line in ["set", "set tcp4", "set tcp4 hidden", "set tcp4 hidden true --unset", "set tcp4 hidden true false"] {
        site.refuses(2, line);
    }
    let none = site.run_in("", "set tcp4 hidden true").complains(2);
    assert!(none.starts_with("error: no catalog is named, and the catalogs built in cannot be changed\n"), "{none}");
}
