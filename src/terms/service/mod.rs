//! Services: the properties that an entry offers, by Winsock's XP1_* flags and beyond.

mod table;

use std::fmt;
use std::ops::{BitOr, BitOrAssign};
use std::str::FromStr;

use self::table::{KNOWN, UNNAMED};
use super::UnknownName;

/// A set of services.
///
/// ```
/// use sockatlas::terms::Services;
///
/// let offered: Services = "guaranteed-order, encrypted".parse()?;
/// assert!(offered.contains(&Services::ENCRYPTED));
/// assert_eq!(offered.to_string(), "encrypted, guaranteed-order");
/// assert_eq!(offered.xp1(), 4);
/// # Ok::<(), sockatlas::terms::UnknownName>(())
/// ```
///
/// Three kinds of service have names:
/// * the twenty XP1_* flags of Winsock's `dwServiceFlags1`, without the prefix and in kebab-case; bits that Winsock has
///   not named are kept, and are called `xp1-0x00100000` and so on;
/// * six of our own, for which Winsock has no flag: [`ENCRYPTED`](Services::ENCRYPTED) and its neighbours;
/// * words of the user's, `x-` and then `[a-z0-9][a-z0-9._-]*`.
#[derive(Clone, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Services {
    /// Bits 0 to 31 are `dwServiceFlags1`; those above are our own services.
    bits: u64,
    /// Sorted, without duplicates.
    words: Vec<Box<str>>,
}

impl Services {
    /// The empty set.
    pub const NONE: Services = Services { bits: 0, words: Vec::new() };

    const fn bit(bit: u32) -> Services {
        Services { bits: 1 << bit, words: Vec::new() }
    }

    /// Returns the services of a `dwServiceFlags1`; bits that Winsock has not named are kept.
    pub const fn from_xp1(flags: u32) -> Services {
        Services { bits: flags as u64, words: Vec::new() }
    }

    /// Returns the `dwServiceFlags1` of the set: the services that Winsock can express.
    pub const fn xp1(&self) -> u32 {
        // The low half is `dwServiceFlags1`, by design of `bits`.
        self.bits as u32
    }

    /// Returns the set of the one service with this name. Names are exact and lower case.
    ///
    /// # Errors
    /// Returns an error if the name is not a known one, nor an unnamed bit in the form `xp1-0x00100000`, nor an `x-` word.
    pub fn from_name(name: &str) -> Result<Services, UnknownName> {
        if let Some(&(_, bit)) = KNOWN.iter().chain(&UNNAMED).find(|(known, _)| *known == name) {
            Ok(Services::bit(bit))
        } else if is_word(name) {
            Ok(Services { bits: 0, words: vec![name.into()] })
        } else {
            Err(UnknownName::new("service", name))
        }
    }

    /// The services that only the implementation of a layer or base protocol can give: sockatlas' own. All others are facts about
    /// a protocol, and the catalog's statement of them is not verified.
    pub const OF_MODULES: Services = Services { bits: 0x3f_0000_0000, words: Vec::new() };

    /// Returns every service that has a name, ordered by name, each as a set of one.
    pub fn known() -> impl Iterator<Item = (&'static str, Services)> {
        KNOWN.iter().map(|&(name, bit)| (name, Services::bit(bit)))
    }

    /// Returns whether the set is empty.
    #[inline]
    pub const fn is_empty(&self) -> bool {
        self.bits == 0 && self.words.is_empty()
    }

    /// Returns the number of services in the set.
    #[inline]
    pub fn len(&self) -> usize {
        self.bits.count_ones() as usize + self.words.len()
    }

    // Resolving tests the required and prohibited services against every match, and counts the preferred and avoided ones. Words
    // are rare, so that these methods come down to one operation on a machine word; none of them allocates.

    /// Returns whether every service of `other` is in the set.
    #[inline]
    pub fn contains(&self, other: &Services) -> bool {
        other.bits & !self.bits == 0 && other.words.iter().all(|word| self.has_word(word))
    }

    /// Returns whether any service of `other` is in the set.
    #[inline]
    pub fn intersects(&self, other: &Services) -> bool {
        self.bits & other.bits != 0 || other.words.iter().any(|word| self.has_word(word))
    }

    /// Returns the number of services that are in both sets.
    #[inline]
    pub fn common(&self, other: &Services) -> u32 {
        let words = other.words.iter().filter(|word| self.has_word(word)).count();
        (self.bits & other.bits).count_ones() + words as u32
    }

    fn has_word(&self, word: &str) -> bool {
        self.words.binary_search_by(|own| (**own).cmp(word)).is_ok()
    }

    /// Returns the set without the user's own words.
    pub(crate) fn without_words(&self) -> Services {
        Services { bits: self.bits, words: Vec::new() }
    }

    /// Adds every service of `other` to the set.
    pub fn insert(&mut self, other: &Services) {
        self.bits |= other.bits;
        for word in &other.words {
            if let Err(place) = self.words.binary_search(word) {
                self.words.insert(place, word.clone());
            }
        }
    }

    /// Removes every service of `other` from the set.
    pub fn remove(&mut self, other: &Services) {
        self.bits &= !other.bits;
        self.words.retain(|word| !other.has_word(word));
    }

    /// Returns the services that are in either set.
    #[must_use]
    pub fn union(&self, other: &Services) -> Services {
        let mut union = self.clone();
        union.insert(other);
        union
    }

    /// Returns the services that are in this set and not in `other`.
    #[must_use]
    pub fn difference(&self, other: &Services) -> Services {
        let mut difference = self.clone();
        difference.remove(other);
        difference
    }

    /// Returns the services that are in both sets.
    #[must_use]
    pub fn intersection(&self, other: &Services) -> Services {
        let words = self.words.iter().filter(|word| other.has_word(word)).cloned().collect();
        Services { bits: self.bits & other.bits, words }
    }

    /// Returns each service of the set as a set of one, in the order of the names.
    pub fn each(&self) -> impl Iterator<Item = Services> {
        self.iter().filter_map(|name| Services::from_name(name).ok())
    }

    /// Returns the names, sorted. [`from_name`](Services::from_name) reads each of them.
    pub fn iter(&self) -> impl Iterator<Item = &str> {
        let named = move |table: &'static [(&'static str, u32)]| {
            table.iter().filter(|(_, bit)| self.bits >> bit & 1 == 1).map(|&(name, _)| name)
        };
        named(KNOWN).chain(self.words.iter().map(|word| &**word)).chain(named(&UNNAMED))
    }
}

/// Returns whether a name is a user's word: `x-[a-z0-9][a-z0-9._-]*`.
fn is_word(name: &str) -> bool {
    let alphanumeric = |byte: &u8| byte.is_ascii_lowercase() || byte.is_ascii_digit();
    name.strip_prefix("x-").is_some_and(|word| {
        word.as_bytes().first().is_some_and(alphanumeric)
            && word.bytes().all(|byte| alphanumeric(&byte) || matches!(byte, b'.' | b'_' | b'-'))
    })
}

/// Formats the names, sorted and separated by a comma and a space; the empty set prints nothing.
impl fmt::Display for Services {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, name) in self.iter().enumerate() {
            if index > 0 {
                f.write_str(", ")?;
            }
            f.write_str(name)?;
        }
        Ok(())
    }
}

/// Formats the set of names.
impl fmt::Debug for Services {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set().entries(self.iter()).finish()
    }
}

/// Parses names separated by commas, with optional blanks around them; an empty text is the empty set.
impl FromStr for Services {
    type Err = UnknownName;

    fn from_str(text: &str) -> Result<Services, UnknownName> {
        if text.trim().is_empty() {
            return Ok(Services::NONE);
        }
        text.split(',').map(|name| Services::from_name(name.trim())).collect()
    }
}

impl BitOr for Services {
    type Output = Services;

    fn bitor(mut self, other: Services) -> Services {
        self.insert(&other);
        self
    }
}

impl BitOrAssign for Services {
    fn bitor_assign(&mut self, other: Services) {
        self.insert(&other);
    }
}

impl Extend<Services> for Services {
    fn extend<I: IntoIterator<Item = Services>>(&mut self, sets: I) {
        for set in sets {
            self.insert(&set);
        }
    }
}

impl FromIterator<Services> for Services {
    fn from_iter<I: IntoIterator<Item = Services>>(sets: I) -> Services {
        let mut union = Services::NONE;
        union.extend(sets);
        union
    }
}

#[cfg(test)]
mod tests {
    use super::{KNOWN, Services, UNNAMED};

    fn set(text: &str) -> Services {
        text.parse().expect("a list of services")
    }

    #[test]
    fn every_name_reads_back() {
        assert_eq!(Services::known().count(), 26);
        for (name, services) in Services::known() {
            assert_eq!(Services::from_name(name).as_ref(), Ok(&services));
            assert_eq!((services.to_string().as_str(), services.len()), (name, 1));
        }
    }

    #[test]
    fn names_are_printed_in_order() {
        assert!(KNOWN.is_sorted() && UNNAMED.is_sorted());
        let services = set("x-b, xp1-0x80000000,uni-send,x-a,encrypted,authenticated");
        assert_eq!(services.to_string(), "authenticated, encrypted, uni-send, x-a, x-b, xp1-0x80000000");
        assert_eq!(format!("{:?}", set("x-a,proxied")), r#"{"proxied", "x-a"}"#);
        assert!(services.iter().is_sorted());
    }

    #[test]
    fn the_flags_of_winsock_come_back_bit_for_bit() {
        let tcp = set("guaranteed-delivery, guaranteed-order, graceful-close, expedited-data, ifs-handles");
        assert_eq!(tcp.xp1(), 0x20066);
        assert_eq!(Services::from_xp1(0x20066), tcp);
        for flags in [0, 1, 0x0010_0000, 0x8000_0001, u32::MAX] {
            let services = Services::from_xp1(flags);
            assert_eq!(services.xp1(), flags);
            assert_eq!(set(&services.to_string()), services);
            assert_eq!(services.len(), flags.count_ones() as usize);
        }
    }

    #[test]
    fn bits_that_winsock_has_not_named_have_one_spelling() {
        assert_eq!(Services::from_xp1(0x0010_0000).to_string(), "xp1-0x00100000");
        for (index, (name, bit)) in UNNAMED.into_iter().enumerate() {
            assert_eq!(bit as usize, 20 + index);
            assert_eq!(name, format!("xp1-0x{:08x}", 1_u32 << bit));
        }
        for other in ["xp1-0x00000001", "xp1-0x100000", "xp1-0x00300000", "xp1-0X00100000"] {
            assert!(Services::from_name(other).is_err(), "{other}");
        }
    }

    #[test]
    fn our_own_are_unknown_to_winsock() {
        let own = set("encrypted, authenticated, compressed, proxied, framed, metered");
        assert_eq!((own.len(), own.xp1()), (6, 0));
    }

    #[test]
    fn words_are_the_users_own() {
        for word in ["x-a", "x-0", "x-audited.2026_b-c"] {
            assert_eq!(set(word).to_string(), word);
        }
        for word in ["", "x-", "x--a", "x-.a", "x-A", "x-a b", "x-ä", "audited", "Encrypted"] {
            let error = Services::from_name(word).expect_err(word);
            assert_eq!(error.to_string(), format!("unknown service `{word}`"));
        }
    }

    #[test]
    fn lists_are_strict() {
        assert_eq!(set(" "), Services::NONE);
        assert_eq!(set("encrypted,encrypted"), Services::ENCRYPTED);
        let error = "encrypted,,proxied".parse::<Services>().expect_err("an empty name");
        assert_eq!(error.to_string(), "unknown service ``");
    }

    #[test]
    fn sets_follow_the_laws_of_sets() {
        let some = ["", "encrypted", "x-a", "encrypted,x-a,x-b", "proxied,x-b", "connectionless,xp1-0x40000000,x-c"];
        for left in some.map(set) {
            for right in some.map(set) {
                let (union, both) = (left.union(&right), left.intersection(&right));
                assert_eq!(union, left.clone() | right.clone());
                assert_eq!(union, right.union(&left));
                assert_eq!(both, right.intersection(&left));
                assert_eq!(union.len(), left.len() + right.len() - both.len());
                assert_eq!(left.common(&right) as usize, both.len());
                assert_eq!(left.intersects(&right), !both.is_empty());
                assert_eq!(left.contains(&right), both == right);
                assert_eq!(left.difference(&right).union(&both), left);
                assert!(!left.difference(&right).intersects(&right));
            }
        }
    }
}
