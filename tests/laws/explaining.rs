//! Explanations are true: the outcome is what resolving gives, every candidate failed what it is said to have failed, and
//! a mended request is answered.

use super::generate::catalog_and_requests;
use super::{config, load, walk};
use proptest::prelude::*;
use sockatlas::terms::ErrorCode;

proptest! {
    #![proptest_config(config())]

    #[test]
    fn an_explanation_ends_as_resolving_does((catalog, requests) in catalog_and_requests()) {
        let registry = load(&catalog);
        for request in &requests {
            let asked = request.asked();
            let explanation = registry.explain(&asked);
            prop_assert_eq!(&explanation.outcome, &registry.resolve(&asked));
            let mut names: Vec<_> = explanation.candidates.iter().map(|candidate| candidate.entry.name()).collect();
            let winners = explanation.candidates.iter().filter(|candidate| candidate.failed.is_none());
            let winners: Vec<_> = winners.map(|candidate| candidate.entry.name()).collect();
            match &explanation.outcome {
                Ok(selection) => {
                    prop_assert_eq!(winners, vec![selection.name()], "{:?}\n{}", request, catalog);
                    prop_assert_eq!(names[0], selection.name(), "the winner comes first");
                    prop_assert!(explanation.mends.is_empty());
                }
                Err(refusal) => {
                    prop_assert!(winners.is_empty(), "{:?} but {:?} fail nothing\n{:?}\n{}", refusal, winners, request, catalog);
                }
            }
            let mut selectable: Vec<_> = registry.selectable().map(|entry| entry.name()).collect();
            names.sort_unstable();
            selectable.sort_unstable();
            prop_assert_eq!(names, selectable, "every selectable entry is a candidate, once");
        }
    }

    #[test]
    fn every_candidate_failed_first_what_it_is_said_to_have((catalog, requests) in catalog_and_requests()) {
        let registry = load(&catalog);
        let selectable = walk::selectable(&catalog);
        for request in &requests {
            let explanation = registry.explain(&request.asked());
            let winner = explanation.outcome.as_ref().ok().map(|selection| selection.name());
            let mut nearest = usize::MAX;
            for candidate in &explanation.candidates {
                let name = candidate.entry.name();
                let entry = selectable.iter().find(|entry| entry.name == name).expect("candidates are selectable");
                let tests = walk::tests(&catalog, request, entry);
                let failed = tests.iter().find(|(_, passed)| !passed).map(|(test, _)| *test);
                let failed = failed.or((winner != Some(name)).then_some("order"));
                prop_assert_eq!(candidate.failed.map(|test| test.name()), failed, "{} {:?}\n{}", name, request, catalog);
                prop_assert_eq!(candidate.failed.is_some(), !candidate.wanted.is_empty(), "what was wanted is told");
                // Near misses first. Demands that the request does not make are no tests that could be passed.
                let made = |test: &str| match test {
                    "require" => !request.require.is_empty(),
                    "prohibit" => !request.prohibit.is_empty(),
                    "policy" => !catalog.applications.is_empty(),
                    _ => true,
                };
                let passed = tests.iter().take_while(|(_, passed)| *passed).filter(|(test, _)| made(test)).count();
                // Where the named entry is none, those that may have been meant come before all others.
                let astray = tests[0] == ("entry", false) && explanation.outcome.is_err();
                if winner != Some(name) && !astray {
                    prop_assert!(passed <= nearest, "{} got further than the one before\n{:?}\n{}", name, request, catalog);
                    nearest = passed;
                }
            }
        }
    }

    #[test]
    fn the_code_of_a_refusal_is_what_the_nearest_candidate_failed((catalog, requests) in catalog_and_requests()) {
        let registry = load(&catalog);
        for request in &requests {
            let explanation = registry.explain(&request.asked());
            let (Err(refusal), Some(nearest)) = (&explanation.outcome, explanation.candidates.first()) else { continue };
            let failed = nearest.failed.map(|test| test.name());
            let possible: &[&str] = match refusal.code() {
                ErrorCode::AddressFamilyNotSupported => &["family", "provider"],
                ErrorCode::SocketTypeNotSupported => &["type", "family", "provider"],
                ErrorCode::ProtocolNotSupported | ErrorCode::ProtocolWrongType => &["protocol", "type", "family", "provider"],
                // A protocol out of range that an entry of another type holds all the same.
                ErrorCode::InvalidArgument => &["request", "protocol", "type", "provider"],
                ErrorCode::NoSuchEntry | ErrorCode::UnchainedLayer => &["entry"],
                ErrorCode::NoSuchProvider => &["entry", "request", "provider", "family", "type", "protocol"],
                ErrorCode::EntryMismatch => &["family", "type", "protocol", "provider"],
                ErrorCode::ServiceNotOffered => &["require", "prohibit"],
                ErrorCode::NotPermitted | ErrorCode::NoSuchApplication => &["policy"],
                _ => &[],
            };
            prop_assert!(
                failed.is_some_and(|failed| possible.contains(&failed)),
                "{} but {:?} failed {:?}\n{:?}\n{}", refusal.code(), nearest.entry, failed, request, catalog
            );
        }
    }

    #[test]
    fn a_mended_request_is_answered((catalog, requests) in catalog_and_requests()) {
        let registry = load(&catalog);
        for request in &requests {
            for mend in registry.explain(&request.asked()).mends {
                prop_assert!(!mend.changes.is_empty(), "a mend changes something\n{:?}\n{}", request, catalog);
                if let Some(mended) = &mend.request {
                    let answer = registry.resolve(mended);
                    prop_assert!(answer.is_ok(), "{} gives {:?}\n{:?}\n{}", mend, answer, request, catalog);
                }
            }
        }
    }
}
