//! Winsock catalogs as a user of the library and of the command meets them.
pub mod catalogs;
#[cfg(feature = "cli")]
mod checking;
mod damages;
#[cfg(feature = "cli")]
pub mod export_command;
pub mod exports;
pub mod fixture;
#[cfg(feature = "cli")]
mod forms;
#[cfg(feature = "hive")]
mod hives;
#[cfg(feature = "cli")]
mod import;
#[cfg(all(feature = "net", target_os = "linux"))]
mod independent;
#[cfg(feature = "cli")]
mod install;
mod malformed;
pub mod netsh;
pub mod netsh_text;
pub mod repair;
#[cfg(feature = "cli")]
mod repair_command;
mod repair_laws;
#[cfg(feature = "cli")]
pub mod report;
mod rules;
pub mod show;
