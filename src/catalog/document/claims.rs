//! Tests and guarantees: their keys, and what type the values have.

use super::*;

impl Reader<'_> {
    pub(super) fn expectation(&mut self, value: &Value<'_>) -> Option<RawExpectation> {
        let table = self.table(value)?;
        let (mut request, mut entry, mut error) = (None, None, None);
        for (key, value) in table.iter() {
            match key.get_ref().as_ref() {
                "request" => request = self.request(value),
                "entry" => entry = self.text(value),
                "error" => error = self.error_code(value),
                _ => self.unknown_key(key, "an `[[expect]]`", EXPECT),
            }
        }
        if !table.contains_key("request") {
            let at = self.at(value);
            self.missing_key("request", "the `[[expect]]`", at);
        }
        let outcome = match (table.contains_key("entry"), table.contains_key("error")) {
            (true, false) => RawOutcome::Entry(entry?),
            (false, true) => RawOutcome::Error(error?),
            (both, _) => {
                let found = if both { "both `entry` and `error`" } else { "neither `entry` nor `error`" };
                self.wrong(value, found, "one of them");
                return None;
            }
        };
        Some(RawExpectation { at: self.at(value), request: request?, outcome })
    }

    pub(super) fn error_code(&mut self, value: &Value<'_>) -> Option<At<ErrorCode>> {
        let name = self.string(value)?;
        let at = self.at(value);
        match name.parse() {
            Ok(code) => Some(At::new(code, at)),
            Err(_) => {
                let suggestion = nearest(name, ErrorCode::ALL.iter().map(|code| code.as_str()));
                self.fault(
                    FaultKind::UnknownName { what: "error code", name: name.to_owned(), suggestion, note: None },
                    at,
                );
                None
            }
        }
    }

    pub(super) fn guarantee(&mut self, value: &Value<'_>) -> Option<RawGuarantee> {
        let table = self.table(value)?;
        let mut request = None;
        let mut claims = Vec::new();
        let before = self.faults.len();
        for (key, value) in table.iter() {
            match key.get_ref().as_ref() {
                "request" => request = self.request(value),
                "services" => claims.extend(self.services(value).map(RawClaim::Services)),
                "never" => claims.extend(self.some_names(value).map(RawClaim::Never)),
                "refused" => match self.boolean(value) {
                    Some(false) => self.wrong(value, "`false`", "`true`, or no such key"),
                    claimed => claims.extend(claimed.map(|_| RawClaim::Refused)),
                },
                _ => self.unknown_key(key, "an `[[always]]`", ALWAYS),
            }
        }
        let at = self.at(value);
        if !table.contains_key("request") {
            self.missing_key("request", "the `[[always]]`", at);
        }
        if before == self.faults.len() && claims.len() != 1 {
            let found = if claims.is_empty() { "no claim" } else { "more than one claim" };
            self.wrong(value, found, "one of `services`, `never` and `refused`");
        }
        Some(RawGuarantee { at, request: request?, claim: claims.pop()? })
    }

    pub(super) fn request(&mut self, value: &Value<'_>) -> Option<RawRequest> {
        let before = self.faults.len();
        let mut request = RawRequest::default();
        for (key, value) in self.table(value)?.iter() {
            match key.get_ref().as_ref() {
                "family" => request.family = self.word(value),
                "type" => request.socket_type = self.word(value),
                "protocol" => request.protocol = self.word(value),
                "entry" => {
                    request.entry = self.word(value).map(|word| match word.value {
                        Word::Name(name) => RawEntryDemand::Name(name),
                        Word::Number(id) => RawEntryDemand::Id(id),
                    });
                }
                "provider" => request.provider = self.string(value).map(str::to_owned),
                "require" => request.require = self.services(value).unwrap_or_default(),
                "prefer" => request.prefer = self.services(value).unwrap_or_default(),
                "avoid" => request.avoid = self.services(value).unwrap_or_default(),
                "prohibit" => request.prohibit = self.services(value).unwrap_or_default(),
                "application" => request.application = self.text(value),
                _ => self.unknown_key(key, "a request", REQUEST),
            }
        }
        (before == self.faults.len()).then_some(request)
    }
}
