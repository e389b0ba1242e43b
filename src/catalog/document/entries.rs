//! Base protocols, layers and chains: their keys, and what type the values have.

use super::*;

impl Reader<'_> {
    pub(super) fn base(&mut self, name: At<String>, value: &Value<'_>) -> RawEntry {
        let before = self.faults.len();
        let (mut entry, table) = self.entry(name, EntryKind::Base, value);
        let (mut family, mut socket_type, mut protocol) = (None, None, None);
        let (mut matches_zero, mut services) = (false, Services::NONE);
        for (key, value) in table.into_iter().flat_map(DeTable::iter) {
            match key.get_ref().as_ref() {
                "family" => family = self.word(value),
                "type" => socket_type = self.word(value),
                "protocol" => protocol = self.protocols(value),
                "matches-zero" => matches_zero = self.boolean(value) == Some(true),
                "services" => services = self.services(value).unwrap_or_default(),
                _ => self.common(&mut entry, key, value, BASE),
            }
        }
        self.required(&entry, table, BASE_REQUIRED);
        if before == self.faults.len()
            && let (Some(family), Some(socket_type), Some(protocol)) = (family, socket_type, protocol)
        {
            entry.body = Some(RawBody::Base(RawBase { family, socket_type, protocol, matches_zero, services }));
        }
        entry
    }

    pub(super) fn layer(&mut self, name: At<String>, value: &Value<'_>) -> RawEntry {
        let before = self.faults.len();
        let (mut entry, table) = self.entry(name, EntryKind::Layer, value);
        let mut layer = RawLayer::default();
        for (key, value) in table.into_iter().flat_map(DeTable::iter) {
            match key.get_ref().as_ref() {
                "needs" => {
                    layer.needs = self.services(value).unwrap_or_default();
                    layer.needs_at = Some(self.at(value));
                }
                "forbids" => {
                    layer.forbids = self.services(value).unwrap_or_default();
                    layer.forbids_at = Some(self.at(value));
                }
                "adds" => layer.adds = self.services(value).unwrap_or_default(),
                "removes" => layer.removes = self.services(value).unwrap_or_default(),
                "allow-below" => layer.allow_below = self.names(value).map(|names| At::new(names, self.at(value))),
                "categories" => layer.categories = self.categories(value).unwrap_or_default(),
                "type" => layer.socket_type = self.word(value),
                _ => self.common(&mut entry, key, value, LAYER),
            }
        }
        self.required(&entry, table, LAYER_REQUIRED);
        entry.body = (before == self.faults.len()).then(|| RawBody::Layer(Box::new(layer)));
        entry
    }

    pub(super) fn chain(&mut self, name: At<String>, value: &Value<'_>) -> RawEntry {
        let before = self.faults.len();
        let (mut entry, table) = self.entry(name, EntryKind::Chain, value);
        let (mut layers, mut base, mut protocol, mut matches_zero, mut services) = (None, None, None, None, None);
        for (key, value) in table.into_iter().flat_map(DeTable::iter) {
            match key.get_ref().as_ref() {
                "layers" => layers = self.some_names(value),
                "base" => {
                    base = match value.get_ref() {
                        DeValue::Array(_) => self.some_names(value).map(RawChainBase::Several),
                        _ => self.text(value).map(RawChainBase::One),
                    }
                }
                "protocol" => protocol = self.protocols(value),
                "matches-zero" => matches_zero = self.boolean(value),
                "services" => services = self.services(value),
                _ => self.common(&mut entry, key, value, CHAIN),
            }
        }
        self.required(&entry, table, CHAIN_REQUIRED);
        if before == self.faults.len()
            && let (Some(layers), Some(base)) = (layers, base)
        {
            entry.body = Some(RawBody::Chain(RawChain { layers, base, protocol, matches_zero, services }));
        }
        entry
    }

    /// An entry without its body, and the table to read it from.
    pub(super) fn entry<'v, 'i>(
        &mut self,
        name: At<String>,
        kind: EntryKind,
        value: &'v Value<'i>,
    ) -> (RawEntry, Option<&'v DeTable<'i>>) {
        let entry = RawEntry {
            name,
            kind,
            replace: false,
            hidden: false,
            provider: None,
            id: None,
            facts: None,
            options: Vec::new(),
            body: None,
        };
        (entry, self.table(value))
    }

    pub(super) fn required(&mut self, entry: &RawEntry, table: Option<&DeTable<'_>>, keys: &'static [&'static str]) {
        for key in keys {
            if table.is_some_and(|table| !table.contains_key(*key)) {
                self.missing_key(key, Named(entry.kind.name(), &entry.name.value), entry.name.at);
            }
        }
    }

    /// The keys that every kind of entry has.
    pub(super) fn common(
        &mut self,
        entry: &mut RawEntry,
        key: &Key<'_>,
        value: &Value<'_>,
        expected: &'static [&'static str],
    ) {
        match key.get_ref().as_ref() {
            "provider" => entry.provider = self.text(value),
            "hidden" => entry.hidden = self.boolean(value) == Some(true),
            "replace" => entry.replace = self.boolean(value) == Some(true),
            "options" => entry.options = self.options(value).unwrap_or_default(),
            "catalog-entry-id" => {
                let id = self.integer(value, 1, i32::MAX.into());
                entry.id = id.map(|id| At::new(id as i32, self.at(value)));
            }
            _ => {
                let mut facts = entry.facts.take().unwrap_or_default();
                if !self.fact(&mut facts, key, value) {
                    self.unknown_key(key, Named(entry.kind.name(), &entry.name.value), expected);
                }
                entry.facts = Some(facts);
            }
        }
    }

    /// The keys that state further facts; false if this is none of them.
    pub(super) fn fact(&mut self, facts: &mut Facts, key: &Key<'_>, value: &Value<'_>) -> bool {
        let whole = i64::from(u32::MAX);
        match key.get_ref().as_ref() {
            "summary" => facts.summary = self.string(value).map(str::to_owned),
            "version" => facts.version = self.number(value),
            "message-size" => facts.message_size = self.integer(value, 0, whole).map(|size| size as u32),
            "address-size" => facts.address_size = self.address_size(value),
            "byte-order" => {
                facts.byte_order = self.parsed::<ByteOrder>(value, "`big` or `little`");
            }
            "security-scheme" => facts.security_scheme = self.number(value),
            "winsock" => facts.winsock = self.winsock_entry(value).map(Box::new),
            "recommended" => facts.recommended = self.boolean(value) == Some(true),
            "unknown" => {
                let names = self.array(value, "an array of names of facts", |reader, element| {
                    let name = reader.string(element)?;
                    let fact = Facts::UNKNOWABLE.iter().find(|known| **known == name);
                    if fact.is_none() {
                        let suggestion = nearest(name, Facts::UNKNOWABLE.iter().copied());
                        let at = reader.at(element);
                        let what = "fact";
                        reader
                            .fault(FaultKind::UnknownName { what, name: name.to_owned(), suggestion, note: None }, at);
                    }
                    fact.copied()
                });
                facts.unknown = names.unwrap_or_default();
            }
            _ => return false,
        }
        true
    }

    pub(super) fn address_size(&mut self, value: &Value<'_>) -> Option<AddressSize> {
        let most = i64::from(i32::MAX);
        let DeValue::Table(table) = value.get_ref() else {
            let size = self.integer(value, 0, most)? as u32;
            return Some(AddressSize { min: size, max: size });
        };
        let (mut min, mut max) = (None, None);
        for (key, value) in table.iter() {
            match key.get_ref().as_ref() {
                "min" => min = self.integer(value, 0, most),
                "max" => max = self.integer(value, 0, most),
                _ => self.unknown_key(key, "an address size", ADDRESS_SIZE),
            }
        }
        for key in ["min", "max"] {
            if !table.contains_key(key) {
                let at = self.at(value);
                self.missing_key(key, "an address size", at);
            }
        }
        let (min, max) = (min?, max?);
        if min > max {
            self.wrong(value, format!("an address size from {min} to {max}"), "`min` at most `max`");
            return None;
        }
        Some(AddressSize { min: min as u32, max: max as u32 })
    }
}
