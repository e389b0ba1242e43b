//! The targets of the fuzzer that use the library alone: functions that take any bytes, and panic if the library breaks a promise on them.
//!
//! | file | contents |
//! |---|---|
//! | `catalog`, `fmt` | catalogs: loading, checking, writing and formatting |
//! | `winsock` | what the targets of Winsock catalogs share |
//! | `reg`, `netsh`, `packed`, `hive` | Winsock catalogs, one form each |
//! | `sessions` | what the targets of layers share: a peer that sends any bytes in any pieces |
//! | `proxy_protocol`, `socks5`, `http_connect`, `frame` | layers, one module each, in both roles where both read |

mod catalog;
mod fmt;
mod frame;
mod hive;
mod http_connect;
mod netsh;
mod packed;
mod proxy_protocol;
mod reg;
mod sessions;
mod socks5;
mod winsock;

/// A target: its name, and the function that takes an input.
#[derive(Copy, Clone, Debug)]
pub struct Target {
    pub name: &'static str,
    pub run: fn(&[u8]),
}

/// All targets.
pub const TARGETS: [Target; 12] = [
    Target { name: "catalog", run: catalog::run },
    Target { name: "fmt", run: fmt::run },
    Target { name: "reg", run: reg::run },
    Target { name: "netsh", run: netsh::run },
    Target { name: "packed", run: packed::run },
    Target { name: "hive", run: hive::run },
    Target { name: "proxy-protocol", run: proxy_protocol::run },
    Target { name: "socks5-client", run: socks5::client },
    Target { name: "socks5-server", run: socks5::server },
    Target { name: "connect-client", run: http_connect::client },
    Target { name: "connect-server", run: http_connect::server },
    Target { name: "frame", run: frame::run },
];
