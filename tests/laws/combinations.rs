//! The comparison of two registries is complete: it says something just when some request of all is answered otherwise, and what it
//! says is so.

use super::config;
use proptest::option::weighted;
use proptest::prelude::*;
use proptest::test_runner::Config;
use sockatlas::terms::{ErrorCode, Family, Protocol, Role, Services, SocketType};
use sockatlas::{Asked, Comparison, Demand, Difference, Loader, Registry, Request, compare};
use std::collections::HashMap;
use std::fmt::Write;
use std::sync::LazyLock;

const DIALECTS: [&str; 3] = ["documented", "linux", "windows"];
const SERVICES: [&str; 4] = ["x-a", "x-b", "authenticated", "encrypted"];
const GUIDS: [&str; 3] = [
    "11111111-2222-3333-4444-555555555555",
    "22222222-2222-3333-4444-555555555555",
    "33333333-2222-3333-4444-555555555555",
];
const PROVIDERS: [&str; 2] = ["kernel", "own"];
const BASES: [&str; 4] = ["a", "b", "c", "d"];
const PROTOCOLS: [&str; 6] = ["6", "6", "[6, 17]", "[17, 6]", "{ from = 1, to = 20 }", "[6, -3]"];
/// Over which base, which layers, top first.
const CHAINS: [(&str, &str); 3] =
    [("over", "[\"tls\"]"), ("above", "[\"audit\", \"tls\"]"), ("aside", "[\"audit\", \"tls\"]")];

/// A catalog of few entries, much alike, in whatever order; any of them may be hidden behind another.
#[derive(Clone, Debug)]
struct Small {
    dialect: usize,
    guids: [Option<usize>; 2],
    /// Bases, then chains; by their names' place.
    entries: Vec<Entry>,
    /// What the layer above TLS needs, which may hold on one side only.
    needs_authenticated: bool,
    /// Whether TLS asks its clients who they are.
    asks_clients: bool,
    policies: [Option<(u8, u8)>; 2],
}

#[derive(Clone, Debug)]
struct Entry {
    name: usize,
    provider: usize,
    id: Option<i32>,
    family: usize,
    socket_type: usize,
    protocols: usize,
    matches_zero: bool,
    /// Of a base the first two of the services.
    services: u8,
    disabled: bool,
}

fn entry(name: usize) -> impl Strategy<Value = Entry> {
    let rest = (any::<bool>(), 0..4_u8, weighted(0.1, Just(())));
    (0..2_usize, weighted(0.2, 1001..1008), 0..6_usize, 0..6_usize, 0..6_usize, rest).prop_map(
        move |(provider, id, family, socket_type, protocols, (matches_zero, services, disabled))| Entry {
            name,
            provider,
            id,
            family: usize::from(family == 0),
            socket_type: usize::from(socket_type == 0),
            protocols,
            matches_zero,
            services,
            disabled: disabled.is_some(),
        },
    )
}

fn small() -> impl Strategy<Value = Small> {
    let entries: Vec<_> = (0..BASES.len() + CHAINS.len()).map(entry).collect();
    let guids = [weighted(0.7, Just(0)), weighted(0.7, Just(1))];
    let policies = || weighted(0.4, (0..16_u8, 0..16_u8).prop_map(|(require, prohibit)| (require & 3, prohibit & 1)));
    let order = (0..BASES.len() + CHAINS.len()).collect::<Vec<_>>();
    let flags = (any::<bool>(), any::<bool>());
    (0..3_usize, guids, entries, (1..8_usize, Just(order).prop_shuffle()), flags, [policies(), policies()]).prop_map(
        |(dialect, guids, entries, (count, order), (needs_authenticated, asks_clients), policies)| {
            let mut entries: Vec<Entry> = order.into_iter().take(count).map(|at| entries[at].clone()).collect();
            if entries.iter().all(|entry| entry.name != 0) {
                let base = Entry { name: 0, ..entries[0].clone() };
                entries.push(base);
            }
            Small { dialect, guids, entries, needs_authenticated, asks_clients, policies }
        },
    )
}

/// One of the changes that can be made, of which most leave plain requests alone.
fn change(small: &Small, kind: usize, at: usize, number: usize) -> Small {
    let mut changed = small.clone();
    let count = changed.entries.len();
    let entry = &mut changed.entries[at % count];
    match kind {
        0 => changed.guids[at % 2] = (!number.is_multiple_of(4)).then_some(number % 3),
        1 => changed.guids.swap(0, 1),
        2 => entry.id = (!number.is_multiple_of(5)).then_some(1001 + number as i32 % 7),
        3 => entry.provider = 1 - entry.provider,
        4 => entry.protocols = number % PROTOCOLS.len(),
        5 => entry.services ^= 1 << (number % 2),
        6 => entry.matches_zero = !entry.matches_zero,
        7 => changed.entries.swap(at % count, number % count),
        8 => {
            changed.policies[at % 2] =
                if number.is_multiple_of(3) { None } else { Some((number as u8 & 1, number as u8 & 4)) }
        }
        9 => changed.asks_clients = !changed.asks_clients,
        10 => changed.needs_authenticated = !changed.needs_authenticated,
        11 => entry.disabled = !entry.disabled,
        12 => entry.family = 1 - entry.family,
        13 => drop(changed.entries.remove(at % count)),
        _ => changed.entries.rotate_left(at % count),
    }
    changed
}

fn names(bits: u8) -> String {
    let names =
        SERVICES.iter().enumerate().filter(|(bit, _)| bits >> bit & 1 == 1).map(|(_, name)| format!("{name:?}"));
    format!("[{}]", names.collect::<Vec<_>>().join(", "))
}

impl Small {
    fn text(&self) -> String {
        let mut text = format!("format = 1\ndialect = {:?}\n", DIALECTS[self.dialect]);
        let disabled = self.entries.iter().filter(|entry| entry.disabled && entry.name >= BASES.len());
        let disabled: Vec<String> = disabled.map(|entry| format!("{:?}", CHAINS[entry.name - BASES.len()].0)).collect();
        if !disabled.is_empty() {
            let _ = writeln!(text, "disable = [{}]", disabled.join(", "));
        }
        for (name, guid) in PROVIDERS.iter().zip(self.guids) {
            let _ = writeln!(text, "[provider.{name}]\nmodule = \"generated\"");
            if let Some(guid) = guid {
                let _ = writeln!(text, "id = {:?}", GUIDS[guid]);
            }
        }
        text += "[provider.tls]\n[layer.tls]\nprovider = \"tls\"\nadds = [\"encrypted\", \"authenticated\"]\n";
        if self.asks_clients {
            text += "options = { client-roots = \"clients.pem\" }\n";
        }
        text += "[layer.audit]\nprovider = \"own\"\nadds = [\"x-b\"]\n";
        if self.needs_authenticated {
            text += "needs = [\"authenticated\"]\n";
        }
        for entry in &self.entries {
            let Entry { name, provider, id, family, socket_type, protocols, matches_zero, services, .. } = entry;
            match name.checked_sub(BASES.len()) {
                Some(chain) => {
                    let (name, layers) = CHAINS[chain];
                    let _ = writeln!(text, "[chain.{name}]\nlayers = {layers}\nbase = \"a\"");
                }
                None => {
                    let _ = writeln!(text, "[base.{}]\nfamily = {:?}", BASES[*name], ["inet", "unix"][*family]);
                    let _ = writeln!(text, "type = {:?}", ["stream", "dgram"][*socket_type]);
                    let _ = writeln!(text, "services = {}", names(*services & 3));
                    let _ = writeln!(text, "protocol = {}\nmatches-zero = {matches_zero}", PROTOCOLS[*protocols]);
                }
            }
            let _ = writeln!(text, "provider = {:?}", PROVIDERS[*provider]);
            if let Some(id) = id {
                let _ = writeln!(text, "catalog-entry-id = {id}");
            }
        }
        for (name, policy) in ["billing", "*"].iter().zip(self.policies) {
            if let Some((require, prohibit)) = policy {
                let _ = writeln!(
                    text,
                    "[application.{name:?}]\nrequire = {}\nprohibit = {}",
                    names(require),
                    names(prohibit)
                );
            }
        }
        text
    }
}

/// What requests are answered, in numbers that mean the same of both registries.
struct Seen {
    registry: Registry,
    /// By entry and role.
    entries: HashMap<(String, Role), usize>,
}

type Answered = Result<(usize, i32), ErrorCode>;

impl Seen {
    fn new(registry: Registry, known: &mut Vec<String>) -> Self {
        let mut entries = HashMap::new();
        for entry in registry.selectable() {
            for role in Role::ALL {
                let parts: Vec<String> = entry
                    .stack()
                    .map(|part| {
                        let options: Vec<String> =
                            part.options().iter().map(|option| format!("{}={}", option.name, option.value)).collect();
                        format!("{} by {} {options:?}", part.name(), part.provider().name())
                    })
                    .collect();
                let triple = (entry.family(), entry.socket_type());
                let text = format!("{} {triple:?} {parts:?} {}", entry.name(), entry.services_for(role));
                let number = known.iter().position(|other| *other == text).unwrap_or_else(|| {
                    known.push(text);
                    known.len() - 1
                });
                entries.insert((entry.name().to_owned(), role), number);
            }
        }
        Seen { registry, entries }
    }

    fn answer(&self, request: &Request) -> Answered {
        let selection = self.registry.resolve(request).map_err(|refusal| refusal.code())?;
        let number = self.entries[&(selection.name().to_owned(), request.role())];
        Ok((number, selection.protocol().number()))
    }
}

fn differ(sides: &[Seen; 2], request: &Request) -> bool {
    sides[0].answer(request) != sides[1].answer(request)
}

fn service(bits: u8) -> Services {
    let each = SERVICES.iter().enumerate().filter(|(bit, _)| bits >> bit & 1 == 1);
    each.map(|(_, name)| Services::from_name(name).expect("a service")).collect()
}

/// Every way to require and to prohibit; a service that is both is answered by nothing.
fn limits() -> impl Iterator<Item = (u8, u8)> {
    (0..16_u8)
        .flat_map(|require| (0..16_u8).filter(move |prohibit| require & prohibit == 0).map(move |it| (require, it)))
}

/// Whether all of this is at most one service.
fn is_single((one, other): (u8, u8)) -> bool {
    (one | other).count_ones() <= 1
}

fn limited(request: &Request, (require, prohibit): (u8, u8)) -> Request {
    request.clone().require(service(require)).prohibit(service(prohibit))
}

/// Every way to require and to prohibit; and of one service required or prohibited, with one preferred or avoided.
fn all_limits(request: &Request) -> impl Iterator<Item = Request> {
    let request = request.clone();
    limits().flat_map(move |limit| {
        let limited = limited(&request, limit);
        let wishes = limits().filter(move |&wish| wish == (0, 0) || is_single(wish) && is_single(limit));
        wishes.map(move |(prefer, avoid)| limited.clone().prefer(service(prefer)).avoid(service(avoid)))
    })
}

/// A family and a type that no catalog here has.
const OTHER: (i32, i32) = (4_321, 321);

fn triples() -> Vec<Request> {
    let triple = |(family, socket_type, protocol): (Family, i32, i32)| {
        Request::new(family, SocketType::from_raw(socket_type), Protocol::from_raw(protocol))
    };
    let inet = [0, 6, 17, 7, -1, -3].map(|protocol| (Family::INET, 1, protocol));
    let others = [
        (Family::INET, 2, 6),
        (Family::INET, OTHER.1, 6),
        (Family::UNIX, 1, 6),
        (Family::UNSPEC, 0, 6),
        (Family::from_raw(OTHER.0), 1, 6),
    ];
    inet.into_iter().chain(others).map(triple).collect()
}

const APPLICATIONS: [Option<&str>; 3] = [None, Some("billing"), Some("nobody-knows-it")];

fn asked_by(request: &Request, application: Option<&str>) -> Request {
    match application {
        Some(name) => request.clone().application(name),
        None => request.clone(),
    }
}

/// The requests without entry and provider that may be answered otherwise in the same way: one triple, application and role.
fn plain() -> impl Iterator<Item = (Request, Option<&'static str>)> {
    triples().into_iter().flat_map(|triple| {
        APPLICATIONS.into_iter().flat_map(move |application| {
            let asked = asked_by(&triple, application);
            Role::ALL.map(|role| (asked.clone().as_role(role), application))
        })
    })
}

/// The requests that name an entry or a provider, or both.
fn naming() -> impl Iterator<Item = Request> {
    let open = || Request::new(Family::UNSPEC, SocketType::UNSPEC, Protocol::UNSPEC);
    let names = BASES.into_iter().chain(CHAINS.map(|(name, _)| name)).chain(["tls", "nobody"]);
    let named = move |request: &Request| {
        let by_name: Vec<Request> = names.clone().map(|name| request.clone().entry(name)).collect();
        let by_id = (1000..1013).map(|id| request.clone().entry_id(id));
        by_name.into_iter().chain(by_id).collect::<Vec<_>>()
    };
    let provided = |request: &Request| {
        let by_name = ["kernel", "own", "nobody"].map(|name| request.clone().provider(name));
        let by_id = GUIDS.map(|guid| request.clone().provider_id(guid.parse().expect("a GUID")));
        [by_name, by_id].concat()
    };
    let asked = |request: Request| {
        let asked = APPLICATIONS.map(|application| asked_by(&request, application));
        asked.into_iter().flat_map(|request| Role::ALL.map(|role| request.clone().as_role(role))).collect::<Vec<_>>()
    };
    let triples = || triples().into_iter().chain([open()]).flat_map(asked);
    // One entry alone: of services it is enough to try one at a time.
    let of_entries = asked(open()).into_iter().flat_map({
        let named = named.clone();
        move |request| named(&request)
    });
    let of_entries = of_entries
        .flat_map(|request| limits().filter(|&limit| is_single(limit)).map(move |limit| limited(&request, limit)));
    let of_providers = triples()
        .flat_map(move |request| provided(&request))
        .flat_map(|request| limits().map(move |limit| limited(&request, limit)));
    let of_both = triples().flat_map(move |request| {
        let named = named(&request);
        let both: Vec<Request> = named.iter().flat_map(provided).collect();
        named.into_iter().chain(both)
    });
    of_entries.chain(of_providers).chain(of_both)
}

/// A request, who asks, and the same request with all that it may demand.
type Limited = (Request, Option<&'static str>, Vec<Request>);

/// Made once.
static PLAIN: LazyLock<Vec<Limited>> = LazyLock::new(|| {
    let with_limits = |(request, application)| {
        let limited = all_limits(&request).collect();
        (request, application, limited)
    };
    plain().map(with_limits).collect()
});

static NAMING: LazyLock<Vec<Request>> = LazyLock::new(|| naming().collect());

/// Whether a difference speaks of requests of this triple, application and role, whatever services they demand.
fn speaks_of(difference: &Difference, sides: &[Seen; 2], request: &Request, application: Option<&str>) -> bool {
    let is_free = |family: Family| {
        sides.iter().all(|side| side.registry.selectable().all(|entry| entry.family() != Some(family)))
    };
    let family = match difference.family {
        Asked::Is(family) => family == request.family(),
        Asked::Other(_) => request.family() != Family::UNSPEC && is_free(request.family()),
    };
    let asked = request.socket_type();
    let is_free =
        || sides.iter().all(|side| side.registry.selectable().all(|entry| entry.socket_type() != Some(asked)));
    let socket_type = match difference.socket_type {
        Asked::Is(socket_type) => socket_type == asked,
        Asked::Other(_) => asked != SocketType::UNSPEC && is_free(),
    };
    let knows = |name: &str| sides.iter().any(|side| side.registry.knows_application(name));
    let refuses = |side: &Seen| side.registry.applications().len() > 0 && !side.registry.knows_application("*");
    let application = match application {
        Some(name) if knows(name) => Some(name),
        Some(_) if sides.iter().any(refuses) => Some("*"),
        _ => None,
    };
    let names = |demand: &Demand| {
        matches!(demand, Demand::Entry(_) | Demand::EntryId(_) | Demand::Provider(_) | Demand::ProviderId(_))
    };
    let is_named = difference.demand.as_ref().is_some_and(|demand| match demand {
        Demand::Together(all) => all.iter().any(names),
        one => names(one),
    });
    let protocol = request.protocol().number();
    family
        && socket_type
        && !is_named
        && difference.application.as_deref() == application
        && difference.role.is_none_or(|role| role == request.role())
        && difference.protocols.iter().any(|&(from, to)| (from..=to).contains(&protocol))
}

fn sides(was: &str, is: &str) -> Option<([Seen; 2], Comparison)> {
    let load = |text: &str| Loader::new().text("small.toml", text).load().ok();
    let (was, is) = (load(was)?, load(is)?);
    let comparison = compare(&was, &is);
    let mut known = Vec::new();
    Some(([Seen::new(was, &mut known), Seen::new(is, &mut known)], comparison))
}

/// Each difference is shown by its request, in the roles that it is said of, with the answers that it says.
fn all_are_so(sides: &[Seen; 2], comparison: &Comparison) -> Result<(), TestCaseError> {
    for difference in comparison.iter() {
        for role in difference.role.map_or(Role::ALL.to_vec(), |role| vec![role]) {
            let request = difference.request().as_role(role);
            prop_assert!(differ(sides, &request), "{request} is answered alike: {difference:#?}");
            for (side, said) in sides.iter().zip([&difference.was, &difference.is]) {
                let given = match side.registry.resolve(&request) {
                    Ok(selection) => selection.name().to_owned(),
                    Err(refusal) => refusal.code().to_string(),
                };
                let said = match said {
                    sockatlas::Answer::Entry { name, .. } => name.clone(),
                    sockatlas::Answer::Refused(code) => code.to_string(),
                };
                prop_assert_eq!(given, said, "{}", request);
            }
        }
    }
    prop_assert_eq!(&comparison.not_compared, &None);
    Ok(())
}

proptest! {
    #![proptest_config(Config { cases: 256, ..config() })]

    #[test]
    fn something_is_said_whenever_some_request_is_answered_otherwise(
        small in small(),
        kind in 0..15_usize,
        at in any::<usize>(),
        number in any::<usize>(),
    ) {
        let (was, is) = (small.text(), change(&small, kind, at, number).text());
        let both = sides(&was, &is);
        prop_assume!(both.is_some());
        let Some((sides, comparison)) = both else { return Ok(()) };
        all_are_so(&sides, &comparison)?;
        for (request, application, limited) in PLAIN.iter() {
            let listed = comparison.iter().any(|difference| speaks_of(difference, &sides, request, *application));
            let found = limited.iter().find(|request| differ(&sides, request));
            // Nothing that is answered otherwise is passed over; that what is listed is so was tested above.
            prop_assert!(listed || found.is_none(), "{}: {:?}\n{}\n=====\n{}", request, found, was, is);
        }
        if comparison.is_empty() {
            let found = NAMING.iter().find(|request| differ(&sides, request));
            prop_assert!(found.is_none(), "{}\n{}\n=====\n{}", found.expect("it is there"), was, is);
        }
    }

    #[test]
    fn no_combination_of_what_is_preferred_and_avoided_goes_by(
        sets in Just((0..16_u8).collect::<Vec<_>>()).prop_shuffle(),
        count in 2..6_usize,
        order in Just((0..5_usize).collect::<Vec<_>>()).prop_shuffle(),
    ) {
        let text = |order: &[usize]| {
            let mut text = "format = 1\n[provider.kernel]\nmodule = \"generated\"\n".to_owned();
            for &at in order.iter().filter(|&&at| at < count) {
                let services = names(sets[at]).replace("authenticated", "x-c").replace("encrypted", "x-d");
                let _ = writeln!(text, "[base.entry-{at}]\nprovider = \"kernel\"\nfamily = \"inet\"\ntype = \"stream\"");
                let _ = writeln!(text, "protocol = 6\ncatalog-entry-id = {}\nservices = {services}", 1001 + at);
            }
            text
        };
        let (was, is) = (text(&[0, 1, 2, 3, 4]), text(&order));
        let (sides, comparison) = sides(&was, &is).expect("both are sound");
        all_are_so(&sides, &comparison)?;
        let words = |bits: u8| -> Services {
            let words = ["x-a", "x-b", "x-c", "x-d"].iter().enumerate().filter(|(bit, _)| bits >> bit & 1 == 1);
            words.map(|(_, word)| Services::from_name(word).expect("a word")).collect()
        };
        let tcp = Request::new(Family::INET, SocketType::STREAM, Protocol::TCP);
        let found = limits().find_map(|(require, prohibit)| {
            let limited = tcp.clone().require(words(require)).prohibit(words(prohibit));
            let wishes = (0..16_u8).flat_map(|prefer| (0..16_u8).map(move |avoid| (prefer, avoid)));
            let mut asked = wishes.map(|(prefer, avoid)| limited.clone().prefer(words(prefer)).avoid(words(avoid)));
            asked.find(|request| differ(&sides, request))
        });
        prop_assert_eq!(!comparison.is_empty(), found.is_some(), "{:?}\n{}\n=====\n{}", found, was, is);
    }
}
