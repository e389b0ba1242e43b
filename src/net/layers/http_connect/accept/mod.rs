//! The accepting side: the session with one client, which reads its request and answers it.

mod error;
mod reply;
mod request;
#[cfg(test)]
pub(super) mod tests;

pub use error::HttpConnectClientError;

use super::message::{LONGEST_HEADER, Search};
use crate::net::Target;
use crate::net::layers::stranger::Stranger;
use crate::net::layers::users::Users;
use crate::net::machine::{self, Above, Answer, Buffer, Claims, Phase, SessionError};
use crate::net::provider::{Context, Layer, ProviderError};
use crate::net::settings::Settings;
use request::Request;
use std::sync::Arc;

/// The layer with its options: creates the sessions with the clients of a proxy.
#[derive(Debug)]
pub(super) struct Accepting(Option<Arc<Users>>);

impl Accepting {
    pub fn new(settings: &Settings<'_>) -> Result<Self, ProviderError> {
        Ok(Accepting(Users::of(settings, None)?.map(Arc::new)))
    }
}

impl Layer for Accepting {
    fn session(&self, _: &Context<'_>) -> Result<Box<dyn machine::Session>, ProviderError> {
        Ok(Box::new(Session::new(self.0.clone())))
    }
}

struct Session {
    users: Option<Arc<Users>>,
    search: Search,
    state: State,
    user: Option<String>,
    target: Option<Target>,
    /// The answer to the client after an error.
    last_words: Vec<u8>,
}

enum State {
    /// The request is incomplete.
    Awaiting,
    /// The request was read, and the client waits for the answer.
    Asking,
    /// The client was notified that there is no connection.
    Refused,
    /// The client was notified that it is connected; all further bytes are for its target.
    Granted,
}

impl Session {
    fn new(users: Option<Arc<Users>>) -> Self {
        Session {
            users,
            search: Search::default(),
            state: State::Awaiting,
            user: None,
            target: None,
            last_words: Vec::new(),
        }
    }

    /// Reads the request at the front of the input, if it is complete.
    fn read(&mut self, input: &mut Buffer) -> Result<(), HttpConnectClientError> {
        let bytes = input.bytes();
        // A client of another protocol may wait for an answer, and never send the end of a header.
        if let Some(&first) = bytes.first()
            && let stranger = Stranger::of(first)
            && !matches!(stranger, Stranger::Http(_))
            && !stands_before_request(first)
        {
            return Err(HttpConnectClientError::Stranger { stranger });
        }
        let end = self.search.end(&bytes[..bytes.len().min(LONGEST_HEADER)]);
        let Some(end) = end else {
            let long = bytes.len() > LONGEST_HEADER;
            return if long { Err(HttpConnectClientError::LongHeader) } else { Ok(()) };
        };
        let Request { target, credentials } = request::parse(&bytes[..end])?;
        if let Some(users) = &self.users {
            self.user = Some(credentials?.user_of(users)?);
        }
        self.target = Some(target);
        // The bytes behind the header are for the target: RFC 9110, section 9.3.6.
        input.consume(end);
        self.state = State::Asking;
        Ok(())
    }
}

/// Returns whether a request may begin with this byte although it is not a capital letter: RFC 9112, section 2.2, demands that an
/// empty line before the request is ignored, and the token of a method may have other characters than capital letters. Such a
/// method is then rejected as other than CONNECT.
fn stands_before_request(byte: u8) -> bool {
    matches!(byte, b'\r' | b'\n' | b'!'..=b'~')
}

impl machine::Session for Session {
    fn phase(&self) -> Phase {
        if matches!(self.state, State::Granted) { Phase::Retired } else { Phase::Handshake }
    }

    /// Does nothing: the client speaks first.
    fn start(&mut self, _: &mut Buffer) -> Result<(), SessionError> {
        Ok(())
    }

    fn receive(&mut self, input: &mut Buffer, _: &mut Above<'_>, _: &mut Buffer) -> Result<(), SessionError> {
        if matches!(self.state, State::Awaiting) {
            self.read(input).inspect_err(|error| self.last_words = reply::to_error(error))?;
        }
        Ok(())
    }

    fn receive_end(&mut self, input: &mut Buffer, _: &mut Above<'_>) -> Result<(), SessionError> {
        match self.state {
            State::Awaiting => {
                let error = HttpConnectClientError::Truncated { received: input.len() };
                self.last_words = reply::to_error(&error);
                Err(error.into())
            }
            _ => Ok(()),
        }
    }

    /// Never called: the session retires and is never open.
    fn send(&mut self, _: &[u8], _: &mut Buffer) -> Result<usize, SessionError> {
        Ok(0)
    }

    fn send_end(&mut self, _: &mut Buffer) -> Result<(), SessionError> {
        Ok(())
    }

    fn abort(&mut self, below: &mut Buffer) {
        below.push(&std::mem::take(&mut self.last_words));
    }

    fn facts(&self) -> Vec<(&'static str, String)> {
        let authentication = if self.users.is_some() { "user and password" } else { "no authentication" };
        let user = self.user.clone().map(|user| ("user", user));
        let target = self.target.as_ref().map(|target| ("target", target.to_string()));
        [Some(("authentication", authentication.to_owned())), user, target].into_iter().flatten().collect()
    }

    fn claims(&self) -> Claims {
        self.target.clone().map_or_else(Claims::default, Claims::of_target)
    }

    fn asks(&self) -> bool {
        matches!(self.state, State::Asking)
    }

    fn answer(&mut self, answer: &Answer, below: &mut Buffer) -> Result<(), SessionError> {
        let (words, state) = match answer {
            Answer::Granted(_) => (reply::GRANTED.to_vec(), State::Granted),
            Answer::Refused(denial) => (reply::to_denied(*denial), State::Refused),
        };
        below.push(&words);
        self.state = state;
        Ok(())
    }
}
