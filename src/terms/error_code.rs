//! The reasons for which a request is refused: one code each, with the names that Winsock and POSIX give it.

use std::fmt;
use std::str::FromStr;

use super::{Dialect, System, UnknownName};

/// The reason for which a request was refused. The codes are part of the crate's contract: programs and scripts match on them.
#[derive(Copy, Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[non_exhaustive]
pub enum ErrorCode {
    /// No selectable entry has the address family.
    AddressFamilyNotSupported,
    /// No selectable entry has the socket type.
    SocketTypeNotSupported,
    /// No selectable entry has the protocol.
    ProtocolNotSupported,
    /// The protocol belongs to another type of that family.
    ProtocolWrongType,
    /// The request is ambiguous or out of range.
    InvalidArgument,
    /// The entry asked for is a layer, which works only inside a chain.
    UnchainedLayer,
    /// No entry has that name or id.
    NoSuchEntry,
    /// No provider has that name or GUID.
    NoSuchProvider,
    /// The entry asked for does not fit the rest of the request.
    EntryMismatch,
    /// An entry matches the family, type and protocol, but does not offer the services demanded.
    ServiceNotOffered,
    /// The application may not use any entry that matches.
    NotPermitted,
    /// The application that asks has no section of policy, and while others have one, no section applies to all others.
    NoSuchApplication,
    /// The provider could not be used on this host.
    ProviderFailed,
}

impl ErrorCode {
    /// Every code, in the order in which they are documented.
    pub const ALL: [ErrorCode; 13] = [
        ErrorCode::AddressFamilyNotSupported,
        ErrorCode::SocketTypeNotSupported,
        ErrorCode::ProtocolNotSupported,
        ErrorCode::ProtocolWrongType,
        ErrorCode::InvalidArgument,
        ErrorCode::UnchainedLayer,
        ErrorCode::NoSuchEntry,
        ErrorCode::NoSuchProvider,
        ErrorCode::EntryMismatch,
        ErrorCode::ServiceNotOffered,
        ErrorCode::NotPermitted,
        ErrorCode::NoSuchApplication,
        ErrorCode::ProviderFailed,
    ];

    /// Returns the code as it is written: `protocol-not-supported`.
    pub const fn as_str(self) -> &'static str {
        match self {
            ErrorCode::AddressFamilyNotSupported => "address-family-not-supported",
            ErrorCode::SocketTypeNotSupported => "socket-type-not-supported",
            ErrorCode::ProtocolNotSupported => "protocol-not-supported",
            ErrorCode::ProtocolWrongType => "protocol-wrong-type",
            ErrorCode::InvalidArgument => "invalid-argument",
            ErrorCode::UnchainedLayer => "unchained-layer",
            ErrorCode::NoSuchEntry => "no-such-entry",
            ErrorCode::NoSuchProvider => "no-such-provider",
            ErrorCode::EntryMismatch => "entry-mismatch",
            ErrorCode::ServiceNotOffered => "service-not-offered",
            ErrorCode::NotPermitted => "not-permitted",
            ErrorCode::NoSuchApplication => "no-such-application",
            ErrorCode::ProviderFailed => "provider-failed",
        }
    }

    /// Returns the meaning of the code, in one line.
    pub const fn summary(self) -> &'static str {
        match self {
            ErrorCode::AddressFamilyNotSupported => "no selectable entry has the address family",
            ErrorCode::SocketTypeNotSupported => "no selectable entry has the socket type",
            ErrorCode::ProtocolNotSupported => "no selectable entry has the protocol",
            ErrorCode::ProtocolWrongType => "the protocol belongs to another socket type of that family",
            ErrorCode::InvalidArgument => "the request is ambiguous or out of range",
            ErrorCode::UnchainedLayer => "the entry asked for is a layer, which works only inside a chain",
            ErrorCode::NoSuchEntry => "no entry has that name or id",
            ErrorCode::NoSuchProvider => "no provider has that name or GUID",
            ErrorCode::EntryMismatch => "the entry asked for does not fit the rest of the request",
            ErrorCode::ServiceNotOffered => "entries match, but none offers the services demanded",
            ErrorCode::NotPermitted => "entries match, but the application may not use any of them",
            ErrorCode::NoSuchApplication => "other applications have sections of policy, this one and `*` have none",
            ErrorCode::ProviderFailed => "the provider could not be used on this host",
        }
    }

    /// Returns the Winsock error of the code; numbers from `winerror.h`.
    pub const fn wsa(self) -> WsaError {
        match self {
            ErrorCode::AddressFamilyNotSupported => WsaError::WSAEAFNOSUPPORT,
            ErrorCode::SocketTypeNotSupported => WsaError::WSAESOCKTNOSUPPORT,
            ErrorCode::ProtocolNotSupported => WsaError::WSAEPROTONOSUPPORT,
            ErrorCode::ProtocolWrongType => WsaError::WSAEPROTOTYPE,
            ErrorCode::InvalidArgument
            | ErrorCode::UnchainedLayer
            | ErrorCode::NoSuchEntry
            | ErrorCode::EntryMismatch => WsaError::WSAEINVAL,
            ErrorCode::NoSuchProvider => WsaError::WSAEINVALIDPROVIDER,
            ErrorCode::ServiceNotOffered => WsaError::WSAEOPNOTSUPP,
            ErrorCode::NotPermitted | ErrorCode::NoSuchApplication => WsaError::WSAEACCES,
            ErrorCode::ProviderFailed => WsaError::WSAEPROVIDERFAILEDINIT,
        }
    }

    /// Returns the POSIX errno of the code; `None` for [`ProviderFailed`](ErrorCode::ProviderFailed), whose errno is the one that
    /// the system returned.
    pub const fn errno(self) -> Option<Errno> {
        match self {
            ErrorCode::AddressFamilyNotSupported => Some(Errno::EAFNOSUPPORT),
            ErrorCode::SocketTypeNotSupported => Some(Errno::ESOCKTNOSUPPORT),
            ErrorCode::ProtocolNotSupported => Some(Errno::EPROTONOSUPPORT),
            ErrorCode::ProtocolWrongType => Some(Errno::EPROTOTYPE),
            ErrorCode::InvalidArgument
            | ErrorCode::UnchainedLayer
            | ErrorCode::NoSuchEntry
            | ErrorCode::NoSuchProvider
            | ErrorCode::EntryMismatch => Some(Errno::EINVAL),
            ErrorCode::ServiceNotOffered => Some(Errno::EOPNOTSUPP),
            ErrorCode::NotPermitted | ErrorCode::NoSuchApplication => Some(Errno::EACCES),
            ErrorCode::ProviderFailed => None,
        }
    }
}

/// Formats the code as [`as_str`](ErrorCode::as_str) writes it.
impl fmt::Display for ErrorCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

impl FromStr for ErrorCode {
    type Err = UnknownName;

    fn from_str(text: &str) -> Result<ErrorCode, UnknownName> {
        ErrorCode::ALL
            .into_iter()
            .find(|code| code.as_str() == text)
            .ok_or_else(|| UnknownName::new("error code", text))
    }
}

/// A Winsock error: its name and number, such as `WSAEINVAL` and 10022.
#[derive(Copy, Clone, Debug, PartialEq, Eq, Hash)]
pub struct WsaError {
    name: &'static str,
    number: i32,
}

// Names, numbers and meanings from winerror.h.
impl WsaError {
    /// Permission denied.
    pub const WSAEACCES: WsaError = WsaError { name: "WSAEACCES", number: 10013 };
    /// Invalid argument.
    pub const WSAEINVAL: WsaError = WsaError { name: "WSAEINVAL", number: 10022 };
    /// Protocol wrong type for socket.
    pub const WSAEPROTOTYPE: WsaError = WsaError { name: "WSAEPROTOTYPE", number: 10041 };
    /// Protocol not supported.
    pub const WSAEPROTONOSUPPORT: WsaError = WsaError { name: "WSAEPROTONOSUPPORT", number: 10043 };
    /// Socket type not supported.
    pub const WSAESOCKTNOSUPPORT: WsaError = WsaError { name: "WSAESOCKTNOSUPPORT", number: 10044 };
    /// Operation not supported.
    pub const WSAEOPNOTSUPP: WsaError = WsaError { name: "WSAEOPNOTSUPP", number: 10045 };
    /// Address family not supported by protocol family.
    pub const WSAEAFNOSUPPORT: WsaError = WsaError { name: "WSAEAFNOSUPPORT", number: 10047 };
    /// No buffer space available.
    pub const WSAENOBUFS: WsaError = WsaError { name: "WSAENOBUFS", number: 10055 };
    /// Service provider is invalid.
    pub const WSAEINVALIDPROVIDER: WsaError = WsaError { name: "WSAEINVALIDPROVIDER", number: 10105 };
    /// Service provider failed to initialize.
    pub const WSAEPROVIDERFAILEDINIT: WsaError = WsaError { name: "WSAEPROVIDERFAILEDINIT", number: 10106 };
    /// This is a nonrecoverable error.
    pub const WSANO_RECOVERY: WsaError = WsaError { name: "WSANO_RECOVERY", number: 11003 };

    /// Returns the name, such as `WSAEINVAL`.
    pub const fn name(self) -> &'static str {
        self.name
    }

    /// Returns what `WSAGetLastError` gives.
    pub const fn number(self) -> i32 {
        self.number
    }
}

/// Formats the name and the number: `WSAEINVAL (10022)`.
impl fmt::Display for WsaError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} ({})", self.name, self.number)
    }
}

/// An errno, held by its name, as its number depends on the system.
#[derive(Copy, Clone, PartialEq, Eq, Hash)]
pub struct Errno {
    name: &'static str,
    /// Indexed by `System as usize`.
    numbers: [Option<i32>; System::ALL.len()],
}

// Linux: asm-generic/errno-base.h and errno.h, which Alpha, MIPS, PA-RISC and SPARC replace. Windows: errno.h of the C
// runtime, which has no ESOCKTNOSUPPORT. macOS: xnu's sys/errno.h, EOPNOTSUPP as UNIX 03 programs see it (others: 45).
impl Errno {
    const EACCES: Errno = Errno::new("EACCES", Some(13), Some(13), Some(13));
    const EINVAL: Errno = Errno::new("EINVAL", Some(22), Some(22), Some(22));
    const EPROTOTYPE: Errno = Errno::new("EPROTOTYPE", Some(91), Some(136), Some(41));
    const EPROTONOSUPPORT: Errno = Errno::new("EPROTONOSUPPORT", Some(93), Some(135), Some(43));
    const ESOCKTNOSUPPORT: Errno = Errno::new("ESOCKTNOSUPPORT", Some(94), None, Some(44));
    const EOPNOTSUPP: Errno = Errno::new("EOPNOTSUPP", Some(95), Some(130), Some(102));
    const EAFNOSUPPORT: Errno = Errno::new("EAFNOSUPPORT", Some(97), Some(102), Some(47));

    const fn new(name: &'static str, linux: Option<i32>, windows: Option<i32>, macos: Option<i32>) -> Errno {
        Errno { name, numbers: [linux, windows, macos] }
    }

    /// Returns the name, such as `EINVAL`.
    pub const fn name(self) -> &'static str {
        self.name
    }

    /// Returns the number on `system`; on Windows, that of the C runtime, where it has one.
    pub const fn number(self, system: System) -> Option<i32> {
        self.numbers[system as usize]
    }

    /// Returns the number in `dialect`: Linux' number in the Linux dialect, `None` in the Windows dialect (its errors are
    /// Winsock's), and otherwise the number of the system for which this program was compiled.
    pub const fn number_in(self, dialect: Dialect) -> Option<i32> {
        match dialect {
            Dialect::Linux => self.number(System::Linux),
            Dialect::Windows => None,
            Dialect::Documented => self.number(System::HOST),
        }
    }
}

/// Formats the name.
impl fmt::Display for Errno {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name)
    }
}

impl fmt::Debug for Errno {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Errno({})", self.name)
    }
}

#[cfg(test)]
mod tests {
    use super::{Dialect, ErrorCode, System};

    /// The table of the design: code, Winsock's name and number, errno with Linux' number.
    const TABLE: &str = "\
address-family-not-supported WSAEAFNOSUPPORT 10047 EAFNOSUPPORT 97
socket-type-not-supported WSAESOCKTNOSUPPORT 10044 ESOCKTNOSUPPORT 94
protocol-not-supported WSAEPROTONOSUPPORT 10043 EPROTONOSUPPORT 93
protocol-wrong-type WSAEPROTOTYPE 10041 EPROTOTYPE 91
invalid-argument WSAEINVAL 10022 EINVAL 22
unchained-layer WSAEINVAL 10022 EINVAL 22
no-such-entry WSAEINVAL 10022 EINVAL 22
no-such-provider WSAEINVALIDPROVIDER 10105 EINVAL 22
entry-mismatch WSAEINVAL 10022 EINVAL 22
service-not-offered WSAEOPNOTSUPP 10045 EOPNOTSUPP 95
not-permitted WSAEACCES 10013 EACCES 13
no-such-application WSAEACCES 10013 EACCES 13
provider-failed WSAEPROVIDERFAILEDINIT 10106 -
";

    #[test]
    fn every_code_has_the_documented_winsock_error_and_errno() {
        let mut table = String::new();
        for code in ErrorCode::ALL {
            let errno = code.errno().map_or("-".to_owned(), |errno| {
                format!("{errno} {}", errno.number_in(Dialect::Linux).expect("Linux has all of them"))
            });
            table += &format!("{code} {} {} {errno}\n", code.wsa().name(), code.wsa().number());
        }
        assert_eq!(table, TABLE);
    }

    #[test]
    fn every_code_reads_back() {
        for code in ErrorCode::ALL {
            assert_eq!(code.to_string().parse(), Ok(code));
        }
        let error = "no-such-thing".parse::<ErrorCode>().expect_err("no code");
        assert_eq!(error.to_string(), "unknown error code `no-such-thing`");
    }

    #[test]
    fn errno_numbers_follow_the_dialect() {
        let errno = ErrorCode::ProtocolNotSupported.errno().expect("has one");
        assert_eq!(System::ALL.map(|system| errno.number(system)), [Some(93), Some(135), Some(43)]);
        assert_eq!(errno.number_in(Dialect::Linux), Some(93));
        assert_eq!(errno.number_in(Dialect::Windows), None);
        assert_eq!(errno.number_in(Dialect::Documented), errno.number(System::HOST));
        assert_eq!(format!("{errno:?}"), "Errno(EPROTONOSUPPORT)");
    }

    #[test]
    fn the_c_runtime_of_windows_lacks_one() {
        let missing =
            ErrorCode::ALL.iter().filter_map(|code| code.errno()).filter(|of| of.number(System::Windows).is_none());
        assert_eq!(missing.map(|errno| errno.name()).collect::<Vec<_>>(), ["ESOCKTNOSUPPORT"]);
    }
}
