//! The values of `Parameters` that name libraries, and their data on Windows 7 to 11.

use super::windows_path::{WindowsPath, is_library, user_writable};

/// A value of `Parameters` that names a library.
#[derive(Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct KnownLoadPoint {
    /// The name of the value.
    pub name: &'static str,
    /// The programs into which the library is loaded, and when.
    pub loaded: &'static str,
    /// The path that the value has on Windows.
    pub library: &'static str,
    /// Whether some versions of Windows themselves name the library without its folder.
    pub may_be_bare: bool,
}

/// How a load point differs from Windows' own, the least harmful first.
#[derive(Copy, Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Oddity {
    /// The value names another library in the folder of Windows, where only administrators can write.
    Other,
    /// The value names a library that anyone may have put there or that is searched for, or is not a text.
    Foreign,
}

/// All known load points. Windows 7 has `rasadhlp.dll` in the first one, and Windows 10 1709 has
/// `C:\Windows\System32\rasadhlp.dll`; both have the other path as it is here. If a value is missing, no library is loaded.
pub static LOAD_POINTS: [KnownLoadPoint; 2] = [
    KnownLoadPoint {
        name: "AutodialDLL",
        loaded: "into each program whose look-up of a name fails",
        library: r"%SystemRoot%\System32\rasadhlp.dll",
        may_be_bare: true,
    },
    KnownLoadPoint {
        name: "NameSpace_Callout",
        loaded: "into each program that looks up names",
        library: r"%SystemRoot%\System32\fwpuclnt.dll",
        may_be_bare: false,
    },
];

impl KnownLoadPoint {
    /// Returns the load point with this name, ignoring case, or `None` if there is none.
    pub fn by_name(name: &str) -> Option<&'static KnownLoadPoint> {
        LOAD_POINTS.iter().find(|known| known.name.eq_ignore_ascii_case(name))
    }

    /// Returns how a path differs from Windows' own, or `None` if it does not, or is empty and so loads nothing. `path` is `None`
    /// for a value that is not a text.
    pub(super) fn oddity(&self, path: Option<&str>) -> Option<Oddity> {
        let Some(path) = path else { return Some(Oddity::Foreign) };
        let is_its_name =
            || self.library.rsplit('\\').next().is_some_and(|name| path.trim_end().eq_ignore_ascii_case(name));
        if path.trim().is_empty() || is_library(path, self.library) || self.may_be_bare && is_its_name() {
            return None;
        }
        let is_of_windows = WindowsPath::of(path).is_of_windows() && user_writable(path).is_none();
        Some(if is_of_windows { Oddity::Other } else { Oddity::Foreign })
    }
}
