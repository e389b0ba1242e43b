//! Merges policy, tests and guarantees.

use super::*;

impl Merge<'_> {
    pub(super) fn applications(&mut self, raw: Vec<RawApplication>) {
        for raw in raw {
            if let Some(first) = self.applications.get(&raw.name.value).filter(|_| !raw.replace) {
                let first = first.at;
                self.duplicate("application", &raw.name, first);
                continue;
            }
            let is_there = self.applications.contains_key(&raw.name.value);
            self.replacement("application", &raw.name, raw.replace, is_there);
            let RawPolicy { require, prohibit, permit } = raw.policy;
            let policy = Policy { require, prohibit, permit };
            self.applications.insert(raw.name.value, Application { policy, winsock: raw.winsock, at: raw.name.at });
        }
    }

    /// Returns the request of a test or guarantee. Things that a test expects to be missing may be missing: `absent` is the error
    /// that it expects.
    fn request(&mut self, raw: RawRequest, ids: &Ids, absent: Option<ErrorCode>) -> Result<TestRequest, Reported> {
        let family = raw.family.map(|word| self.family_called(&word));
        let socket_type = raw.socket_type.map(|word| {
            let socket_type = match &word.value {
                Word::Name(name) => self.scope.socket_type(name),
                Word::Number(number) => Ok(SocketType::from_raw(*number)),
            };
            self.known(socket_type, word.at)
        });
        let scope = match family {
            None => Some(Family::UNSPEC),
            Some(family) => family.ok(),
        };
        // Without the family, the scope of the protocol's name is not known.
        let protocol = match (raw.protocol, scope) {
            (Some(word), Some(scope)) => Some(self.protocol(&word.value, word.at, scope)),
            (Some(_), None) | (None, _) => None,
        };
        let entry = match &raw.entry {
            Some(demand) if absent != Some(ErrorCode::NoSuchEntry) => self.requested_entry(demand, ids),
            _ => Ok(()),
        };
        let provider = match &raw.provider {
            Some(name) if absent != Some(ErrorCode::NoSuchProvider) => {
                self.resolve(name, REQUESTED_PROVIDER).map(|_| ())
            }
            _ => Ok(()),
        };
        let application = match &raw.application {
            Some(name) if absent != Some(ErrorCode::NoSuchApplication) => {
                self.resolve(name, REQUESTED_APPLICATION).map(|_| ())
            }
            _ => Ok(()),
        };
        let (family, socket_type) = (family.transpose()?, socket_type.transpose()?);
        let protocol = protocol.transpose()?;
        entry.and(provider).and(application)?;
        Ok(TestRequest {
            role: raw.role,
            family,
            socket_type,
            protocol,
            entry: raw.entry.map(|entry| match entry.value {
                RawEntryDemand::Name(name) => EntryDemand::Name(name),
                RawEntryDemand::Id(id) => EntryDemand::Id(id),
            }),
            provider: raw.provider.map(|provider| provider.value),
            require: raw.require,
            prefer: raw.prefer,
            avoid: raw.avoid,
            prohibit: raw.prohibit,
            application: raw.application.map(|application| (application.value, application.at)),
        })
    }

    pub(super) fn expectation(&mut self, raw: RawExpectation, ids: &Ids) -> Result<Expectation, Reported> {
        let absent = match &raw.outcome {
            RawOutcome::Entry(_) => None,
            RawOutcome::Error(code) => Some(code.value),
        };
        let request = self.request(raw.request, ids, absent);
        let outcome = match raw.outcome {
            RawOutcome::Entry(name) => self.entry_called(&name, EXPECTED).map(|index| (Outcome::Entry(index), name.at)),
            RawOutcome::Error(code) => Ok((Outcome::Error(code.value), code.at)),
        };
        let (outcome, outcome_at) = outcome?;
        Ok(Expectation { request: request?, outcome, at: raw.at, outcome_at })
    }

    pub(super) fn guarantee(&mut self, raw: RawGuarantee, ids: &Ids) -> Result<Guarantee, Reported> {
        let request = self.request(raw.request, ids, None);
        let claim = match raw.claim {
            RawClaim::Services(services) => Ok(Claim::Services(services)),
            RawClaim::Refused => Ok(Claim::Refused),
            RawClaim::Never(names) => {
                let found: Vec<_> = names.iter().map(|name| self.entries_called(name, NEVER)).collect();
                let found: Result<Vec<_>, _> = found.into_iter().collect();
                found.map(|found| Claim::Never(found.into_iter().flatten().collect()))
            }
        };
        Ok(Guarantee { request: request?, claim: claim?, at: raw.at })
    }
}
