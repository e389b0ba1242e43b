//! What to do when accepting a connection failed: it depends on whose failure it is.
//!
//! Programs that end on any error of accept(2) are ended by one client that changed its mind; programs that just try
//! again burn a processor as soon as they have run out of file descriptors.

use rustix::io::Errno;
use sockatlas::net::Error;

/// Whose failure it is.
#[derive(Copy, Clone, Debug, PartialEq, Eq)]
pub enum Failure {
    /// One connection's, which is gone: accept the next one.
    Connection,
    /// This host's, which is out of descriptors or memory: accept again when something was freed, or after a while. Until then
    /// connections wait with the listener.
    Resources,
    /// The listener's: it will accept no more.
    Listener,
}

/// How to go on.
pub fn failure(error: &Error) -> Failure {
    let Some(errno) = error.errno().map(Errno::from_raw_os_error) else { return Failure::Listener };
    match errno {
        // It was given up before it was accepted, or a firewall forbids it, or (accept(2), "Error handling") it brings an error
        // of the network with it, which is to be treated as no connection at all.
        Errno::CONNABORTED | Errno::PERM | Errno::PROTO | Errno::NOPROTOOPT | Errno::OPNOTSUPP | Errno::NETDOWN => {
            Failure::Connection
        }
        Errno::NETUNREACH | Errno::HOSTDOWN | Errno::HOSTUNREACH | Errno::NONET | Errno::TIMEDOUT => {
            Failure::Connection
        }
        Errno::MFILE | Errno::NFILE | Errno::NOBUFS | Errno::NOMEM => Failure::Resources,
        _ => Failure::Listener,
    }
}
