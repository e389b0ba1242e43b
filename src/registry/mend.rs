//! Finds the changes that would get a refused request answered, and the guarantees that they would weaken.

use super::explain::{Asked, Candidate, Test};
use super::policy::{Governed, Objection};
use super::{Demands, EntryRef, Registry, Request};
use crate::catalog::entry::EntryIndex;
use crate::catalog::{Claim, EntryDemand, Location, Span, TestRequest, nearest, quoted};
use crate::terms::{Family, Protocol, Role, Services, SocketType};

/// A set of changes that together would admit an entry.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Mend<'r> {
    /// The entry that would be admitted.
    pub entry: EntryRef<'r>,
    /// The changes, all of which are necessary.
    pub changes: Vec<Change>,
    /// Where a catalog would have to be changed, or `None` if only the request would change.
    pub source: Option<Location>,
    /// The guarantees that the changes would weaken: the request's own demands, policy, and `[[always]]`.
    pub weakens: Vec<String>,
    /// The changed request, if only the request changes.
    pub request: Option<Request>,
}

/// One change.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Change {
    /// The request asks for something else.
    Ask {
        /// The name of the field: `family`, `type`, `protocol`, `entry`, `provider` or `application`.
        field: &'static str,
        /// The present value.
        from: String,
        /// The value that it should have.
        to: String,
    },
    /// The request no longer requires these services.
    NoLongerRequire(Services),
    /// The request no longer prohibits these services.
    NoLongerProhibit(Services),
    /// The policy for an application no longer requires these services.
    PolicyNoLongerRequires(String, Services),
    /// The policy for an application no longer prohibits these services.
    PolicyNoLongerProhibits(String, Services),
    /// The policy for an application permits the categories of a layer, or the layer gets categories that the policy permits.
    PolicyPermits(String, String),
    /// An application without a section of policy gets a section.
    WriteSection(String),
    /// An entry is no longer disabled.
    Enable(String),
}

impl std::fmt::Display for Change {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Change::Ask { field, from, to } => write!(f, "ask for {field} `{to}` instead of `{from}`"),
            Change::NoLongerRequire(services) => write!(f, "no longer require {services}"),
            Change::NoLongerProhibit(services) => write!(f, "no longer prohibit {services}"),
            Change::PolicyNoLongerRequires(application, services) => {
                write!(f, "let application `{application}` no longer require {services}")
            }
            Change::PolicyNoLongerProhibits(application, services) => {
                write!(f, "let application `{application}` no longer prohibit {services}")
            }
            Change::PolicyPermits(application, layer) => {
                write!(f, "let application `{application}` permit the categories of layer `{layer}`")
            }
            Change::WriteSection(application) => write!(f, "write a section `[application.{application}]`"),
            Change::Enable(entry) => write!(f, "no longer disable `{entry}`"),
        }
    }
}

impl std::fmt::Display for Mend<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        for (at, change) in self.changes.iter().enumerate() {
            write!(f, "{}{change}", if at == 0 { "" } else { ", and " })?;
        }
        Ok(())
    }
}

/// The most mends that are returned; a longer list would not help the reader.
const MOST: usize = 5;

/// Returns the smallest sets of changes over all candidates: fewest changes first, then fewest weakened guarantees.
pub(super) fn mends<'r>(registry: &'r Registry, asked: &Asked<'_>, candidates: &[Candidate<'r>]) -> Vec<Mend<'r>> {
    let mut mends: Vec<Mend<'r>> = Vec::new();
    if let Some(enabled) = enabling(registry, asked) {
        mends.push(enabled);
    }
    let admitted = candidates.iter().filter_map(|candidate| admit(registry, asked, candidate));
    mends.extend(admitted);
    mends.sort_by_key(|mend| (mend.changes.len(), mend.weakens.len()));
    let smallest = mends.first().map_or(0, |mend| mend.changes.len());
    mends.retain(|mend| mend.changes.len() <= smallest + 1);
    let mut seen: Vec<Vec<Change>> = Vec::new();
    mends.retain(|mend| {
        // A larger set that contains a smaller one is no further remedy.
        let fresh = !seen.iter().any(|known| known.iter().all(|change| mend.changes.contains(change)));
        if fresh {
            seen.push(mend.changes.clone());
        }
        fresh
    });
    mends.truncate(MOST);
    mends
}

/// Returns the mend of a request that names a disabled entry.
fn enabling<'r>(registry: &'r Registry, asked: &Asked<'_>) -> Option<Mend<'r>> {
    let Some(EntryDemand::Name(name)) = &asked.demands.entry else { return None };
    let entry = registry.entry(name)?;
    let place = registry.stated().disabled[entry.index().get()]?;
    Some(Mend {
        entry,
        changes: vec![Change::Enable(name.clone())],
        source: Some(registry.locate(place)),
        weakens: Vec::new(),
        request: None,
    })
}

/// Returns the mend that would admit a candidate, or `None` where no change is likely to be meant.
fn admit<'r>(registry: &'r Registry, asked: &Asked<'_>, candidate: &Candidate<'r>) -> Option<Mend<'r>> {
    let index = candidate.entry.index();
    let stack = registry.stack(index);
    let mut changes = Vec::new();
    let mut weakens = Vec::new();
    let mut source: Option<Span> = None;
    let mut request = asked.request.clone();
    let role = request.role();
    for test in &candidate.fails {
        match test {
            // It cannot be guessed which family or protocol is meant.
            Test::Request => return None,
            Test::Entry => {
                let from = near_entry(registry, asked, index)?;
                request.demands_mut().entry = Some(EntryDemand::Name(registry.name_at(index).to_owned()));
                changes.push(Change::Ask { field: "entry", from, to: registry.name_at(index).to_owned() });
            }
            Test::Provider => {
                let name = &registry.provider_at(registry.entry_at(index).provider).name;
                let from = asked.demands.provider.as_ref()?.to_string();
                request.demands_mut().provider = Some(super::ProviderDemand::Name(name.clone()));
                weakens.push(format!("the request's own demand for provider `{from}`"));
                changes.push(Change::Ask { field: "provider", from, to: name.clone() });
            }
            Test::Family => {
                let from = registry.family_text(registry.scope().normal(asked.request.family()));
                changes.push(Change::Ask { field: "family", from, to: registry.family_text(stack.family) });
                request = replace_triple(request, |triple| triple.0 = stack.family);
            }
            Test::Type => {
                let from = SocketType::from_raw(asked.triple.socket_type).to_string();
                changes.push(Change::Ask { field: "type", from, to: stack.socket_type.to_string() });
                request = replace_triple(request, |triple| triple.1 = stack.socket_type);
            }
            Test::Protocol => {
                let from = registry.protocol_text(asked.request.protocol(), stack.family);
                let first = askable(registry, asked, index)?;
                // A request for protocol 0 must state the family in dialects where 0 stands for any.
                let ambiguous =
                    first == Protocol::UNSPEC && asked.named.is_none() && request.family() == Family::UNSPEC;
                if ambiguous {
                    let from = registry.family_text(request.family());
                    changes.push(Change::Ask { field: "family", from, to: registry.family_text(stack.family) });
                    request = replace_triple(request, |triple| triple.0 = stack.family);
                }
                changes.push(Change::Ask { field: "protocol", from, to: registry.protocol_text(first, stack.family) });
                request = replace_triple(request, |triple| triple.2 = first);
            }
            // No change of the request gives a layer the services that it needs below it.
            Test::Require | Test::Prohibit if stack.unmet(role).is_some() => return None,
            Test::Require => {
                let lacking = asked.demands.require.difference(stack.services(role));
                request.demands_mut().require.remove(&lacking);
                weakens.push(format!("the request's own `require`: {lacking}"));
                changes.push(Change::NoLongerRequire(lacking));
            }
            Test::Prohibit => {
                let offered = asked.demands.prohibit.intersection(stack.services(role));
                request.demands_mut().prohibit.remove(&offered);
                weakens.push(format!("the request's own `prohibit`: {offered}"));
                changes.push(Change::NoLongerProhibit(offered));
            }
            Test::Policy if matches!(asked.policy, Governed::Unknown) => {
                let name = asked.demands.application.as_deref()?;
                match registry.nearest_application(name) {
                    Some(near) if registry.lets(registry.policy(Some(&near)), role, index) => {
                        request.demands_mut().application = Some(near.clone());
                        changes.push(Change::Ask { field: "application", from: name.to_owned(), to: near });
                    }
                    // The application that was probably meant may not use the entry either.
                    Some(_) => return None,
                    None => {
                        source = registry.stated().applications.last().map(|(_, section)| section.at);
                        changes.push(Change::WriteSection(name.to_owned()));
                    }
                }
            }
            Test::Policy => {
                let applied = asked.policy.applied()?;
                let section = &registry.stated().applications[applied.name];
                source = Some(section.at);
                let Objection { lacking, prohibited, layer } = registry.objection(applied.policy, role, index);
                let application = applied.name.to_owned();
                if !lacking.is_empty() {
                    weakens.push(format!("application `{application}` requires {lacking}"));
                    changes.push(Change::PolicyNoLongerRequires(application.clone(), lacking));
                }
                if !prohibited.is_empty() {
                    weakens.push(format!("application `{application}` prohibits {prohibited}"));
                    changes.push(Change::PolicyNoLongerProhibits(application.clone(), prohibited));
                }
                if let Some(layer) = layer {
                    let permit = applied.policy.permit.unwrap_or_default();
                    weakens.push(format!("application `{application}` permits only {permit}"));
                    changes.push(Change::PolicyPermits(application, registry.name_at(layer).to_owned()));
                }
            }
            Test::Order => {}
        }
    }
    weakens.extend(broken_guarantees(registry, &request, index));
    Some(Mend {
        entry: candidate.entry,
        changes,
        source: source.map(|span| registry.locate(span)),
        weakens,
        request: source.is_none().then_some(request),
    })
}

/// Returns the protocol by which a request gets the entry, or `None` where none can be guessed or only its name leads to it.
fn askable(registry: &Registry, asked: &Asked<'_>, index: EntryIndex) -> Option<Protocol> {
    let protocols = registry.protocols(index);
    let first = protocols.first();
    if first != 0 || asked.named.is_some() || registry.stack(index).matches_zero {
        return Some(Protocol::from_raw(first));
    }
    let from_one = protocols.ranges().iter().find(|&&(_, to)| to > 0).map(|&(from, _)| from.max(1));
    from_one.filter(|_| !protocols.is_any()).map(Protocol::from_raw)
}

fn replace_triple(request: Request, change: impl FnOnce(&mut (Family, SocketType, Protocol))) -> Request {
    let mut triple = (request.family(), request.socket_type(), request.protocol());
    change(&mut triple);
    let mut replaced = Request::new(triple.0, triple.1, triple.2).as_role(request.role());
    if let Some(demands) = request.demands() {
        *replaced.demands_mut() = demands.clone();
    }
    replaced
}

/// Returns the name that the request states for an entry, if this candidate may have been meant: it has a near name, is a member
/// of the named chain over several bases, or is a chain that contains the named layer.
pub(super) fn near_entry(registry: &Registry, asked: &Asked<'_>, index: EntryIndex) -> Option<String> {
    let EntryDemand::Name(name) = asked.demands.entry.as_ref()? else { return None };
    let candidate = registry.name_at(index);
    let near = nearest(name, [candidate]).is_some();
    let member = candidate.split('/').next() == Some(name);
    let layer = registry.entry(name).map(|entry| entry.index());
    let holds = layer.is_some_and(|layer| registry.stack(index).layers().contains(&layer));
    (near || member || holds).then(|| name.clone())
}

/// Returns the guarantees (`[[always]]`) that would no longer hold if the request selected this entry.
fn broken_guarantees(registry: &Registry, request: &Request, index: EntryIndex) -> Vec<String> {
    let fitting = registry.guarantees().iter().filter(|guarantee| registry.speaks_of(&guarantee.request, request));
    let broken = fitting.filter(|guarantee| registry.breaks(&guarantee.claim, request.role(), index));
    broken
        .map(|guarantee| {
            let claim = match &guarantee.claim {
                Claim::Services(services) => format!("services {services}"),
                Claim::Never(entries) => {
                    let names: Vec<&str> = entries.iter().map(|&entry| registry.name_at(entry)).collect();
                    format!("never {}", quoted(&names))
                }
                Claim::Refused => "refused".to_owned(),
            };
            format!("the guarantee at {}: {claim}", registry.locate(guarantee.at))
        })
        .collect()
}

impl Registry {
    /// Returns whether a guarantee covers a request: the request has every value that the guarantee states.
    pub(crate) fn speaks_of(&self, pattern: &TestRequest, request: &Request) -> bool {
        let demands = request.demands().unwrap_or(Demands::none());
        let key = |family| super::family_key(&self.inner.family_keys, self.scope(), family);
        pattern.role.is_none_or(|role| role == request.role())
            && pattern.family.is_none_or(|family| key(family) == key(request.family()))
            && pattern.socket_type.is_none_or(|socket_type| socket_type.number() == self.triple(request).socket_type)
            && pattern.protocol.is_none_or(|protocol| protocol == request.protocol())
            && pattern.entry.as_ref().is_none_or(|entry| demands.entry.as_ref() == Some(entry))
            && pattern
                .provider
                .as_ref()
                .is_none_or(|provider| demands.provider.as_ref().is_some_and(|asked| asked.to_string() == *provider))
            && pattern.application.as_ref().is_none_or(|(name, _)| demands.application.as_ref() == Some(name))
            && demands.require.contains(&pattern.require)
            && demands.prefer.contains(&pattern.prefer)
            && demands.avoid.contains(&pattern.avoid)
            && demands.prohibit.contains(&pattern.prohibit)
    }

    /// Returns whether selecting this entry breaks the claim of a guarantee.
    pub(crate) fn breaks(&self, claim: &Claim, role: Role, index: EntryIndex) -> bool {
        match claim {
            Claim::Services(services) => !self.stack(index).services(role).contains(services),
            Claim::Never(entries) => entries.contains(&index),
            Claim::Refused => true,
        }
    }
}
