//! Finds the faults of the options that entries state, and of their implementations.
//!
//! Options that another entry or the caller could still give are not reported as missing here: that is the task of a lint.

use super::secrets::{may_be_secret, names_secret};
use super::taken::{module_of, role, taken};
use super::{Effect, Module, ModuleRole, Modules, OptionSpec};
use crate::catalog::entry::{Body, Chain, Entry, EntryIndex};
use crate::catalog::faults::Faults;
use crate::catalog::{Draft, EntryOption, Fault, FaultKind, Meant, Misuse, Span, nearest};
use crate::terms::Services;

/// Tests every sound entry, enabled or not. The options of entries whose module is not known are not tested.
pub(crate) fn faults(catalog: &Draft, modules: &Modules, faults: &mut Faults) {
    // Looked up once for each provider, as one may have a hundred thousand entries.
    let of_provider: Vec<_> = catalog.stated.providers.iter().map(|provider| modules.get(&provider.module)).collect();
    let mut previous = None;
    for (at, entry) in catalog.entries.iter().enumerate() {
        let Ok(entry) = entry else { continue };
        // A chain over several bases makes several entries, but is written once.
        let again = previous.replace(entry.at) == Some(entry.at);
        let module = match role(&entry.body) {
            None => None,
            Some(role) => match of_provider.get(entry.provider.0 as usize).copied().flatten() {
                None => continue,
                Some(module) if module.role() != role => {
                    faults.push(wrong_module(catalog, at, entry, module));
                    continue;
                }
                module => module,
            },
        };
        if let Some(module) = module.filter(|_| !again) {
            promises(catalog, at, entry, module, faults);
        }
        if !again && !entry.options.is_empty() {
            Stated { catalog, modules, at, entry, module }.test(faults);
        }
    }
}

/// Checks that an entry states exactly the services that its module gives in some role, of those that only modules give.
fn promises(catalog: &Draft, at: usize, entry: &Entry, module: &'static Module, faults: &mut Faults) {
    let (stated, key, removed) = match &entry.body {
        Body::Base(base) => (&base.services, "services", &Services::NONE),
        Body::Layer(layer) => (&layer.adds, "adds", &layer.removes),
        Body::Chain(_) => return,
    };
    let of_modules = stated.intersection(&Services::OF_MODULES);
    let removed = removed.intersection(&Services::OF_MODULES);
    if of_modules.is_empty() && removed.is_empty() && module.leaves_services() {
        return;
    }
    let is_stated = |name: &str| entry.options.iter().any(|option| option.name == name);
    let [connecting, accepting] = Effect::by_role(module, is_stated);
    let given = connecting.gives.union(&accepting.gives);
    let ended = connecting.ends.union(&accepting.ends);
    let entry_name = || called(catalog, at, entry);
    let by = || format!("module `{}`", module.name());
    if !given.contains(&of_modules) {
        let services = of_modules.difference(&given);
        let kind = FaultKind::UnkeptPromise { entry: entry_name(), services, key, by: by() };
        faults.push(Fault::new(kind, entry.at));
    }
    if !ended.contains(&removed) {
        let services = removed.difference(&ended);
        let kind = FaultKind::UnderstatedServices { entry: entry_name(), services, key: "removes", by: by() };
        faults.push(Fault::new(kind, entry.at));
    }
    let unstated = given.difference(&of_modules).difference(&connecting.tacit).difference(&accepting.tacit);
    if !unstated.is_empty() {
        let services = unstated;
        let kind = FaultKind::UnderstatedServices { entry: entry_name(), services, key, by: by() };
        faults.push(Fault::new(kind, entry.at));
    }
}

fn wrong_module(catalog: &Draft, at: usize, entry: &Entry, module: &Module) -> Fault {
    let provider = &catalog.stated.providers[entry.provider.0 as usize];
    let kind = FaultKind::WrongModule {
        entry: called(catalog, at, entry),
        module: module.name().to_owned(),
        implements: match module.role() {
            ModuleRole::Base => "base protocols",
            ModuleRole::Layer => "layers",
        },
    };
    Fault::new(kind, entry.at).because(provider.at, format!("its provider `{}` names the module", provider.name))
}

/// Returns the name of an entry in messages; an entry of a chain over several bases has the chain's name.
fn called(catalog: &Draft, at: usize, entry: &Entry) -> String {
    let name = catalog.name(EntryIndex::new(at));
    format!("{} `{}`", entry.body.kind(), name.split('/').next().unwrap_or(name))
}

/// An entry and the options that it states.
struct Stated<'c> {
    catalog: &'c Draft,
    modules: &'c Modules,
    at: usize,
    entry: &'c Entry,
    module: Option<&'static Module>,
}

impl Stated<'_> {
    fn test(&self, faults: &mut Faults) {
        let before = faults.mark();
        let takes: Vec<&OptionSpec> = taken(&self.entry.body, self.module).collect();
        for option in &self.entry.options {
            let spec = takes.iter().find(|spec| spec.name() == option.name);
            let fault = match (spec, self.module.and_then(|module| module.spec(&option.name))) {
                (Some(spec), _) => match spec.kind().check(&option.value) {
                    Err(wrong) => Some(self.misuse(option, Misuse::Value(wrong), option.at)),
                    Ok(()) => self.rival(option, spec),
                },
                (None, Some(spec)) => Some(self.misuse(option, Misuse::Sockets(spec.sockets().words()), option.key_at)),
                (None, None) => Some(self.unknown(option, &takes)),
            };
            faults.extend(fault);
        }
        // Options often share a line, and a report shows the line.
        let is_known = |option: &EntryOption| takes.iter().any(|spec| spec.name() == option.name);
        if faults.since(before).is_err()
            && self.entry.options.iter().any(|option| may_be_secret(option, is_known(option)))
        {
            faults.after(before).iter_mut().for_each(|fault| fault.concealed = true);
        }
    }

    fn misuse(&self, option: &EntryOption, misuse: Misuse, at: Span) -> Fault {
        let entry = called(self.catalog, self.at, self.entry);
        Fault::new(FaultKind::WrongOption { option: option.name.clone(), entry, misuse }, at)
    }

    /// Returns the fault of an option that another stated option excludes.
    fn rival(&self, option: &EntryOption, spec: &OptionSpec) -> Option<Fault> {
        let stated = |name: &str| self.entry.options.iter().find(|other| other.name == name);
        let rival = spec.rivals().iter().find_map(|rival| stated(rival))?;
        let fault = self.misuse(option, Misuse::Rival(rival.name.clone()), option.key_at);
        Some(fault.because(rival.key_at, "stated here"))
    }

    fn unknown(&self, option: &EntryOption, takes: &[&'static OptionSpec]) -> Fault {
        let expected: Vec<&'static str> = takes.iter().map(|spec| spec.name()).collect();
        let near = || nearest(&option.name, expected.iter().copied()).map(Meant::Option);
        let meant = match &self.entry.body {
            Body::Chain(chain) => self.part_that_takes(chain, &option.name).or_else(near).or(Some(Meant::Layer)),
            _ => place_of_secret(&option.name, &expected).or_else(near),
        };
        let entry = called(self.catalog, self.at, self.entry);
        let kind = FaultKind::UnknownOption { option: option.name.clone(), entry, expected, meant };
        Fault::new(kind, option.key_at)
    }

    /// Returns the layer or base protocol directly in a chain that takes an option.
    fn part_that_takes(&self, chain: &Chain, option: &str) -> Option<Meant> {
        let takes = |index: EntryIndex| {
            let part = self.catalog.entries[index.get()].as_ref().ok()?;
            let provider = self.catalog.stated.providers.get(part.provider.0 as usize)?;
            let module = module_of(self.modules, provider, &part.body)?;
            let name = self.catalog.name(index);
            let spec = taken(&part.body, Some(module)).find(|spec| spec.name() == option);
            spec.map(|_| Meant::Entry(format!("{} `{name}`", part.body.kind())))
        };
        chain.layers().map(|(layer, _)| layer).chain([chain.base.0]).find_map(takes)
    }
}

/// Returns the options that state where a secret is kept, for a module to which the secret itself was given.
fn place_of_secret(option: &str, expected: &[&'static str]) -> Option<Meant> {
    let says_where = |name: &&&str| {
        let stem = name.strip_suffix("-file").or_else(|| name.strip_suffix("-env"));
        stem.is_some_and(names_secret)
    };
    let places: Vec<&'static str> = expected.iter().filter(says_where).copied().collect();
    (names_secret(option) && !places.is_empty()).then_some(Meant::PlaceOfSecret(places))
}
