//! The messages of one connection (RFC 1928, sections 3 to 6; RFC 1929, section 2).
//!
//! ```text
//! to the proxy                                 from the proxy
//! version 5, count, methods                    version 5, method
//! version 1, length, user, length, password    version 1, status             (if that is the method)
//! version 5, connect, 0, type, address, port   version 5, reply, 0, type, address, port
//! ```

use super::Proxy;
use super::error::{Message, Method, Reply, Socks5Error};
use crate::net::Target;
use crate::net::machine::{self, Above, Buffer, Phase, SessionError};
use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;

/// Of SOCKS.
const VERSION: u8 = 5;
/// Of authentication with a password.
const PASSWORD_VERSION: u8 = 1;
/// The command CONNECT.
const CONNECT: u8 = 1;
/// The types of addresses.
const IPV4: u8 = 1;
const NAME: u8 = 3;
const IPV6: u8 = 4;

pub(super) struct Session {
    proxy: Arc<Proxy>,
    target: Target,
    /// The request, ready to be sent.
    request: Vec<u8>,
    /// The message of the proxy that is to come; nothing: the target is at the other end.
    awaited: Option<Message>,
    method: Method,
    /// The address that the proxy bound for us.
    bound: String,
}

impl Session {
    pub fn new(proxy: Arc<Proxy>, target: Target) -> Self {
        Session {
            proxy,
            target,
            request: Vec::new(),
            awaited: Some(Message::Choice),
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

    /// Reads a message off the front of the input, and answers it; false: it is not all there.
    fn read(&mut self, message: Message, input: &mut Buffer, below: &mut Buffer) -> Result<bool, Socks5Error> {
        let bytes = input.bytes();
        let expected = if message == Message::Status { PASSWORD_VERSION } else { VERSION };
        if let Some(&found) = bytes.first()
            && found != expected
        {
            return Err(Socks5Error::Version { proxy: self.proxy(), message, found, expected });
        }
        let Some(&answer) = bytes.get(1) else { return Ok(false) };
        let length = match message {
            Message::Choice => {
                self.awaited = Some(self.chosen(Method(answer), below)?);
                2
            }
            Message::Status => {
                self.authenticated(answer)?;
                below.push(&self.request);
                self.awaited = Some(Message::Reply);
                2
            }
            Message::Reply => {
                let Some((bound, length)) = self.connected(Reply(answer), bytes)? else { return Ok(false) };
                self.bound = bound;
                self.awaited = None;
                length
            }
        };
        input.consume(length);
        Ok(true)
    }

    /// The proxy chose a method: goes on with that, and says what is to come next.
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
                    // Both were found to be of 1 to 255 bytes.
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

    /// The address in the reply, and the reply's length in bytes, when it is all there.
    fn connected(&self, reply: Reply, bytes: &[u8]) -> Result<Option<(String, usize)>, Socks5Error> {
        // A proxy that refuses may well leave out the rest.
        if reply != Reply::SUCCEEDED {
            return Err(Socks5Error::Refused { proxy: self.proxy(), target: self.target.clone(), reply });
        }
        let Some(&kind) = bytes.get(3) else { return Ok(None) };
        let (start, length) = match kind {
            IPV4 => (4, 4),
            IPV6 => (4, 16),
            NAME => match bytes.get(4) {
                None => return Ok(None),
                Some(0) => return Err(Socks5Error::EmptyName { proxy: self.proxy() }),
                Some(&length) => (5, length.into()),
            },
            found => return Err(Socks5Error::AddressType { proxy: self.proxy(), found }),
        };
        let end = start + length;
        let Some(&[high, low]) = bytes.get(end..end + 2) else { return Ok(None) };
        let port = u16::from_be_bytes([high, low]);
        let host = &bytes[start..end];
        let ip = match kind {
            IPV4 => <[u8; 4]>::try_from(host).ok().map(IpAddr::from),
            IPV6 => <[u8; 16]>::try_from(host).ok().map(IpAddr::from),
            _ => None,
        };
        let bound = match ip {
            Some(ip) => SocketAddr::new(ip, port).to_string(),
            None => format!("{}:{port}", host.escape_ascii()),
        };
        Ok(Some((bound, end + 2)))
    }
}

/// The request for a target.
fn request(target: &Target) -> Result<Vec<u8>, Socks5Error> {
    let Some((host, port)) = target.host_and_port() else {
        return Err(Socks5Error::NoHost { target: target.clone() });
    };
    let mut request = vec![VERSION, CONNECT, 0];
    match host.parse() {
        Ok(IpAddr::V4(ip)) => {
            request.push(IPV4);
            request.extend(ip.octets());
        }
        Ok(IpAddr::V6(ip)) => {
            request.push(IPV6);
            request.extend(ip.octets());
        }
        Err(_) => {
            let length = u8::try_from(host.len()).ok().filter(|&length| length > 0);
            // RFC 1928 gives the name a length and allows any byte; a proxy that keeps it as C does would stop at a 0.
            let control = host.chars().any(char::is_control);
            let Some(length) = length.filter(|_| !control) else {
                return Err(Socks5Error::Name { length: host.len(), control });
            };
            request.extend([NAME, length]);
            request.extend(host.as_bytes());
        }
    }
    request.extend(port.to_be_bytes());
    Ok(request)
}

impl machine::Session for Session {
    fn phase(&self) -> Phase {
        if self.awaited.is_some() { Phase::Handshake } else { Phase::Retired }
    }

    fn start(&mut self, below: &mut Buffer) -> Result<(), SessionError> {
        // Nothing is said to the proxy if the request cannot be made.
        self.request = request(&self.target)?;
        let methods = self.methods();
        below.push(&[VERSION, methods.len() as u8]);
        for method in methods {
            below.push(&[method.0]);
        }
        Ok(())
    }

    fn receive(&mut self, input: &mut Buffer, _: &mut Above<'_>, below: &mut Buffer) -> Result<(), SessionError> {
        while let Some(message) = self.awaited
            && self.read(message, input, below)?
        {}
        Ok(())
    }

    fn receive_end(&mut self, input: &mut Buffer, _: &mut Above<'_>) -> Result<(), SessionError> {
        match self.awaited {
            None => Ok(()),
            Some(message) => Err(Socks5Error::Truncated { proxy: self.proxy(), message, received: input.len() }.into()),
        }
    }

    /// Never called, as the session is never open.
    fn send(&mut self, _: &[u8], _: &mut Buffer) -> Result<usize, SessionError> {
        Ok(0)
    }

    fn send_end(&mut self, _: &mut Buffer) -> Result<(), SessionError> {
        Ok(())
    }

    fn facts(&self) -> Vec<(&'static str, String)> {
        let mut facts = vec![("proxy", self.proxy().to_string())];
        facts.extend(self.method.name().map(|name| ("authentication", name.to_owned())));
        facts.push(("bound", self.bound.clone()));
        facts
    }
}
