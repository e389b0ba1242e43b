//! The categories of layered providers, by which applications permit them.

use super::UnknownName;
use std::fmt;
use std::str::FromStr;

bitflags::bitflags! {
    /// The kinds of work that a layer does: Winsock's LSP categories, with their values (`ws2spi.h`, `LSP_*`).
    ///
    /// Bits without a name are kept: Windows 10 ships `0x40000000`, which the public headers do not name.
    #[derive(Copy, Clone, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
    pub struct Categories: u32 {
        /// Reads traffic and changes nothing.
        const INSPECTOR = 0x1;
        /// Sends connections elsewhere.
        const REDIRECTOR = 0x2;
        /// Speaks to a proxy.
        const PROXY = 0x4;
        /// Refuses traffic by rules.
        const FIREWALL = 0x8;
        /// Changes what is received.
        const INBOUND_MODIFY = 0x10;
        /// Changes what is sent.
        const OUTBOUND_MODIFY = 0x20;
        /// Encrypts or compresses.
        const CRYPTO_COMPRESS = 0x40;
        /// Answers from a local store.
        const LOCAL_CACHE = 0x80;
        /// May be loaded into system processes.
        const SYSTEM = 0x8000_0000;
        const _ = !0;
    }
}

const NAMES: [(&str, Categories); 9] = [
    ("inspector", Categories::INSPECTOR),
    ("redirector", Categories::REDIRECTOR),
    ("proxy", Categories::PROXY),
    ("firewall", Categories::FIREWALL),
    ("inbound-modify", Categories::INBOUND_MODIFY),
    ("outbound-modify", Categories::OUTBOUND_MODIFY),
    ("crypto-compress", Categories::CRYPTO_COMPRESS),
    ("local-cache", Categories::LOCAL_CACHE),
    ("system", Categories::SYSTEM),
];

impl Categories {
    /// Returns the names of all known categories.
    pub fn names() -> impl Iterator<Item = &'static str> {
        NAMES.iter().map(|&(name, _)| name)
    }

    /// Returns the names of the categories in the set; bits without a name take the form `0x40000000`.
    pub fn to_names(self) -> Vec<String> {
        let mut names: Vec<String> =
            NAMES.iter().filter(|(_, category)| self.contains(*category)).map(|(name, _)| (*name).to_owned()).collect();
        let named = NAMES.iter().fold(Categories::empty(), |all, &(_, category)| all | category);
        let unnamed = self.difference(named).bits();
        names.extend((0..32).map(|bit| 1 << bit).filter(|bit| unnamed & bit != 0).map(|bit| format!("0x{bit:08x}")));
        names
    }

    /// Returns whether an application that permits exactly these categories loads a layer with the categories `layer`: the layer
    /// has at least one category, none beyond those permitted, and [`SYSTEM`](Categories::SYSTEM) if that is permitted.
    ///
    /// This is Winsock's rule for loading an LSP into a categorised process. A layer without categories is never permitted.
    ///
    /// ```
    /// use sockatlas::terms::Categories;
    ///
    /// let permitted = Categories::INSPECTOR | Categories::CRYPTO_COMPRESS;
    /// assert!(permitted.permits(Categories::CRYPTO_COMPRESS));
    /// assert!(!permitted.permits(Categories::CRYPTO_COMPRESS | Categories::PROXY));
    /// assert!(!permitted.permits(Categories::empty()));
    /// ```
    pub const fn permits(self, layer: Categories) -> bool {
        !layer.is_empty()
            && self.contains(layer)
            && (!self.contains(Categories::SYSTEM) || layer.contains(Categories::SYSTEM))
    }
}

impl FromStr for Categories {
    type Err = UnknownName;

    /// Parses the name of one category, or a bit in the form `0x40000000`.
    fn from_str(name: &str) -> Result<Self, UnknownName> {
        let named = NAMES.iter().find(|(known, _)| *known == name).map(|&(_, category)| category);
        let bit = || name.strip_prefix("0x").filter(|digits| !digits.starts_with('+'));
        let bit = || bit().and_then(|digits| u32::from_str_radix(digits, 16).ok());
        let bit = || bit().filter(|bits| bits.is_power_of_two()).map(Categories::from_bits_retain);
        named.or_else(bit).ok_or_else(|| UnknownName::new("category", name))
    }
}

impl fmt::Display for Categories {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.to_names().join(", "))
    }
}

#[cfg(test)]
mod tests {
    use super::Categories;

    #[test]
    fn names_and_unnamed_bits_round_trip() {
        let all = Categories::from_bits_retain(0x4000_0041);
        assert_eq!(all.to_string(), "inspector, crypto-compress, 0x40000000");
        let back: Categories = all.to_names().iter().filter_map(|name| name.parse::<Categories>().ok()).collect();
        assert_eq!(back, all);
        assert_eq!("crypto".parse::<Categories>().unwrap_err().to_string(), "unknown category `crypto`");
    }
}
