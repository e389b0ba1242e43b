//! Layers are not there: unchained ones, added or removed, change no answer and no error of a request that does not name them.

use super::generate::catalog_and_requests;
use super::plain::{Body, Catalog, Entry, Layer, Named, Request};
use super::{config, load, walk};
use proptest::collection::vec;
use proptest::prelude::*;

/// The catalog with layers that no chain uses, declared at these places.
fn with_unchained_layers(catalog: &Catalog, places: &[usize]) -> Catalog {
    let mut with = catalog.clone();
    for (at, place) in places.iter().enumerate() {
        let layer = Layer { adds: ["encrypted"].into(), categories: ["system"].into(), ..Layer::default() };
        let name = format!("unchained-{at}");
        let entry = Entry { name, provider: Some("kernel"), id: None, hidden: false, body: Body::Layer(layer) };
        with.entries.insert(place % (with.entries.len() + 1), entry);
    }
    with
}

/// The catalog without the layers that no chain uses.
fn without_unchained_layers(catalog: &Catalog) -> Catalog {
    let used: Vec<String> = {
        let members = walk::members(catalog);
        members.iter().flat_map(|member| walk::stands_on(member).map(str::to_owned).collect::<Vec<_>>()).collect()
    };
    let mut without = catalog.clone();
    // A layer that states an id keeps it from others, so that its going would give it away.
    let gone =
        |entry: &Entry| matches!(entry.body, Body::Layer(_)) && entry.id.is_none() && !used.contains(&entry.name);
    without.entries.retain(|entry| !gone(entry));
    let stays = |name: &String| catalog.entries.iter().all(|entry| entry.name != *name || !gone(entry));
    without.disable.retain(stays);
    for entry in &mut without.entries {
        if let Body::Layer(Layer { allow_below: Some(allowed), .. }) = &mut entry.body {
            allowed.retain(stays);
        }
    }
    without
}

/// Whether the request may name a layer: ids of layers come after all others and move with their number.
fn names_a_layer(catalog: &Catalog, request: &Request) -> bool {
    let members = walk::members(catalog);
    match &request.entry {
        None => false,
        Some(Named::Name(name)) => members.iter().any(|member| member.name == *name && member.is_layer()),
        Some(Named::Id(id)) => members.iter().all(|member| member.id != *id || member.is_layer()),
    }
}

proptest! {
    #![proptest_config(config())]

    #[test]
    fn unchained_layers_change_no_answer_and_no_error(
        (catalog, requests) in catalog_and_requests(),
        places in vec(any::<usize>(), 1..5),
    ) {
        let registry = load(&catalog);
        let others = [with_unchained_layers(&catalog, &places), without_unchained_layers(&catalog)];
        for other in &others {
            let changed = load(other);
            for request in requests.iter().filter(|request| !names_a_layer(&catalog, request)) {
                let asked = request.asked();
                let before = registry.resolve(&asked).map(|selection| (selection.name().to_owned(), selection.protocol()));
                let after = changed.resolve(&asked).map(|selection| (selection.name().to_owned(), selection.protocol()));
                prop_assert_eq!(after, before, "{:?}\nof\n{}\nchanged to\n{}", request, catalog, other);
            }
        }
    }

    #[test]
    fn no_request_selects_a_layer((catalog, requests) in catalog_and_requests()) {
        let registry = load(&catalog);
        for member in walk::members(&catalog).iter().filter(|member| member.is_layer()) {
            for request in &requests {
                let refusal = registry.resolve(&request.asked().entry(member.name.as_str())).map(|_| ()).unwrap_err();
                let code = if walk::is_disabled(&catalog, member) { "no-such-entry" } else { "unchained-layer" };
                prop_assert_eq!(refusal.code().as_str(), code);
            }
        }
        for request in &requests {
            if let Ok(selection) = registry.resolve(&request.asked()) {
                prop_assert!(selection.entry().is_selectable());
            }
        }
    }
}
