//! The sets and the encoding of a registry export: the shared arguments of all commands that write one.

use sockatlas::winsock::Bitness;
use sockatlas::winsock::reg::{self, WriteOptions};

#[derive(clap::Args)]
pub(in crate::cli) struct Written {
    /// The catalog of a 64-bit Windows to write: that of 32-bit programs, of 64-bit programs, or both
    #[arg(long, value_enum, value_name = "BITS", default_value_t)]
    bits: Bits,

    /// The encoding of the export
    #[arg(long, value_enum, value_name = "ENCODING", default_value_t)]
    encoding: Encoding,
}

#[derive(Copy, Clone, Default, clap::ValueEnum)]
enum Bits {
    /// Catalog_Entries, which is the only one of a 32-bit Windows
    #[value(name = "32")]
    Bits32,
    /// Catalog_Entries64
    #[value(name = "64")]
    Bits64,
    /// Both catalogs of a 64-bit Windows
    #[default]
    Both,
}

#[derive(Copy, Clone, Default, clap::ValueEnum)]
enum Encoding {
    /// As regedit and `reg export` write: little-endian, with a byte order mark
    #[default]
    #[value(name = "utf-16")]
    Utf16,
    /// UTF-8 without a byte order mark
    #[value(name = "utf-8")]
    Utf8,
    /// The older format, one byte for each character
    #[value(name = "regedit4")]
    Regedit4,
}

impl Written {
    /// Returns the set to be written; `None` for both.
    pub fn bits(&self) -> Option<Bitness> {
        match self.bits {
            Bits::Bits32 => Some(Bitness::Bits32),
            Bits::Bits64 => Some(Bitness::Bits64),
            Bits::Both => None,
        }
    }

    pub fn options(&self) -> WriteOptions {
        let encoding = match self.encoding {
            Encoding::Utf16 => reg::Encoding::Utf16,
            Encoding::Utf8 => reg::Encoding::Utf8,
            Encoding::Regedit4 => reg::Encoding::Regedit4,
        };
        let mut options = WriteOptions::default();
        (options.encoding, options.bits) = (encoding, self.bits());
        options
    }
}

/// Reads the bitness of programs from an argument.
pub(in crate::cli) fn bitness(word: &str) -> Result<Bitness, String> {
    let bits = word.parse().ok().and_then(Bitness::from_number);
    bits.ok_or_else(|| "32 or 64 is expected".to_owned())
}
