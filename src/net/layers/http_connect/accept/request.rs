//! Parses requests, and checks them against the RFCs.

use super::super::message::{LONGEST_HOST, MOST_LINES, stands_in_host};
use super::error::{Credentials as Missing, HostLine, HttpConnectClientError};
use crate::net::Target;
use crate::net::layers::users::Users;
use base64::prelude::{BASE64_STANDARD, Engine as _};
use httparse::{Header, Status};
use std::net::Ipv6Addr;

/// The request of a client.
pub(super) struct Request {
    pub target: Target,
    /// The credentials, or an error if they are missing or malformed. The error is reported only where credentials are required.
    pub credentials: Result<Credentials, HttpConnectClientError>,
}

/// A user and a password, joined by a colon, before they are verified.
pub(super) struct Credentials(Vec<u8>);

/// Parses a complete header.
pub(super) fn parse(header: &[u8]) -> Result<Request, HttpConnectClientError> {
    let malformed = |error: httparse::Error| HttpConnectClientError::Malformed { problem: error.to_string() };
    let mut lines = [httparse::EMPTY_HEADER; MOST_LINES];
    let mut request = httparse::Request::new(&mut lines);
    let read = request.parse(header).map_err(|error| match error {
        httparse::Error::TooManyHeaders => HttpConnectClientError::ManyLines,
        httparse::Error::Version => HttpConnectClientError::Version,
        error => malformed(error),
    })?;
    // If this parser and `message::Search` disagreed about the end, bytes of the header would be sent to the target.
    let (Status::Complete(length), Some(method), Some(path)) = (read, request.method, request.path) else {
        return Err(malformed(httparse::Error::NewLine));
    };
    if length != header.len() {
        return Err(malformed(httparse::Error::NewLine));
    }
    if method != "CONNECT" {
        return Err(HttpConnectClientError::Method { method: method.to_owned() });
    }
    let target = authority(path).ok_or_else(|| HttpConnectClientError::Target { found: path.to_owned() })?;
    let lines = &*request.headers;
    host_line(lines, request.version == Some(1)).map_err(|problem| HttpConnectClientError::Host { problem })?;
    no_content(lines)?;
    Ok(Request { target, credentials: credentials(lines) })
}

/// Parses `HOST:PORT`, the only form of a target (RFC 9112, section 3.2.3). A request with an empty or invalid port is a bad one
/// (RFC 9110, section 9.3.6).
fn authority(text: &str) -> Option<Target> {
    let (host, port) = text.rsplit_once(':')?;
    let digits = !port.is_empty() && port.bytes().all(|byte| byte.is_ascii_digit());
    let port = port.parse().ok().filter(|&port: &u16| digits && port > 0)?;
    Some(Target::host(self::host(host).filter(|host| !host.is_empty())?, port))
}

/// Returns the host without the brackets of IPv6 (RFC 3986, section 3.2.2). A `%` is rejected: names in DNS have none, and an
/// address with a zone has a meaning for its sender only (RFC 6874, section 1).
fn host(text: &str) -> Option<&str> {
    match text.strip_prefix('[') {
        Some(rest) => rest.strip_suffix(']').filter(|address| address.parse::<Ipv6Addr>().is_ok()),
        None => (text.len() <= LONGEST_HOST && text.chars().all(stands_in_host)).then_some(text),
    }
}

fn values<'l>(lines: &'l [Header<'l>], name: &'l str) -> impl Iterator<Item = &'l [u8]> {
    lines.iter().filter(move |line| line.name.eq_ignore_ascii_case(name)).map(|line| line.value)
}

/// Checks the field `Host`: a request of HTTP/1.1 has exactly one, one of another version at most one, and its value is a host
/// with or without a port (RFC 9112, section 3.2, which demands status 400 otherwise).
///
/// The host is not compared with that of the first line, which alone determines the target (section 3.3): clients leave out the
/// port, or name the proxy.
fn host_line(lines: &[Header<'_>], needed: bool) -> Result<(), HostLine> {
    let mut values = values(lines, "Host");
    let Some(value) = values.next() else { return if needed { Err(HostLine::Missing) } else { Ok(()) } };
    if values.next().is_some() {
        return Err(HostLine::Several);
    }
    let invalid = || HostLine::Invalid { found: value.escape_ascii().to_string() };
    let text = std::str::from_utf8(value).map_err(|_| invalid())?;
    let (name, port) = match text.rsplit_once(':') {
        Some((name, port)) if !port.contains(']') => (name, port),
        _ => (text, ""),
    };
    let port_is_one = port.bytes().all(|byte| byte.is_ascii_digit());
    if port_is_one && host(name).is_some() { Ok(()) } else { Err(invalid()) }
}

/// Checks that a CONNECT request announces no content (RFC 9110, section 9.3.6). Some programs would read the bytes that follow
/// as content, and others as the first bytes for the target. `Content-Length: 0` is accepted, as clients of Windows send it.
fn no_content(lines: &[Header<'_>]) -> Result<(), HttpConnectClientError> {
    let content = |field| HttpConnectClientError::Content { field };
    if values(lines, "Transfer-Encoding").next().is_some() {
        return Err(content("Transfer-Encoding"));
    }
    if values(lines, "Content-Length").any(|value| value != b"0") {
        return Err(content("Content-Length"));
    }
    Ok(())
}

/// Parses the value of the one field `Proxy-Authorization` (RFC 9110, section 11.7.2).
fn credentials(lines: &[Header<'_>]) -> Result<Credentials, HttpConnectClientError> {
    let missing = |what| HttpConnectClientError::Authentication { what };
    let mut values = values(lines, "Proxy-Authorization");
    let Some(value) = values.next() else { return Err(missing(Missing::None)) };
    if values.next().is_some() {
        return Err(missing(Missing::Several));
    }
    let end = value.iter().position(|&byte| byte == b' ').unwrap_or(value.len());
    let (scheme, token) = value.split_at(end);
    if !scheme.eq_ignore_ascii_case(b"Basic") {
        return Err(missing(Missing::OtherScheme { scheme: String::from_utf8_lossy(scheme).into_owned() }));
    }
    let decoded = BASE64_STANDARD.decode(token.trim_ascii()).map_err(|_| missing(Missing::Malformed))?;
    if decoded.contains(&b':') { Ok(Credentials(decoded)) } else { Err(missing(Missing::Malformed)) }
}

impl Credentials {
    /// Returns the name of the user, if one of `users` has these credentials.
    pub fn user_of(&self, users: &Users) -> Result<String, HttpConnectClientError> {
        // RFC 7617, section 2: the first colon ends the user's name.
        let colon = self.0.iter().position(|&byte| byte == b':').unwrap_or(self.0.len());
        let (name, password) = (&self.0[..colon], self.0.get(colon + 1..).unwrap_or_default());
        let user = String::from_utf8_lossy(name).into_owned();
        if users.know(name, password) {
            Ok(user)
        } else {
            Err(HttpConnectClientError::Authentication { what: Missing::Wrong { user } })
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_target_is_a_host_and_a_port_and_nothing_else() {
        let longest = format!("{}:1", "x".repeat(255));
        for (text, host, port) in [
            ("example.org:443", "example.org", 443),
            ("127.0.0.1:1", "127.0.0.1", 1),
            ("[::1]:65535", "::1", 65535),
            ("[::ffff:1.2.3.4]:00080", "::ffff:1.2.3.4", 80),
            (&longest, &longest[..255], 1),
        ] {
            assert_eq!(authority(text), Some(Target::host(host, port)), "{text}");
        }
        let long = format!("x{longest}");
        #[rustfmt::skip]
        let wrong = [
            "", ":", ":443", "example.org", "example.org:", "example.org:0", "example.org:+1", "example.org:65536", "example.org:x",
            "http://example.org:443", "/", "*", "alice@example.org:443", "example.org:443/", "::1:443", "[::1]", "[::1:443",
            "::1]:443", "[fe80::1%25eth0]:443", "[example.org]:443", "[]:443", "ex%61mple.org:443", "käse.example:443", &long,
        ];
        for text in wrong {
            assert_eq!(authority(text), None, "{text}");
        }
    }
}
