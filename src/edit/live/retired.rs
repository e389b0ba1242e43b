//! Old versions, kept until nobody reads them.
//!
//! A version is used by those who have it, and by those who have its registry: a stream that was opened by it, a clone that a program
//! took. To keep both from ever being the last, and so from paying for what it takes to free a large registry, one reference to
//! each is kept here, until the counts say that it is the only one. A count cannot rise from there, as only who has a version can
//! share it.

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
    /// Keeps a version, whose place another registry takes.
    pub fn add(&mut self, version: Arc<Version>, newest: &Registry) {
        // A registry that comes and goes needs to be kept once, and not at all while it counts.
        let is_kept = |kept: &Kept| kept.0.registry.is(&version.registry) || kept.0.registry.is(newest);
        self.versions.retain(|kept| Arc::strong_count(&kept.0) > 1 || !is_kept(kept));
        version.registry.retain();
        self.versions.push(Kept(version));
    }

    /// Returns those that nobody has any more; to be dropped where nobody is kept waiting.
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
