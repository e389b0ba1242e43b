//! One relayed connection, from accepting it to its end: the near side shakes hands, its target is looked up, the far side is
//! connected and shakes hands, bytes go both ways, and each side's end is passed on. A client that asks for its target is
//! answered when the far side is open, or has failed.
//!
//! The far side is not connected before the near side's handshakes are over, so that a client that cannot prove what the chain
//! demands causes no connection. When one side fails, the other is reset: see [`Carrier::will_reset`].

use super::PARTING;
use super::asked::{Objection, denial};
use super::connections::Key;
use super::dial::{Dial, Progress};
use super::flow::Tools;
use super::forwarding::Forwarding;
use super::record::{Outcome, Party, Record};
use super::route::Route;
use super::shared::Shared;
use super::side::Carrier;
use super::turn::{Turn, TurnContext};
use crate::net::race::Found;
use crate::net::{Answer, Denial, Error, Opened, Step, Target, readiness};
use rustix::event::epoll::{self, EventData, EventFlags};
use std::io::{self, Write};
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};
use std::sync::Arc;
use std::time::{Duration, Instant, SystemTime};

/// One relayed connection.
pub(super) struct Pair {
    stage: Stage,
    /// The route by which it is opened.
    route: Arc<Route>,
    /// Events that epoll reported of the two sockets before the connection was in the stage of forwarding.
    reported: [EventFlags; 2],
    /// A file descriptor that is kept free for the far side's socket, so that an accepted connection can be forwarded.
    spare: Option<OwnedFd>,
    began: Instant,
    /// The target, once it is known.
    target: Option<Target>,
    /// The answer that the client got, if it asked.
    answer: Option<Answer>,
    /// Facts for the record, if there is an observer.
    notes: Option<Box<Notes>>,
    /// It is in the queue of connections that have something to do.
    pub queued: bool,
    /// The latest time at which it has its turn, even if nothing happens.
    pub alarm: Option<Instant>,
    /// It is in the list of connections that may free memory.
    pub rests: bool,
}

struct Notes {
    began: SystemTime,
    near: Opened,
    far: Option<Opened>,
}

enum Stage {
    /// The near side shakes hands.
    Greeting(Box<readiness::Stream>),
    /// The far side is looked up, connects and shakes hands, since this time.
    Dialling(Box<readiness::Stream>, Box<Dial>, Instant),
    /// The client was notified that it is connected, and the upper layers of the near side shake hands.
    Granting(Box<readiness::Stream>, Box<readiness::Stream>),
    /// Bytes go both ways.
    Forwarding(Box<Forwarding>),
    /// The client was notified that it is not connected, and has until this time to read that; with the outcome of the
    /// connection.
    Parting(Box<readiness::Stream>, Instant, Outcome),
    /// Between two stages, and after the end.
    Nowhere,
}

/// The events that sockets are registered for. The registration never changes.
const INTEREST: EventFlags = EventFlags::IN.union(EventFlags::OUT).union(EventFlags::RDHUP).union(EventFlags::ET);

impl Pair {
    /// Creates a connection whose near side was accepted.
    pub fn new(
        near: readiness::Stream,
        route: Arc<Route>,
        spare: Option<OwnedFd>,
        observed: bool,
        now: Instant,
    ) -> Self {
        let notes = observed.then(|| Box::new(Notes { began: SystemTime::now(), near: near.opened(), far: None }));
        Pair {
            stage: Stage::Greeting(Box::new(near)),
            route,
            reported: [EventFlags::empty(); 2],
            spare,
            began: now,
            target: None,
            answer: None,
            notes,
            queued: false,
            alarm: None,
            rests: false,
        }
    }

    /// Registers its near socket with epoll.
    pub fn register(&self, epoll: BorrowedFd<'_>, key: Key) -> Result<(), Error> {
        match &self.stage {
            Stage::Greeting(near) => watch(epoll, near.as_fd(), key, Party::Near).map_err(|source| Error::Socket {
                entry: near.opened().entry,
                call: "epoll_ctl",
                source,
            }),
            _ => Ok(()),
        }
    }

    /// Records the events that epoll reported of one of its sockets.
    pub fn reported(&mut self, party: Party, flags: EventFlags) {
        match &mut self.stage {
            Stage::Forwarding(forwarding) => match party {
                Party::Near => forwarding.near.reported(flags),
                Party::Far => forwarding.far.reported(flags),
            },
            _ => self.reported[party as usize] |= flags,
        }
    }

    /// Passes the result of a lookup to the attempt to connect.
    pub fn found(&mut self, found: Found, now: Instant) {
        if let Stage::Dialling(_, dial, _) = &mut self.stage {
            dial.found(found, now);
        }
    }

    /// Does everything that can be done now.
    pub fn turn(&mut self, context: &mut TurnContext<'_>) -> Turn {
        self.go_on(context).unwrap_or_else(Turn::Over)
    }

    fn go_on(&mut self, context: &mut TurnContext<'_>) -> Result<Turn, Outcome> {
        loop {
            match std::mem::replace(&mut self.stage, Stage::Nowhere) {
                Stage::Greeting(mut near) => {
                    let progress = near.progress(context.now);
                    match progress {
                        Ok(open) if open || near.asked().is_some() => self.reach_for_far(near, context)?,
                        Ok(_) => {
                            self.stage = Stage::Greeting(near);
                            return Ok(Turn::Waits);
                        }
                        Err(error) => {
                            self.note_near(&near);
                            let outcome = Outcome::Failed { party: Party::Near, error };
                            if self.route.target.is_some() {
                                return Err(outcome);
                            }
                            // A layer of the near side may have sent the reason to the client, who needs time to read it.
                            self.stage = Stage::Parting(near, context.now + PARTING, outcome);
                        }
                    }
                }
                Stage::Dialling(near, dial, since) => {
                    let near = self.still_there(near, context)?;
                    if let Some(turn) = self.dial(near, dial, since, context)? {
                        return Ok(turn);
                    }
                }
                Stage::Granting(mut near, far) => match near.progress(context.now) {
                    Ok(true) => self.forward(near, far, context),
                    Ok(false) => {
                        self.stage = Stage::Granting(near, far);
                        return Ok(Turn::Waits);
                    }
                    Err(error) => {
                        Carrier::new(far).0.will_reset();
                        return Err(self.forsaken(*near, Party::Near, error));
                    }
                },
                Stage::Parting(mut near, until, outcome) => {
                    if until <= context.now || has_parted(&mut near, &mut context.tools.scratch) {
                        return Err(outcome);
                    }
                    self.stage = Stage::Parting(near, until, outcome);
                    return Ok(Turn::Waits);
                }
                Stage::Forwarding(mut forwarding) => {
                    let result = forwarding.work(context);
                    self.stage = Stage::Forwarding(forwarding);
                    return result;
                }
                Stage::Nowhere => return Ok(Turn::Waits),
            }
        }
    }

    /// Starts to connect the far side, now that the near side is open or asks for its target.
    fn reach_for_far(&mut self, near: Box<readiness::Stream>, context: &TurnContext<'_>) -> Result<(), Outcome> {
        self.note_near(&near);
        // The route that holds now counts, and not the one that held when the connection was accepted.
        self.route = context.shared.route.load_full();
        self.target = self.route.target.clone().or_else(|| near.asked().cloned());
        if let Some(why) = &self.route.closed {
            let error =
                Error::Unfit { entry: self.route.far().selection().name().to_owned(), problem: why.to_string() };
            return match near.asked() {
                Some(_) => self.refuse(near, Denial::NotAllowed, error, context),
                None => Err(self.forsaken(*near, Party::Far, error)),
            };
        }
        match self.target.clone() {
            Some(target) => {
                self.stage = Stage::Dialling(near, Box::new(Dial::new(target)), context.now);
                Ok(())
            }
            None => {
                let problem = "its layers let no client ask for a target".to_owned();
                let error = Error::Unfit { entry: near.opened().entry, problem };
                Err(self.forsaken(*near, Party::Near, error))
            }
        }
    }

    /// Returns the near side, or an outcome if it was reset in the meantime.
    fn still_there(
        &mut self,
        near: Box<readiness::Stream>,
        context: &TurnContext<'_>,
    ) -> Result<Box<readiness::Stream>, Outcome> {
        if self.reported[Party::Near as usize].contains(EventFlags::ERR)
            && let Ok(Err(error)) = rustix::net::sockopt::socket_error(near.as_fd())
        {
            let error = context.shared.near.reported(error.into(), "recv");
            return Err(self.forsaken(*near, Party::Near, error));
        }
        Ok(near)
    }

    /// Continues to connect the far side; returns `None` if there is a next stage.
    fn dial(
        &mut self,
        near: Box<readiness::Stream>,
        mut dial: Box<Dial>,
        since: Instant,
        context: &mut TurnContext<'_>,
    ) -> Result<Option<Turn>, Outcome> {
        // The spare descriptor is freed for the far side's socket.
        self.spare = None;
        let TurnContext { shared, inbox, epoll, key, now, .. } = *context;
        let register = |socket: BorrowedFd<'_>| watch(epoll, socket, key, Party::Far);
        let progress = dial.progress(&self.route.far, now, &shared.lookups, (key, inbox), register);
        let limit = self.route.far().time_limit(Step::Connect).filter(|limit| since + *limit <= now);
        let turn = match (progress, limit) {
            (Ok(Progress::Open(far)), _) => {
                self.open(near, far, context)?;
                return Ok(None);
            }
            (Ok(Progress::Waits), Some(limit)) if dial.is_looking_up() => {
                let late = Error::TimedOut { step: Step::Connect, layer: None, limit };
                self.unreached(near, dial.target(), late, context)?;
                return Ok(None);
            }
            (Ok(Progress::Waits), _) => Turn::Waits,
            (Ok(Progress::Starves(error)), Some(_)) | (Err(error), _) => {
                self.unreached(near, dial.target(), error, context)?;
                return Ok(None);
            }
            (Ok(Progress::Starves(_)), None) => Turn::Starves,
        };
        self.stage = Stage::Dialling(near, dial, since);
        Ok(Some(turn))
    }

    /// Enters the next stage, now that the far side is open.
    fn open(
        &mut self,
        mut near: Box<readiness::Stream>,
        far: Box<readiness::Stream>,
        context: &TurnContext<'_>,
    ) -> Result<(), Outcome> {
        let is_asked = near.asked().is_some();
        let opened = (is_asked || self.notes.is_some()).then(|| far.opened());
        let bound = opened.as_ref().and_then(|opened| opened.local.as_ref()?.socket_addr());
        if let (Some(authorizer), Some(opened), true) = (&context.shared.authorizer, &opened, is_asked)
            && let Err(Objection { denial, why }) = authorizer.authorize(&near.opened(), opened)
        {
            let error = Error::Unfit { entry: opened.entry.clone(), problem: why };
            Carrier::new(far).0.will_reset();
            return self.refuse(near, denial, error, context);
        }
        if let (Some(notes), Some(opened)) = (&mut self.notes, opened) {
            notes.far = Some(opened);
        }
        if !is_asked {
            self.forward(near, far, context);
            return Ok(());
        }
        let granted = Answer::Granted(bound);
        if let Err(error) = near.answer(&granted) {
            Carrier::new(far).0.will_reset();
            let error = context.shared.near.reported(error, "send");
            return Err(self.forsaken(*near, Party::Near, error));
        }
        self.answer = Some(granted);
        self.stage = Stage::Granting(near, far);
        Ok(())
    }

    fn forward(&mut self, near: Box<readiness::Stream>, far: Box<readiness::Stream>, context: &TurnContext<'_>) {
        self.stage =
            Stage::Forwarding(Box::new(Forwarding::new(near, far, self.reported, self.route.clone(), context)));
    }

    /// Handles the failure of the far side: notifies the client, if it asked, and otherwise resets it.
    fn unreached(
        &mut self,
        near: Box<readiness::Stream>,
        target: &Target,
        error: Error,
        context: &TurnContext<'_>,
    ) -> Result<(), Outcome> {
        match near.asked() {
            Some(_) => self.refuse(near, denial(&self.route.far, target, &error), error, context),
            None => Err(self.forsaken(*near, Party::Far, error)),
        }
    }

    /// Notifies the client that it is not connected.
    fn refuse(
        &mut self,
        mut near: Box<readiness::Stream>,
        denial: Denial,
        error: Error,
        context: &TurnContext<'_>,
    ) -> Result<(), Outcome> {
        let refused = Answer::Refused(denial);
        // If the client is gone, it cannot be notified; the outcome is the far side's failure in any case.
        let _ = near.answer(&refused);
        self.answer = Some(refused);
        let outcome = Outcome::Failed { party: Party::Far, error };
        self.stage = Stage::Parting(near, context.now + PARTING, outcome);
        Ok(())
    }

    /// Makes the near side be reset, and returns the outcome of a connection that gets no far side.
    fn forsaken(&mut self, near: readiness::Stream, party: Party, error: Error) -> Outcome {
        Carrier::new(Box::new(near)).0.will_reset();
        Outcome::Failed { party, error }
    }

    fn note_near(&mut self, near: &readiness::Stream) {
        if let Some(notes) = &mut self.notes {
            let peer = notes.near.peer.take();
            notes.near = near.opened();
            notes.near.peer = notes.near.peer.take().or(peer);
        }
    }

    /// Returns the time at which the connection must have a turn even if nothing happens.
    pub fn deadline(&self, shared: &Shared) -> Option<Instant> {
        match &self.stage {
            Stage::Greeting(near) | Stage::Granting(near, _) => near.deadline(),
            Stage::Dialling(_, dial, since) => dial.deadline(&self.route.far, *since),
            Stage::Parting(_, until, _) => Some(*until),
            Stage::Forwarding(forwarding) => forwarding.first_limit(shared).map(|(until, _)| until),
            Stage::Nowhere => None,
        }
    }

    /// Returns the bytes up and down that have passed since the last call.
    pub fn count(&mut self) -> (u64, u64) {
        match &mut self.stage {
            Stage::Forwarding(forwarding) => (forwarding.up.count(), forwarding.down.count()),
            _ => (0, 0),
        }
    }

    /// Returns whether the connection could free memory, because nothing is under way.
    pub fn may_rest(&self) -> bool {
        match &self.stage {
            Stage::Forwarding(forwarding) => forwarding.is_layered() && !forwarding.is_held_up(),
            _ => false,
        }
    }

    /// Frees the memory of its layers if nothing has passed for `still_for`. Returns false if something has passed, and the call
    /// is to be repeated. For a connection that is held up it returns true: when that continues, it is scheduled to rest anew.
    pub fn rest(&mut self, still_for: Duration, now: Instant) -> bool {
        let Stage::Forwarding(forwarding) = &mut self.stage else { return true };
        if forwarding.is_held_up() {
            return true;
        }
        let still = forwarding.up.since.max(forwarding.down.since) + still_for <= now;
        if still {
            forwarding.near.end.release();
            forwarding.far.end.release();
        }
        still
    }

    /// Ends the connection: returns resources to the worker, resets the sockets if it failed, and creates the record.
    pub fn end(mut self, outcome: Outcome, tools: &mut Tools, now: Instant) -> Option<Record> {
        let (mut up, mut down, mut lost) = (0, 0, 0);
        match &mut self.stage {
            Stage::Forwarding(forwarding) => {
                let Forwarding { near, far, up: one, down: two, .. } = &mut **forwarding;
                (up, down, lost) = (one.flow.moved, two.flow.moved, one.flow.lost + two.flow.lost);
                one.flow.dissolve(tools);
                two.flow.dissolve(tools);
                if !matches!(outcome, Outcome::Served) {
                    near.end.will_reset();
                    far.end.will_reset();
                }
                if let Some(notes) = &mut self.notes {
                    near.end.note(&mut notes.near);
                    if let Some(noted) = &mut notes.far {
                        far.end.note(noted);
                    }
                }
            }
            Stage::Greeting(near) | Stage::Granting(near, _) | Stage::Dialling(near, ..) => {
                // This connection is cut; one that failed in these stages has no stream any more.
                let _ = rustix::net::sockopt::set_socket_linger(near.as_fd(), Some(Duration::ZERO));
            }
            // The client got its answer.
            Stage::Parting(..) | Stage::Nowhere => {}
        }
        let Notes { began, near, far } = *self.notes?;
        let (target, answer) = (self.target, self.answer);
        let lasted = now.saturating_duration_since(self.began);
        Some(Record { began, lasted, peer: near.peer.clone(), target, answer, near, far, up, down, lost, outcome })
    }
}

/// Returns whether a client that was refused has closed the connection, or ended its side. Bytes that it still sends are
/// discarded, so that it is not reset while it reads.
fn has_parted(near: &mut readiness::Stream, scratch: &mut [u8]) -> bool {
    match near.flush() {
        // Everything is sent, so our side ends. An error is ignored, because our side may have ended before.
        Ok(()) => drop(rustix::net::shutdown(near.as_fd(), rustix::net::Shutdown::Write)),
        Err(error) if error.kind() == io::ErrorKind::WouldBlock => {}
        Err(_) => return true,
    }
    loop {
        match rustix::io::retry_on_intr(|| rustix::io::read(near.as_fd(), &mut *scratch)) {
            Ok(0) => return true,
            Ok(_) => {}
            Err(rustix::io::Errno::AGAIN) => return false,
            Err(_) => return true,
        }
    }
}

/// Registers a socket with epoll for all events, edge-triggered.
fn watch(epoll: BorrowedFd<'_>, socket: BorrowedFd<'_>, key: Key, party: Party) -> std::io::Result<()> {
    Ok(epoll::add(epoll, socket, EventData::new_u64(key.with_bit(party == Party::Far)), INTEREST)?)
}
