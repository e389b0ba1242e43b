//! What the modules of entries do to services, looked up once for each entry.

use crate::catalog::entry::{Body, EntryIndex};
use crate::catalog::modules::{Effect, module_of};
use crate::catalog::{Draft, Modules};

/// For each entry what its module does.
pub(super) struct Effects {
    all: Vec<Does>,
}

/// What a module does to services; of a module that is not known nothing is known.
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
        // Looked up once a provider, as there may be a hundred thousand entries of one.
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
