//! `system`: the sockets of the operating system.

use super::{Module, ModuleRole, On, OptionKind, OptionSpec};

const SECONDS: OptionKind = OptionKind::Integer { min: 1, max: 32_767 };
const SWITCH: OptionKind = OptionKind::Boolean;
const BYTES: OptionKind = OptionKind::Integer { min: 1, max: i32::MAX as i64 / 2 };

/// The names and ranges of socket(7), ip(7), ipv6(7), tcp(7) and unix(7).
pub(crate) static SYSTEM: Module =
    Module::new("system", ModuleRole::Base, "The sockets of the operating system").feature("net").options(&[
        OptionSpec::new("nodelay", SWITCH, "TCP_NODELAY: small writes are sent at once").on(On::Tcp).default("false"),
        OptionSpec::new("quickack", SWITCH, "TCP_QUICKACK: acknowledged at once, until the kernel changes its mind")
            .on(On::Tcp),
        OptionSpec::new("keepalive", SWITCH, "SO_KEEPALIVE: an idle connection is probed").on(On::Tcp).default("false"),
        OptionSpec::new("keepalive-time", SECONDS, "TCP_KEEPIDLE: seconds of idleness before the first probe")
            .on(On::Tcp),
        OptionSpec::new("keepalive-interval", SECONDS, "TCP_KEEPINTVL: seconds between probes").on(On::Tcp),
        OptionSpec::new(
            "keepalive-count",
            OptionKind::Integer { min: 1, max: 127 },
            "TCP_KEEPCNT: probes without an answer before the connection is given up",
        )
        .on(On::Tcp),
        OptionSpec::new(
            "tcp-user-timeout",
            OptionKind::Duration,
            "TCP_USER_TIMEOUT: how long sent bytes may stay unacknowledged",
        )
        .on(On::Tcp),
        OptionSpec::new(
            "max-segment",
            OptionKind::Integer { min: 88, max: 32_767 },
            "TCP_MAXSEG: bytes of the largest segment; the kernel may lower it",
        )
        .on(On::Tcp),
        OptionSpec::new(
            "congestion",
            OptionKind::Text,
            "TCP_CONGESTION: the congestion control, one of sysctl net.ipv4.tcp_allowed_congestion_control",
        )
        .on(On::Tcp),
        OptionSpec::new(
            "not-sent-low-water",
            BYTES,
            "TCP_NOTSENT_LOWAT: bytes not yet sent up to which more are taken",
        )
        .on(On::Tcp),
        OptionSpec::new("reuse-address", SWITCH, "SO_REUSEADDR: an address in TIME_WAIT may be bound").default("false"),
        OptionSpec::new("reuse-port", SWITCH, "SO_REUSEPORT: several sockets may be bound to one address")
            .on(On::Internet)
            .default("false"),
        OptionSpec::new("receive-buffer", BYTES, "SO_RCVBUF: bytes of the receive buffer; Linux doubles the number"),
        OptionSpec::new("send-buffer", BYTES, "SO_SNDBUF: bytes of the send buffer; Linux doubles the number"),
        OptionSpec::new(
            "linger",
            OptionKind::Duration,
            "SO_LINGER: how long closing waits for bytes to be sent, whole seconds",
        )
        .on(On::Tcp),
        OptionSpec::new("only-v6", SWITCH, "IPV6_V6ONLY: no IPv4 addresses mapped into IPv6").on(On::Inet6),
        OptionSpec::new(
            "ttl",
            OptionKind::Integer { min: 1, max: 255 },
            "IP_TTL, IPV6_UNICAST_HOPS: hops that a packet may take",
        )
        .on(On::Internet),
        OptionSpec::new("tos", OptionKind::Integer { min: 0, max: 255 }, "IP_TOS: DSCP and ECN of outgoing packets")
            .on(On::Inet),
        OptionSpec::new(
            "traffic-class",
            OptionKind::Integer { min: 0, max: 255 },
            "IPV6_TCLASS: DSCP and ECN of outgoing packets",
        )
        .on(On::Inet6),
        OptionSpec::new("transparent", SWITCH, "IP_TRANSPARENT: foreign addresses may be bound; needs CAP_NET_ADMIN")
            .on(On::Inet),
        OptionSpec::new(
            "freebind",
            SWITCH,
            "IP_FREEBIND, IPV6_FREEBIND: an address that is not there yet may be bound",
        )
        .on(On::Internet),
        OptionSpec::new("broadcast", SWITCH, "SO_BROADCAST: datagrams may go to broadcast addresses")
            .on(On::InternetMessages)
            .default("false"),
        OptionSpec::new(
            "multicast-ttl",
            OptionKind::Integer { min: 0, max: 255 },
            "IP_MULTICAST_TTL, IPV6_MULTICAST_HOPS: hops that a multicast datagram may take",
        )
        .on(On::InternetMessages),
        OptionSpec::new(
            "multicast-loop",
            SWITCH,
            "IP_MULTICAST_LOOP, IPV6_MULTICAST_LOOP: one's own multicasts come back",
        )
        .on(On::InternetMessages),
        OptionSpec::new(
            "mark",
            OptionKind::Integer { min: 0, max: u32::MAX as i64 },
            "SO_MARK: the mark of outgoing packets, for routing; needs CAP_NET_ADMIN",
        ),
        OptionSpec::new(
            "priority",
            OptionKind::Integer { min: 0, max: 6 },
            "SO_PRIORITY: the queueing priority of packets",
        ),
        OptionSpec::new("bind-device", OptionKind::Text, "SO_BINDTODEVICE: the only network interface used")
            .on(On::Internet),
        OptionSpec::new("pass-credentials", SWITCH, "SO_PASSCRED: messages carry their sender's credentials")
            .on(On::Unix),
    ]);
