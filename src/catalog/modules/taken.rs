//! The options that an entry takes, and those that it still needs.

use super::{Module, ModuleRole, Modules, On, OptionSpec, TIME_LIMITS};
use crate::catalog::entry::{Base, Body, Entry};
use crate::catalog::{EntryOption, Provider};
use crate::terms::{Protocol, Role};

/// Returns the module that implements an entry of this provider, if it is known and implements such entries.
pub(crate) fn module_of(modules: &Modules, provider: &Provider, body: &Body) -> Option<&'static Module> {
    let role = role(body)?;
    modules.get(&provider.module).filter(|module| module.role() == role)
}

/// Returns the role of a module that implements an entry; a chain has no module, but its layers have.
pub(super) fn role(body: &Body) -> Option<ModuleRole> {
    match body {
        Body::Base(_) => Some(ModuleRole::Base),
        Body::Layer(_) => Some(ModuleRole::Layer),
        Body::Chain(_) => None,
    }
}

/// Returns the options that an entry takes: those of its module, except those for other sockets, and then the time limits.
pub(crate) fn taken(body: &Body, module: Option<&'static Module>) -> impl Iterator<Item = &'static OptionSpec> {
    let of_module = module.map_or(&[][..], Module::specs);
    let limits = if matches!(body, Body::Layer(_)) { &[][..] } else { TIME_LIMITS };
    let limits = limits.iter().filter(|limit| of_module.iter().all(|spec| spec.name() != limit.name()));
    of_module.iter().filter(|spec| is_for(spec.sockets(), body)).chain(limits)
}

/// Returns whether an option is for some of the sockets that can be made of an entry.
fn is_for(sockets: On, body: &Body) -> bool {
    let Body::Base(Base { family, socket_type, protocols, .. }) = body else { return true };
    // The protocols that `On` distinguishes from others; the first stands for all others.
    let distinguished = [Protocol::UNSPEC, Protocol::TCP, Protocol::MPTCP];
    let held = distinguished.into_iter().filter(|protocol| protocols.contains(protocol.number()));
    held.chain([Protocol::from_raw(protocols.first())]).any(|one| sockets.covers(*family, *socket_type, one))
}

/// An option that an entry does not state, and without which nothing can be opened.
#[derive(Debug)]
pub(crate) struct Missing<'e> {
    /// The stated option that needs another, or `None` where the module always needs one.
    pub for_option: Option<&'e EntryOption>,
    /// The options of which one is needed.
    pub one_of: &'static [&'static str],
}

/// Returns the options that an entry leaves to its callers.
pub(crate) fn missing<'e>(entry: &'e Entry, module: Option<&'static Module>) -> Vec<Missing<'e>> {
    let stated = |name: &str| entry.options.iter().find(|option| option.name == name);
    let missing = taken(&entry.body, module).filter_map(|spec| match stated(spec.name) {
        None => spec
            .is_required_to(Role::Connect)
            .then(|| Missing { for_option: None, one_of: std::slice::from_ref(&spec.name) }),
        Some(_) if spec.partners.is_empty() || spec.partners.iter().any(|partner| stated(partner).is_some()) => None,
        option => Some(Missing { for_option: option, one_of: spec.partners }),
    });
    missing.collect()
}
