//! Socket types: SOCK_*.

use std::fmt;
use std::str::FromStr;

use super::{System, UnknownName, decimal};

/// A socket type: what SOCK_* names.
///
/// ```
/// use sockatlas::terms::SocketType;
///
/// assert_eq!(SocketType::STREAM.to_string(), "stream");
/// assert_eq!("seqpacket".parse(), Ok(SocketType::SEQPACKET));
/// assert_eq!(SocketType::from_raw(11).to_string(), "11");
/// ```
///
/// Types 1 to 5 have the same numbers in `asm-generic` Linux (`include/linux/net.h`), `winsock2.h` and xnu's `sys/socket.h`, so a
/// type is its number. Linux on MIPS is the exception: there `stream` and `dgram` are swapped, and the flags below differ on
/// Alpha, MIPS, PA-RISC and SPARC. Catalogs hold the generic numbers everywhere; a caller of `socket(2)` takes the constants of
/// its own `libc`.
#[derive(Copy, Clone, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct SocketType(i32);

/// Every named type, ordered by number, and whether only Linux has it.
const NAMED: [(SocketType, &str, bool); 8] = [
    (SocketType::UNSPEC, "unspec", false),
    (SocketType::STREAM, "stream", false),
    (SocketType::DGRAM, "dgram", false),
    (SocketType::RAW, "raw", false),
    (SocketType::RDM, "rdm", false),
    (SocketType::SEQPACKET, "seqpacket", false),
    (SocketType::DCCP, "dccp", true),
    (SocketType::PACKET, "packet", true),
];

impl SocketType {
    /// No type stated.
    pub const UNSPEC: SocketType = SocketType(0);
    /// A stream of bytes, in order and reliable: `SOCK_STREAM`.
    pub const STREAM: SocketType = SocketType(1);
    /// Datagrams, each independent of the others: `SOCK_DGRAM`.
    pub const DGRAM: SocketType = SocketType(2);
    /// Packets of the protocol below, unchanged: `SOCK_RAW`.
    pub const RAW: SocketType = SocketType(3);
    /// Messages, delivered reliably in any order: `SOCK_RDM`.
    pub const RDM: SocketType = SocketType(4);
    /// Messages, delivered reliably and in order: `SOCK_SEQPACKET`.
    pub const SEQPACKET: SocketType = SocketType(5);
    /// Datagrams with congestion control: `SOCK_DCCP`, Linux only.
    pub const DCCP: SocketType = SocketType(6);
    /// Frames of a device (obsolete): `SOCK_PACKET`, Linux only.
    pub const PACKET: SocketType = SocketType(10);
    /// Winsock's `FROM_PROTOCOL_INFO`: the type is that of the named entry.
    pub const FROM_PROTOCOL_INFO: SocketType = SocketType(-1);

    /// Linux' flag in the type that makes the socket non-blocking (`asm-generic`'s `O_NONBLOCK`).
    pub const SOCK_NONBLOCK: i32 = 0o4000;
    /// Linux' flag in the type that closes the socket on exec (`asm-generic`'s `O_CLOEXEC`).
    pub const SOCK_CLOEXEC: i32 = 0o2_000_000;

    /// Returns the type with this number. Every number is accepted.
    pub const fn from_raw(number: i32) -> SocketType {
        SocketType(number)
    }

    /// Returns the number, flags included.
    pub const fn number(self) -> i32 {
        self.0
    }

    /// Returns the type without the flags [`SOCK_NONBLOCK`](Self::SOCK_NONBLOCK) and [`SOCK_CLOEXEC`](Self::SOCK_CLOEXEC), as
    /// Linux reads it.
    ///
    /// Other bits stay, as the kernel refuses them. A number below 0 has every high bit set and carries no flags; it stays
    /// unchanged, so that -1 remains [`FROM_PROTOCOL_INFO`](Self::FROM_PROTOCOL_INFO).
    pub const fn without_flags(self) -> SocketType {
        if self.0 < 0 { self } else { SocketType(self.0 & !(Self::SOCK_NONBLOCK | Self::SOCK_CLOEXEC)) }
    }

    /// Returns the type with this name (`stream`) or alias (`datagram`). Names are exact and lower case.
    pub fn from_name(name: &str) -> Option<SocketType> {
        let alias = SocketType::aliases().iter().find(|(alias, _)| *alias == name).map(|&(_, socket_type)| socket_type);
        alias.or_else(|| NAMED.iter().find(|named| named.1 == name).map(|named| named.0))
    }

    /// Returns the name, if the number has one on any system.
    pub fn name(self) -> Option<&'static str> {
        NAMED.iter().find(|named| named.0 == self).map(|named| named.1)
    }

    /// Returns the name that `system` gives the number: only Linux has `dccp` and `packet`.
    pub fn name_on(self, system: System) -> Option<&'static str> {
        NAMED
            .iter()
            .find(|(socket_type, _, linux_only)| *socket_type == self && (!linux_only || system == System::Linux))
            .map(|named| named.1)
    }

    /// Returns every named type, ordered by number; [`UNSPEC`](Self::UNSPEC) comes first.
    pub fn all() -> impl Iterator<Item = SocketType> {
        NAMED.into_iter().map(|named| named.0)
    }

    /// Returns the further names that [`from_name`](Self::from_name) reads.
    pub fn aliases() -> &'static [(&'static str, SocketType)] {
        &[("datagram", SocketType::DGRAM)]
    }
}

/// Formats the name, or the number if there is no name.
impl fmt::Display for SocketType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.name() {
            Some(name) => f.pad(name),
            None => fmt::Display::fmt(&self.0, f),
        }
    }
}

impl fmt::Debug for SocketType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "SocketType({self})")
    }
}

/// Parses a name, an alias or a decimal number.
impl FromStr for SocketType {
    type Err = UnknownName;

    fn from_str(text: &str) -> Result<SocketType, UnknownName> {
        SocketType::from_name(text)
            .or_else(|| decimal(text).map(SocketType::from_raw))
            .ok_or_else(|| UnknownName::new("socket type", text))
    }
}

#[cfg(test)]
mod tests {
    use super::{SocketType, System};

    #[test]
    fn every_name_reads_back() {
        for socket_type in SocketType::all() {
            let name = socket_type.name().expect("all() gives named types");
            assert_eq!(SocketType::from_name(name), Some(socket_type));
            assert_eq!(SocketType::from_raw(socket_type.number()), socket_type);
            assert_eq!(socket_type.to_string().parse(), Ok(socket_type));
        }
    }

    #[test]
    fn aliases_are_read_and_not_printed() {
        assert_eq!("datagram".parse(), Ok(SocketType::DGRAM));
        assert_eq!(SocketType::DGRAM.to_string(), "dgram");
    }

    #[test]
    fn numbers_without_a_name_survive() {
        for number in [-1, 7, 11, i32::MIN, i32::MAX] {
            let socket_type = SocketType::from_raw(number);
            assert_eq!(socket_type.name(), None);
            assert_eq!(socket_type.to_string(), number.to_string());
            assert_eq!(number.to_string().parse(), Ok(socket_type));
        }
        assert_eq!(
            format!("{:?} {:?}", SocketType::STREAM, SocketType::from_raw(7)),
            "SocketType(stream) SocketType(7)"
        );
    }

    #[test]
    fn two_types_are_linux_only() {
        let there = |system| SocketType::all().filter(|of| of.name_on(system).is_some()).count();
        assert_eq!((there(System::Linux), there(System::Windows), there(System::MacOs)), (8, 6, 6));
        assert_eq!(SocketType::DCCP.name_on(System::Windows), None);
    }

    #[test]
    fn linux_flags_are_stripped_and_nothing_else() {
        let flags = SocketType::SOCK_NONBLOCK | SocketType::SOCK_CLOEXEC;
        assert_eq!(SocketType::from_raw(1 | flags).without_flags(), SocketType::STREAM);
        assert_eq!(SocketType::from_raw(0x12).without_flags(), SocketType::from_raw(0x12));
        assert_eq!(SocketType::FROM_PROTOCOL_INFO.without_flags(), SocketType::FROM_PROTOCOL_INFO);
    }

    #[test]
    fn other_words_are_refused() {
        for word in ["Stream", "sock_stream", "", "+1", "1.0", "4294967296"] {
            let error = word.parse::<SocketType>().expect_err(word);
            assert_eq!(error.to_string(), format!("unknown socket type `{word}`"));
        }
    }
}
