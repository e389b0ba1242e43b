//! The concerns about the path of a library: whether another file may be loaded in its place, or other users may replace it.

use crate::winsock::windows_path::{SYSTEM_VARIABLES, WindowsPath, same_file, user_writable};

/// A concern about the path of a library.
#[derive(Copy, Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum PathConcern {
    /// The path is empty.
    Empty,
    /// The path is a name without a folder: a file of this name in an earlier folder of the search order is loaded instead.
    /// ZeroAccess left such entries behind.
    Bare,
    /// The path is relative to the current folder of the program.
    Relative,
    /// The path is on another machine.
    Network,
    /// The path is below a folder in which users without administrator rights can write; it contains this component or variable.
    UserWritable(&'static str),
    /// The path differs from the known path of this provider.
    NotTheKnown(&'static str),
    /// The path contains an environment variable that the system does not define.
    UnknownVariable,
    /// The path is outside of the folder of Windows, which is usual for providers that are not Microsoft's.
    OutsideWindows,
}

impl PathConcern {
    /// Returns the name of the concern in kebab-case.
    pub const fn name(self) -> &'static str {
        match self {
            PathConcern::Empty => "empty",
            PathConcern::Bare => "bare-name",
            PathConcern::Relative => "relative",
            PathConcern::Network => "network",
            PathConcern::UserWritable(_) => "user-writable",
            PathConcern::NotTheKnown(_) => "not-the-known-path",
            PathConcern::UnknownVariable => "unknown-variable",
            PathConcern::OutsideWindows => "outside-windows",
        }
    }

    /// Returns whether the concern makes it likely or easy that another library than the provider's own is loaded. A path that is
    /// merely outside of the folder of Windows is not grave.
    pub const fn is_grave(self) -> bool {
        !matches!(self, PathConcern::OutsideWindows)
    }
}

impl std::fmt::Display for PathConcern {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            PathConcern::Empty => f.write_str("no path at all"),
            PathConcern::Bare => f.write_str("a name without a folder: the search order says which file is loaded"),
            PathConcern::Relative => f.write_str("relative: where a program runs says which file is loaded"),
            PathConcern::Network => f.write_str("on another machine"),
            PathConcern::UserWritable(part) => write!(f, "below `{part}`, where users write"),
            PathConcern::NotTheKnown(known) => write!(f, "the known path of this provider is `{known}`"),
            PathConcern::UnknownVariable => f.write_str("an environment variable that is not of the system's own"),
            PathConcern::OutsideWindows => f.write_str("outside of the folder of Windows"),
        }
    }
}

/// Returns the concerns about a path, the gravest first. `known` is the known path of the provider; it is left out if the path is
/// another known one of that provider.
pub(super) fn concerns(path: &str, known: Option<&'static str>) -> Vec<PathConcern> {
    let leads = WindowsPath::of(path);
    let writable = user_writable(path);
    let mut concerns = Vec::new();
    match &leads {
        WindowsPath::Empty => concerns.push(PathConcern::Empty),
        WindowsPath::Bare(_) => concerns.push(PathConcern::Bare),
        WindowsPath::Relative => concerns.push(PathConcern::Relative),
        WindowsPath::Network => concerns.push(PathConcern::Network),
        WindowsPath::Variable { name, .. } => {
            let is_of_system = SYSTEM_VARIABLES.iter().any(|known| known.eq_ignore_ascii_case(name));
            if !is_of_system && writable.is_none() {
                concerns.push(PathConcern::UnknownVariable);
            }
        }
        WindowsPath::Windows(_) | WindowsPath::Drive { .. } => {}
    }
    concerns.extend(writable.map(PathConcern::UserWritable));
    if let Some(known) = known.filter(|known| !same_file(path, known)) {
        concerns.push(PathConcern::NotTheKnown(known));
    }
    if matches!(leads, WindowsPath::Drive { .. } | WindowsPath::Variable { .. }) {
        concerns.push(PathConcern::OutsideWindows);
    }
    concerns
}

#[cfg(test)]
mod tests {
    use super::*;

    const KNOWN: &str = r"%SystemRoot%\system32\mswsock.dll";

    #[test]
    fn another_spelling_of_the_known_path_is_no_concern() {
        for same in [
            KNOWN,
            r"%windir%\System32\mswsock.dll",
            r"C:\WINDOWS\system32\\MSWSOCK.DLL",
            r"\\?\c:\windows\system32\drivers\..\mswsock.dll",
            "%SYSTEMDRIVE%/Windows/system32/mswsock.dll",
        ] {
            assert_eq!(concerns(same, Some(KNOWN)), [], "{same}");
        }
    }

    #[test]
    fn each_way_to_another_file_is_stated() {
        use PathConcern::*;
        let foreign: [(&str, &[PathConcern]); 14] = [
            ("", &[Empty]),
            ("evil.dll", &[Bare]),
            (r"system32\evil.dll", &[Relative]),
            (r"\evil.dll", &[Relative]),
            (r"C:evil.dll", &[Relative]),
            (r"\\server\share\evil.dll", &[Network]),
            (r"\\?\UNC\server\share\evil.dll", &[Network]),
            (r"C:\Users\ann\evil.dll", &[UserWritable("Users"), OutsideWindows]),
            (r"%SystemRoot%\Temp\evil.dll", &[UserWritable("Temp")]),
            (r"%ProgramData%\evil.dll", &[UserWritable("ProgramData"), OutsideWindows]),
            (r"%acme%\evil.dll", &[UnknownVariable, OutsideWindows]),
            (r"%ProgramFiles(x86)%\Acme\acme.dll", &[OutsideWindows]),
            (r"%SystemRoot%\..\evil.dll", &[OutsideWindows]),
            (r"%SystemRoot%\system32\acme.dll", &[]),
        ];
        for (path, expected) in foreign {
            assert_eq!(concerns(path, None), expected, "{path}");
        }
        assert_eq!(concerns("mswsock.dll", Some(KNOWN)), [Bare, NotTheKnown(KNOWN)]);
    }

    #[test]
    fn a_file_that_is_called_like_a_folder_of_users_lies_in_none() {
        assert_eq!(concerns(r"%SystemRoot%\system32\temp", None), []);
    }
}
