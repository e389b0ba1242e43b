//! The errors of headers.

use super::header::Version;
use crate::net::machine::{Failure, SessionError};
use std::fmt;

/// The reason why there is no PROXY protocol header, or none that can be trusted.
///
/// Bytes of the peer are escaped, and cut where they are long.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ProxyProtocolError {
    /// The connection does not begin with a header.
    #[error("the connection begins with `{found}` where a PROXY protocol header is expected")]
    Absent {
        /// The first bytes of the connection, up to the one that differs from every header.
        found: String,
    },
    /// The header is of the version that the option `version` excludes.
    #[error("the PROXY protocol header is of version {found} where version {expected} is expected")]
    Version {
        /// The version of the header.
        found: Version,
        /// The version that the option demands.
        expected: Version,
    },
    /// The line of version 1 is too long.
    #[error("the header's line does not end within 107 bytes")]
    LongLine,
    /// The line ends with a carriage return or a line feed alone.
    #[error("the header's line ends with `{found}` where `\\r\\n` is expected")]
    LineEnd {
        /// The bytes at its end.
        found: String,
    },
    /// The line names an unknown protocol.
    #[error("the header's line is for `{found}` where `TCP4`, `TCP6` or `UNKNOWN` is expected")]
    Protocol {
        /// The name.
        found: String,
    },
    /// The line does not have two addresses and two ports.
    #[error("the header's line has {found} words behind its protocol where two addresses and two ports are expected")]
    Words {
        /// The number of words behind the protocol.
        found: usize,
    },
    /// A word of the line cannot be parsed.
    #[error("`{found}` is the {word} in the header's line where {} is expected", .word.expected(.six))]
    Word {
        /// The place of the word.
        word: Word,
        /// Whether addresses of IPv6 are expected, and not of IPv4.
        six: bool,
        /// The word.
        found: String,
    },
    /// The signature of version 2 is followed by another version.
    #[error("the binary header is of version {found} where 2 is expected")]
    BinaryVersion {
        /// The version, 0 to 15.
        found: u8,
    },
    /// The binary header has an unassigned command.
    #[error("the header has command {found} where 0 (LOCAL) or 1 (PROXY) is expected")]
    Command {
        /// The command, 0 to 15.
        found: u8,
    },
    /// The binary header has an unassigned address family.
    #[error("the header has address family {found} where 0 to 3 (unspecified, inet, inet6, unix) is expected")]
    Family {
        /// The family, 0 to 15.
        found: u8,
    },
    /// The binary header has an unassigned transport protocol.
    #[error("the header has transport protocol {found} where 0 to 2 (unspecified, stream, datagram) is expected")]
    Transport {
        /// The protocol, 0 to 15.
        found: u8,
    },
    /// The binary header is too short for its addresses.
    #[error("the header has {found} bytes for its addresses where {expected} are expected")]
    Addresses {
        /// The number of bytes behind the fixed part, as its length states.
        found: usize,
        /// The number of bytes that the addresses of its family need.
        expected: usize,
    },
    /// The header ends within a vector.
    #[error("the header ends within a vector, after {found} bytes of it where {expected} are expected")]
    VectorEnd {
        /// The number of bytes of the vector that are there.
        found: usize,
        /// The number of bytes of the vector, as far as it is known.
        expected: usize,
    },
    /// The value of a vector is too short or too long.
    #[error("the header's vector {vector} has {found} bytes where {expected} expected")]
    VectorLength {
        /// The vector.
        vector: Vector,
        /// The length of its value in bytes.
        found: usize,
        /// The expected length, in words.
        expected: &'static str,
    },
    /// A vector that may be there once is there twice, so that it is unclear which one holds.
    #[error("the header's vector {vector} is there twice")]
    VectorTwice {
        /// The vector.
        vector: Vector,
    },
    /// The checksum of the header is wrong.
    #[error("the header's checksum is {found:08x}, and that of its bytes {computed:08x}")]
    Checksum {
        /// The checksum in the header.
        found: u32,
        /// The checksum of its bytes (CRC32c).
        computed: u32,
    },
    /// The connection ended before the header did.
    #[error("the connection ended after {received} bytes of the PROXY protocol header")]
    Truncated {
        /// The number of bytes of the header that were received.
        received: usize,
    },
}

/// The place of a word in the header of version 1, behind its protocol.
#[derive(Copy, Clone, Debug, PartialEq, Eq)]
pub enum Word {
    /// The source address.
    Source,
    /// The destination address.
    Destination,
    /// The source port.
    SourcePort,
    /// The destination port.
    DestinationPort,
}

/// The type of a type-length-value vector, or of a vector inside that of TLS.
#[derive(Copy, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Vector(pub u8);

impl ProxyProtocolError {
    /// Returns the kind of failure.
    pub fn failure(&self) -> Failure {
        match self {
            ProxyProtocolError::Truncated { .. } => Failure::Truncated,
            _ => Failure::Protocol,
        }
    }
}

impl From<ProxyProtocolError> for SessionError {
    fn from(error: ProxyProtocolError) -> Self {
        // A header that is absent or damaged does not prove whose connection it is.
        let is_untrusted = error.failure() != Failure::Truncated;
        SessionError::new(error.failure(), error).of_authentication(is_untrusted)
    }
}

impl Word {
    fn expected(self, six: &bool) -> &'static str {
        match (self, six) {
            (Word::SourcePort | Word::DestinationPort, _) => "a port, 0 to 65535 without leading zeros,",
            (_, true) => "an IPv6 address",
            (_, false) => "an IPv4 address",
        }
    }
}

impl fmt::Display for Word {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Word::Source => "source",
            Word::Destination => "destination",
            Word::SourcePort => "source port",
            Word::DestinationPort => "destination port",
        })
    }
}

impl Vector {
    /// The application protocol, as in ALPN.
    pub const ALPN: Vector = Vector(0x01);
    /// The host name that the client sent, as in SNI.
    pub const AUTHORITY: Vector = Vector(0x02);
    /// The checksum of the header.
    pub const CRC32C: Vector = Vector(0x03);
    /// Padding.
    pub const NOOP: Vector = Vector(0x04);
    /// An identifier of the connection.
    pub const UNIQUE_ID: Vector = Vector(0x05);
    /// The client uses TLS; with its version and certificate.
    pub const SSL: Vector = Vector(0x20);
    /// Inside [`SSL`](Vector::SSL): the version of TLS.
    pub const SSL_VERSION: Vector = Vector(0x21);
    /// Inside [`SSL`](Vector::SSL): the common name of the client's certificate.
    pub const SSL_CN: Vector = Vector(0x22);
    /// Inside [`SSL`](Vector::SSL): the cipher.
    pub const SSL_CIPHER: Vector = Vector(0x23);
    /// Inside [`SSL`](Vector::SSL): the algorithm of the signature of the proxy's certificate.
    pub const SSL_SIG_ALG: Vector = Vector(0x24);
    /// Inside [`SSL`](Vector::SSL): the algorithm of the key of the proxy's certificate.
    pub const SSL_KEY_ALG: Vector = Vector(0x25);
    /// The name of the network namespace.
    pub const NETNS: Vector = Vector(0x30);

    /// Returns the name of the type in the specification, without `PP2_TYPE_` or `PP2_SUBTYPE_`, or `None` if it is not there.
    pub const fn name(self) -> Option<&'static str> {
        match self {
            Vector::ALPN => Some("ALPN"),
            Vector::AUTHORITY => Some("AUTHORITY"),
            Vector::CRC32C => Some("CRC32C"),
            Vector::NOOP => Some("NOOP"),
            Vector::UNIQUE_ID => Some("UNIQUE_ID"),
            Vector::SSL => Some("SSL"),
            Vector::SSL_VERSION => Some("SSL_VERSION"),
            Vector::SSL_CN => Some("SSL_CN"),
            Vector::SSL_CIPHER => Some("SSL_CIPHER"),
            Vector::SSL_SIG_ALG => Some("SSL_SIG_ALG"),
            Vector::SSL_KEY_ALG => Some("SSL_KEY_ALG"),
            Vector::NETNS => Some("NETNS"),
            _ => None,
        }
    }
}

impl fmt::Display for Vector {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.name() {
            Some(name) => f.write_str(name),
            None => write!(f, "{:#04x}", self.0),
        }
    }
}

impl fmt::Debug for Vector {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}
