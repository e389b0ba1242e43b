//! The output of `list` and `show`.

use super::{Named, Place, ServiceNames, StackNames, Text, VERSION};
use serde::ser::{Serialize, SerializeMap, Serializer};
use sockatlas::catalog::keys::{Shape, Table};
use sockatlas::catalog::{EntryKind, FactValue, Facts, OptionSpec, OptionValue};
use sockatlas::terms;
use sockatlas::terms::Role;
use sockatlas::{EntryRef, ProviderRef, Registry};

/// The entries of a catalog, with its title and dialect.
#[derive(serde::Serialize)]
pub struct Entries<'a, E> {
    version: u32,
    title: Option<&'a str>,
    dialect: &'static str,
    entries: Vec<E>,
}

impl<'a, E> Entries<'a, E> {
    pub fn new(registry: &'a Registry, entries: impl IntoIterator<Item = E>) -> Self {
        let entries = entries.into_iter().collect();
        Entries { version: VERSION, title: registry.title(), dialect: registry.dialect().name(), entries }
    }
}

/// An entry as `list` prints it.
#[derive(serde::Serialize)]
pub struct Entry<'a> {
    name: &'a str,
    kind: &'static str,
    catalog_entry_id: i32,
    /// Null for a layer, and for a disabled entry.
    family: Option<Named<'a>>,
    #[serde(rename = "type")]
    socket_type: Option<Named<'a>>,
    protocols: Option<Vec<ProtocolRange<'a>>>,
    matches_zero: bool,
    stack: StackNames<'a>,
    services: ServiceNames<'a>,
    /// The services that it offers when it accepts, if they differ.
    #[serde(skip_serializing_if = "Option::is_none")]
    services_accepting: Option<ServiceNames<'a>>,
    provider: ProviderModule<'a>,
    hidden: bool,
    disabled: bool,
    summary: Option<&'a str>,
    source: Place,
}

impl<'a> Entry<'a> {
    pub fn new(registry: &'a Registry, entry: EntryRef<'a>) -> Self {
        let protocols = entry.protocols().zip(entry.family()).map(|(protocols, family)| {
            let range = |&(from, to): &(i32, i32)| {
                let name = || registry.protocol_name(terms::Protocol::from_raw(from), family);
                ProtocolRange { from, to, name: if from == to { name() } else { None } }
            };
            protocols.ranges().iter().map(range).collect()
        });
        Entry {
            name: entry.name(),
            kind: entry.kind().name(),
            catalog_entry_id: entry.catalog_entry_id(),
            family: entry.family().map(|family| Named::family(registry, family)),
            socket_type: entry.socket_type().map(|socket_type| Named::socket_type(registry, socket_type)),
            protocols,
            matches_zero: entry.matches_zero(),
            stack: StackNames(entry),
            services: ServiceNames(entry.services()),
            services_accepting: Some(entry.services_for(terms::Role::Accept))
                .filter(|accepting| *accepting != entry.services())
                .map(ServiceNames),
            provider: ProviderModule::new(entry.provider()),
            hidden: entry.is_hidden(),
            disabled: entry.is_disabled(),
            summary: entry.facts().summary.as_deref(),
            source: Place(entry.source()),
        }
    }
}

/// An entry as `show` prints it: the output of `list`, and all other known facts.
#[derive(serde::Serialize)]
pub struct WholeEntry<'a> {
    #[serde(flatten)]
    entry: Entry<'a>,
    /// Null if the entry is not a layer.
    contract: Option<Contract<'a>>,
    facts: EntryFacts<'a>,
    options: Options<'a>,
    used_by: Vec<&'a str>,
    dependents: Vec<&'a str>,
    /// Null if the module is not known, and for a chain.
    module: Option<Module<'a>>,
    /// Null for a layer.
    time_limits: Option<Vec<ModuleOption<'a>>>,
}

impl<'a> WholeEntry<'a> {
    pub fn new(registry: &'a Registry, entry: EntryRef<'a>) -> Self {
        let names = |entries: Vec<EntryRef<'a>>| entries.into_iter().map(|entry| entry.name()).collect::<Vec<&str>>();
        WholeEntry {
            entry: Entry::new(registry, entry),
            contract: Contract::new(entry),
            facts: EntryFacts(entry.facts()),
            options: Options(entry.options().iter().map(|option| (option.name.as_str(), &option.value)).collect()),
            used_by: names(entry.users()),
            dependents: names(entry.dependents()),
            module: Module::new(entry),
            time_limits: (entry.kind() != EntryKind::Layer).then(|| ModuleOption::all(entry, true)),
        }
    }
}

/// The module that implements an entry, and its options that the entry accepts.
#[derive(serde::Serialize)]
struct Module<'a> {
    name: &'static str,
    summary: &'static str,
    /// The feature of this crate that compiles the module in; null for a module from elsewhere.
    feature: Option<&'static str>,
    options: Vec<ModuleOption<'a>>,
}

impl<'a> Module<'a> {
    fn new(entry: EntryRef<'a>) -> Option<Self> {
        let module = entry.module()?;
        let options = ModuleOption::all(entry, false);
        Some(Module { name: module.name(), summary: module.summary(), feature: module.compiled_by(), options })
    }
}

/// An option that an entry accepts, stated or not.
#[derive(serde::Serialize)]
struct ModuleOption<'a> {
    name: &'static str,
    summary: &'static str,
    kind: &'static str,
    /// The values that it accepts, in words.
    takes: String,
    required: bool,
    /// The behaviour if it is left out, in words.
    default: Option<&'static str>,
    /// Null if it is not stated.
    value: Option<Value<'a>>,
}

impl<'a> ModuleOption<'a> {
    /// Returns the time limits of an entry, or its other options.
    fn all(entry: EntryRef<'a>, limits: bool) -> Vec<Self> {
        // A module may have an option of its own with the name of a time limit.
        let of_module = |spec: &OptionSpec| entry.module().is_some_and(|module| module.spec(spec.name()).is_some());
        let option = |spec: &'static OptionSpec| ModuleOption {
            name: spec.name(),
            summary: spec.summary(),
            kind: spec.kind().name(),
            takes: spec.kind().to_string(),
            required: spec.is_required_to(Role::Connect),
            default: spec.default_text(),
            value: entry.option(spec.name()).map(|option| Value(&option.value)),
        };
        entry.specs().filter(|spec| of_module(spec) != limits).map(option).collect()
    }
}

#[derive(serde::Serialize)]
struct Contract<'a> {
    needs: ServiceNames<'a>,
    forbids: ServiceNames<'a>,
    adds: ServiceNames<'a>,
    removes: ServiceNames<'a>,
    /// Null if all entries are allowed.
    allow_below: Option<Vec<&'a str>>,
    categories: Vec<String>,
}

impl<'a> Contract<'a> {
    fn new(layer: EntryRef<'a>) -> Option<Self> {
        Some(Contract {
            needs: ServiceNames(layer.needs()?),
            forbids: ServiceNames(layer.forbids()?),
            adds: ServiceNames(layer.adds()?),
            removes: ServiceNames(layer.removes()?),
            allow_below: layer.allow_below().map(|allowed| allowed.into_iter().map(|entry| entry.name()).collect()),
            categories: layer.categories()?.to_names(),
        })
    }
}

/// The facts of an entry, each by its key with `_` for `-`: null if it is not stated, and false for a flag.
struct EntryFacts<'a>(&'a Facts);

impl Serialize for EntryFacts<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let is_flag = |key| Table::Base.key(key).is_some_and(|key| key.shape() == Shape::Flag);
        let mut map = serializer.serialize_map(None)?;
        for (key, value) in self.0.values() {
            let name = key.replace('-', "_");
            match value {
                Some(FactValue::Flag) => map.serialize_entry(&name, &true)?,
                Some(FactValue::Number(number)) => map.serialize_entry(&name, &number)?,
                Some(FactValue::Text(text)) => map.serialize_entry(&name, &text)?,
                Some(FactValue::AddressSize(size)) => {
                    map.serialize_entry(&name, &Range { min: size.min, max: size.max })?;
                }
                None if is_flag(key) => map.serialize_entry(&name, &false)?,
                _ => map.serialize_entry(&name, &())?,
            }
        }
        map.serialize_entry("unknown", &self.0.unknown)?;
        map.end()
    }
}

#[derive(serde::Serialize)]
struct Range {
    min: u32,
    max: u32,
}

/// A range of protocols from one number to another; with a name if it is one protocol that has a name.
#[derive(serde::Serialize)]
struct ProtocolRange<'a> {
    from: i32,
    to: i32,
    name: Option<&'a str>,
}

#[derive(serde::Serialize)]
struct ProviderModule<'a> {
    name: &'a str,
    module: &'a str,
    id: Option<Text<uuid::Uuid>>,
}

impl<'a> ProviderModule<'a> {
    fn new(provider: ProviderRef<'a>) -> Self {
        ProviderModule { name: provider.name(), module: provider.module(), id: provider.id().map(Text) }
    }
}

/// Options in the order written; a date is a string.
struct Options<'a>(Vec<(&'a str, &'a OptionValue)>);

impl Serialize for Options<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(Some(self.0.len()))?;
        for (name, value) in &self.0 {
            map.serialize_entry(name, &Value(value))?;
        }
        map.end()
    }
}

struct Value<'a>(&'a OptionValue);

impl Serialize for Value<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self.0 {
            OptionValue::Boolean(value) => serializer.serialize_bool(*value),
            OptionValue::Integer(value) => serializer.serialize_i64(*value),
            OptionValue::Float(value) => serializer.serialize_f64(*value),
            OptionValue::String(value) | OptionValue::Datetime(value) => serializer.serialize_str(value),
            OptionValue::Array(values) => serializer.collect_seq(values.iter().map(Value)),
            OptionValue::Table(values) => {
                Options(values.iter().map(|(name, value)| (name.as_str(), value)).collect()).serialize(serializer)
            }
        }
    }
}
