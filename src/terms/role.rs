//! The two sides of a connection.

use super::UnknownName;

/// The side of a connection that a request asks for.
///
/// A service can hold on one side only: `tls` proves to a client who its server is, while a server learns who its client is only
/// if the client presents a certificate.
#[derive(Copy, Clone, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Role {
    /// The side that makes the connection.
    #[default]
    Connect,
    /// The side that accepts the connection.
    Accept,
}

impl Role {
    /// Both roles.
    pub const ALL: [Role; 2] = [Role::Connect, Role::Accept];

    /// Returns `connect` or `accept`.
    pub const fn name(self) -> &'static str {
        match self {
            Role::Connect => "connect",
            Role::Accept => "accept",
        }
    }

    /// Returns the verb for messages: "connecting" or "accepting".
    pub const fn verb(self) -> &'static str {
        match self {
            Role::Connect => "connecting",
            Role::Accept => "accepting",
        }
    }
}

impl std::fmt::Display for Role {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.name())
    }
}

impl std::str::FromStr for Role {
    type Err = UnknownName;

    fn from_str(name: &str) -> Result<Self, UnknownName> {
        Role::ALL.into_iter().find(|role| role.name() == name).ok_or_else(|| UnknownName::new("role", name))
    }
}
