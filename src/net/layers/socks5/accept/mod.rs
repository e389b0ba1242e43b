//! The accepting side: the session with one client, from its greeting to the answer to its request.

mod error;
#[cfg(test)]
pub(super) mod tests;

pub use error::Socks5ClientError;

use super::message::{self, Command, Host, Method, NoAddress, PASSWORD_VERSION, Reply, VERSION};
use crate::net::Target;
use crate::net::layers::client_protocol::ClientProtocol;
use crate::net::layers::users::Users;
use crate::net::machine::{self, Answer, Buffer, Claims, Denial, HandshakeSession, Progress, SessionError};
use crate::net::provider::{Context, Layer, ProviderError};
use crate::net::settings::Settings;
use error::Message;
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::Arc;

/// The layer with its options: creates the sessions with the clients of a proxy.
#[derive(Debug)]
pub(super) struct Accepting(Option<Arc<Users>>);

impl Accepting {
    pub fn new(settings: &Settings<'_>) -> Result<Self, ProviderError> {
        Ok(Accepting(Users::of(settings, Some((255, "RFC 1929")))?.map(Arc::new)))
    }
}

impl Layer for Accepting {
    fn session(&self, _: &Context<'_>) -> Result<Box<dyn machine::Session>, ProviderError> {
        Ok(Box::new(HandshakeSession::new(Handshake::new(self.0.clone()))))
    }
}

struct Handshake {
    users: Option<Arc<Users>>,
    /// The message of the client that is to come.
    awaited: Message,
    user: Option<String>,
    target: Option<Target>,
    /// The answer to the client after an error, where it differs from the usual one to that message.
    last_words: Option<Vec<u8>>,
}

impl Handshake {
    fn new(users: Option<Arc<Users>>) -> Self {
        Handshake { users, awaited: Message::Greeting, user: None, target: None, last_words: None }
    }

    /// Returns the method that clients must offer.
    fn method(&self) -> Method {
        if self.users.is_some() { Method::PASSWORD } else { Method::NONE }
    }

    /// Reads a message off the front of the input, if it is all there, and answers it.
    fn read(&mut self, input: &mut Buffer, below: &mut Buffer) -> Result<Progress, Socks5ClientError> {
        let bytes = input.bytes();
        self.of_version(self.awaited, bytes.first().copied())?;
        let length = match self.awaited {
            Message::Greeting => self.greeting(bytes, below)?,
            Message::Password => self.password(bytes, below)?,
            Message::Request => self.request(bytes)?,
        };
        let Some(length) = length else { return Ok(Progress::Continues) };
        input.consume(length);
        let next = match self.awaited {
            Message::Greeting if self.users.is_some() => Message::Password,
            Message::Greeting | Message::Password => Message::Request,
            Message::Request => return Ok(Progress::Asks),
        };
        self.awaited = next;
        Ok(Progress::Continues)
    }

    fn of_version(&mut self, message: Message, found: Option<u8>) -> Result<(), Socks5ClientError> {
        let expected = if message == Message::Password { PASSWORD_VERSION } else { VERSION };
        match (message, found) {
            (_, None) => Ok(()),
            (_, Some(found)) if found == expected => Ok(()),
            (Message::Greeting, Some(found)) => {
                let protocol = ClientProtocol::detect(found);
                self.last_words =
                    Some(protocol.rejection("a SOCKS 5 proxy, and no HTTP proxy")).filter(|words| !words.is_empty());
                Err(Socks5ClientError::WrongProtocol { protocol })
            }
            (_, Some(found)) => Err(Socks5ClientError::Version { message, found, expected }),
        }
    }

    fn greeting(&self, bytes: &[u8], below: &mut Buffer) -> Result<Option<usize>, Socks5ClientError> {
        let Some(length) = bytes.get(1).map(|&count| 2 + usize::from(count)) else { return Ok(None) };
        let Some(offered) = bytes.get(2..length) else { return Ok(None) };
        let expected = self.method();
        if !offered.contains(&expected.0) {
            let offered = offered.iter().map(|&method| Method(method)).collect();
            return Err(Socks5ClientError::NoMethod { offered, expected });
        }
        below.push(&[VERSION, expected.0]);
        Ok(Some(length))
    }

    fn password(&mut self, bytes: &[u8], below: &mut Buffer) -> Result<Option<usize>, Socks5ClientError> {
        let Some((name, rest)) = bytes.get(1..).and_then(counted) else { return Ok(None) };
        let Some((password, rest)) = counted(rest) else { return Ok(None) };
        let user = String::from_utf8_lossy(name).into_owned();
        if !self.users.as_ref().is_some_and(|users| users.know(name, password)) {
            return Err(Socks5ClientError::Authentication { user });
        }
        self.user = Some(user);
        below.push(&[PASSWORD_VERSION, 0]);
        Ok(Some(bytes.len() - rest.len()))
    }

    fn request(&mut self, bytes: &[u8]) -> Result<Option<usize>, Socks5ClientError> {
        let Some(&command) = bytes.get(1) else { return Ok(None) };
        if Command(command) != Command::CONNECT {
            self.last_words = Some(reply(Reply::COMMAND_NOT_SUPPORTED, None));
            return Err(Socks5ClientError::Command { command: Command(command) });
        }
        // The byte before the address is reserved, and its value is ignored.
        let address = match bytes.get(3..).map_or(Ok(None), message::address) {
            Ok(address) => address,
            Err(NoAddress::Type(found)) => {
                self.last_words = Some(reply(Reply::ADDRESS_TYPE_NOT_SUPPORTED, None));
                return Err(Socks5ClientError::AddressType { found });
            }
            Err(NoAddress::EmptyName) => return Err(Socks5ClientError::EmptyName),
        };
        let Some((host, port, length)) = address else { return Ok(None) };
        let host = match host {
            Host::Ip(ip) => ip.to_string(),
            // Programs compare names and write them into logs, so a name must be text without control characters.
            Host::Name(name) => match std::str::from_utf8(name) {
                Ok(name) if !name.chars().any(char::is_control) => name.to_owned(),
                _ => return Err(Socks5ClientError::Name { found: name.escape_ascii().to_string() }),
            },
        };
        self.target = Some(Target::host(host, port));
        Ok(Some(3 + length))
    }
}

/// Splits off a text that follows a byte with its length, and returns it and the rest. Returns `None` if the text is incomplete.
fn counted(bytes: &[u8]) -> Option<(&[u8], &[u8])> {
    let (&length, rest) = bytes.split_first()?;
    rest.split_at_checked(length.into())
}

/// Returns a reply with the local address of the proxy's connection to the target, or with 0.0.0.0:0.
fn reply(reply: Reply, bound: Option<SocketAddr>) -> Vec<u8> {
    let bound = bound.unwrap_or_else(|| SocketAddr::from((Ipv4Addr::UNSPECIFIED, 0)));
    [&[VERSION, reply.0, 0], &message::of_address(bound)[..]].concat()
}

/// Returns the reply that reports a denial.
fn denied(denial: Denial) -> Reply {
    match denial {
        Denial::NotAllowed => Reply::NOT_ALLOWED,
        Denial::NetworkUnreachable => Reply::NETWORK_UNREACHABLE,
        Denial::HostUnreachable | Denial::NameUnknown => Reply::HOST_UNREACHABLE,
        Denial::ConnectionRefused => Reply::CONNECTION_REFUSED,
        // SOCKS has no reply for a timeout. Tor and microsocks send this one, which has no other use for connections, so that a
        // client can distinguish a timeout from a target that is known to be unreachable.
        Denial::TimedOut => Reply::TTL_EXPIRED,
        Denial::AddressNotSupported => Reply::ADDRESS_TYPE_NOT_SUPPORTED,
        Denial::Failure => Reply::FAILURE,
    }
}

impl machine::Handshake for Handshake {
    fn receive(&mut self, input: &mut Buffer, below: &mut Buffer) -> Result<Progress, SessionError> {
        Ok(self.read(input, below)?)
    }

    fn receive_end(&mut self, input: &mut Buffer) -> Result<(), SessionError> {
        Err(Socks5ClientError::Truncated { message: self.awaited, received: input.len() }.into())
    }

    fn abort(&mut self, below: &mut Buffer) {
        let usual = || match self.awaited {
            Message::Greeting => vec![VERSION, Method::UNACCEPTABLE.0],
            // RFC 1929, section 2: any status but 0, and then the connection must be closed.
            Message::Password => vec![PASSWORD_VERSION, 1],
            Message::Request => reply(Reply::FAILURE, None),
        };
        below.push(&self.last_words.take().unwrap_or_else(usual));
    }

    fn facts(&self) -> Vec<(&'static str, String)> {
        let authentication = self.method().name().map(|name| ("authentication", name.to_owned()));
        let user = self.user.clone().map(|user| ("user", user));
        let target = self.target.as_ref().map(|target| ("target", target.to_string()));
        [authentication, user, target].into_iter().flatten().collect()
    }

    fn claims(&self) -> Claims {
        self.target.clone().map_or_else(Claims::default, Claims::of_target)
    }

    fn answer(&mut self, answer: &Answer, below: &mut Buffer) -> Result<(), SessionError> {
        below.push(&match answer {
            Answer::Granted(bound) => reply(Reply::SUCCEEDED, *bound),
            Answer::Refused(denial) => reply(denied(*denial), None),
        });
        Ok(())
    }
}
