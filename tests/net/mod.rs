//! Sockets: opened for real, against the kernel and against programs of others.

mod accepting;
mod command;
mod drivers;
mod encrypted;
#[cfg(feature = "cli")]
mod exposed;
mod fallback;
mod falling;
#[cfg(feature = "cli")]
mod gateway;
#[cfg(feature = "cli")]
mod hearing;
mod inspect;
mod manual;
mod messages;
mod modules;
pub mod peer;
mod proxies;
mod proxy_protocol;
#[cfg(feature = "cli")]
mod relay;
mod roles;
mod system;
pub mod tls;
#[cfg(feature = "tracing")]
mod traces;
