//! Relays whose clients name their targets: the answers that clients get, and the checks that may refuse a connection.

use crate::net::{Alternatives, Denial, Error, Opened, Opener, Outcome, Step, Target};

/// Authorizes the connections of clients to the targets that they ask for. It is called when the far side is open, before the client is
/// notified, in the thread that relays: a slow check delays other connections.
pub trait Authorizer: Send + Sync {
    /// Authorizes or rejects the connection of this client to this far side.
    ///
    /// # Errors
    ///
    /// [`Objection`]: the connection is rejected; it holds the answer to the client and the reason.
    fn authorize(&self, near: &Opened, far: &Opened) -> Result<(), Objection>;
}

/// The reason why a client may not be connected to the target that it asked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Objection {
    /// The answer to the client.
    pub denial: Denial,
    /// The reason, for the record.
    pub why: String,
}

impl<F: Fn(&Opened, &Opened) -> Result<(), Objection> + Send + Sync> Authorizer for F {
    fn authorize(&self, near: &Opened, far: &Opened) -> Result<(), Objection> {
        self(near, far)
    }
}

/// Returns the answer to a client that asked for this target, on an error of the far side.
///
/// The client asked for the target, and knows nothing of the chain that leads there: it gets an error of a proxy on the way as a
/// general failure. It gets the answer of a proxy that concerns exactly this target unchanged.
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

/// Returns the denial of the target by a proxy; where several proxies were tried, that of the last one that denied it.
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
