//! What modules really do to services, against what a catalog states: a layer that is only called `tls` encrypts nothing, and one
//! that is called otherwise, and is a proxy, passes on what is sent all the same.
//!
//! What a module does depends on the role, and on its options: `tls` shows a client who its server is, while a server learns who
//! its client is only with `client-roots`.

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
    /// A service that is offered above the module.
    pub const fn gives(service: &'static str) -> Self {
        Promise { service, ends: false, role: None, option: None, is_tacit: false }
    }

    /// A service of what lies below the module that does not reach beyond it: TLS to a proxy ends at the proxy.
    pub const fn ends(service: &'static str) -> Self {
        Promise { service, ends: true, role: None, option: None, is_tacit: false }
    }

    /// The same, but in this role only.
    pub const fn on(mut self, role: Role) -> Self {
        self.role = Some(role);
        self
    }

    /// The same, but only where this option is stated.
    pub const fn with(mut self, option: &'static str) -> Self {
        self.option = Some(option);
        self
    }

    /// The same, but an entry need not state it: a layer for servers that ask nobody who they are may leave `authenticated` out.
    pub const fn tacit(mut self) -> Self {
        self.is_tacit = true;
        self
    }

    /// Whether an entry may leave it unstated.
    pub const fn is_tacit(&self) -> bool {
        self.is_tacit
    }

    /// The service: one of sockatlas' own (`encrypted`, `proxied`, ...), which only modules give.
    pub const fn service(&self) -> &'static str {
        self.service
    }

    /// Whether the service ends with the module; else the module gives it.
    pub const fn is_end(&self) -> bool {
        self.ends
    }

    /// The one role in which it holds; nothing: in both.
    pub const fn role(&self) -> Option<Role> {
        self.role
    }

    /// The option without which it does not hold.
    pub const fn option(&self) -> Option<&'static str> {
        self.option
    }
}

/// What a module does to services in one role.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Effect {
    pub gives: Services,
    pub ends: Services,
    /// What of that an entry may leave unstated.
    pub tacit: Services,
}

impl Effect {
    /// What a module does where these options are stated.
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

    /// What a module does in each role.
    pub fn by_role(module: &Module, stated: impl Fn(&str) -> bool) -> [Effect; 2] {
        Role::ALL.map(|role| Effect::of(module, role, &stated))
    }

    /// What is offered above the module, of what is offered below it.
    pub fn above(&self, below: &Services) -> Services {
        below.difference(&self.ends).union(&self.gives)
    }
}

/// What modules give in a role, from the base protocol up: of sockatlas' own services alone.
#[cfg(all(feature = "net", target_os = "linux"))]
pub(crate) fn given(effects: impl IntoIterator<Item = Effect>) -> Services {
    effects.into_iter().fold(Services::NONE, |below, effect| effect.above(&below))
}
