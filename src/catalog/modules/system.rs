//! `system`: the sockets of the operating system.

use super::{Module, ModuleRole, On, OptionKind, OptionSpec};

const SECONDS: OptionKind = integer(1, 32_767);
const SWITCH: OptionKind = OptionKind::Boolean;
const OCTET: OptionKind = integer(0, 255);
/// The sizes of buffers: the kernel doubles them, in an `int`.
const BYTES: OptionKind = integer(1, i32::MAX as i64 / 2);

/// The values of `path-mtu-discovery`, indexed by the numbers of `IP_PMTUDISC_*` and `IPV6_PMTUDISC_*`, which are the same.
pub(crate) const PATH_MTU_DISCOVERY: &[&str] = &["dont", "want", "do", "probe", "interface", "omit"];

const fn integer(min: i64, max: i64) -> OptionKind {
    OptionKind::Integer { min, max }
}

/// The module of the operating system's sockets. Names and ranges are those of socket(7), ip(7), ipv6(7), tcp(7), raw(7) and
/// unix(7), and where those are silent the kernel's (`net/core/sock.c`, `net/ipv4/tcp.c`, `net/ipv4/ip_sockglue.c`,
/// `net/ipv6/ipv6_sockglue.c`).
pub(crate) static SYSTEM: Module =
    Module::new("system", ModuleRole::Base, "The sockets of the operating system").feature("net").options(&[
        OptionSpec::new("nodelay", SWITCH, "TCP_NODELAY: small writes are sent at once").on(On::Tcp).default("false"),
        OptionSpec::new("cork", SWITCH, "TCP_CORK: only full segments are sent, others after 200 ms")
            .on(On::Tcp)
            .default("false"),
        OptionSpec::new("quickack", SWITCH, "TCP_QUICKACK: acknowledged at once, until the kernel changes its mind")
            .on(On::Tcp),
        OptionSpec::new("keepalive", SWITCH, "SO_KEEPALIVE: an idle connection is probed").on(On::Tcp).default("false"),
        OptionSpec::new("keepalive-time", SECONDS, "TCP_KEEPIDLE: seconds of idleness before the first probe")
            .on(On::Tcp)
            .default("sysctl net.ipv4.tcp_keepalive_time"),
        OptionSpec::new("keepalive-interval", SECONDS, "TCP_KEEPINTVL: seconds between probes")
            .on(On::Tcp)
            .default("sysctl net.ipv4.tcp_keepalive_intvl"),
        OptionSpec::new(
            "keepalive-count",
            integer(1, 127),
            "TCP_KEEPCNT: probes without an answer before the connection is given up",
        )
        .on(On::Tcp)
        .default("sysctl net.ipv4.tcp_keepalive_probes"),
        OptionSpec::new(
            "tcp-user-timeout",
            OptionKind::Duration,
            "TCP_USER_TIMEOUT: how long sent bytes may stay unacknowledged",
        )
        .on(On::Tcp)
        .default("0s, by the number of retransmissions"),
        OptionSpec::new(
            "thin-linear-timeouts",
            SWITCH,
            "TCP_THIN_LINEAR_TIMEOUTS: a stream of few packets retransmits without backing off",
        )
        .on(On::Tcp)
        .default("false"),
        OptionSpec::new(
            "max-segment",
            integer(88, 32_767),
            "TCP_MAXSEG: bytes of the largest segment; connected, the kernel reports what was agreed, which may be less",
        )
        .on(On::Tcp),
        OptionSpec::new(
            "congestion",
            OptionKind::Text,
            "TCP_CONGESTION: the congestion control; without CAP_NET_ADMIN one of sysctl net.ipv4.tcp_allowed_congestion_control",
        )
        .on(On::Tcp)
        .default("sysctl net.ipv4.tcp_congestion_control"),
        OptionSpec::new(
            "not-sent-low-water",
            BYTES,
            "TCP_NOTSENT_LOWAT: bytes not yet sent up to which more are taken",
        )
        .on(On::Tcp)
        .default("sysctl net.ipv4.tcp_notsent_lowat"),
        OptionSpec::new("out-of-band-inline", SWITCH, "SO_OOBINLINE: urgent bytes come in line with the others")
            .on(On::Tcp)
            .default("false"),
        OptionSpec::new("reuse-address", SWITCH, "SO_REUSEADDR: an address in TIME_WAIT may be bound").default("false"),
        OptionSpec::new("reuse-port", SWITCH, "SO_REUSEPORT: several sockets of one user may be bound to one address")
            .on(On::Internet)
            .default("false"),
        OptionSpec::new(
            "receive-buffer",
            BYTES,
            "SO_RCVBUF: bytes of the receive buffer; Linux takes no more than sysctl net.core.rmem_max, and reports twice the number, at least 2304",
        ),
        OptionSpec::new(
            "send-buffer",
            BYTES,
            "SO_SNDBUF: bytes of the send buffer; Linux takes no more than sysctl net.core.wmem_max, and reports twice the number, at least 4608",
        ),
        OptionSpec::new(
            "linger",
            integer(-1, 86_400),
            "SO_LINGER: seconds that closing waits for bytes to be sent; 0: closing resets the connection, -1: it waits for nothing",
        )
        .on(On::Tcp)
        .default("-1"),
        OptionSpec::new("only-v6", SWITCH, "IPV6_V6ONLY: no IPv4 addresses mapped into IPv6")
            .on(On::Inet6)
            .default("sysctl net.ipv6.bindv6only"),
        OptionSpec::new("ttl", integer(1, 255), "IP_TTL, IPV6_UNICAST_HOPS: hops that a packet may take")
            .on(On::Internet),
        OptionSpec::new(
            "tos",
            OCTET,
            "IP_TOS: DSCP and ECN of outgoing packets; of streams the kernel ignores the two bits of ECN",
        )
        .on(On::Inet)
        .default("0"),
        OptionSpec::new(
            "traffic-class",
            OCTET,
            "IPV6_TCLASS: DSCP and ECN of outgoing packets; of streams the kernel ignores the two bits of ECN",
        )
        .on(On::Inet6)
        .default("0"),
        OptionSpec::new(
            "path-mtu-discovery",
            OptionKind::Choice(PATH_MTU_DISCOVERY),
            "IP_MTU_DISCOVER, IPV6_MTU_DISCOVER: whether packets may be fragmented, and the MTU of the path heeded",
        )
        .on(On::Internet),
        OptionSpec::new(
            "transparent",
            SWITCH,
            "IP_TRANSPARENT, IPV6_TRANSPARENT: foreign addresses may be bound; needs CAP_NET_ADMIN or CAP_NET_RAW",
        )
        .on(On::Internet)
        .default("false"),
        OptionSpec::new(
            "freebind",
            SWITCH,
            "IP_FREEBIND, IPV6_FREEBIND: an address that is not there yet may be bound",
        )
        .on(On::Internet)
        .default("false"),
        OptionSpec::new("broadcast", SWITCH, "SO_BROADCAST: datagrams may go to broadcast addresses")
            .on(On::InternetMessages)
            .default("false"),
        OptionSpec::new(
            "multicast-ttl",
            OCTET,
            "IP_MULTICAST_TTL, IPV6_MULTICAST_HOPS: hops that a multicast datagram may take",
        )
        .on(On::InternetMessages)
        .default("1"),
        OptionSpec::new(
            "multicast-loop",
            SWITCH,
            "IP_MULTICAST_LOOP, IPV6_MULTICAST_LOOP: one's own multicasts come back",
        )
        .on(On::InternetMessages)
        .default("true"),
        OptionSpec::new(
            "header-included",
            SWITCH,
            "IP_HDRINCL: what is written begins with the IPv4 header",
        )
        .on(On::InetRaw)
        .default("false; of protocol 255 true"),
        OptionSpec::new(
            "mark",
            integer(0, u32::MAX as i64),
            "SO_MARK: the mark of outgoing packets, for routing; needs CAP_NET_ADMIN or CAP_NET_RAW",
        )
        .default("0"),
        OptionSpec::new(
            "priority",
            integer(0, i32::MAX as i64),
            "SO_PRIORITY: the queueing priority of packets; above 6 it needs CAP_NET_ADMIN or CAP_NET_RAW",
        )
        .default("0, or what follows from `tos`"),
        OptionSpec::new(
            "bind-device",
            OptionKind::Text,
            "SO_BINDTODEVICE: the only network interface used, by its name of at most 15 bytes",
        )
        .on(On::Internet)
        .default("any"),
        OptionSpec::new("pass-credentials", SWITCH, "SO_PASSCRED: messages carry their sender's credentials")
            .on(On::Unix)
            .default("false"),
    ]);
