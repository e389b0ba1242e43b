//! The layers that ship with sockatlas, one folder each.

#[cfg(test)]
mod conversation;
pub mod frame;
pub mod http_connect;
pub mod inspect;
pub mod proxy_protocol;
pub mod socks5;
mod stranger;
#[cfg(feature = "tls")]
pub mod tls;
mod users;

pub use stranger::Stranger;
