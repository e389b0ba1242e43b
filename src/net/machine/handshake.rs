//! Handshakes: the work of layers that exchange messages when a connection begins, and then leave it to the layers around them.

use super::claims::{Answer, Claims};
use super::session::{Above, Phase, Session, SessionError};
use super::{Buffer, Ends};

/// The work of a layer that only shakes hands, such as the client of a proxy.
///
/// As a [`Session`] does, a handshake gets bytes and gives bytes; it does no I/O and reads no clock. Each step returns its
/// [`Progress`]. [`HandshakeSession`] makes a session of it, which retires when the handshake is done: bytes behind the handshake
/// belong to the layer above.
///
/// ```
/// use sockatlas::net::machine::{Buffer, Failure, Handshake, HandshakeSession, Machine, Progress, SessionError};
///
/// /// Says hello, and expects a hello.
/// struct Hello;
///
/// impl Handshake for Hello {
///     fn start(&mut self, below: &mut Buffer) -> Result<Progress, SessionError> {
///         below.push(b"HELLO\n");
///         Ok(Progress::Continues)
///     }
///
///     fn receive(&mut self, input: &mut Buffer, _: &mut Buffer) -> Result<Progress, SessionError> {
///         if !b"HELLO\n".starts_with(&input.bytes()[..input.len().min(6)]) {
///             return Err(SessionError::new(Failure::Protocol, "the peer did not say hello"));
///         }
///         if input.len() < 6 {
///             return Ok(Progress::Continues);
///         }
///         input.consume(6);
///         Ok(Progress::Done)
///     }
/// }
///
/// let mut machine = Machine::new([("hello".to_owned(), Box::new(HandshakeSession::new(Hello)) as _)]);
/// machine.start()?;
/// assert_eq!(machine.outbound(), b"HELLO\n");
/// machine.room()[..9].copy_from_slice(b"HELLO\nabc");
/// machine.received(9);
/// machine.read(&mut [])?;
/// assert!(machine.is_bare(), "the session has retired");
/// assert_eq!(machine.take_unread(), b"abc");
/// # Ok::<(), sockatlas::net::machine::LayerFailure>(())
/// ```
pub trait Handshake: Send {
    /// Notifies the handshake that the socket is connected: it can query the addresses of the two ends. Called once, before
    /// [`start`](Handshake::start).
    fn connected(&mut self, ends: &dyn Ends) {
        let _ = ends;
    }

    /// Begins the handshake. Called once, when everything below is open. The default, for handshakes that the peer begins, sends
    /// nothing.
    ///
    /// # Errors
    ///
    /// The handshake is impossible.
    fn start(&mut self, below: &mut Buffer) -> Result<Progress, SessionError> {
        let _ = below;
        Ok(Progress::Continues)
    }

    /// Consumes a message of the peer from the front of `input`, if it has arrived as a whole, and puts the answer into `below`.
    /// It is called again while it consumes bytes and the handshake continues, and when more input has come. It leaves the bytes
    /// behind the handshake in `input`. The default, for handshakes that are done when they have
    /// [started](Handshake::start), consumes nothing.
    ///
    /// # Errors
    ///
    /// The peer broke the protocol, or refused.
    fn receive(&mut self, input: &mut Buffer, below: &mut Buffer) -> Result<Progress, SessionError> {
        let _ = (input, below);
        Ok(Progress::Continues)
    }

    /// Notifies the handshake that no more bytes will come although it is not done; `input` holds the last bytes.
    ///
    /// # Errors
    ///
    /// The bytes that are missing. Where it returns no error, which is the default, the machine reports that the connection ended
    /// in the handshake.
    fn receive_end(&mut self, input: &mut Buffer) -> Result<(), SessionError> {
        let _ = input;
        Ok(())
    }

    /// Puts the report of an error of this handshake to the peer into `below`.
    fn abort(&mut self, below: &mut Buffer) {
        let _ = below;
    }

    /// Returns the facts that were negotiated, as names and values: see [`Session::facts`].
    fn facts(&self) -> Vec<(&'static str, String)> {
        Vec::new()
    }

    /// Returns the peer's claims about the connection: see [`Session::claims`].
    fn claims(&self) -> Claims {
        Claims::default()
    }

    /// Puts the answer to a client that [asks](Progress::Asks) into `below`. [`Answer::Granted`] ends the handshake, and so does
    /// a refusal, after which the connection fails.
    ///
    /// # Errors
    ///
    /// The answer cannot be sent.
    fn answer(&mut self, answer: &Answer, below: &mut Buffer) -> Result<(), SessionError> {
        let _ = (answer, below);
        Ok(())
    }
}

/// The progress of a [`Handshake`].
#[derive(Copy, Clone, Debug, PartialEq, Eq)]
pub enum Progress {
    /// More bytes of the peer must come.
    Continues,
    /// The client of a proxy has named its target, and waits for an [answer](Handshake::answer).
    Asks,
    /// The handshake is over: bytes from here on bypass the layer.
    Done,
}

/// A [`Session`] that consists of a [`Handshake`]: it retires when the handshake is done.
pub struct HandshakeSession<H> {
    handshake: H,
    state: State,
}

#[derive(Copy, Clone, PartialEq, Eq)]
enum State {
    /// The handshake goes as far as this.
    At(Progress),
    /// The client was refused what it asked for.
    Refused,
}

impl<H: Handshake> HandshakeSession<H> {
    /// Creates a session of a handshake that has not started.
    pub const fn new(handshake: H) -> Self {
        HandshakeSession { handshake, state: State::At(Progress::Continues) }
    }

    fn continues(&self) -> bool {
        self.state == State::At(Progress::Continues)
    }
}

impl<H: Handshake> Session for HandshakeSession<H> {
    fn phase(&self) -> Phase {
        if self.state == State::At(Progress::Done) { Phase::Retired } else { Phase::Handshake }
    }

    fn connected(&mut self, ends: &dyn Ends) {
        self.handshake.connected(ends);
    }

    fn start(&mut self, below: &mut Buffer) -> Result<(), SessionError> {
        self.state = State::At(self.handshake.start(below)?);
        Ok(())
    }

    fn receive(&mut self, input: &mut Buffer, _: &mut Above<'_>, below: &mut Buffer) -> Result<(), SessionError> {
        while self.continues() {
            let before = input.len();
            self.state = State::At(self.handshake.receive(input, below)?);
            if input.len() == before {
                break;
            }
        }
        Ok(())
    }

    fn receive_end(&mut self, input: &mut Buffer, _: &mut Above<'_>) -> Result<(), SessionError> {
        if self.continues() { self.handshake.receive_end(input) } else { Ok(()) }
    }

    /// Accepts nothing: the session is never open, so this is not called.
    fn send(&mut self, _: &[u8], _: &mut Buffer) -> Result<usize, SessionError> {
        Ok(0)
    }

    fn send_end(&mut self, _: &mut Buffer) -> Result<(), SessionError> {
        Ok(())
    }

    fn abort(&mut self, below: &mut Buffer) {
        if self.continues() {
            self.handshake.abort(below);
        }
    }

    fn facts(&self) -> Vec<(&'static str, String)> {
        self.handshake.facts()
    }

    fn claims(&self) -> Claims {
        self.handshake.claims()
    }

    fn asks(&self) -> bool {
        self.state == State::At(Progress::Asks)
    }

    fn answer(&mut self, answer: &Answer, below: &mut Buffer) -> Result<(), SessionError> {
        self.handshake.answer(answer, below)?;
        self.state = match answer {
            Answer::Granted(_) => State::At(Progress::Done),
            Answer::Refused(_) => State::Refused,
        };
        Ok(())
    }
}
