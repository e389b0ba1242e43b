//! Reads base protocols, layers and chains: their keys, and the types of the values.

use super::*;

/// The parts of an entry that every kind has, before its body is read.
struct Head {
    name: At<String>,
    kind: EntryKind,
    replace: bool,
    hidden: bool,
    provider: Option<Read<At<String>>>,
    id: Option<At<i32>>,
    facts: Option<Box<Facts>>,
    options: Vec<EntryOption>,
}

impl Reader<'_> {
    pub(super) fn base(&mut self, name: At<String>, value: &Value<'_>) -> RawEntry {
        self.entry(name, EntryKind::Base, value, |reader, entry, table| {
            let (mut family, mut socket_type, mut protocol) = (None, None, None);
            let (mut matches_zero, mut services) = (false, Services::NONE);
            for (key, value) in table.iter() {
                match key.get_ref().as_ref() {
                    "family" => family = Some(reader.word(value)),
                    "type" => socket_type = Some(reader.word(value)),
                    "protocol" => protocol = Some(reader.protocols(value)),
                    "matches-zero" => matches_zero = reader.boolean(value) == Ok(true),
                    "services" => services = reader.services(value).unwrap_or_default(),
                    _ => reader.common(entry, key, value, Table::Base),
                }
            }
            let provider = reader.stated(
                entry.provider.as_ref().map(|read| read.as_ref().map(|_| ()).map_err(|reported| *reported)),
                "provider",
                entry,
            );
            let family = reader.stated(family, "family", entry);
            let socket_type = reader.stated(socket_type, "type", entry);
            let protocol = reader.stated(protocol, "protocol", entry);
            provider?;
            Ok(RawBody::Base(RawBase {
                family: family?,
                socket_type: socket_type?,
                protocol: protocol?,
                matches_zero,
                services,
            }))
        })
    }

    pub(super) fn layer(&mut self, name: At<String>, value: &Value<'_>) -> RawEntry {
        self.entry(name, EntryKind::Layer, value, |reader, entry, table| {
            let mut layer = RawLayer::default();
            for (key, value) in table.iter() {
                match key.get_ref().as_ref() {
                    "needs" => {
                        layer.needs = reader.services(value).unwrap_or_default();
                        layer.needs_at = Some(reader.at(value));
                    }
                    "forbids" => {
                        layer.forbids = reader.services(value).unwrap_or_default();
                        layer.forbids_at = Some(reader.at(value));
                    }
                    "adds" => layer.adds = reader.services(value).unwrap_or_default(),
                    "removes" => layer.removes = reader.services(value).unwrap_or_default(),
                    "allow-below" => {
                        layer.allow_below = reader.names(value).ok().map(|names| At::new(names, reader.at(value)));
                    }
                    "categories" => layer.categories = reader.categories(value).unwrap_or_default(),
                    "type" => layer.socket_type = reader.word(value).ok(),
                    _ => reader.common(entry, key, value, Table::Layer),
                }
            }
            reader.stated(
                entry.provider.as_ref().map(|read| read.as_ref().map(|_| ()).map_err(|reported| *reported)),
                "provider",
                entry,
            )?;
            Ok(RawBody::Layer(Box::new(layer)))
        })
    }

    pub(super) fn chain(&mut self, name: At<String>, value: &Value<'_>) -> RawEntry {
        self.entry(name, EntryKind::Chain, value, |reader, entry, table| {
            let (mut layers, mut base) = (None, None);
            let (mut protocol, mut matches_zero, mut services) = (None, None, None);
            for (key, value) in table.iter() {
                match key.get_ref().as_ref() {
                    "layers" => layers = Some(reader.some_names(value)),
                    "base" => {
                        base = Some(match value.get_ref() {
                            DeValue::Array(_) => reader.some_names(value).map(RawChainBase::Several),
                            _ => reader.text(value).map(RawChainBase::One),
                        });
                    }
                    "protocol" => protocol = reader.protocols(value).ok(),
                    "matches-zero" => matches_zero = reader.boolean(value).ok(),
                    "services" => services = reader.services(value).ok(),
                    _ => reader.common(entry, key, value, Table::Chain),
                }
            }
            let layers = reader.stated(layers, "layers", entry);
            let base = reader.stated(base, "base", entry);
            Ok(RawBody::Chain(RawChain { layers: layers?, base: base?, protocol, matches_zero, services }))
        })
    }

    /// Reads an entry. It has a body only if the whole table could be read.
    fn entry<'v>(
        &mut self,
        name: At<String>,
        kind: EntryKind,
        value: &'v Value<'_>,
        body: impl FnOnce(&mut Self, &mut Head, &'v DeTable<'_>) -> Read<RawBody>,
    ) -> RawEntry {
        let mut head = Head {
            name,
            kind,
            replace: false,
            hidden: false,
            provider: None,
            id: None,
            facts: None,
            options: Vec::new(),
        };
        let body = self.whole(|reader| {
            let table = reader.table(value)?;
            body(reader, &mut head, table)
        });
        let body = self.damage(head.name.at).map_or(body, Err);
        let Head { name, kind, replace, hidden, provider, id, facts, options } = head;
        let provider = provider.and_then(Result::ok);
        RawEntry { name, kind, replace, hidden, provider, id, facts, options, body }
    }

    /// Returns the value of a required key of an entry, or records that it is missing.
    fn stated<T>(&mut self, read: Option<Read<T>>, key: &'static str, entry: &Head) -> Read<T> {
        read.unwrap_or_else(|| {
            let of = Named(entry.kind.name(), &entry.name.value);
            Err(self.missing_key(key, of, entry.name.at))
        })
    }

    /// Reads a key that every kind of entry has.
    fn common(&mut self, entry: &mut Head, key: &Key<'_>, value: &Value<'_>, table: Table) {
        match key.get_ref().as_ref() {
            "provider" => entry.provider = Some(self.text(value)),
            "hidden" => entry.hidden = self.boolean(value) == Ok(true),
            "replace" => entry.replace = self.boolean(value) == Ok(true),
            "options" => entry.options = self.options(value).unwrap_or_default(),
            "catalog-entry-id" => {
                let id = self.integer(value, 1, i32::MAX.into());
                entry.id = id.ok().map(|id| At::new(id as i32, self.at(value)));
            }
            _ => {
                let mut facts = entry.facts.take().unwrap_or_default();
                if !self.fact(&mut facts, key, value, table) {
                    self.unknown_key(key, Named(entry.kind.name(), &entry.name.value), table);
                }
                entry.facts = Some(facts);
            }
        }
    }

    /// Reads a key that states a further fact. Returns false if it is another key.
    fn fact(&mut self, facts: &mut Facts, key: &Key<'_>, value: &Value<'_>, table: Table) -> bool {
        match key.get_ref().as_ref() {
            "summary" => facts.summary = self.string(value).ok().map(str::to_owned),
            "winsock" => facts.winsock = self.winsock_entry(value).ok().map(Box::new),
            "unknown" => facts.unknown = self.unknown_facts(value).unwrap_or_default(),
            name => {
                let Some(key) = table.key(name).filter(|_| Facts::has(name)) else { return false };
                if let Ok(Some(value)) = self.fact_value(value, key.shape()) {
                    facts.set(name, value);
                }
            }
        }
        true
    }

    /// Reads the value of a fact. A flag that is false states nothing.
    fn fact_value(&mut self, value: &Value<'_>, shape: Shape) -> Read<Option<FactValue>> {
        Ok(Some(match shape {
            Shape::Flag => return Ok(self.boolean(value)?.then_some(FactValue::Flag)),
            Shape::Integer { least, most } => FactValue::Number(self.integer(value, least, most)?),
            Shape::AddressSize => FactValue::AddressSize(self.address_size(value)?),
            Shape::Word(refers) => {
                let text = self.string(value)?;
                let words = refers.words().unwrap_or_default();
                if !words.is_empty() && !words.contains(&text) {
                    let known: Vec<String> = words.iter().map(|word| format!("`{word}`")).collect();
                    return Err(self.wrong(value, format!("`{text}`"), known.join(" or ")));
                }
                FactValue::Text(text.to_owned())
            }
            _ => FactValue::Text(self.string(value)?.to_owned()),
        }))
    }

    /// Reads the names of the facts that the source of an entry does not state.
    fn unknown_facts(&mut self, value: &Value<'_>) -> Read<Vec<&'static str>> {
        self.array(value, "an array of names of facts", |reader, element| {
            let name = reader.string(element)?;
            Table::unknowable().find(|known| *known == name).ok_or_else(|| {
                let suggestion = nearest(name, Table::unknowable());
                let at = reader.at(element);
                let kind = FaultKind::UnknownName { what: "fact", name: name.to_owned(), suggestion, note: None };
                reader.fault(kind, at)
            })
        })
    }

    fn address_size(&mut self, value: &Value<'_>) -> Read<AddressSize> {
        let most = i64::from(i32::MAX);
        let DeValue::Table(table) = value.get_ref() else {
            let size = self.integer(value, 0, most)? as u32;
            return Ok(AddressSize { min: size, max: size });
        };
        let at = self.at(value);
        let (min, max) = self.whole(|reader| {
            let (mut min, mut max) = (0, 0);
            for (key, value) in table.iter() {
                match key.get_ref().as_ref() {
                    "min" => min = reader.integer(value, 0, most)?,
                    "max" => max = reader.integer(value, 0, most)?,
                    _ => _ = reader.unknown_key(key, "an address size", Table::AddressSize),
                }
            }
            reader.required(table, "an address size", Table::AddressSize, at);
            Ok((min, max))
        })?;
        if min > max {
            return Err(self.wrong(value, format!("an address size from {min} to {max}"), "`min` at most `max`"));
        }
        Ok(AddressSize { min: min as u32, max: max as u32 })
    }
}
