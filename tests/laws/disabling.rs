//! To disable an entry is to delete it, but for the ids of those that come after it.

use super::generate::catalog_and_requests;
use super::plain::{Body, Catalog, ChainBase, Layer, Named, Request};
use super::{config, load, walk};
use proptest::prelude::*;

/// Everything that nothing enabled stands on: what may be disabled.
fn removable(catalog: &Catalog) -> Vec<String> {
    let members = walk::members(catalog);
    let enabled = || members.iter().filter(|member| !walk::is_disabled(catalog, member));
    let free = |name: &str| !enabled().any(|user| walk::stands_on(user).any(|below| below == name));
    enabled().filter(|member| free(&member.name)).map(|member| member.name.clone()).collect()
}

/// The catalog without an entry and without all that is disabled already, on which it may stand or which may stand on it.
fn without(catalog: &Catalog, gone: &[String]) -> Catalog {
    let mut without = catalog.clone();
    without.disable.clear();
    let is_gone = |name: &String| gone.contains(name);
    for entry in &mut without.entries {
        if let Body::Chain(chain) = &mut entry.body
            && let ChainBase::Several(bases) = &mut chain.base
        {
            bases.retain(|base| !is_gone(&format!("{}/{base}", entry.name)));
        }
        if let Body::Layer(Layer { allow_below: Some(allowed), .. }) = &mut entry.body {
            allowed.retain(|name| !is_gone(name));
        }
    }
    without.entries.retain(|entry| match &entry.body {
        Body::Chain(chain) => {
            !matches!(&chain.base, ChainBase::Several(bases) if bases.is_empty()) && !is_gone(&entry.name)
        }
        Body::Base(_) | Body::Layer(_) => !is_gone(&entry.name),
    });
    let known: Vec<String> = walk::members(&without).into_iter().map(|member| member.name).collect();
    let groups: Vec<String> = without.entries.iter().map(|entry| entry.name.clone()).collect();
    without.order.retain(|name| known.contains(name) || groups.contains(name));
    without
}

fn by_id(request: &Request) -> bool {
    matches!(request.entry, Some(Named::Id(_)))
}

proptest! {
    #![proptest_config(config())]

    #[test]
    fn disabling_an_entry_equals_deleting_it((catalog, requests) in catalog_and_requests(), at in any::<usize>()) {
        let removable = removable(&catalog);
        prop_assume!(!removable.is_empty());
        let name = removable[at % removable.len()].clone();
        let mut disabled = catalog.clone();
        disabled.disable.push(name);
        let members = walk::members(&disabled);
        let gone: Vec<String> = members
            .iter()
            .filter(|member| walk::is_disabled(&disabled, member))
            .map(|member| member.name.clone())
            .collect();
        let deleted = without(&disabled, &gone);
        let (with, without) = (load(&disabled), load(&deleted));
        for request in requests.iter().filter(|request| !by_id(request)) {
            let asked = request.asked();
            let with = with.resolve(&asked).map(|selection| (selection.name().to_owned(), selection.protocol()));
            let without = without.resolve(&asked).map(|selection| (selection.name().to_owned(), selection.protocol()));
            prop_assert_eq!(with, without, "{:?}\ndisabled\n{}\ndeleted\n{}", request, disabled, deleted);
        }
        let names = |registry: &sockatlas::Registry| -> Vec<String> {
            registry.selectable().map(|entry| entry.name().to_owned()).collect()
        };
        prop_assert_eq!(names(&with), names(&without));
    }
}
