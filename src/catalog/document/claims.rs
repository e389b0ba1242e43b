//! Reads tests and guarantees: their keys, and the types of the values.

use super::*;

impl Reader<'_> {
    pub(super) fn expectation(&mut self, value: &Value<'_>) -> Read<RawExpectation> {
        let table = self.table(value)?;
        let at = self.at(value);
        let (mut request, mut entry, mut error) = (None, None, None);
        for (key, value) in table.iter() {
            match key.get_ref().as_ref() {
                "request" => request = Some(self.request(value)),
                "entry" => entry = Some(self.text(value)),
                "error" => error = Some(self.error_code(value)),
                _ => _ = self.unknown_key(key, "an `[[expect]]`", Table::Expect),
            }
        }
        let request = request.unwrap_or_else(|| Err(self.missing_key("request", "the `[[expect]]`", at)));
        let outcome = match (entry, error) {
            (Some(entry), None) => RawOutcome::Entry(entry?),
            (None, Some(error)) => RawOutcome::Error(error?),
            (Some(_), Some(_)) => return Err(self.wrong(value, "both `entry` and `error`", "one of them")),
            (None, None) => match self.misread(&["entry", "error"], at) {
                Some(reported) => return Err(reported),
                None => return Err(self.wrong(value, "neither `entry` nor `error`", "one of them")),
            },
        };
        Ok(RawExpectation { at, request: request?, outcome })
    }

    fn error_code(&mut self, value: &Value<'_>) -> Read<At<ErrorCode>> {
        let name = self.string(value)?;
        let at = self.at(value);
        let code = name.parse().map_err(|_| {
            let suggestion = nearest(name, ErrorCode::ALL.iter().map(|code| code.as_str()));
            self.fault(FaultKind::UnknownName { what: "error code", name: name.to_owned(), suggestion, note: None }, at)
        });
        code.map(|code| At::new(code, at))
    }

    pub(super) fn guarantee(&mut self, value: &Value<'_>) -> Read<RawGuarantee> {
        let table = self.table(value)?;
        let at = self.at(value);
        let mut request = None;
        let mut claims = Vec::new();
        for (key, value) in table.iter() {
            match key.get_ref().as_ref() {
                "request" => request = Some(self.request(value)),
                "services" => claims.push(self.services(value).map(RawClaim::Services)),
                "never" => claims.push(self.some_names(value).map(RawClaim::Never)),
                "refused" => claims.push(match self.boolean(value) {
                    Ok(true) => Ok(RawClaim::Refused),
                    Ok(false) => Err(self.wrong(value, "`false`", "`true`, or no such key")),
                    Err(reported) => Err(reported),
                }),
                _ => _ = self.unknown_key(key, "an `[[always]]`", Table::Always),
            }
        }
        let request = request.unwrap_or_else(|| Err(self.missing_key("request", "the `[[always]]`", at)));
        let claim = claims.pop();
        if let (None, Some(reported)) = (&claim, self.misread(&["services", "never", "refused"], at)) {
            return Err(reported);
        }
        let claim = match (claim, claims.is_empty()) {
            (Some(claim), true) => claim?,
            (claim, _) => {
                let found = if claim.is_none() { "no claim" } else { "more than one claim" };
                return Err(self.wrong(value, found, "one of `services`, `never` and `refused`"));
            }
        };
        Ok(RawGuarantee { at, request: request?, claim })
    }

    pub(super) fn request(&mut self, value: &Value<'_>) -> Read<RawRequest> {
        self.whole(|reader| {
            let mut request = RawRequest::default();
            for (key, value) in reader.table(value)?.iter() {
                match key.get_ref().as_ref() {
                    "family" => request.family = reader.word(value).ok(),
                    "type" => request.socket_type = reader.word(value).ok(),
                    "protocol" => request.protocol = reader.word(value).ok(),
                    "role" => request.role = reader.parsed(value, "`connect` or `accept`").ok(),
                    "entry" => {
                        request.entry = reader.word(value).ok().map(|word| {
                            let demand = match word.value {
                                Word::Name(name) => RawEntryDemand::Name(name),
                                Word::Number(id) => RawEntryDemand::Id(id),
                            };
                            At::new(demand, word.at)
                        });
                    }
                    "provider" => request.provider = reader.text(value).ok(),
                    "require" => request.require = reader.services(value).unwrap_or_default(),
                    "prefer" => request.prefer = reader.services(value).unwrap_or_default(),
                    "avoid" => request.avoid = reader.services(value).unwrap_or_default(),
                    "prohibit" => request.prohibit = reader.services(value).unwrap_or_default(),
                    "application" => request.application = reader.text(value).ok(),
                    _ => _ = reader.unknown_key(key, "a request", Table::Request),
                }
            }
            Ok(request)
        })
    }
}
