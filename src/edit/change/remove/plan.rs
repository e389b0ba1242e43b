//! Computes the definitions to be removed, and their direct and indirect dependents.

use super::super::statements::{Definition, Statements, group_of};
use super::asked::{Asked, FAMILY, PROVIDER};
use crate::catalog::raw::{At, RawBody, RawChainBase, Word};
use crate::catalog::{Location, Span};
use crate::edit::consequence::{Dependent, Effect};
use crate::edit::draft::Draft;
use crate::terms::Family;
use indexmap::IndexMap;
use std::collections::HashSet;

/// The definitions to be removed, and the edits that follow from that.
pub(super) struct Plan<'s> {
    pub asked: Asked,
    statements: &'s Statements,
    /// The definitions in effect, by the names of their entries.
    definitions: IndexMap<&'s str, Definition<'s>>,
    /// The names of definitions to be removed as a whole, each with the requested name that caused it.
    pub whole: IndexMap<String, String>,
    /// Single bases to be removed from chains over several bases, each with the requested name that caused it.
    pub members: IndexMap<(String, String), String>,
    /// Names to be deleted from the `allow-below` of layers that stay, each with the name of the layer.
    pub allowed: Vec<(&'s str, &'s At<String>)>,
    /// The dependents of the definitions to be removed.
    pub needs: Vec<Need>,
    /// Providers that lose their last entry, and that were not requested by name.
    pub idle_providers: Vec<IdleProvider>,
}

/// A dependent of a definition to be removed, and the edit that is made to the dependent.
pub(super) struct Need {
    pub what: &'static str,
    pub name: String,
    /// The place where the dependent names the definition that it needs.
    pub at: Span,
    pub effect: Effect,
    /// The requested name that the dependent needs.
    pub root: String,
}

/// A provider that loses its last entry.
pub(super) struct IdleProvider {
    pub name: String,
    pub at: Location,
    /// The requested name that caused it.
    pub root: String,
}

impl<'s> Plan<'s> {
    pub fn of(asked: Asked, draft: &Draft, statements: &'s Statements) -> Plan<'s> {
        let definitions = statements.definitions().into_iter();
        // Of several definitions, the last one that is not removed is in effect.
        let counts = |(name, of_name): (&'s str, Vec<Definition<'s>>)| {
            let is_left =
                |definition: &&Definition<'_>| !asked.uncovered.contains_key(&(definition.file, name.to_owned()));
            Some((name, *of_name.iter().rev().find(is_left)?))
        };
        let definitions = definitions.filter_map(counts).collect();
        let mut plan = Plan {
            whole: asked.entries.clone(),
            members: asked.members.clone(),
            asked,
            statements,
            definitions,
            allowed: Vec::new(),
            needs: Vec::new(),
            idle_providers: Vec::new(),
        };
        while plan.step() {}
        plan.merge_members();
        plan.allow_lists();
        plan.find_idle_providers(draft);
        plan.needs.sort_by_key(|need| need.at);
        plan
    }

    /// Returns the dependents, in the order of their places.
    pub fn dependents(&self) -> Vec<Dependent> {
        let needs = self.needs.iter();
        let dependent =
            |need: &Need| Dependent { what: need.what, name: need.name.clone(), at: self.statements.locate(need.at) };
        needs.map(dependent).collect()
    }

    /// Returns the definition that is in effect for an entry.
    pub fn counting(&self, name: &str) -> Option<&Definition<'s>> {
        self.definitions.get(name)
    }

    /// Returns whether the plan removes the entry of this name. Returns `false` for names that no entry has.
    pub fn is_gone(&self, name: &str) -> bool {
        self.root(name).is_some()
    }

    /// Returns the requested name that causes the removal of the entry of this name.
    pub fn root(&self, name: &str) -> Option<&String> {
        let of_member = || {
            let chain = group_of(name)?;
            let base = name.get(chain.len() + 1..)?;
            self.whole.get(chain).or_else(|| self.members.get(&(chain.to_owned(), base.to_owned())))
        };
        self.whole.get(name).or_else(of_member)
    }

    /// Adds the tests and guarantees that need a removed definition.
    pub fn add_needs(&mut self, needs: Vec<Need>) {
        self.needs.extend(needs);
        self.needs.sort_by_key(|need| need.at);
    }

    fn need(&mut self, what: &'static str, name: &str, at: Span, effect: Effect, root: &str) {
        self.needs.push(Need { what, name: name.to_owned(), at, effect, root: root.to_owned() });
    }

    pub(super) fn statements(&self) -> &'s Statements {
        self.statements
    }

    /// Adds all entries that need a removed one to the plan. Returns whether there were any.
    fn step(&mut self) -> bool {
        let mut found = false;
        for (&name, definition) in &self.definitions.clone() {
            if self.whole.contains_key(name) {
                continue;
            }
            let what = definition.entry.kind.name();
            if let Some((at, root)) = self.lacking(definition) {
                self.whole.insert(name.to_owned(), root.clone());
                self.need(what, name, at, Effect::Removed, &root);
                found = true;
                continue;
            }
            let Ok(RawBody::Chain(chain)) = &definition.entry.body else { continue };
            let RawChainBase::Several(bases) = &chain.base else { continue };
            for base in bases {
                let member = (name.to_owned(), base.value.clone());
                let Some(root) = self.root(&base.value).filter(|_| !self.members.contains_key(&member)).cloned() else {
                    continue;
                };
                self.members.insert(member, root.clone());
                self.need(what, &format!("{name}/{}", base.value), base.at, Effect::Removed, &root);
                found = true;
            }
            let is_empty = bases.iter().all(|base| self.is_gone(&format!("{name}/{}", base.value)));
            if let Some(root) = bases.first().and_then(|base| self.root(&format!("{name}/{}", base.value))).cloned()
                && is_empty
            {
                self.whole.insert(name.to_owned(), root);
            }
        }
        found
    }

    /// Returns the place where an entry names a removed definition that it cannot do without, and the requested name
    /// that caused the removal.
    fn lacking(&self, definition: &Definition<'_>) -> Option<(Span, String)> {
        let section = |kind: &'static str, name: &At<String>| {
            Some((name.at, self.asked.sections.get(&(kind, name.value.clone()))?.clone()))
        };
        let entry = |name: &At<String>| Some((name.at, self.root(&name.value)?.clone()));
        let provider = definition.entry.provider.as_ref().and_then(|name| section(PROVIDER, name));
        let body = match definition.entry.body.as_ref().ok()? {
            RawBody::Base(base) => match &base.family.value {
                // A well-known family stays known without its section.
                Word::Name(name) if Family::from_name(name).is_none() => {
                    section(FAMILY, &At::new(name.clone(), base.family.at))
                }
                _ => None,
            },
            RawBody::Layer(_) => None,
            RawBody::Chain(chain) => {
                let below = match &chain.base {
                    RawChainBase::One(base) => entry(base),
                    RawChainBase::Several(_) => None,
                };
                chain.layers.iter().find_map(entry).or(below)
            }
        };
        provider.or(body)
    }

    /// Reports a chain that is removed with the last of its bases once, as a whole.
    fn merge_members(&mut self) {
        let whole = &self.whole;
        self.members.retain(|(chain, _), _| !whole.contains_key(chain));
        let mut said = HashSet::new();
        self.needs.retain_mut(|need| {
            if let Some(chain) = group_of(&need.name).filter(|chain| whole.contains_key(*chain)) {
                need.name = chain.to_owned();
            }
            said.insert(need.name.clone())
        });
    }

    /// Finds the layers that stay and allow a removed entry below them.
    fn allow_lists(&mut self) {
        for (&name, definition) in &self.definitions.clone() {
            let Ok(RawBody::Layer(layer)) = &definition.entry.body else { continue };
            if self.whole.contains_key(name) {
                continue;
            }
            for allowed in layer.allow_below.iter().flat_map(|allowed| &allowed.value) {
                if let Some(root) = self.root(&allowed.value).cloned() {
                    self.allowed.push((name, allowed));
                    self.need("layer", name, allowed.at, Effect::Shortened, &root);
                }
            }
        }
    }

    /// Finds the providers of removed entries that implement no remaining entry, where all of their definitions can be
    /// changed.
    fn find_idle_providers(&mut self, draft: &Draft) {
        let mut used: HashSet<&str> = HashSet::new();
        let mut idle: IndexMap<&str, &String> = IndexMap::new();
        for document in &self.statements.documents {
            for entry in &document.entries {
                let Some(provider) = &entry.provider else { continue };
                let uncovers = self.asked.uncovered.get(&(document.file, entry.name.value.clone()));
                match self.whole.get(&entry.name.value).or(uncovers) {
                    Some(root) => drop(idle.entry(&provider.value).or_insert(root)),
                    None => drop(used.insert(&provider.value)),
                }
            }
        }
        for (name, root) in idle {
            let providers = self.statements.documents.iter().flat_map(|document| &document.providers);
            let definitions: Vec<_> = providers.filter(|provider| provider.name.value == name).collect();
            let can_go = definitions.iter().all(|provider| draft.file(provider.name.at.file).is_ok());
            let is_asked = self.asked.sections.contains_key(&(PROVIDER, name.to_owned()));
            if let Some(last) = definitions.last().filter(|_| can_go && !is_asked && !used.contains(name)) {
                let at = self.statements.locate(last.name.at);
                self.idle_providers.push(IdleProvider { name: name.to_owned(), at, root: root.clone() });
            }
        }
    }
}
