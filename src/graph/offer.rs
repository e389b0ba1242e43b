//! The services that a stack offers: those that the catalog states, and those that the modules give in each role.
//!
//! Both are computed from the base protocol up. Contracts are tested against the catalog's statements: `(below - removes) +
//! adds`, layer by layer. Requests are offered the services that the modules give, as far as they are known; for unknown modules,
//! the catalog's statements count.

use super::effects::Does;
use super::stack::{Stack, Unmet};
use crate::catalog::entry::{Chain, EntryIndex, Layer};
use crate::catalog::faults::{Faults, Reported};
use crate::catalog::{Draft, Fault, FaultKind};
use crate::terms::{Role, Services};

/// The services that are offered above some part of a stack.
pub(super) struct Offer {
    /// The services that the catalog states.
    pub stated: Services,
    /// The services that are given in each role.
    pub real: [Services; 2],
    /// For each role, the clauses of contracts that do not hold in it.
    pub unmet: [Unmet; 2],
    /// Whether all modules are known.
    pub is_known: bool,
}

impl Offer {
    pub fn of_base(stated: &Services, does: &Does) -> Self {
        let real = match does {
            Does::Unknown => [stated.clone(), stated.clone()],
            Does::Nothing => Role::ALL.map(|_| stated.difference(&Services::OF_MODULES)),
            Does::Changes(effects) => {
                effects.each_ref().map(|effect| effect.above(&stated.difference(&Services::OF_MODULES)))
            }
        };
        let is_known = !matches!(does, Does::Unknown);
        Offer { stated: stated.clone(), real, unmet: Default::default(), is_known }
    }

    pub fn of_stack(stack: &Stack) -> Self {
        Offer {
            stated: stack.stated().clone(),
            real: Role::ALL.map(|role| stack.services(role).clone()),
            unmet: Role::ALL.map(|role| stack.unmet(role).cloned().unwrap_or_default()),
            is_known: stack.is_known(),
        }
    }

    /// Puts a layer on top.
    pub fn put(&mut self, layer: &Layer, does: &Does) {
        self.stated.remove(&layer.removes);
        self.stated.insert(&layer.adds);
        for (role, (real, unmet)) in self.real.iter_mut().zip(&mut self.unmet).enumerate() {
            unmet.lacking.insert(&layer.needs.difference(real));
            unmet.forbidden.insert(&layer.forbids.intersection(real));
            match does {
                Does::Unknown => {
                    real.remove(&layer.removes);
                    real.insert(&layer.adds);
                }
                Does::Nothing | Does::Changes(_) => {
                    real.remove(&layer.removes.difference(&Services::OF_MODULES));
                    real.insert(&layer.adds.difference(&Services::OF_MODULES));
                }
            }
            if let Does::Changes(effects) = does {
                *real = effects[role].above(real);
            }
        }
        self.is_known &= !matches!(does, Does::Unknown);
    }

    /// Returns the offer of the chain as a whole: its own statement, which must match its parts where they are known.
    pub fn of_chain(
        mut self,
        draft: &Draft,
        index: EntryIndex,
        chain: &Chain,
        faults: &mut Faults,
    ) -> Result<Self, Reported> {
        let name = draft.name(index);
        let entry = || format!("chain `{}`", name.split('/').next().unwrap_or(name));
        let by = || "its layers and its base".to_owned();
        let at = draft.entries[index.get()].as_ref().map_or(chain.base.1, |entry| entry.at);
        let mut sound = Ok(());
        if self.is_known {
            // The services that no role gives.
            let given = self.real[0].union(&self.real[1]);
            let own =
                chain.services.as_ref().map(|own| own.difference(&self.stated).without_words()).unwrap_or_default();
            let beyond =
                self.stated.intersection(&Services::OF_MODULES).difference(&given).union(&own.difference(&given));
            if !beyond.is_empty() {
                let key = if chain.services.is_some() { "services" } else { "adds" };
                let kind = FaultKind::UnkeptPromise { entry: entry(), services: beyond, key, by: by() };
                sound = Err(faults.push(Fault::new(kind, at)));
            }
            let fewer = chain.services.as_ref().map(|own| self.stated.difference(own)).unwrap_or_default();
            if !fewer.is_empty() {
                let kind =
                    FaultKind::UnderstatedServices { entry: entry(), services: fewer, key: "services", by: by() };
                sound = Err(faults.push(Fault::new(kind, at)));
            }
        } else if let Some(own) = &chain.services {
            // The statement of a chain with an unknown module is trusted, except for services that do not hold when accepting.
            let connecting_only = self.real[0].difference(&self.real[1]);
            self.real = [own.clone(), own.difference(&connecting_only)];
            self.stated = own.clone();
        }
        sound.map(|()| self)
    }
}
