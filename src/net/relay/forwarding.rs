//! Forwards bytes in both directions of a connection that is open on both sides; each direction proceeds independently.

use super::flow::{Broken, Flow, Pause};
use super::record::{Outcome, Party};
use super::route::Route;
use super::shared::Shared;
use super::side::{Carrier, Side};
use super::turn::{Turn, TurnContext};
use crate::net::{Error, Opener, Step, readiness};
use rustix::event::epoll::EventFlags;
use std::sync::Arc;
use std::time::{Duration, Instant};

/// A connection that is open on both sides: two sides and two directions.
pub(super) struct Forwarding {
    pub near: Side<Carrier>,
    pub far: Side<Carrier>,
    pub up: Way,
    pub down: Way,
    /// The route by which it was opened.
    route: Arc<Route>,
}

/// A direction, and the time since which it has stood still.
pub(super) struct Way {
    pub flow: Flow,
    pause: Pause,
    /// The time since which it pauses for this reason and has moved nothing.
    pub since: Instant,
    /// Bytes that [`count`](Way::count) has reported.
    counted: u64,
}

/// A time limit of an open connection.
#[derive(Copy, Clone)]
pub(super) enum Limit {
    Idle(Duration),
    Step(Party, Step, Duration),
}

impl Forwarding {
    pub fn new(
        near: Box<readiness::Stream>,
        far: Box<readiness::Stream>,
        reported: [EventFlags; 2],
        route: Arc<Route>,
        context: &TurnContext<'_>,
    ) -> Self {
        let [near_reported, far_reported] = reported;
        let (near, from_near) = Carrier::new(near);
        let (far, from_far) = Carrier::new(far);
        let way = |read: Vec<u8>| {
            let mut flow = Flow::new(context.shared.passes);
            flow.begin_with(&read);
            Way { flow, pause: Pause::Turn, since: context.now, counted: 0 }
        };
        Forwarding {
            near: Side::new(near, near_reported),
            far: Side::new(far, far_reported),
            up: way(from_near),
            down: way(from_far),
            route,
        }
    }

    pub fn work(&mut self, context: &mut TurnContext<'_>) -> Result<Turn, Outcome> {
        let Forwarding { near, far, up, down, route } = self;
        let shared = context.shared;
        flush(near, Party::Near, &route.near)?;
        flush(far, Party::Far, route.far())?;
        let failed = |broken: Broken, source: Party| {
            let party = match (broken.source, source) {
                (true, source) => source,
                (false, Party::Near) => Party::Far,
                (false, Party::Far) => Party::Near,
            };
            let opener = if party == Party::Near { &route.near } else { route.far() };
            Outcome::Failed { party, error: opener.reported(broken.error, broken.call) }
        };
        up.work(near, far, context).map_err(|broken| failed(broken, Party::Near))?;
        down.work(far, near, context).map_err(|broken| failed(broken, Party::Far))?;
        match (up.pause, down.pause) {
            (Pause::Over, Pause::Over) => return Err(Outcome::Served),
            (Pause::Turn, _) | (_, Pause::Turn) => return Ok(Turn::Again),
            _ => {}
        }
        match self.first_limit(shared) {
            Some((until, limit)) if until <= context.now => Err(limit.passed(shared)),
            _ => Ok(Turn::Waits),
        }
    }

    /// Returns the limit that passes first if nothing moves until then, and its time.
    pub fn first_limit(&self, shared: &Shared) -> Option<(Instant, Limit)> {
        let limits = &self.route.limits;
        if limits.none && !shared.is_of_datagrams() {
            return None;
        }
        let since = self.up.since.max(self.down.since);
        let idle = shared.idle_limit(limits).map(|limit| (since + limit, Limit::Idle(limit)));
        let step = |way: &Way, from: Party, to: Party| {
            let (party, step, limit) = match way.pause {
                Pause::Source => (from, Step::Read, limits.read[from as usize]?),
                Pause::Sink => (to, Step::Write, limits.write[to as usize]?),
                Pause::Turn | Pause::Over => return None,
            };
            Some((way.since + limit, Limit::Step(party, step, limit)))
        };
        let up = step(&self.up, Party::Near, Party::Far);
        let down = step(&self.down, Party::Far, Party::Near);
        [idle, up, down].into_iter().flatten().min_by_key(|(until, _)| *until)
    }

    pub fn is_layered(&self) -> bool {
        let layered = |side: &Side<Carrier>| matches!(side.end, Carrier::Layered(_));
        layered(&self.near) || layered(&self.far)
    }

    pub fn is_held_up(&self) -> bool {
        self.up.flow.is_held_up() || self.down.flow.is_held_up()
    }
}

impl Limit {
    fn passed(self, shared: &Shared) -> Outcome {
        match self {
            // Datagrams have no end of their own, so silence ends the session.
            Limit::Idle(_) if shared.is_of_datagrams() => Outcome::Served,
            Limit::Idle(limit) => Outcome::Idle(limit),
            Limit::Step(party, step, limit) => {
                Outcome::Failed { party, error: Error::TimedOut { step, layer: None, limit } }
            }
        }
    }
}

impl Way {
    fn work(
        &mut self,
        from: &mut Side<Carrier>,
        to: &mut Side<Carrier>,
        context: &mut TurnContext<'_>,
    ) -> Result<(), Broken> {
        let before = (self.flow.moved, self.flow.is_held_up(), self.pause);
        self.pause = self.flow.work(from, to, context.tools)?;
        if before != (self.flow.moved, self.flow.is_held_up(), self.pause) {
            self.since = context.now;
        }
        Ok(())
    }

    pub fn count(&mut self) -> u64 {
        let passed = self.flow.moved - self.counted;
        self.counted = self.flow.moved;
        passed
    }
}

/// Sends the bytes that the layers of a side have produced themselves.
fn flush(side: &mut Side<Carrier>, party: Party, opener: &Opener) -> Result<(), Outcome> {
    if !side.writable {
        return Ok(());
    }
    match side.end.flush() {
        Ok(()) => Ok(()),
        Err(error) if error.kind() == std::io::ErrorKind::WouldBlock => {
            side.writable = false;
            Ok(())
        }
        Err(error) => Err(Outcome::Failed { party, error: opener.reported(error, "send") }),
    }
}
