//! Routes: how new connections are opened, which may change while a relay runs.

use super::Relay;
use crate::net::{Alternatives, Error, Opener, Role, Step, Target};
use arc_swap::ArcSwap;
use std::sync::Arc;
use std::time::Duration;

/// The way in which connections are opened. Each connection keeps the route by which its far side was connected.
#[derive(Clone)]
pub(super) struct Route {
    pub near: Opener,
    pub far: Alternatives,
    /// The target of all connections; `None`: the clients name their targets.
    pub target: Option<Target>,
    pub limits: Limits,
    /// The reason why no connection is opened, while the route is closed.
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

    /// Returns the first opener of the far side, for properties that all alternatives share.
    pub fn far(&self) -> &Opener {
        &self.far.openers()[0]
    }
}

/// The limits of open connections, looked up once; the arrays are in the order of [`Party`](super::Party).
#[derive(Clone)]
pub(super) struct Limits {
    pub idle: Option<Duration>,
    pub read: [Option<Duration>; 2],
    pub write: [Option<Duration>; 2],
    /// There is no limit.
    pub none: bool,
}

impl Limits {
    pub fn new(idle: Option<Duration>, near: &Opener, far: &Opener) -> Self {
        let read = [near, far].map(|opener| opener.time_limit(Step::Read));
        let write = [near, far].map(|opener| opener.time_limit(Step::Write));
        let none = idle.is_none() && read == [None; 2] && write == [None; 2];
        Limits { idle, read, write, none }
    }
}

/// Changes how a relay opens new connections, while it runs. Returned by [`Listening::switch`](super::Listening::switch).
///
/// Connections that are open, and those whose far side is being connected, keep their route. A connection that was accepted
/// before, and whose near side still shakes hands, is forwarded by the new route.
#[derive(Clone)]
pub struct Switch {
    pub(super) route: Arc<ArcSwap<Route>>,
}

impl Switch {
    /// Makes the relay accept and forward new connections as the given relay would: with its layers over the existing listener,
    /// to its target, with its far side. Its other settings, such as the address at which it listens and the number of
    /// connections, are ignored.
    ///
    /// # Errors
    ///
    /// Every kind of [`Error`] that listening may have, because layers are prepared now; [`Error::Unfit`]: the existing listener
    /// cannot be used, because the base protocol is another one, or the clients of only one of the two relays name their targets.
    /// Nothing is changed then.
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

    /// Refuses new connections until the next call of [`to`](Switch::to). A connection is accepted, and the client gets a denial
    /// where its protocol has one; otherwise its connection is reset. The records contain the reason.
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

/// Checks whether a socket that listens for one opener can accept for another.
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
