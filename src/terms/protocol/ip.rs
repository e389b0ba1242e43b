//! The IP protocols.

use super::scope::Scope;

/// The IP protocols of every system: IANA's list of assigned internet protocol numbers, its keywords in lower case
/// (<https://www.iana.org/assignments/protocol-numbers>), deprecated ones included.
///
/// Spaces became hyphens (`mobility-header`), and 124 ("ISIS over IPv4") is `isis`. The numbers that IANA describes without a
/// keyword (61, 63, 68, 99, 114, 253, 254) have no name. IANA reserves 255, which is `IPPROTO_RAW` in every system's headers.
///
/// Some headers give a name another number: `IPPROTO_IPIP` is 4, and `IPPROTO_ST` is 7 on macOS. Here, as in `/etc/protocols`,
/// IANA's numbers hold: `ipip` is 94 and `st` is 5.
pub(super) const IANA: Scope = Scope {
    names: &[
        ("icmp", 1),
        ("igmp", 2),
        ("ggp", 3),
        ("ipv4", 4),
        ("st", 5),
        ("tcp", 6),
        ("cbt", 7),
        ("egp", 8),
        ("igp", 9),
        ("bbn-rcc-mon", 10),
        ("nvp-ii", 11),
        ("pup", 12),
        ("argus", 13),
        ("emcon", 14),
        ("xnet", 15),
        ("chaos", 16),
        ("udp", 17),
        ("mux", 18),
        ("dcn-meas", 19),
        ("hmp", 20),
        ("prm", 21),
        ("xns-idp", 22),
        ("trunk-1", 23),
        ("trunk-2", 24),
        ("leaf-1", 25),
        ("leaf-2", 26),
        ("rdp", 27),
        ("irtp", 28),
        ("iso-tp4", 29),
        ("netblt", 30),
        ("mfe-nsp", 31),
        ("merit-inp", 32),
        ("dccp", 33),
        ("3pc", 34),
        ("idpr", 35),
        ("xtp", 36),
        ("ddp", 37),
        ("idpr-cmtp", 38),
        ("tp++", 39),
        ("il", 40),
        ("ipv6", 41),
        ("sdrp", 42),
        ("ipv6-route", 43),
        ("ipv6-frag", 44),
        ("idrp", 45),
        ("rsvp", 46),
        ("gre", 47),
        ("dsr", 48),
        ("bna", 49),
        ("esp", 50),
        ("ah", 51),
        ("i-nlsp", 52),
        ("swipe", 53),
        ("narp", 54),
        ("min-ipv4", 55),
        ("tlsp", 56),
        ("skip", 57),
        ("ipv6-icmp", 58),
        ("ipv6-nonxt", 59),
        ("ipv6-opts", 60),
        ("cftp", 62),
        ("sat-expak", 64),
        ("kryptolan", 65),
        ("rvd", 66),
        ("ippc", 67),
        ("sat-mon", 69),
        ("visa", 70),
        ("ipcv", 71),
        ("cpnx", 72),
        ("cphb", 73),
        ("wsn", 74),
        ("pvp", 75),
        ("br-sat-mon", 76),
        ("sun-nd", 77),
        ("wb-mon", 78),
        ("wb-expak", 79),
        ("iso-ip", 80),
        ("vmtp", 81),
        ("secure-vmtp", 82),
        ("vines", 83),
        ("iptm", 84),
        ("nsfnet-igp", 85),
        ("dgp", 86),
        ("tcf", 87),
        ("eigrp", 88),
        ("ospfigp", 89),
        ("sprite-rpc", 90),
        ("larp", 91),
        ("mtp", 92),
        ("ax.25", 93),
        ("ipip", 94),
        ("micp", 95),
        ("scc-sp", 96),
        ("etherip", 97),
        ("encap", 98),
        ("gmtp", 100),
        ("ifmp", 101),
        ("pnni", 102),
        ("pim", 103),
        ("aris", 104),
        ("scps", 105),
        ("qnx", 106),
        ("a/n", 107),
        ("ipcomp", 108),
        ("snp", 109),
        ("compaq-peer", 110),
        ("ipx-in-ip", 111),
        ("vrrp", 112),
        ("pgm", 113),
        ("l2tp", 115),
        ("ddx", 116),
        ("iatp", 117),
        ("stp", 118),
        ("srp", 119),
        ("uti", 120),
        ("smp", 121),
        ("sm", 122),
        ("ptp", 123),
        ("isis", 124),
        ("fire", 125),
        ("crtp", 126),
        ("crudp", 127),
        ("sscopmce", 128),
        ("iplt", 129),
        ("sps", 130),
        ("pipe", 131),
        ("sctp", 132),
        ("fc", 133),
        ("rsvp-e2e-ignore", 134),
        ("mobility-header", 135),
        ("udplite", 136),
        ("mpls-in-ip", 137),
        ("manet", 138),
        ("hip", 139),
        ("shim6", 140),
        ("wesp", 141),
        ("rohc", 142),
        ("ethernet", 143),
        ("aggfrag", 144),
        ("nsh", 145),
        ("homa", 146),
        ("bit-emu", 147),
        ("raw", 255),
    ],
    // 0 has no name: see `Protocol`. The others are names that /etc/protocols or the headers give.
    aliases: &[("ip", 0), ("hopopt", 0), ("ipencap", 4), ("icmpv6", 58), ("ospf", 89), ("ax25", 93), ("udp-lite", 136)],
};

/// The protocols of Linux beyond IANA's 8 bits, from linux/in.h.
pub(super) const LINUX: Scope = Scope { names: &[("smc", 256), ("mptcp", 262)], aliases: &[] };

/// The protocol of macOS' divert sockets, from xnu's netinet/in.h.
pub(super) const MACOS: Scope = Scope { names: &[("divert", 254)], aliases: &[] };

/// The scopes that are read and printed where no system is known. No name or number is in two of them.
pub(super) const EVERYWHERE: &[&Scope] = &[&IANA, &LINUX, &MACOS];

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::{EVERYWHERE, IANA};

    #[test]
    fn no_name_and_no_number_is_there_twice() {
        let pairs = || EVERYWHERE.iter().flat_map(|scope| scope.names);
        assert_eq!(pairs().map(|pair| pair.0).collect::<HashSet<_>>().len(), pairs().count());
        assert_eq!(pairs().map(|pair| pair.1).collect::<HashSet<_>>().len(), pairs().count());
    }

    #[test]
    fn the_list_of_iana_is_whole() {
        assert!(IANA.names.is_sorted_by_key(|pair| pair.1));
        let named = |number| IANA.names.iter().any(|pair| pair.1 == number);
        let missing: Vec<i32> = (1..=147).filter(|&number| !named(number)).collect();
        assert_eq!(missing, [61, 63, 68, 99, 114]);
    }
}
