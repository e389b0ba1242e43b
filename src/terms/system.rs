//! The system whose numbers, and whose order of tests, apply.

use std::fmt;
use std::str::FromStr;

use super::UnknownName;

/// A system whose socket numbers are built in.
#[derive(Copy, Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum System {
    /// Linux, Android included: the numbers of `linux/socket.h` and `asm-generic`.
    Linux,
    /// Windows: the numbers of `winsock2.h`.
    Windows,
    /// macOS and its kin: the numbers of xnu's `sys/socket.h`.
    MacOs,
}

impl System {
    /// The system that this program was compiled for.
    ///
    /// Linux and Android are [`Linux`](System::Linux), Windows is [`Windows`](System::Windows). Every other system counts as
    /// [`MacOs`](System::MacOs): the other systems that Rust runs on are mostly BSDs, and share with it what all of 4.4BSD shares
    /// (`unix`, `inet`, the socket types, the errnos of `socket`), though not `inet6`.
    pub const HOST: System = if cfg!(any(target_os = "linux", target_os = "android")) {
        System::Linux
    } else if cfg!(windows) {
        System::Windows
    } else {
        System::MacOs
    };

    /// Every system, in the order in which they are listed.
    pub const ALL: [System; 3] = [System::Linux, System::Windows, System::MacOs];

    /// Returns `linux`, `windows` or `macos`.
    pub const fn name(self) -> &'static str {
        match self {
            System::Linux => "linux",
            System::Windows => "windows",
            System::MacOs => "macos",
        }
    }
}

impl fmt::Display for System {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

impl FromStr for System {
    type Err = UnknownName;

    fn from_str(text: &str) -> Result<System, UnknownName> {
        System::ALL.into_iter().find(|system| system.name() == text).ok_or_else(|| UnknownName::new("system", text))
    }
}

/// The numbers and the precedence of errors that a catalog uses.
#[derive(Copy, Clone, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Dialect {
    /// The order that the documentation of `WSASocket` states: family, type, protocol, and `protocol-wrong-type` where it fits.
    /// Its numbers are those of the system that it runs on.
    #[default]
    Documented,
    /// The order of Windows: type, family, protocol.
    Windows,
    /// The order of Linux' `socket(2)`: family, type, protocol, with 0 an ordinary value.
    Linux,
}

impl Dialect {
    /// Every dialect, the default first.
    pub const ALL: [Dialect; 3] = [Dialect::Documented, Dialect::Windows, Dialect::Linux];

    /// Returns the system whose numbers this dialect uses; [`System::HOST`] for [`Dialect::Documented`].
    pub const fn system(self) -> System {
        match self {
            Dialect::Documented => System::HOST,
            Dialect::Windows => System::Windows,
            Dialect::Linux => System::Linux,
        }
    }

    /// Returns `documented`, `windows` or `linux`.
    pub const fn name(self) -> &'static str {
        match self {
            Dialect::Documented => "documented",
            Dialect::Windows => "windows",
            Dialect::Linux => "linux",
        }
    }
}

impl fmt::Display for Dialect {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

impl FromStr for Dialect {
    type Err = UnknownName;

    fn from_str(text: &str) -> Result<Dialect, UnknownName> {
        Dialect::ALL.into_iter().find(|dialect| dialect.name() == text).ok_or_else(|| UnknownName::new("dialect", text))
    }
}

#[cfg(test)]
mod tests {
    use super::{Dialect, System};

    #[test]
    fn names_read_back() {
        for system in System::ALL {
            assert_eq!(system.to_string().parse(), Ok(system));
        }
        for dialect in Dialect::ALL {
            assert_eq!(dialect.to_string().parse(), Ok(dialect));
        }
    }

    #[test]
    fn other_words_are_refused() {
        let text = |error: super::UnknownName| error.to_string();
        assert_eq!("solaris".parse::<System>().map_err(text), Err("unknown system `solaris`".to_owned()));
        assert_eq!("Linux".parse::<Dialect>().map_err(text), Err("unknown dialect `Linux`".to_owned()));
    }

    #[test]
    fn the_default_dialect_is_documented_and_speaks_the_hosts_numbers() {
        assert_eq!(Dialect::default(), Dialect::Documented);
        assert_eq!(Dialect::Documented.system(), System::HOST);
        assert_eq!(Dialect::Windows.system(), System::Windows);
        assert_eq!(Dialect::Linux.system(), System::Linux);
    }
}
