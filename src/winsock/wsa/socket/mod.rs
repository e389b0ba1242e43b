//! The result of `WSASocket`: the provider of the socket and the numbers that it gets, or an error.
//!
//! Without a structure the registry resolves the triple as usual, in the order of native Windows: type, family, protocol. With a
//! structure, the provider is that of the entry with the structure's id. This differs from a request that names an entry
//! ([`Request::entry`]), which refuses values that are not the entry's own:
//!
//! * Values in the arguments take precedence over those of the structure, which replace only 0 and `FROM_PROTOCOL_INFO`.
//! * The structure is the caller's, who may have changed it; of the entry only its provider is used.
//! * The provider gets the resulting values, and creates any socket for which it has an entry: the structure of TCP, changed to
//!   UDP, creates a UDP socket. It checks the family first, and does not accept 0 as a wildcard for the family or the type; it
//!   accepts protocol 0 if an entry matches it.
//!
//! This behaviour was found by the tests of the Wine project on native Windows (`dlls/ws2_32/tests/sock.c`, `test_WSASocket`).
//! After that the flags ([`SocketFlags`]) and the group are checked. The documentation does not say that they are checked last,
//! nor that `WSAEINVAL` is the error for flags that contradict each other or have no meaning; both are decided here.

mod error;
mod flags;

pub use error::SocketError;
pub use flags::SocketFlags;

use super::super::info::ProtocolInfo;
use super::WindowsSockets;
use crate::registry::{EntryRef, Request};
use crate::terms::{Family, Protocol, Services, SocketType, System};

/// The value `FROM_PROTOCOL_INFO` (`winsock2.h`), which stands for the value of the structure.
pub const FROM_PROTOCOL_INFO: i32 = -1;

/// The arguments of `WSASocket`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct SocketArguments {
    /// `af`, or 0, or [`FROM_PROTOCOL_INFO`].
    pub address_family: i32,
    /// `type`, or 0, or [`FROM_PROTOCOL_INFO`].
    pub socket_type: i32,
    /// `protocol`, or 0, or [`FROM_PROTOCOL_INFO`].
    pub protocol: i32,
    /// `lpProtocolInfo`.
    pub info: Option<ProtocolInfo>,
    /// `g`: 0 for none, 1 for a new group without constraints, 2 for a new one with constraints, or the group to join.
    pub group: u32,
    /// `dwFlags`.
    pub flags: SocketFlags,
    /// The calling application, whose categories select the layers to load; its name is that of a section of the policy.
    pub application: Option<String>,
}

impl SocketArguments {
    /// Creates a call without a structure, a group, or flags.
    pub fn new(address_family: i32, socket_type: i32, protocol: i32) -> Self {
        SocketArguments { address_family, socket_type, protocol, ..SocketArguments::default() }
    }

    /// Creates a call that takes all values from a structure.
    pub fn from_info(info: ProtocolInfo) -> Self {
        let call = SocketArguments::new(FROM_PROTOCOL_INFO, FROM_PROTOCOL_INFO, FROM_PROTOCOL_INFO);
        SocketArguments { info: Some(info), ..call }
    }
}

/// The socket that `WSASocket` creates.
#[derive(Copy, Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct MadeSocket<'r> {
    /// The base protocol or chain whose provider creates it.
    pub entry: EntryRef<'r>,
    /// The family that the provider gets.
    pub address_family: i32,
    /// The type that the provider gets.
    pub socket_type: i32,
    /// The protocol that the provider gets: if it was 0 and the triple was resolved, the first of the entry.
    pub protocol: i32,
    /// Whether only administrators get the socket: for others `WSASocket` refuses a raw socket with `WSAEACCES` (10013).
    pub needs_administrator: bool,
    /// Whether the caller must have the privilege `SE_SECURITY_NAME`, because of `WSA_FLAG_ACCESS_SYSTEM_SECURITY`.
    pub needs_security_privilege: bool,
}

/// A new constrained group. `SG_UNCONSTRAINED_GROUP` is 1, and any sockets may join such a group.
const SG_CONSTRAINED_GROUP: u32 = 2;

impl<'r> WindowsSockets<'r> {
    /// Returns the result of `WSASocket`.
    ///
    /// Conditions of the machine are not checked: whether the library of the provider exists, loads and is of version 2.2 (10106,
    /// 10105, 10104), whether the group to join exists, and whether the structure was used before.
    ///
    /// # Errors
    /// The reason why no socket is created, with Winsock's number for it.
    pub fn socket(&self, arguments: &SocketArguments) -> Result<MadeSocket<'r>, SocketError> {
        let (made, service_flags) = match &arguments.info {
            None => self.resolved(arguments)?,
            Some(info) => (self.made_by_provider(arguments, info)?, info.service_flags),
        };
        arguments.flags.check(service_flags)?;
        let connectionless = Services::from_xp1(service_flags).contains(&Services::CONNECTIONLESS);
        if arguments.group == SG_CONSTRAINED_GROUP && connectionless {
            return Err(SocketError::ConstrainedGroup);
        }
        Ok(made)
    }

    /// Returns the socket for a triple alone, and the `dwServiceFlags1` of its entry.
    fn resolved(&self, arguments: &SocketArguments) -> Result<(MadeSocket<'r>, u32), SocketError> {
        let &SocketArguments { address_family, socket_type, protocol, .. } = arguments;
        let family = Family::from_number(address_family, System::Windows);
        let request = Request::new(family, SocketType::from_raw(socket_type), Protocol::from_raw(protocol));
        let selection = self.registry.resolve(&of_application(request, arguments))?;
        let (entry, protocol) = (selection.entry(), selection.protocol().number());
        // A family and a type that were left open are those of the entry.
        let address_family = selection.family().number(System::Windows).unwrap_or(address_family);
        let made = made(entry, [address_family, selection.socket_type().number(), protocol], arguments);
        Ok((made, entry.services().xp1()))
    }

    /// Returns the socket that the provider of a structure's entry creates.
    fn made_by_provider(
        &self,
        arguments: &SocketArguments,
        info: &ProtocolInfo,
    ) -> Result<MadeSocket<'r>, SocketError> {
        let taken =
            |given: i32, from_info: i32| if matches!(given, 0 | FROM_PROTOCOL_INFO) { from_info } else { given };
        let address_family = taken(arguments.address_family, info.address_family);
        let socket_type = taken(arguments.socket_type, info.socket_type);
        let protocol = taken(arguments.protocol, info.protocol);
        if address_family == 0 && protocol == 0 {
            return Err(SocketError::IncompleteInfo);
        }
        let id = i32::try_from(info.catalog_entry_id);
        let id = id.map_err(|_| SocketError::NoSuchEntry { id: info.catalog_entry_id })?;
        let named = of_application(Request::default().entry_id(id), arguments);
        let entry = self.registry.resolve(&named)?.entry();

        let numbers = |of: &EntryRef<'_>| {
            let family = of.family().and_then(|family| family.number(System::Windows));
            (family == Some(address_family), of.socket_type().map(SocketType::number) == Some(socket_type))
        };
        let holds = |of: &EntryRef<'_>| of.protocols().is_some_and(|protocols| protocols.contains(protocol));
        let of_provider = || self.registry.selectable().filter(|of| of.provider().name() == entry.provider().name());
        if !of_provider().any(|of| numbers(&of).0) {
            return Err(SocketError::ProviderLacksFamily { entry: entry.name().to_owned(), address_family });
        }
        if !of_provider().any(|of| numbers(&of) == (true, true)) {
            return Err(SocketError::ProviderLacksType { entry: entry.name().to_owned(), socket_type });
        }
        if !of_provider().any(|of| numbers(&of) == (true, true) && (holds(&of) || protocol == 0 && of.matches_zero())) {
            return Err(SocketError::ProviderLacksProtocol { entry: entry.name().to_owned(), protocol });
        }
        Ok(made(entry, [address_family, socket_type, protocol], arguments))
    }
}

fn of_application(request: Request, arguments: &SocketArguments) -> Request {
    match &arguments.application {
        Some(name) => request.application(name),
        None => request,
    }
}

fn made<'r>(entry: EntryRef<'r>, numbers: [i32; 3], arguments: &SocketArguments) -> MadeSocket<'r> {
    let [address_family, socket_type, protocol] = numbers;
    MadeSocket {
        entry,
        address_family,
        socket_type,
        protocol,
        needs_administrator: socket_type == SocketType::RAW.number(),
        needs_security_privilege: arguments.flags.contains(SocketFlags::ACCESS_SYSTEM_SECURITY),
    }
}

#[cfg(test)]
mod tests;
