//! Registry exports: reads and writes `.reg` files, as regedit and `reg export` write them.
//!
//! | file | what |
//! |---|---|
//! | `encoding` | decodes bytes: UTF-16, UTF-8, and the ANSI of `REGEDIT4` |
//! | `read` | parses the lines of an export: keys, and their values with places |
//! | `data` | parses the data behind the `=`: texts, `dword:`, `hex:` |
//! | `root` | chooses one `WinSock2\Parameters` where there are several control sets |
//! | `values` | the values of one key, which are queried by name |
//! | `store` | converts the keys into a [`Store`](super::Store) |
//! | `render` | formats the lines of an export like regedit |
//! | `write` | writes a store as an export |
//!
//! An export describes the contents of a registry. Deletions, which only imports may contain, are refused, and so are texts over
//! several lines: regedit writes these without quoting the line breaks, and Winsock has none. Keys without values are kept where
//! they have a meaning.

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

/// The numbers of the types of values in the registry (`winnt.h`, `REG_*`).
pub(super) mod kinds {
    pub const SZ: u32 = 1;
    pub const EXPAND_SZ: u32 = 2;
    pub const BINARY: u32 = 3;
    pub const DWORD: u32 = 4;
    pub const MULTI_SZ: u32 = 7;

    /// Returns the name of a type, such as `REG_SZ`, or its number if it has no name.
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
/// The beginning of the comment that states when the key below it was last written. Exports that were made of a hive have it.
pub(super) const LAST_WRITTEN: &str = "; last written ";

#[cfg(test)]
mod tests;
