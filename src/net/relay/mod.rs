//! Relays: connections that are accepted on one chain are forwarded on another, many at once.
//!
//! | file | contents |
//! |---|---|
//! | `shared`, `inbox` | the state that workers share, and the messages between them |
//! | `asked` | relays whose clients name their targets |
//! | `limit_listener` | the listener, and the limit of open connections |
//! | `worker` | a thread and its connections |
//! | `pair`, `turn` | one connection, from accepting it to its end, and its turns |
//! | `peers` | datagrams, whose senders are presented as connections |
//! | `dial`, `lookup` | connecting the far side: its addresses, and the attempts to reach it |
//! | `forwarding` | both sides, once they are open |
//! | `flow`, `side`, `pipes` | the transfer of bytes in one direction |
//! | `nodelay` | the option that a relay sets on sockets |
//! | `route` | [`Switch`]: changes how new connections are opened |
//! | `connections`, `timers` | the connections of a worker, and their deadlines |
//! | `stop` | [`Stop`]: ends a relay |
//! | `counters`, `record` | [`Counts`] of a relay, and a [`Record`] for each connection |
//!
//! # Data transfer
//!
//! A relay forwards every byte, in order, and the end of each side: when one side ends its half, the other side is notified
//! through all its layers, and may continue to send. Nothing is read from a side while the other one has not accepted what was
//! read before. Where both sides are bare sockets, because all layers have retired, large amounts go through a pipe by splice(2)
//! and are not copied.
//!
//! A side that fails, or that ends where its protocol forbids it, such as a truncated TLS stream, never looks like a regular end
//! to the other side: the other side is reset (TCP's RST), without a closing message of its layers. The same holds for limits
//! that pass, and for connections that are cut when the relay is stopped.
//!
//! # Clients that ask
//!
//! Where the near side is that of a proxy, each client may name the target that it wants to be connected to: [`Relay::asked`].
//! The client is answered when the far side is open, including the handshakes of all its layers, or has failed. A client that is
//! refused gets the reason in terms of its protocol, and has [two seconds](PARTING) to read it before the connection is closed.
//!
//! # Datagrams
//!
//! Each address that a datagram comes from is a session, with a socket of its own on the far side. Message boundaries are kept,
//! and empty datagrams are forwarded too; a datagram that a side has no room for is lost, as on any network. A network error,
//! such as the ICMP message that a port is unreachable, ends the session; so does silence.
//!
//! # Socket options
//!
//! A relay sets `TCP_NODELAY`, unless the catalog or the call states `nodelay`; the catalog decides all other options.

mod asked;
mod connections;
mod counters;
mod dial;
mod flow;
mod forwarding;
mod inbox;
mod limit_listener;
mod lookup;
mod nodelay;
mod pair;
mod peers;
mod pipes;
mod record;
mod route;
mod shared;
mod side;
mod stop;
mod timers;
mod turn;
mod worker;

pub use asked::{Authorizer, Objection};
pub use counters::Counts;
pub use record::{Observer, Outcome, Party, Record};
pub use route::Switch;
pub use stop::Stop;

use super::{Address, Alternatives, BaseListener, BaseSocket, Error, Opener, Role, Target, ToTarget};
use crate::terms::SocketType;
use arc_swap::ArcSwap;
use flow::Passes;
use inbox::Inbox;
use limit_listener::LimitListener;
use lookup::Lookups;
use peers::{PeerListener, Peers};
use route::Route;
use shared::Shared;
use std::sync::Arc;
use std::time::Duration;
use worker::Worker;

/// Accepts connections on one chain, and forwards them on another. See the [module](self).
///
/// ```no_run
/// use sockatlas::net::relay::{Relay, Stop};
/// use sockatlas::net::{Opener, Providers};
/// use sockatlas::{Registry, Request};
///
/// let registry = Registry::builtin();
/// let providers = Providers::shipped();
/// let near = Opener::new(&providers, &registry.resolve(&Request::named("tcp4"))?);
/// let far = near.clone();
/// let relay = Relay::new(near, "127.0.0.1:8080", far, "127.0.0.1:80")?.max_connections(1000).listen()?;
/// let counts = relay.run(&Stop::new())?;
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone)]
#[must_use]
pub struct Relay {
    near: Opener,
    at: Target,
    far: Alternatives,
    /// `None`: the clients ask for it.
    target: Option<Target>,
    authorizer: Option<Arc<dyn Authorizer>>,
    threads: Option<usize>,
    max_connections: usize,
    /// `None` if it was not set.
    idle: Option<Option<Duration>>,
    grace: Option<Duration>,
    observer: Option<Arc<dyn Observer>>,
}

/// The default time that connections may continue after a relay is stopped.
const GRACE: Duration = Duration::from_secs(30);

/// How long a client that was refused has to read the answer and to close the connection. If the relay closed the connection
/// while there was more to be read from it, TCP would reset it, and the client might never see the answer (RFC 9112, section
/// 9.6).
pub const PARTING: Duration = Duration::from_secs(2);

/// The default time that a session of datagrams may carry nothing (RFC 4787, REQ-5).
const SILENCE: Duration = Duration::from_secs(120);

impl Relay {
    /// Creates a relay that accepts with one opener at an address, and forwards to a target with another opener, or with the
    /// first of several that can be opened.
    ///
    /// # Errors
    ///
    /// [`Error::Unfit`]: an address does not belong to the address family, or the two sides do not fit together, for example
    /// because one carries a stream and the other one messages.
    pub fn new(
        near: Opener,
        at: impl ToTarget,
        far: impl Into<Alternatives>,
        target: impl ToTarget,
    ) -> Result<Self, Error> {
        let far = far.into();
        let mut targets = far.openers().iter().map(|opener| opener.target(&target));
        let first = targets.next().unwrap_or_else(|| unreachable!("there is an opener"));
        let target = targets.fold(first, Result::or)?;
        Relay::between(near, at, far, Some(target))
    }

    /// Creates a relay that accepts the clients of a proxy with one opener at an address, and forwards each client to the target
    /// that it asks for, with another opener or with the first of several that can be opened. A layer of the first opener must be
    /// one that clients can ask, such as `socks5`.
    ///
    /// ```no_run
    /// # use sockatlas::net::{Opener, Providers};
    /// # use sockatlas::{Registry, Request};
    /// # let (registry, providers) = (Registry::builtin(), Providers::shipped());
    /// use sockatlas::net::relay::{Relay, Stop};
    ///
    /// let open = |entry| registry.resolve(&Request::named(entry)).map(|selection| Opener::new(&providers, &selection));
    /// let far = open("tcp4")?.or(open("tcp6")?)?;
    /// Relay::asked(open("socks/tcp4")?, "127.0.0.1:1080", far)?.run(&Stop::new())?;
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    ///
    /// Those of [`new`](Relay::new).
    pub fn asked(near: Opener, at: impl ToTarget, far: impl Into<Alternatives>) -> Result<Self, Error> {
        Relay::between(near.asking(), at, far.into(), None)
    }

    fn between(near: Opener, at: impl ToTarget, far: Alternatives, target: Option<Target>) -> Result<Self, Error> {
        let at = near.target(at)?;
        let relay = Relay {
            near: nodelay::with_nodelay(near),
            at,
            far: far.each(nodelay::with_nodelay),
            target,
            authorizer: None,
            threads: None,
            max_connections: usize::MAX,
            idle: None,
            grace: Some(GRACE),
            observer: None,
        };
        relay.passes()?;
        Ok(relay)
    }

    /// Sets the number of threads that relay; at least 1. By default, it is as many as the system can run at once.
    pub fn threads(mut self, threads: usize) -> Self {
        self.threads = Some(threads.max(1));
        self
    }

    /// Sets the largest number of simultaneous connections; at least 1. Connections beyond it wait in the listener's backlog to
    /// be accepted. Each connection takes two file descriptors.
    pub fn max_connections(mut self, most: usize) -> Self {
        self.max_connections = most.max(1);
        self
    }

    /// Sets how long a connection may carry nothing in either direction; `None`: for ever. By default, streams have no limit, and
    /// sessions of datagrams, which have no other end, have the two minutes that RFC 4787, section 4.3, requires of address
    /// translators.
    pub fn idle_limit(mut self, limit: Option<Duration>) -> Self {
        self.idle = Some(limit);
        self
    }

    /// Sets how long connections may continue after the relay is stopped; `None`: until they end. The default is 30 seconds.
    pub fn grace(mut self, grace: Option<Duration>) -> Self {
        self.grace = grace;
        self
    }

    /// Sets the [`Authorizer`] that decides whether a client that [asks](Relay::asked) may be connected to its target.
    pub fn authorizer(mut self, authorizer: impl Authorizer + 'static) -> Self {
        self.authorizer = Some(Arc::new(authorizer));
        self
    }

    /// Sets the observer, which receives the record of each connection. Without an observer, nothing is recorded, which saves
    /// some system calls for each connection.
    pub fn observer(mut self, observer: impl Observer + 'static) -> Self {
        self.observer = Some(Arc::new(observer));
        self
    }

    /// Returns the opener of the near side, which accepts.
    pub fn near(&self) -> &Opener {
        &self.near
    }

    /// Returns what the relay forwards (bytes, messages or datagrams), or an error if the two sides do not agree on it.
    fn passes(&self) -> Result<Passes, Error> {
        let near = self.near.selection();
        let accepted = near.socket_type();
        for far in self.far.openers() {
            let far = far.selection();
            if accepted != far.socket_type() {
                let (far, connected) = (far.name(), far.socket_type());
                let problem = format!("what it accepts is of type {accepted}, and `{far}` is {connected}");
                return Err(Error::Unfit { entry: near.name().to_owned(), problem });
            }
        }
        match accepted {
            SocketType::STREAM => Ok(Passes::Bytes),
            SocketType::SEQPACKET => Ok(Passes::Messages),
            SocketType::DGRAM => Ok(Passes::Datagrams),
            other => {
                let problem = format!("connections of type {other} cannot be accepted");
                Err(Error::Unfit { entry: near.name().to_owned(), problem })
            }
        }
    }

    /// Starts to listen. The layers of both sides are prepared now, so that errors in them show before the first connection.
    ///
    /// # Errors
    ///
    /// Every kind of [`Error`].
    pub fn listen(&self) -> Result<Listening, Error> {
        let passes = self.passes()?;
        self.far.openers().iter().try_for_each(|far| far.prepare(Role::Connect))?;
        let (listener, peers) = if passes == Passes::Datagrams {
            let peers =
                Peers::new(self.bound()?).map_err(|error| self.near.reported(error, "fcntl F_DUPFD_CLOEXEC"))?;
            (Box::new(PeerListener::new(peers.clone())) as Box<dyn BaseListener>, Some(peers))
        } else {
            (self.near.listener(&self.at)?, None)
        };
        listener.set_nonblocking(true).map_err(|error| self.near.reported(error, "ioctl FIONBIO"))?;
        if listener.fd().is_none() {
            let problem = "its base protocol has no file descriptor to wait on".to_owned();
            return Err(Error::Unfit { entry: self.near.selection().name().to_owned(), problem });
        }
        let local = listener.local();
        let threads = self.threads.or_else(|| std::thread::available_parallelism().ok().map(Into::into)).unwrap_or(1);
        // All sessions of datagrams share one socket, and so one worker.
        let threads = if peers.is_some() { 1 } else { threads };
        let idle = self.idle.unwrap_or(peers.as_ref().map(|_| SILENCE));
        let inboxes: Result<Vec<_>, _> = (0..threads).map(|_| Inbox::new().map(Arc::new)).collect();
        let shared = Shared {
            near: self.near.clone(),
            route: Arc::new(ArcSwap::from_pointee(Route::new(self, idle))),
            lookups: Lookups::default(),
            authorizer: self.authorizer.clone(),
            passes,
            grace: self.grace,
            observer: self.observer.clone(),
            listener: LimitListener::new(listener, self.max_connections, peers.is_some()),
            peers,
            inboxes: inboxes.map_err(|error| self.near.reported(error, "eventfd"))?,
            stop: Stop::new(),
        };
        Ok(Listening { shared, local })
    }

    /// Returns the bound socket that receives the datagrams.
    fn bound(&self) -> Result<Box<dyn BaseSocket>, Error> {
        self.near.prepare(Role::Accept)?;
        self.near.with_base(|provider, base| {
            let address = &self.near.look_up(provider, base, &self.at)?[0];
            provider.open(base, Some(address)).map_err(|source| Error::Provider {
                entry: base.name.to_owned(),
                address: Some(address.clone()),
                source,
            })
        })
    }

    /// Listens, and relays until it is stopped and all connections have ended. Returns the counts.
    ///
    /// # Errors
    ///
    /// The relay cannot listen, or the system has no threads or files for it.
    pub fn run(&self, stop: &Stop) -> Result<Counts, Error> {
        self.listen()?.run(stop)
    }
}

impl std::fmt::Debug for Relay {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let mut debug = f.debug_struct("Relay");
        debug.field("near", &self.near).field("at", &self.at).field("far", &self.far).field("target", &self.target);
        debug.finish_non_exhaustive()
    }
}

/// A relay that listens: connections wait to be accepted until it [runs](Listening::run).
pub struct Listening {
    shared: Shared,
    local: Option<Address>,
}

impl Listening {
    /// Returns the address at which it listens.
    pub fn local(&self) -> Option<&Address> {
        self.local.as_ref()
    }

    /// Returns a handle that reads the counts of the relay while it runs.
    pub fn counts(&self) -> Counting {
        Counting { inboxes: self.shared.inboxes.clone() }
    }

    /// Returns a handle that changes how new connections are opened while the relay runs.
    pub fn switch(&self) -> Switch {
        Switch { route: self.shared.route.clone() }
    }

    /// Relays until it is stopped and all connections have ended. Returns the counts. The calling thread is one of the workers.
    ///
    /// # Errors
    ///
    /// The system has no threads or files for it.
    pub fn run(mut self, stop: &Stop) -> Result<Counts, Error> {
        self.shared.stop = stop.clone();
        let counting = self.counts();
        let shared = Arc::new(self.shared);
        let entry = shared.near.base_name();
        let workers: Result<Vec<Worker>, Error> =
            (0..shared.inboxes.len()).map(|index| Worker::new(index, shared.clone())).collect();
        drop(shared);
        let mut workers = workers?.into_iter();
        let mine = workers.next();
        std::thread::scope(|scope| {
            let mut threads = Vec::new();
            let mut failure = None;
            for worker in workers {
                let thread = std::thread::Builder::new().name("relay".to_owned());
                match thread.spawn_scoped(scope, move || worker.run()) {
                    Ok(thread) => threads.push(thread),
                    Err(source) => {
                        failure = Some(Error::Socket { entry: entry.clone(), call: "pthread_create", source });
                        stop.at_once();
                    }
                }
            }
            let mine = mine.map_or(Ok(()), Worker::run);
            let others = threads.into_iter().map(|thread| match thread.join() {
                Ok(result) => result,
                Err(panic) => std::panic::resume_unwind(panic),
            });
            let results: Vec<Result<(), Error>> = others.collect();
            failure.map_or(Ok(()), Err)?;
            mine?;
            results.into_iter().collect::<Result<(), Error>>()
        })?;
        Ok(counting.now())
    }
}

impl std::fmt::Debug for Listening {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Listening").field("local", &self.local).finish_non_exhaustive()
    }
}

/// A handle that reads the counts of a relay.
#[derive(Clone)]
pub struct Counting {
    inboxes: Vec<Arc<Inbox>>,
}

impl Counting {
    /// Returns the current counts.
    pub fn now(&self) -> Counts {
        Counts::of(self.inboxes.iter().map(|inbox| &inbox.counters))
    }
}

impl std::fmt::Debug for Counting {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.now().fmt(f)
    }
}
