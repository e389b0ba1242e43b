//! Registries that follow their catalogs while programs read them.
//!
//! | file | what |
//! |---|---|
//! | `version` | what readers get: a registry and its number |
//! | `reader` | reading without any cost but an atomic load |
//! | `shared` | what all handles share: how a version takes the place of another |
//! | `retired` | old versions, kept until nobody reads them |
//! | `event` | what became of the catalogs, for those who want to hear of it |
//! | `subscription` | who hears of it, and in which order |
//! | `watch` | reloading when files change |
//!
//! Readers never wait: a new version is loaded and checked beside the old one, and takes its place in one step. Nor do they
//! clean up: the last reference to an old version is never theirs, as each is kept until nobody has it, and is freed by the
//! thread that reloads. So no thread that answers requests ever pays for a catalog of a hundred thousand entries.

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

/// A registry that is replaced as a whole when its catalogs change. Clones share it.
///
/// ```
/// use sockatlas::edit::{Event, Live};
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
/// // Any thread, now and then: a guard.
/// let request = Request::new(Family::INET, SocketType::STREAM, Protocol::TCP);
/// assert_eq!(live.version().resolve(&request)?.name(), "tcp");
///
/// // A thread that resolves all the time: a reader of its own.
/// let mut reader = live.reader();
/// assert_eq!(reader.version().resolve(&request)?.name(), "tcp");
///
/// // Who must hear of changes, as with `WSAProviderConfigChange`: here through a channel, which works for threads and, with
/// // a channel of an async runtime, for tasks.
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
/// # What is opened stays
///
/// Selections, and streams opened from them, keep the version that they came from. A reload closes nothing; who wants streams
/// to follow subscribes, and closes those whose requests are answered otherwise ([`Replaced::differences`]).
///
/// # Memory
///
/// At rest there are the version that counts, the one before it, and those older ones that somebody still has: a guard, a
/// reader that has not read since (at most its last one and the newest), a stream, a clone of the registry. While a
/// reload is made there is the one that it loads besides. What nobody has any more is freed when the next reload begins, or by
/// [`Live::release`].
#[derive(Clone)]
pub struct Live {
    shared: Arc<Shared>,
}

impl Live {
    /// Loads the first version. Later ones are those that load without faults.
    ///
    /// # Errors
    ///
    /// The catalogs have faults.
    pub fn load(loader: Loader) -> Result<Live, LoadError> {
        let registry = loader.load()?;
        Ok(Live { shared: Arc::new(Shared::new(registry, Some(loader), None)) })
    }

    /// Loads and checks the first version. A version counts only when its check finds no error either: a test that fails, a
    /// guarantee that is broken.
    ///
    /// # Errors
    ///
    /// The catalogs have faults, or their check finds an error.
    pub fn checked(loader: Loader, settings: Settings) -> Result<Live, Rejection> {
        let registry = judged(loader.load().map_err(Rejection::Faults)?, Some(&settings))?;
        Ok(Live { shared: Arc::new(Shared::new(registry, Some(loader), Some(settings))) })
    }

    /// Begins with a registry made elsewhere, for programs that build them and [`replace`](Live::replace) them. There is nothing to
    /// [`reload`](Live::reload).
    pub fn new(registry: Registry) -> Live {
        Live { shared: Arc::new(Shared::new(registry, None, None)) }
    }

    /// Returns the version that counts now, for reading now and then. It stays what it is, whatever is loaded meanwhile.
    ///
    /// It never waits, and frees nothing. It allocates nothing either, but for the first read that a thread makes of any live
    /// registry: that takes a node (192 bytes on x86-64), unless a thread that ended left one, and a few bytes of the C
    /// library, by which it is left when the thread ends. A [`Reader`] does without, and is faster.
    pub fn version(&self) -> Current<'_> {
        Current::new(self.shared.load())
    }

    /// Returns a reader of one's own, for a thread or task that reads often.
    ///
    /// Making one allocates and takes a lock for a moment; no load is ever made under it.
    pub fn reader(&self) -> Reader {
        Reader::new(self.clone())
    }

    /// Tells what becomes of the catalogs from now on, until the subscription is dropped.
    ///
    /// Each event is reported once, in order, and to all who were subscribed when it happened; a version is in its place before it is
    /// delivered. The thread that reloads delivers events, unless another thread is just delivering: then that one goes on with it. A subscriber may
    /// reload, replace and subscribe; what comes of that is reported once all have heard of the event that is being delivered.
    ///
    /// A subscriber that panics hears of nothing more. The others are notified all the same, and then the panic goes on in the
    /// thread that delivers, out of [`reload`](Live::reload) or [`replace`](Live::replace).
    ///
    /// A subscriber that has a clone of this handle keeps it alive, and itself, until the subscription is dropped.
    pub fn subscribe(&self, subscriber: impl FnMut(&Event) + Send + 'static) -> Subscription {
        Subscription::new(&self.shared, Box::new(subscriber))
    }

    /// Loads the catalogs again.
    ///
    /// | the catalogs | what counts then | returned | delivered |
    /// |---|---|---|---|
    /// | are the same documents | what counted | nothing | nothing |
    /// | say something else, without a fault | the new version | [`Event::Replaced`] | the same |
    /// | have faults, or fail the check that was asked for | what counted | [`Event::Kept`] | the same, once for the same findings |
    /// | had, and are again the documents that count | what counted | [`Event::Restored`] | the same |
    ///
    /// One load is made at a time: a thread that comes while another loads waits, and then loads itself.
    pub fn reload(&self) -> Option<Event> {
        let loader = self.shared.loader()?;
        self.shared.change(|| loader.load().map_err(Rejection::Faults))
    }

    /// Puts a registry made elsewhere in the place of the version that counts. Nothing comes of it where it is the same one.
    ///
    /// Where a check was asked for, it must pass that. A later [`reload`](Live::reload) loads the catalogs again, whatever this
    /// registry was made of.
    pub fn replace(&self, registry: Registry) -> Option<Event> {
        self.shared.replace(registry)
    }

    /// Why the catalogs, as they were loaded last, do not count; nothing when they do.
    pub fn rejection(&self) -> Option<Arc<Rejection>> {
        self.shared.rejection()
    }

    /// Returns what [`reload`](Live::reload) loads, or `None` where the registries are made elsewhere.
    pub fn loader(&self) -> Option<&Loader> {
        self.shared.loader()
    }

    /// Frees the old versions that nobody has any more, and says how many somebody has.
    ///
    /// Every reload begins with this. It is for programs that reload seldom and hold large catalogs.
    pub fn release(&self) -> usize {
        self.shared.release()
    }
}

impl std::fmt::Debug for Live {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Live").field("version", &*self.version()).finish_non_exhaustive()
    }
}

/// A registry that passes its check, where one is asked for.
fn judged(registry: Registry, settings: Option<&Settings>) -> Result<Registry, Rejection> {
    let Some(settings) = settings else { return Ok(registry) };
    match Rejection::of_report(check_registry(&registry, settings)) {
        Some(rejection) => Err(rejection),
        None => Ok(registry),
    }
}
