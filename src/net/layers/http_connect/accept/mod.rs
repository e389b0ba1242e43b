//! The accepting side: the session with one client, which reads its request and answers it.

mod error;
mod reply;
mod request;
#[cfg(test)]
pub(super) mod tests;

pub use error::HttpConnectClientError;

use super::message::{LONGEST_HEADER, Search};
use crate::net::Target;
use crate::net::layers::client_protocol::ClientProtocol;
use crate::net::layers::users::Users;
use crate::net::machine::{self, Answer, Buffer, Claims, HandshakeSession, Progress, SessionError};
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
        Ok(Box::new(HandshakeSession::new(Handshake::new(self.0.clone()))))
    }
}

struct Handshake {
    users: Option<Arc<Users>>,
    search: Search,
    user: Option<String>,
    target: Option<Target>,
    /// The answer to the client after an error.
    last_words: Vec<u8>,
}

impl Handshake {
    fn new(users: Option<Arc<Users>>) -> Self {
        Handshake { users, search: Search::default(), user: None, target: None, last_words: Vec::new() }
    }

    /// Reads the request at the front of the input, if it is complete.
    fn read(&mut self, input: &mut Buffer) -> Result<Progress, HttpConnectClientError> {
        let bytes = input.bytes();
        // A client of another protocol may wait for an answer, and never send the end of a header.
        if let Some(&first) = bytes.first()
            && let protocol = ClientProtocol::detect(first)
            && !matches!(protocol, ClientProtocol::Http(_))
            && !stands_before_request(first)
        {
            return Err(HttpConnectClientError::WrongProtocol { protocol });
        }
        let end = self.search.end(&bytes[..bytes.len().min(LONGEST_HEADER)]);
        let Some(end) = end else {
            let long = bytes.len() > LONGEST_HEADER;
            return if long { Err(HttpConnectClientError::LongHeader) } else { Ok(Progress::Continues) };
        };
        let Request { target, credentials } = request::parse(&bytes[..end])?;
        if let Some(users) = &self.users {
            self.user = Some(credentials?.user_of(users)?);
        }
        self.target = Some(target);
        // The bytes behind the header are for the target: RFC 9110, section 9.3.6.
        input.consume(end);
        Ok(Progress::Asks)
    }
}

/// Returns whether a request may begin with this byte although it is not a capital letter: RFC 9112, section 2.2, demands that an
/// empty line before the request is ignored, and the token of a method may have other characters than capital letters. Such a
/// method is then rejected as other than CONNECT.
fn stands_before_request(byte: u8) -> bool {
    matches!(byte, b'\r' | b'\n' | b'!'..=b'~')
}

impl machine::Handshake for Handshake {
    fn receive(&mut self, input: &mut Buffer, _: &mut Buffer) -> Result<Progress, SessionError> {
        Ok(self.read(input).inspect_err(|error| self.last_words = reply::to_error(error))?)
    }

    fn receive_end(&mut self, input: &mut Buffer) -> Result<(), SessionError> {
        let error = HttpConnectClientError::Truncated { received: input.len() };
        self.last_words = reply::to_error(&error);
        Err(error.into())
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

    fn answer(&mut self, answer: &Answer, below: &mut Buffer) -> Result<(), SessionError> {
        match answer {
            Answer::Granted(_) => below.push(reply::GRANTED),
            Answer::Refused(denial) => below.push(&reply::to_denied(*denial)),
        }
        Ok(())
    }
}
