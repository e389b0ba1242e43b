//! Registry exports: `.reg` files as regedit and `reg export` write them, in and out.
//!
//! | file | what |
//! |---|---|
//! | `encoding` | bytes to text and back: UTF-16, UTF-8, and the ANSI of `REGEDIT4` |
//! | `read` | the lines of an export: keys, and their values with places |
//! | `data` | what stands behind the `=`: texts, `dword:`, `hex:` |
//! | `root` | which `WinSock2\Parameters` counts, of several control sets |
//! | `values` | the values of one key, asked for by name |
//! | `store` | what the keys state, as a [`Store`](super::Store) |
//! | `render` | the layout of an export, as regedit writes it |
//! | `write` | a store as an export |
//!
//! An export says what is there. What imports alone may hold, deletions, is refused; so is a text over several lines, which
//! regedit writes without quoting the line breaks, and which nothing of Winsock has. Keys without values are kept where they have
//! a meaning.

mod data;
mod encoding;
mod read;
mod render;
mod root;
mod store;
mod values;
mod write;

pub(super) use data::Data;
pub(super) use encoding::{Decoded, decode};
pub(super) use read::is_export;
pub(super) use render::Render;
#[cfg(feature = "hive")]
pub(super) use root::control_set_name;
pub(super) use root::only_control_set;
pub(super) use store::store;
pub use write::{Encoding, WriteError, WriteOptions, write};

/// The registry's numbers of the types of values (`winnt.h`, `REG_*`).
pub(super) mod kinds {
    pub const SZ: u32 = 1;
    pub const EXPAND_SZ: u32 = 2;
    pub const BINARY: u32 = 3;
    pub const DWORD: u32 = 4;
    pub const MULTI_SZ: u32 = 7;

    /// Returns the name of a type, as in `REG_SZ`; of one without a name its number.
    pub fn name(kind: u32) -> String {
        const NAMES: [&str; 12] = [
            "REG_NONE",
            "REG_SZ",
            "REG_EXPAND_SZ",
            "REG_BINARY",
            "REG_DWORD",
            "REG_DWORD_BIG_ENDIAN",
            "REG_LINK",
            "REG_MULTI_SZ",
            "REG_RESOURCE_LIST",
            "REG_FULL_RESOURCE_DESCRIPTOR",
            "REG_RESOURCE_REQUIREMENTS_LIST",
            "REG_QWORD",
        ];
        let known = usize::try_from(kind).ok().and_then(|kind| NAMES.get(kind));
        known.map_or_else(|| format!("a value of type {kind}"), |name| (*name).to_owned())
    }
}

/// The header of exports since Windows 2000; `hex(2)` and its like hold UTF-16.
const VERSION_5: &str = "Windows Registry Editor Version 5.00";
/// The header of older exports; `hex(2)` and its like hold ANSI.
const VERSION_4: &str = "REGEDIT4";
/// Begins the comment that states when the key below it was last written: exports that were made of a hive have it.
pub(super) const LAST_WRITTEN: &str = "; last written ";

#[cfg(test)]
mod tests;
