//! Recognises clients that speak another protocol than that of the proxy, by their first byte.

use std::fmt;

/// The protocol of a client that speaks another protocol than that of the proxy, as its first byte shows.
#[derive(Copy, Clone, Debug, PartialEq, Eq)]
pub enum Stranger {
    /// SOCKS 4: the byte is its version.
    Socks4,
    /// SOCKS 5: the byte is its version.
    Socks5,
    /// HTTP: the byte is a capital letter, as methods are written in capital letters.
    Http(u8),
    /// TLS: the byte is the type of a handshake record (RFC 8446, section 5.1).
    Tls,
    /// Any other byte.
    Unknown(u8),
}

impl Stranger {
    pub(super) fn of(first: u8) -> Self {
        match first {
            4 => Stranger::Socks4,
            5 => Stranger::Socks5,
            0x16 => Stranger::Tls,
            b'A'..=b'Z' => Stranger::Http(first),
            other => Stranger::Unknown(other),
        }
    }

    /// Returns the answer that reports in the client's own protocol that this is `what`, or no bytes where the protocol has none.
    pub(super) fn reported(self, what: &str) -> Vec<u8> {
        match self {
            // "Rejected or failed"; the address has no meaning then. The source is the memo of Ying-Da Lee, as there is no RFC.
            Stranger::Socks4 => vec![0, 0x5B, 0, 0, 0, 0, 0, 0],
            // "None of the methods offered is acceptable" (RFC 1928, section 3).
            Stranger::Socks5 => vec![5, 0xFF],
            Stranger::Http(_) => {
                let body = format!("this is {what}\n");
                let head =
                    "HTTP/1.1 400 Bad Request\r\nContent-Type: text/plain; charset=utf-8\r\nConnection: close\r\n";
                format!("{head}Content-Length: {}\r\n\r\n{body}", body.len()).into_bytes()
            }
            Stranger::Tls | Stranger::Unknown(_) => Vec::new(),
        }
    }
}

impl fmt::Display for Stranger {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let escaped = |byte: &u8| byte.escape_ascii().to_string();
        match self {
            Stranger::Socks4 => f.write_str("4, as SOCKS 4 does"),
            Stranger::Socks5 => f.write_str("5, as SOCKS 5 does"),
            Stranger::Http(first) => write!(f, "`{}`, as HTTP does", escaped(first)),
            Stranger::Tls => f.write_str("22, as TLS does"),
            Stranger::Unknown(first) => write!(f, "{first}"),
        }
    }
}
