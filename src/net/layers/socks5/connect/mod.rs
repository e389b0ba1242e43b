//! The connecting side: the session of one connection through a proxy.

mod error;
#[cfg(test)]
pub(super) mod tests;

pub use error::Socks5Error;

use super::message::{self, Command, Host, Method, NoAddress, PASSWORD_VERSION, Reply, VERSION};
use crate::net::Target;
use crate::net::machine::{self, Buffer, HandshakeSession, Progress, SessionError};
use crate::net::provider::{Context, Layer, ProviderError};
use crate::net::settings::{Secret, Settings};
use error::Message;
use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;

/// The address of a proxy, and the credentials for it.
#[derive(Debug)]
struct Proxy {
    address: Target,
    user: Option<User>,
}

/// A user and a password, each of 1 to 255 bytes.
#[derive(Debug)]
struct User {
    name: String,
    password: Secret,
}

/// The layer with its options: creates sessions with one proxy.
#[derive(Debug)]
pub(super) struct Connecting(Arc<Proxy>);

impl Connecting {
    pub fn new(settings: &Settings<'_>) -> Result<Self, ProviderError> {
        let Some((host, port)) = settings.address("proxy") else {
            return Err(ProviderError::option("proxy", "neither the catalog nor the call states it"));
        };
        let user = match (settings.text("username"), settings.secret("password")?) {
            (Some(name), Some(password)) => Some(user(name, password)?),
            // The module's options require both or neither, so one without the other has been rejected before.
            _ => None,
        };
        Ok(Connecting(Arc::new(Proxy { address: Target::host(host, port), user })))
    }
}

/// Checks the lengths of the user and the password: RFC 1929 has one byte for each, and does not allow empty ones.
fn user(name: &str, password: Secret) -> Result<User, ProviderError> {
    for (option, text) in [("username", name), ("password", password.reveal())] {
        if !(1..=255).contains(&text.len()) {
            let why = format!("{} bytes where 1 to 255 are expected (RFC 1929)", text.len());
            return Err(ProviderError::option(option, why));
        }
    }
    Ok(User { name: name.to_owned(), password })
}

impl Layer for Connecting {
    fn below(&self, _: &Target) -> Target {
        self.0.address.clone()
    }

    fn session(&self, context: &Context<'_>) -> Result<Box<dyn machine::Session>, ProviderError> {
        let Some(target) = context.target else {
            return Err(ProviderError::unsupported("a SOCKS 5 proxy without a target"));
        };
        Ok(Box::new(HandshakeSession::new(Handshake::new(self.0.clone(), target.clone()))))
    }
}

struct Handshake {
    proxy: Arc<Proxy>,
    target: Target,
    /// The bytes of the request.
    request: Vec<u8>,
    /// The message of the proxy that is to come.
    awaited: Message,
    method: Method,
    /// The address in the proxy's reply: its end of the connection to the target.
    bound: String,
}

impl Handshake {
    pub fn new(proxy: Arc<Proxy>, target: Target) -> Self {
        Handshake {
            proxy,
            target,
            request: Vec::new(),
            awaited: Message::Choice,
            method: Method::NONE,
            bound: String::new(),
        }
    }

    fn methods(&self) -> &'static [Method] {
        if self.proxy.user.is_some() { &[Method::NONE, Method::PASSWORD] } else { &[Method::NONE] }
    }

    fn proxy(&self) -> Target {
        self.proxy.address.clone()
    }

    /// Reads a message off the front of the input, if it is all there, and answers it.
    fn read(&mut self, input: &mut Buffer, below: &mut Buffer) -> Result<Progress, Socks5Error> {
        let (bytes, message) = (input.bytes(), self.awaited);
        let expected = if message == Message::Status { PASSWORD_VERSION } else { VERSION };
        if let Some(&found) = bytes.first()
            && found != expected
        {
            return Err(Socks5Error::Version { proxy: self.proxy(), message, found, expected });
        }
        let Some(&answer) = bytes.get(1) else { return Ok(Progress::Continues) };
        let (length, progress) = match message {
            Message::Choice => {
                self.awaited = self.chosen(Method(answer), below)?;
                (2, Progress::Continues)
            }
            Message::Status => {
                self.authenticated(answer)?;
                below.push(&self.request);
                self.awaited = Message::Reply;
                (2, Progress::Continues)
            }
            Message::Reply => {
                let Some((bound, length)) = self.connected(Reply(answer), bytes)? else {
                    return Ok(Progress::Continues);
                };
                self.bound = bound;
                (length, Progress::Done)
            }
        };
        input.consume(length);
        Ok(progress)
    }

    /// Continues with the method that the proxy chose, and returns the message that it must send next.
    fn chosen(&mut self, method: Method, below: &mut Buffer) -> Result<Message, Socks5Error> {
        self.method = method;
        match (method, &self.proxy.user) {
            (Method::NONE, _) => {
                below.push(&self.request);
                Ok(Message::Reply)
            }
            (Method::PASSWORD, Some(user)) => {
                below.push(&[PASSWORD_VERSION]);
                for text in [&*user.name, user.password.reveal()] {
                    // `user` has checked that both have 1 to 255 bytes.
                    below.push(&[text.len() as u8]);
                    below.push(text.as_bytes());
                }
                Ok(Message::Status)
            }
            (Method::UNACCEPTABLE, _) => {
                let offered: Vec<&str> = self.methods().iter().filter_map(|method| method.name()).collect();
                Err(Socks5Error::NoMethod { proxy: self.proxy(), offered: offered.join(", ") })
            }
            (method, _) => Err(Socks5Error::NotOffered { proxy: self.proxy(), method }),
        }
    }

    fn authenticated(&self, status: u8) -> Result<(), Socks5Error> {
        if status == 0 {
            return Ok(());
        }
        let user = self.proxy.user.as_ref().map_or_else(String::new, |user| user.name.clone());
        Err(Socks5Error::Authentication { proxy: self.proxy(), user, status })
    }

    /// Returns the address in the reply and the length of the reply in bytes, or `None` if the reply is incomplete.
    fn connected(&self, reply: Reply, bytes: &[u8]) -> Result<Option<(String, usize)>, Socks5Error> {
        // A proxy that refuses may leave out the rest of the reply.
        if reply != Reply::SUCCEEDED {
            return Err(Socks5Error::Refused { proxy: self.proxy(), target: self.target.clone(), reply });
        }
        // The byte before the address is reserved.
        let address = bytes.get(3..).map_or(Ok(None), message::address).map_err(|none| match none {
            NoAddress::Type(found) => Socks5Error::AddressType { proxy: self.proxy(), found },
            NoAddress::EmptyName => Socks5Error::EmptyName { proxy: self.proxy() },
        })?;
        Ok(address.map(|(host, port, length)| {
            let bound = match host {
                Host::Ip(ip) => SocketAddr::new(ip, port).to_string(),
                Host::Name(name) => format!("{}:{port}", name.escape_ascii()),
            };
            (bound, 3 + length)
        }))
    }
}

/// Returns the bytes of the request for a target.
fn request(target: &Target) -> Result<Vec<u8>, Socks5Error> {
    let Some((host, port)) = target.host_and_port() else {
        return Err(Socks5Error::NoHost { target: target.clone() });
    };
    let address = match host.parse::<IpAddr>() {
        Ok(ip) => message::of_address(SocketAddr::new(ip, port)),
        Err(_) => {
            // RFC 1928 allows any byte in a name; a proxy that handles names as C strings would stop at a byte of 0.
            let control = host.chars().any(char::is_control);
            let Some(name) = message::of_name(&host, port).filter(|_| !control) else {
                return Err(Socks5Error::Name { length: host.len(), control });
            };
            name
        }
    };
    Ok([&[VERSION, Command::CONNECT.0, 0], &address[..]].concat())
}

impl machine::Handshake for Handshake {
    fn start(&mut self, below: &mut Buffer) -> Result<Progress, SessionError> {
        // Nothing is sent to the proxy if the request cannot be made.
        self.request = request(&self.target)?;
        let methods = self.methods();
        below.push(&[VERSION, methods.len() as u8]);
        for method in methods {
            below.push(&[method.0]);
        }
        Ok(Progress::Continues)
    }

    fn receive(&mut self, input: &mut Buffer, below: &mut Buffer) -> Result<Progress, SessionError> {
        Ok(self.read(input, below)?)
    }

    fn receive_end(&mut self, input: &mut Buffer) -> Result<(), SessionError> {
        Err(Socks5Error::Truncated { proxy: self.proxy(), message: self.awaited, received: input.len() }.into())
    }

    fn facts(&self) -> Vec<(&'static str, String)> {
        let mut facts = vec![("proxy", self.proxy().to_string())];
        facts.extend(self.method.name().map(|name| ("authentication", name.to_owned())));
        facts.push(("bound", self.bound.clone()));
        facts
    }
}
