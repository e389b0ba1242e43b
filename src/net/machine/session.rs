//! Sessions: the work of a layer on one connection, which turns input bytes into output bytes and does nothing else.

use super::claims::{Answer, Claims, Denial};
use super::pipe::{HIGH_WATER, MOST_MESSAGES, Pipe};
use super::{Buffer, Ends};
use crate::net::address::Target;
use std::collections::VecDeque;
use std::error::Error;
use std::fmt;
use std::sync::Arc;

/// The work of one layer on one connection.
///
/// A session does no I/O and reads no clock. A [`Machine`](super::Machine) calls it with the bytes from below and from above, and
/// it puts the resulting bytes into the buffers that it is given:
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
/// It begins in [`Phase::Handshake`]; [`send`](Session::send) and [`send_end`](Session::send_end) are called only afterwards.
/// When the handshake is over it is [`Phase::Open`], or it has [`Retired`](Phase::Retired): then it is dropped, the rest of its
/// input belongs to the layer above, and bytes no longer pass through it. A layer that only shakes hands, and then retires,
/// implements [`Handshake`](super::Handshake) instead.
///
/// # Messages
///
/// Below and above there is a stream of bytes, or there are messages whose boundaries are kept; see
/// [`keeps_messages`](Session::keeps_messages). Where there are messages below, `input` holds one complete message, all of which
/// is to be consumed; and the bytes that one call puts into `below` are one message. Where there are messages above, `bytes` is
/// one message, all of which is to be accepted; and [`Above::end_message`] ends each message.
pub trait Session: Send {
    /// Returns the phase of the session.
    fn phase(&self) -> Phase;

    /// Returns whether there are messages above, given whether there are messages `below`. The default, which most sessions keep,
    /// is that both are alike.
    fn keeps_messages(&self, below: bool) -> bool {
        below
    }

    /// Returns the length in bytes of the longest message that it accepts from above, where the layer below accepts `below`
    /// bytes; longer ones are rejected before they get here. A session that adds bytes to messages accepts that many fewer; one
    /// that makes messages of a stream has its own limit.
    fn longest_message(&self, below: usize) -> usize {
        below
    }

    /// Notifies the session that the socket is connected: it can query the addresses of the two ends. Called once, before
    /// [`start`](Session::start).
    fn connected(&mut self, ends: &dyn Ends) {
        let _ = ends;
    }

    /// Begins the handshake, for sessions that send first. Called once, when everything below is open.
    ///
    /// # Errors
    ///
    /// The handshake is impossible.
    fn start(&mut self, below: &mut Buffer) -> Result<(), SessionError>;

    /// Consumes bytes from below: removes them from the front of `input`. It may leave an incomplete message there, as long as
    /// its length is bounded, and all bytes behind the end of its handshake. Bytes for above go to `above`, until that is full;
    /// answers go to `below`. It is called again when more input has come, and when `above` has room again.
    ///
    /// # Errors
    ///
    /// The peer broke the protocol, or refused.
    fn receive(&mut self, input: &mut Buffer, above: &mut Above<'_>, below: &mut Buffer) -> Result<(), SessionError>;

    /// Notifies the session that everything below has ended: no more bytes will come, and those in `input` are the last. A
    /// session whose protocol has an end of its own, such as close_notify of TLS, reports its absence; otherwise a truncated
    /// stream would look complete.
    ///
    /// # Errors
    ///
    /// The peer's bytes end where they must not.
    fn receive_end(&mut self, input: &mut Buffer, above: &mut Above<'_>) -> Result<(), SessionError>;

    /// Accepts bytes from above, as many as are sensible at a time, and puts the resulting bytes into `below`. Returns the number
    /// of bytes accepted, which is not 0 unless `bytes` is empty. Called in [`Phase::Open`] only.
    ///
    /// # Errors
    ///
    /// The layer cannot send any more.
    fn send(&mut self, bytes: &[u8], below: &mut Buffer) -> Result<usize, SessionError>;

    /// Notifies the session that above has ended: no more bytes will be sent. A session with an end of its own puts it into
    /// `below`.
    ///
    /// # Errors
    ///
    /// The layer cannot send any more.
    fn send_end(&mut self, below: &mut Buffer) -> Result<(), SessionError>;

    /// Puts the report of an error of this session to the peer into `below`, such as an alert of TLS.
    fn abort(&mut self, below: &mut Buffer) {
        let _ = below;
    }

    /// Returns the facts that were negotiated, as names and values: `("version", "TLS 1.3")`. Called when the handshake is over,
    /// and when the session [asks](Session::asks).
    fn facts(&self) -> Vec<(&'static str, String)> {
        Vec::new()
    }

    /// Returns the peer's claims about the connection: the target that it asks for, and the original connection. Called when the
    /// handshake is over, and when the session [asks](Session::asks).
    fn claims(&self) -> Claims {
        Claims::default()
    }

    /// Returns whether the handshake waits for an [answer](Session::answer): the client of a proxy has named its target.
    fn asks(&self) -> bool {
        false
    }

    /// Answers the peer's request for a target. After [`Answer::Granted`] the handshake continues; after a refusal nothing
    /// follows. Called only while the session [asks](Session::asks).
    ///
    /// # Errors
    ///
    /// The answer cannot be sent.
    fn answer(&mut self, answer: &Answer, below: &mut Buffer) -> Result<(), SessionError> {
        let _ = (answer, below);
        Ok(())
    }
}

/// The phase of a session.
#[derive(Copy, Clone, Debug, PartialEq, Eq)]
pub enum Phase {
    /// The session shakes hands; no bytes pass yet.
    Handshake,
    /// Bytes pass through the session.
    Open,
    /// Bytes bypass the session, which has nothing more to do.
    Retired,
}

/// The place where a session puts bytes for above.
pub struct Above<'a> {
    /// The user's buffer, which is filled first.
    direct: &'a mut [u8],
    filled: usize,
    /// The queue for bytes that do not fit.
    spill: &'a mut Buffer,
    /// The lengths of the messages in `spill`, if there are messages above; then `direct` is not used.
    messages: Option<&'a mut VecDeque<usize>>,
    /// Bytes of the message that has not ended yet.
    open: usize,
    ended: &'a mut bool,
}

impl<'a> Above<'a> {
    /// Creates an `Above` that fills `direct` first and then `spill`, and records in `ended` that no more bytes will come.
    pub fn new(direct: &'a mut [u8], spill: &'a mut Buffer, ended: &'a mut bool) -> Self {
        Above { direct, filled: 0, spill, messages: None, open: 0, ended }
    }

    /// Creates an `Above` that fills a pipe, of bytes or of messages; of bytes, `direct` first. `open` is the number of bytes of
    /// the current message that have come before.
    pub(super) fn of(direct: &'a mut [u8], pipe: &'a mut Pipe, open: usize, ended: &'a mut bool) -> Self {
        let direct = if pipe.messages.is_some() { &mut [] } else { direct };
        Above { direct, filled: 0, spill: &mut pipe.bytes, messages: pipe.messages.as_mut(), open, ended }
    }

    /// Adds bytes for above. It accepts all of them; check [`is_full`](Above::is_full) before producing more.
    pub fn push(&mut self, mut bytes: &[u8]) {
        // Bytes that wait in `spill` come first.
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

    /// Ends a message of the bytes that were pushed since the last one ended; it may be empty. On a stream this has no effect, so
    /// a session that supports both calls it after everything that one of its calls pushes.
    pub fn end_message(&mut self) {
        if let Some(messages) = &mut self.messages {
            messages.push_back(std::mem::take(&mut self.open));
        }
    }

    /// Returns whether the session should stop until above has consumed the waiting bytes.
    pub fn is_full(&self) -> bool {
        match &self.messages {
            // An unfinished message may be longer than any limit here, so its bytes do not count.
            Some(messages) => self.spill.len() - self.open >= HIGH_WATER || messages.len() >= MOST_MESSAGES,
            None if self.direct.is_empty() => self.spill.len() >= HIGH_WATER,
            None => self.filled == self.direct.len(),
        }
    }

    /// Records that the peer has ended its side: no more bytes will come for above.
    pub fn end(&mut self) {
        *self.ended = true;
    }

    /// Returns the number of bytes that above has now, and the number of messages.
    pub(super) fn count(&self) -> (usize, usize) {
        (self.filled + self.spill.len(), self.messages.as_ref().map_or(0, |messages| messages.len()))
    }

    /// Returns the number of bytes of the message that has not ended yet.
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

/// The error of a layer.
#[derive(Clone, Debug)]
pub struct SessionError {
    kind: Failure,
    source: Arc<dyn Error + Send + Sync>,
    /// The answer of a proxy that denied a target, with that target.
    denied: Option<Arc<(Target, Denial)>>,
    /// Whether it is a failure of authentication, where the layer states that.
    authentication: Option<bool>,
}

/// The kind of a failure.
#[derive(Copy, Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Failure {
    /// The peer broke the protocol, or does not speak it.
    Protocol,
    /// The peer understood the request, and refused it.
    Refused,
    /// The peer could not prove its identity, or did not accept our proof.
    Authentication,
    /// The bytes end where they must not.
    Truncated,
    /// The request cannot be fulfilled, whatever the peer does: for example, a name is too long.
    Unusable,
    /// This host could not do its part: for example, write a file.
    Host,
}

impl Failure {
    /// Returns its name, one to three words.
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

    /// Adds that a proxy denied this target, so that a program on whose behalf the connection was to be made can pass the denial
    /// on.
    #[must_use]
    pub fn denying(mut self, target: Target, denial: Denial) -> Self {
        self.denied = Some(Arc::new((target, denial)));
        self
    }

    /// Returns the proxy's denial of this target, if there is one.
    pub fn denial_of(&self, target: &Target) -> Option<Denial> {
        self.denied.as_deref().filter(|(denied, _)| denied == target).map(|(_, denial)| *denial)
    }

    /// States whether the error is a failure of authentication.
    ///
    /// After a failure of authentication [there is no fallback](crate::net::Alternatives). A layer that encrypts or authenticates
    /// states this for each failure of its handshakes; failures for which it does not count as failures of authentication.
    /// Failures of other layers count only if they are of the kind [`Failure::Authentication`]. Failures of that kind count in
    /// any case.
    #[must_use]
    pub fn of_authentication(mut self, is_one: bool) -> Self {
        self.authentication = Some(is_one);
        self
    }

    /// Returns whether it is a failure of authentication; `None` if the layer does not state it.
    pub fn is_of_authentication(&self) -> Option<bool> {
        if self.kind == Failure::Authentication { Some(true) } else { self.authentication }
    }

    /// Returns the kind of the failure.
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
