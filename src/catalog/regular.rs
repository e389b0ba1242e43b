//! Opens regular files in places where others may put another kind of file, without waiting and with a limit on the bytes that
//! are read.
//!
//! Whoever may create files in a folder can put a named pipe, a device, a link or a file of any size under an expected name. So a
//! path is examined before it is opened, because opening a device can have effects; it is opened without waiting for a writer
//! and, where links are refused, without following one; and the descriptor determines the kind of file.

use std::fs::{self, File, FileType, Metadata};
use std::io::{self, Read};
use std::path::Path;

/// Whether a symbolic link at the end of a path is followed.
#[derive(Copy, Clone, Debug, PartialEq, Eq)]
pub(crate) enum Links {
    Followed,
    /// A link is refused: it is not a regular file.
    Refused,
}

/// The kind of file that is there instead of a regular one, as in "a named pipe".
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

    /// Returns whether this is the reason for an error.
    pub fn is(error: &io::Error) -> bool {
        error.get_ref().is_some_and(|error| error.is::<NotRegular>())
    }
}

/// Opens a regular file to read it.
///
/// # Errors
///
/// Returns an error if there is no file, if it is another kind of file ([`NotRegular`]), or if it may not be opened.
pub(crate) fn open(path: &Path, links: Links) -> io::Result<(File, Metadata)> {
    open_as(path, links, File::options().read(true))
}

/// Opens a regular file with the given options. The file is not created.
///
/// # Errors
///
/// Returns the same errors as [`open`].
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

/// Reads an open file from its beginning.
///
/// # Errors
///
/// Returns an error if the file has more than `most` bytes, which are not read if the system reports the size before, or if it
/// cannot be read.
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

    /// How often opening a file on which another program has a lease is tried again: the system asks that program to release it,
    /// which takes a moment.
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
            // The file was replaced by a link after it was examined.
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
