//! The table of socket options: the calls that set and read each one.

use crate::catalog::modules::system::PATH_MTU_DISCOVERY;
use crate::terms::Family;
use rustix::net::sockopt;
use socket2::Socket;
use std::io;
use std::time::Duration;

/// A row of the table: an option, its constant, and its calls.
pub(super) struct SocketOption {
    pub name: &'static str,
    constant: &'static str,
    access: Access,
    /// The constant and the calls of IPv6, where they differ.
    inet6: Option<(&'static str, Access)>,
    pub again: Again,
}

/// The moment when an option of TCP has to be set again; measured on Linux 6.18.
#[derive(Copy, Clone, Debug, PartialEq, Eq)]
pub(super) enum Again {
    /// Never: an accepted socket inherits the option.
    Never,
    /// On an accepted socket, which does not inherit the option.
    Accepted,
    /// On any socket, when it is connected.
    Connected,
}

/// The calls that set and read an option, by the kind of its value.
pub(super) enum Access {
    Switch {
        set: Set<bool>,
        get: Get<bool>,
    },
    Number {
        set: Set<u32>,
        get: Get<u32>,
    },
    Bytes {
        set: Set<usize>,
        get: Get<usize>,
    },
    /// Whole seconds; -1 for none.
    Seconds {
        set: Set<Option<Duration>>,
        get: Get<Option<Duration>>,
    },
    Time {
        set: Set<Option<Duration>>,
        get: Get<Option<Duration>>,
    },
    Name {
        set: fn(&Socket, &str) -> io::Result<()>,
        get: Get<String>,
    },
    /// A word for each number, from 0.
    Word {
        set: Set<i32>,
        get: Get<i32>,
        words: &'static [&'static str],
    },
}

type Set<T> = fn(&Socket, T) -> io::Result<()>;
type Get<T> = fn(&Socket) -> io::Result<T>;

impl SocketOption {
    const fn new(name: &'static str, constant: &'static str, access: Access) -> Self {
        SocketOption { name, constant, access, inet6: None, again: Again::Never }
    }

    const fn inet6(mut self, constant: &'static str, access: Access) -> Self {
        self.inet6 = Some((constant, access));
        self
    }

    const fn again(mut self, again: Again) -> Self {
        self.again = again;
        self
    }

    /// Returns the constant and the calls for sockets of this family.
    pub fn call(&self, family: Family) -> (&'static str, &Access) {
        match &self.inet6 {
            Some((constant, access)) if family == Family::INET6 => (constant, access),
            _ => (self.constant, &self.access),
        }
    }
}

const fn switch(set: Set<bool>, get: Get<bool>) -> Access {
    Access::Switch { set, get }
}

const fn number(set: Set<u32>, get: Get<u32>) -> Access {
    Access::Number { set, get }
}

const fn bytes(set: Set<usize>, get: Get<usize>) -> Access {
    Access::Bytes { set, get }
}

const fn words(set: Set<i32>, get: Get<i32>) -> Access {
    Access::Word { set, get, words: PATH_MTU_DISCOVERY }
}

/// The options, in the order in which they are set on a new socket. `IP_TOS` sets the priority too, so `priority` comes after it.
pub(super) static OPTIONS: &[SocketOption] = &[
    SocketOption::new(
        "reuse-address",
        "SO_REUSEADDR",
        switch(|socket, on| socket.set_reuse_address(on), |socket| socket.reuse_address()),
    ),
    SocketOption::new(
        "reuse-port",
        "SO_REUSEPORT",
        switch(|socket, on| socket.set_reuse_port(on), |socket| socket.reuse_port()),
    ),
    SocketOption::new("only-v6", "IPV6_V6ONLY", switch(|socket, on| socket.set_only_v6(on), |socket| socket.only_v6())),
    SocketOption::new(
        "transparent",
        "IP_TRANSPARENT",
        switch(|socket, on| socket.set_ip_transparent_v4(on), |socket| socket.ip_transparent_v4()),
    )
    .inet6(
        "IPV6_TRANSPARENT",
        switch(|socket, on| socket.set_ip_transparent_v6(on), |socket| socket.ip_transparent_v6()),
    ),
    SocketOption::new(
        "freebind",
        "IP_FREEBIND",
        switch(|socket, on| socket.set_freebind_v4(on), |socket| socket.freebind_v4()),
    )
    .inet6("IPV6_FREEBIND", switch(|socket, on| socket.set_freebind_v6(on), |socket| socket.freebind_v6())),
    SocketOption::new("bind-device", "SO_BINDTODEVICE", Access::Name { set: set_device, get: device }),
    SocketOption::new("mark", "SO_MARK", number(|socket, mark| socket.set_mark(mark), |socket| socket.mark())),
    SocketOption::new(
        "receive-buffer",
        "SO_RCVBUF",
        bytes(|socket, size| socket.set_recv_buffer_size(size), |socket| socket.recv_buffer_size()),
    ),
    SocketOption::new(
        "send-buffer",
        "SO_SNDBUF",
        bytes(|socket, size| socket.set_send_buffer_size(size), |socket| socket.send_buffer_size()),
    ),
    SocketOption::new("ttl", "IP_TTL", number(|socket, hops| socket.set_ttl_v4(hops), |socket| socket.ttl_v4())).inet6(
        "IPV6_UNICAST_HOPS",
        number(|socket, hops| socket.set_unicast_hops_v6(hops), |socket| socket.unicast_hops_v6()),
    ),
    SocketOption::new("tos", "IP_TOS", number(|socket, octet| socket.set_tos_v4(octet), |socket| socket.tos_v4())),
    SocketOption::new(
        "traffic-class",
        "IPV6_TCLASS",
        number(|socket, octet| socket.set_tclass_v6(octet), |socket| socket.tclass_v6()),
    ),
    SocketOption::new(
        "priority",
        "SO_PRIORITY",
        number(|socket, priority| socket.set_priority(priority), |socket| socket.priority()),
    )
    .again(Again::Accepted),
    SocketOption::new(
        "path-mtu-discovery",
        "IP_MTU_DISCOVER",
        words(
            |socket, how| Ok(sockopt::set_ip_mtu_discover(socket, sockopt::Ipv4PathMtuDiscovery::from_raw(how))?),
            |socket| Ok(sockopt::ip_mtu_discover(socket)?.as_raw()),
        ),
    )
    .inet6(
        "IPV6_MTU_DISCOVER",
        words(
            |socket, how| Ok(sockopt::set_ipv6_mtu_discover(socket, sockopt::Ipv6PathMtuDiscovery::from_raw(how))?),
            |socket| Ok(sockopt::ipv6_mtu_discover(socket)?.as_raw()),
        ),
    ),
    SocketOption::new(
        "broadcast",
        "SO_BROADCAST",
        switch(|socket, on| socket.set_broadcast(on), |socket| socket.broadcast()),
    ),
    SocketOption::new(
        "multicast-ttl",
        "IP_MULTICAST_TTL",
        number(|socket, hops| socket.set_multicast_ttl_v4(hops), |socket| socket.multicast_ttl_v4()),
    )
    .inet6(
        "IPV6_MULTICAST_HOPS",
        number(|socket, hops| socket.set_multicast_hops_v6(hops), |socket| socket.multicast_hops_v6()),
    ),
    SocketOption::new(
        "multicast-loop",
        "IP_MULTICAST_LOOP",
        switch(|socket, on| socket.set_multicast_loop_v4(on), |socket| socket.multicast_loop_v4()),
    )
    .inet6(
        "IPV6_MULTICAST_LOOP",
        switch(|socket, on| socket.set_multicast_loop_v6(on), |socket| socket.multicast_loop_v6()),
    ),
    SocketOption::new(
        "header-included",
        "IP_HDRINCL",
        switch(|socket, on| socket.set_header_included_v4(on), |socket| socket.header_included_v4()),
    ),
    SocketOption::new(
        "pass-credentials",
        "SO_PASSCRED",
        switch(|socket, on| socket.set_passcred(on), |socket| socket.passcred()),
    ),
    SocketOption::new(
        "out-of-band-inline",
        "SO_OOBINLINE",
        switch(|socket, on| socket.set_out_of_band_inline(on), |socket| socket.out_of_band_inline()),
    ),
    SocketOption::new(
        "linger",
        "SO_LINGER",
        Access::Seconds { set: |socket, time| socket.set_linger(time), get: |socket| socket.linger() },
    ),
    SocketOption::new(
        "keepalive",
        "SO_KEEPALIVE",
        switch(|socket, on| socket.set_keepalive(on), |socket| socket.keepalive()),
    ),
    SocketOption::new(
        "keepalive-time",
        "TCP_KEEPIDLE",
        number(
            |socket, seconds| Ok(sockopt::set_tcp_keepidle(socket, Duration::from_secs(seconds.into()))?),
            |socket| Ok(seconds(sockopt::tcp_keepidle(socket)?)),
        ),
    ),
    SocketOption::new(
        "keepalive-interval",
        "TCP_KEEPINTVL",
        number(
            |socket, seconds| Ok(sockopt::set_tcp_keepintvl(socket, Duration::from_secs(seconds.into()))?),
            |socket| Ok(seconds(sockopt::tcp_keepintvl(socket)?)),
        ),
    ),
    SocketOption::new(
        "keepalive-count",
        "TCP_KEEPCNT",
        number(
            |socket, count| Ok(sockopt::set_tcp_keepcnt(socket, count)?),
            |socket| Ok(sockopt::tcp_keepcnt(socket)?),
        ),
    ),
    SocketOption::new(
        "tcp-user-timeout",
        "TCP_USER_TIMEOUT",
        Access::Time { set: |socket, time| socket.set_tcp_user_timeout(time), get: |socket| socket.tcp_user_timeout() },
    ),
    SocketOption::new(
        "thin-linear-timeouts",
        "TCP_THIN_LINEAR_TIMEOUTS",
        switch(|socket, on| socket.set_tcp_thin_linear_timeouts(on), |socket| socket.tcp_thin_linear_timeouts()),
    ),
    SocketOption::new(
        "max-segment",
        "TCP_MAXSEG",
        number(|socket, size| socket.set_tcp_mss(size), |socket| socket.tcp_mss()),
    ),
    SocketOption::new(
        "congestion",
        "TCP_CONGESTION",
        Access::Name {
            set: |socket, name| Ok(sockopt::set_tcp_congestion(socket, name)?),
            get: |socket| Ok(sockopt::tcp_congestion(socket)?),
        },
    ),
    SocketOption::new(
        "not-sent-low-water",
        "TCP_NOTSENT_LOWAT",
        number(|socket, size| socket.set_tcp_notsent_lowat(size), |socket| socket.tcp_notsent_lowat()),
    ),
    SocketOption::new(
        "nodelay",
        "TCP_NODELAY",
        switch(|socket, on| socket.set_tcp_nodelay(on), |socket| socket.tcp_nodelay()),
    ),
    SocketOption::new("cork", "TCP_CORK", switch(|socket, on| socket.set_tcp_cork(on), |socket| socket.tcp_cork())),
    SocketOption::new(
        "quickack",
        "TCP_QUICKACK",
        switch(|socket, on| socket.set_tcp_quickack(on), |socket| socket.tcp_quickack()),
    )
    .again(Again::Connected),
];

fn seconds(time: Duration) -> u32 {
    u32::try_from(time.as_secs()).unwrap_or(u32::MAX)
}

/// The longest name of a network interface in bytes (`IFNAMSIZ`, without the final 0). The kernel truncates longer ones without
/// an error.
const INTERFACE_NAME: usize = 15;

fn set_device(socket: &Socket, name: &str) -> io::Result<()> {
    if name.len() > INTERFACE_NAME {
        let problem = format!("a network interface's name has at most {INTERFACE_NAME} bytes, `{name}` has more");
        return Err(io::Error::new(io::ErrorKind::InvalidInput, problem));
    }
    socket.bind_device(Some(name.as_bytes()))
}

fn device(socket: &Socket) -> io::Result<String> {
    let name = socket.device()?.unwrap_or_default();
    Ok(String::from_utf8_lossy(&name).into_owned())
}
