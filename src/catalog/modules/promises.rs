//! The effects of modules on services, to compare with the statements of a catalog: a layer that is only called `tls` encrypts
//! nothing, and a proxy with another name forwards traffic nevertheless.
//!
//! The effects of a module depend on the role and on its options: `tls` proves to a client who its server is, while a server
//! learns who its client is only with `client-roots`.

use super::Module;
use crate::terms::{Role, Services};

/// A service that a module gives, or that ends with it.
#[derive(Copy, Clone, Debug, PartialEq, Eq)]
pub struct Promise {
    service: &'static str,
    ends: bool,
    role: Option<Role>,
    option: Option<&'static str>,
    is_tacit: bool,
}

impl Promise {
    /// Creates a promise of a service that is offered above the module.
    pub const fn gives(service: &'static str) -> Self {
        Promise { service, ends: false, role: None, option: None, is_tacit: false }
    }

    /// Creates a promise that a service from below the module does not hold above it: TLS to a proxy ends at the proxy.
    pub const fn ends(service: &'static str) -> Self {
        Promise { service, ends: true, role: None, option: None, is_tacit: false }
    }

    /// Restricts the promise to this role.
    pub const fn on(mut self, role: Role) -> Self {
        self.role = Some(role);
        self
    }

    /// Restricts the promise to entries that state this option.
    pub const fn with(mut self, option: &'static str) -> Self {
        self.option = Some(option);
        self
    }

    /// Lets an entry leave the service unstated: a layer for servers that authenticate no client may leave `authenticated` out.
    pub const fn tacit(mut self) -> Self {
        self.is_tacit = true;
        self
    }

    /// Returns whether an entry may leave the service unstated.
    pub const fn is_tacit(&self) -> bool {
        self.is_tacit
    }

    /// Returns the service: one of those that sockatlas defines (`encrypted`, `proxied`, ...), which only modules give.
    pub const fn service(&self) -> &'static str {
        self.service
    }

    /// Returns whether the service ends at the module; otherwise the module gives it.
    pub const fn is_end(&self) -> bool {
        self.ends
    }

    /// Returns the role to which the promise is restricted, or `None` if it holds in both.
    pub const fn role(&self) -> Option<Role> {
        self.role
    }

    /// Returns the option without which the promise does not hold, or `None` if it holds always.
    pub const fn option(&self) -> Option<&'static str> {
        self.option
    }
}

/// The effects of a module on services in one role.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Effect {
    pub gives: Services,
    pub ends: Services,
    /// The services that an entry may leave unstated.
    pub tacit: Services,
}

impl Effect {
    /// Returns the effect of a module where these options are stated.
    pub fn of(module: &Module, role: Role, stated: impl Fn(&str) -> bool) -> Effect {
        let mut effect = Effect::default();
        for promise in module.promised() {
            let applies = promise.role.is_none_or(|only| only == role) && promise.option.is_none_or(&stated);
            if let Some(service) = Services::from_name(promise.service).ok().filter(|_| applies) {
                let set = if promise.ends { &mut effect.ends } else { &mut effect.gives };
                set.insert(&service);
                if promise.is_tacit {
                    effect.tacit.insert(&service);
                }
            }
        }
        effect
    }

    /// Returns the effect of a module in each role.
    pub fn by_role(module: &Module, stated: impl Fn(&str) -> bool) -> [Effect; 2] {
        Role::ALL.map(|role| Effect::of(module, role, &stated))
    }

    /// Returns the services offered above the module, from those offered below it.
    pub fn above(&self, below: &Services) -> Services {
        below.difference(&self.ends).union(&self.gives)
    }
}

/// Returns the services that modules give in a role, from the base protocol up; only sockatlas' own services are considered.
#[cfg(all(feature = "net", target_os = "linux"))]
pub(crate) fn given(effects: impl IntoIterator<Item = Effect>) -> Services {
    effects.into_iter().fold(Services::NONE, |below, effect| effect.above(&below))
}
