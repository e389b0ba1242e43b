//! Fail closed: a stack is never shorter than the chain declared, and no mistake makes it so.

use super::generate::catalog_and_requests;
use super::plain::{Body, ChainBase, Entry};
use super::{config, load, walk};
use proptest::prelude::*;
use sockatlas::Loader;

proptest! {
    #![proptest_config(config())]

    #[test]
    fn a_stack_is_never_shorter_than_the_chain_declared((catalog, requests) in catalog_and_requests()) {
        let registry = load(&catalog);
        let members = walk::members(&catalog);
        let stack_of = |name: &str| {
            let entry = registry.entry(name).expect("declared");
            entry.stack().map(|entry| entry.name().to_owned()).collect::<Vec<_>>()
        };
        let enabled = members.iter().filter(|member| !walk::is_disabled(&catalog, member));
        for member in enabled {
            let Body::Chain(chain) = &member.entry.body else { continue };
            let base = walk::stands_on(member).last().expect("a chain runs over something");
            let declared: Vec<String> = chain.layers.iter().cloned().chain(stack_of(base)).collect();
            prop_assert_eq!(stack_of(&member.name), declared, "{} in\n{}", member.name, catalog);
        }
        for request in &requests {
            if let Ok(selection) = registry.resolve(&request.asked()) {
                let stack: Vec<_> = selection.stack().map(|entry| entry.name().to_owned()).collect();
                prop_assert_eq!(stack, stack_of(selection.name()));
            }
        }
    }

    #[test]
    fn a_chain_with_a_mistyped_name_refuses_the_whole_catalog((catalog, _) in catalog_and_requests(), at in any::<usize>()) {
        let chains: Vec<usize> = (0..catalog.entries.len())
            .filter(|&at| matches!(catalog.entries[at].body, Body::Chain(_)))
            .collect();
        prop_assume!(!chains.is_empty());
        let mut mistyped = catalog.clone();
        let Entry { body: Body::Chain(chain), .. } = &mut mistyped.entries[chains[at % chains.len()]] else {
            unreachable!("picked among chains")
        };
        let bases = match &mut chain.base {
            ChainBase::One(base) => std::slice::from_mut(base),
            ChainBase::Several(bases) => bases.as_mut_slice(),
        };
        let references: Vec<&mut String> = chain.layers.iter_mut().chain(bases).collect();
        let wrong = at / chains.len() % references.len();
        if let Some(reference) = references.into_iter().nth(wrong) {
            reference.insert(0, 'z');
        }
        let text = mistyped.to_string();
        let error = Loader::new().text("mistyped.toml", text.as_str()).load().map(|_| ()).unwrap_err();
        let codes: Vec<_> = error.faults().iter().map(|fault| fault.kind.code()).collect();
        prop_assert!(codes.contains(&"dangling-reference"), "{}\n{}", error, text);
    }
}
