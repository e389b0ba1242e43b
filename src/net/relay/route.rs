//! How new connections are opened, which may change while a relay runs.

use super::Relay;
use super::shared::Limits;
use crate::net::{Alternatives, Error, Opener, Role, Target};
use arc_swap::ArcSwap;
use std::sync::Arc;
use std::time::Duration;

/// How connections are opened. Each keeps the route by which its far side was reached for.
#[derive(Clone)]
pub(super) struct Route {
    pub near: Opener,
    pub far: Alternatives,
    /// Where all connections lead; nothing: where their clients ask to be connected to.
    pub target: Option<Target>,
    pub limits: Limits,
    /// Why no connection is opened, while none is.
    pub closed: Option<Arc<str>>,
}

impl Route {
    pub fn new(relay: &Relay, idle: Option<Duration>) -> Route {
        Route {
            limits: Limits::new(idle, &relay.near, &relay.far.openers()[0]),
            near: relay.near.clone(),
            far: relay.far.clone(),
            target: relay.target.clone(),
            closed: None,
        }
    }

    /// Returns the far side's opener, as far as all alternatives are alike.
    pub fn far(&self) -> &Opener {
        &self.far.openers()[0]
    }
}

/// Has a relay open new connections in another way, while it runs. From [`Listening::switch`](super::Listening::switch).
///
/// Connections that are open, and those whose far side is being reached for, keep the way by which they came. A connection that
/// was accepted before, and whose near side still shakes hands, is forwarded in the new way.
#[derive(Clone)]
pub struct Switch {
    pub(super) route: Arc<ArcSwap<Route>>,
}

impl Switch {
    /// New connections are accepted and forwarded as this relay would do it: by its layers over what listens already, by its far
    /// side, to its target. All else that it says, as where it listens and how many connections there may be, is not looked at.
    ///
    /// # Errors
    ///
    /// Every kind of [`Error`] that listening may have, as layers are prepared now; [`Error::Unfit`]: what listens cannot be what it
    /// accepts on, because its base protocol is another one, or one of the two relays has clients that name their targets and the
    /// other has not. Nothing is changed then.
    pub fn to(&self, relay: &Relay) -> Result<(), Error> {
        let now = self.route.load_full();
        same_socket(&now.near, &relay.near)?;
        if now.target.is_some() != relay.target.is_some() {
            let problem = "whether clients name their targets cannot change while it listens".to_owned();
            return Err(Error::Unfit { entry: relay.near.selection().name().to_owned(), problem });
        }
        relay.passes()?;
        relay.near.prepare(Role::Accept)?;
        relay.far.openers().iter().try_for_each(|far| far.prepare(Role::Connect))?;
        self.route.store(Arc::new(Route::new(relay, now.limits.idle)));
        Ok(())
    }

    /// No new connection is opened, until it is switched again. Who comes is accepted, and told so where its protocol can say it;
    /// else its connection is reset. Why is in the records.
    pub fn off(&self, why: impl Into<Arc<str>>) {
        let closed = Some(why.into());
        self.route.store(Arc::new(Route { closed, ..(*self.route.load_full()).clone() }));
    }
}

impl std::fmt::Debug for Switch {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let route = self.route.load();
        let mut debug = f.debug_struct("Switch");
        debug.field("near", &route.near).field("far", &route.far).field("target", &route.target);
        debug.field("closed", &route.closed).finish()
    }
}

/// Returns whether what listens for one opener can accept for another.
fn same_socket(listening: &Opener, wanted: &Opener) -> Result<(), Error> {
    let socket = |opener: &Opener| {
        let selection = opener.selection();
        let module = selection.entry().base().map(|base| base.provider().module().to_owned());
        (selection.family(), selection.entry().base().and_then(|base| base.socket_type()), selection.protocol(), module)
    };
    if socket(listening) == socket(wanted) {
        return Ok(());
    }
    let problem = format!("it stands on `{}`, and what listens is `{}`", wanted.base_name(), listening.base_name());
    Err(Error::Unfit { entry: wanted.selection().name().to_owned(), problem })
}
