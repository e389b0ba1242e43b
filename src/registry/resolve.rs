//! Resolves requests: runs the tests of a request in their order. The first test that no entry passes determines the error.

use super::deciding::Demanded;
use super::policy::Governed;
use super::{Demands, ProviderDemand, Refusal, Registry, Request, Selection, Selections, family_key};
use crate::catalog::EntryDemand;
use crate::catalog::entry::{EntryIndex, ProviderIndex};
use crate::terms::{Dialect, ErrorCode, Family, Protocol, Role, SocketType};

/// The family, type and protocol of a request, as the numbers by which entries are compared.
#[derive(Copy, Clone, Debug)]
pub(super) struct Triple {
    pub family: i32,
    pub socket_type: i32,
    pub protocol: i32,
}

/// The entries that match a request, before its demands and the policy are tested.
enum Matching {
    /// The entry that the request names.
    Named(EntryIndex),
    /// The members of the group that is asked for, in catalog order.
    Members(Vec<EntryIndex>),
    /// The entries of a provider that match the triple.
    OfProvider { triple: Triple, provider: ProviderIndex },
    /// The entries that match the triple, and the first of them.
    Triple { triple: Triple, first: EntryIndex },
}

impl Matching {
    fn is_named(&self) -> bool {
        matches!(self, Matching::Named(_) | Matching::Members(_))
    }
}

impl Registry {
    /// Resolves a request to a base protocol or chain: the first in catalog order that passes every test.
    ///
    /// A plain request is answered or refused in constant time and without allocation.
    ///
    /// # Errors
    ///
    /// The [`Refusal`] names the first test that no entry passed.
    ///
    /// ```
    /// use sockatlas::terms::{ErrorCode, Family, Protocol, SocketType};
    /// use sockatlas::{Registry, Request};
    ///
    /// let registry = Registry::builtin();
    /// let stream = Request::new(Family::INET, SocketType::STREAM, Protocol::UNSPEC);
    /// assert_eq!(registry.resolve(&stream)?.name(), "tcp4");
    ///
    /// let layer = registry.resolve(&Request::named("tls")).unwrap_err();
    /// assert_eq!(layer.code(), ErrorCode::UnchainedLayer);
    /// # Ok::<(), sockatlas::Refusal>(())
    /// ```
    #[inline]
    pub fn resolve(&self, request: &Request) -> Result<Selection<'_>, Refusal> {
        if request.demands().is_some() || self.has_policy() || request.role() == Role::Accept {
            return self.resolve_with_demands(request);
        }
        match self.find(request) {
            Ok(answer) => Ok(Selection::new(self, EntryIndex(answer), request.protocol(), request)),
            Err(code) => Err(self.refuse(code, request)),
        }
    }

    /// Returns the answer of the index to the triple of a request.
    #[inline]
    fn find(&self, request: &Request) -> Result<u32, ErrorCode> {
        let index = &self.inner.index;
        let known = request.family().known_index();
        let found = known
            .and_then(|known| index.find_known(known, request.socket_type().number(), request.protocol().number()));
        found.unwrap_or_else(|| self.find_any(request))
    }

    #[inline(never)]
    fn find_any(&self, request: &Request) -> Result<u32, ErrorCode> {
        let Triple { family, socket_type, protocol } = self.triple(request);
        self.inner.index.find(family, socket_type, protocol)
    }

    #[inline]
    pub(super) fn triple(&self, request: &Request) -> Triple {
        let socket_type = match self.inner.index.dialect() {
            Dialect::Linux => request.socket_type().without_flags(),
            Dialect::Documented | Dialect::Windows => request.socket_type(),
        };
        Triple {
            family: family_key(&self.inner.family_keys, &self.stated().scope, request.family()),
            socket_type: socket_type.number(),
            protocol: request.protocol().number(),
        }
    }

    /// Returns every base protocol and chain that answers a request, in the order in which [`resolve`](Registry::resolve) would
    /// choose them: catalog order, after the stable sort by preferred and avoided services. The first is the one that `resolve`
    /// selects. Each passes every test of the request: it offers the required services and no prohibited one, and policy permits
    /// it.
    ///
    /// # Errors
    ///
    /// The errors of `resolve`.
    ///
    /// ```
    /// use sockatlas::terms::{Family, Protocol, Services, SocketType};
    /// use sockatlas::{Registry, Request};
    ///
    /// let registry = Registry::builtin();
    /// let request = Request::new(Family::INET, SocketType::STREAM, Protocol::UNSPEC).require(Services::ENCRYPTED);
    /// let selections = registry.selections(&request)?;
    /// assert_eq!(selections[0], registry.resolve(&request)?);
    /// assert!(selections.iter().all(|selection| selection.entry().services().contains(&Services::ENCRYPTED)));
    /// # Ok::<(), sockatlas::Refusal>(())
    /// ```
    pub fn selections(&self, request: &Request) -> Result<Selections<'_>, Refusal> {
        let demands = request.demands().unwrap_or(Demands::none());
        self.all_of(&self.matching(demands, request)?, demands, request)
    }

    /// Returns the selections of a chain over several bases, whose members are named `GROUP/BASE`: of the members that fit the
    /// request, all that pass its tests. An entry that the request itself names is ignored.
    ///
    /// # Errors
    ///
    /// Fails if no entry has such a name, or if the members are refused as `resolve` refuses a named entry; the error is then
    /// that of the first member.
    pub fn selections_of_group(&self, group: &str, request: &Request) -> Result<Selections<'_>, Refusal> {
        let demands = request.demands().unwrap_or(Demands::none());
        let provider = demands.provider.as_ref().map(|provider| self.provider_called(provider)).transpose()?;
        let is_member =
            |index: EntryIndex| self.name_at(index).strip_prefix(group).is_some_and(|rest| rest.starts_with('/'));
        let mut members = Vec::new();
        let mut refusal = None;
        for index in self.stated().order.iter().copied().filter(|&index| is_member(index)) {
            match self.fits(index, provider, request) {
                Ok(()) => members.push(index),
                Err(misfit) => _ = refusal.get_or_insert(misfit),
            }
        }
        if members.is_empty() {
            let unknown = || Refusal::NoSuchEntry { entry: EntryDemand::Name(group.to_owned()), members: Vec::new() };
            return Err(refusal.unwrap_or_else(unknown));
        }
        self.all_of(&Matching::Members(members), demands, request)
    }

    fn all_of(&self, matching: &Matching, demands: &Demands, request: &Request) -> Result<Selections<'_>, Refusal> {
        let policy = self.policy(demands.application.as_deref());
        let mut admitted: Vec<EntryIndex> =
            self.admitted(self.each(matching), demands, request.role(), policy).collect();
        admitted.sort_by_key(|&index| self.preference(demands, request.role(), index));
        let protocol = wanted_protocol(request, matching.is_named());
        let selections = admitted.into_iter().map(|index| Selection::new(self, index, protocol, request)).collect();
        Selections::new(selections)
            .ok_or_else(|| self.none_admitted(self.each(matching), demands, request.role(), policy))
    }

    fn resolve_with_demands(&self, request: &Request) -> Result<Selection<'_>, Refusal> {
        let demands = request.demands().unwrap_or(Demands::none());
        let matching = self.matching(demands, request)?;
        let policy = self.policy(demands.application.as_deref());
        let indifferent = demands.prefer.is_empty() && demands.avoid.is_empty();
        let chosen = match matching {
            Matching::Triple { first, .. }
                if indifferent
                    && self.offers(demands, request.role(), first)
                    && self.lets(policy, request.role(), first) =>
            {
                first
            }
            _ => {
                let chosen = self.choose(self.each(&matching), demands, request.role(), policy);
                chosen.ok_or_else(|| self.none_admitted(self.each(&matching), demands, request.role(), policy))?
            }
        };
        Ok(Selection::new(self, chosen, wanted_protocol(request, matching.is_named()), request))
    }

    /// Runs the tests of names, providers and the triple. Returns the entries that pass them, or the refusal of the first test
    /// that none passes.
    fn matching(&self, demands: &Demands, request: &Request) -> Result<Matching, Refusal> {
        let named = demands.entry.as_ref().map(|entry| self.named(entry)).transpose()?;
        let provider = demands.provider.as_ref().map(|provider| self.provider_called(provider)).transpose()?;
        match (named, provider) {
            (Some(index), _) => {
                self.fits(index, provider, request)?;
                Ok(Matching::Named(index))
            }
            (None, Some(provider)) => {
                let triple = self.triple(request);
                let code = self.furthest(triple, |index| self.entry_at(index).provider == provider);
                code.map_err(|code| self.refuse(code, request))?;
                Ok(Matching::OfProvider { triple, provider })
            }
            (None, None) => {
                let first = self.find(request).map_err(|code| self.refuse(code, request))?;
                Ok(Matching::Triple { triple: self.triple(request), first: EntryIndex(first) })
            }
        }
    }

    /// Returns the entries that match, in catalog order.
    fn each<'m>(&'m self, matching: &'m Matching) -> impl Iterator<Item = EntryIndex> + Clone + 'm {
        let (listed, among): (&[EntryIndex], Option<(Triple, Option<ProviderIndex>)>) = match matching {
            Matching::Named(index) => (std::slice::from_ref(index), None),
            Matching::Members(members) => (members, None),
            Matching::OfProvider { triple, provider } => (&self.stated().order, Some((*triple, Some(*provider)))),
            Matching::Triple { triple, .. } => (&self.stated().order, Some((*triple, None))),
        };
        listed.iter().copied().filter(move |&index| {
            among.is_none_or(|(triple, provider)| {
                provider.is_none_or(|provider| self.entry_at(index).provider == provider) && self.matches(triple, index)
            })
        })
    }

    /// Returns the entry that a demand names, if requests can select it.
    pub(super) fn named(&self, demand: &EntryDemand) -> Result<EntryIndex, Refusal> {
        let found = match demand {
            EntryDemand::Name(name) => self.stated().names.get_index_of(name.as_str()).map(EntryIndex::new),
            EntryDemand::Id(id) => self.inner.by_id.get(id).copied(),
        };
        let found = found.filter(|&index| self.entry_at(index).enabled);
        let index = found.ok_or_else(|| {
            let is_member = |name: &str| match demand {
                EntryDemand::Name(chain) => name.strip_prefix(chain.as_str()).is_some_and(|rest| rest.starts_with('/')),
                EntryDemand::Id(_) => false,
            };
            // Disabled members are left out, since a request that names one would be refused too.
            let members = self.entries().filter(|entry| !entry.is_disabled() && is_member(entry.name()));
            let members = members.map(|entry| entry.name().to_owned()).collect();
            Refusal::NoSuchEntry { entry: demand.clone(), members }
        })?;
        match self.stack_at(index) {
            Some(_) => Ok(index),
            None => Err(Refusal::UnchainedLayer { entry: self.name_at(index).to_owned() }),
        }
    }

    pub(super) fn provider_called(&self, demand: &ProviderDemand) -> Result<ProviderIndex, Refusal> {
        let found = self.stated().providers.iter().position(|provider| match demand {
            ProviderDemand::Name(name) => provider.name == *name,
            ProviderDemand::Id(id) => provider.id == Some(*id),
        });
        let index = found.ok_or_else(|| Refusal::NoSuchProvider { provider: demand.clone() })?;
        Ok(ProviderIndex(index as u32))
    }

    /// Tests whether a named entry agrees with the rest of the request. Fields of the request that are 0 or -1 are taken from the
    /// entry.
    pub(super) fn fits(
        &self,
        index: EntryIndex,
        provider: Option<ProviderIndex>,
        request: &Request,
    ) -> Result<(), Refusal> {
        let stack = self.stack(index);
        let triple = self.triple(request);
        let left_open = |number: i32| matches!(number, 0 | -1);
        let mismatch = |wanted: String, had: String| {
            Err(Refusal::EntryMismatch { entry: self.name_at(index).to_owned(), wanted, had })
        };
        if !self.family_left_open(request.family())
            && triple.family != family_key(&self.inner.family_keys, self.scope(), stack.family)
        {
            return mismatch(self.describe_family(request.family()), self.describe_family(stack.family));
        }
        if !left_open(triple.socket_type) && triple.socket_type != stack.socket_type.number() {
            let asked = SocketType::from_raw(triple.socket_type);
            return mismatch(format!("type `{asked}`"), format!("type `{}`", stack.socket_type));
        }
        if !left_open(triple.protocol) && !self.protocols(index).contains(triple.protocol) {
            let asked = format!("protocol `{}`", self.protocol_text(request.protocol(), stack.family));
            return mismatch(asked, format!("protocol {}", self.protocols_text(index)));
        }
        if let Some(provider) = provider.filter(|&provider| provider != self.entry_at(index).provider) {
            let text = |provider| format!("provider `{}`", self.provider_at(provider).name);
            return mismatch(text(provider), text(self.entry_at(index).provider));
        }
        Ok(())
    }

    /// Returns the greatest protocol of a family, if the Linux dialect has one for it.
    pub(super) fn most_protocol(&self, family: Family) -> Option<i32> {
        let key = family_key(&self.inner.family_keys, self.scope(), family);
        self.inner.index.rule(key).max_protocol
    }

    /// Returns whether a request that names an entry takes its family from the entry: so do 0 and -1, but no other negative
    /// number.
    pub(super) fn family_left_open(&self, family: Family) -> bool {
        matches!(family.number(self.scope().system()), Some(0 | -1))
    }

    fn describe_family(&self, family: Family) -> String {
        format!("family `{}`", self.family_text(family))
    }

    /// Returns whether an entry matches a triple.
    pub(super) fn matches(&self, triple: Triple, index: EntryIndex) -> bool {
        let [family, socket_type, protocol] = self.passes(triple, index);
        family && socket_type && protocol
    }

    /// Returns which of the three tests of a triple an entry passes: family, type, protocol.
    pub(super) fn passes(&self, triple: Triple, index: EntryIndex) -> [bool; 3] {
        let stack = self.stack(index);
        let any = self.dialect() != Dialect::Linux;
        let family = family_key(&self.inner.family_keys, self.scope(), stack.family);
        [
            triple.family == family || any && triple.family == 0,
            triple.socket_type == stack.socket_type.number() || any && triple.socket_type == 0,
            match triple.protocol {
                0 => stack.matches_zero,
                protocol => self.protocols(index).contains(protocol),
            },
        ]
    }

    /// Returns `Ok` if an entry that `among` admits matches, or else the error code by how far the best of them got.
    fn furthest(&self, triple: Triple, among: impl Fn(EntryIndex) -> bool) -> Result<(), ErrorCode> {
        let dialect = self.dialect();
        if dialect != Dialect::Linux && triple.family == 0 && triple.protocol == 0 {
            return Err(ErrorCode::InvalidArgument);
        }
        let passed: Vec<[bool; 3]> = self
            .stated()
            .order
            .iter()
            .filter(|&&index| among(index))
            .map(|&index| self.passes(triple, index))
            .collect();
        let any = |test: fn([bool; 3]) -> bool| passed.iter().any(|&tests| test(tests));
        if any(|[family, socket_type, protocol]| family && socket_type && protocol) {
            return Ok(());
        }
        let family = any(|[family, ..]| family);
        let socket_type = any(|[_, socket_type, _]| socket_type);
        let both = any(|[family, socket_type, _]| family && socket_type);
        Err(match dialect {
            Dialect::Windows if !socket_type => ErrorCode::SocketTypeNotSupported,
            Dialect::Windows if !both => ErrorCode::AddressFamilyNotSupported,
            Dialect::Windows => ErrorCode::ProtocolNotSupported,
            _ if !family => ErrorCode::AddressFamilyNotSupported,
            Dialect::Linux => {
                let rule = self.inner.index.rule(triple.family);
                let held = any(|[family, _, protocol]| family && protocol);
                match rule.max_protocol {
                    Some(most) if triple.protocol < 0 || triple.protocol > most => ErrorCode::InvalidArgument,
                    _ if rule.protocol_first && !held => ErrorCode::ProtocolNotSupported,
                    _ if rule.protocol_first || !both => ErrorCode::SocketTypeNotSupported,
                    _ => ErrorCode::ProtocolNotSupported,
                }
            }
            Dialect::Documented if !both => ErrorCode::SocketTypeNotSupported,
            Dialect::Documented if triple.protocol != 0 && any(|[family, _, protocol]| family && protocol) => {
                ErrorCode::ProtocolWrongType
            }
            Dialect::Documented => ErrorCode::ProtocolNotSupported,
        })
    }

    /// Returns whether an entry can be used in a role and, in that role, offers the required services and no prohibited one.
    pub(super) fn offers(&self, demands: &Demands, role: Role, index: EntryIndex) -> bool {
        let stack = self.stack(index);
        let services = stack.services(role);
        services.contains(&demands.require) && !services.intersects(&demands.prohibit) && stack.unmet(role).is_none()
    }

    /// Tests one entry against the demands and the policy, in a role.
    pub(super) fn admits(&self, index: EntryIndex, demands: &Demands, role: Role) -> Result<(), Refusal> {
        let policy = self.policy(demands.application.as_deref());
        let one = std::iter::once(index);
        match self.choose(one.clone(), demands, role, policy) {
            Some(_) => Ok(()),
            None => Err(self.none_admitted(one, demands, role, policy)),
        }
    }

    /// Tests services that an entry has for one opening against the demands and the policy, like its own services.
    #[cfg(all(feature = "net", target_os = "linux"))]
    pub(super) fn admits_services(
        &self,
        index: EntryIndex,
        demands: &Demands,
        services: &crate::terms::Services,
    ) -> Result<(), Refusal> {
        let lacking = demands.require.difference(services);
        let prohibited = demands.prohibit.intersection(services);
        if !lacking.is_empty() || !prohibited.is_empty() {
            return Err(Refusal::ServiceNotOffered { lacking, prohibited, jointly: false });
        }
        let applied = match (self.policy(demands.application.as_deref()), &demands.application) {
            (Governed::By(applied), _) => applied,
            (Governed::Unknown, Some(name)) => return Err(self.no_such_application(name)),
            (Governed::Unknown | Governed::Free, _) => return Ok(()),
        };
        let lacking = applied.policy.require.difference(services);
        let prohibited = applied.policy.prohibit.intersection(services);
        let permitted = applied.policy.permit.is_none_or(|permit| self.permits_layers(permit, index));
        if lacking.is_empty() && prohibited.is_empty() && permitted {
            return Ok(());
        }
        let application = applied.name.to_owned();
        Err(Refusal::NotPermitted { application, lacking, prohibited, not_permitted: None, jointly: false })
    }

    /// Returns the matching entry that the demands and the policy choose. The entries must come in catalog order.
    pub(super) fn choose(
        &self,
        matches: impl Iterator<Item = EntryIndex>,
        demands: &Demands,
        role: Role,
        policy: Governed<'_>,
    ) -> Option<EntryIndex> {
        // `min_by_key` keeps the first of equal entries, as the stable sort requires.
        self.admitted(matches, demands, role, policy).min_by_key(|&index| self.preference(demands, role, index))
    }

    /// Returns the matching entries that meet the demands and that the policy permits.
    fn admitted(
        &self,
        matches: impl Iterator<Item = EntryIndex>,
        demands: &Demands,
        role: Role,
        policy: Governed<'_>,
    ) -> impl Iterator<Item = EntryIndex> {
        let offering = matches.filter(move |&index| self.offers(demands, role, index));
        offering.filter(move |&index| self.lets(policy, role, index))
    }

    /// Returns only the code of [`Registry::none_admitted`], which costs less.
    pub(super) fn code_of_none_admitted(
        &self,
        mut matches: impl Iterator<Item = EntryIndex>,
        demands: &Demands,
        role: Role,
        policy: Governed<'_>,
    ) -> ErrorCode {
        match policy {
            _ if !matches.any(|index| self.offers(demands, role, index)) => ErrorCode::ServiceNotOffered,
            Governed::Unknown => ErrorCode::NoSuchApplication,
            Governed::Free | Governed::By(_) => ErrorCode::NotPermitted,
        }
    }

    /// Returns the refusal for matching entries of which none is admitted.
    fn none_admitted(
        &self,
        matches: impl Iterator<Item = EntryIndex> + Clone,
        demands: &Demands,
        role: Role,
        policy: Governed<'_>,
    ) -> Refusal {
        let offering = matches.clone().filter(|&index| self.offers(demands, role, index));
        match (policy, demands.application.as_deref()) {
            _ if offering.clone().next().is_none() => self.not_offered(demands, role, matches),
            (Governed::By(applied), _) => self.not_permitted(applied, role, offering),
            (_, application) => self.no_such_application(application.unwrap_or_default()),
        }
    }

    /// Returns the sort key of an entry, ascending: most preferred services first, then fewest avoided services.
    pub(super) fn preference(&self, demands: &Demands, role: Role, index: EntryIndex) -> (std::cmp::Reverse<u32>, u32) {
        let services = self.stack(index).services(role);
        (std::cmp::Reverse(services.common(&demands.prefer)), services.common(&demands.avoid))
    }

    fn not_offered(
        &self,
        demands: &Demands,
        role: Role,
        mut matches: impl Iterator<Item = EntryIndex> + Clone,
    ) -> Refusal {
        let demanded = Demanded { require: &demands.require, prohibit: &demands.prohibit, permit: None, role };
        let mut deciding = self.deciding(demanded, matches.clone());
        // Services that the layers of an entry lack below them in this role count as lacking like required ones.
        if let Some(unmet) = matches.next().and_then(|first| self.stack(first).unmet(role)) {
            deciding.lacking.insert(&unmet.lacking);
            deciding.prohibited.insert(&unmet.forbidden);
        }
        Refusal::ServiceNotOffered {
            lacking: deciding.lacking,
            prohibited: deciding.prohibited,
            jointly: deciding.jointly,
        }
    }

    /// Returns the refusal of a plain request for an error code.
    #[inline(never)]
    fn refuse(&self, code: ErrorCode, request: &Request) -> Refusal {
        let family = self.scope().normal(request.family());
        let (socket_type, protocol) = (request.socket_type(), request.protocol());
        match code {
            ErrorCode::AddressFamilyNotSupported => Refusal::AddressFamilyNotSupported { family },
            ErrorCode::SocketTypeNotSupported => Refusal::SocketTypeNotSupported { family, socket_type },
            ErrorCode::ProtocolWrongType => Refusal::ProtocolWrongType { family, socket_type, protocol },
            ErrorCode::InvalidArgument => {
                let rule = self.inner.index.rule(self.triple(request).family);
                match rule.max_protocol {
                    Some(most) if self.dialect() == Dialect::Linux => {
                        Refusal::ProtocolOutOfRange { family, protocol, most }
                    }
                    _ => Refusal::Ambiguous,
                }
            }
            _ => Refusal::ProtocolNotSupported { family, socket_type, protocol },
        }
    }
}

/// Returns the protocol that a selection is for. With a named entry, -1 stands for the entry's own protocol, like 0.
fn wanted_protocol(request: &Request, named: bool) -> Protocol {
    match request.protocol() {
        Protocol::FROM_PROTOCOL_INFO if named => Protocol::UNSPEC,
        protocol => protocol,
    }
}
