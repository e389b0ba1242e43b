//! The protocol that a client speaks in place of the proxy's, detected by its first byte.

use std::fmt;

/// The protocol that a client speaks, as the first byte that it sends shows: those that are mistaken for one another where proxies
/// are set up.
#[derive(Copy, Clone, Debug, PartialEq, Eq)]
pub enum ClientProtocol {
    /// SOCKS 4: its version.
    Socks4,
    /// SOCKS 5: its version.
    Socks5,
    /// HTTP: a method is a word, and all of them are written in capital letters.
    Http(u8),
    /// TLS: the type of a record with a handshake (RFC 8446, section 5.1).
    Tls,
    /// Something else.
    Unknown(u8),
}

impl ClientProtocol {
    /// Detects the protocol by the first byte.
    pub(super) fn detect(first: u8) -> Self {
        match first {
            4 => ClientProtocol::Socks4,
            5 => ClientProtocol::Socks5,
            0x16 => ClientProtocol::Tls,
            b'A'..=b'Z' => ClientProtocol::Http(first),
            other => ClientProtocol::Unknown(other),
        }
    }

    /// Returns the answer, in the client's own protocol, that it is rejected because `what` is here; empty if that protocol has
    /// no such answer.
    pub(super) fn rejection(self, what: &str) -> Vec<u8> {
        match self {
            // Rejected or failed; the address is of no meaning then. The protocol is older than RFCs: the memo of Ying-Da Lee.
            ClientProtocol::Socks4 => vec![0, 0x5B, 0, 0, 0, 0, 0, 0],
            // None of the methods offered is acceptable (RFC 1928, section 3).
            ClientProtocol::Socks5 => vec![5, 0xFF],
            ClientProtocol::Http(_) => {
                let body = format!("this is {what}\n");
                let head =
                    "HTTP/1.1 400 Bad Request\r\nContent-Type: text/plain; charset=utf-8\r\nConnection: close\r\n";
                format!("{head}Content-Length: {}\r\n\r\n{body}", body.len()).into_bytes()
            }
            ClientProtocol::Tls | ClientProtocol::Unknown(_) => Vec::new(),
        }
    }
}

impl fmt::Display for ClientProtocol {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let escaped = |byte: &u8| byte.escape_ascii().to_string();
        match self {
            ClientProtocol::Socks4 => f.write_str("4, as SOCKS 4 does"),
            ClientProtocol::Socks5 => f.write_str("5, as SOCKS 5 does"),
            ClientProtocol::Http(first) => write!(f, "`{}`, as HTTP does", escaped(first)),
            ClientProtocol::Tls => f.write_str("22, as TLS does"),
            ClientProtocol::Unknown(first) => write!(f, "{first}"),
        }
    }
}
