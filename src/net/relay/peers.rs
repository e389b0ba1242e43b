//! Datagrams, whose senders are presented as connections: each address that a datagram comes from is a session of its own.
//!
//! All sessions share the bound socket. A datagram that comes in is put into the letter box of the session whose peer sent it; an
//! unknown sender starts a new session. A datagram that a session sends goes to its peer, from the address that the peer sent to.
//! On a host with several addresses, this holds where the socket is bound to one of them; if it is bound to all, the system
//! chooses the address (ip(7), `IP_PKTINFO`).

use super::connections::Key;
use crate::catalog::OptionValue;
use crate::net::{Address, BaseListener, BaseSocket};
use rustix::io::{Errno, fcntl_dupfd_cloexec};
use std::collections::{HashMap, VecDeque};
use std::io;
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

/// The state that the sessions of a bound socket share.
pub(super) struct Peers {
    socket: Mutex<Box<dyn BaseSocket>>,
    /// A duplicate of the socket's file descriptor, to wait on.
    fd: OwnedFd,
    boxes: Mutex<HashMap<Address, Arc<LetterBox>>>,
    /// The latest session, until it gets a key.
    newcomer: Mutex<Option<Arc<LetterBox>>>,
    /// The sessions that have received datagrams.
    reported: Mutex<Vec<Key>>,
}

/// The datagrams that a session has received and not read yet.
#[derive(Default)]
struct LetterBox {
    contents: Mutex<Contents>,
}

#[derive(Default)]
struct Contents {
    key: Option<Key>,
    messages: VecDeque<Vec<u8>>,
    bytes: usize,
}

/// Bytes that may wait for a session; further datagrams are lost, as they are when the buffer of a socket is full. The value is
/// the default of a socket's buffer on Linux (`rmem_default` of socket(7)).
const MOST_BYTES: usize = 212_992;

/// Bytes that a waiting message counts beyond its length, so that the number of empty messages is limited too.
const OVERHEAD: usize = 64;

/// The number of messages that are received from the socket at a time.
const AT_ONCE: usize = 64;

/// The length in bytes of the longest message that is received.
const LONGEST: usize = super::flow::SCRATCH;

impl Peers {
    /// Creates the sessions of a socket that is bound and non-blocking.
    pub fn new(socket: Box<dyn BaseSocket>) -> io::Result<Arc<Self>> {
        let fd = match socket.fd() {
            Some(fd) => fcntl_dupfd_cloexec(fd, 0)?,
            None => return Err(io::ErrorKind::Unsupported.into()),
        };
        Ok(Arc::new(Peers {
            socket: Mutex::new(socket),
            fd,
            boxes: Mutex::default(),
            newcomer: Mutex::default(),
            reported: Mutex::default(),
        }))
    }

    /// Gives the latest session its key.
    pub fn introduce(&self, key: Key) {
        if let Some(newcomer) = held(&self.newcomer).take() {
            held(&newcomer.contents).key = Some(key);
        }
    }

    /// Returns the sessions that have received datagrams since the last call.
    pub fn take_reported(&self) -> Vec<Key> {
        std::mem::take(&mut *held(&self.reported))
    }
}

/// Accepts a session for each unknown peer, and delivers the datagrams of known peers.
pub(super) struct PeerListener {
    peers: Arc<Peers>,
    scratch: Mutex<Vec<u8>>,
}

impl PeerListener {
    pub fn new(peers: Arc<Peers>) -> Self {
        PeerListener { peers, scratch: Mutex::new(vec![0; LONGEST]) }
    }
}

impl BaseListener for PeerListener {
    fn accept(&self) -> io::Result<Box<dyn BaseSocket>> {
        let mut scratch = held(&self.scratch);
        for _ in 0..AT_ONCE {
            let (count, from) = held(&self.peers.socket).recv_from(&mut scratch)?;
            // A sender without an address cannot be distinguished from others.
            let Some(peer) = from else { continue };
            let message = scratch[..count].to_vec();
            let mut boxes = held(&self.peers.boxes);
            if let Some(letters) = boxes.get(&peer) {
                if let Some(key) = letters.put(message) {
                    held(&self.peers.reported).push(key);
                }
                continue;
            }
            let letters = Arc::new(LetterBox::default());
            letters.put(message);
            boxes.insert(peer.clone(), letters.clone());
            *held(&self.peers.newcomer) = Some(letters.clone());
            return Ok(Box::new(PeerSocket { peers: self.peers.clone(), peer, letters }));
        }
        // There may be more datagrams, which the level-triggered epoll reports again.
        Err(io::ErrorKind::WouldBlock.into())
    }

    fn set_nonblocking(&self, nonblocking: bool) -> io::Result<()> {
        held(&self.peers.socket).set_nonblocking(nonblocking)
    }

    fn local(&self) -> Option<Address> {
        held(&self.peers.socket).local()
    }

    fn fd(&self) -> Option<BorrowedFd<'_>> {
        Some(self.peers.fd.as_fd())
    }
}

impl LetterBox {
    /// Keeps a message for the session. Returns the session's key if no message waited before.
    fn put(&self, message: Vec<u8>) -> Option<Key> {
        let mut contents = held(&self.contents);
        let cost = message.len() + OVERHEAD;
        if contents.bytes + cost > MOST_BYTES && !contents.messages.is_empty() {
            return None;
        }
        let first = contents.messages.is_empty();
        contents.bytes += cost;
        contents.messages.push_back(message);
        contents.key.filter(|_| first)
    }

    fn take(&self) -> Option<Vec<u8>> {
        let mut contents = held(&self.contents);
        let message = contents.messages.pop_front()?;
        contents.bytes -= message.len() + OVERHEAD;
        Some(message)
    }
}

/// A session, presented as a socket.
struct PeerSocket {
    peers: Arc<Peers>,
    peer: Address,
    letters: Arc<LetterBox>,
}

impl BaseSocket for PeerSocket {
    fn read(&mut self, target: &mut [u8]) -> io::Result<usize> {
        let message = self.letters.take().ok_or(io::ErrorKind::WouldBlock)?;
        // A message that does not fit is truncated, as by recv(2).
        let count = message.len().min(target.len());
        target[..count].copy_from_slice(&message[..count]);
        Ok(count)
    }

    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let sent = held(&self.peers.socket).send_to(bytes, &self.peer);
        // All sessions share the send buffer, so a session does not wait for room: the datagram is lost, as on a congested
        // network.
        sent.map_err(|error| if error.kind() == io::ErrorKind::WouldBlock { Errno::NOBUFS.into() } else { error })
    }

    fn shutdown_write(&mut self) -> io::Result<()> {
        Ok(())
    }

    fn set_nonblocking(&self, _: bool) -> io::Result<()> {
        // A session never blocks.
        Ok(())
    }

    fn set_read_timeout(&self, _: Option<Duration>) -> io::Result<()> {
        Ok(())
    }

    fn set_write_timeout(&self, _: Option<Duration>) -> io::Result<()> {
        Ok(())
    }

    fn local(&self) -> Option<Address> {
        held(&self.peers.socket).local()
    }

    fn peer(&self) -> Option<Address> {
        Some(self.peer.clone())
    }

    fn triple(&self) -> Option<(i32, i32, i32)> {
        held(&self.peers.socket).triple()
    }

    fn option(&self, name: &str) -> io::Result<OptionValue> {
        held(&self.peers.socket).option(name)
    }

    fn fd(&self) -> Option<BorrowedFd<'_>> {
        Some(self.peers.fd.as_fd())
    }

    fn into_fd(self: Box<Self>) -> Result<OwnedFd, Box<dyn BaseSocket>> {
        // The socket belongs to all sessions.
        Err(self)
    }
}

impl Drop for PeerSocket {
    fn drop(&mut self) {
        held(&self.peers.boxes).remove(&self.peer);
    }
}

fn held<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
