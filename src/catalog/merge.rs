//! Several documents into one catalog: definitions and replacements, names resolved, places, ids and order.

use super::entry::*;
use super::fault::{Fault, FaultKind};
use super::limits::Limits;
use super::protocols::ProtocolSet;
use super::raw::*;
use super::scope::{DeclaredFamily, Scope};
use super::source::Span;
use super::suggest::nearest;
use super::{
    Application, Catalog, Claim, Declared, EntryDemand, Expectation, Guarantee, Outcome, Policy, Provider, TestRequest,
};
use crate::terms::{Dialect, Family, Protocol, SocketType};
use indexmap::IndexMap;
use std::collections::HashMap;

/// Merges documents. The catalog is fit for use only when no fault was found; else it serves to find further faults.
pub(super) fn merge(documents: Vec<Document>, limits: &Limits, faults: &mut Vec<Fault>) -> Catalog {
    let mut merge = Merge {
        faults,
        scope: Scope::default(),
        names: IndexMap::new(),
        groups: HashMap::new(),
        providers: IndexMap::new(),
        chain_protocols: Vec::new(),
    };
    merge.dialect(&documents);
    merge.families(&documents);
    merge.providers(&documents);

    // What was asked for gives the title; what it includes only when nothing else does.
    let titles = |included| {
        let documents = documents.iter().filter(move |document| document.included == included);
        documents.filter_map(|document| document.title.as_deref()).collect::<Vec<_>>().join("; ")
    };
    let title = Some(titles(false)).filter(|title| !title.is_empty()).or_else(|| Some(titles(true)));
    let title = title.filter(|title| !title.is_empty());
    let mut entries = Vec::new();
    let mut orders = Vec::new();
    let mut disables = Vec::new();
    let mut applications = Vec::new();
    let mut expectations = Vec::new();
    let mut guarantees = Vec::new();
    let mut lint = Vec::new();
    for document in documents {
        entries.extend(document.entries);
        orders.push(document.order);
        disables.extend(document.disable);
        applications.extend(document.applications);
        expectations.extend(document.expectations);
        guarantees.extend(document.guarantees);
        lint.extend(document.lint.into_iter().map(|(code, severity)| (code.value, code.at, severity)));
    }

    let raw = merge.definitions(entries);
    let raw = merge.expand(raw, limits);
    let ids = merge.ids(&raw);
    let disabled = merge.disabled(&disables);
    let order = merge.order(&orders);
    let mut entries = Vec::with_capacity(raw.len());
    for ((raw, id), disabled) in raw.into_iter().zip(ids).zip(&disabled) {
        let entry = merge.entry(raw, EntryIndex::new(entries.len()), id, disabled.is_none());
        entries.push(entry);
    }
    merge.complete_chains(&mut entries);
    let order = order.into_iter().filter(|index| disabled[index.get()].is_none()).collect();
    let applications = merge.applications(applications);
    let expectations = expectations.into_iter().filter_map(|raw| merge.expectation(raw)).collect();
    let guarantees = guarantees.into_iter().filter_map(|raw| merge.guarantee(raw)).collect();
    Catalog {
        title,
        scope: merge.scope,
        providers: merge.providers.into_values().collect(),
        names: merge.names,
        entries,
        disabled,
        order,
        applications,
        expectations,
        guarantees,
        lint,
    }
}

struct Merge<'f> {
    faults: &'f mut Vec<Fault>,
    scope: Scope,
    /// Every entry by its name, in the order of places; chains over several bases stand here as `CHAIN/BASE`.
    names: IndexMap<String, Declared>,
    /// Chains over several bases: the entries that they make.
    groups: HashMap<String, Vec<EntryIndex>>,
    providers: IndexMap<String, Provider>,
    /// Protocols that chains state, which are read once the family at the bottom of each is known.
    chain_protocols: Vec<(EntryIndex, Vec<At<ProtocolWord>>)>,
}

/// What a name may stand for.
enum Meaning {
    Entry(EntryIndex),
    Group(Vec<EntryIndex>),
}

impl Merge<'_> {
    fn fault(&mut self, kind: FaultKind, at: Span) {
        self.faults.push(Fault::new(kind, at));
    }

    fn duplicate(&mut self, what: &'static str, name: &At<String>, first: Span) {
        let kind = FaultKind::DuplicateName { what, name: name.value.clone() };
        self.faults.push(Fault::new(kind, name.at).because(first, "first declared here"));
    }

    fn dialect(&mut self, documents: &[Document]) {
        let mut stated = documents.iter().filter_map(|document| document.dialect.as_ref());
        let Some(first) = stated.next() else { return };
        self.scope.dialect = first.value;
        for other in stated.filter(|other| other.value != first.value) {
            let kind = FaultKind::DialectConflict { stated: other.value, other: first.value };
            self.faults.push(Fault::new(kind, other.at).because(first.at, "stated here"));
        }
    }

    fn families(&mut self, documents: &[Document]) {
        let mut places: HashMap<&str, Span> = HashMap::new();
        for raw in documents.iter().flat_map(|document| &document.families) {
            if let Some(&first) = places.get(raw.name.value.as_str()).filter(|_| !raw.replace) {
                self.duplicate("family", &raw.name, first);
                continue;
            }
            places.insert(&raw.name.value, raw.name.at);
            let Some(family) = self.declared_family(raw) else { continue };
            let mut protocols: IndexMap<String, i32> = IndexMap::new();
            for (name, number) in &raw.protocols {
                let known = Protocol::from_name(&name.value, family, self.scope.system());
                if known.is_some_and(|known| known.number() != *number) {
                    let found = format!("protocol `{}` with number {number}", name.value);
                    let expected = format!("its known number, {}", known.map_or(0, Protocol::number));
                    self.fault(FaultKind::WrongValue { found, expected }, name.at);
                }
                protocols.insert(name.value.clone(), *number);
            }
            let RawFamily { max_protocol, protocol_first, .. } = *raw;
            self.scope
                .families
                .insert(raw.name.value.clone(), DeclaredFamily { family, protocols, max_protocol, protocol_first });
        }
    }

    /// The family that a `[family.NAME]` speaks of: a known one, or a new one with a number that is still free.
    fn declared_family(&mut self, raw: &RawFamily) -> Option<Family> {
        let system = self.scope.system();
        let name = &raw.name.value;
        let known = Family::from_name(name);
        let known_number = known.and_then(|known| known.number(system));
        match (known, known_number, &raw.number) {
            (Some(known), _, None) | (Some(known), None, _) if self.scope.dialect == Dialect::Documented => Some(known),
            (Some(known), Some(_), None) => Some(known),
            (Some(known), Some(number), Some(stated)) if number == stated.value => Some(known),
            (Some(_), Some(number), Some(stated)) => {
                let found = format!("number {}", stated.value);
                self.fault(
                    FaultKind::WrongValue { found, expected: format!("the known number of `{name}`, {number}") },
                    stated.at,
                );
                None
            }
            (_, _, Some(stated)) => {
                let family = Family::from_number(stated.value, system);
                let other = self.scope.family_name(family).map(str::to_owned);
                if let Some(other) = other {
                    let found = format!("number {}, which is that of `{other}`,", stated.value);
                    self.fault(
                        FaultKind::WrongValue { found, expected: "a number that no other family has".to_owned() },
                        stated.at,
                    );
                    return None;
                }
                Some(family)
            }
            (None, _, None) | (_, None, None) => {
                self.fault(FaultKind::MissingKey { key: "number", table: format!("family `{name}`") }, raw.name.at);
                None
            }
        }
    }

    fn providers(&mut self, documents: &[Document]) {
        for raw in documents.iter().flat_map(|document| &document.providers) {
            let name = &raw.name.value;
            if let Some(first) = self.providers.get(name).filter(|_| !raw.replace) {
                let first = first.at;
                self.duplicate("provider", &raw.name, first);
                continue;
            }
            let module = raw.module.clone().unwrap_or_else(|| name.clone());
            let provider = Provider { name: name.clone(), module, id: raw.id, at: raw.name.at };
            self.providers.insert(name.clone(), provider);
        }
    }

    /// One definition a name; a replacement stands at the place of what it replaces.
    fn definitions(&mut self, entries: Vec<RawEntry>) -> Vec<RawEntry> {
        let mut definitions: IndexMap<String, RawEntry> = IndexMap::with_capacity(entries.len());
        for entry in entries {
            match definitions.get_mut(&entry.name.value) {
                None => {
                    definitions.insert(entry.name.value.clone(), entry);
                }
                Some(first) if entry.replace => *first = entry,
                Some(first) => {
                    let first = first.name.at;
                    self.duplicate("entry", &entry.name, first);
                }
            }
        }
        definitions.into_values().collect()
    }

    /// Chains over several bases become one entry a base, at the chain's place.
    fn expand(&mut self, definitions: Vec<RawEntry>, limits: &Limits) -> Vec<RawEntry> {
        let mut entries = Vec::with_capacity(definitions.len());
        self.names.reserve(definitions.len());
        for mut entry in definitions {
            let place = entry.name.at;
            let chain = match entry.body.take() {
                Some(RawBody::Chain(chain)) => chain,
                body => {
                    entry.body = body;
                    self.declare(&mut entries, entry, place, limits);
                    continue;
                }
            };
            let RawChainBase::Several(bases) = &chain.base else {
                entry.body = Some(RawBody::Chain(chain));
                self.declare(&mut entries, entry, place, limits);
                continue;
            };
            if let Some(id) = entry.id.as_ref().filter(|_| bases.len() > 1) {
                let found = format!("one catalog entry id for {} entries", bases.len());
                let at = id.at;
                self.fault(FaultKind::WrongValue { found, expected: "a chain over one base".to_owned() }, at);
            }
            let mut group = Vec::with_capacity(bases.len());
            for base in bases {
                let name = format!("{}/{}", entry.name.value, base.value);
                if let Some(first) = self.names.get(&name) {
                    let first = first.at;
                    self.duplicate("base", base, first);
                    continue;
                }
                if entries.len() >= limits.entries {
                    break;
                }
                let one = RawChain { base: RawChainBase::One(base.clone()), ..chain.clone() };
                let one = RawEntry {
                    name: At::new(name, entry.name.at),
                    provider: entry.provider.clone(),
                    id: entry.id.clone(),
                    facts: entry.facts.clone(),
                    options: entry.options.clone(),
                    body: Some(RawBody::Chain(one)),
                    ..entry
                };
                group.push(EntryIndex::new(entries.len()));
                self.declare(&mut entries, one, base.at, limits);
            }
            self.groups.insert(entry.name.value, group);
        }
        entries
    }

    fn declare(&mut self, entries: &mut Vec<RawEntry>, entry: RawEntry, at: Span, limits: &Limits) {
        if entries.len() == limits.entries {
            let limit = limits.entries as u64;
            self.fault(FaultKind::LimitExceeded { what: "number of entries", limit, found: limit + 1 }, at);
        }
        if entries.len() < limits.entries {
            self.names.insert(entry.name.value.clone(), Declared { kind: entry.kind, at });
            entries.push(entry);
        }
    }

    /// Bases and chains from 1001 in the order of places, disabled ones counted, stated ids skipped, then layers.
    fn ids(&mut self, entries: &[RawEntry]) -> Vec<i32> {
        let mut stated: HashMap<i32, Span> = HashMap::new();
        for id in entries.iter().filter_map(|entry| entry.id.as_ref()) {
            if let Some(&first) = stated.get(&id.value).filter(|first| **first != id.at) {
                let kind = FaultKind::DuplicateId { id: id.value };
                self.faults.push(Fault::new(kind, id.at).because(first, "first stated here"));
            }
            stated.insert(id.value, id.at);
        }
        let mut free = (FIRST_ENTRY_ID..).filter(|id| !stated.contains_key(id));
        let mut ids: Vec<i32> = entries.iter().map(|entry| entry.id.as_ref().map_or(0, |id| id.value)).collect();
        for layers in [false, true] {
            for (id, entry) in ids.iter_mut().zip(entries) {
                if *id == 0 && (entry.kind == EntryKind::Layer) == layers {
                    *id = free.next().unwrap_or(i32::MAX);
                }
            }
        }
        ids
    }

    /// For each entry the place that disables it.
    fn disabled(&mut self, disables: &[At<String>]) -> Vec<Option<Span>> {
        let mut disabled = vec![None; self.names.len()];
        for name in disables {
            for index in self.entries_called(name, "entry") {
                disabled[index.get()] = Some(name.at);
            }
        }
        disabled
    }

    /// Bases and chains in catalog order, disabled ones too: the `order` lists, a later document's first, then by place.
    fn order(&mut self, orders: &[Vec<At<String>>]) -> Vec<EntryIndex> {
        let mut order = Vec::with_capacity(self.names.len());
        let mut placed = vec![false; self.names.len()];
        for list in orders.iter().rev() {
            let mut here: HashMap<&str, Span> = HashMap::new();
            for name in list {
                if let Some(first) = here.insert(&name.value, name.at) {
                    self.duplicate("the place of", name, first);
                    continue;
                }
                for index in self.entries_called(name, "base protocol or chain") {
                    if self.kind(index) == EntryKind::Layer {
                        let kind = FaultKind::WrongKind {
                            name: name.value.clone(),
                            is: EntryKind::Layer.with_article(),
                            wanted: "a base protocol or chain",
                        };
                        self.fault(kind, name.at);
                    } else if !std::mem::replace(&mut placed[index.get()], true) {
                        order.push(index);
                    }
                }
            }
        }
        let rest = (0..self.names.len()).map(EntryIndex::new);
        order.extend(rest.filter(|&index| !placed[index.get()] && self.kind(index) != EntryKind::Layer));
        order
    }

    fn kind(&self, index: EntryIndex) -> EntryKind {
        self.names[index.get()].kind
    }

    fn meaning(&self, name: &str) -> Option<Meaning> {
        if let Some(index) = self.names.get_index_of(name) {
            return Some(Meaning::Entry(EntryIndex::new(index)));
        }
        self.groups.get(name).map(|group| Meaning::Group(group.clone()))
    }

    fn dangling(&mut self, name: &At<String>, what: &'static str, wanted: impl Fn(EntryKind) -> bool) {
        // A member of a chain that could not be read is not known to be missing.
        let owner = name.value.split('/').next().filter(|owner| *owner != name.value);
        if owner.is_some_and(|owner| self.names.contains_key(owner)) {
            return;
        }
        let known = self.names.iter().filter(|(_, declared)| wanted(declared.kind)).map(|(known, _)| known.as_str());
        // Looking for what was meant goes over all names; a catalog that is wrong everywhere is not worth so many looks.
        let suggestion = if self.faults.len() < 1_000 { nearest(&name.value, known) } else { None };
        self.fault(FaultKind::DanglingReference { what, name: name.value.clone(), suggestion }, name.at);
    }

    /// All entries that a name in `order` or `disable` stands for.
    fn entries_called(&mut self, name: &At<String>, what: &'static str) -> Vec<EntryIndex> {
        match self.meaning(&name.value) {
            Some(Meaning::Entry(index)) => vec![index],
            Some(Meaning::Group(group)) => group,
            None => {
                self.dangling(name, what, |_| true);
                Vec::new()
            }
        }
    }

    /// The one entry that a reference leads to, of a wanted kind.
    fn reference(
        &mut self,
        name: &At<String>,
        what: &'static str,
        wanted: &'static str,
        fits: impl Fn(EntryKind) -> bool,
    ) -> Option<EntryIndex> {
        let is = match self.meaning(&name.value) {
            Some(Meaning::Entry(index)) if fits(self.kind(index)) => return Some(index),
            Some(Meaning::Entry(index)) => self.kind(index).with_article(),
            Some(Meaning::Group(_)) => "a chain over several bases",
            None => {
                self.dangling(name, what, fits);
                return None;
            }
        };
        self.fault(FaultKind::WrongKind { name: name.value.clone(), is, wanted }, name.at);
        None
    }

    fn entry(&mut self, raw: RawEntry, index: EntryIndex, id: i32, enabled: bool) -> Option<Entry> {
        let provider = raw.provider.as_ref().map(|name| self.provider(name));
        let body = match raw.body? {
            RawBody::Base(base) => Body::Base(self.base(base)?),
            RawBody::Layer(layer) => Body::Layer(Box::new(self.layer(*layer)?)),
            RawBody::Chain(chain) => Body::Chain(self.chain(chain, index)?),
        };
        let is_chain = matches!(body, Body::Chain(_));
        let provider = match (provider, is_chain) {
            (Some(provider), _) => provider?,
            (None, true) => ProviderIndex::OF_TOP_LAYER,
            (None, false) => return None,
        };
        let RawEntry { name, hidden, facts, options, .. } = raw;
        Some(Entry { id, provider, enabled, hidden, at: name.at, facts, options, body })
    }

    fn provider(&mut self, name: &At<String>) -> Option<ProviderIndex> {
        let index = self.providers.get_index_of(&name.value);
        if index.is_none() {
            let suggestion = nearest(&name.value, self.providers.keys().map(String::as_str));
            self.fault(
                FaultKind::DanglingReference { what: "provider", name: name.value.clone(), suggestion },
                name.at,
            );
        }
        index.map(|index| ProviderIndex(index as u32))
    }

    fn base(&mut self, raw: RawBase) -> Option<Base> {
        let family = self.family(&raw.family);
        let socket_type = self.socket_type(&raw.socket_type);
        let protocols = self.protocols(&raw.protocol, family?);
        let RawBase { matches_zero, services, .. } = raw;
        Some(Base { family: family?, socket_type: socket_type?, protocols: protocols?, matches_zero, services })
    }

    fn family(&mut self, word: &At<Word>) -> Option<Family> {
        let wrong = |found: &i32, expected: &str| FaultKind::WrongValue {
            found: format!("family {found}"),
            expected: expected.to_owned(),
        };
        let family = match &word.value {
            Word::Name(name) => self.scope.family(name),
            Word::Number(number) if self.scope.dialect == Dialect::Documented => {
                Err(wrong(number, "a name (numbers differ by system; the documented dialect has none)"))
            }
            Word::Number(number) => Ok(Family::from_number(*number, self.scope.system())),
        };
        let family = family.and_then(|family| match family.number(self.scope.system()) {
            Some(number) if number < 1 => Err(wrong(&number, "one of at least 1: 0 stands for none in requests")),
            _ => Ok(family),
        });
        self.known(family, word.at)
    }

    fn socket_type(&mut self, word: &At<Word>) -> Option<SocketType> {
        let wrong = |number: i32, expected: &str| FaultKind::WrongValue {
            found: format!("type {number}"),
            expected: expected.to_owned(),
        };
        let socket_type = match &word.value {
            Word::Name(name) => self.scope.socket_type(name),
            Word::Number(number) => Ok(SocketType::from_raw(*number)),
        };
        let socket_type = socket_type.and_then(|socket_type| match socket_type.number() {
            number if number < 1 => Err(wrong(number, "one of at least 1: 0 stands for none in requests")),
            number if self.scope.dialect == Dialect::Linux && socket_type.without_flags() != socket_type => {
                Err(wrong(number, "one without SOCK_NONBLOCK and SOCK_CLOEXEC, which requests do not match by"))
            }
            _ => Ok(socket_type),
        });
        self.known(socket_type, word.at)
    }

    fn protocol(&mut self, word: &Word, at: Span, family: Family) -> Option<Protocol> {
        let protocol = match word {
            Word::Name(name) => self.scope.protocol(name, family),
            Word::Number(number) => Ok(Protocol::from_raw(*number)),
        };
        self.known(protocol, at)
    }

    fn known<T>(&mut self, found: Result<T, FaultKind>, at: Span) -> Option<T> {
        found.map_err(|kind| self.fault(kind, at)).ok()
    }

    fn protocols(&mut self, words: &[At<ProtocolWord>], family: Family) -> Option<ProtocolSet> {
        if let [At { value: ProtocolWord::One(word), at }] = words {
            return self.protocol(word, *at, family).map(|protocol| ProtocolSet::one(protocol.number()));
        }
        let mut ranges = Vec::with_capacity(words.len());
        let mut first = None;
        for word in words {
            let (from, written) = match &word.value {
                ProtocolWord::One(one) => {
                    let number = self.protocol(one, word.at, family)?.number();
                    (number, vec![(number, number)])
                }
                ProtocolWord::Range(from, to) => (*from, vec![(*from, *to)]),
                ProtocolWord::Any => (0, ProtocolSet::any().ranges().to_vec()),
            };
            first.get_or_insert(from);
            ranges.extend(written);
        }
        ProtocolSet::of(&ranges, first?)
    }

    fn layer(&mut self, raw: RawLayer) -> Option<Layer> {
        let presents = raw.socket_type.as_ref().map(|word| self.socket_type(word));
        let clauses = ClauseSpans {
            needs: raw.needs_at,
            forbids: raw.forbids_at,
            allow_below: raw.allow_below.as_ref().map(|list| list.at),
        };
        let allow_below = raw.allow_below.map(|list| {
            let wanted = "a layer or base protocol";
            let below = |name| self.reference(name, "layer or base protocol", wanted, |kind| kind != EntryKind::Chain);
            list.value.iter().map(below).collect::<Vec<_>>()
        });
        let allow_below = match allow_below {
            Some(found) => Some(found.into_iter().collect::<Option<Vec<_>>>()?),
            None => None,
        };
        let RawLayer { needs, forbids, adds, removes, categories, .. } = raw;
        let presents = match presents {
            Some(presents) => Some(presents?),
            None => None,
        };
        Some(Layer { needs, forbids, adds, removes, allow_below, categories, presents, clauses })
    }

    fn chain(&mut self, raw: RawChain, index: EntryIndex) -> Option<Chain> {
        let RawChainBase::One(base) = &raw.base else { return None };
        let found: Vec<_> = raw
            .layers
            .iter()
            .map(|name| Some((self.reference(name, "layer", "a layer", |kind| kind == EntryKind::Layer)?, name.at)))
            .collect();
        let below = self
            .reference(base, "base protocol or chain", "a base protocol or chain", |kind| kind != EntryKind::Layer)?;
        let mut layers = found.into_iter().collect::<Option<Vec<_>>>()?.into_iter();
        let top = layers.next()?;
        if let Some(words) = raw.protocol {
            self.chain_protocols.push((index, words));
        }
        let RawChain { matches_zero, services, .. } = raw;
        Some(Chain { top, further: layers.collect(), base: (below, base.at), protocols: None, matches_zero, services })
    }

    /// What chains take from entries that may be declared after them: the provider of the top layer, and the family in whose
    /// scope their own protocol's name is read.
    fn complete_chains(&mut self, entries: &mut [Option<Entry>]) {
        for index in 0..entries.len() {
            let Some(Entry { provider: ProviderIndex::OF_TOP_LAYER, body: Body::Chain(chain), .. }) = &entries[index]
            else {
                continue;
            };
            let top = entries[chain.top.0.get()].as_ref().map(|top| top.provider);
            if let Some(entry) = &mut entries[index] {
                // A top layer that is itself faulty leaves its provider unknown; its fault refuses the catalog.
                entry.provider = top.unwrap_or(ProviderIndex(0));
            }
        }
        for (index, words) in std::mem::take(&mut self.chain_protocols) {
            let family = bottom_family(entries, index);
            let protocols = family.and_then(|family| self.protocols(&words, family));
            if let Some(Entry { body: Body::Chain(chain), .. }) = &mut entries[index.get()] {
                chain.protocols = protocols;
            }
        }
    }

    fn applications(&mut self, raw: Vec<RawApplication>) -> IndexMap<String, Application> {
        let mut applications: IndexMap<String, Application> = IndexMap::new();
        for raw in raw {
            if let Some(first) = applications.get(&raw.name.value).filter(|_| !raw.replace) {
                let first = first.at;
                self.duplicate("application", &raw.name, first);
                continue;
            }
            let RawPolicy { require, prohibit, permit } = raw.policy;
            let policy = Policy { require, prohibit, permit };
            applications.insert(raw.name.value, Application { policy, at: raw.name.at });
        }
        applications
    }

    fn request(&mut self, raw: RawRequest) -> Option<TestRequest> {
        let family = raw.family.map(|word| {
            let family = match &word.value {
                Word::Name(name) => self.scope.family(name),
                Word::Number(number) => Ok(Family::from_number(*number, self.scope.system())),
            };
            self.known(family, word.at)
        });
        let socket_type = raw.socket_type.map(|word| {
            let socket_type = match &word.value {
                Word::Name(name) => self.scope.socket_type(name),
                Word::Number(number) => Ok(SocketType::from_raw(*number)),
            };
            self.known(socket_type, word.at)
        });
        let scope = family.flatten().unwrap_or(Family::UNSPEC);
        let protocol = raw.protocol.map(|word| self.protocol(&word.value, word.at, scope));
        let all_known = family != Some(None) && socket_type != Some(None) && protocol != Some(None);
        all_known.then(|| TestRequest {
            family: family.flatten(),
            socket_type: socket_type.flatten(),
            protocol: protocol.flatten(),
            entry: raw.entry.map(|entry| match entry {
                RawEntryDemand::Name(name) => EntryDemand::Name(name),
                RawEntryDemand::Id(id) => EntryDemand::Id(id),
            }),
            provider: raw.provider,
            require: raw.require,
            prefer: raw.prefer,
            avoid: raw.avoid,
            prohibit: raw.prohibit,
            application: raw.application.map(|application| (application.value, application.at)),
        })
    }

    fn expectation(&mut self, raw: RawExpectation) -> Option<Expectation> {
        let request = self.request(raw.request);
        let outcome = match raw.outcome {
            RawOutcome::Entry(name) => {
                let wanted = "a base protocol or chain";
                let found = self.reference(&name, "base protocol or chain", wanted, |kind| kind != EntryKind::Layer);
                found.map(|index| (Outcome::Entry(index), name.at))
            }
            RawOutcome::Error(code) => Some((Outcome::Error(code.value), code.at)),
        };
        let (outcome, outcome_at) = outcome?;
        Some(Expectation { request: request?, outcome, at: raw.at, outcome_at })
    }

    fn guarantee(&mut self, raw: RawGuarantee) -> Option<Guarantee> {
        let request = self.request(raw.request);
        let claim = match raw.claim {
            RawClaim::Services(services) => Some(Claim::Services(services)),
            RawClaim::Refused => Some(Claim::Refused),
            RawClaim::Never(names) => {
                let found: Vec<_> = names.iter().map(|name| self.never(name)).collect();
                let found = found.into_iter().collect::<Option<Vec<_>>>();
                found.map(|found| Claim::Never(found.into_iter().flatten().collect()))
            }
        };
        Some(Guarantee { request: request?, claim: claim?, at: raw.at })
    }

    /// The bases and chains that a name in `never` stands for.
    fn never(&mut self, name: &At<String>) -> Option<Vec<EntryIndex>> {
        if let Some(group) = self.groups.get(&name.value) {
            return Some(group.clone());
        }
        let wanted = "a base protocol or chain";
        let index = self.reference(name, "base protocol or chain", wanted, |kind| kind != EntryKind::Layer)?;
        Some(vec![index])
    }
}

/// The family of the base protocol under a chain; nothing where the way down is broken or goes in a circle.
fn bottom_family(entries: &[Option<Entry>], chain: EntryIndex) -> Option<Family> {
    let mut at = chain;
    for _ in 0..=entries.len() {
        match &entries[at.get()].as_ref()?.body {
            Body::Base(base) => return Some(base.family),
            Body::Chain(chain) => at = chain.base.0,
            Body::Layer(_) => return None,
        }
    }
    None
}

/// The first catalog entry id that is given: Winsock's.
const FIRST_ENTRY_ID: i32 = 1001;
