//! Policy, tests and guarantees.

use super::*;

impl Merge<'_> {
    pub(super) fn applications(&mut self, raw: Vec<RawApplication>) -> IndexMap<String, Application> {
        let mut applications: IndexMap<String, Application> = IndexMap::new();
        for raw in raw {
            if let Some(first) = applications.get(&raw.name.value).filter(|_| !raw.replace) {
                let first = first.at;
                self.duplicate("application", &raw.name, first);
                continue;
            }
            self.replacement("application", &raw.name, raw.replace, applications.contains_key(&raw.name.value));
            let RawPolicy { require, prohibit, permit } = raw.policy;
            let policy = Policy { require, prohibit, permit };
            applications.insert(raw.name.value, Application { policy, winsock: raw.winsock, at: raw.name.at });
        }
        applications
    }

    pub(super) fn request(&mut self, raw: RawRequest) -> Option<TestRequest> {
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

    pub(super) fn expectation(&mut self, raw: RawExpectation) -> Option<Expectation> {
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

    pub(super) fn guarantee(&mut self, raw: RawGuarantee) -> Option<Guarantee> {
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
    pub(super) fn never(&mut self, name: &At<String>) -> Option<Vec<EntryIndex>> {
        if let Some(group) = self.groups.get(&name.value) {
            return Some(group.clone());
        }
        let wanted = "a base protocol or chain";
        let index = self.reference(name, "base protocol or chain", wanted, |kind| kind != EntryKind::Layer)?;
        Some(vec![index])
    }
}
