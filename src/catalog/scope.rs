//! The meanings of words: names of families, types and protocols in a dialect, with the families that catalogs add.

use super::fault::FaultKind;
use super::source::Span;
use super::suggest::nearest_constant;
use crate::terms::{Dialect, Family, Protocol, SocketType, System};
use indexmap::IndexMap;

/// The dialect and the families that the catalogs declare or state facts about.
#[derive(Clone, Debug, Default)]
pub(crate) struct Scope {
    pub dialect: Dialect,
    /// By name, in order of declaration.
    pub families: IndexMap<String, DeclaredFamily>,
}

/// A `[family.NAME]`: a family of the catalog's own, or facts about a known one.
#[derive(Clone, Debug)]
pub(crate) struct DeclaredFamily {
    pub family: Family,
    pub protocols: IndexMap<String, i32>,
    /// Linux dialect: a protocol below 0 or above this is `invalid-argument`.
    pub max_protocol: Option<i32>,
    /// Linux dialect: the protocol is tested before the type.
    pub protocol_first: bool,
    /// The places of these two facts, by their keys.
    pub facts_at: Vec<(&'static str, Span)>,
    /// The place where its name is declared.
    #[cfg_attr(not(feature = "edit"), expect(dead_code, reason = "only changes of catalogs ask for it"))]
    pub at: Span,
}

impl DeclaredFamily {
    /// Returns whether it has a rule for requests that match nothing.
    pub fn has_rule(&self) -> bool {
        self.max_protocol.is_some() || self.protocol_first
    }
}

impl Scope {
    pub fn system(&self) -> System {
        self.dialect.system()
    }

    fn declared(&self, family: Family) -> impl Iterator<Item = (&String, &DeclaredFamily)> {
        self.families.iter().filter(move |(_, declared)| declared.family == family)
    }

    /// Returns the same family in its named form, if this dialect or these catalogs name it.
    pub fn normal(&self, family: Family) -> Family {
        if family.name().is_some() {
            return family;
        }
        family.number(self.system()).map_or(family, |number| Family::from_number(number, self.system()))
    }

    pub fn family(&self, name: &str) -> Result<Family, FaultKind> {
        if let Some(declared) = self.families.get(name) {
            return Ok(declared.family);
        }
        let unknown = |suggestion, note| FaultKind::UnknownName {
            what: "address family",
            name: name.to_owned(),
            suggestion,
            note,
        };
        match Family::from_name(name) {
            // Where names are symbolic, a family that this host lacks is still valid: no entry of this host offers it.
            Some(family) if self.dialect == Dialect::Documented || family.number(self.system()).is_some() => Ok(family),
            Some(_) => Err(unknown(None, Some(format!("it has no number in the {} dialect", self.dialect)))),
            None => {
                let known =
                    Family::all().filter(|family| family.number(self.system()).is_some()).filter_map(Family::name);
                let aliases = Family::aliases().iter().map(|&(alias, _)| alias);
                let own = self.families.keys().map(String::as_str);
                let suggestion = nearest_constant(name, own.chain(known.map(|known: &str| known)).chain(aliases));
                Err(unknown(suggestion, None))
            }
        }
    }

    /// Returns the name of a family in this scope, if it has one.
    pub fn family_name(&self, family: Family) -> Option<&str> {
        let known = family.name().or_else(|| family.name_on(self.system()));
        known.or_else(|| self.declared(family).map(|(name, _)| name.as_str()).next())
    }

    pub fn socket_type(&self, name: &str) -> Result<SocketType, FaultKind> {
        let unknown =
            |suggestion, note| FaultKind::UnknownName { what: "socket type", name: name.to_owned(), suggestion, note };
        match SocketType::from_name(name) {
            Some(known) if self.dialect == Dialect::Documented || known.name_on(self.system()).is_some() => Ok(known),
            Some(_) => Err(unknown(None, Some(format!("it has no number in the {} dialect", self.dialect)))),
            None => Err(unknown(nearest_constant(name, SocketType::all().filter_map(SocketType::name)), None)),
        }
    }

    /// Returns the protocol with this name in `family`; without a family, among the IP protocols.
    pub fn protocol(&self, name: &str, family: Family) -> Result<Protocol, FaultKind> {
        let family = self.normal(family);
        let own = self.declared(family).find_map(|(_, declared)| declared.protocols.get(name));
        if let Some(&number) = own {
            return Ok(Protocol::from_raw(number));
        }
        let system = self.protocol_system(family);
        Protocol::from_name(name, family, system).ok_or_else(|| {
            let own = self.declared(family).flat_map(|(_, declared)| declared.protocols.keys().map(String::as_str));
            let known = Protocol::names(family, system).map(|(known, _)| known);
            let scope = self.family_name(family).filter(|_| family != Family::UNSPEC);
            FaultKind::UnknownName {
                what: "protocol",
                name: name.to_owned(),
                suggestion: nearest_constant(name, own.chain(known)),
                note: scope.map(|scope| format!("family `{scope}` has none of that name")),
            }
        })
    }

    /// Returns the name of a protocol in `family`, if it has one.
    pub fn protocol_name(&self, protocol: Protocol, family: Family) -> Option<&str> {
        let family = self.normal(family);
        let own = self.declared(family).flat_map(|(_, declared)| &declared.protocols);
        let own = own.filter(|&(_, &number)| number == protocol.number()).map(|(name, _)| name.as_str()).next();
        own.or_else(|| protocol.name(family, self.protocol_system(family)))
    }

    /// Returns the names of all protocols of a family, with their numbers.
    pub fn protocol_names(&self, family: Family) -> Vec<(String, i32)> {
        let family = self.normal(family);
        let own = self.declared(family).flat_map(|(_, declared)| &declared.protocols);
        let own = own.map(|(name, &number)| (name.clone(), number));
        let known = Protocol::names(family, self.protocol_system(family));
        own.chain(known.map(|(name, protocol)| (name.to_owned(), protocol.number()))).collect()
    }

    /// Returns the system whose protocol names a family has: the dialect's, or for a family that the host lacks, a system that
    /// has it.
    fn protocol_system(&self, family: Family) -> System {
        let has = |system: &System| family.number(*system).is_some();
        let own = self.system();
        Some(own).filter(has).or_else(|| System::ALL.into_iter().find(has)).unwrap_or(own)
    }
}
