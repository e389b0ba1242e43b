//! A refusal for demands names those that decide, and no others.

use super::generate::catalog_and_requests;
use super::walk::{self, Whole};
use super::{config, load, plain};
use plain::{Application, Catalog, Names, Request};
use proptest::prelude::*;
use sockatlas::terms::Services;
use sockatlas::{Loader, Refusal, Registry};

/// One demand on an entry.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Demand {
    Require(String),
    Prohibit(String),
    Permit,
}

fn is_met(demand: &Demand, by: &Whole, policy: Option<&Application>) -> bool {
    match demand {
        Demand::Require(service) => by.services.contains(service.as_str()),
        Demand::Prohibit(service) => !by.services.contains(service.as_str()),
        Demand::Permit => policy.is_none_or(|policy| {
            let permit = Application { require: Names::new(), prohibit: Names::new(), ..policy.clone() };
            walk::permits(&permit, by)
        }),
    }
}

fn demands(require: &Names, prohibit: &Names, permit: bool) -> Vec<Demand> {
    let require = require.iter().map(|name| Demand::Require(name.to_string()));
    let prohibit = prohibit.iter().map(|name| Demand::Prohibit(name.to_string()));
    require.chain(prohibit).chain(permit.then_some(Demand::Permit)).collect()
}

fn named(lacking: &Services, prohibited: &Services, permit: bool) -> Vec<Demand> {
    let lacking = lacking.iter().map(|name| Demand::Require(name.to_owned()));
    let prohibited = prohibited.iter().map(|name| Demand::Prohibit(name.to_owned()));
    lacking.chain(prohibited).chain(permit.then_some(Demand::Permit)).collect()
}

/// What matches a request, before demands and policy are looked at.
fn matches(catalog: &Catalog, request: &Request) -> Vec<Whole> {
    let bare = Request { require: Names::new(), prohibit: Names::new(), application: None, ..request.clone() };
    let free = Catalog { applications: Vec::new(), ..catalog.clone() };
    let found = walk::resolve_all(&free, &bare).expect("something matches");
    let is_found = |whole: &Whole| found.iter().any(|selected| selected.name == whole.name);
    walk::selectable(catalog).into_iter().filter(is_found).collect()
}

proptest! {
    #![proptest_config(config())]

    #[test]
    fn what_is_named_decides_and_nothing_less_does((catalog, requests) in catalog_and_requests()) {
        let registry = load(&catalog);
        for request in &requests {
            let asked = request.asked();
            let (demanded, reported, jointly, among, policy) = match registry.resolve(&asked) {
                Err(Refusal::ServiceNotOffered { lacking, prohibited, jointly }) => {
                    let demanded = demands(&request.require, &request.prohibit, false);
                    (demanded, named(&lacking, &prohibited, false), jointly, matches(&catalog, request), None)
                }
                Err(Refusal::NotPermitted { lacking, prohibited, not_permitted, jointly, .. }) => {
                    let policy = walk::policy(&catalog, request).expect("a section applies");
                    let own = demands(&request.require, &request.prohibit, false);
                    let mut among = matches(&catalog, request);
                    among.retain(|whole| own.iter().all(|demand| is_met(demand, whole, None)));
                    let demanded = demands(&policy.require, &policy.prohibit, policy.permit.is_some());
                    (demanded, named(&lacking, &prohibited, not_permitted.is_some()), jointly, among, Some(policy))
                }
                _ => continue,
            };
            let some_meets = |demands: &[Demand]| {
                among.iter().any(|whole| demands.iter().all(|demand| is_met(demand, whole, policy)))
            };
            let hopeless: Vec<Demand> =
                demanded.iter().filter(|demand| !some_meets(std::slice::from_ref(*demand))).cloned().collect();
            prop_assert_eq!(jointly, hopeless.is_empty(), "{:?}\n{}", request, catalog);
            prop_assert!(!reported.is_empty() && !some_meets(&reported), "{:?} of {:?}\n{:?}\n{}", reported, demanded, request, catalog);
            if !jointly {
                prop_assert_eq!(&reported, &hopeless, "{:?}\n{}", request, catalog);
                continue;
            }
            for left_out in 0..reported.len() {
                let rest: Vec<Demand> =
                    reported.iter().enumerate().filter(|&(at, _)| at != left_out).map(|(_, demand)| demand.clone()).collect();
                prop_assert!(some_meets(&rest), "{:?} is too much\n{:?}\n{}", reported, request, catalog);
            }
        }
    }
}

fn offering(each: &[&str], policy: &str) -> Registry {
    let mut text = "format = 1\n[provider.acme]\n".to_owned();
    for (at, services) in each.iter().enumerate() {
        text += &format!(
            "[base.b{at}]\nprovider = \"acme\"\nfamily = \"inet\"\ntype = \"stream\"\nprotocol = \"tcp\"\nservices = [{services}]\n"
        );
    }
    Loader::new().text("deciding.toml", text + policy).load().expect("it loads")
}

#[test]
fn a_refusal_names_the_demand_that_decides() {
    let plain_and_secure = ["'guaranteed-order'", "'guaranteed-order', 'encrypted', 'authenticated'"];
    let table: [(&[&str], &str, &str, &str); 9] = [
        (&plain_and_secure, "compressed", "", "what matches does not offer `compressed`"),
        (&plain_and_secure, "compressed,encrypted", "authenticated", "what matches does not offer `compressed`"),
        (&plain_and_secure, "", "guaranteed-order", "what matches offers `guaranteed-order`"),
        (&plain_and_secure, "encrypted", "guaranteed-order", "what matches offers `guaranteed-order`"),
        (
            &plain_and_secure,
            "compressed",
            "guaranteed-order",
            "what matches does not offer `compressed` and offers `guaranteed-order`",
        ),
        (
            &plain_and_secure,
            "encrypted",
            "authenticated",
            "no entry that matches offers `encrypted` without `authenticated`",
        ),
        (
            &plain_and_secure,
            "guaranteed-order,encrypted",
            "authenticated,proxied",
            "no entry that matches offers `encrypted` without `authenticated`",
        ),
        (&["'x-a'", "'x-b'"], "x-a,x-b", "", "no entry that matches offers all of `x-a`, `x-b`"),
        (&["'x-a'", "'x-b'"], "", "x-a,x-b", "every entry that matches offers some of `x-a`, `x-b`"),
    ];
    for (each, require, prohibit, expected) in table {
        let registry = offering(each, "");
        let set = |text: &str| text.parse::<Services>().expect("services");
        let request = registry.request("inet", "stream", Some("tcp")).expect("a request");
        let refusal =
            registry.resolve(&request.clone().require(set(require)).prohibit(set(prohibit))).expect_err("refused");
        assert_eq!(registry.refusal_text(&refusal), expected);

        // Policy that demands the same says the same of what matches.
        let list = |text: &str| {
            text.split(',')
                .filter(|word| !word.is_empty())
                .map(|word| format!("'{word}'"))
                .collect::<Vec<_>>()
                .join(", ")
        };
        let policy = format!("[application.a]\nrequire = [{}]\nprohibit = [{}]\n", list(require), list(prohibit));
        let registry = offering(each, &policy);
        let refusal = registry.resolve(&request.application("a")).expect_err("refused");
        let why = expected.replace("what matches ", "it ");
        assert_eq!(registry.refusal_text(&refusal), format!("application `a` may not use what matches: {why}"));
    }
}
