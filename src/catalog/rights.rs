//! Finds other users who can read a file of secrets, or write a file that decides how programs connect.
//!
//! Opening refuses the files with such exposures, and the rule `writable-by-others` of `check` reports those that concern
//! writing. Trusted are root, the user that the process runs as, and the owner of the root folder of the file system (which in a
//! user namespace may have a number of its own); rights of others are exposures.
//!
//! | kind of file | it is exposed when |
//! |---|---|
//! | any file | another user owns it; everybody may write it; a group may write it that is not private |
//! | a file of secrets | the same, or everybody may read it, or a group may read it that is open |
//! | a folder on the way to it | another user owns it; everybody, or a group that is not private, may write it, unless it is sticky, as `/tmp` is |
//! | a symbolic link on the way | another user owns it; its target is checked like a path that was given |
//!
//! A group is **private** when only trusted users are in it, such as the group of one's own that many systems give each user:
//! files under umask 002 are then as safe as under 022. It is **open** when everybody is in it: when it is called `users`,
//! `nogroup` or the like, or is the primary group of two people or more. A group that is neither, such as Debian's `ssl-cert`,
//! may read a file of secrets which root or the user owns, but may not write it. Groups are looked up only in `/etc/group` and
//! `/etc/passwd`: a group that only a name service knows is neither private nor open.
//!
//! Where a file or a folder has an access control list, the bits of its group are the mask of that list, and do not show who has
//! the rights. They then count as rights of strangers: as those of a group that is open and not private.
//!
//! A file that others may read by its mode is exposed even in a folder that others cannot enter, as for ssh(1): the folder may be
//! opened for another reason, and the file may be copied with its mode.
//!
//! For a file without a path, such as the end of a pipe (`<(gpg -d ...)` in a shell), only the owner is checked. For a terminal
//! or another device, only the folders are checked.

use std::fmt;
use std::path::PathBuf;

/// The use for which a file is read.
#[derive(Copy, Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum FileUse {
    /// The file holds a secret: nobody else may read or write it.
    Secret,
    /// The file decides what is trusted or done: nobody else may write it.
    Trusted,
    /// The file is written, and not read.
    Written,
}

/// A forbidden right that another user has to a file.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Exposure {
    /// The file, by the path that was given.
    pub file: PathBuf,
    /// The place that exposes it: the file itself, or a folder or a symbolic link on the way to it.
    pub place: PathBuf,
    /// Whether the place is a folder.
    pub is_folder: bool,
    /// The mode of the place, as in chmod(1).
    pub mode: u32,
    /// The number of the place's owner.
    pub owner: u32,
    /// The name of the place's owner, if `/etc/passwd` has it.
    pub owner_name: Option<String>,
    /// The right, and who has it.
    pub right: Right,
    /// The use of the file.
    pub file_use: FileUse,
}

/// The kind of right that another user must not have.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Right {
    /// Another user owns it.
    Owned,
    /// Everybody on this machine may write it.
    WrittenByAll,
    /// Everybody on this machine may read it.
    ReadByAll,
    /// A group may write it: its name, or its number.
    WrittenByGroup(String),
    /// A group may read it.
    ReadByGroup(String),
    /// Somebody whom its access control list names may write it.
    WrittenByList,
    /// Somebody whom its access control list names may read it.
    ReadByList,
}

impl fmt::Display for Right {
    /// Writes the right so that the name of the place can follow: `everybody on this machine may write`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Right::Owned => f.write_str("another user owns"),
            Right::WrittenByAll => f.write_str("everybody on this machine may write"),
            Right::ReadByAll => f.write_str("everybody on this machine may read"),
            Right::WrittenByGroup(group) => write!(f, "the group `{group}` may write"),
            Right::ReadByGroup(group) => write!(f, "the group `{group}`, in which everybody is, may read"),
            Right::WrittenByList => f.write_str("whom an access control list names may write"),
            Right::ReadByList => f.write_str("whom an access control list names may read"),
        }
    }
}

impl Exposure {
    /// Returns the command that removes the right.
    pub fn remedy(&self) -> String {
        let place = self.place.display();
        match (&self.right, self.file_use) {
            (Right::Owned, _) => format!("chown {place}"),
            (Right::WrittenByList | Right::ReadByList, _) => format!("setfacl -b {place}"),
            (_, FileUse::Secret) if !self.is_folder => format!("chmod 600 {place}"),
            (Right::WrittenByAll, _) => format!("chmod o-w {place}"),
            _ => format!("chmod g-w {place}"),
        }
    }
}

impl fmt::Display for Exposure {
    /// Writes the exposure and its remedy: ``everybody on this machine may read `key.pem` (mode 0644, owner root); take that
    /// away: `chmod 600 key.pem` ``.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let folder = if self.is_folder { "the folder " } else { "" };
        write!(f, "{} {folder}`{}` (mode {:04o}, owner ", self.right, self.place.display(), self.mode)?;
        match &self.owner_name {
            Some(name) => f.write_str(name)?,
            None => write!(f, "{}", self.owner)?,
        }
        f.write_str(")")?;
        if self.place != self.file {
            write!(f, ", on the way to `{}`", self.file.display())?;
        }
        write!(f, "; take that away: `{}`", self.remedy())
    }
}

impl std::error::Error for Exposure {}

#[cfg(unix)]
pub(crate) use unix::{Trusted, exposures};

#[cfg(unix)]
mod unix {
    use super::{Exposure, FileUse, Right};
    use std::cell::OnceCell;
    use std::collections::VecDeque;
    use std::ffi::OsString;
    use std::fs::{self, Metadata};
    use std::io;
    use std::os::unix::fs::{FileTypeExt, MetadataExt};
    use std::path::{Component, Path, PathBuf};

    /// The most symbolic links that are followed, as Linux has it (path_resolution(7)).
    const MOST_LINKS: usize = 40;

    /// Groups that include everybody, whatever their members are: those of Debian, of the BSDs and macOS, and of Windows'
    /// domains.
    const OPEN: [&str; 7] = ["users", "nogroup", "nobody", "staff", "everyone", "domain users", "games"];

    /// The user numbers of people: those of daemons are below, and that of nobody is above.
    const PEOPLE: std::ops::Range<u32> = 1000..65534;

    /// The trusted users: root, the owner of the root folder, and the user who reads the file.
    pub(crate) struct Trusted {
        users: Vec<u32>,
        /// Read when a name or a group is looked up.
        accounts: OnceCell<Accounts>,
    }

    impl Trusted {
        pub fn new(user: u32) -> Self {
            let mut users = vec![0, user];
            users.extend(fs::metadata("/").map(|facts| facts.uid()));
            Trusted { users, accounts: OnceCell::new() }
        }

        fn accounts(&self) -> &Accounts {
            self.accounts.get_or_init(Accounts::read)
        }
    }

    /// Returns the forbidden rights of others to a file and to the way to it, from the root folder on.
    ///
    /// # Errors
    ///
    /// Returns an error if the file does not exist, or the way to it cannot be examined.
    pub(crate) fn exposures(file: &Path, file_use: FileUse, trusted: &Trusted) -> io::Result<Vec<Exposure>> {
        let judge = Judge { file, file_use, trusted };
        let opened = fs::metadata(file)?;
        let mut rest = components(&std::path::absolute(file)?);
        let mut at = PathBuf::from("/");
        let mut found = Vec::from_iter(judge.folder(&at, &fs::symlink_metadata(&at)?));
        let mut links = 0;
        while let Some(next) = rest.pop_front() {
            if next == ".." {
                at.pop();
                continue;
            }
            let path = at.join(next);
            let facts = match fs::symlink_metadata(&path) {
                Ok(facts) => facts,
                // The file was opened, so it exists; it is reached by something other than a path: the end of a pipe.
                Err(error) if error.kind() == io::ErrorKind::NotFound && links > 0 => {
                    found.extend(judge.foreign(&opened).map(|right| judge.found(file, &opened, right)));
                    break;
                }
                Err(error) => return Err(error),
            };
            if facts.is_symlink() {
                found.extend(judge.foreign(&facts).map(|right| judge.found(&path, &facts, right)));
                links += 1;
                if links > MOST_LINKS {
                    return Err(io::Error::other("too many levels of symbolic links"));
                }
                let target = fs::read_link(&path)?;
                if target.is_absolute() {
                    at = PathBuf::from("/");
                }
                components(&target).into_iter().rev().for_each(|component| rest.push_front(component));
            } else if facts.is_dir() {
                found.extend(judge.folder(&path, &facts));
                at = path;
            } else {
                found.extend(judge.opened(if links == 0 { file } else { &path }, &facts));
                break;
            }
        }
        Ok(found)
    }

    fn components(path: &Path) -> VecDeque<OsString> {
        let named = path.components().filter_map(|component| match component {
            Component::Normal(name) => Some(name.to_owned()),
            Component::ParentDir => Some("..".into()),
            Component::RootDir | Component::CurDir | Component::Prefix(_) => None,
        });
        named.collect()
    }

    struct Judge<'a> {
        file: &'a Path,
        file_use: FileUse,
        trusted: &'a Trusted,
    }

    impl Judge<'_> {
        fn found(&self, place: &Path, facts: &Metadata, right: Right) -> Exposure {
            Exposure {
                file: self.file.to_owned(),
                place: place.to_owned(),
                is_folder: facts.is_dir(),
                mode: facts.mode() & 0o7777,
                owner: facts.uid(),
                owner_name: self.trusted.accounts().user(facts.uid()).map(str::to_owned),
                right,
                file_use: self.file_use,
            }
        }

        fn folder(&self, path: &Path, facts: &Metadata) -> Option<Exposure> {
            // In a sticky folder, others cannot replace files of other owners; each owner is checked too.
            let is_sticky = facts.mode() & 0o1000 != 0;
            let right = self.foreign(facts).or_else(|| self.written(path, facts).filter(|_| !is_sticky))?;
            Some(self.found(path, facts, right))
        }

        fn opened(&self, path: &Path, facts: &Metadata) -> Option<Exposure> {
            let kind = facts.file_type();
            if !kind.is_file() && !kind.is_fifo() {
                return None;
            }
            let secret = self.file_use == FileUse::Secret;
            let read = || self.read(path, facts).filter(|_| secret);
            let right = self.foreign(facts).or_else(|| self.written(path, facts)).or_else(read)?;
            Some(self.found(path, facts, right))
        }

        fn foreign(&self, facts: &Metadata) -> Option<Right> {
            (!self.trusted.users.contains(&facts.uid())).then_some(Right::Owned)
        }

        fn written(&self, path: &Path, facts: &Metadata) -> Option<Right> {
            match facts.mode() {
                mode if mode & 0o002 != 0 => Some(Right::WrittenByAll),
                mode if mode & 0o020 == 0 => None,
                _ if has_list(path) => Some(Right::WrittenByList),
                _ if self.trusted.accounts().is_private(facts.gid(), &self.trusted.users) => None,
                _ => Some(Right::WrittenByGroup(self.trusted.accounts().group(facts.gid()))),
            }
        }

        fn read(&self, path: &Path, facts: &Metadata) -> Option<Right> {
            match facts.mode() {
                mode if mode & 0o004 != 0 => Some(Right::ReadByAll),
                mode if mode & 0o040 == 0 => None,
                _ if has_list(path) => Some(Right::ReadByList),
                _ if self.trusted.accounts().is_private(facts.gid(), &self.trusted.users) => None,
                _ if self.trusted.accounts().is_open(facts.gid()) => {
                    Some(Right::ReadByGroup(self.trusted.accounts().group(facts.gid())))
                }
                _ => None,
            }
        }
    }

    /// Returns whether the file has an access control list (acl(5)).
    #[cfg(feature = "net")]
    fn has_list(path: &Path) -> bool {
        rustix::fs::getxattr(path, "system.posix_acl_access", &mut [0_u8; 0][..]).is_ok()
    }

    /// Access control lists are queried only with the feature `net`, which opens the files.
    #[cfg(not(feature = "net"))]
    fn has_list(_: &Path) -> bool {
        false
    }

    /// The users and groups of `/etc/passwd` (passwd(5)) and `/etc/group` (group(5)).
    struct Accounts {
        users: Vec<User>,
        groups: Vec<Group>,
    }

    struct User {
        name: String,
        number: u32,
        group: u32,
    }

    struct Group {
        name: String,
        number: u32,
        members: Vec<String>,
    }

    impl Accounts {
        fn read() -> Self {
            let text = |path| fs::read_to_string(path).unwrap_or_default();
            Accounts::of(&text("/etc/passwd"), &text("/etc/group"))
        }

        fn of(passwd: &str, group: &str) -> Self {
            let users = passwd.lines().filter_map(|line| {
                let mut fields = line.split(':');
                let (name, number, group) = (fields.next()?, fields.nth(1)?, fields.next()?);
                Some(User { name: name.to_owned(), number: number.parse().ok()?, group: group.parse().ok()? })
            });
            let groups = group.lines().filter_map(|line| {
                let mut fields = line.split(':');
                let (name, number) = (fields.next()?, fields.nth(1)?.parse().ok()?);
                let members = fields.next().unwrap_or_default().split(',').map(str::trim);
                let members = members.filter(|member| !member.is_empty()).map(str::to_owned).collect();
                Some(Group { name: name.to_owned(), number, members })
            });
            Accounts { users: users.collect(), groups: groups.collect() }
        }

        fn user(&self, number: u32) -> Option<&str> {
            self.users.iter().find(|user| user.number == number).map(|user| user.name.as_str())
        }

        fn group(&self, number: u32) -> String {
            let known = self.groups.iter().find(|group| group.number == number);
            known.map_or_else(|| number.to_string(), |group| group.name.clone())
        }

        /// Returns whether a group has no members but these users.
        fn is_private(&self, number: u32, trusted: &[u32]) -> bool {
            let mut named = self.groups.iter().filter(|group| group.number == number).peekable();
            let is_trusted = |name: &String| {
                let mut accounts = self.users.iter().filter(|user| user.name == *name).peekable();
                accounts.peek().is_some() && accounts.all(|user| trusted.contains(&user.number))
            };
            !self.is_open(number)
                && named.peek().is_some()
                && named.all(|group| group.members.iter().all(is_trusted))
                && self.users.iter().filter(|user| user.group == number).all(|user| trusted.contains(&user.number))
        }

        /// Returns whether a group includes everybody.
        fn is_open(&self, number: u32) -> bool {
            let name = self.group(number).to_lowercase();
            let people = self.users.iter().filter(|user| user.group == number && PEOPLE.contains(&user.number));
            OPEN.contains(&name.as_str()) || people.count() > 1
        }
    }

    #[cfg(test)]
    mod tests {
        use super::*;

        const PASSWD: &str = "root:x:0:0:root:/root:/bin/bash\nwww-data:x:33:33::/var/www:/bin/false\n\
            alice:x:1000:1000:Alice,,,:/home/alice:/bin/sh\nbob:x:1001:1001::/home/bob:/bin/sh\n\
            carol:x:1002:1300::/:/bin/sh\ndave:x:1003:1300::/:/bin/sh\nbroken\n";
        const GROUP: &str = "root:x:0:\nssl-cert:x:115:www-data,alice\nalice:x:1000:\nbob:x:1001:alice\n\
            project:x:1300:\nusers:x:100:\nown:x:1400:alice, root\n";

        #[test]
        fn a_group_is_private_when_only_those_trusted_are_in_it_and_open_when_everybody_is() {
            let accounts = Accounts::of(PASSWD, GROUP);
            let judged = |group| (accounts.is_private(group, &[0, 1000]), accounts.is_open(group));
            assert_eq!(judged(0), (true, false));
            assert_eq!(judged(1000), (true, false), "alice's own");
            assert_eq!(judged(1400), (true, false), "hers and root's");
            assert_eq!(judged(115), (false, false), "those who read keys");
            assert_eq!(judged(1001), (false, false), "bob's, who let her in");
            assert_eq!(judged(1300), (false, true), "the primary group of two people");
            assert_eq!(judged(100), (false, true), "users");
            assert_eq!(judged(7777), (false, false), "nobody knows it");
            assert_eq!((accounts.group(115).as_str(), accounts.group(7777).as_str()), ("ssl-cert", "7777"));
            assert_eq!((accounts.user(33), accounts.user(34)), (Some("www-data"), None));
        }
    }
}

/// Returns whether a path is among those that are allowed: the file, or the place that exposes it.
#[cfg(all(feature = "net", target_os = "linux"))]
pub(crate) fn is_allowed(exposure: &Exposure, allowed: &[PathBuf]) -> bool {
    let same = |one: &std::path::Path, other: &std::path::Path| {
        one == other || matches!((one.canonicalize(), other.canonicalize()), (Ok(one), Ok(other)) if one == other)
    };
    allowed.iter().any(|path| same(path, &exposure.file) || same(path, &exposure.place))
}

#[cfg(all(test, feature = "tls", target_os = "linux"))]
pub(crate) mod tests {
    use std::os::unix::fs::PermissionsExt;
    use std::path::Path;

    /// Writes a file that nobody but its owner can read or write.
    pub(crate) fn write(path: &Path, content: impl AsRef<[u8]>) {
        std::fs::write(path, content).expect("there is room");
        std::fs::set_permissions(path, PermissionsExt::from_mode(0o600)).expect("it is ours");
    }
}
