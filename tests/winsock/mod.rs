//! Winsock catalogs as a user of the library and of the command meets them.
pub mod exports;
pub mod fixture;
