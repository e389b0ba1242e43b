//! Extended attributes of files, where the system has them. On systems other than Linux, this module treats all files
//! as having none.

use std::fs::File;
use std::io;

/// An attribute: its name, as in `user.origin`, and its value.
pub(super) type Attribute = (Vec<u8>, Vec<u8>);

#[cfg(target_os = "linux")]
mod system {
    use super::{Attribute, File, io};
    use rustix::buffer::spare_capacity;
    use rustix::fs::{XattrFlags, fgetxattr, flistxattr, fremovexattr, fsetxattr};
    use rustix::io::Errno;

    /// The maximum number of bytes that the kernel returns for the list of names, and for one value (`linux/limits.h`).
    const MOST_BYTES: usize = 64 << 10;

    /// Returns all attributes that this process may see, in the order of their names.
    pub fn all(file: &File) -> io::Result<Vec<Attribute>> {
        let mut names = Vec::with_capacity(MOST_BYTES);
        match flistxattr(file, spare_capacity(&mut names)) {
            Err(Errno::NOTSUP | Errno::NOSYS) => return Ok(Vec::new()),
            listed => listed?,
        };
        let mut attributes = Vec::new();
        for name in names.split(|&byte| byte == 0).filter(|name| !name.is_empty()) {
            if let Some(value) = get(file, name)? {
                attributes.push((name.to_vec(), value));
            }
        }
        attributes.sort();
        Ok(attributes)
    }

    pub fn get(file: &File, name: &[u8]) -> io::Result<Option<Vec<u8>>> {
        let mut value = Vec::with_capacity(MOST_BYTES);
        match fgetxattr(file, name, spare_capacity(&mut value)) {
            Err(Errno::NODATA | Errno::NOTSUP | Errno::NOSYS) => return Ok(None),
            read => read?,
        };
        value.shrink_to_fit();
        Ok(Some(value))
    }

    pub fn set(file: &File, name: &[u8], value: &[u8]) -> io::Result<()> {
        Ok(fsetxattr(file, name, value, XattrFlags::empty())?)
    }

    pub fn remove(file: &File, name: &[u8]) -> io::Result<()> {
        match fremovexattr(file, name) {
            Err(Errno::NODATA | Errno::NOTSUP | Errno::NOSYS) => Ok(()),
            removed => Ok(removed?),
        }
    }
}

#[cfg(not(target_os = "linux"))]
mod system {
    use super::{Attribute, File, io};

    pub fn all(_: &File) -> io::Result<Vec<Attribute>> {
        Ok(Vec::new())
    }

    pub fn get(_: &File, _: &[u8]) -> io::Result<Option<Vec<u8>>> {
        Ok(None)
    }

    pub fn set(_: &File, _: &[u8], _: &[u8]) -> io::Result<()> {
        Err(io::ErrorKind::Unsupported.into())
    }

    pub fn remove(_: &File, _: &[u8]) -> io::Result<()> {
        Ok(())
    }
}

pub(super) use system::{all, get, remove, set};
