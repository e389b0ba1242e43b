//! Definitions taken away: what refuses it, what goes along, and that nothing else changes.

use super::trial::{Site, reason};
use crate::laws::generate;
use proptest::collection::vec;
use proptest::prelude::*;
use sockatlas::edit::{ChangeError, Remove, Transaction};
use std::collections::HashSet;

const CATALOG: &str = "\
format  = 1
order   = [\"secure\", \"twice\", \"tcp4\"]
disable = [
    \"audit\", # not yet
    \"udp4\",
]

# The system.
[provider.kernel]
module = \"system\"

[provider.inspect]

# What encrypts.
[provider.tls]

[base.tcp4] # by far the most
provider = \"kernel\"
family   = \"inet\"
type     = \"stream\"
protocol = \"tcp\"

[base.tcp6]
provider = \"kernel\"
family   = \"inet6\"
type     = \"stream\"
protocol = \"tcp\"

# Datagrams,
# for later.
[base.udp4]
provider = \"kernel\"
family   = \"inet\"
type     = \"dgram\"
protocol = \"udp\"

[layer.tls]
provider    = \"tls\"
adds        = [\"encrypted\"]
allow-below = [ \"tcp4\", \"tcp6\" ]   # nothing else

[layer.audit]
provider = \"inspect\"
adds = [\"metered\"]

[chain.secure]
layers = [\"tls\"]
base   = [ 'tcp4', 'tcp6' ]

[chain.twice]
layers = [\"audit\"]
base   = \"secure/tcp4\"

[chain.twice.options]

[[expect]] # plain
request = { family = \"inet\", type = \"stream\", protocol = \"tcp\" }
entry   = \"secure/tcp4\"

[[expect]]
request = { family = \"inet\", type = \"dgram\", protocol = \"udp\", entry = \"udp4\" }
error   = \"no-such-entry\"

[[always]]
request = { require = [\"x-plain\"] }
never   = [\"secure/tcp4\", \"secure/tcp6\"]
";

/// `twice` stands on what is disabled, so all that it needs is disabled here with it.
fn catalog() -> String {
    CATALOG.replace("    \"audit\", # not yet\n", "    \"audit\", # not yet\n    \"twice\",\n")
}

/// The catalog without these parts of it.
fn without(parts: &[&str]) -> String {
    parts.iter().fold(catalog(), |text, part| {
        assert_eq!(text.matches(part).count(), 1, "{part:?}");
        text.replace(part, "")
    })
}

fn remove(names: &[&str]) -> Remove {
    Remove { names: names.iter().map(|name| (*name).to_owned()).collect(), with_dependents: false }
}

fn remove_all(names: &[&str]) -> Remove {
    Remove { with_dependents: true, ..remove(names) }
}

const UDP: &str = "\
# Datagrams,
# for later.
[base.udp4]
provider = \"kernel\"
family   = \"inet\"
type     = \"dgram\"
protocol = \"udp\"

";

const TWICE: &str = "\
[chain.twice]
layers = [\"audit\"]
base   = \"secure/tcp4\"

[chain.twice.options]

";

const PLAIN: &str = "\
[[expect]] # plain
request = { family = \"inet\", type = \"stream\", protocol = \"tcp\" }
entry   = \"secure/tcp4\"

";

#[test]
fn a_definition_goes_with_its_comments_and_its_name_from_all_lists() {
    let site = Site::one(&catalog());
    assert!(site.consequences(remove(&["udp4"])).is_empty(), "the test that there is no such entry stays true");
    assert_eq!(site.text("site.toml"), without(&[UDP, "    \"udp4\",\n"]));
    let site = Site::one(&catalog());
    site.change(remove(&["twice"])).unwrap();
    assert_eq!(site.text("site.toml"), without(&[TWICE, "    \"twice\",\n", " \"twice\","]));
}

#[test]
fn all_who_need_it_are_found_at_once_and_nothing_changes() {
    let site = Site::one(&catalog());
    let refused = site.change(remove(&["tls"])).unwrap_err();
    let ChangeError::NeededBy { names, by } = reason(refused) else { panic!("it is needed") };
    assert_eq!(names, ["tls"]);
    let by: Vec<String> =
        by.iter().map(|by| format!("{} {} {}:{}", by.what, by.name, by.at.line, by.at.column)).collect();
    assert_eq!(by, ["chain secure 48:11", "chain twice 53:10", "expect secure/tcp4 57:1", "always secure/tcp4 65:1"]);
    assert_eq!(
        site.refused(remove(&["tcp4", "tcp6", "secure", "twice"])),
        "cannot take `tcp4`, `tcp6`, `secure` away, which others need: layer `tls` (site.toml:41:17), layer `tls` \
         (site.toml:41:25), `[[expect]]` with `secure/tcp4` (site.toml:57:1), `[[always]]` with `secure/tcp4` \
         (site.toml:65:1)"
    );
    assert_eq!(site.text("site.toml"), catalog());
}

#[test]
fn with_dependents_all_of_them_go_and_what_went_is_reported() {
    let site = Site::one(&catalog());
    assert_eq!(
        site.consequences(remove_all(&["tls"])),
        [
            "removed chain `secure` (site.toml:48:11)",
            "removed chain `twice` (site.toml:53:10)",
            "removed `[[expect]]` with `secure/tcp4` (site.toml:57:1)",
            "removed `[[always]]` with `secure/tcp4` (site.toml:65:1)",
            "removed provider `tls` (site.toml:16:11)"
        ]
    );
    assert_eq!(
        site.text("site.toml"),
        without(&[
            "\"secure\", \"twice\", ",
            "    \"twice\",\n",
            "# What encrypts.\n[provider.tls]\n\n",
            "[layer.tls]\nprovider    = \"tls\"\nadds        = [\"encrypted\"]\nallow-below = [ \"tcp4\", \"tcp6\" ]   # nothing else\n\n",
            "[chain.secure]\nlayers = [\"tls\"]\nbase   = [ 'tcp4', 'tcp6' ]\n\n",
            TWICE,
            PLAIN,
            "\n[[always]]\nrequest = { require = [\"x-plain\"] }\nnever   = [\"secure/tcp4\", \"secure/tcp6\"]\n",
        ])
    );
}

#[test]
fn one_base_of_several_goes_from_the_array_and_what_stood_on_it_goes() {
    let site = Site::one(&catalog());
    assert_eq!(
        site.consequences(remove_all(&["tcp4"])),
        [
            "shortened layer `tls` (site.toml:41:17)",
            "removed chain `secure/tcp4` (site.toml:49:12)",
            "removed chain `twice` (site.toml:53:10)",
            "removed `[[expect]]` with `secure/tcp4` (site.toml:57:1)",
            "shortened `[[always]]` with `secure/tcp4` (site.toml:67:12)"
        ]
    );
    assert_eq!(
        site.text("site.toml"),
        without(&[
            " \"twice\", \"tcp4\"",
            "    \"twice\",\n",
            "[base.tcp4] # by far the most\nprovider = \"kernel\"\nfamily   = \"inet\"\ntype     = \"stream\"\nprotocol = \"tcp\"\n\n",
            TWICE,
            PLAIN,
            "'tcp4', ",
            "\"secure/tcp4\", ",
        ])
        .replace("[\"secure\",]", "[\"secure\"]")
        .replace("[ \"tcp4\", \"tcp6\" ]", "[ \"tcp6\" ]")
    );
    assert_eq!(site.order(), ["secure/tcp6", "tcp6"]);
}

#[test]
fn a_member_is_removed_by_its_name_and_the_last_takes_the_chain_along() {
    let site = Site::one(&catalog());
    site.change(remove_all(&["secure/tcp6"])).unwrap();
    assert!(site.text("site.toml").contains("base   = [ 'tcp4' ]\n"));
    assert!(site.text("site.toml").contains("never   = [\"secure/tcp4\"]\n"));
    assert_eq!(site.order(), ["secure/tcp4", "tcp4", "tcp6"]);
    site.change(remove_all(&["secure/tcp4"])).unwrap();
    assert!(!site.text("site.toml").contains("chain."));
    assert_eq!(site.order(), ["tcp4", "tcp6"]);
}

#[test]
fn a_layer_that_allowed_nothing_else_below_allows_nothing_then() {
    let site = Site::one(&catalog());
    site.change(remove_all(&["tcp4", "tcp6"])).unwrap();
    assert!(site.text("site.toml").contains("allow-below = []   # nothing else\n"), "{}", site.text("site.toml"));
    assert!(site.registry().entry("tls").unwrap().allow_below().is_some_and(|allowed| allowed.is_empty()));
}

#[test]
fn a_provider_goes_with_its_last_entry_and_not_before() {
    let chain = "\n[provider.frame]\n\n[layer.frame]\nprovider = \"frame\"\nadds = [\"framed\"]\n\n[layer.frames]\nprovider = \"frame\"\nadds = [\"framed\"]\n";
    let site = Site::one(&format!("{}{chain}", catalog()));
    assert!(site.consequences(remove(&["frame"])).is_empty());
    assert_eq!(site.consequences(remove(&["frames"])), ["removed provider `frame` (site.toml:69:11)"]);
    assert_eq!(site.text("site.toml"), catalog());
}

#[test]
fn providers_applications_and_families_are_removed_by_what_they_are() {
    let sections = "\n[application.billing]\nrequire = [\"encrypted\"]\n\n[family.acme] # ours\nnumber = 77\n";
    let site = Site::one(&format!("{}{sections}", catalog()));
    site.change(remove(&["application.billing", "family.acme"])).unwrap();
    assert_eq!(site.text("site.toml"), catalog());
    assert_eq!(
        site.refused(remove(&["provider.tls"])),
        "cannot take `provider.tls` away, which others need: layer `tls` (site.toml:39:15), chain `secure` \
         (site.toml:48:11), chain `twice` (site.toml:53:10), `[[expect]]` with `secure/tcp4` (site.toml:57:1), \
         `[[always]]` with `secure/tcp4` (site.toml:65:1)"
    );
    site.change(remove_all(&["provider.tls"])).unwrap();
    assert_eq!(site.order(), ["tcp4", "tcp6"]);
    assert!(!site.text("site.toml").contains("tls"));
    assert_eq!(site.refused(remove(&["provider.tsl"])), "no entry is called `provider.tsl`");
    assert_eq!(
        site.refused(remove(&["provider.kernle"])),
        "no entry is called `provider.kernle` (did you mean `provider.kernel`?)"
    );
}

#[test]
fn what_names_the_provider_or_the_application_that_goes_needs_it() {
    let claims = "
[application.billing]
require = [\"encrypted\"]

[[always]]
request  = { application = \"billing\" }
services = [\"encrypted\"]

[[expect]]
request = { family = \"inet6\", type = \"stream\", protocol = \"tcp\", provider = \"tls\" }
entry   = \"secure/tcp6\"

[[expect]]
request = { family = \"unix\", provider = \"tls\" }
error   = \"address-family-not-supported\"
";
    let site = Site::one(&format!("{}{claims}", catalog()));
    assert_eq!(
        site.refused(remove(&["application.billing"])),
        "cannot take `application.billing` away, which others need: `[[always]]` with `billing` (site.toml:72:1)"
    );
    let reported = site.consequences(remove_all(&["tls"]));
    assert!(reported.contains(&"removed `[[expect]]` with `tls` (site.toml:80:1)".to_owned()), "{reported:?}");
}

#[test]
fn definitions_that_replace_one_another_go_together_or_one_in_its_named_file() {
    let over = "format = 1\n\n# Ours.\n[base.udp4]\nreplace  = true\nprovider = \"kernel\"\nfamily   = \"inet\"\ntype     = \"dgram\"\nprotocol = \"udplite\"\n";
    let both = || Site::of(&[("base.toml", &catalog()), ("over.toml", over)]);
    let site = both();
    site.change(remove(&["udp4"])).unwrap();
    assert_eq!(
        (site.text("base.toml"), site.text("over.toml")),
        (without(&[UDP, "    \"udp4\",\n"]), "format = 1\n".to_owned())
    );
    let site = both();
    site.change_in("over.toml", remove(&["udp4"])).unwrap();
    assert_eq!((site.text("base.toml"), site.text("over.toml")), (catalog(), "format = 1\n".to_owned()));
}

#[test]
fn what_cannot_be_changed_is_named_and_disabling_advised() {
    let site = Site::of(&[("site.toml", "format = 1\n")]).given(&["builtin:linux.toml", "site.toml"]);
    assert_eq!(site.refused(remove(&["udplite6"])).split(" is defined at ").next(), Some("`udplite6`"));
    let replaced = "format = 1\n[base.udplite6]\nreplace = true\nprovider = \"kernel\"\nfamily = \"inet6\"\ntype = \"dgram\"\nprotocol = 99\n";
    let site = Site::of(&[("site.toml", replaced)]).given(&["builtin:linux.toml", "site.toml"]);
    let refused = site.refused(remove(&["udplite6"]));
    assert!(refused.ends_with("in a document that cannot be changed: disable it instead"), "{refused}");
    assert_eq!(site.text("site.toml"), replaced);
    let site = Site::one(&catalog());
    let fixed = site.loader().text("fixed.toml", "format = 1\norder = [\"tcp6\", \"udp4\"]\n");
    let refused = Transaction::new(fixed).change(remove(&["udp4"])).preview().unwrap_err();
    assert_eq!(refused.to_string(), "`udp4` is named at fixed.toml:2:18, in a document that cannot be changed");
}

#[test]
fn the_orders_of_winsock_catalogs_lose_the_name_too() {
    let winsock = "\n[winsock]\norder-32 = [\"udp4\", \"tcp4\"]\norder-64 = [\"tcp4\", \"udp4\"]\n";
    let site = Site::one(&format!("{}{winsock}", catalog()));
    site.change(remove(&["udp4"])).unwrap();
    let left = "\n[winsock]\norder-32 = [\"tcp4\"]\norder-64 = [\"tcp4\"]\n";
    assert_eq!(site.text("site.toml"), format!("{}{left}", without(&[UDP, "    \"udp4\",\n"])));
}

#[test]
fn names_of_nothing_are_refused_with_what_was_probably_meant() {
    let site = Site::one(&catalog());
    assert_eq!(site.refused(remove(&["secrue"])), "no entry is called `secrue` (did you mean `secure`?)");
    assert_eq!(
        site.refused(remove(&["secure/tcp5"])),
        "no entry is called `secure/tcp5` (did you mean `secure/tcp4`?)"
    );
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(192) })]

    #[test]
    fn removed_with_dependents_the_rest_loads_and_answers_as_before_or_with_the_next_candidate(
        (catalog, requests) in generate::catalog_and_requests(),
        names in vec(any::<prop::sample::Index>(), 1..4),
    ) {
        let site = Site::one(&catalog.to_string());
        let was = site.registry();
        let known: Vec<&str> = was.entries().map(|entry| entry.name()).collect();
        let asked: HashSet<&str> = names.iter().map(|at| *at.get(&known)).collect();
        let change = remove_all(&asked.iter().copied().collect::<Vec<_>>());
        let outcome = site.rewrite(change);
        let is = site.registry();
        let left: HashSet<&str> = is.entries().map(|entry| entry.name()).collect();
        // Exactly what was asked for is gone, and what cannot be without it.
        let mut gone = asked.clone();
        for name in &asked {
            let entry = was.entry(name).expect("it was there");
            gone.extend(entry.dependents().iter().map(|entry| entry.name()));
        }
        prop_assert_eq!(known.iter().filter(|name| !left.contains(*name)).copied().collect::<HashSet<_>>(), gone.clone());
        let order = |registry: &sockatlas::Registry| registry.selectable().map(|entry| entry.name().to_owned()).collect::<Vec<_>>();
        let mut wanted = order(&was);
        wanted.retain(|name| !gone.contains(name.as_str()));
        prop_assert_eq!(order(&is), wanted);
        prop_assert_eq!(outcome.consequences.iter().any(|reported| asked.contains(reported.name.as_str()) && reported.what == "chain"), false);
        for request in &requests {
            // Ids are given anew.
            if request.entry.as_ref().is_some_and(|entry| matches!(entry, crate::laws::plain::Named::Id(_))) {
                continue;
            }
            let request = request.asked();
            let Ok(all) = was.selections(&request) else { continue };
            let next = all.iter().map(|selection| selection.entry().name().to_owned()).find(|name| !gone.contains(name.as_str()));
            let now = is.resolve(&request).map(|selection| selection.entry().name().to_owned()).ok();
            prop_assert_eq!(now, next, "{:?}", request);
        }
    }
}
