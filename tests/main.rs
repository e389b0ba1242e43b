//! The tests of sockatlas, in one binary.

mod closed;
#[cfg(feature = "cli")]
mod command;
#[cfg(feature = "cli")]
mod documents;
#[cfg(feature = "cli")]
mod edits;
#[cfg(all(feature = "cli", target_os = "linux"))]
mod examples;
mod faults;
#[cfg(feature = "cli")]
mod formats;
#[cfg(all(feature = "cli", target_os = "linux"))]
mod fuzz;
mod laws;
#[cfg(all(feature = "net", target_os = "linux"))]
mod net;
mod oracle;
#[cfg(feature = "cli")]
mod rules;
#[cfg(feature = "cli")]
mod schema;
#[cfg(feature = "net")]
mod secret;
#[cfg(feature = "winsock")]
mod winsock;
