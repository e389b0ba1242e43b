//! The resolution of library paths on Windows, by the rules of its paths and with variables at their usual values.

/// The place to which a path leads. The rest of the path has no `.` or `..`, has `\` between its components, and
/// does not begin with `\`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum WindowsPath {
    Empty,
    /// A file name without a folder.
    Bare(String),
    Relative,
    /// `\\SERVER\SHARE\...`.
    Network,
    /// Below the folder of Windows: `%SystemRoot%`, `%windir%`, `C:\Windows`.
    Windows(String),
    /// Below the root of a drive, but not below the folder of Windows.
    Drive {
        letter: char,
        rest: String,
    },
    /// Below the folder that another variable names.
    Variable {
        name: String,
        rest: String,
    },
}

impl WindowsPath {
    pub fn of(path: &str) -> Self {
        let path = plain(path);
        if path.is_empty() {
            return WindowsPath::Empty;
        }
        if path.starts_with("\\\\") {
            return WindowsPath::Network;
        }
        if let Some((name, rest)) = variable(&path) {
            return match name.to_ascii_lowercase().as_str() {
                "systemroot" | "windir" => WindowsPath::on_drive('C', &format!("Windows\\{rest}")),
                "systemdrive" => WindowsPath::on_drive('C', rest),
                _ => WindowsPath::Variable { name: name.to_owned(), rest: resolved(rest) },
            };
        }
        let mut characters = path.chars();
        match (characters.next(), characters.next(), characters.next()) {
            (Some(letter), Some(':'), Some('\\')) if letter.is_ascii_alphabetic() => {
                WindowsPath::on_drive(letter.to_ascii_uppercase(), characters.as_str())
            }
            _ if path.contains(['\\', ':']) => WindowsPath::Relative,
            _ => WindowsPath::Bare(path),
        }
    }

    /// Returns whether the path leads to something below the folder of Windows.
    pub fn is_of_windows(&self) -> bool {
        matches!(self, WindowsPath::Windows(below) if !below.is_empty())
    }

    fn on_drive(letter: char, rest: &str) -> Self {
        let rest = resolved(rest);
        match rest.split_once('\\') {
            Some((folder, below)) if letter == 'C' && folder.eq_ignore_ascii_case("windows") => {
                WindowsPath::Windows(below.to_owned())
            }
            _ => WindowsPath::Drive { letter, rest },
        }
    }
}

/// Returns whether two paths name the same file of a Windows in `C:\Windows`. Variables for that folder, case and doubled
/// separators make no difference.
pub(super) fn same_file(one: &str, other: &str) -> bool {
    match (WindowsPath::of(one), WindowsPath::of(other)) {
        (WindowsPath::Windows(one), WindowsPath::Windows(other)) => one.eq_ignore_ascii_case(&other),
        _ => plain(one).eq_ignore_ascii_case(&plain(other)),
    }
}

/// Returns whether a path leads to a known library of Windows. `System32` and `SysWOW64` count as equal: Windows redirects 32-bit
/// programs to `SysWOW64`, and some installers name that folder themselves.
pub(super) fn is_library(path: &str, known: &str) -> bool {
    let below = |path: &str| match WindowsPath::of(path) {
        WindowsPath::Windows(below) => {
            below.split_once('\\').map(|(folder, rest)| (folder.to_owned(), rest.to_owned()))
        }
        _ => None,
    };
    let is_system = |folder: &str| ["system32", "SysWOW64"].iter().any(|system| system.eq_ignore_ascii_case(folder));
    match (below(path), below(known)) {
        (Some((one, rest)), Some((other, known))) if is_system(&one) && is_system(&other) => {
            rest.eq_ignore_ascii_case(&known)
        }
        _ => same_file(path, known),
    }
}

/// Returns whether a path leads to a file with the file name of `name`, below a folder in which programs are installed.
pub(super) fn is_of_programs(path: &str, name: &str) -> bool {
    let (path, name) = (plain(path), plain(name));
    let last = |path: &str| path.rsplit('\\').next().unwrap_or(path).to_owned();
    let first = match WindowsPath::of(&path) {
        WindowsPath::Drive { rest, .. } => rest.split('\\').next().unwrap_or_default().to_owned(),
        WindowsPath::Variable { name, .. } => name,
        _ => return false,
    };
    let is_folder = ["Program Files", "Program Files (x86)"].iter().chain(&SYSTEM_VARIABLES);
    is_folder.into_iter().any(|folder| folder.eq_ignore_ascii_case(&first))
        && last(&path).eq_ignore_ascii_case(&last(&name))
        && user_writable(&path).is_none()
        && !path.contains("..")
}

/// Returns the folder or the variable in a path below which users who are not administrators can write, or `None` if there is
/// none.
pub(super) fn user_writable(path: &str) -> Option<&'static str> {
    if let WindowsPath::Variable { name, .. } = WindowsPath::of(path)
        && let Some(variable) = USER_VARIABLES.iter().find(|known| known.eq_ignore_ascii_case(&name))
    {
        return Some(variable);
    }
    let folders = plain(path);
    let folders = folders.rsplit_once('\\').map_or("", |(folders, _)| folders);
    let is_there = |name: &&&str| folders.split('\\').any(|folder| folder.eq_ignore_ascii_case(name));
    USER_FOLDERS.iter().find(is_there).copied()
}

/// Folders below which users can write on a Windows with default settings; `Documents and Settings` exists up to Windows XP.
const USER_FOLDERS: [&str; 6] = ["Users", "Documents and Settings", "AppData", "ProgramData", "Temp", "$Recycle.Bin"];

/// Variables that name such folders.
const USER_VARIABLES: [&str; 9] =
    ["TEMP", "TMP", "APPDATA", "LOCALAPPDATA", "USERPROFILE", "HOMEPATH", "PUBLIC", "ProgramData", "ALLUSERSPROFILE"];

/// Variables that the system sets and users cannot change, besides those for the folder of Windows.
pub(super) const SYSTEM_VARIABLES: [&str; 6] = [
    "ProgramFiles",
    "ProgramFiles(x86)",
    "ProgramW6432",
    "CommonProgramFiles",
    "CommonProgramFiles(x86)",
    "CommonProgramW6432",
];

/// Returns the name of the variable with which a path begins, and the rest of the path behind it.
fn variable(path: &str) -> Option<(&str, &str)> {
    let (name, rest) = path.strip_prefix('%')?.split_once('%')?;
    (rest.is_empty() || rest.starts_with('\\')).then_some((name, rest))
}

/// Returns the path with `\` in place of `/`, without the prefixes that disable path parsing, and without doubled separators.
pub(super) fn plain(path: &str) -> String {
    let path = path.trim_end().replace('/', "\\");
    let prefixed = |prefix: &str| path.get(..prefix.len()).is_some_and(|begin| begin.eq_ignore_ascii_case(prefix));
    let (network, path) = if prefixed(r"\\?\UNC\") || prefixed(r"\??\UNC\") {
        (true, &path[8..])
    } else if prefixed(r"\\?\") || prefixed(r"\\.\") || prefixed(r"\??\") {
        (false, &path[4..])
    } else {
        (path.starts_with(r"\\"), path.trim_start_matches(r"\\"))
    };
    let mut plain = String::with_capacity(path.len() + 2);
    if network {
        plain.push_str(r"\\");
    }
    for character in path.chars() {
        if character != '\\' || !plain.ends_with('\\') {
            plain.push(character);
        }
    }
    plain
}

/// Returns the path without `.`, without components that `..` removes, and with `\` only between components.
fn resolved(rest: &str) -> String {
    let mut components: Vec<&str> = Vec::new();
    for component in rest.split('\\') {
        match component {
            "" | "." => {}
            ".." => {
                components.pop();
            }
            _ => components.push(component),
        }
    }
    components.join("\\")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spellings_of_one_file_are_one() {
        const KNOWN: &str = r"%SystemRoot%\system32\mswsock.dll";
        for same in [
            KNOWN,
            r"%windir%\System32\mswsock.dll",
            r"C:\WINDOWS\system32\\MSWSOCK.DLL",
            r"\\?\c:\windows\system32\drivers\..\mswsock.dll",
            "%SYSTEMDRIVE%/Windows/system32/mswsock.dll",
        ] {
            assert!(same_file(same, KNOWN), "{same}");
        }
        assert!(!same_file(r"D:\Windows\system32\mswsock.dll", KNOWN));
        assert!(!same_file(r"%SystemRoot%\mswsock.dll", KNOWN));
    }

    #[test]
    fn the_folder_of_windows_is_known_by_its_variables_and_by_its_usual_place() {
        for path in [
            r"%SystemRoot%\system32\mswsock.dll",
            r"%systemroot%/System32/mswsock.dll",
            r"%windir%\system32\wshbth.dll",
            r"c:\WINDOWS\system32\mswsock.dll",
            r"%SystemRoot%\system32\drivers\..\mswsock.dll",
        ] {
            assert!(WindowsPath::of(path).is_of_windows(), "{path}");
        }
        for path in [
            r"C:\Windows.old\mswsock.dll",
            r"%SystemRoot%evil\mswsock.dll",
            r"%SystemRoot%\..\Users\Public\mswsock.dll",
            r"%SystemRoot%\system32\..\..\mswsock.dll",
            r"D:\Windows\system32\mswsock.dll",
            r" %SystemRoot%\system32\mswsock.dll",
            r"%TEMP%\mswsock.dll",
            "%SystemRoot%",
            "\u{e4}",
        ] {
            assert!(!WindowsPath::of(path).is_of_windows(), "{path}");
        }
    }
}
