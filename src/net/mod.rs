//! Sockets.
pub mod machine;
