//! The registry answers every request as the plain walk does: the same entry, or the same error.

use super::generate::catalog_and_requests;
use super::walk::{self, Selected};
use super::{config, load, plain};
use plain::{Body, Chain, ChainBase, Entry, Named};
use proptest::prelude::*;
use sockatlas::Selection;

fn selected(selection: &Selection<'_>) -> Selected {
    Selected { name: selection.name().to_owned(), protocol: selection.protocol().number() }
}

fn is_group(entry: &Entry) -> bool {
    matches!(&entry.body, Body::Chain(Chain { base: ChainBase::Several(_), .. }))
}

proptest! {
    #![proptest_config(config())]

    #[test]
    fn the_index_agrees_with_a_walk_written_from_the_design((catalog, requests) in catalog_and_requests()) {
        let registry = load(&catalog);
        for request in &requests {
            let answer = registry.resolve(&request.asked()).map_err(|refusal| refusal.code());
            let answer = answer.map(|selection| selected(&selection));
            prop_assert_eq!(answer, walk::resolve(&catalog, request), "{:?}\n{}", request, catalog);
        }
    }

    #[test]
    fn all_selections_are_those_that_the_walk_lets_through((catalog, requests) in catalog_and_requests()) {
        let registry = load(&catalog);
        for request in &requests {
            let asked = request.asked();
            let all = registry.selections(&asked);
            let resolved = registry.resolve(&asked);
            prop_assert_eq!(all.as_ref().map(|all| all.first()), resolved.as_ref().cloned(), "{:?}\n{}", request, catalog);
            let listed = all.map(|all| all.iter().map(selected).collect::<Vec<_>>()).map_err(|refusal| refusal.code());
            prop_assert_eq!(listed, walk::resolve_all(&catalog, request), "{:?}\n{}", request, catalog);
        }
    }

    #[test]
    fn a_group_gives_each_member_that_would_be_selected_by_its_name((catalog, requests) in catalog_and_requests()) {
        let registry = load(&catalog);
        for group in catalog.entries.iter().filter(|entry| is_group(entry)) {
            let prefix = format!("{}/", group.name);
            for request in &requests {
                let of_member = |name: &str| plain::Request { entry: Some(Named::Name(name.to_owned())), ..request.clone() };
                let mut expected = Vec::new();
                for whole in walk::selectable(&catalog).into_iter().filter(|whole| whole.name.starts_with(&prefix)) {
                    if let Ok(member) = walk::resolve(&catalog, &of_member(&whole.name)) {
                        let met = |wishes: &plain::Names| wishes.intersection(&whole.services).count();
                        expected.push(((std::cmp::Reverse(met(&request.prefer)), met(&request.avoid)), member));
                    }
                }
                expected.sort_by_key(|(preference, _)| *preference);
                let expected: Vec<Selected> = expected.into_iter().map(|(_, member)| member).collect();
                let listed = registry.selections_of_group(&group.name, &request.asked());
                let listed: Vec<Selected> = listed.map(|all| all.iter().map(selected).collect()).unwrap_or_default();
                prop_assert_eq!(listed, expected, "{} {:?}\n{}", group.name, request, catalog);
            }
        }
    }

    #[test]
    fn every_triple_near_an_entry_is_answered_as_the_walk_answers_it((catalog, _) in catalog_and_requests()) {
        let registry = load(&catalog);
        let selectable = walk::selectable(&catalog);
        for entry in &selectable {
            for family in [entry.family, Default::default()] {
                for socket_type in [entry.socket_type, 0, 9] {
                    for protocol in [0, entry.first_protocol(), entry.first_protocol().wrapping_add(1), 6] {
                        let request = plain::Request { family, socket_type, protocol, ..Default::default() };
                        let answer = registry.resolve(&request.asked());
                        let answer = answer.map(|selection| selection.name().to_owned());
                        let walked = walk::resolve(&catalog, &request).map(|selected| selected.name);
                        let answer = answer.map_err(|refusal| refusal.code());
                        prop_assert_eq!(answer, walked, "{:?}\n{}", request, catalog);
                    }
                }
            }
        }
    }

    #[test]
    fn the_registry_holds_what_the_documents_say((catalog, _) in catalog_and_requests()) {
        let registry = load(&catalog);
        let members = walk::members(&catalog);
        let declared: Vec<_> = members.iter().map(|member| (member.name.as_str(), member.id)).collect();
        let held: Vec<_> = registry.entries().map(|entry| (entry.name(), entry.catalog_entry_id())).collect();
        prop_assert_eq!(held, declared, "{}", catalog);

        let selectable = walk::selectable(&catalog);
        let names: Vec<_> = registry.selectable().map(|entry| entry.name()).collect();
        let expected: Vec<_> = selectable.iter().map(|whole| whole.name.as_str()).collect();
        prop_assert_eq!(names, expected, "{}", catalog);
        for (entry, whole) in registry.selectable().zip(&selectable) {
            let stack: Vec<_> = entry.stack().map(|entry| entry.name()).collect();
            prop_assert_eq!(&stack, &whole.stack, "{}", catalog);
            prop_assert_eq!(entry.services(), &plain::services(&whole.services), "{} in\n{}", whole.name, catalog);
            prop_assert_eq!(entry.family(), Some(whole.family));
            prop_assert_eq!(entry.socket_type().map(|of| of.number()), Some(whole.socket_type));
            prop_assert_eq!(entry.matches_zero(), whole.matches_zero);
            prop_assert_eq!(entry.is_hidden(), whole.hidden);
            prop_assert_eq!(entry.provider().name(), whole.provider);
        }
    }
}
