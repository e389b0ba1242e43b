//! Random catalogs without faults, and random requests to them, many of which nearly match.

use super::plain::*;
use super::walk;
use proptest::collection::vec;
use proptest::option::{self, weighted};
use proptest::prelude::*;
use sockatlas::terms::{Dialect, Family};
use std::collections::HashSet;

const SERVICES: [&str; 6] =
    ["guaranteed-delivery", "guaranteed-order", "message-oriented", "encrypted", "proxied", "x-audited"];
const CATEGORIES: [&str; 4] = ["inspector", "proxy", "crypto-compress", "system"];
const PROVIDERS: [Provider; 3] = [
    Provider { name: "kernel", id: Some("e70f1aa0-ab8b-11cf-8ca3-00805f48a192") },
    Provider { name: "tls", id: Some("11111111-2222-3333-4444-555555555555") },
    Provider { name: "plain", id: None },
];
const APPLICATIONS: [&str; 3] = ["billing", "kiosk", "*"];
const TYPES: [i32; 5] = [1, 2, 3, 5, 7];
const NUMBERS: [i32; 16] = [0, 1, 2, 3, 6, 6, 17, 58, 132, 255, 262, 263, -1, -5, i32::MIN, i32::MAX];
const NAMED: [(&str, &str, i32); 5] =
    [("inet", "tcp", 6), ("inet", "udp", 17), ("inet6", "tcp", 6), ("acme", "widget", 1), ("acme", "gadget", 2)];

/// The families of catalogs, those that are met often first.
fn families(dialect: Dialect) -> &'static [FamilyWord] {
    use FamilyWord::*;
    match dialect {
        Dialect::Documented => &[Name("inet"), Name("inet6"), Name("acme"), Name("unix"), Name("hyperv")],
        // 23 and 10 are inet6 there.
        Dialect::Windows => &[Name("inet"), Name("inet6"), Name("acme"), Name("bluetooth"), Number(77), Number(23)],
        Dialect::Linux => &[Name("inet"), Name("inet6"), Name("acme"), Name("unix"), Number(77), Number(10)],
    }
}

fn pick<T: Copy>(of: &[T], at: usize) -> T {
    of[at % of.len()]
}

fn names(pool: &[&'static str], bits: u8) -> Names {
    pool.iter().enumerate().filter(|(bit, _)| bits >> bit & 1 == 1).map(|(_, name)| *name).collect()
}

/// Some of the six services.
fn services() -> impl Strategy<Value = Names> {
    any::<u8>().prop_map(|bits| names(&SERVICES, bits))
}

/// Mostly none, else one or two of the six.
fn few_services() -> impl Strategy<Value = Names> {
    prop_oneof![
        3 => Just(Names::new()),
        1 => (0..6_u8, 0..6_u8).prop_map(|(one, two)| names(&SERVICES, 1 << one | 1 << two)),
    ]
}

fn categories() -> impl Strategy<Value = Names> {
    (0..16_u8).prop_map(|bits| names(&CATEGORIES, bits))
}

fn written() -> impl Strategy<Value = Written> {
    let number = || any::<usize>().prop_map(|at| pick(&NUMBERS, at));
    prop_oneof![
        4 => number().prop_map(Written::One),
        2 => any::<usize>().prop_map(|at| pick(&NAMED, at)).prop_map(|(_, name, number)| Written::Named(name, number)),
        2 => (number(), number()).prop_map(|(one, two)| Written::Range(one.min(two), one.max(two))),
        1 => Just(Written::Any),
    ]
}

fn protocol_set() -> impl Strategy<Value = Vec<Written>> {
    prop_oneof![4 => vec(written(), 1), 1 => vec(written(), 2..4)]
}

/// What every kind of entry has: provider, catalog entry id, hidden, and where it is declared among the others.
#[derive(Clone, Debug)]
struct Common {
    provider: usize,
    id: Option<i32>,
    hidden: bool,
    place: u16,
}

fn common() -> impl Strategy<Value = Common> {
    (any::<usize>(), weighted(0.2, 1001..1014), weighted(0.2, Just(())), any::<u16>())
        .prop_map(|(provider, id, hidden, place)| Common { provider, id, hidden: hidden.is_some(), place })
}

type RandomBase = (Common, usize, usize, Vec<Written>, bool, Names);
type RandomLayer = (Common, (Names, Names, Names, Names), Option<Vec<usize>>, Names, Option<usize>);
type RandomChain = (Common, Vec<usize>, Vec<usize>, bool, bool, (Option<Vec<Written>>, Option<bool>, Option<Names>));
type RandomFacts = (bool, Option<usize>, bool);
type RandomPolicy = (bool, Names, Names, Option<Names>);

fn base() -> impl Strategy<Value = RandomBase> {
    (common(), 0..9_usize, 0..7_usize, protocol_set(), any::<bool>(), services())
}

fn layer() -> impl Strategy<Value = RandomLayer> {
    let contract = (few_services(), few_services(), few_services(), few_services());
    let allowed = weighted(0.15, vec(any::<usize>(), 0..5));
    (common(), contract, allowed, categories(), weighted(0.2, any::<usize>()))
}

fn chain() -> impl Strategy<Value = RandomChain> {
    let own = (weighted(0.3, protocol_set()), weighted(0.3, any::<bool>()), weighted(0.15, services()));
    (common(), vec(any::<usize>(), 1..4), vec(any::<usize>(), 1..4), any::<bool>(), any::<bool>(), own)
}

fn facts() -> impl Strategy<Value = [RandomFacts; 3]> {
    let one = || (any::<bool>(), option::of(any::<usize>()), any::<bool>());
    [one(), one(), one()]
}

fn policies() -> impl Strategy<Value = [RandomPolicy; 3]> {
    let one = || (weighted(0.3, Just(())), few_services(), few_services(), weighted(0.5, categories()));
    let one = move || one().prop_map(|(there, require, prohibit, permit)| (there.is_some(), require, prohibit, permit));
    [one(), one(), one()]
}

pub fn dialect() -> impl Strategy<Value = Dialect> {
    (0..3_usize).prop_map(|at| Dialect::ALL[at])
}

/// A catalog without faults.
pub fn catalog() -> impl Strategy<Value = Catalog> {
    let bases = vec(base(), 1..9);
    let layers = vec(layer(), 0..6);
    let chains = vec(chain(), 0..7);
    let lists = (vec(any::<usize>(), 0..5), prop_oneof![2 => vec(any::<usize>(), 0), 1 => vec(any::<usize>(), 1..3)]);
    (dialect(), bases, layers, chains, facts(), policies(), lists).prop_map(
        |(dialect, bases, layers, chains, facts, policies, (order, disable))| {
            let mut catalog = Catalog {
                dialect: Some(dialect),
                providers: PROVIDERS.to_vec(),
                families: family_facts(facts),
                applications: applications(policies),
                ..Catalog::default()
            };
            let mut places = Vec::new();
            let mut ids = HashSet::new();
            let mut add = |catalog: &mut Catalog, common: &Common, name: String, has_id: bool, body: Body| {
                let provider = Some(pick(&PROVIDERS, common.provider).name);
                // A chain may leave its provider to its top layer.
                let provider =
                    provider.filter(|_| !matches!(body, Body::Chain(_)) || common.provider.is_multiple_of(2));
                let id = common.id.filter(|&id| has_id && ids.insert(id));
                catalog.entries.push(Entry { name, provider, id, hidden: common.hidden, body });
                places.push(common.place);
            };
            for (at, (common, family, socket_type, protocols, matches_zero, services)) in bases.into_iter().enumerate()
            {
                let family = pick(families(dialect), family);
                let protocols = protocols.into_iter().map(|written| in_family(written, Some(family))).collect();
                let base = Base { family, socket_type: pick(&TYPES, socket_type), protocols, matches_zero, services };
                add(&mut catalog, &common, format!("base-{at}"), true, Body::Base(base));
            }
            let bases = catalog.entries.len();
            let layer_count = layers.len();
            for (at, (common, contract, allowed, categories, socket_type)) in layers.into_iter().enumerate() {
                let (needs, forbids, adds, removes) = contract;
                let name = |pick: usize| match pick % (bases + layer_count) {
                    base if base < bases => format!("base-{base}"),
                    layer => format!("layer-{}", layer - bases),
                };
                let allow_below = allowed.map(|picks: Vec<usize>| picks.into_iter().map(name).collect());
                let socket_type = socket_type.map(|at| pick(&TYPES, at));
                let layer = Layer { needs, forbids, adds, removes, allow_below, categories, socket_type };
                add(&mut catalog, &common, format!("layer-{at}"), true, Body::Layer(layer));
            }
            let mut below: Vec<String> = (0..bases).map(|at| format!("base-{at}")).collect();
            for (at, (common, picks, base_picks, high, several, own)) in chains.into_iter().enumerate() {
                if layer_count == 0 {
                    break;
                }
                let (protocols, matches_zero, services) = own;
                let protocols = protocols
                    .map(|written: Vec<Written>| written.into_iter().map(|one| in_family(one, None)).collect());
                // Every other chain prefers what was made last, so that chains over chains are common.
                let base = |pick: usize| match high {
                    true => below[below.len() - 1 - pick % below.len().min(2)].clone(),
                    false => below[pick % below.len()].clone(),
                };
                let layers: Vec<String> = picks.iter().map(|pick| format!("layer-{}", pick % layer_count)).collect();
                let mut bases: Vec<String> = base_picks.into_iter().map(base).collect();
                bases.dedup();
                let mut once = HashSet::new();
                bases.retain(|base| once.insert(base.clone()));
                let name = format!("chain-{at}");
                let chain = |bases: Vec<String>| Chain {
                    layers: layers.clone(),
                    base: if several { ChainBase::Several(bases) } else { ChainBase::One(bases[0].clone()) },
                    protocols: protocols.clone(),
                    matches_zero,
                    services: services.clone(),
                };
                // Only what its contracts allow is kept.
                bases.truncate(if several { bases.len() } else { 1 });
                bases.retain(|base| sound(&catalog, &name, chain(vec![base.clone()])));
                if bases.is_empty() {
                    continue;
                }
                below.extend(bases.iter().map(|base| if several { format!("{name}/{base}") } else { name.clone() }));
                let has_id = bases.len() == 1;
                add(&mut catalog, &common, name, has_id, Body::Chain(chain(bases)));
            }
            let mut entries: Vec<(u16, Entry)> = places.into_iter().zip(std::mem::take(&mut catalog.entries)).collect();
            entries.sort_by_key(|(place, _)| *place);
            catalog.entries = entries.into_iter().map(|(_, entry)| entry).collect();
            catalog.order = listed(&catalog, &order);
            catalog.disable = disabled(&catalog, &disable);
            catalog
        },
    )
}

/// A protocol name means something in its family only.
fn in_family(written: Written, family: Option<FamilyWord>) -> Written {
    match (written, family) {
        (Written::Named(name, _), Some(FamilyWord::Name(family)))
            if NAMED.iter().any(|(of, known, _)| *of == family && *known == name) =>
        {
            written
        }
        (Written::Named(_, number), _) => Written::One(number),
        _ => written,
    }
}

fn family_facts(facts: [RandomFacts; 3]) -> Vec<FamilyFacts> {
    let numbers = [Some(ACME), None, None];
    let described = ["acme", "inet", "inet6"].into_iter().zip(numbers).zip(facts);
    described
        .filter(|((name, _), (there, ..))| *there || *name == "acme")
        .map(|((name, number), (_, most, protocol_first))| FamilyFacts {
            name,
            number,
            protocols: if name == "acme" { vec![("widget", 1), ("gadget", 2)] } else { Vec::new() },
            max_protocol: most.map(|at| pick(&[5, 17, 262, 0, i32::MAX], at)),
            protocol_first,
        })
        .collect()
}

fn applications(policies: [RandomPolicy; 3]) -> Vec<Application> {
    let sections = APPLICATIONS.into_iter().zip(policies).filter(|(_, (there, ..))| *there);
    sections.map(|(name, (_, require, prohibit, permit))| Application { name, require, prohibit, permit }).collect()
}

/// Whether a chain keeps the contracts of its layers.
fn sound(catalog: &Catalog, name: &str, chain: Chain) -> bool {
    let mut with = catalog.clone();
    with.entries.push(Entry {
        name: name.to_owned(),
        provider: None,
        id: None,
        hidden: false,
        body: Body::Chain(chain),
    });
    let members = walk::members(&with);
    members.last().is_some_and(|member| walk::whole(&with, &members, member).is_some())
}

/// Names for `order`: bases, chains, those that a chain over several bases makes, and the chain itself.
fn listed(catalog: &Catalog, picks: &[usize]) -> Vec<String> {
    let members = walk::members(catalog);
    let mut known: Vec<String> = Vec::new();
    for member in members.iter().filter(|member| !member.is_layer()) {
        known.push(member.name.clone());
        if member.entry.name != member.name && !known.contains(&member.entry.name) {
            known.push(member.entry.name.clone());
        }
    }
    let mut once = HashSet::new();
    let listed = picks.iter().map(|pick| known[pick % known.len()].clone());
    listed.filter(|name| once.insert(name.clone())).collect()
}

/// Names for `disable`: what is picked, and all that stands on it.
fn disabled(catalog: &Catalog, picks: &[usize]) -> Vec<String> {
    let members = walk::members(catalog);
    let mut disabled: Vec<String> = picks.iter().map(|pick| members[pick % members.len()].name.clone()).collect();
    loop {
        let more = members.iter().find(|member| {
            !disabled.contains(&member.name) && walk::stands_on(member).any(|name| disabled.contains(&name.to_owned()))
        });
        match more {
            Some(member) => disabled.push(member.name.clone()),
            None => break,
        }
    }
    let mut once = HashSet::new();
    disabled.retain(|name| once.insert(name.clone()));
    disabled
}

type RandomNames = (Option<(bool, usize)>, Option<usize>);
type RandomWishes = (Option<Names>, Option<Names>, Option<Names>, Option<Names>, Option<usize>);

fn random_request() -> impl Strategy<Value = RandomRequest> {
    let like = weighted(0.7, any::<usize>());
    let triple = (any::<usize>(), any::<usize>(), any::<usize>(), any::<i32>());
    let changes = [weighted(0.35, 0..3_u8), weighted(0.35, 0..3_u8), weighted(0.35, 0..3_u8)];
    let names = (weighted(0.15, (any::<bool>(), any::<usize>())), weighted(0.12, any::<usize>()));
    let wish = || weighted(0.12, services());
    let wishes =
        (weighted(0.15, few_services()), wish(), wish(), weighted(0.15, few_services()), option::of(any::<usize>()));
    (like, triple, changes, names, wishes)
}

type RandomRequest = (Option<usize>, (usize, usize, usize, i32), [Option<u8>; 3], RandomNames, RandomWishes);

/// A catalog and some requests to it.
pub fn catalog_and_requests() -> impl Strategy<Value = (Catalog, Vec<Request>)> {
    (catalog(), vec(random_request(), 1..12)).prop_map(|(catalog, requests)| {
        let requests = requests.into_iter().map(|random| request(&catalog, random)).collect();
        (catalog, requests)
    })
}

/// Requests begin with the triple of an entry or with a random one; then each field may be changed.
fn request(catalog: &Catalog, random: RandomRequest) -> Request {
    let (like, (family_at, type_at, protocol_at, any_number), changes, (entry, provider), wishes) = random;
    let dialect = catalog.dialect();
    let selectable = walk::selectable(catalog);
    let like = like.filter(|_| !selectable.is_empty()).map(|at| &selectable[at % selectable.len()]);
    let mut requested_families: Vec<Family> = families(dialect).iter().map(|word| word.family(dialect)).collect();
    requested_families.extend([
        Family::UNSPEC,
        Family::FROM_PROTOCOL_INFO,
        Family::from_raw(-5),
        Family::from_raw(4711),
        // Numbers that were not read in a dialect: some stand for families that have a name there.
        Family::from_raw(10),
        Family::from_raw(23),
        Family::HYPERV,
        Family::NETLINK,
    ]);
    let types = [0, 1, 2, 3, 5, 7, 9, -1, -2, 1 | 0o4000, 2 | 0o2_000_000, 0o4000];
    let mut request = Request {
        family: like.map_or(pick(&requested_families, family_at), |like| like.family),
        socket_type: like.map_or(pick(&types, type_at), |like| like.socket_type),
        protocol: like.map_or(pick(&NUMBERS, protocol_at), |like| match pick(&like.protocols, protocol_at) {
            Written::One(number) | Written::Named(_, number) => number,
            Written::Range(from, to) => pick(&[from, to, from.wrapping_sub(1), to.wrapping_add(1)], protocol_at / 4),
            Written::Any => any_number,
        }),
        ..Request::default()
    };
    match changes[0] {
        Some(0) => request.family = Family::UNSPEC,
        Some(_) => request.family = pick(&requested_families, family_at),
        None => {}
    }
    match changes[1] {
        Some(0) => request.socket_type = 0,
        Some(_) => request.socket_type = pick(&types, type_at),
        None => {}
    }
    match changes[2] {
        Some(0) => request.protocol = 0,
        Some(1) => request.protocol = pick(&NUMBERS, protocol_at),
        Some(_) => request.protocol = any_number,
        None => {}
    }
    let members = walk::members(catalog);
    request.entry = entry.map(|(by_name, at)| match (at % (members.len() + 2), by_name) {
        (known, true) if known < members.len() => Named::Name(members[known].name.clone()),
        (known, false) if known < members.len() => Named::Id(members[known].id),
        // The name of a chain over several bases is no entry's.
        (other, true) if other == members.len() => Named::Name("chain-0".to_owned()),
        (_, true) => Named::Name("base-99".to_owned()),
        (other, false) => Named::Id(if other == members.len() { -1 } else { 4711 }),
    });
    request.provider = provider.map(|at| match at % 6 {
        0 => ProviderNamed::Name("nobody"),
        1 => ProviderNamed::Id("99999999-2222-3333-4444-555555555555"),
        2 => ProviderNamed::Id("11111111-2222-3333-4444-555555555555"),
        other => ProviderNamed::Name(PROVIDERS[other - 3].name),
    });
    let (require, prefer, avoid, prohibit, application) = wishes;
    request.require = require.unwrap_or_default();
    request.prefer = prefer.unwrap_or_default();
    request.avoid = avoid.unwrap_or_default();
    request.prohibit = prohibit.unwrap_or_default();
    request.application = application.and_then(|at| pick(&[Some("billing"), Some("kiosk"), Some("unknown"), None], at));
    request
}
