//! The effects of entries' modules on services, looked up once for each entry.

use crate::catalog::entry::{Body, EntryIndex};
use crate::catalog::modules::{Effect, module_of};
use crate::catalog::{Draft, Modules};

/// The effect of each entry's module.
pub(super) struct Effects {
    all: Vec<Does>,
}

/// The effect of a module on services. Of an unknown module the effect is unknown.
#[derive(Clone)]
pub(super) enum Does {
    Unknown,
    /// It leaves services as they are.
    Nothing,
    /// It changes them, in each role.
    Changes(Box<[Effect; 2]>),
}

impl Effects {
    pub fn new(draft: &Draft, modules: &Modules) -> Self {
        // Looked up once for each provider, as one may have a hundred thousand entries.
        let silent: Vec<bool> = draft
            .stated
            .providers
            .iter()
            .map(|provider| modules.get(&provider.module).is_some_and(|module| module.leaves_services()))
            .collect();
        let of = |entry: &crate::catalog::entry::Entry| {
            let at = entry.provider.0 as usize;
            if matches!(entry.body, Body::Chain(_)) {
                return Does::Nothing;
            }
            let Some(module) =
                draft.stated.providers.get(at).and_then(|provider| module_of(modules, provider, &entry.body))
            else {
                return Does::Unknown;
            };
            if silent.get(at) == Some(&true) {
                return Does::Nothing;
            }
            let stated = |name: &str| entry.options.iter().any(|option| option.name == name);
            Does::Changes(Box::new(Effect::by_role(module, stated)))
        };
        let all = draft.entries.iter().map(|entry| entry.as_ref().map_or(Does::Unknown, of)).collect();
        Effects { all }
    }

    pub fn of(&self, index: EntryIndex) -> &Does {
        &self.all[index.get()]
    }
}
