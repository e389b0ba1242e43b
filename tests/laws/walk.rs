//! What the design says, word by word: a walk over plain data that knows nothing of the registry.
//!
//! Section 3 gives the entries ([`members`], [`whole`], [`selectable`]), section 4 the answer ([`resolve`]).

use super::plain::*;
use sockatlas::terms::{Dialect, ErrorCode, Family};

/// An entry: a base protocol, a layer, a chain, or one of those that a chain over several bases makes.
#[derive(Clone, Debug)]
pub struct Member<'c> {
    pub name: String,
    pub entry: &'c Entry,
    pub id: i32,
    /// What a chain runs over.
    below: Option<&'c str>,
}

impl Member<'_> {
    pub fn is_layer(&self) -> bool {
        matches!(self.entry.body, Body::Layer(_))
    }
}

/// Every entry in the order of declaration.
pub fn members(catalog: &Catalog) -> Vec<Member<'_>> {
    let mut members = Vec::new();
    for entry in &catalog.entries {
        let member = |name: &str, below| Member { name: name.to_owned(), entry, id: entry.id.unwrap_or(0), below };
        match &entry.body {
            Body::Chain(Chain { base: ChainBase::One(base), .. }) => members.push(member(&entry.name, Some(base))),
            Body::Chain(Chain { base: ChainBase::Several(bases), .. }) => {
                members.extend(bases.iter().map(|base| member(&format!("{}/{base}", entry.name), Some(base))));
            }
            Body::Base(_) | Body::Layer(_) => members.push(member(&entry.name, None)),
        }
    }
    // Ids: bases and chains from 1001 in order of declaration, disabled ones counted, stated ids skipped, then layers.
    let stated: Vec<i32> = members.iter().map(|member| member.id).collect();
    let mut next = 1001;
    for layers in [false, true] {
        for member in members.iter_mut().filter(|member| member.id == 0 && member.is_layer() == layers) {
            while stated.contains(&next) {
                next += 1;
            }
            member.id = next;
            next += 1;
        }
    }
    members
}

/// What an entry cannot be without: a chain's layers and what it runs over.
pub fn stands_on<'m>(member: &'m Member<'_>) -> impl Iterator<Item = &'m str> {
    let layers = match &member.entry.body {
        Body::Chain(chain) => chain.layers.as_slice(),
        Body::Base(_) | Body::Layer(_) => &[],
    };
    layers.iter().map(String::as_str).chain(member.below)
}

/// Whether a name in `order` or `disable` stands for this entry: its own, or that of the chain that it is one of.
fn stands_for(name: &str, member: &Member<'_>) -> bool {
    name == member.name || name == member.entry.name
}

pub fn is_disabled(catalog: &Catalog, member: &Member<'_>) -> bool {
    catalog.disable.iter().any(|name| stands_for(name, member))
}

/// What a base protocol or chain is as a whole.
#[derive(Clone, Debug)]
pub struct Whole {
    pub name: String,
    pub hidden: bool,
    pub provider: &'static str,
    pub family: Family,
    pub socket_type: i32,
    pub protocols: Vec<Written>,
    pub matches_zero: bool,
    pub services: Names,
    /// Top first, the base protocol last.
    pub stack: Vec<String>,
    /// The categories of each layer.
    pub categories: Vec<Names>,
}

/// Flattens, and holds every layer to its contract; nothing where one is broken, or a layer is there twice, or the chain is
/// too long.
pub fn whole(catalog: &Catalog, members: &[Member<'_>], member: &Member<'_>) -> Option<Whole> {
    let Member { name, entry, below, .. } = member;
    let named = |name: &str| members.iter().find(|member| member.name == name);
    let chain = match &entry.body {
        Body::Layer(_) => return None,
        Body::Base(base) => {
            return Some(Whole {
                name: name.clone(),
                hidden: entry.hidden,
                provider: entry.provider?,
                family: base.family.family(catalog.dialect()),
                socket_type: base.socket_type,
                protocols: base.protocols.clone(),
                matches_zero: base.matches_zero,
                services: base.services.clone(),
                stack: vec![name.clone()],
                categories: Vec::new(),
            });
        }
        Body::Chain(chain) => chain,
    };
    let mut whole = whole(catalog, members, named((*below)?)?)?;
    let mut top_provider = "";
    for layer_name in chain.layers.iter().rev() {
        let Member { entry: layer_entry, .. } = named(layer_name)?;
        let Body::Layer(layer) = &layer_entry.body else { return None };
        let beneath = &whole.stack[0];
        let allowed = layer.allow_below.as_ref().is_none_or(|allowed| allowed.contains(beneath));
        if !layer.needs.is_subset(&whole.services)
            || !layer.forbids.is_disjoint(&whole.services)
            || !allowed
            || whole.stack.contains(layer_name)
        {
            return None;
        }
        whole.services = whole.services.difference(&layer.removes).chain(&layer.adds).copied().collect();
        whole.socket_type = layer.socket_type.unwrap_or(whole.socket_type);
        whole.stack.insert(0, layer_name.clone());
        whole.categories.insert(0, layer.categories.clone());
        top_provider = layer_entry.provider?;
    }
    if whole.stack.len() > 7 {
        return None;
    }
    Some(Whole {
        name: name.clone(),
        hidden: entry.hidden,
        provider: entry.provider.unwrap_or(top_provider),
        protocols: chain.protocols.clone().unwrap_or(whole.protocols),
        matches_zero: chain.matches_zero.unwrap_or(whole.matches_zero),
        services: chain.services.clone().unwrap_or(whole.services),
        ..whole
    })
}

/// Bases and chains that are not disabled, in catalog order: the `order` list first, then by place.
pub fn selectable(catalog: &Catalog) -> Vec<Whole> {
    let members = members(catalog);
    let mut order: Vec<&Member<'_>> = Vec::new();
    let listed = catalog.order.iter().flat_map(|name| members.iter().filter(|member| stands_for(name, member)));
    for member in listed.chain(&members).filter(|member| !member.is_layer()) {
        if !order.iter().any(|placed| placed.name == member.name) {
            order.push(member);
        }
    }
    let enabled = order.into_iter().filter(|member| !is_disabled(catalog, member));
    enabled.map(|member| whole(catalog, &members, member).expect("the generator makes sound chains")).collect()
}

impl Whole {
    fn holds(&self, number: i32) -> bool {
        self.protocols.iter().any(|written| match *written {
            Written::One(one) | Written::Named(_, one) => one == number,
            Written::Range(from, to) => (from..=to).contains(&number),
            Written::Any => number != 0,
        })
    }

    /// The number that was written first; of `any`: 0.
    pub fn first_protocol(&self) -> i32 {
        match self.protocols[0] {
            Written::One(number) | Written::Named(_, number) | Written::Range(number, _) => number,
            Written::Any => 0,
        }
    }
}

/// What is selected: the entry's name, and the protocol that a socket would be created with.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Selected {
    pub name: String,
    pub protocol: i32,
}

/// The tests that a candidate can fail, by the names that explanations give them.
pub type Test = &'static str;

/// A request in the terms of a catalog.
struct Asked {
    dialect: Dialect,
    family: Family,
    socket_type: i32,
    protocol: i32,
    /// The greatest protocol of the family, and whether its protocol is tested first.
    facts: (Option<i32>, bool),
}

impl Asked {
    fn new(catalog: &Catalog, request: &Request) -> Self {
        let dialect = catalog.dialect();
        // A number is the family that the dialect means by it.
        let normal = |family: Family| match family.number(dialect.system()) {
            Some(number) if family.name().is_none() => Family::from_number(number, dialect.system()),
            _ => family,
        };
        let family = normal(request.family);
        // The flags that ride in the type are stripped in the linux dialect.
        let flags = 0o4000 | 0o2_000_000;
        let strip = dialect == Dialect::Linux && request.socket_type >= 0;
        let socket_type = if strip { request.socket_type & !flags } else { request.socket_type };
        let facts = catalog.families.iter().find(|facts| FamilyWord::Name(facts.name).family(dialect) == family);
        let facts = facts.filter(|_| dialect == Dialect::Linux);
        let facts = facts.map_or((None, false), |facts| (facts.max_protocol, facts.protocol_first));
        Asked { dialect, family, socket_type, protocol: request.protocol, facts }
    }

    fn wildcards(&self) -> bool {
        self.dialect != Dialect::Linux
    }

    fn is_ambiguous(&self) -> bool {
        self.wildcards() && self.family == Family::UNSPEC && self.protocol == 0
    }

    fn family_fits(&self, entry: &Whole) -> bool {
        entry.family == self.family || self.wildcards() && self.family == Family::UNSPEC
    }

    fn type_fits(&self, entry: &Whole) -> bool {
        entry.socket_type == self.socket_type || self.wildcards() && self.socket_type == 0
    }

    fn protocol_fits(&self, entry: &Whole) -> bool {
        if self.protocol == 0 { entry.matches_zero } else { entry.holds(self.protocol) }
    }

    fn out_of_range(&self) -> bool {
        self.facts.0.is_some_and(|most| self.protocol < 0 || self.protocol > most)
    }

    /// The tests of the triple, in the dialect's order.
    fn triple_tests(&self, entry: &Whole) -> [(Test, bool); 3] {
        let family = ("family", self.family_fits(entry));
        let socket_type = ("type", self.type_fits(entry));
        let protocol = ("protocol", self.protocol_fits(entry));
        match self.dialect {
            Dialect::Windows => [socket_type, family, protocol],
            // A protocol out of range is refused before its type is looked at.
            Dialect::Linux if self.facts.1 || self.out_of_range() => [family, protocol, socket_type],
            Dialect::Linux | Dialect::Documented => [family, socket_type, protocol],
        }
    }

    /// The fields of the triple against a named entry: what is 0 or -1 is taken from it.
    fn named_tests(&self, entry: &Whole) -> [(Test, bool); 3] {
        let open = |number: i32| number == 0 || number == -1;
        let family =
            self.family == Family::UNSPEC || self.family == Family::FROM_PROTOCOL_INFO || self.family == entry.family;
        let family = ("family", family);
        let socket_type = ("type", open(self.socket_type) || self.socket_type == entry.socket_type);
        let protocol = ("protocol", open(self.protocol) || entry.holds(self.protocol));
        match self.dialect {
            Dialect::Windows => [socket_type, family, protocol],
            Dialect::Linux if self.facts.1 || self.out_of_range() => [family, protocol, socket_type],
            Dialect::Linux | Dialect::Documented => [family, socket_type, protocol],
        }
    }

    /// Why nothing among these matches.
    fn refusal(&self, entries: &[&Whole]) -> ErrorCode {
        let mut left = entries.to_vec();
        let of_family: Vec<&Whole> = entries.iter().copied().filter(|entry| self.family_fits(entry)).collect();
        if !of_family.is_empty() && self.out_of_range() {
            return ErrorCode::InvalidArgument;
        }
        let order: [Test; 3] = match self.dialect {
            Dialect::Windows => ["type", "family", "protocol"],
            Dialect::Linux if self.facts.1 => ["family", "protocol", "type"],
            Dialect::Linux | Dialect::Documented => ["family", "type", "protocol"],
        };
        for test in order {
            left.retain(|entry| match test {
                "family" => self.family_fits(entry),
                "type" => self.type_fits(entry),
                _ => self.protocol_fits(entry),
            });
            let wrong_type = || self.protocol != 0 && of_family.iter().any(|entry| entry.holds(self.protocol));
            match test {
                _ if !left.is_empty() => {}
                "family" => return ErrorCode::AddressFamilyNotSupported,
                "type" => return ErrorCode::SocketTypeNotSupported,
                _ if self.dialect == Dialect::Documented && wrong_type() => return ErrorCode::ProtocolWrongType,
                _ => return ErrorCode::ProtocolNotSupported,
            }
        }
        unreachable!("only asked when nothing matches")
    }

    fn selected(&self, entry: &Whole, named: bool) -> Selected {
        let taken = self.protocol == 0 || named && self.protocol == -1;
        let protocol = if taken { entry.first_protocol() } else { self.protocol };
        Selected { name: entry.name.clone(), protocol }
    }
}

fn offers(entry: &Whole, require: &Names, prohibit: &Names) -> bool {
    require.is_subset(&entry.services) && prohibit.is_disjoint(&entry.services)
}

/// Whether the application that asks has no section where others have one, and there is none for all others.
fn is_unknown(catalog: &Catalog, request: &Request) -> bool {
    request.application.is_some() && !catalog.applications.is_empty() && policy(catalog, request).is_none()
}

/// The section of the application that asks, else that of `*`, else none.
pub fn policy<'c>(catalog: &'c Catalog, request: &Request) -> Option<&'c Application> {
    let section = |name: &str| catalog.applications.iter().find(|application| application.name == name);
    request.application.and_then(section).or_else(|| section("*"))
}

pub fn permits(policy: &Application, entry: &Whole) -> bool {
    let permitted = |permit: &Names, categories: &Names| {
        !categories.is_empty()
            && categories.is_subset(permit)
            && (!permit.contains("system") || categories.contains("system"))
    };
    offers(entry, &policy.require, &policy.prohibit)
        && policy.permit.as_ref().is_none_or(|permit| entry.categories.iter().all(|layer| permitted(permit, layer)))
}

/// Where a named entry or provider leads: to nothing if the request names none.
type Led<T> = Result<Option<T>, ErrorCode>;

fn named_entry(catalog: &Catalog, request: &Request) -> Led<String> {
    let Some(named) = &request.entry else { return Ok(None) };
    let members = members(catalog);
    let found = members.iter().find(|member| match named {
        Named::Name(name) => member.name == *name,
        Named::Id(id) => member.id == *id,
    });
    let found = found.filter(|member| !is_disabled(catalog, member)).ok_or(ErrorCode::NoSuchEntry)?;
    if found.is_layer() { Err(ErrorCode::UnchainedLayer) } else { Ok(Some(found.name.clone())) }
}

fn named_provider(catalog: &Catalog, request: &Request) -> Led<&'static str> {
    let Some(named) = &request.provider else { return Ok(None) };
    let found = catalog.providers.iter().find(|provider| match named {
        ProviderNamed::Name(name) => provider.name == *name,
        ProviderNamed::Id(id) => provider.id == Some(id),
    });
    found.map(|provider| Some(provider.name)).ok_or(ErrorCode::NoSuchProvider)
}

/// The first of all that pass.
pub fn resolve(catalog: &Catalog, request: &Request) -> Result<Selected, ErrorCode> {
    resolve_all(catalog, request).map(|selected| selected[0].clone())
}

/// All that pass, best first; at least one.
pub fn resolve_all(catalog: &Catalog, request: &Request) -> Result<Vec<Selected>, ErrorCode> {
    let asked = Asked::new(catalog, request);
    let selectable = selectable(catalog);
    // 1 and 2: names that lead nowhere.
    let entry = named_entry(catalog, request)?;
    let provider = named_provider(catalog, request)?;
    // 3: too little is asked for.
    if entry.is_none() && asked.is_ambiguous() {
        return Err(ErrorCode::InvalidArgument);
    }
    let mut matches: Vec<&Whole> = selectable.iter().collect();
    if let Some(name) = &entry {
        // 4: the named entry must fit.
        matches.retain(|candidate| candidate.name == *name);
        let fits = |candidate: &&Whole| {
            asked.named_tests(candidate).iter().all(|(_, passed)| *passed)
                && provider.is_none_or(|provider| candidate.provider == provider)
        };
        if !matches.iter().all(fits) {
            return Err(ErrorCode::EntryMismatch);
        }
    } else {
        // 4: a named provider narrows; 5: the triple.
        matches.retain(|candidate| provider.is_none_or(|provider| candidate.provider == provider));
        let among = matches.clone();
        matches.retain(|candidate| asked.triple_tests(candidate).iter().all(|(_, passed)| *passed));
        if matches.is_empty() {
            return Err(asked.refusal(&among));
        }
    }
    // 6 and 7: the request's own demands, then policy.
    matches.retain(|candidate| offers(candidate, &request.require, &request.prohibit));
    if matches.is_empty() {
        return Err(ErrorCode::ServiceNotOffered);
    }
    if is_unknown(catalog, request) {
        return Err(ErrorCode::NoSuchApplication);
    }
    if let Some(policy) = policy(catalog, request) {
        matches.retain(|candidate| permits(policy, candidate));
    }
    // 8: most preferred, then least avoided, then first.
    matches.sort_by_key(|candidate| {
        let met = |wishes: &Names| wishes.intersection(&candidate.services).count();
        (std::cmp::Reverse(met(&request.prefer)), met(&request.avoid))
    });
    if matches.is_empty() {
        return Err(ErrorCode::NotPermitted);
    }
    Ok(matches.into_iter().map(|chosen| asked.selected(chosen, entry.is_some())).collect())
}

/// Every test that the request asks of an entry, in their order, and whether it passes.
pub fn tests(catalog: &Catalog, request: &Request, entry: &Whole) -> Vec<(Test, bool)> {
    let asked = Asked::new(catalog, request);
    let provider = named_provider(catalog, request);
    let provider = request.provider.is_some().then(|| ("provider", provider == Ok(Some(entry.provider))));
    let mut tests = Vec::new();
    if request.entry.is_some() {
        tests.push(("entry", named_entry(catalog, request).as_ref() == Ok(&Some(entry.name.clone()))));
        tests.extend(asked.named_tests(entry));
        tests.extend(provider);
    } else {
        if asked.is_ambiguous() {
            tests.push(("request", false));
        }
        tests.extend(provider);
        tests.extend(asked.triple_tests(entry));
    }
    tests.push(("require", request.require.is_subset(&entry.services)));
    tests.push(("prohibit", request.prohibit.is_disjoint(&entry.services)));
    tests.push((
        "policy",
        !is_unknown(catalog, request) && policy(catalog, request).is_none_or(|policy| permits(policy, entry)),
    ));
    tests
}
