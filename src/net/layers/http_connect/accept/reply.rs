//! The answers to clients.

use super::super::message::{LONGEST_HEADER, MOST_LINES};
use super::error::{Credentials, HttpConnectClientError as Error};
use crate::net::machine::Denial;

/// The answer to a client that is connected. It has no content, and no field that would announce any (RFC 9110, section 9.3.6).
pub(super) const GRANTED: &[u8] = b"HTTP/1.1 200 Connection established\r\n\r\n";

/// The name of this service in the answers to clients of other protocols.
const SERVICE: &str = "an HTTP proxy";

/// The field that asks a client for a user and a password.
const CHALLENGE: &str = "Proxy-Authenticate: Basic realm=\"sockatlas\", charset=\"UTF-8\"\r\n";

/// Returns the answer to the client after an error.
pub(super) fn to_error(error: &Error) -> Vec<u8> {
    let (status, field) = match error {
        Error::WrongProtocol { protocol } => return protocol.rejection(SERVICE),
        Error::Malformed { .. } | Error::Target { .. } | Error::Host { .. } | Error::Content { .. } => {
            ("400 Bad Request", "")
        }
        Error::Truncated { .. } => ("400 Bad Request", ""),
        Error::Authentication { what: Credentials::Several } => ("400 Bad Request", ""),
        Error::Method { .. } => ("405 Method Not Allowed", "Allow: CONNECT\r\n"),
        Error::Authentication { .. } => ("407 Proxy Authentication Required", CHALLENGE),
        Error::LongHeader | Error::ManyLines => ("431 Request Header Fields Too Large", ""),
        Error::Version => ("505 HTTP Version Not Supported", ""),
    };
    // The texts are constant, so nothing that the client sent is sent back.
    let words = match error {
        Error::Target { .. } => "the target of CONNECT is HOST:PORT, with an IPv6 address in brackets",
        Error::Host { .. } => "a request has one Host, which is a host with or without a port",
        Error::Content { .. } => "a CONNECT request has no content",
        Error::Truncated { .. } => "the request ended before the end of its header",
        Error::Method { .. } => "this proxy serves CONNECT only: for an http URL too, the client must ask for a tunnel",
        Error::Authentication { what: Credentials::Several } => "a request has at most one Proxy-Authorization",
        Error::Authentication { what: Credentials::Wrong { .. } } => "the user is not known, or has another password",
        Error::Authentication { .. } => "this proxy is for those who have a user and a password",
        Error::LongHeader => &format!("the header has more than {LONGEST_HEADER} bytes"),
        Error::ManyLines => &format!("the header has more than {MOST_LINES} lines"),
        Error::Version => "this proxy speaks HTTP/1.1 and HTTP/1.0",
        _ => "the header is malformed",
    };
    answer(status, "http_request_error", field, words)
}

/// Returns the answer to the client when the connection to its target was denied. The error types are those of RFC 9209, section
/// 2.3.
pub(super) fn to_denied(denial: Denial) -> Vec<u8> {
    const GATEWAY: &str = "502 Bad Gateway";
    let (status, kind) = match denial {
        Denial::NotAllowed => ("403 Forbidden", "http_request_denied"),
        Denial::NetworkUnreachable | Denial::AddressNotSupported => (GATEWAY, "destination_ip_unroutable"),
        Denial::HostUnreachable => (GATEWAY, "destination_ip_unroutable"),
        Denial::NameUnknown => (GATEWAY, "dns_error"),
        Denial::ConnectionRefused => (GATEWAY, "connection_refused"),
        Denial::TimedOut => ("504 Gateway Timeout", "connection_timeout"),
        Denial::Failure => (GATEWAY, "destination_unavailable"),
    };
    answer(status, kind, "", denial.words())
}

/// Returns an answer after which the connection is closed. `words` must be ASCII without quotation marks and backslashes.
fn answer(status: &str, kind: &str, field: &str, words: &str) -> Vec<u8> {
    let length = words.len() + 1;
    let answer = format!(
        "HTTP/1.1 {status}\r\n{field}Proxy-Status: sockatlas; error={kind}; details=\"{words}\"\r\n\
         Content-Type: text/plain; charset=utf-8\r\nContent-Length: {length}\r\nConnection: close\r\n\r\n{words}\n"
    );
    answer.into_bytes()
}
