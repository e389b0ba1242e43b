//! The tests of sockatlas, in one binary.

#[cfg(feature = "cli")]
mod command;
#[cfg(feature = "cli")]
mod documents;
