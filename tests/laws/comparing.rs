//! What is compared and proved without trying numbers is what trying all of them gives.

use super::generate::catalog;
use super::plain::{Body, Catalog, Written};
use super::{config, load};
use proptest::prelude::*;
use proptest::test_runner::Config;
use sockatlas::check::{Settings, check};
use sockatlas::terms::{ErrorCode, Family, Protocol, Services, SocketType};
use sockatlas::{Answer, Asked, Demand, Difference, Loader, Registry, Request, compare};
use std::collections::BTreeSet;

/// A family and a type that no catalog here has.
const OTHER: (i32, i32) = (4_321, 321);

fn families(registry: &Registry) -> Vec<Family> {
    let words = ["inet", "inet6", "unix"].map(|name| Family::from_name(name).expect("a known family"));
    let own = registry.family("acme").ok();
    words.into_iter().chain(own).chain([Family::UNSPEC, Family::from_raw(77), Family::from_raw(OTHER.0)]).collect()
}

fn types() -> Vec<SocketType> {
    [0, 1, 2, 3, 5, 7, OTHER.1].map(SocketType::from_raw).to_vec()
}

/// All that tells one answer from another.
fn answer(registry: &Registry, request: &Request) -> String {
    match registry.resolve(request) {
        Ok(selection) => {
            let entry = selection.entry();
            let parts: Vec<String> =
                entry.stack().map(|part| format!("{} by {}", part.name(), part.provider().name())).collect();
            let triple = (entry.family(), entry.socket_type(), selection.protocol());
            format!("{} {triple:?} {} {}", entry.name(), parts.join(" over "), entry.services())
        }
        Err(refusal) => refusal.code().to_string(),
    }
}

/// The catalog with one change, of which there are several kinds.
fn changed(catalog: &Catalog, kind: u8, at: usize) -> Catalog {
    let mut changed = catalog.clone();
    let entries = changed.entries.len();
    let entry = &mut changed.entries[at % entries];
    match (kind % 9, &mut entry.body) {
        (0, Body::Base(base)) => base.matches_zero = !base.matches_zero,
        (1, Body::Base(base)) => base.protocols = vec![Written::Range(-1, 40), Written::One(262)],
        (2, Body::Base(base)) => base.socket_type = if base.socket_type == 1 { 2 } else { 1 },
        (3, Body::Base(base)) => drop(base.services.insert("proxied")),
        (4, Body::Layer(layer)) => drop(layer.adds.insert("x-audited")),
        (5, _) => changed.applications.clear(),
        (6, Body::Layer(layer)) => layer.categories = ["inspector"].into(),
        (7, _) => {
            for facts in &mut changed.families {
                facts.max_protocol = if facts.max_protocol.is_none() { Some(40) } else { None };
                facts.protocol_first = !facts.protocol_first;
            }
        }
        _ => {
            if let Some(last) = changed.entries.iter().rev().find(|entry| !matches!(entry.body, Body::Layer(_))) {
                changed.order.retain(|name| *name != last.name);
                changed.order.insert(0, last.name.clone());
            }
        }
    }
    changed
}

/// No demand, each service that either registry offers, and each provider.
fn demands(sides: [&Registry; 2]) -> Vec<Option<Demand>> {
    let offered =
        sides.into_iter().flat_map(Registry::selectable).flat_map(|entry| entry.services().iter().collect::<Vec<_>>());
    let services: BTreeSet<&str> = offered.collect();
    let services = services.into_iter().map(|name| Services::from_name(name).expect("a known service"));
    let each = services.flat_map(|service| {
        [
            Some(Demand::Require(service.clone())),
            Some(Demand::Prohibit(service.clone())),
            Some(Demand::Prefer(service.clone())),
            Some(Demand::Avoid(service)),
        ]
    });
    let providers = ["kernel", "tls", "plain"].map(|name| Some(Demand::Provider(name.to_owned())));
    std::iter::once(None).chain(each).chain(providers).collect()
}

fn asked(request: Request, application: Option<&str>, demand: Option<&Demand>) -> Request {
    let request = match application {
        Some(name) => request.application(name),
        None => request,
    };
    match demand.cloned() {
        None => request,
        Some(Demand::Entry(name)) => request.entry(name),
        Some(Demand::Provider(name)) => request.provider(name),
        Some(Demand::Require(services)) => request.require(services),
        Some(Demand::Prohibit(services)) => request.prohibit(services),
        Some(Demand::Prefer(services)) => request.prefer(services),
        Some(Demand::Avoid(services)) => request.avoid(services),
        Some(other) => panic!("a demand that this test does not know: {other:?}"),
    }
}

/// Whether a difference speaks of a request.
fn speaks_of(
    difference: &Difference,
    sides: [&Registry; 2],
    request: &Request,
    of: (Option<&str>, Option<&Demand>),
) -> bool {
    let number = |family: Family| family.number(sides[0].dialect().system());
    let same = |family: Family| {
        family == request.family() || number(family).is_some() && number(family) == number(request.family())
    };
    let entries = || sides.into_iter().flat_map(Registry::selectable);
    let family = match difference.family {
        Asked::Is(family) => same(family),
        Asked::Other(_) => {
            request.family() != Family::UNSPEC && !entries().any(|entry| entry.family().is_some_and(same))
        }
    };
    let socket_type = match difference.socket_type {
        Asked::Is(socket_type) => socket_type == request.socket_type(),
        Asked::Other(_) => {
            let asked = request.socket_type();
            asked != SocketType::UNSPEC && !entries().any(|entry| entry.socket_type() == Some(asked))
        }
    };
    let protocol = request.protocol().number();
    // Where nothing matches on either side, services make no difference and are not listed.
    let later = [ErrorCode::ServiceNotOffered, ErrorCode::NotPermitted, ErrorCode::NoSuchApplication];
    let of_triple = |answer: &Answer| matches!(answer, Answer::Refused(code) if !later.contains(code));
    let nothing_matches = of_triple(&difference.was) && of_triple(&difference.is);
    let of_service = !matches!(of.1, None | Some(Demand::Provider(_) | Demand::Entry(_)));
    let demand = if nothing_matches && of_service { None } else { of.1 };
    family
        && socket_type
        && difference.protocols.iter().any(|&(from, to)| (from..=to).contains(&protocol))
        && difference.application.as_deref() == of.0
        && difference.role.is_none_or(|role| role == request.role())
        && difference.demand.as_ref() == demand
}

proptest! {
    #![proptest_config(Config { cases: 12, ..config() })]

    #[test]
    fn differences_are_those_that_trying_every_number_finds(catalog in catalog(), kind in 0..9_u8, at in any::<usize>()) {
        let changed = changed(&catalog, kind, at);
        let text = changed.to_string();
        let Ok(is) = Loader::new().text("changed.toml", text.as_str()).load() else { return Ok(()) };
        let was = load(&catalog);
        let differences = compare(&was, &is);
        for family in families(&was) {
            for socket_type in types() {
                for application in [None, Some("billing"), Some("kiosk"), Some("*")] {
                    // A section that neither catalog has is no section. Such requests are those that name none, unless a catalog refuses
                    // them because others have sections: then `*` stands for all of them.
                    let refuses = |side: &&Registry| side.applications().len() > 0 && !side.knows_application("*");
                    let known = match application {
                        Some("*") => [&was, &is].iter().any(refuses),
                        application => [&was, &is].iter().any(|side| application.is_none_or(|name| side.knows_application(name))),
                    };
                    if !known {
                        continue;
                    }
                    for protocol in -1..=300 {
                        let plain = Request::new(family, socket_type, Protocol::from_raw(protocol));
                        // Every number without demands; demands at the numbers where sets begin and end.
                        let near = [-1, 0, 1, 6, 17, 41, 262, 263].contains(&protocol);
                        for demand in demands([&was, &is]).into_iter().take(if near { usize::MAX } else { 1 }) {
                            let asker = application.map(|name| if name == "*" { "nobody-knows-it" } else { name });
                            let request = asked(plain.clone(), asker, demand.as_ref());
                            let differs = answer(&was, &request) != answer(&is, &request);
                            let listed = differences
                                .iter()
                                .any(|difference| speaks_of(difference, [&was, &is], &request, (application, demand.as_ref())));
                            prop_assert_eq!(
                                listed, differs,
                                "{}: was {}, is {}\n{}\n=====\n{}",
                                request, answer(&was, &request), answer(&is, &request), catalog, changed
                            );
                        }
                    }
                }
            }
        }
    }

    #[test]
    fn a_guarantee_holds_just_when_no_request_breaks_it(
        catalog in catalog(),
        family in 0..4_usize,
        socket_type in 0..4_usize,
        application in 0..3_usize,
        required in 0..3_usize,
        claimed in 0..4_usize,
    ) {
        let family = ["", "family = \"inet\", ", "family = \"inet6\", ", "family = \"acme\", "][family];
        let socket_type_text = ["", "type = 1, ", "type = 2, ", "type = 7, "][socket_type];
        let application_text = ["", "application = \"billing\", ", "application = \"kiosk\", "][application];
        let required_text = ["", "require = [\"encrypted\"], ", "prohibit = [\"proxied\"], "][required];
        let pattern = format!("{family}{socket_type_text}{application_text}{required_text}");
        let claim = ["services = [\"encrypted\"]", "services = [\"guaranteed-order\"]", "refused = true", "services = [\"proxied\"]"][claimed];
        let text = format!("{catalog}\n[[always]]\nrequest = {{ {} }}\n{claim}\n", pattern.trim_end_matches(", "));
        let loader = Loader::new().text("random.toml", text.as_str());
        let Ok(registry) = loader.load() else { return Ok(()) };
        let found = check(&loader, &Settings::new()).findings.iter().any(|finding| finding.code == "guarantee-broken");

        let word = family.split('"').nth(1);
        let families = match word {
            Some(word) => vec![registry.family(word).expect("a known family")],
            None => families(&registry),
        };
        let types = match socket_type { 0 => types(), 1 => vec![SocketType::STREAM], 2 => vec![SocketType::DGRAM], _ => vec![SocketType::from_raw(7)] };
        let applications: &[Option<&str>] = [&[None, Some("billing"), Some("kiosk")][..], &[Some("billing")], &[Some("kiosk")]][application];
        let entries: Vec<Option<String>> =
            registry.selectable().map(|entry| Some(entry.name().to_owned())).chain([None]).collect();
        let mut leak = None;
        for &family in &families {
            for &socket_type in &types {
                for protocol in [-1, 0, 1, 2, 3, 6, 17, 58, 132, 255, 262, 263, i32::MIN, i32::MAX] {
                    for application in applications {
                        for entry in &entries {
                            let request = Request::new(family, socket_type, Protocol::from_raw(protocol));
                            let request = asked(request, *application, entry.clone().map(Demand::Entry).as_ref());
                            let request = match required {
                                1 => request.require(Services::ENCRYPTED),
                                2 => request.prohibit(Services::PROXIED),
                                _ => request,
                            };
                            let Ok(selection) = registry.resolve(&request) else { continue };
                            let offered = selection.entry().services();
                            let broken = match claimed {
                                0 => !offered.contains(&Services::ENCRYPTED),
                                1 => !offered.contains(&Services::GUARANTEED_ORDER),
                                3 => !offered.contains(&Services::PROXIED),
                                _ => true,
                            };
                            if broken {
                                leak.get_or_insert(request);
                            }
                        }
                    }
                }
            }
        }
        prop_assert_eq!(found, leak.is_some(), "{:?}\n{}", leak, text);
    }
}
