//! Registries that follow their catalogs while programs read them.
//!
//! | file | contents |
//! |---|---|
//! | `version` | a version: a registry and its number |
//! | `reader` | reads at the cost of one atomic load |
//! | `shared` | the state that all handles share, and how it replaces a version |
//! | `retired` | old versions, kept until nobody reads them |
//! | `event` | the events that report changes of a live registry |
//! | `subscription` | the subscribers, and the order in which events are delivered |
//! | `watch` | reloads when files change |
//!
//! Readers never wait: a new version is loaded and checked beside the old one, and replaces it in one step. Readers
//! never free a version either: each old version is kept until it is unused, and then freed by a thread that reloads.
//! So no thread that answers requests ever spends time on freeing a catalog of a hundred thousand entries.
//!
//! Depends on `check` and what lies below it. Code that watches files needs the feature `watch`.

mod event;
mod reader;
mod retired;
mod shared;
mod subscription;
mod version;
#[cfg(feature = "watch")]
mod watch;

#[cfg(feature = "watch")]
pub use event::Unwatched;
pub use event::{Event, Kept, Rejection, Replaced};
pub use reader::Reader;
pub use subscription::Subscription;
pub use version::{Current, Version};
#[cfg(feature = "watch")]
pub use watch::{WatchError, WatchOptions, Watcher};

use crate::check::{Settings, check_registry};
use crate::load::{LoadError, Loader};
use crate::registry::Registry;
use shared::Shared;
use std::sync::Arc;

/// A registry that is replaced as a whole when its catalogs change. Clones share the registry.
///
/// ```
/// use sockatlas::live::{Event, Live};
/// use sockatlas::terms::{Family, Protocol, SocketType};
/// use sockatlas::{Loader, Request};
/// use std::sync::mpsc;
///
/// # let folder = tempfile::tempdir()?;
/// # let site = folder.path().join("site.toml");
/// # let catalog = "format = 1\n[provider.kernel]\nmodule = \"system\"\n[base.tcp]\nprovider = \"kernel\"\nfamily = \"inet\"\ntype = \"stream\"\nprotocol = \"tcp\"\n";
/// # std::fs::write(&site, catalog)?;
/// let live = Live::load(Loader::new().path(&site))?;
///
/// // For occasional reads, on any thread: a guard.
/// let request = Request::new(Family::INET, SocketType::STREAM, Protocol::TCP);
/// assert_eq!(live.version().resolve(&request)?.name(), "tcp");
///
/// // For frequent reads: one reader per thread.
/// let mut reader = live.reader();
/// assert_eq!(reader.version().resolve(&request)?.name(), "tcp");
///
/// // For notifications of changes, as with `WSAProviderConfigChange`: here through a channel, which works for threads and,
/// // with a channel of an async runtime, for tasks.
/// let (changes, changed) = mpsc::channel();
/// let subscription = live.subscribe(move |event| drop(changes.send(event.clone())));
///
/// std::fs::write(&site, catalog.replace("[base.tcp]", "[base.tcp4]"))?;
/// live.reload();
/// assert_eq!(reader.version().resolve(&request)?.name(), "tcp4");
/// let Event::Replaced(replaced) = changed.recv()? else { panic!("the catalogs have no faults") };
/// assert_eq!((replaced.was().number, replaced.is().number), (1, 2));
/// assert!(replaced.differences().iter().any(|difference| difference.is.to_string() == "tcp4 (tcp4)"));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// # Open streams
///
/// Selections, and streams opened from them, keep the version that they came from. A reload closes nothing. To make
/// streams follow a reload, subscribe, and close the streams whose requests are answered differently
/// ([`Replaced::differences`]).
///
/// # Memory
///
/// Between reloads, memory holds the current version, the previous one, and older versions that are still in use: by a
/// guard, a reader that has not read since (at most its last version and the newest), a stream, or a clone of the
/// registry. During a reload, memory also holds the version that is being loaded. Unused versions are freed when the
/// next reload begins, or by [`Live::release`].
#[derive(Clone)]
pub struct Live {
    shared: Arc<Shared>,
}

impl Live {
    /// Loads the first version. Later versions are those that load without faults.
    ///
    /// # Errors
    ///
    /// Returns an error if the catalogs have faults.
    pub fn load(loader: Loader) -> Result<Live, LoadError> {
        let registry = loader.load()?;
        Ok(Live { shared: Arc::new(Shared::new(registry, Some(loader), None)) })
    }

    /// Loads and checks the first version. A version becomes current only if its check finds no error: no test fails,
    /// and no guarantee is broken.
    ///
    /// # Errors
    ///
    /// Returns an error if the catalogs have faults, or if their check finds an error.
    pub fn checked(loader: Loader, settings: Settings) -> Result<Live, Rejection> {
        let registry = judged(loader.load().map_err(Rejection::Faults)?, Some(&settings))?;
        Ok(Live { shared: Arc::new(Shared::new(registry, Some(loader), Some(settings))) })
    }

    /// Starts with a registry made elsewhere, for programs that build registries and [`replace`](Live::replace) them.
    /// For such a registry, [`reload`](Live::reload) does nothing.
    pub fn new(registry: Registry) -> Live {
        Live { shared: Arc::new(Shared::new(registry, None, None)) }
    }

    /// Returns the current version, for occasional reads. The returned version does not change, whatever is loaded
    /// meanwhile.
    ///
    /// This method never waits, and frees nothing. It allocates only in the first read that a thread makes of any live
    /// registry: a node (192 bytes on x86-64), unless a thread that ended left one, and a few bytes of the C library,
    /// which return the node when the thread ends. A [`Reader`] needs neither, and is faster.
    pub fn version(&self) -> Current<'_> {
        Current::new(self.shared.load())
    }

    /// Returns a new reader, for a thread or task that reads often.
    ///
    /// Making a reader allocates, and takes a lock for a moment; no catalog is ever loaded under that lock.
    pub fn reader(&self) -> Reader {
        Reader::new(self.clone())
    }

    /// Notifies the subscriber of every event from now on, until the subscription is dropped.
    ///
    /// Each event is delivered once, in order, to all subscribers that were subscribed when it happened. A version is
    /// current before it is delivered. The thread that reloads delivers the events, unless another thread is already
    /// delivering: then that thread delivers them too. A subscriber may reload, replace and subscribe; the resulting
    /// events are delivered after the current event was delivered to all subscribers.
    ///
    /// A subscriber that panics is not notified again. The other subscribers are still notified. Then the panic resumes
    /// in the delivering thread, out of [`reload`](Live::reload) or [`replace`](Live::replace).
    ///
    /// A subscriber that owns a clone of this handle keeps the live registry, and itself, alive until the subscription
    /// is dropped.
    pub fn subscribe(&self, subscriber: impl FnMut(&Event) + Send + 'static) -> Subscription {
        Subscription::new(&self.shared.subscribers, Box::new(subscriber))
    }

    /// Loads the catalogs again.
    ///
    /// | the catalogs | current version | returned | delivered |
    /// |---|---|---|---|
    /// | are the same documents | unchanged | `None` | nothing |
    /// | differ, and have no faults | the new one | [`Event::Replaced`] | the same event |
    /// | have faults, or fail their check | unchanged | [`Event::Kept`] | the same event, once for the same findings |
    /// | were rejected, and are again those of the current version | unchanged | [`Event::Restored`] | the same event |
    ///
    /// Only one thread loads at a time: another thread that calls this waits, and then loads itself.
    pub fn reload(&self) -> Option<Event> {
        let loader = self.shared.loader()?;
        self.shared.change(|| loader.load().map_err(Rejection::Faults))
    }

    /// Replaces the current version with a registry made elsewhere. Returns `None` if it is the registry of the current
    /// version.
    ///
    /// If a check is set, the registry must pass it. A later [`reload`](Live::reload) loads the catalogs again,
    /// whatever this registry was made of.
    pub fn replace(&self, registry: Registry) -> Option<Event> {
        self.shared.replace(registry)
    }

    /// Returns the reason why the catalogs were rejected when they were last loaded, or `None` if they were accepted.
    pub fn rejection(&self) -> Option<Arc<Rejection>> {
        self.shared.rejection()
    }

    /// Returns the loader that [`reload`](Live::reload) uses, or `None` if the registries are made elsewhere.
    pub fn loader(&self) -> Option<&Loader> {
        self.shared.loader()
    }

    /// Frees the unused old versions, and returns the number of old versions that are still in use.
    ///
    /// Every reload begins with this. Programs that reload seldom and hold large catalogs can call it themselves.
    pub fn release(&self) -> usize {
        self.shared.release()
    }
}

impl std::fmt::Debug for Live {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Live").field("version", &*self.version()).finish_non_exhaustive()
    }
}

/// Returns the registry if it passes its check, or if no check is set.
fn judged(registry: Registry, settings: Option<&Settings>) -> Result<Registry, Rejection> {
    let Some(settings) = settings else { return Ok(registry) };
    match Rejection::of_report(check_registry(&registry, settings)) {
        Some(rejection) => Err(rejection),
        None => Ok(registry),
    }
}
