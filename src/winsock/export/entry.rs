//! The conversion of one entry into the keys of its item.

use super::super::keys::{Keys, Role, Selectable};
use super::super::standard::StandardItem;
use super::{PROVIDER_NAMESPACE, Reason, Remark, layers_and_base, untold};
use crate::catalog::entry::{Base, Body, Chain, Entry, EntryIndex};
use crate::catalog::{AddressSize, Facts, MAX_PROTOCOL_CHAIN, ProtocolSet};
use crate::registry::Registry;
use crate::terms::{Dialect, Family, Protocol, Services, SocketType, System};
use uuid::Uuid;

/// An entry that Windows can keep.
pub(super) struct Exported<'r> {
    pub index: EntryIndex,
    pub keys: Keys,
    /// The bytes of the item that the entry states.
    pub packed: Option<&'r [u8]>,
    below: Vec<EntryIndex>,
    /// The services that the entry offers.
    services: Services,
}

impl<'r> Exported<'r> {
    pub fn new(registry: &'r Registry, index: EntryIndex) -> Result<Self, Reason> {
        let entry = registry.entry_at(index);
        let facts = registry.at(index).facts();
        if let Some(reason) = untold(&facts.unknown) {
            return Err(reason);
        }
        let provider = registry.provider_at(entry.provider);
        let winsock = facts.winsock.as_deref();
        let library = winsock.and_then(|winsock| winsock.library.clone()).or_else(|| provider.library.clone());
        let library = library.ok_or_else(|| Reason::Library { provider: provider.name.clone() })?;
        let packed = winsock.and_then(|winsock| winsock.packed.as_deref());
        let whole = Whole::of(registry, entry)?;
        let address_size = match (&whole, facts.address_size) {
            (_, Some(size)) => Some(size),
            (_, None) if packed.is_some() => None,
            (Whole::Layer { .. }, None) => None,
            (Whole::Selectable { base_facts, base, .. }, None) => {
                let stated = base_facts.and_then(|facts| facts.address_size);
                let size = stated.or_else(|| usual_address_size(base.family));
                let family = || registry.scope().family_name(base.family).unwrap_or_default().to_owned();
                Some(size.ok_or_else(|| Reason::AddressSize { family: family() })?)
            }
        };
        // A chain takes values that it does not state from its base, unless its bytes state them.
        let inherited = match &whole {
            Whole::Selectable { base_facts, .. } if packed.is_none() => *base_facts,
            _ => None,
        };
        let services = whole.services().clone();
        let keys = Keys {
            catalog_entry_id: entry.id.cast_unsigned(),
            provider_id: provider.id.unwrap_or_else(|| derived_id(&provider.name)),
            library,
            summary: facts.summary.clone(),
            hidden: entry.hidden,
            recommended: facts.recommended,
            version: facts.version.or(inherited.and_then(|base| base.version)),
            message_size: facts.message_size.or(inherited.and_then(|base| base.message_size)),
            address_size,
            byte_order: facts.byte_order.or(inherited.and_then(|base| base.byte_order)),
            security_scheme: facts.security_scheme.or(inherited.and_then(|base| base.security_scheme)),
            role: whole.role(registry, index)?,
        };
        Ok(Exported { index, keys, packed, below: layers_and_base(registry, index), services })
    }

    /// Returns the entries that this entry names directly.
    pub fn below(&self) -> impl Iterator<Item = EntryIndex> + '_ {
        self.below.iter().copied()
    }

    /// Returns the id of a chain and the id of its top layer, or `None` for other entries.
    pub fn top(&self) -> Option<(u32, u32)> {
        match &self.keys.role {
            Role::Selectable(selectable) => Some((self.keys.catalog_entry_id, *selectable.chain.first()?)),
            Role::Layer { .. } => None,
        }
    }

    /// Returns remarks on the facts of the entry that its item does not hold.
    pub fn losses(&self, registry: &Registry) -> Vec<Remark> {
        let entry = registry.entry_at(self.index);
        let provider = registry.provider_at(entry.provider);
        let lost = self.services.difference(&Services::from_xp1(self.services.xp1()));
        let options: Vec<String> = entry.options.iter().map(|option| option.name.clone()).collect();
        let derived = || Reason::DerivedId { provider: provider.name.clone(), id: derived_id(&provider.name) };
        let reasons = [
            (!lost.is_empty()).then_some(Reason::Services { services: lost }),
            (!options.is_empty()).then_some(Reason::Options { options }),
            provider.id.is_none().then(derived),
        ];
        reasons.into_iter().flatten().map(|reason| Remark::of(registry, self.index, reason)).collect()
    }
}

/// Returns the GUID that is derived for a provider without a stated one.
fn derived_id(name: &str) -> Uuid {
    Uuid::new_v5(&PROVIDER_NAMESPACE, name.as_bytes())
}

/// The values of an entry as a whole. They are computed here, because the registry keeps no stack of a disabled entry.
enum Whole<'r> {
    Layer {
        adds: &'r Services,
    },
    Selectable {
        base: &'r Base,
        /// The facts of the base of a chain; `None` for a base protocol.
        base_facts: Option<&'r Facts>,
        socket_type: SocketType,
        protocols: &'r ProtocolSet,
        matches_zero: bool,
        services: Services,
    },
}

impl<'r> Whole<'r> {
    fn of(registry: &'r Registry, entry: &'r Entry) -> Result<Self, Reason> {
        match &entry.body {
            Body::Layer(layer) => Ok(Whole::Layer { adds: &layer.adds }),
            Body::Base(base) => Ok(Whole::Selectable {
                base,
                base_facts: None,
                socket_type: base.socket_type,
                protocols: &base.protocols,
                matches_zero: base.matches_zero,
                services: base.services.clone(),
            }),
            Body::Chain(chain) => Whole::of_chain(registry, chain),
        }
    }

    fn of_chain(registry: &'r Registry, chain: &'r Chain) -> Result<Self, Reason> {
        let mut chains = vec![chain];
        let mut bottom = registry.entry_at(chain.base.0);
        let base = loop {
            match &bottom.body {
                Body::Base(base) => break base,
                Body::Chain(below) if chains.len() < MAX_PROTOCOL_CHAIN => {
                    chains.push(below);
                    bottom = registry.entry_at(below.base.0);
                }
                Body::Chain(_) | Body::Layer(_) => return Err(Reason::TooLong { most: MAX_PROTOCOL_CHAIN }),
            }
        };
        let (mut socket_type, mut services) = (base.socket_type, base.services.clone());
        let (mut protocols, mut matches_zero) = (&base.protocols, base.matches_zero);
        for chain in chains.into_iter().rev() {
            for (layer, _) in chain.layers().rev() {
                if let Body::Layer(layer) = &registry.entry_at(layer).body {
                    services.remove(&layer.removes);
                    services.insert(&layer.adds);
                    socket_type = layer.presents.unwrap_or(socket_type);
                }
            }
            services = chain.services.clone().unwrap_or(services);
            protocols = chain.protocols.as_ref().unwrap_or(protocols);
            matches_zero = chain.matches_zero.unwrap_or(matches_zero);
        }
        let base_facts = bottom.facts.as_deref();
        Ok(Whole::Selectable { base, base_facts, socket_type, protocols, matches_zero, services })
    }

    fn services(&self) -> &Services {
        match self {
            Whole::Layer { adds } => adds,
            Whole::Selectable { services, .. } => services,
        }
    }

    fn role(&self, registry: &Registry, index: EntryIndex) -> Result<Role, Reason> {
        match self {
            // A layer that adds no services states no service flags.
            Whole::Layer { adds } => Ok(Role::Layer { services: Some(adds.xp1()).filter(|flags| *flags != 0) }),
            Whole::Selectable { base, socket_type, protocols, matches_zero, services, .. } => {
                let numbers = Numbers { registry, family: base.family };
                Ok(Role::Selectable(Selectable {
                    chain: ids(registry, index)?,
                    family: numbers.family()?,
                    socket_type: numbers.socket_type(*socket_type)?,
                    protocols: numbers.protocols(protocols)?,
                    matches_zero: *matches_zero,
                    services: services.xp1(),
                }))
            }
        }
    }
}

/// Returns the ids with which a chain is written, top first, with the id of a chain below in place of the id of its top layer.
/// The list is empty for a base protocol.
fn ids(registry: &Registry, index: EntryIndex) -> Result<Vec<u32>, Reason> {
    let id = |index: EntryIndex| registry.entry_at(index).id.cast_unsigned();
    let mut ids = Vec::new();
    let mut at = index;
    while let Body::Chain(chain) = &registry.entry_at(at).body {
        // The id of the chain, which was already added, stands for its top layer.
        let layers = chain.layers().skip(usize::from(at != index));
        ids.extend(layers.map(|(layer, _)| id(layer)));
        at = chain.base.0;
        ids.push(id(at));
        if ids.len() > MAX_PROTOCOL_CHAIN {
            return Err(Reason::TooLong { most: MAX_PROTOCOL_CHAIN });
        }
    }
    Ok(ids)
}

/// The numbers that Windows uses for the families, types and protocols of a catalog of any dialect.
struct Numbers<'r> {
    registry: &'r Registry,
    family: Family,
}

impl Numbers<'_> {
    fn is_windows(&self) -> bool {
        self.registry.dialect() == Dialect::Windows
    }

    fn family(&self) -> Result<i32, Reason> {
        // The meaning of a number without a name depends on the catalog's own system.
        let number = self.family.number(System::Windows).filter(|_| self.is_windows() || self.family.name().is_some());
        let family =
            || self.registry.scope().family_name(self.family).map_or_else(|| self.family.to_string(), str::to_owned);
        number.ok_or_else(|| Reason::Family { family: family() })
    }

    fn socket_type(&self, socket_type: SocketType) -> Result<i32, Reason> {
        if self.is_windows() || socket_type.name_on(System::Windows).is_some() {
            return Ok(socket_type.number());
        }
        Err(Reason::SocketType { socket_type: socket_type.to_string() })
    }

    fn protocols(&self, protocols: &ProtocolSet) -> Result<(i32, i32), Reason> {
        let &[(first, last)] = protocols.ranges() else { return Err(Reason::Protocols) };
        if protocols.first() != first || last.checked_sub(first).is_none() {
            return Err(Reason::Protocols);
        }
        // The numbers of IP's protocols are the same on all systems.
        if self.is_windows() || [Family::INET, Family::INET6].contains(&self.family) {
            return Ok((first, last));
        }
        if first != last {
            return Err(Reason::Protocols);
        }
        match self.registry.scope().protocol_name(Protocol::from_raw(first), self.family) {
            Some(name) => {
                let number = Protocol::from_name(name, self.family, System::Windows).map(Protocol::number);
                number.map(|number| (number, number)).ok_or_else(|| Reason::Protocol { protocol: name.to_owned() })
            }
            None if first == 0 => Ok((0, 0)),
            None => Err(Reason::Protocol { protocol: first.to_string() }),
        }
    }
}

/// Returns the address size that Windows' own items of this family state.
fn usual_address_size(family: Family) -> Option<AddressSize> {
    let number = family.number(System::Windows)?;
    let (min, max) = StandardItem::all().find(|item| item.triple.0 == number)?.address_size;
    Some(AddressSize { min: min.cast_unsigned(), max: max.cast_unsigned() })
}
