//! Protocol numbers, named in the scope of a family.

mod ip;
mod scope;

use std::fmt;
use std::str::FromStr;

use self::scope::Scope;
use super::{Family, System, UnknownName, decimal};

/// A protocol number, as the third argument of `socket`.
///
/// A protocol consists of its number only; its name depends on the family, and sometimes on the system:
///
/// ```
/// use sockatlas::terms::{Family, Protocol, System};
///
/// assert_eq!(Protocol::from_name("tcp", Family::INET, System::Linux), Some(Protocol::TCP));
/// assert_eq!(Protocol::from_raw(3).name(Family::BLUETOOTH, System::Windows), Some("rfcomm"));
/// assert_eq!(Protocol::from_raw(0).name(Family::NETLINK, System::Linux), Some("route"));
/// assert_eq!(Protocol::MPTCP.name(Family::INET, System::Windows), None); // only Linux has it
/// ```
///
/// `inet`, `inet6` and a request without a family have the IP protocols. 0 has no name there, only aliases (`ip`, and IANA's
/// `hopopt`): it mostly means "whatever the type implies", and prints as `0`. Families without protocols of their own have no
/// names. `packet` has none either: its protocol is an ethertype in network byte order, so that one name would stand for
/// different numbers on different machines.
///
/// [`Display`](fmt::Display) and [`FromStr`] do not depend on a family; they use the names of the IP protocols of every system.
#[derive(Copy, Clone, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Protocol(i32);

/// Common IP protocols, from IANA's list of assigned internet protocol numbers unless stated otherwise.
impl Protocol {
    /// No protocol stated. In some families 0 is also a protocol: `route` in `netlink`, `l2cap` in Linux' `bluetooth`.
    pub const UNSPEC: Protocol = Protocol(0);
    /// Winsock's `FROM_PROTOCOL_INFO`: the protocol is that of the named entry.
    pub const FROM_PROTOCOL_INFO: Protocol = Protocol(-1);

    /// Internet Control Message Protocol.
    pub const ICMP: Protocol = Protocol(1);
    /// Internet Group Management Protocol.
    pub const IGMP: Protocol = Protocol(2);
    /// Transmission Control Protocol.
    pub const TCP: Protocol = Protocol(6);
    /// User Datagram Protocol.
    pub const UDP: Protocol = Protocol(17);
    /// Datagram Congestion Control Protocol.
    pub const DCCP: Protocol = Protocol(33);
    /// IPv6 in IP.
    pub const IPV6: Protocol = Protocol(41);
    /// Generic Routing Encapsulation.
    pub const GRE: Protocol = Protocol(47);
    /// Encapsulating Security Payload.
    pub const ESP: Protocol = Protocol(50);
    /// Authentication Header.
    pub const AH: Protocol = Protocol(51);
    /// Internet Control Message Protocol for IPv6.
    pub const ICMPV6: Protocol = Protocol(58);
    /// Pragmatic General Multicast.
    pub const PGM: Protocol = Protocol(113);
    /// Layer Two Tunneling Protocol.
    pub const L2TP: Protocol = Protocol(115);
    /// Stream Control Transmission Protocol.
    pub const SCTP: Protocol = Protocol(132);
    /// Lightweight User Datagram Protocol.
    pub const UDPLITE: Protocol = Protocol(136);
    /// Raw IP packets: `IPPROTO_RAW` of every system; reserved by IANA.
    pub const RAW: Protocol = Protocol(255);
    /// Shared Memory Communications: `IPPROTO_SMC` of `linux/in.h`, since Linux 6.11.
    pub const SMC: Protocol = Protocol(256);
    /// Multipath TCP: `IPPROTO_MPTCP` of `linux/in.h`, since Linux 5.6.
    pub const MPTCP: Protocol = Protocol(262);
}

impl Protocol {
    /// Returns the protocol with this number. Every number is accepted.
    pub const fn from_raw(number: i32) -> Protocol {
        Protocol(number)
    }

    /// Returns the number.
    pub const fn number(self) -> i32 {
        self.0
    }

    /// Returns the protocol that has this name or alias in `family` on `system`. Names are exact and lower case.
    pub fn from_name(name: &str, family: Family, system: System) -> Option<Protocol> {
        find(Scope::of(family, system), name)
    }

    /// Returns the name of the protocol in `family` on `system`.
    pub fn name(self, family: Family, system: System) -> Option<&'static str> {
        name(Scope::of(family, system), self)
    }

    /// Returns the protocol names of `family` on `system`, ordered by number.
    pub fn names(family: Family, system: System) -> impl Iterator<Item = (&'static str, Protocol)> {
        Scope::of(family, system).iter().flat_map(|scope| scope.names).map(|&(name, number)| (name, Protocol(number)))
    }

    /// Returns the further names that [`from_name`](Protocol::from_name) reads.
    pub fn aliases(family: Family, system: System) -> impl Iterator<Item = (&'static str, Protocol)> {
        Scope::of(family, system).iter().flat_map(|scope| scope.aliases).map(|&(name, number)| (name, Protocol(number)))
    }

    /// Returns a value that prints the [`name`](Protocol::name) in this family, or the number if there is no name.
    pub fn display_in(self, family: Family, system: System) -> impl fmt::Display {
        Named { protocol: self, name: self.name(family, system) }
    }
}

fn find(scopes: &[&Scope], name: &str) -> Option<Protocol> {
    let pairs = scopes.iter().flat_map(|scope| scope.names.iter().chain(scope.aliases));
    pairs.into_iter().find(|(known, _)| *known == name).map(|&(_, number)| Protocol(number))
}

fn name(scopes: &[&Scope], protocol: Protocol) -> Option<&'static str> {
    let pairs = scopes.iter().flat_map(|scope| scope.names);
    pairs.into_iter().find(|(_, number)| *number == protocol.0).map(|&(name, _)| name)
}

struct Named {
    protocol: Protocol,
    name: Option<&'static str>,
}

impl fmt::Display for Named {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.name {
            Some(name) => f.pad(name),
            None => fmt::Display::fmt(&self.protocol.0, f),
        }
    }
}

/// Formats the name as an IP protocol of any system, or the number; see [`Protocol::display_in`] for other families.
impl fmt::Display for Protocol {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        Named { protocol: *self, name: name(ip::EVERYWHERE, *self) }.fmt(f)
    }
}

impl fmt::Debug for Protocol {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Protocol({self})")
    }
}

/// Parses the name of an IP protocol of any system, an alias of one, or a decimal number.
impl FromStr for Protocol {
    type Err = UnknownName;

    fn from_str(text: &str) -> Result<Protocol, UnknownName> {
        find(ip::EVERYWHERE, text)
            .or_else(|| decimal(text).map(Protocol))
            .ok_or_else(|| UnknownName::new("protocol", text))
    }
}

#[cfg(test)]
mod tests {
    use super::{Family, Protocol, System};

    #[test]
    fn every_name_reads_back_in_its_family_and_system() {
        for system in System::ALL {
            for family in Family::all() {
                for (name, protocol) in Protocol::names(family, system) {
                    assert_eq!(
                        Protocol::from_name(name, family, system),
                        Some(protocol),
                        "{name} in {family} on {system}"
                    );
                    assert_eq!(protocol.name(family, system), Some(name), "{name} in {family} on {system}");
                    assert!(name.parse::<i32>().is_err(), "`{name}` reads as a number");
                }
            }
        }
    }

    #[test]
    fn aliases_are_read_and_never_hide_a_name() {
        for system in System::ALL {
            for family in Family::all() {
                for (alias, protocol) in Protocol::aliases(family, system) {
                    assert_eq!(Protocol::from_name(alias, family, system), Some(protocol));
                    assert!(Protocol::names(family, system).all(|(name, _)| name != alias), "{alias} in {family}");
                }
            }
        }
        assert_eq!("icmpv6".parse(), Ok(Protocol::ICMPV6));
        assert_eq!(Protocol::ICMPV6.to_string(), "ipv6-icmp");
    }

    #[test]
    fn only_families_that_a_system_has_have_names_there() {
        for system in System::ALL {
            for family in Family::all().filter(|family| family.number(system).is_none()) {
                assert_eq!(Protocol::names(family, system).next(), None, "{family} on {system}");
            }
        }
    }

    #[test]
    fn the_same_name_is_another_number_elsewhere() {
        let number = |name, family, system| Protocol::from_name(name, family, system).map(Protocol::number);
        assert_eq!(number("l2cap", Family::BLUETOOTH, System::Linux), Some(0));
        assert_eq!(number("l2cap", Family::BLUETOOTH, System::Windows), Some(0x100));
        assert_eq!(number("raw", Family::INET, System::Linux), Some(255));
        assert_eq!(number("raw", Family::CAN, System::Linux), Some(1));
        assert_eq!(number("raw", Family::HYPERV, System::Windows), Some(1));
        assert_eq!(number("rfcomm", Family::INET, System::Linux), None);
        assert_eq!(number("mptcp", Family::INET6, System::MacOs), None);
    }

    #[test]
    fn a_family_given_by_number_has_its_names() {
        assert_eq!(Protocol::from_name("tcp", Family::from_raw(23), System::Windows), Some(Protocol::TCP));
        assert_eq!(Protocol::from_raw(16).name(Family::from_raw(16), System::Linux), Some("generic"));
        assert_eq!(Protocol::from_name("tcp", Family::from_raw(201), System::Linux), None);
    }

    #[test]
    fn constants_have_the_names_that_they_are_called_by() {
        let named = [
            (Protocol::ICMP, "icmp"),
            (Protocol::IGMP, "igmp"),
            (Protocol::TCP, "tcp"),
            (Protocol::UDP, "udp"),
            (Protocol::DCCP, "dccp"),
            (Protocol::IPV6, "ipv6"),
            (Protocol::GRE, "gre"),
            (Protocol::ESP, "esp"),
            (Protocol::AH, "ah"),
            (Protocol::ICMPV6, "ipv6-icmp"),
            (Protocol::PGM, "pgm"),
            (Protocol::L2TP, "l2tp"),
            (Protocol::SCTP, "sctp"),
            (Protocol::UDPLITE, "udplite"),
            (Protocol::RAW, "raw"),
            (Protocol::SMC, "smc"),
            (Protocol::MPTCP, "mptcp"),
        ];
        for (protocol, name) in named {
            assert_eq!(protocol.to_string(), name);
            assert_eq!(name.parse(), Ok(protocol));
        }
    }

    #[test]
    fn prints_the_name_in_its_family_or_the_number() {
        let in_netlink = |number| Protocol::from_raw(number).display_in(Family::NETLINK, System::Linux).to_string();
        assert_eq!([in_netlink(0), in_netlink(4), in_netlink(99)], ["route", "sock-diag", "99"]);
        assert_eq!(format!("{} {} {}", Protocol::TCP, Protocol::UNSPEC, Protocol::FROM_PROTOCOL_INFO), "tcp 0 -1");
        assert_eq!(format!("{:?} {:?}", Protocol::TCP, Protocol::from_raw(300)), "Protocol(tcp) Protocol(300)");
    }

    #[test]
    fn zero_of_ip_has_aliases_and_no_name() {
        assert_eq!(Protocol::UNSPEC.name(Family::INET, System::Linux), None);
        assert_eq!(("ip".parse(), "hopopt".parse()), (Ok(Protocol::UNSPEC), Ok(Protocol::UNSPEC)));
    }

    #[test]
    fn other_words_are_refused() {
        for word in ["TCP", "ipproto_tcp", "rfcomm", "", "+6"] {
            let error = word.parse::<Protocol>().expect_err(word);
            assert_eq!(error.to_string(), format!("unknown protocol `{word}`"));
        }
    }
}
