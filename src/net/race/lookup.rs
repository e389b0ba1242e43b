//! Lookups of names for a race, to be run where blocking is acceptable.

use crate::net::address::{Address, Target};
use crate::net::error::Error;
use crate::net::opener::Opener;
use std::sync::Arc;

/// A name that is to be looked up for a race.
pub struct Lookup {
    pub(super) opener: Arc<Opener>,
    pub(super) target: Target,
    /// The index of the contender in the race.
    pub(super) contender: usize,
    /// The number of the race among those of one call.
    pub(super) round: u32,
}

/// The result of a [`Lookup`].
pub struct Found {
    pub(super) result: Result<Vec<Address>, Error>,
    pub(super) contender: usize,
    pub(super) round: u32,
}

impl Lookup {
    /// Looks the name up, and reads the files that options name if they have not been read yet. Blocks as long as that takes.
    pub fn run(self) -> Found {
        let Lookup { opener, target, contender, round } = self;
        Found { result: opener.addresses(&target), contender, round }
    }

    /// Returns whether no name server has to be asked, because the socket connects to an address and not to a name, be it of the
    /// target or of a proxy.
    pub(in crate::net) fn is_immediate(&self) -> bool {
        match self.opener.lowest(&self.target) {
            Ok(Target::Host { host, .. }) => host.is_empty() || host.parse::<std::net::IpAddr>().is_ok(),
            Ok(Target::Address(_)) | Err(_) => true,
        }
    }
}

impl std::fmt::Debug for Lookup {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Lookup").field("opener", &self.opener).field("target", &self.target).finish_non_exhaustive()
    }
}

impl std::fmt::Debug for Found {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_tuple("Found").field(&self.result).finish()
    }
}
