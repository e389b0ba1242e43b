//! Registries that follow their catalogs while programs read them.

use crate::catalog::Source;
use crate::load::{LoadError, Loader};
use crate::registry::{Difference, Registry, compare};
use arc_swap::ArcSwap;
use std::sync::{Arc, Mutex, PoisonError};

/// A registry that is replaced as a whole when its catalogs change. Clones share it.
///
/// Reading never waits for a reload, and sees one whole version.
#[derive(Clone, Debug)]
pub struct Live {
    inner: Arc<Inner>,
}

struct Inner {
    current: ArcSwap<Version>,
    loader: Loader,
    /// One reload at a time.
    reloading: Mutex<Vec<Subscriber>>,
}

type Subscriber = Box<dyn FnMut(&Event) + Send>;

/// One version of a live registry.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Version {
    /// Its number, from 1.
    pub number: u64,
    /// The registry.
    pub registry: Registry,
}

/// What became of a reload.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub enum Event {
    /// A new version took the place of the old one.
    Replaced {
        /// The version that counted before.
        was: Version,
        /// The version that counts now.
        is: Version,
    },
    /// The catalogs have faults; the version that counted goes on counting.
    Kept {
        /// That version.
        version: Version,
        /// The faults.
        error: Arc<LoadError>,
    },
}

impl Event {
    /// The requests that are answered otherwise now. It is worked out anew with each call.
    pub fn differences(&self) -> Vec<Difference> {
        match self {
            Event::Replaced { was, is } => compare(&was.registry, &is.registry),
            Event::Kept { .. } => Vec::new(),
        }
    }
}

impl Live {
    /// Loads the first version.
    ///
    /// # Errors
    ///
    /// The catalogs have faults.
    pub fn load(loader: Loader) -> Result<Live, LoadError> {
        let registry = loader.load()?;
        let current = ArcSwap::from_pointee(Version { number: 1, registry });
        Ok(Live { inner: Arc::new(Inner { current, loader, reloading: Mutex::default() }) })
    }

    /// The version that counts now. It stays what it is, whatever is loaded meanwhile.
    pub fn version(&self) -> impl std::ops::Deref<Target = Version> + use<> {
        struct Guard(arc_swap::Guard<Arc<Version>>);
        impl std::ops::Deref for Guard {
            type Target = Version;
            fn deref(&self) -> &Version {
                &self.0
            }
        }
        Guard(self.inner.current.load())
    }

    /// Is told what becomes of every reload from now on, on the thread that reloads.
    pub fn subscribe(&self, subscriber: impl FnMut(&Event) + Send + 'static) {
        let mut subscribers = self.inner.reloading.lock().unwrap_or_else(PoisonError::into_inner);
        subscribers.push(Box::new(subscriber));
    }

    /// Loads the catalogs again. A version that has no faults and says something else takes the place of the old one.
    ///
    /// Nothing comes of it where the documents are the same as before.
    pub fn reload(&self) -> Option<Event> {
        let mut subscribers = self.inner.reloading.lock().unwrap_or_else(PoisonError::into_inner);
        let was = self.inner.current.load_full();
        let event = match self.inner.loader.load() {
            Ok(registry) if same_documents(&was.registry, &registry) => return None,
            Ok(registry) => {
                let is = Version { number: was.number + 1, registry };
                self.inner.current.store(Arc::new(is.clone()));
                Event::Replaced { was: (*was).clone(), is }
            }
            Err(error) => Event::Kept { version: (*was).clone(), error: Arc::new(error) },
        };
        subscribers.iter_mut().for_each(|subscriber| subscriber(&event));
        Some(event)
    }
}

fn same_documents(one: &Registry, other: &Registry) -> bool {
    let documents = |registry: &Registry| -> Vec<(String, String)> {
        let document = |source: &Source| (source.name().to_owned(), source.text().to_owned());
        registry.sources().iter().map(|(_, source)| document(source)).collect()
    };
    documents(one) == documents(other)
}

impl std::fmt::Debug for Inner {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Inner").field("current", &self.current).finish_non_exhaustive()
    }
}
