//! Merges the families that catalogs declare, and their statements about known ones.

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
            let family = match self.declared_family(raw) {
                Ok(family) => family,
                Err(reported) => {
                    self.unread_families.insert(raw.name.value.clone(), (None, reported));
                    continue;
                }
            };
            if let Some(reported) = raw.unread {
                self.unread_families.insert(raw.name.value.clone(), (Some(family), reported));
            }
            let mut protocols: IndexMap<String, i32> = IndexMap::new();
            for (name, number) in &raw.protocols {
                let known = Protocol::from_name(&name.value, family, self.scope.system());
                if known.is_some_and(|known| known.number() != *number) {
                    let found = format!("protocol `{}` with number {number}", name.value);
                    let expected = format!("its known number, {}", known.map_or(0, Protocol::number));
                    self.fault(FaultKind::WrongValue { found, expected, meant: None }, name.at);
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

    /// Returns the family of a `[family.NAME]`: a known one, or a new one whose number is not in use.
    pub(super) fn declared_family(&mut self, raw: &RawFamily) -> Result<Family, Reported> {
        let system = self.scope.system();
        let name = &raw.name.value;
        let known = Family::from_name(name);
        let known_number = known.and_then(|known| known.number(system));
        match (known, known_number, &raw.number) {
            (None, ..) | (_, None, None) if raw.number.is_none() && raw.unread.is_some() => {
                raw.unread.map_or(Ok(Family::UNSPEC), Err)
            }
            (Some(known), _, None) | (Some(known), None, _) if self.scope.dialect == Dialect::Documented => Ok(known),
            (Some(known), Some(_), None) => Ok(known),
            (Some(known), Some(number), Some(stated)) if number == stated.value => Ok(known),
            (Some(_), Some(number), Some(stated)) => {
                let found = format!("number {}", stated.value);
                let expected = format!("the known number of `{name}`, {number}");
                self.fault(FaultKind::WrongValue { found, expected, meant: None }, stated.at);
                // The name is known, and determines the family.
                Ok(Family::from_number(number, system))
            }
            (_, _, Some(stated)) => {
                let family = Family::from_number(stated.value, system);
                let other = self.scope.family_name(family).filter(|other| *other != name.as_str()).map(str::to_owned);
                if let Some(other) = other {
                    let found = format!("number {}, which is that of `{other}`,", stated.value);
                    let expected = "a number that no other family has".to_owned();
                    return Err(self.fault(FaultKind::WrongValue { found, expected, meant: None }, stated.at));
                }
                Ok(family)
            }
            (None, _, None) | (_, None, None) => {
                let table = format!("family `{name}`");
                Err(self.fault(FaultKind::MissingKey { key: "number", table }, raw.name.at))
            }
        }
    }

    /// Returns the family that a word names. The name of a family whose section is faulty returns that fault.
    pub(super) fn family_called(&mut self, word: &At<Word>) -> Result<Family, Reported> {
        let family = match &word.value {
            Word::Name(name) => match (self.scope.family(name), self.unread_families.get(name)) {
                (Ok(family), _) => Ok(family),
                (Err(_), Some(&(_, reported))) => return Err(reported),
                (Err(FaultKind::UnknownName { suggestion: None, note: None, .. }), None) if self.missing.is_some() => {
                    return self.missing.map_or(Ok(Family::UNSPEC), Err);
                }
                (Err(kind), None) => Err(kind),
            },
            Word::Number(number) => Ok(Family::from_number(*number, self.scope.system())),
        };
        self.known(family, word.at)
    }

    /// Returns the protocol that a word names in a family. A name that the section of the family might have declared without its
    /// fault returns that fault; so does a name in a family by number, which may belong to a section whose number is not known.
    pub(super) fn protocol(&mut self, word: &Word, at: Span, family: Family) -> Result<Protocol, Reported> {
        let protocol = match word {
            Word::Name(name) => self.scope.protocol(name, family),
            Word::Number(number) => Ok(Protocol::from_raw(*number)),
        };
        let family = self.scope.normal(family);
        let is_nameless = self.scope.family_name(family).is_none();
        let may_be = |of: &Option<Family>| of.map_or(is_nameless, |of| self.scope.normal(of) == family);
        let unread = self.unread_families.values().find(|(of, _)| may_be(of)).map(|&(_, reported)| reported);
        match (protocol, unread) {
            (Err(_), Some(reported)) => Err(reported),
            (protocol, _) => self.known(protocol, at),
        }
    }
}
