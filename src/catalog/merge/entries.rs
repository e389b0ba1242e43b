//! Turns raw entries into valid ones: words become numbers, names become references.

use super::*;
use crate::catalog::keys::Refers;
use crate::catalog::quoted;

impl Merge<'_> {
    pub(super) fn entry(
        &mut self,
        raw: RawEntry,
        index: EntryIndex,
        id: i32,
        enabled: bool,
    ) -> Result<Entry, Reported> {
        let RawEntry { name, hidden, facts, options, provider, body, .. } = raw;
        let provider = provider.map(|name| self.provider(&name, PROVIDER)).transpose();
        let (body, provider) = match body? {
            RawBody::Base(base) => (self.base(base).map(Body::Base), provider),
            RawBody::Layer(layer) => (self.layer(*layer).map(|layer| Body::Layer(Box::new(layer))), provider),
            RawBody::Chain(chain) => {
                let of_top_layer = provider.map(|own| own.or(Some(ProviderIndex::OF_TOP_LAYER)));
                (self.chain(chain, index).map(Body::Chain), of_top_layer)
            }
        };
        let (body, provider) = (body?, provider?);
        let provider = match provider {
            Some(provider) => provider,
            // The reader requires a provider of bases and layers.
            None => {
                let table = format!("{} `{}`", body.kind(), name.value);
                return Err(self.fault(FaultKind::MissingKey { key: "provider", table }, name.at));
            }
        };
        Ok(Entry { id, provider, enabled, hidden, at: name.at, facts, options, body })
    }

    fn base(&mut self, raw: RawBase) -> Result<Base, Reported> {
        let family = self.family(&raw.family);
        let socket_type = self.socket_type(&raw.socket_type);
        let protocols = self.protocols(&raw.protocol, family?);
        let RawBase { matches_zero, services, .. } = raw;
        Ok(Base { family: family?, socket_type: socket_type?, protocols: protocols?, matches_zero, services })
    }

    pub(super) fn family(&mut self, word: &At<Word>) -> Result<Family, Reported> {
        let wrong = |found: &i32, expected: &str| FaultKind::WrongValue {
            found: format!("family {found}"),
            expected: expected.to_owned(),
            meant: None,
        };
        let family = match &word.value {
            Word::Number(number) if self.scope.dialect == Dialect::Documented => {
                Err(wrong(number, "a name (numbers differ by system; the documented dialect has none)"))
            }
            _ => Ok(self.family_called(word)?),
        };
        let family = family.and_then(|family| match family.number(self.scope.system()) {
            Some(number) if number < 1 => Err(wrong(&number, "a number of at least 1 (0 stands for none in requests)")),
            _ => Ok(family),
        });
        self.known(family, word.at)
    }

    pub(super) fn socket_type(&mut self, word: &At<Word>) -> Result<SocketType, Reported> {
        let wrong = |number: i32, expected: &str| FaultKind::WrongValue {
            found: format!("type {number}"),
            expected: expected.to_owned(),
            meant: None,
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

    pub(super) fn known<T>(&mut self, found: Result<T, FaultKind>, at: Span) -> Result<T, Reported> {
        found.map_err(|kind| self.fault(kind, at))
    }

    /// Returns a protocol set; the reader has refused empty ones.
    pub(super) fn protocols(&mut self, words: &[At<ProtocolWord>], family: Family) -> Result<ProtocolSet, Reported> {
        if let [At { value: ProtocolWord::One(word), at }] = words {
            let number = self.protocol(word, *at, family)?.number();
            self.negative(number, *at);
            return Ok(ProtocolSet::one(number));
        }
        let mut ranges = Vec::with_capacity(words.len());
        let mut stated = Vec::with_capacity(words.len());
        let mut first = None;
        let mut sound = Ok(());
        for word in words {
            let (from, written) = match &word.value {
                ProtocolWord::One(one) => match self.protocol(one, word.at, family) {
                    Ok(one) => (one.number(), vec![(one.number(), one.number())]),
                    Err(reported) => {
                        sound = Err(reported);
                        continue;
                    }
                },
                ProtocolWord::Range(from, to) => (*from, vec![(*from, *to)]),
                ProtocolWord::Any => (0, ProtocolSet::any().ranges().to_vec()),
            };
            if first.is_some() && written == [(0, 0)] {
                self.remarks.insert(Remark::IdleZero { at: word.at });
            }
            first.get_or_insert(from);
            self.negative(from, word.at);
            stated.extend(written.iter().map(|&(from, to)| (from, to, word.at)));
            ranges.extend(written);
        }
        sound?;
        self.repeated(stated);
        let set = first.and_then(|first| ProtocolSet::of(&ranges, first));
        set.ok_or_else(|| {
            let at = words.first().map_or(Span::beginning(crate::catalog::FileId(0)), |word| word.at);
            let expected = "at least one protocol".to_owned();
            self.fault(FaultKind::WrongValue { found: "no protocol".to_owned(), expected, meant: None }, at)
        })
    }

    /// Records a protocol with which no socket can be created. Winsock's NetBIOS has negative ones, one for each adapter.
    fn negative(&mut self, number: i32, at: Span) {
        if number < 0 && self.scope.dialect != Dialect::Windows {
            self.remarks.insert(Remark::NegativeProtocol { number, at });
        }
    }

    /// Records the protocols of an array that another element of it holds already.
    fn repeated(&mut self, mut stated: Vec<(i32, i32, Span)>) {
        stated.sort_by_key(|&(from, ..)| from);
        let mut widest: Option<(i32, Span)> = None;
        for (from, to, at) in stated {
            if let Some((end, other)) = widest.filter(|(end, other)| *end >= from && *other != at) {
                let word = match end.min(to) {
                    end if end == from => format!("protocol {from}"),
                    end => format!("protocols {from} to {end}"),
                };
                self.remarks.insert(Remark::RepeatedWord { word, first: other.min(at), at: other.max(at) });
            }
            if widest.is_none_or(|(end, _)| to > end) {
                widest = Some((to, at));
            }
        }
    }

    fn layer(&mut self, raw: RawLayer) -> Result<Layer, Reported> {
        let presents = raw.socket_type.as_ref().map(|word| self.socket_type(word)).transpose();
        let clauses = ClauseSpans {
            needs: raw.needs_at,
            forbids: raw.forbids_at,
            allow_below: raw.allow_below.as_ref().map(|list| list.at),
        };
        let allow_below = raw.allow_below.map(|list| self.each_entry(&list.value, ALLOW_BELOW)).transpose();
        let RawLayer { needs, forbids, adds, removes, categories, .. } = raw;
        Ok(Layer { needs, forbids, adds, removes, allow_below: allow_below?, categories, presents: presents?, clauses })
    }

    /// Returns the entries that the names refer to, after all of them were looked up.
    fn each_entry(&mut self, names: &[At<String>], refers: Refers) -> Result<Vec<EntryIndex>, Reported> {
        let found: Vec<_> = names.iter().map(|name| self.entry_called(name, refers)).collect();
        found.into_iter().collect()
    }

    fn chain(&mut self, raw: RawChain, index: EntryIndex) -> Result<Chain, Reported> {
        let RawChain { layers, base, protocol, matches_zero, services } = raw;
        let found = self.each_entry(&layers, LAYERS);
        let below = match &base {
            RawChainBase::One(base) => self.entry_called(base, BASE).map(|index| (index, base.at)),
            // A chain over several bases is several entries, each over one of them.
            RawChainBase::Several(bases) => {
                let bases = bases.iter().map(|base| base.value.clone()).collect::<Vec<_>>();
                let at = layers.first().map_or(Span::beginning(crate::catalog::FileId(0)), |layer| layer.at);
                let expected = "one base of each entry".to_owned();
                Err(self.fault(FaultKind::WrongValue { found: quoted(&bases), expected, meant: None }, at))
            }
        };
        let mut layers = found?.into_iter().zip(layers.iter().map(|layer| layer.at));
        let (below, top) = (below?, layers.next());
        let top = top.ok_or_else(|| {
            let kind = FaultKind::WrongValue {
                found: "no layer".to_owned(),
                expected: "at least one".to_owned(),
                meant: None,
            };
            self.fault(kind, below.1)
        })?;
        if let Some(words) = protocol {
            self.chain_protocols.push((index, words));
        }
        Ok(Chain { top, further: layers.collect(), base: below, protocols: None, matches_zero, services })
    }
}
