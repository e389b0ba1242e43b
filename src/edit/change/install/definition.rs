//! Builds definitions from keys and values that were given as words.

use super::kind::DefinitionKind;
use super::put::{self, Home};
use super::tables::Tables;
use crate::catalog::document::is_name;
use crate::catalog::keys;
use crate::catalog::{OptionKind, Span, TIME_LIMITS, nearest};
use crate::edit::change::words;
use crate::edit::consequence::{Consequence, Effect};
use crate::edit::draft::Draft;
use crate::edit::refused::ChangeError;
use crate::registry::Registry;
use crate::text::format;
use crate::text::{Page, Table, inline};
use indexmap::IndexMap;

/// A definition of an entry, provider, family or policy section, given as words.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Definition {
    /// The kind of the defined item.
    pub kind: DefinitionKind,
    /// Its name.
    pub name: String,
    /// Its keys and their values. A key may have two parts, as `options.roots` has. A value is a TOML value, or else a
    /// plain text, or a list of texts separated by commas where the key takes a list.
    ///
    /// The keys `module`, `id` and `library` of an entry are those of its provider, which is declared if it does not
    /// exist yet.
    pub keys: Vec<(String, String)>,
}

/// The keys of an entry that belong to its provider.
const OF_PROVIDER: &[&str] = &["module", "id", "library"];

impl Definition {
    /// Writes the definition into the target, after its provider if that does not exist yet. Returns the name if the
    /// definition is a layer.
    pub(super) fn install(&self, draft: &mut Draft, replace: bool) -> Result<Vec<String>, ChangeError> {
        let Definition { kind, name, .. } = self;
        if !(is_name(name) || *kind == DefinitionKind::Application && name == "*") {
            return Err(ChangeError::WrongName { name: name.clone() });
        }
        let keys = self.keys()?;
        let registry = draft.registry().clone();
        let home = match self.existing(&registry) {
            None => Home::End,
            Some((here, at)) if replace => Home::replacing(draft, here, name, at),
            Some((here, at)) => {
                return Err(ChangeError::Exists { what: here.name(), name: name.clone(), at: registry.locate(at) });
            }
        };
        let mut new: Vec<String> = self.provider(&registry, &keys)?.into_iter().collect();
        let text = self.written(&registry, &keys, home.replaces());
        match &home {
            Home::End | Home::EndReplacing => new.push(text),
            Home::Place { file, kind, at, .. } => put::in_place(draft, file, (*kind, name, *at), &text)?,
        }
        put::at_end(draft, &new)?;
        if let Some((_, at)) = self.existing(&registry) {
            let (effect, what, at) = (Effect::Replaced, kind.name(), registry.locate(at));
            draft.add_consequences([Consequence { effect, what, name: name.clone(), at, reason: None }]);
        }
        Ok(if *kind == DefinitionKind::Layer { vec![name.clone()] } else { Vec::new() })
    }

    /// Returns the values by the parts of their keys, in the canonical order.
    fn keys(&self) -> Result<IndexMap<Vec<&str>, &str>, ChangeError> {
        let (what, name) = (self.kind.name(), self.name.clone());
        let mut keys: IndexMap<Vec<&str>, &str> = IndexMap::new();
        for (key, word) in &self.keys {
            // Option names may contain dots; other keys of two parts do not.
            let parts: Vec<&str> = key.splitn(2, '.').map(str::trim).collect();
            let first = parts.first().copied().unwrap_or_default();
            if !self.known().any(|known| known == first) {
                let suggestion = nearest(first, self.known());
                return Err(ChangeError::NoSuchKey { what, name, key: first.to_owned(), suggestion });
            }
            let is_part =
                |(one, other): (&Vec<&str>, &Vec<&str>)| one.iter().zip(other).all(|(one, other)| one == other);
            if keys.keys().any(|known| is_part((known, &parts))) {
                return Err(ChangeError::KeyTwice { what, name, key: key.clone() });
            }
            keys.insert(parts, word);
        }
        let rank = |key: &[&str]| self.known().position(|known| Some(&known) == key.first());
        keys.sort_by(|one, _, other, _| rank(one).cmp(&rank(other)));
        Ok(keys)
    }

    /// Returns the keys that the definition may have, in the canonical order.
    fn known(&self) -> impl Iterator<Item = &'static str> + Clone {
        let of_provider = if self.kind.is_entry() { OF_PROVIDER } else { &[] };
        let own = keys::Table::at(&[self.kind.name(), &self.name]).map(keys::Table::names);
        own.into_iter().flatten().filter(|key| *key != "replace").chain(of_provider.iter().copied())
    }

    /// Returns the kind and the place of the existing definition of this name.
    fn existing(&self, registry: &Registry) -> Option<(DefinitionKind, Span)> {
        let tables = Tables::of(registry);
        let at = match self.kind {
            DefinitionKind::Application => registry.sections().get(&self.name).map(|section| section.at),
            DefinitionKind::Provider | DefinitionKind::Family => {
                tables.get(&(self.kind, self.name.clone())).and_then(|defined| defined.at(registry))
            }
            DefinitionKind::Base | DefinitionKind::Layer | DefinitionKind::Chain => {
                let entry = tables.members(&self.name).first()?;
                return Some((entry.kind().into(), registry.entry_at(entry.index()).at));
            }
        };
        Some((self.kind, at?))
    }

    /// Returns the table of the provider, if it does not exist yet. An existing provider must agree with the keys.
    fn provider(&self, registry: &Registry, keys: &IndexMap<Vec<&str>, &str>) -> Result<Option<String>, ChangeError> {
        let stated = |key: &str| keys.get([key].as_slice()).map(|word| word.trim());
        let Some(name) = self.kind.is_entry().then(|| stated("provider").or(stated("module"))).flatten() else {
            return Ok(None);
        };
        let Some(here) = registry.providers().find(|provider| provider.name() == name) else {
            if !is_name(name) {
                return Err(ChangeError::WrongName { name: name.to_owned() });
            }
            let mut table = Table::new(&["provider", name]);
            for key in OF_PROVIDER.iter().filter(|key| !(**key == "module" && stated(key) == Some(name))) {
                if let Some(word) = stated(key) {
                    table.scalar(key, words::value(&["provider", name, key], None, word));
                }
            }
            return Ok(Some(laid_out(&table)));
        };
        let id = here.id().map(|id| id.to_string());
        let are = [("module", Some(here.module())), ("id", id.as_deref()), ("library", here.library())];
        let differs = |(key, is): &(&'static str, Option<&str>)| {
            stated(key).is_some_and(|stated| is.is_none_or(|is| !is.eq_ignore_ascii_case(stated)))
        };
        let keys: Vec<&'static str> = are.iter().filter(|are| differs(are)).map(|(key, _)| *key).collect();
        match keys.is_empty() {
            true => Ok(None),
            false => {
                Err(ChangeError::OtherProvider { provider: name.to_owned(), keys, at: registry.locate(here.at()) })
            }
        }
    }

    /// Returns the text of the definition's table.
    fn written(&self, registry: &Registry, keys: &IndexMap<Vec<&str>, &str>, replaces: bool) -> String {
        let path = [self.kind.name(), self.name.as_str()];
        let mut table = Table::new(&path);
        let mut apart = Vec::new();
        let own = keys.iter().filter(|(key, _)| !(self.kind.is_entry() && OF_PROVIDER.contains(&key[0])));
        let mut own = own
            .map(|(key, word)| {
                let path: Vec<&str> = path.iter().chain(key).copied().collect();
                (key, words::value(&path, self.option(registry, keys, key), word))
            })
            .peekable();
        let has_provider = keys.contains_key(["provider"].as_slice());
        if let Some(module) = keys.get(["module"].as_slice()).filter(|_| self.kind.is_entry() && !has_provider) {
            table.scalar("provider", words::value(&[path[0], path[1], "provider"], None, module));
        }
        while let Some((key, value)) = own.next() {
            let &[name, part] = key.as_slice() else {
                table.scalar(key[0], value);
                continue;
            };
            let mut parts = vec![(part, value)];
            while let Some((key, value)) = own.next_if(|(further, _)| further[0] == name) {
                parts.extend(key.get(1).map(|part| (*part, value)));
            }
            let flat = inline(parts.iter().cloned());
            if table.has_room(name, &flat) {
                table.scalar(name, flat);
            } else {
                let mut below = Table::new(&[path[0], path[1], name]);
                parts.into_iter().for_each(|(part, value)| below.scalar(part, value));
                apart.push(below);
            }
        }
        if replaces {
            table.scalar("replace", true);
        }
        let tables: Vec<String> = std::iter::once(&table).chain(&apart).map(laid_out).collect();
        tables.join("\n")
    }

    /// Returns the kind of an option, where the module is known.
    fn option(&self, registry: &Registry, keys: &IndexMap<Vec<&str>, &str>, key: &[&str]) -> Option<OptionKind> {
        let &["options", option] = key else { return None };
        let stated = |key: &str| keys.get([key].as_slice()).map(|word| word.trim());
        let provider = stated("provider").or(stated("module"));
        let here = provider.and_then(|name| registry.providers().find(|provider| provider.name() == name));
        let module = here.map(|here| here.module()).or(stated("module")).or(provider);
        let spec = module.and_then(|module| registry.modules().get(module)?.spec(option));
        let spec = spec.or_else(|| TIME_LIMITS.iter().find(|limit| limit.name() == option));
        spec.map(|spec| spec.kind())
    }
}

/// Returns the table as text in the canonical layout.
fn laid_out(table: &Table) -> String {
    let mut page = Page::default();
    page.table(table);
    let text = page.into_text();
    // The text is always valid TOML, so formatting it does not fail.
    format(&text).unwrap_or(text)
}

impl std::fmt::Display for DefinitionKind {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.name())
    }
}
