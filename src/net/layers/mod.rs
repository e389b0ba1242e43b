//! The layers that ship with sockatlas, one folder each.

mod client_protocol;
#[cfg(test)]
mod conversation;
pub mod frame;
pub mod http_connect;
pub mod inspect;
pub mod proxy_protocol;
pub mod socks5;
#[cfg(feature = "tls")]
pub mod tls;
mod users;

pub use client_protocol::ClientProtocol;
