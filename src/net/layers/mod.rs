//! The layers that come with sockatlas, one folder each.

pub mod http_connect;
pub mod inspect;
pub mod proxy_protocol;
pub mod socks5;
#[cfg(feature = "tls")]
pub mod tls;
