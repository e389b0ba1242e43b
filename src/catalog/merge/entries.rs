//! Raw entries into valid ones: words become numbers, names become references.

use super::*;

impl Merge<'_> {
    pub(super) fn entry(&mut self, raw: RawEntry, index: EntryIndex, id: i32, enabled: bool) -> Option<Entry> {
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

    pub(super) fn provider(&mut self, name: &At<String>) -> Option<ProviderIndex> {
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

    pub(super) fn base(&mut self, raw: RawBase) -> Option<Base> {
        let family = self.family(&raw.family);
        let socket_type = self.socket_type(&raw.socket_type);
        let protocols = self.protocols(&raw.protocol, family?);
        let RawBase { matches_zero, services, .. } = raw;
        Some(Base { family: family?, socket_type: socket_type?, protocols: protocols?, matches_zero, services })
    }

    pub(super) fn family(&mut self, word: &At<Word>) -> Option<Family> {
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
            Some(number) if number < 1 => Err(wrong(&number, "a number of at least 1 (0 stands for none in requests)")),
            _ => Ok(family),
        });
        self.known(family, word.at)
    }

    pub(super) fn socket_type(&mut self, word: &At<Word>) -> Option<SocketType> {
        let wrong = |number: i32, expected: &str| FaultKind::WrongValue {
            found: format!("type {number}"),
            expected: expected.to_owned(),
        };
        let socket_type = match &word.value {
            Word::Name(name) => self.scope.socket_type(name),
            Word::Number(number) => Ok(SocketType::from_raw(*number)),
        };
        let socket_type = socket_type.and_then(|socket_type| match socket_type.number() {
            number if number < 1 => Err(wrong(number, "a number of at least 1 (0 stands for none in requests)")),
            number if self.scope.dialect == Dialect::Linux && socket_type.without_flags() != socket_type => {
                Err(wrong(number, "a type without SOCK_NONBLOCK and SOCK_CLOEXEC (which are taken off requests)"))
            }
            _ => Ok(socket_type),
        });
        self.known(socket_type, word.at)
    }

    pub(super) fn protocol(&mut self, word: &Word, at: Span, family: Family) -> Option<Protocol> {
        let protocol = match word {
            Word::Name(name) => self.scope.protocol(name, family),
            Word::Number(number) => Ok(Protocol::from_raw(*number)),
        };
        self.known(protocol, at)
    }

    pub(super) fn known<T>(&mut self, found: Result<T, FaultKind>, at: Span) -> Option<T> {
        found.map_err(|kind| self.fault(kind, at)).ok()
    }

    pub(super) fn protocols(&mut self, words: &[At<ProtocolWord>], family: Family) -> Option<ProtocolSet> {
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

    pub(super) fn layer(&mut self, raw: RawLayer) -> Option<Layer> {
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

    pub(super) fn chain(&mut self, raw: RawChain, index: EntryIndex) -> Option<Chain> {
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
    pub(super) fn complete_chains(&mut self, entries: &mut [Option<Entry>]) {
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
