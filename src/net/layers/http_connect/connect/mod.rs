//! The connecting side: the session of one connection, which sends a request and reads its answer.

mod answer;
mod error;
mod request;
#[cfg(test)]
pub(super) mod tests;

pub use error::{HttpConnectError, Status};

use super::message::{LONGEST_HEADER, Search};
use crate::net::Target;
use crate::net::machine::{self, Buffer, HandshakeSession, Progress, SessionError};
use crate::net::provider::{Context, Layer, ProviderError};
use crate::net::settings::{Secret, Settings};
use base64::prelude::{BASE64_STANDARD, Engine as _};
use request::request;
use std::sync::Arc;

/// The address of a proxy, and the credentials for it.
#[derive(Debug)]
struct Proxy {
    address: Target,
    /// The value of the field `Proxy-Authorization`.
    authorization: Option<Secret>,
}

/// The layer with its options: creates sessions with one proxy.
#[derive(Debug)]
pub(super) struct Connecting(Arc<Proxy>);

impl Connecting {
    pub fn new(settings: &Settings<'_>) -> Result<Self, ProviderError> {
        let Some((host, port)) = settings.address("proxy") else {
            return Err(ProviderError::option("proxy", "neither the catalog nor the call states it"));
        };
        let authorization = match (settings.text("username"), settings.secret("password")?) {
            (Some(name), Some(password)) => Some(authorization(name, password.reveal())?),
            // The module's options require both or neither, so one without the other has been rejected before.
            _ => None,
        };
        Ok(Connecting(Arc::new(Proxy { address: Target::host(host, port), authorization })))
    }
}

/// Returns the credentials in the form of RFC 7617, section 2.
fn authorization(name: &str, password: &str) -> Result<Secret, ProviderError> {
    if name.contains(':') {
        return Err(ProviderError::option("username", "a colon, which would end the user's name (RFC 7617)"));
    }
    for (option, text) in [("username", name), ("password", password)] {
        if text.chars().any(char::is_control) {
            return Err(ProviderError::option(option, "a control character, which RFC 7617 forbids"));
        }
    }
    Ok(Secret::from(format!("Basic {}", BASE64_STANDARD.encode(format!("{name}:{password}")))))
}

impl Layer for Connecting {
    fn below(&self, _: &Target) -> Target {
        self.0.address.clone()
    }

    fn session(&self, context: &Context<'_>) -> Result<Box<dyn machine::Session>, ProviderError> {
        let Some(target) = context.target else {
            return Err(ProviderError::unsupported("an HTTP proxy without a target"));
        };
        Ok(Box::new(HandshakeSession::new(Handshake::new(self.0.clone(), target.clone()))))
    }
}

/// The number of interim answers that are ignored.
const MOST_INTERIM: usize = 4;

/// The number of bytes that the error shows of an answer that is not HTTP.
const SHOWN: usize = 24;

/// The first bytes of every answer.
const BEGINNING: &[u8] = b"HTTP/1.";

struct Handshake {
    proxy: Arc<Proxy>,
    target: Target,
    search: Search,
    /// The number of interim answers so far.
    interim: usize,
    /// The status code of the answer that opened the connection.
    opened: Option<u16>,
}

impl Handshake {
    pub fn new(proxy: Arc<Proxy>, target: Target) -> Self {
        Handshake { proxy, target, search: Search::default(), interim: 0, opened: None }
    }

    fn proxy(&self) -> Target {
        self.proxy.address.clone()
    }

    /// Reads an answer off the front of the input, if it is all there.
    fn read(&mut self, input: &mut Buffer) -> Result<Progress, HttpConnectError> {
        let bytes = input.bytes();
        // A peer of another protocol may wait for more bytes, and never send the end of a header.
        if bytes.iter().zip(BEGINNING).any(|(found, expected)| found != expected) {
            let found = bytes[..bytes.len().min(SHOWN)].escape_ascii().to_string();
            return Err(HttpConnectError::NoHttp { proxy: self.proxy(), found });
        }
        let end = self.search.end(&bytes[..bytes.len().min(LONGEST_HEADER)]);
        let Some(end) = end else {
            let long = bytes.len() > LONGEST_HEADER;
            return if long {
                Err(HttpConnectError::LongHeader { proxy: self.proxy() })
            } else {
                Ok(Progress::Continues)
            };
        };
        let answer = answer::parse(&bytes[..end]).map_err(|error| match error {
            httparse::Error::TooManyHeaders => HttpConnectError::ManyLines { proxy: self.proxy() },
            error => HttpConnectError::Malformed { proxy: self.proxy(), problem: error.to_string() },
        })?;
        self.answered(answer)?;
        // The bytes behind the header come from the target, even if the header announces content: RFC 9110, section 9.3.6.
        input.consume(end);
        self.search = Search::default();
        Ok(if self.opened.is_some() { Progress::Done } else { Progress::Continues })
    }

    fn answered(&mut self, answer: answer::Answer) -> Result<(), HttpConnectError> {
        let proxy = self.proxy();
        let status = Status { code: answer.code, reason: answer.reason };
        match status.code {
            101 => Err(HttpConnectError::Switched { proxy, status }),
            100..=199 => {
                self.interim += 1;
                if self.interim > MOST_INTERIM {
                    return Err(HttpConnectError::Interim { proxy, count: self.interim, status });
                }
                Ok(())
            }
            200..=299 => {
                self.opened = Some(status.code);
                Ok(())
            }
            // 401 is meant for servers (RFC 9110, section 15.5.2), but tinyproxy 1.11 sends it for a wrong password.
            401 | 407 => {
                let sent = self.proxy.authorization.is_some();
                Err(HttpConnectError::Authentication { proxy, status, sent, schemes: answer.schemes })
            }
            _ => Err(HttpConnectError::Refused { proxy, target: self.target.clone(), status }),
        }
    }
}

impl machine::Handshake for Handshake {
    fn start(&mut self, below: &mut Buffer) -> Result<Progress, SessionError> {
        below.push(request(&self.proxy, &self.target)?.as_bytes());
        Ok(Progress::Continues)
    }

    fn receive(&mut self, input: &mut Buffer, _: &mut Buffer) -> Result<Progress, SessionError> {
        Ok(self.read(input)?)
    }

    fn receive_end(&mut self, input: &mut Buffer) -> Result<(), SessionError> {
        Err(HttpConnectError::Truncated { proxy: self.proxy(), received: input.len() }.into())
    }

    fn facts(&self) -> Vec<(&'static str, String)> {
        let status = self.opened.map(|code| ("status", code.to_string()));
        [("proxy", self.proxy().to_string())].into_iter().chain(status).collect()
    }
}
