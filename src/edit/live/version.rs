//! What readers get: a registry and its number.

use crate::registry::Registry;
use std::marker::PhantomData;
use std::ops::Deref;
use std::sync::Arc;

/// One version of a live registry. It is read as the registry that it is; a clone shares it, for as long as it is wanted.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Version {
    /// Its number: 1 for the first, and one more for each that took its place.
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

/// The version that counted when it was asked for, from [`Live::version`](super::Live::version).
///
/// Meant to be held for the time of a request or a few: more than eight at a time in one thread cost a little more each, and a
/// version is kept as long as a guard is.
#[derive(Debug)]
pub struct Current<'l> {
    guard: arc_swap::Guard<Arc<Version>>,
    /// With its live registry it would lose who frees the version.
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
