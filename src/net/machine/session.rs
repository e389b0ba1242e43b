//! What a layer does on one connection: bytes in, bytes out, nothing else.

use super::claims::{Answer, Claims, Denial};
use super::pipe::Pipe;
use super::{Buffer, Ends};
use crate::net::address::Target;
use std::collections::VecDeque;
use std::error::Error;
use std::fmt;
use std::sync::Arc;

/// The work of one layer on one connection.
///
/// A session does no I/O and reads no clock. It is called by a [`Machine`](super::Machine) with the bytes that came from below
/// and from above, and puts what it makes of them where it is told to:
///
/// ```text
///        bytes of the user, or of the layer above
///     send │                     ▲ above
///          ▼                     │
///        ┌─────────────────────────┐
///        │         session         │
///        └─────────────────────────┘
///          │ below               ▲ input
///          ▼                     │ receive
///        bytes of the layer below, or of the socket
/// ```
///
/// It begins in [`Phase::Handshake`], in which only [`start`](Session::start) and [`receive`](Session::receive) are called.
/// When the handshake is over it is [`Phase::Open`]; or it has [`Retired`](Phase::Retired): then it is dropped, what is left of
/// its input belongs to the layer above, and bytes no longer pass through it.
///
/// # Messages
///
/// Below and above there is a stream of bytes, or there are messages whose boundaries are kept; see
/// [`keeps_messages`](Session::keeps_messages). Where there are messages below, `input` holds one message, whole, which is to be
/// consumed, whole; and what one call puts into `below` is one message. Where there are messages above, `bytes` is one, to be
/// taken whole; and [`Above::end_message`] ends each.
pub trait Session: Send {
    /// Returns where the session is.
    fn phase(&self) -> Phase;

    /// Returns whether there are messages above, when there are (or are not) messages `below`. A session that changes nothing in
    /// that, as most do, leaves this as it is.
    fn keeps_messages(&self, below: bool) -> bool {
        below
    }

    /// Returns the longest message that it takes from above, in bytes, when what is below takes `below`; longer ones are refused
    /// before they get here. A session that adds bytes to messages takes so many fewer; one that makes messages of a stream has its
    /// own limit.
    fn longest_message(&self, below: usize) -> usize {
        below
    }

    /// The socket is connected: the addresses of its two ends can be asked now. Called once, before anything else is.
    fn connected(&mut self, ends: &dyn Ends) {
        let _ = ends;
    }

    /// Begins the handshake, for sessions that speak first. Called once, when everything below is open.
    ///
    /// # Errors
    ///
    /// Whatever makes the handshake impossible.
    fn start(&mut self, below: &mut Buffer) -> Result<(), SessionError>;

    /// Takes bytes from below. Those that it consumes it takes off the front of `input`; it may leave an incomplete message there,
    /// as long as that is bounded, and whatever comes behind the end of its handshake. Bytes for above go to `above`, until that
    /// is full; answers go to `below`. It is called again when more came in, and when `above` has room again.
    ///
    /// # Errors
    ///
    /// What the peer did wrong, or that it refused.
    fn receive(&mut self, input: &mut Buffer, above: &mut Above<'_>, below: &mut Buffer) -> Result<(), SessionError>;

    /// Everything below has ended: no more bytes will come, those in `input` are the last. A session whose protocol has an end
    /// of its own, as TLS has close_notify, reports its absence; else a truncated stream would look whole.
    ///
    /// # Errors
    ///
    /// That the peer's bytes end where they must not.
    fn receive_end(&mut self, input: &mut Buffer, above: &mut Above<'_>) -> Result<(), SessionError>;

    /// Takes bytes from above, as many as are sensible at a time, and puts what becomes of them into `below`. The number of
    /// bytes taken, which is not 0 unless `bytes` is empty. Called in [`Phase::Open`] only.
    ///
    /// # Errors
    ///
    /// That the layer can send no more.
    fn send(&mut self, bytes: &[u8], below: &mut Buffer) -> Result<usize, SessionError>;

    /// Above has ended: no more bytes will be sent. A session with an end of its own puts it into `below`.
    ///
    /// # Errors
    ///
    /// That the layer can send no more.
    fn send_end(&mut self, below: &mut Buffer) -> Result<(), SessionError>;

    /// Puts what is to be reported to the peer after an error of this session into `below`, as TLS its alert.
    fn abort(&mut self, below: &mut Buffer) {
        let _ = below;
    }

    /// Returns what was negotiated, as names and values: `("version", "TLS 1.3")`. Asked when the handshake is over, and when the
    /// session [asks](Session::asks).
    fn facts(&self) -> Vec<(&'static str, String)> {
        Vec::new()
    }

    /// Returns what the peer says of the connection: what it wants to be connected to, whose connection it is. Asked when the
    /// handshake is over, and when the session [asks](Session::asks).
    fn claims(&self) -> Claims {
        Claims::default()
    }

    /// Returns whether the handshake waits for an [answer](Session::answer): the client of a proxy has named its target.
    fn asks(&self) -> bool {
        false
    }

    /// Tells the peer what became of what it asked for. After [`Answer::Granted`] the handshake goes on; after a refusal there
    /// is nothing more to come. Called only while the session [asks](Session::asks).
    ///
    /// # Errors
    ///
    /// That the answer cannot be given.
    fn answer(&mut self, answer: &Answer, below: &mut Buffer) -> Result<(), SessionError> {
        let _ = (answer, below);
        Ok(())
    }
}

/// Where a session is.
#[derive(Copy, Clone, Debug, PartialEq, Eq)]
pub enum Phase {
    /// Nothing passes yet.
    Handshake,
    /// Bytes pass, through the session.
    Open,
    /// Bytes pass by the session, which has nothing more to do.
    Retired,
}

/// Where a session puts bytes for above.
pub struct Above<'a> {
    /// Filled first.
    direct: &'a mut [u8],
    filled: usize,
    /// For what does not fit.
    spill: &'a mut Buffer,
    /// The lengths of the messages in `spill`, if there are messages above; then nothing goes the direct way.
    messages: Option<&'a mut VecDeque<usize>>,
    /// Bytes of the message that has no end yet.
    open: usize,
    ended: &'a mut bool,
}

/// How many bytes may wait between two layers before the lower one is stopped.
pub(super) const HIGH_WATER: usize = 64 * 1024;

/// How many messages, however short.
pub(super) const MOST_MESSAGES: usize = 1024;

impl<'a> Above<'a> {
    /// Fills `direct` first and then `spill`, and notes in `ended` that no more will come.
    pub fn new(direct: &'a mut [u8], spill: &'a mut Buffer, ended: &'a mut bool) -> Self {
        Above { direct, filled: 0, spill, messages: None, open: 0, ended }
    }

    /// Fills a pipe, of bytes or of messages; of bytes, `direct` first. So many bytes of a message had come before.
    pub(super) fn of(direct: &'a mut [u8], pipe: &'a mut Pipe, open: usize, ended: &'a mut bool) -> Self {
        let direct = if pipe.messages.is_some() { &mut [] } else { direct };
        Above { direct, filled: 0, spill: &mut pipe.bytes, messages: pipe.messages.as_mut(), open, ended }
    }

    /// Adds bytes for above. All are taken; but ask [`is_full`](Above::is_full) before making more.
    pub fn push(&mut self, mut bytes: &[u8]) {
        // What waits already comes first.
        if self.spill.is_empty() && self.filled < self.direct.len() {
            let count = bytes.len().min(self.direct.len() - self.filled);
            self.direct[self.filled..self.filled + count].copy_from_slice(&bytes[..count]);
            self.filled += count;
            bytes = &bytes[count..];
        }
        if !bytes.is_empty() {
            self.spill.push(bytes);
            if self.messages.is_some() {
                self.open += bytes.len();
            }
        }
    }

    /// Ends a message: what was pushed since the last one ended, which may be nothing. Above a stream this means nothing, so a
    /// session that does not care what there is calls it behind all that one call of it pushes.
    pub fn end_message(&mut self) {
        if let Some(messages) = &mut self.messages {
            messages.push_back(std::mem::take(&mut self.open));
        }
    }

    /// Returns whether the session should stop until above has taken what is there.
    pub fn is_full(&self) -> bool {
        match &self.messages {
            // One that has begun may be longer than any number here.
            Some(messages) => self.spill.len() - self.open >= HIGH_WATER || messages.len() >= MOST_MESSAGES,
            None if self.direct.is_empty() => self.spill.len() >= HIGH_WATER,
            None => self.filled == self.direct.len(),
        }
    }

    /// The peer has ended its side: no more bytes will come for above.
    pub fn end(&mut self) {
        *self.ended = true;
    }

    /// Bytes that are with above now, and messages.
    pub(super) fn count(&self) -> (usize, usize) {
        (self.filled + self.spill.len(), self.messages.as_ref().map_or(0, |messages| messages.len()))
    }

    /// Bytes of the message that has no end yet.
    pub(super) fn open(&self) -> usize {
        self.open
    }

    pub(super) fn has_ended(&self) -> bool {
        *self.ended
    }

    pub(super) fn filled(&self) -> usize {
        self.filled
    }
}

/// Why a layer gave up.
#[derive(Clone, Debug)]
pub struct SessionError {
    kind: Failure,
    source: Arc<dyn Error + Send + Sync>,
    /// What a proxy said of which target.
    denied: Option<Arc<(Target, Denial)>>,
    /// Whether it is a failure of authentication, where the layer says so itself.
    authentication: Option<bool>,
}

/// The kind of a failure.
#[derive(Copy, Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Failure {
    /// The peer broke the protocol, or does not speak it.
    Protocol,
    /// The peer understood, and refused.
    Refused,
    /// The peer could not prove who it is, or did not accept our proof.
    Authentication,
    /// The bytes end where they must not.
    Truncated,
    /// It cannot be done, whatever the peer does: a name that is too long, say.
    Unusable,
    /// This host could not do its part: write a file, say.
    Host,
}

impl Failure {
    /// Returns what it is in a word or two.
    pub const fn name(self) -> &'static str {
        match self {
            Failure::Protocol => "protocol error",
            Failure::Refused => "refused",
            Failure::Authentication => "not authenticated",
            Failure::Truncated => "truncated",
            Failure::Unusable => "unusable",
            Failure::Host => "failed here",
        }
    }
}

impl SessionError {
    /// Creates an error of this kind; its text is that of the source.
    pub fn new(kind: Failure, source: impl Into<Box<dyn Error + Send + Sync>>) -> Self {
        SessionError { kind, source: source.into().into(), denied: None, authentication: None }
    }

    /// The same, as what a proxy says of this target: a program on whose behalf the connection was to be made can say the same.
    #[must_use]
    pub fn denying(mut self, target: Target, denial: Denial) -> Self {
        self.denied = Some(Arc::new((target, denial)));
        self
    }

    /// Returns what a proxy said of this target.
    pub fn denial_of(&self, target: &Target) -> Option<Denial> {
        self.denied.as_deref().filter(|(denied, _)| denied == target).map(|(_, denial)| *denial)
    }

    /// The same, as a failure of authentication or as none of that, whatever its kind is otherwise taken for.
    ///
    /// After a failure of authentication [nothing is fallen back to](crate::net::Alternatives). A layer that encrypts or
    /// authenticates says of each failure of its handshakes which of the two it is: those of which it says nothing count as
    /// failures of authentication. Of other layers only [`Failure::Authentication`] does. What is of that kind counts in any case.
    #[must_use]
    pub fn of_authentication(mut self, is_one: bool) -> Self {
        self.authentication = Some(is_one);
        self
    }

    /// Returns whether it is a failure of authentication; nothing: the layer does not say.
    pub fn is_of_authentication(&self) -> Option<bool> {
        if self.kind == Failure::Authentication { Some(true) } else { self.authentication }
    }

    /// Returns what kind of failure it is.
    pub fn kind(&self) -> Failure {
        self.kind
    }
}

impl fmt::Display for SessionError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.source.fmt(f)
    }
}

impl Error for SessionError {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        Some(&*self.source)
    }
}
