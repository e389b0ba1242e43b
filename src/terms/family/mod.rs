//! Address families: AF_*.

mod table;

use std::fmt;
use std::str::FromStr;

use self::table::{FAMILIES, Known, ROWS};
use super::{System, UnknownName, decimal};

/// An address family, as an AF_* constant names it.
///
/// A family is symbolic, because its number depends on the system:
///
/// ```
/// use sockatlas::terms::{Family, System};
///
/// assert_eq!(Family::INET6.number(System::Linux), Some(10));
/// assert_eq!(Family::INET6.number(System::Windows), Some(23));
/// assert_eq!(Family::INET6.number(System::MacOs), Some(30));
/// assert_eq!(Family::NETLINK.number(System::Windows), None);
/// assert_eq!(Family::from_number(23, System::Windows), Family::INET6);
/// assert_eq!("inet6".parse(), Ok(Family::INET6));
/// ```
///
/// A number that its system has not named is kept unchanged, and is the same number on every system. Two families are equal when
/// both are the same named family or the same number; a number that stands for a named family should therefore be converted with
/// [`from_number`](Family::from_number).
#[derive(Copy, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Family(Repr);

#[derive(Copy, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
enum Repr {
    Known(Known),
    Number(i32),
}

impl Family {
    /// Winsock's `FROM_PROTOCOL_INFO`: the family is that of the named entry.
    pub const FROM_PROTOCOL_INFO: Family = Family(Repr::Number(-1));

    /// Returns the family that consists of this number only; 0 is [`UNSPEC`](Family::UNSPEC) on every system.
    pub const fn from_raw(number: i32) -> Family {
        if number == 0 { Family::UNSPEC } else { Family(Repr::Number(number)) }
    }

    /// Returns the family with this number on `system`: the named one, or else the number itself.
    pub const fn from_number(number: i32, system: System) -> Family {
        match table::named(number, system) {
            Some(family) => family,
            None => Family(Repr::Number(number)),
        }
    }

    /// Returns the family with this name (`inet`) or alias (`ipv4`). Names are exact and lower case.
    pub fn from_name(name: &str) -> Option<Family> {
        let row = ROWS.iter().position(|row| row.name == name);
        row.map(|row| FAMILIES[row])
            .or_else(|| Family::aliases().iter().find(|(alias, _)| *alias == name).map(|&(_, family)| family))
    }

    /// Returns the number on `system`, or `None` if that system has no such family. A number without a name is the same on every
    /// system.
    #[inline]
    pub const fn number(self, system: System) -> Option<i32> {
        match self.0 {
            Repr::Known(known) => ROWS[known as usize].numbers[system as usize],
            Repr::Number(number) => Some(number),
        }
    }

    /// Returns the name if this is a named family; see also [`name_on`](Family::name_on).
    pub const fn name(self) -> Option<&'static str> {
        match self.known_index() {
            Some(index) => Some(ROWS[index].name),
            None => None,
        }
    }

    /// Returns the name of a named family, or the name that `system` gives to a number.
    pub const fn name_on(self, system: System) -> Option<&'static str> {
        match self.0 {
            Repr::Known(_) => self.name(),
            Repr::Number(number) => Family::from_number(number, system).name(),
        }
    }

    /// Returns every named family: first the common ones, then those of one system, ordered by number.
    pub fn all() -> impl Iterator<Item = Family> {
        FAMILIES.iter().copied()
    }

    /// Returns the further names that [`from_name`](Family::from_name) reads. They lack Linux' `AF_ROUTE`: the name `route` is
    /// macOS' family of another kind.
    pub fn aliases() -> &'static [(&'static str, Family)] {
        &[
            ("ipv4", Family::INET),
            ("ipv6", Family::INET6),
            ("local", Family::UNIX),
            ("file", Family::UNIX),
            ("bth", Family::BLUETOOTH),
            ("osi", Family::ISO),
        ]
    }

    /// Returns the index of a named family in tables of length [`KNOWN`](Family::KNOWN).
    #[inline]
    pub(crate) const fn known_index(self) -> Option<usize> {
        match self.0 {
            Repr::Known(known) => Some(known as usize),
            Repr::Number(_) => None,
        }
    }
}

/// Returns [`Family::UNSPEC`].
impl Default for Family {
    fn default() -> Family {
        Family::UNSPEC
    }
}

/// Formats the name, or the number if there is no name.
impl fmt::Display for Family {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            Repr::Known(known) => f.pad(ROWS[known as usize].name),
            Repr::Number(number) => fmt::Display::fmt(&number, f),
        }
    }
}

impl fmt::Debug for Family {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Family({self})")
    }
}

/// Parses a name, an alias or a decimal number. A number is read by [`Family::from_raw`], as the text does not state its system.
impl FromStr for Family {
    type Err = UnknownName;

    fn from_str(text: &str) -> Result<Family, UnknownName> {
        Family::from_name(text)
            .or_else(|| decimal(text).map(Family::from_raw))
            .ok_or_else(|| UnknownName::new("address family", text))
    }
}

#[cfg(test)]
mod tests {
    use super::{Family, System};

    #[test]
    fn every_name_reads_back_and_names_one_family() {
        for (index, family) in Family::all().enumerate() {
            let name = family.name().expect("all() gives named families");
            assert_eq!(Family::from_name(name), Some(family));
            assert_eq!(family.to_string().parse(), Ok(family));
            assert_eq!(family.known_index(), Some(index));
            assert!(name.parse::<i32>().is_err(), "`{name}` reads as a number");
        }
        assert_eq!(Family::all().count(), Family::KNOWN);
    }

    #[test]
    fn names_and_numbers_agree_on_every_system() {
        for system in System::ALL {
            for family in Family::all() {
                if let Some(number) = family.number(system) {
                    assert_eq!(Family::from_number(number, system), family);
                }
            }
            for number in -2..300 {
                assert_eq!(Family::from_number(number, system).number(system), Some(number));
            }
        }
    }

    #[test]
    fn every_system_has_named_as_many_as_its_header() {
        let named = |system| Family::all().filter(|family| family.number(system).is_some()).count();
        // linux/socket.h: 0..=45. ws2def.h: 0..=34 without 27. xnu: 0..=40 without 19, 22, 25, 26, 35, 36, 39.
        assert_eq!((named(System::Linux), named(System::Windows), named(System::MacOs)), (46, 34, 34));
    }

    #[test]
    fn one_family_has_several_numbers() {
        let numbers = |family: Family| System::ALL.map(|system| family.number(system));
        assert_eq!(numbers(Family::INET6), [Some(10), Some(23), Some(30)]);
        assert_eq!(numbers(Family::BLUETOOTH), [Some(31), Some(32), None]);
        assert_eq!(numbers(Family::VSOCK), [Some(40), Some(28), Some(40)]);
        assert_eq!(numbers(Family::from_raw(201)), [Some(201); 3]);
    }

    #[test]
    fn zero_is_unspecified_everywhere() {
        assert_eq!(Family::from_raw(0), Family::UNSPEC);
        assert_eq!(Family::default(), Family::UNSPEC);
        for system in System::ALL {
            assert_eq!(Family::from_number(0, system), Family::UNSPEC);
        }
    }

    #[test]
    fn a_number_has_the_name_that_a_system_gives_it() {
        assert_eq!(Family::from_raw(23).name(), None);
        assert_eq!(
            System::ALL.map(|system| Family::from_raw(23).name_on(system)),
            [Some("irda"), Some("inet6"), Some("ipx")]
        );
        assert_eq!(Family::from_raw(201).name_on(System::Linux), None);
    }

    #[test]
    fn prints_the_name_or_the_number() {
        assert_eq!(format!("{} {}", Family::INET6, Family::from_raw(201)), "inet6 201");
        assert_eq!(format!("{:?} {:?}", Family::INET6, Family::from_raw(201)), "Family(inet6) Family(201)");
        assert_eq!(format!("[{:>6}] [{:<4}]", Family::INET, Family::from_raw(-1)), "[  inet] [-1  ]");
    }

    #[test]
    fn aliases_are_read_and_never_hide_a_name() {
        for &(alias, family) in Family::aliases() {
            assert_eq!(alias.parse(), Ok(family));
            assert!(Family::all().all(|family| family.name() != Some(alias)));
        }
        assert_eq!("ipv6".parse::<Family>().map(|family| family.to_string()), Ok("inet6".to_owned()));
    }

    #[test]
    fn other_words_are_refused() {
        for word in ["inett", "INET", "AF_INET", "", "+2", " 2", "2147483648"] {
            let error = word.parse::<Family>().expect_err(word);
            assert_eq!(error.to_string(), format!("unknown address family `{word}`"));
        }
    }
}
