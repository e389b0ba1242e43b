//! Turns: the work of a connection until it has to wait, with the resources of its worker.

use super::connections::Key;
use super::flow::Tools;
use super::inbox::Inbox;
use super::record::Outcome;
use super::shared::Shared;
use std::os::fd::BorrowedFd;
use std::sync::Arc;
use std::time::Instant;

/// The resources of the worker that a connection uses in its turn.
pub(super) struct TurnContext<'w> {
    pub shared: &'w Shared,
    pub inbox: &'w Arc<Inbox>,
    pub tools: &'w mut Tools,
    pub epoll: BorrowedFd<'w>,
    pub key: Key,
    pub now: Instant,
}

/// The result of a turn.
pub(super) enum Turn {
    /// The connection could continue at once, after other connections.
    Again,
    /// The connection waits for events of its sockets.
    Waits,
    /// The connection waits until the system has file descriptors again.
    Starves,
    Over(Outcome),
}
