//! What can be wrong with a header.

use super::header::Version;
use crate::net::machine::{Failure, SessionError};
use std::fmt;

/// Why there is no PROXY protocol header that can be believed.
///
/// What was found is escaped, and shortened where it is long.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ProxyProtocolError {
    /// The connection begins with something else.
    #[error("the connection begins with `{found}` where a PROXY protocol header is expected")]
    Absent {
        /// Its first bytes, up to the one that begins no header.
        found: String,
    },
    /// The header is of the version that the option `version` excludes.
    #[error("the PROXY protocol header is of version {found} where version {expected} is expected")]
    Version {
        /// The header's.
        found: Version,
        /// The option's.
        expected: Version,
    },
    /// A line does not end in time.
    #[error("the header's line does not end within 107 bytes")]
    LongLine,
    /// A line ends with a carriage return or a line feed alone.
    #[error("the header's line ends with `{found}` where `\\r\\n` is expected")]
    LineEnd {
        /// What it ends with.
        found: String,
    },
    /// A line names another protocol.
    #[error("the header's line is for `{found}` where `TCP4`, `TCP6` or `UNKNOWN` is expected")]
    Protocol {
        /// The name.
        found: String,
    },
    /// A line has not one source, destination, and port of each.
    #[error("the header's line has {found} words behind its protocol where two addresses and two ports are expected")]
    Words {
        /// How many words there are.
        found: usize,
    },
    /// A word of a line cannot be read.
    #[error("`{found}` is the {word} in the header's line where {} is expected", .word.expected(.six))]
    Word {
        /// Which word.
        word: Word,
        /// Whether addresses of IPv6 are expected, not IPv4.
        six: bool,
        /// The word.
        found: String,
    },
    /// The signature of version 2 is there, and then another version.
    #[error("the binary header is of version {found} where 2 is expected")]
    BinaryVersion {
        /// The version, 0 to 15.
        found: u8,
    },
    /// A binary header has an unassigned command.
    #[error("the header has command {found} where 0 (LOCAL) or 1 (PROXY) is expected")]
    Command {
        /// The command, 0 to 15.
        found: u8,
    },
    /// A binary header has an unassigned address family.
    #[error("the header has address family {found} where 0 to 3 (unspecified, inet, inet6, unix) is expected")]
    Family {
        /// The family, 0 to 15.
        found: u8,
    },
    /// A binary header has an unassigned transport protocol.
    #[error("the header has transport protocol {found} where 0 to 2 (unspecified, stream, datagram) is expected")]
    Transport {
        /// The protocol, 0 to 15.
        found: u8,
    },
    /// A binary header has no room for its addresses.
    #[error("the header has {found} bytes for its addresses where {expected} are expected")]
    Addresses {
        /// How many bytes it has, by its length.
        found: usize,
        /// How many its family takes.
        expected: usize,
    },
    /// What follows the addresses ends within a vector.
    #[error("the header ends within a vector, after {found} bytes of it where {expected} are expected")]
    VectorEnd {
        /// How many bytes of the vector there are.
        found: usize,
        /// How many it takes, as far as that is known.
        expected: usize,
    },
    /// A vector is too short, or too long, for what it holds.
    #[error("the header's vector {vector} has {found} bytes where {expected} expected")]
    VectorLength {
        /// Which vector.
        vector: Vector,
        /// The length of its value in bytes.
        found: usize,
        /// What is expected, in words.
        expected: &'static str,
    },
    /// A vector that there is one of comes twice: which of them is to be believed?
    #[error("the header's vector {vector} is there twice")]
    VectorTwice {
        /// Which vector.
        vector: Vector,
    },
    /// The checksum is not that of the header.
    #[error("the header's checksum is {found:08x}, and that of its bytes {computed:08x}")]
    Checksum {
        /// The header's.
        found: u32,
        /// That of its bytes (CRC32c).
        computed: u32,
    },
    /// The connection ended within the header, or before it.
    #[error("the connection ended after {received} bytes of the PROXY protocol header")]
    Truncated {
        /// How many bytes of it had come.
        received: usize,
    },
}

/// A word of the header of version 1, behind its protocol.
#[derive(Copy, Clone, Debug, PartialEq, Eq)]
pub enum Word {
    /// Where the connection comes from.
    Source,
    /// Where it leads.
    Destination,
    /// The port where it comes from.
    SourcePort,
    /// The port where it leads.
    DestinationPort,
}

/// The type of a type-length-value vector; inside that for TLS, of its own vectors.
#[derive(Copy, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Vector(pub u8);

impl ProxyProtocolError {
    /// Returns what kind of failure it is.
    pub fn failure(&self) -> Failure {
        match self {
            ProxyProtocolError::Truncated { .. } => Failure::Truncated,
            _ => Failure::Protocol,
        }
    }
}

impl From<ProxyProtocolError> for SessionError {
    fn from(error: ProxyProtocolError) -> Self {
        // What is no header, or is not intact, does not say whose connection it is.
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
    /// The protocol that is spoken above: that of ALPN.
    pub const ALPN: Vector = Vector(0x01);
    /// The host that the client names: that of SNI.
    pub const AUTHORITY: Vector = Vector(0x02);
    /// The checksum of the header.
    pub const CRC32C: Vector = Vector(0x03);
    /// Nothing, to fill up.
    pub const NOOP: Vector = Vector(0x04);
    /// A name of the connection.
    pub const UNIQUE_ID: Vector = Vector(0x05);
    /// That the client speaks TLS, and with which certificate.
    pub const SSL: Vector = Vector(0x20);
    /// Inside [`SSL`](Vector::SSL): the version of TLS.
    pub const SSL_VERSION: Vector = Vector(0x21);
    /// Inside [`SSL`](Vector::SSL): the common name of the client's certificate.
    pub const SSL_CN: Vector = Vector(0x22);
    /// Inside [`SSL`](Vector::SSL): the cipher.
    pub const SSL_CIPHER: Vector = Vector(0x23);
    /// Inside [`SSL`](Vector::SSL): the algorithm that signed the certificate of the proxy.
    pub const SSL_SIG_ALG: Vector = Vector(0x24);
    /// Inside [`SSL`](Vector::SSL): the algorithm of the key of that certificate.
    pub const SSL_KEY_ALG: Vector = Vector(0x25);
    /// The name of the network namespace.
    pub const NETNS: Vector = Vector(0x30);

    /// Returns its name in the specification, without `PP2_TYPE_` or `PP2_SUBTYPE_`, or `None` for one that is not there.
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
