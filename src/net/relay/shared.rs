//! The state that the workers of a relay share.

use super::asked::Authorizer;
use super::flow::Passes;
use super::inbox::Inbox;
use super::limit_listener::LimitListener;
use super::lookup::Lookups;
use super::peers::Peers;
use super::record::Observer;
use super::route::{Limits, Route};
use super::stop::Stop;
use crate::net::Opener;
use arc_swap::ArcSwap;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

/// When a relay of datagrams is stopped, a session that carried nothing for this long is over. A request that is answered at all
/// is answered by then, or sent again.
const SILENT: Duration = Duration::from_secs(2);

/// The state that the workers of a relay share.
pub(super) struct Shared {
    /// The opener that listens.
    pub near: Opener,
    /// The route of new connections.
    pub route: Arc<ArcSwap<Route>>,
    pub authorizer: Option<Arc<dyn Authorizer>>,
    pub passes: Passes,
    /// How long connections may continue after the relay is stopped; `None`: until they end.
    pub grace: Option<Duration>,
    pub observer: Option<Arc<dyn Observer>>,
    pub listener: LimitListener,
    /// The sessions of datagrams, which all belong to one worker.
    pub peers: Option<Arc<Peers>>,
    pub lookups: Lookups,
    /// The inboxes of the workers.
    pub inboxes: Vec<Arc<Inbox>>,
    pub stop: Stop,
}

impl Shared {
    pub fn is_of_datagrams(&self) -> bool {
        self.passes == Passes::Datagrams
    }

    /// Returns how long a connection may carry nothing. Datagrams have no end: when the relay is stopped, a silent session is
    /// over sooner.
    pub fn idle_limit(&self, limits: &Limits) -> Option<Duration> {
        if self.is_of_datagrams() && self.stop.is_asked() {
            return Some(limits.idle.map_or(SILENT, |limit| limit.min(SILENT)));
        }
        limits.idle
    }

    /// Returns the worker that has the fewest connections, or this one if it has at most one more.
    pub fn least_busy(&self, this: usize) -> usize {
        let load = |worker: usize| self.inboxes[worker].load.load(Ordering::Relaxed);
        let least = (0..self.inboxes.len()).min_by_key(|&worker| load(worker)).unwrap_or(this);
        if load(this) <= load(least) + 1 { this } else { least }
    }

    /// Wakes all workers but this one.
    pub fn wake_others(&self, this: usize) {
        for (at, inbox) in self.inboxes.iter().enumerate() {
            if at != this {
                inbox.wake();
            }
        }
    }
}
