//! The answer to a client that asked for a target, on an error: no more than its protocol can say.

use super::address::Target;
use super::error::{Attempt, Error, Outcome, last_failure};
use super::machine::{Denial, Failure};
use super::provider::ProviderError;
use rustix::io::Errno;
use std::net::IpAddr;

impl From<&Error> for Denial {
    /// Why opening the connection to the target failed, as a client may know it.
    fn from(error: &Error) -> Denial {
        match error {
            Error::Unresolved { target, .. } if is_literal(target) => Denial::AddressNotSupported,
            Error::Unresolved { .. } => Denial::NameUnknown,
            Error::TimedOut { .. } => Denial::TimedOut,
            Error::Unfit { .. } => Denial::AddressNotSupported,
            Error::Unreached { attempts, .. } => {
                // That a name has no address of one family says nothing where there are some of another.
                let tried: Vec<Attempt> =
                    attempts.iter().filter(|attempt| attempt.address.is_some()).cloned().collect();
                match last_failure(if tried.is_empty() { attempts } else { &tried }) {
                    Some(Outcome::Failed(error)) => of_system(error),
                    Some(Outcome::Unopened(error)) => Denial::from(&**error),
                    _ => Denial::Failure,
                }
            }
            // A name that no layer can ask for leads nowhere.
            Error::Layer { source, .. } if source.kind() == Failure::Unusable => Denial::HostUnreachable,
            Error::Provider { source, .. } => of_system(source),
            _ => Denial::Failure,
        }
    }
}

/// Returns whether it is an address, which has nothing to be looked up, and so is of another family than those that were tried.
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
