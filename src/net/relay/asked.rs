//! Relays whose clients name their targets: what a client is told, and who has a say in it.

use crate::net::{Alternatives, Denial, Error, Opened, Opener, Outcome, Step, Target};

/// Has a say in what clients are connected to. It is asked when the far side is open, before the client is notified, in the thread
/// that relays: what takes long here holds up others.
pub trait Warden: Send + Sync {
    /// Returns whether this client may be connected to this; or what it is given, and why.
    ///
    /// # Errors
    ///
    /// It may not.
    fn permit(&self, near: &Opened, far: &Opened) -> Result<(), Objection>;
}

/// Why a client may not be connected to what it asked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Objection {
    /// The answer to the client.
    pub denial: Denial,
    /// Why, for the record.
    pub why: String,
}

impl<F: Fn(&Opened, &Opened) -> Result<(), Objection> + Send + Sync> Warden for F {
    fn permit(&self, near: &Opened, far: &Opened) -> Result<(), Objection> {
        self(near, far)
    }
}

/// Returns the answer to a client that asked for this target, on an error of the far side.
///
/// It asked for the target, and knows nothing of the chain that leads there: what became of a proxy on the way is a failure to it,
/// and no more. What a proxy said of just this target it is told.
pub(super) fn denial(far: &Alternatives, target: &Target, error: &Error) -> Denial {
    let proxied = |opener: &Opener| opener.lowest(target).is_ok_and(|lowest| lowest != *target);
    if let Some(denial) = said_by_proxy(target, error) {
        return denial;
    }
    match error {
        Error::Unreached { .. } | Error::Unresolved { .. } | Error::TimedOut { step: Step::Connect, .. }
            if far.openers().iter().any(proxied) =>
        {
            Denial::Failure
        }
        error => Denial::from(error),
    }
}

/// Returns what a proxy said of the target; of several the last that was tried.
fn said_by_proxy(target: &Target, error: &Error) -> Option<Denial> {
    match error {
        Error::Layer { source, .. } => source.denial_of(target),
        Error::Unreached { attempts, .. } => attempts.iter().rev().find_map(|attempt| match &attempt.outcome {
            Outcome::Unopened(error) => said_by_proxy(target, error),
            _ => None,
        }),
        _ => None,
    }
}
