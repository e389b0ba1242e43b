//! The files of libraries, found below the folder in which a Windows is mounted.

use super::windows_path::WindowsPath;
use crate::catalog::Bitness;
use std::fs::{self, Metadata};
use std::io;
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

/// A Windows that is mounted in a folder.
///
/// Names are compared without regard to case. Links are not followed: on a mounted disk they may lead out of it, to files of the
/// machine that examines it.
#[derive(Clone, Debug)]
pub struct MountedWindows {
    /// The root of its drive `C:`; `None` if only the folder of Windows is there.
    drive: Option<PathBuf>,
    /// The folder of Windows, `C:\Windows`.
    windows: PathBuf,
}

/// The result of looking for a library.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct LibraryFile {
    /// The file that was looked for; `None` if the path does not determine one.
    pub looked_for: Option<PathBuf>,
    /// The state of that place.
    pub state: LibraryState,
}

/// The state of the place where a library should be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum LibraryState {
    /// The library is there.
    There {
        /// The size of the file in bytes.
        size: u64,
        /// The time at which its content was last changed, in UTC as RFC 3339; `None` if it is not known.
        modified: Option<String>,
    },
    /// There is no file: the provider cannot be loaded.
    Missing,
    /// The place holds something other than a file.
    NoFile,
    /// A link, at the place itself or on the way to it, which is not followed.
    Link,
    /// The library cannot be looked for, for this reason.
    NotLookedFor(&'static str),
    /// The system returned this error.
    Unreadable(String),
}

impl MountedWindows {
    /// Opens the Windows below this folder, which is the root of its drive, or its own folder with `System32` in it.
    ///
    /// # Errors
    /// If the folder is neither of the two, or cannot be read.
    pub fn open(folder: &Path) -> io::Result<Self> {
        if let Found::At(windows) = find(folder, "Windows")? {
            return Ok(MountedWindows { drive: Some(folder.to_owned()), windows });
        }
        if let Found::At(_) = find(folder, "System32")? {
            return Ok(MountedWindows { drive: None, windows: folder.to_owned() });
        }
        let message = "neither the root of a drive with a folder `Windows` nor such a folder with `System32`";
        Err(io::Error::new(io::ErrorKind::NotFound, message))
    }

    /// Looks for the library of a provider as programs of this bitness load it.
    ///
    /// On a 64-bit Windows, `System32` in a path leads 32-bit programs to `SysWOW64`.
    pub fn library(&self, path: &str, bits: Option<Bitness>) -> LibraryFile {
        let not = |reason| LibraryFile { looked_for: None, state: LibraryState::NotLookedFor(reason) };
        let (base, rest) = match WindowsPath::of(path) {
            WindowsPath::Empty => return not("there is no path"),
            WindowsPath::Network => return not("it is on another machine"),
            WindowsPath::Relative => return not("it is relative"),
            WindowsPath::Bare(name) => (&self.windows, self.redirected(&format!("System32\\{name}"), bits)),
            WindowsPath::Windows(rest) => (&self.windows, self.redirected(&rest, bits)),
            WindowsPath::Drive { letter: 'C', rest } => match &self.drive {
                Some(drive) => (drive, rest),
                None => return not("of drive C: only the folder of Windows is there"),
            },
            WindowsPath::Drive { .. } => return not("it is on a drive other than C:"),
            WindowsPath::Variable { name, rest } => match (&self.drive, folder_of(&name, bits)) {
                (_, None) => return not("the value of its variable is not known"),
                (None, _) => return not("of drive C: only the folder of Windows is there"),
                (Some(drive), Some(folders)) => (drive, self.below_program_files(drive, folders, &rest)),
            },
        };
        let (looked_for, found) = walk(base, &rest);
        let state = match found {
            Ok(Found::At(path)) => fs::symlink_metadata(path).map_or_else(unreadable, |metadata| state(&metadata)),
            Ok(Found::Nothing) => LibraryState::Missing,
            Ok(Found::Link) => LibraryState::Link,
            Err(error) => unreadable(error),
        };
        LibraryFile { looked_for: Some(looked_for), state }
    }

    /// Returns the path below the folder of Windows to which Windows redirects programs of this bitness.
    fn redirected(&self, rest: &str, bits: Option<Bitness>) -> String {
        let (folder, below) = rest.split_once('\\').unwrap_or((rest, ""));
        let is_64 = || matches!(find(&self.windows, "SysWOW64"), Ok(Found::At(_)));
        if bits == Some(Bitness::Bits32) && folder.eq_ignore_ascii_case("System32") && is_64() {
            return format!("SysWOW64\\{below}");
        }
        rest.to_owned()
    }

    /// Returns the path below the first of these folders that exists, or below the first one if none exists.
    fn below_program_files(&self, drive: &Path, folders: &[&str], rest: &str) -> String {
        let is_there = |folder: &&&str| matches!(walk(drive, folder).1, Ok(Found::At(_)));
        let folder = folders.iter().find(is_there).or(folders.first()).copied().unwrap_or_default();
        format!("{folder}\\{rest}")
    }
}

/// Returns the folders, below the root of the drive, that a variable names on a Windows with its default settings. The first of
/// them that exists is used.
fn folder_of(variable: &str, bits: Option<Bitness>) -> Option<&'static [&'static str]> {
    const FILES: &[&str] = &["Program Files"];
    const FILES_32: &[&str] = &["Program Files (x86)", "Program Files"];
    const COMMON: &[&str] = &[r"Program Files\Common Files"];
    const COMMON_32: &[&str] = &[r"Program Files (x86)\Common Files", r"Program Files\Common Files"];
    let is_32 = bits == Some(Bitness::Bits32);
    Some(match variable.to_ascii_lowercase().as_str() {
        "programfiles" if is_32 => FILES_32,
        "programfiles" | "programw6432" => FILES,
        "programfiles(x86)" => FILES_32,
        "commonprogramfiles" if is_32 => COMMON_32,
        "commonprogramfiles" | "commonprogramw6432" => COMMON,
        "commonprogramfiles(x86)" => COMMON_32,
        "programdata" | "allusersprofile" => &["ProgramData"],
        "public" => &[r"Users\Public"],
        _ => return None,
    })
}

/// The result of looking for a name.
enum Found {
    At(PathBuf),
    Nothing,
    Link,
}

/// Follows the components of a path, which `\` separates. Also returns the resulting path; from the first component that was not
/// found, it repeats the components as they are written.
fn walk(base: &Path, rest: &str) -> (PathBuf, io::Result<Found>) {
    let mut path = base.to_owned();
    let mut components = rest.split('\\').filter(|component| !component.is_empty());
    for component in components.by_ref() {
        let found = find(&path, component);
        if let Ok(Found::At(next)) = found {
            path = next;
            continue;
        }
        path.push(component);
        path.extend(components);
        return (path, found);
    }
    (path.clone(), Ok(Found::At(path)))
}

/// Finds the entry of a folder with this name. An exact match is preferred; otherwise case is ignored, and the first match in
/// byte order is returned.
fn find(folder: &Path, name: &str) -> io::Result<Found> {
    let found = |path: PathBuf, metadata: Metadata| {
        if metadata.file_type().is_symlink() { Found::Link } else { Found::At(path) }
    };
    let exact = folder.join(name);
    if let Ok(metadata) = fs::symlink_metadata(&exact) {
        return Ok(found(exact, metadata));
    }
    let entries = match fs::read_dir(folder) {
        Ok(entries) => entries,
        Err(error) if matches!(error.kind(), io::ErrorKind::NotFound | io::ErrorKind::NotADirectory) => {
            return Ok(Found::Nothing);
        }
        Err(error) => return Err(error),
    };
    let mut alike = None;
    for entry in entries {
        let path = entry?.path();
        let is_alike = path.file_name().and_then(|other| other.to_str()).is_some_and(|other| same_name(other, name));
        if is_alike && alike.as_ref().is_none_or(|other| path < *other) {
            alike = Some(path);
        }
    }
    let Some(path) = alike else { return Ok(Found::Nothing) };
    let metadata = fs::symlink_metadata(&path)?;
    Ok(found(path, metadata))
}

fn same_name(one: &str, other: &str) -> bool {
    one.eq_ignore_ascii_case(other) || one.to_lowercase() == other.to_lowercase()
}

fn state(metadata: &Metadata) -> LibraryState {
    if !metadata.is_file() {
        return LibraryState::NoFile;
    }
    LibraryState::There { size: metadata.len(), modified: metadata.modified().ok().and_then(written) }
}

/// Formats a time as RFC 3339 in seconds. Returns `None` before 1970 and after 9999, which the format cannot express.
fn written(time: SystemTime) -> Option<String> {
    /// The first second of the year 10000.
    const END: Duration = Duration::from_secs(253_402_300_800);
    let since = time.duration_since(SystemTime::UNIX_EPOCH).ok()?;
    (since < END).then(|| humantime::format_rfc3339_seconds(time).to_string())
}

fn unreadable(error: io::Error) -> LibraryState {
    LibraryState::Unreadable(error.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_that_cannot_be_stated_are_not() {
        let second = |seconds| SystemTime::UNIX_EPOCH + Duration::from_secs(seconds);
        assert_eq!(written(second(1_506_692_788)).as_deref(), Some("2017-09-29T13:46:28Z"));
        assert_eq!(written(second(253_402_300_799)).as_deref(), Some("9999-12-31T23:59:59Z"));
        assert_eq!(written(second(253_402_300_800)), None);
        assert_eq!(written(SystemTime::UNIX_EPOCH - Duration::from_secs(1)), None);
    }

    #[test]
    fn variables_and_drives_lead_below_the_root() {
        let root = tempfile::tempdir().expect("a folder can be made");
        let file = root.path().join("Program Files (x86)/Acme/acme.dll");
        std::fs::create_dir_all(file.parent().expect("it has one")).expect("folders can be made");
        std::fs::create_dir(root.path().join("windows")).expect("a folder can be made");
        std::fs::write(&file, "123").expect("a file can be written");
        let mounted = MountedWindows::open(root.path()).expect("it has a folder Windows");
        let state = |path: &str| mounted.library(path, Some(Bitness::Bits32)).state;
        for path in [
            r"%ProgramFiles%\acme\ACME.dll",
            r"%programfiles(x86)%\Acme\acme.dll",
            r"C:\program files (X86)\Acme\acme.dll",
            r"%SystemDrive%\Program Files (x86)\Acme\.\acme.dll",
        ] {
            assert!(matches!(state(path), LibraryState::There { size: 3, .. }), "{path}: {:?}", state(path));
        }
        assert_eq!(state(r"C:\Program Files (x86)\Acme"), LibraryState::NoFile);
        assert_eq!(state(r"C:\Program Files (x86)\Acme\acme.dll\x.dll"), LibraryState::Missing);
        assert_eq!(state("acme.dll"), LibraryState::Missing);
        // A path never leads out of the folder.
        assert_eq!(state(r"C:\..\..\..\etc\passwd"), LibraryState::Missing);
        for path in [r"D:\acme.dll", r"\\server\share\acme.dll", r"%ACME%\acme.dll", r"..\acme.dll", ""] {
            assert!(matches!(state(path), LibraryState::NotLookedFor(_)), "{path}");
        }
    }
}
