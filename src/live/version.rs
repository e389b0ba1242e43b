//! A version of a live registry: a registry and its number.

use crate::registry::Registry;
use std::marker::PhantomData;
use std::ops::Deref;
use std::sync::Arc;

/// One version of a live registry. It dereferences to its registry, which a clone keeps for as long as it is needed.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Version {
    /// Its number: 1 for the first version, and one more for each that followed.
    pub number: u64,
    /// The registry.
    pub registry: Registry,
}

impl Deref for Version {
    type Target = Registry;

    #[inline]
    fn deref(&self) -> &Registry {
        &self.registry
    }
}

/// A guard of the version that was current at the time of the call to [`Live::version`](super::Live::version).
///
/// It is meant to be held for one request or a few: each guard beyond eight at a time in one thread costs a little
/// more, and a guard keeps its version in memory.
#[derive(Debug)]
pub struct Current<'l> {
    guard: arc_swap::Guard<Arc<Version>>,
    /// The guard must not outlive its live registry, which frees the version.
    live: PhantomData<&'l super::Live>,
}

impl Current<'_> {
    pub(super) fn new(guard: arc_swap::Guard<Arc<Version>>) -> Self {
        Current { guard, live: PhantomData }
    }
}

impl Deref for Current<'_> {
    type Target = Version;

    #[inline]
    fn deref(&self) -> &Version {
        &self.guard
    }
}
