//! The values of `Parameters` that name libraries: which there are, and what they say on Windows 7 to 11.

use super::windows_path::{WindowsPath, is_library, user_writable};

/// A value that names a library.
#[derive(Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct KnownLoadPoint {
    /// The name of the value.
    pub name: &'static str,
    /// When its library is loaded.
    pub loaded: &'static str,
    /// The path that Windows has there.
    pub library: &'static str,
    /// Whether Windows itself names the library without its folder on some versions.
    pub may_be_bare: bool,
}

/// How a load point is not as Windows has it, the least harm first.
#[derive(Copy, Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Oddity {
    /// Another library in the folder of Windows, where administrators write.
    Other,
    /// A library that anyone may have put there, or that is searched for; or a value that is no text.
    Foreign,
}

/// All of them. A Windows 7 has `rasadhlp.dll`, a Windows 10 1709 `C:\Windows\System32\rasadhlp.dll`; both have the other one as it is
/// here. Where there is no value nothing is loaded.
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
    /// Returns the one of this name, in capitals or small letters.
    pub fn by_name(name: &str) -> Option<&'static KnownLoadPoint> {
        LOAD_POINTS.iter().find(|known| known.name.eq_ignore_ascii_case(name))
    }

    /// Returns what is odd about a path there; nothing about that of Windows, and about an empty one, which loads nothing.
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
