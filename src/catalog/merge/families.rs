//! Families of a catalog's own, and what it says of known ones.

use super::*;

impl Merge<'_> {
    pub(super) fn families(&mut self, documents: &[Document]) {
        let mut places: HashMap<&str, Span> = HashMap::new();
        for raw in documents.iter().flat_map(|document| &document.families) {
            if let Some(&first) = places.get(raw.name.value.as_str()).filter(|_| !raw.replace) {
                self.duplicate("family", &raw.name, first);
                continue;
            }
            self.replacement("family", &raw.name, raw.replace, places.contains_key(raw.name.value.as_str()));
            places.insert(&raw.name.value, raw.name.at);
            let Ok(family) = self.declared_family(raw) else { continue };
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
            let facts_at = raw.facts_at.clone();
            self.scope.families.insert(
                raw.name.value.clone(),
                DeclaredFamily { family, protocols, max_protocol, protocol_first, facts_at, at: raw.name.at },
            );
        }
    }

    /// The family that a `[family.NAME]` speaks of: a known one, or a new one with a number that is still free.
    pub(super) fn declared_family(&mut self, raw: &RawFamily) -> Result<Family, Reported> {
        let system = self.scope.system();
        let name = &raw.name.value;
        let known = Family::from_name(name);
        let known_number = known.and_then(|known| known.number(system));
        match (known, known_number, &raw.number) {
            (Some(known), _, None) | (Some(known), None, _) if self.scope.dialect == Dialect::Documented => Ok(known),
            (Some(known), Some(_), None) => Ok(known),
            (Some(known), Some(number), Some(stated)) if number == stated.value => Ok(known),
            (Some(_), Some(number), Some(stated)) => {
                let found = format!("number {}", stated.value);
                let expected = format!("the known number of `{name}`, {number}");
                Err(self.fault(FaultKind::WrongValue { found, expected }, stated.at))
            }
            (_, _, Some(stated)) => {
                let family = Family::from_number(stated.value, system);
                let other = self.scope.family_name(family).filter(|other| *other != name.as_str()).map(str::to_owned);
                if let Some(other) = other {
                    let found = format!("number {}, which is that of `{other}`,", stated.value);
                    let expected = "a number that no other family has".to_owned();
                    return Err(self.fault(FaultKind::WrongValue { found, expected }, stated.at));
                }
                Ok(family)
            }
            (None, _, None) | (_, None, None) => {
                let table = format!("family `{name}`");
                Err(self.fault(FaultKind::MissingKey { key: "number", table }, raw.name.at))
            }
        }
    }
}
