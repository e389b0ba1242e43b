//! The catalogs that ship, against the systems that they describe.

#[cfg(target_os = "linux")]
mod linux;
mod windows;
