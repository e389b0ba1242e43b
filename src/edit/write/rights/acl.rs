//! Access control lists of POSIX.1e, as Linux stores them: permissions on a file beyond its mode.
//!
//! The value of the attribute is the version, 2, as a 32-bit number, then for each entry its tag and permissions (16
//! bits each) and the number of the user or group (32 bits), all little-endian (`linux/posix_acl_xattr.h`). If there is
//! a mask, the bits of the group in the file's mode are those of the mask, not of the group.

/// The attribute that contains the list for access checks.
pub(super) const NAME: &[u8] = b"system.posix_acl_access";

const VERSION: u32 = 2;
const ENTRY_BYTES: usize = 8;

const GROUP_OBJ: u16 = 0x04;

pub(super) const READ: u16 = 4;
pub(super) const WRITE: u16 = 2;

/// An access control list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Acl(Vec<Entry>);

#[derive(Clone, Debug, PartialEq, Eq)]
struct Entry {
    tag: u16,
    may: u16,
    id: u32,
}

impl Acl {
    /// Reads the value of the attribute.
    pub fn parse(value: &[u8]) -> Option<Acl> {
        let (version, entries) = value.split_first_chunk()?;
        if u32::from_le_bytes(*version) != VERSION || entries.len() % ENTRY_BYTES != 0 {
            return None;
        }
        let entry = |bytes: &[u8]| {
            let &[t0, t1, m0, m1, i0, i1, i2, i3] = bytes else { return None };
            let (tag, may) = (u16::from_le_bytes([t0, t1]), u16::from_le_bytes([m0, m1]));
            Some(Entry { tag, may, id: u32::from_le_bytes([i0, i1, i2, i3]) })
        };
        entries.chunks_exact(ENTRY_BYTES).map(entry).collect::<Option<Vec<_>>>().map(Acl)
    }

    /// Returns the value of the attribute.
    pub fn render(&self) -> Vec<u8> {
        let mut value = VERSION.to_le_bytes().to_vec();
        for Entry { tag, may, id } in &self.0 {
            value.extend(tag.to_le_bytes());
            value.extend(may.to_le_bytes());
            value.extend(id.to_le_bytes());
        }
        value
    }

    /// Returns the list with the permissions of each entry mapped.
    pub fn map(&self, to: impl Fn(u16) -> u16) -> Acl {
        Acl(self.0.iter().map(|entry| Entry { may: to(entry.may), ..*entry }).collect())
    }

    /// Returns the list without any permission for the file's own group.
    pub fn without_group(&self) -> Acl {
        Acl(self
            .0
            .iter()
            .map(|entry| Entry { may: if entry.tag == GROUP_OBJ { 0 } else { entry.may }, ..*entry })
            .collect())
    }

    /// Returns whether every entry has this permission.
    pub fn all_may(&self, what: u16) -> bool {
        self.0.iter().all(|entry| entry.may & what == what)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const MASK: u16 = 0x10;

    /// u::rw- u:1000:rw- g::--- m::rw- o::---
    const ONE_USER: &[(u16, u16, u32)] =
        &[(1, 6, u32::MAX), (2, 6, 1000), (GROUP_OBJ, 0, u32::MAX), (MASK, 6, u32::MAX), (32, 0, u32::MAX)];

    fn acl(entries: &[(u16, u16, u32)]) -> Acl {
        Acl(entries.iter().map(|&(tag, may, id)| Entry { tag, may, id }).collect())
    }

    #[test]
    fn a_list_reads_back_as_it_was_written_and_what_is_none_is_refused() {
        let list = acl(ONE_USER);
        let value = list.render();
        assert_eq!(value.len(), 4 + 5 * ENTRY_BYTES);
        assert_eq!(Acl::parse(&value), Some(list));
        for (what, value) in
            [("cut off", &value[..value.len() - 1]), ("another version", &[1, 0, 0, 0]), ("empty", &[])]
        {
            assert_eq!(Acl::parse(value), None, "{what}");
        }
    }

    #[test]
    fn all_may_what_nobody_is_kept_from() {
        assert!(!acl(ONE_USER).all_may(READ));
        assert!(acl(&[(1, 6, 0), (GROUP_OBJ, 4, 0), (32, 4, 0)]).all_may(READ));
    }

    #[test]
    fn who_may_do_something_is_kept_when_it_becomes_something_else() {
        let lockers = acl(ONE_USER).map(|may| if may & WRITE == 0 { 0 } else { READ | WRITE });
        assert_eq!(lockers, acl(ONE_USER));
        let readers = acl(ONE_USER).map(|may| may & READ);
        assert_eq!(readers.0.iter().map(|entry| entry.may).collect::<Vec<_>>(), [4, 4, 0, 4, 0]);
        assert_eq!(acl(&[(GROUP_OBJ, 6, 0), (MASK, 6, 0)]).without_group(), acl(&[(GROUP_OBJ, 0, 0), (MASK, 6, 0)]));
    }
}
