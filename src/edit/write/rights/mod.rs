//! The attributes of a file besides its content, and their transfer to another file.
//!
//! | file | contents |
//! |---|---|
//! | `acl` | access control lists |
//! | `attributes` | extended attributes |
//!
//! The following are kept: the mode, the owner as far as this process may change it, the group, the access control
//! list, and every extended attribute that this process may see (only root sees those of `trusted.`) except the
//! kernel's own measures of the content. If one of them must be kept and cannot be, that is an error, and the file is
//! not replaced: rights are neither lost nor widened. In particular, a new file that cannot get the group is rejected
//! if the group has other rights than everybody.
//!
//! At no moment does the new file allow anyone more than the old one: it is made for its owner alone, loses at once
//! what it inherited from its folder, and gets attributes, owner and group before the rights that depend on them.

mod acl;
mod attributes;

use acl::Acl;
use std::fs::{File, Metadata};
use std::io;

/// The attributes of a file besides its content.
#[derive(Debug, PartialEq, Eq)]
pub(in crate::edit::write) struct Kept {
    permissions: std::fs::Permissions,
    #[cfg(unix)]
    owner: u32,
    #[cfg(unix)]
    group: u32,
    acl: Option<Vec<u8>>,
    attributes: Vec<attributes::Attribute>,
}

/// An attribute that cannot be kept, as in "its mode", and the reason.
pub(in crate::edit::write) type NotKept = (String, io::Error);

/// The kernel computes these attributes for each content, so the old values are wrong for the new content.
const MEASURES: [&[u8]; 2] = [b"security.ima", b"security.evm"];

impl Kept {
    /// Returns the attributes of an open file.
    pub fn of(file: &File) -> io::Result<Kept> {
        let metadata = file.metadata()?;
        let (mut acl, mut others) = (None, Vec::new());
        for (name, value) in attributes::all(file)? {
            match () {
                () if name == acl::NAME => acl = Some(value),
                () if MEASURES.contains(&&*name) => {}
                () => others.push((name, value)),
            }
        }
        Ok(Kept {
            permissions: metadata.permissions(),
            #[cfg(unix)]
            owner: std::os::unix::fs::MetadataExt::uid(&metadata),
            #[cfg(unix)]
            group: std::os::unix::fs::MetadataExt::gid(&metadata),
            acl,
            attributes: others,
        })
    }

    /// Gives all attributes to a new file, which nobody but its owner may open.
    pub fn give(&self, file: &File) -> Result<(), NotKept> {
        bare(file)?;
        // The kernel removes `security.capability` when the owner of a file changes.
        let (late, early): (Vec<_>, Vec<_>) =
            self.attributes.iter().partition(|(name, _)| name.starts_with(b"security."));
        early.into_iter().try_for_each(|attribute| set(file, attribute))?;
        self.give_owner_and_mode(file)?;
        late.into_iter().try_for_each(|attribute| set(file, attribute))
    }

    #[cfg(unix)]
    fn give_owner_and_mode(&self, file: &File) -> Result<(), NotKept> {
        use std::os::unix::fs::{MetadataExt, PermissionsExt};
        const SPECIAL: u32 = 0o7000;
        hand_over(file, Some(self.owner), Some(self.group)).map_err(|error| ("its owner".to_owned(), error))?;
        let is = file.metadata().map_err(|error| ("its owner".to_owned(), error))?;
        let mode = self.permissions.mode();
        if is.gid() != self.group && (self.acl.is_some() || (mode >> 3) & 7 != mode & 7) {
            let what = format!("its group, {}, which has other rights than everybody,", self.group);
            return Err((what, io::ErrorKind::PermissionDenied.into()));
        }
        if let Some(acl) = &self.acl {
            set(file, &(acl::NAME.to_vec(), acl.clone()))?;
        }
        // The mode is set after owner and group, as its rights depend on them. A program of another user must not
        // become one that runs as this user.
        let is_same = (is.uid(), is.gid()) == (self.owner, self.group);
        let mode = if is_same { mode } else { mode & !SPECIAL };
        file.set_permissions(PermissionsExt::from_mode(mode)).map_err(|error| ("its mode".to_owned(), error))
    }

    #[cfg(not(unix))]
    fn give_owner_and_mode(&self, file: &File) -> Result<(), NotKept> {
        file.set_permissions(self.permissions.clone()).map_err(|error| ("its mode".to_owned(), error))
    }
}

/// Removes the access control list that a new file inherited from its folder's default list.
fn bare(file: &File) -> Result<(), NotKept> {
    attributes::remove(file, acl::NAME).map_err(|error| (named(acl::NAME), error))
}

fn set(file: &File, (name, value): &attributes::Attribute) -> Result<(), NotKept> {
    // A label that every file of this folder gets is set already, and not every process may set it.
    match attributes::get(file, name) {
        Ok(Some(is)) if is == *value => Ok(()),
        _ => attributes::set(file, name, value).map_err(|error| (named(name), error)),
    }
}

fn named(attribute: &[u8]) -> String {
    match attribute {
        acl::NAME => "its access control list".to_owned(),
        _ => format!("its extended attribute `{}`", String::from_utf8_lossy(attribute).escape_debug()),
    }
}

/// Changes the owner and the group of a file, as far as this process may.
#[cfg(unix)]
fn hand_over(file: &File, owner: Option<u32>, group: Option<u32>) -> io::Result<()> {
    use std::os::unix::fs::{MetadataExt, fchown};
    let own = file.metadata()?;
    if owner.is_some_and(|owner| owner != own.uid()) || group.is_some_and(|group| group != own.gid()) {
        // Only root may change the owner; others may at least change the group to one of their own. If even that is not
        // allowed, a file of this user with the right content is still what was requested.
        let given = fchown(file, owner, group);
        let _ = given.or_else(|_| fchown(file, None, group));
    }
    Ok(())
}

/// Restricts reading of a new file to those who may read all of the other files, whose attributes these are.
pub(super) fn conceal(file: &File, others: &[&Kept]) -> Result<(), NotKept> {
    bare(file)?;
    #[cfg(unix)]
    {
        use std::os::unix::fs::{MetadataExt, PermissionsExt};
        let failed = |error| ("that only its readers read it".to_owned(), error);
        let common = |of: fn(&Kept) -> u32| {
            let first = others.first().map(|kept| of(kept));
            first.filter(|first| others.iter().all(|kept| of(kept) == *first))
        };
        let (owner, group) = (common(|kept| kept.owner), common(|kept| kept.group));
        hand_over(file, owner, group).map_err(failed)?;
        let is = file.metadata().map_err(failed)?;
        let is_theirs = group.is_some_and(|group| is.gid() == group);
        // The part of an access control list that concerns reading, if it is the same for all files.
        let readers = |kept: &Kept| kept.acl.as_deref().and_then(Acl::parse).map(|acl| acl.map(|may| may & acl::READ));
        let first = others.first().and_then(|kept| readers(kept));
        if let Some(acl) =
            first.filter(|first| is_theirs && others.iter().all(|kept| readers(kept).as_ref() == Some(first)))
        {
            // This sets the mode too. If it cannot be set, only the owner may read.
            let _ = set(file, &(acl::NAME.to_vec(), acl.render()));
            return Ok(());
        }
        let all = others.iter().fold(0o444, |may, kept| may & kept.readable());
        // If the files have several groups, or their group cannot be set, a member of the journal's group counts as
        // anybody for them; and anybody may be a member of one of their groups.
        let of_group = if is_theirs { all & 0o040 } else { (all & 0o004) << 3 & all };
        let of_others = if is_theirs { all & 0o004 } else { of_group >> 3 };
        file.set_permissions(PermissionsExt::from_mode(0o400 | of_group | of_others)).map_err(failed)?;
    }
    #[cfg(not(unix))]
    let _ = others;
    Ok(())
}

#[cfg(unix)]
impl Kept {
    /// Returns the read permissions as a mode. For an access control list, only permissions that everybody has count.
    fn readable(&self) -> u32 {
        use std::os::unix::fs::PermissionsExt;
        match self.acl.as_deref() {
            None => self.permissions.mode() & 0o444,
            Some(acl) if Acl::parse(acl).is_some_and(|acl| acl.all_may(acl::READ)) => 0o444,
            Some(_) => 0o400,
        }
    }
}

/// Restricts opening of a new file, apart from its owner, to those who may make files in a folder: no more users than
/// these and, as far as this process can, no fewer.
#[cfg(unix)]
pub(in crate::edit::write) fn admit_writers(file: &File, folder: &File, of_folder: &Metadata) -> Result<(), NotKept> {
    use std::os::unix::fs::{MetadataExt, PermissionsExt};
    let failed = |error| ("who may open it".to_owned(), error);
    bare(file)?;
    hand_over(file, Some(of_folder.uid()), Some(of_folder.gid())).map_err(failed)?;
    let is_theirs = file.metadata().map_err(failed)?.gid() == of_folder.gid();
    let writers = |may: u16| if may & acl::WRITE == 0 { 0 } else { acl::READ | acl::WRITE };
    match attributes::get(folder, acl::NAME).map_err(failed)? {
        Some(value) => {
            let Some(acl) = Acl::parse(&value).map(|acl| acl.map(writers)) else { return Ok(()) };
            let acl = if is_theirs { acl } else { acl.without_group() };
            set(file, &(acl::NAME.to_vec(), acl.render()))
        }
        None => {
            let mode = of_folder.mode();
            let of_group = if is_theirs && mode & 0o020 != 0 { 0o060 } else { 0 };
            let of_others = if mode & 0o002 != 0 { 0o006 } else { 0 };
            file.set_permissions(PermissionsExt::from_mode(0o600 | of_group | of_others)).map_err(failed)
        }
    }
}
