//! Converts an error into the answer to a client that asked for a target, in the terms that its protocol has.

use super::address::Target;
use super::error::{Attempt, Error, Outcome, last_failure};
use super::machine::{Denial, Failure};
use super::provider::ProviderError;
use rustix::io::Errno;
use std::net::IpAddr;

impl From<&Error> for Denial {
    /// Returns the reason why the connection to the target could not be opened, as far as a client may know it.
    fn from(error: &Error) -> Denial {
        match error {
            Error::Unresolved { target, .. } if is_literal(target) => Denial::AddressNotSupported,
            Error::Unresolved { .. } => Denial::NameUnknown,
            Error::TimedOut { .. } => Denial::TimedOut,
            Error::Unfit { .. } => Denial::AddressNotSupported,
            Error::Unreached { attempts, .. } => {
                // A family in which the name has no address is ignored if another family has some.
                let tried: Vec<Attempt> =
                    attempts.iter().filter(|attempt| attempt.address.is_some()).cloned().collect();
                match last_failure(if tried.is_empty() { attempts } else { &tried }) {
                    Some(Outcome::Failed(error)) => of_system(error),
                    Some(Outcome::Unopened(error)) => Denial::from(&**error),
                    _ => Denial::Failure,
                }
            }
            // No layer can ask for this name, so it leads nowhere.
            Error::Layer { source, .. } if source.kind() == Failure::Unusable => Denial::HostUnreachable,
            Error::Provider { source, .. } => of_system(source),
            _ => Denial::Failure,
        }
    }
}

/// Returns whether the target is an address. It needs no resolution, so if it is unresolved, it is of another family than the
/// entries.
fn is_literal(target: &Target) -> bool {
    target.host_and_port().is_none_or(|(host, _)| host.parse::<IpAddr>().is_ok())
}

fn of_system(error: &ProviderError) -> Denial {
    let Some(error) = error.io() else { return Denial::Failure };
    match Errno::from_io_error(error) {
        Some(Errno::CONNREFUSED) => Denial::ConnectionRefused,
        Some(Errno::NETUNREACH | Errno::NETDOWN) => Denial::NetworkUnreachable,
        Some(Errno::HOSTUNREACH | Errno::HOSTDOWN) => Denial::HostUnreachable,
        Some(Errno::ACCESS | Errno::PERM) => Denial::NotAllowed,
        Some(Errno::AFNOSUPPORT) => Denial::AddressNotSupported,
        Some(Errno::TIMEDOUT) => Denial::TimedOut,
        None if error.kind() == std::io::ErrorKind::TimedOut => Denial::TimedOut,
        _ => Denial::Failure,
    }
}
