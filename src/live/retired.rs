//! Keeps old versions until nobody reads them.
//!
//! A version is used through references to it, and through references to its registry: a stream that was opened from
//! it, a clone that a program made. Neither kind of reference must be the last one, because its holder would spend time
//! on freeing a large registry. So one reference to each is kept here, until the counts show that it is the only one. A
//! count cannot rise from there, because only a holder of a reference can clone it.

use super::version::Version;
use crate::registry::Registry;
use std::sync::Arc;

/// Old versions.
#[derive(Default)]
pub(super) struct Retired {
    versions: Vec<Kept>,
}

struct Kept(Arc<Version>);

impl Retired {
    /// Keeps a version that is being replaced by another registry.
    pub fn add(&mut self, version: Arc<Version>, newest: &Registry) {
        // A registry that is used again needs to be kept only once, and not at all while it is current.
        let is_kept = |kept: &Kept| kept.0.registry.is(&version.registry) || kept.0.registry.is(newest);
        self.versions.retain(|kept| Arc::strong_count(&kept.0) > 1 || !is_kept(kept));
        version.registry.retain();
        self.versions.push(Kept(version));
    }

    /// Removes and returns the unused versions. The caller drops them where no other thread waits.
    #[must_use]
    pub fn unused(&mut self) -> impl Sized + use<> {
        self.versions.extract_if(.., |kept| kept.is_unused()).collect::<Vec<_>>()
    }

    pub fn len(&self) -> usize {
        self.versions.len()
    }
}

impl Kept {
    fn is_unused(&self) -> bool {
        Arc::strong_count(&self.0) == 1 && self.0.registry.is_unused()
    }
}

impl Drop for Kept {
    fn drop(&mut self) {
        self.0.registry.release();
    }
}
