//! Opens regular files where others may put something else, without waiting and with a bound on what is read.
//!
//! Whoever may make files in a folder can put a named pipe, a device, a link or a file of any size under the name of one that is
//! looked for there. So a path is looked at before it is opened, that no device is opened for nothing; it is opened without
//! waiting for a writer and, where a link is not to be followed, without following one; and the descriptor decides what it is.

use std::fs::{self, File, FileType, Metadata};
use std::io::{self, Read};
use std::path::Path;

/// Whether a symbolic link at the end of a path is followed.
#[derive(Copy, Clone, Debug, PartialEq, Eq)]
pub(crate) enum Links {
    Followed,
    /// A link is no regular file.
    Refused,
}

/// What is there instead of a regular file, as in "a named pipe".
#[derive(Copy, Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("it is {0}, and a regular file is expected")]
pub(crate) struct NotRegular(&'static str);

impl NotRegular {
    fn of(kind: FileType) -> NotRegular {
        #[cfg(unix)]
        {
            use std::os::unix::fs::FileTypeExt;
            if kind.is_fifo() {
                return NotRegular("a named pipe");
            }
            if kind.is_socket() {
                return NotRegular("a socket");
            }
            if kind.is_block_device() || kind.is_char_device() {
                return NotRegular("a device");
            }
        }
        match () {
            () if kind.is_dir() => NotRegular("a folder"),
            () if kind.is_symlink() => NotRegular("a symbolic link"),
            () => NotRegular("something else"),
        }
    }

    /// Returns whether this is why a file was not opened.
    pub fn is(error: &io::Error) -> bool {
        error.get_ref().is_some_and(|error| error.is::<NotRegular>())
    }
}

/// Opens a regular file to read it.
///
/// # Errors
///
/// There is none, it is something else ([`NotRegular`]), or it may not be opened.
pub(crate) fn open(path: &Path, links: Links) -> io::Result<(File, Metadata)> {
    open_as(path, links, File::options().read(true))
}

/// Opens a regular file, which is not made, in the way that is asked for.
///
/// # Errors
///
/// As [`open`].
pub(crate) fn open_as(path: &Path, links: Links, how: &mut fs::OpenOptions) -> io::Result<(File, Metadata)> {
    expect_regular(&match links {
        Links::Followed => fs::metadata(path)?,
        Links::Refused => fs::symlink_metadata(path)?,
    })?;
    let file = at_once(path, links, how)?;
    let metadata = file.metadata()?;
    expect_regular(&metadata)?;
    Ok((file, metadata))
}

/// Reads a file from its beginning, as it was opened.
///
/// # Errors
///
/// It has more than `most` bytes, which are not read if the system says so before; or it cannot be read.
pub(crate) fn read(file: &File, metadata: &Metadata, most: u64) -> io::Result<Vec<u8>> {
    expect_at_most(metadata.len(), most)?;
    let mut bytes = Vec::new();
    file.take(most.saturating_add(1)).read_to_end(&mut bytes)?;
    expect_at_most(bytes.len() as u64, most)?;
    Ok(bytes)
}

pub(crate) fn expect_at_most(bytes: u64, most: u64) -> io::Result<()> {
    match bytes <= most {
        true => Ok(()),
        false => {
            let text = format!("it has {bytes} bytes or more, and at most {most} are read");
            Err(io::Error::new(io::ErrorKind::FileTooLarge, text))
        }
    }
}

fn expect_regular(metadata: &Metadata) -> io::Result<()> {
    match metadata.is_file() {
        true => Ok(()),
        false => Err(io::Error::other(NotRegular::of(metadata.file_type()))),
    }
}

#[cfg(unix)]
fn at_once(path: &Path, links: Links, how: &mut fs::OpenOptions) -> io::Result<File> {
    use rustix::fs::OFlags;
    use std::os::unix::fs::OpenOptionsExt;
    use std::thread;
    use std::time::Duration;

    /// How often a file on which another program has a lease is tried again: the system asks that program to give it up, which
    /// takes it a moment.
    const ATTEMPTS: u32 = 100;
    const MOMENT: Duration = Duration::from_millis(10);

    let mut flags = OFlags::NONBLOCK | OFlags::NOCTTY;
    if links == Links::Refused {
        flags |= OFlags::NOFOLLOW;
    }
    let how = how.custom_flags(flags.bits().cast_signed());
    let mut attempt = 1;
    loop {
        match how.open(path) {
            Err(error) if error.kind() == io::ErrorKind::WouldBlock && attempt < ATTEMPTS => {
                attempt += 1;
                thread::sleep(MOMENT);
            }
            // It became a link since it was looked at.
            Err(error) if rustix::io::Errno::from_io_error(&error) == Some(rustix::io::Errno::LOOP) => {
                return Err(io::Error::other(NotRegular("a symbolic link")));
            }
            opened => return opened,
        }
    }
}

#[cfg(not(unix))]
fn at_once(path: &Path, _links: Links, how: &mut fs::OpenOptions) -> io::Result<File> {
    how.open(path)
}
