//! Where the path of a library leads on a Windows, by the rules of its paths and with the variables as they usually are.

/// Where a path leads. The rest is without `.` and `..`, `\` between its components, and none before the first.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum WindowsPath {
    Empty,
    /// A name without a folder.
    Bare(String),
    Relative,
    /// `\\SERVER\SHARE\...`.
    Network,
    /// Below the folder of Windows: `%SystemRoot%`, `%windir%`, `C:\Windows`.
    Windows(String),
    /// Below the root of a drive.
    Drive {
        letter: char,
        rest: String,
    },
    /// Below what another variable names.
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

    /// Whether it is of something below the folder of Windows.
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

/// Whether two paths name one file of a Windows in `C:\Windows`: variables of that folder, case and doubled separators
/// make no difference.
pub(super) fn same_file(one: &str, other: &str) -> bool {
    match (WindowsPath::of(one), WindowsPath::of(other)) {
        (WindowsPath::Windows(one), WindowsPath::Windows(other)) => one.eq_ignore_ascii_case(&other),
        _ => plain(one).eq_ignore_ascii_case(&plain(other)),
    }
}

/// The name of the variable with which a path begins, and what is behind it.
fn variable(path: &str) -> Option<(&str, &str)> {
    let (name, rest) = path.strip_prefix('%')?.split_once('%')?;
    (rest.is_empty() || rest.starts_with('\\')).then_some((name, rest))
}

/// With `\` for `/`, without the prefixes that make the system take a path as it is, and without doubled separators.
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

/// Without `.`, and without what `..` takes back; `\` between components only.
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
