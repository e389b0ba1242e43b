//! The words of which a socket request and its answer consist: small exact types, with each system's own numbers.
//!
//! | type | meaning | example |
//! |---|---|---|
//! | [`System`], [`Dialect`] | the system whose numbers, and whose order of tests, apply | `linux` |
//! | [`Family`] | an address family: symbolic, as its number differs by system | `inet6` is 10, 23 or 30 |
//! | [`SocketType`] | a socket type | `stream` is 1 |
//! | [`Protocol`] | a protocol number, named in the scope of a family | `rfcomm` in `bluetooth` |
//! | [`Services`] | the services that an entry offers: the XP1_* flags, our own, and `x-` words | `guaranteed-order` |
//! | [`Categories`] | the kinds of work that a layer does, by which applications permit it | `crypto-compress` |
//! | [`ErrorCode`] | the reason for a refusal, with its Winsock and errno codes | `protocol-not-supported` |
//!
//! Every type parses the text that it prints ([`FromStr`](std::str::FromStr) and [`Display`](std::fmt::Display)). Names are exact
//! and lower case, and a number without a name is kept and prints as a number.
//!
//! The tables are built in, and not taken from the headers of the machine that compiles, because a catalog for Windows can be
//! checked on Linux. Each table names the header or registry that is the source of its facts.
//!
//! This module depends on nothing else in the crate.

mod categories;
mod error_code;
mod family;
mod printable;
mod protocol;
mod role;
mod service;
mod socket_type;
mod system;
mod unknown_name;

pub use categories::Categories;
pub use error_code::{Errno, ErrorCode, WsaError};
pub use family::Family;
#[cfg(feature = "reports")]
pub(crate) use printable::printable_line;
pub use printable::{is_hidden, printable, printable_page};
pub use protocol::Protocol;
pub use role::Role;
pub use service::Services;
pub use socket_type::SocketType;
pub use system::{Dialect, System};
pub use unknown_name::UnknownName;

/// Parses a decimal `i32` as a catalog or a command line writes it: digits, or `-` and digits.
///
/// `str::parse` also accepts a leading `+`, which no list of names or numbers that we read has; it would be a second spelling of
/// the same word.
fn decimal(text: &str) -> Option<i32> {
    if text.starts_with('+') { None } else { text.parse().ok() }
}
