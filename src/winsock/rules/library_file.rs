//! Libraries that are not there, on a volume of Windows that is mounted somewhere.
//!
//! Only paths on the system's own volume are looked up: below `%SystemRoot%`, `%windir%`, `%SystemDrive%` or `C:`. For 32-bit programs
//! a 64-bit Windows has `SysWOW64` in place of `System32`.

use super::super::{Bitness, Field, Store};
use super::library_path::CODE;
use crate::catalog::Severity;
use crate::report::Finding;
use std::collections::HashMap;
use std::path::{Path, PathBuf};

/// The libraries of a store that the volume does not hold; `root` is the folder in which `Windows` stands.
pub(crate) fn missing_libraries(store: &Store, root: &Path) -> Vec<Finding> {
    let mut found = Vec::new();
    let is_64_bit = store.sets.iter().any(|set| set.bits == Some(Bitness::Bits64));
    // Many items share few libraries, and a folder is read for each.
    let mut seen: HashMap<Vec<String>, Option<bool>> = HashMap::new();
    for set in &store.sets {
        let is_redirected = is_64_bit && set.bits == Some(Bitness::Bits32);
        for item in &set.items {
            let Some(parts) = parts(&item.info.path, is_redirected) else { continue };
            let place = parts.join("/");
            if seen.entry(parts).or_insert_with_key(|parts| is_there(root, parts)) != &Some(false) {
                continue;
            }
            let message = format!("{} names the library `{}`, and there is no `{place}`", item.named(), item.info.path);
            found.push(
                Finding::new(CODE, Severity::Error, message, item.field_at(Field::LibraryPath))
                    .help("no socket can be made of it: install its provider anew, or remove what it left behind"),
            );
        }
    }
    found
}

/// The folders and the file that a path names on the system's volume; nothing where that is not certain.
fn parts(path: &str, is_redirected: bool) -> Option<Vec<String>> {
    let (start, rest) = path.split_at(path.find(['\\', '/'])?);
    let mut parts: Vec<String> = match start.to_ascii_lowercase().as_str() {
        "%systemroot%" | "%windir%" => vec!["Windows".to_owned()],
        "%systemdrive%" | "c:" => Vec::new(),
        _ => return None,
    };
    parts.extend(rest.split(['\\', '/']).filter(|part| !part.is_empty() && *part != ".").map(str::to_owned));
    if parts.iter().any(|part| part == ".." || part.contains(['%', ':', '\0'])) {
        return None;
    }
    if let Some([windows, system]) = parts.first_chunk_mut::<2>().filter(|_| is_redirected)
        && windows.eq_ignore_ascii_case("Windows")
        && system.eq_ignore_ascii_case("System32")
    {
        *system = "SysWOW64".to_owned();
    }
    Some(parts)
}

/// Whether a file is there, in whatever case its name is written; nothing where a folder cannot be read.
fn is_there(root: &Path, parts: &[String]) -> Option<bool> {
    let mut at = root.to_owned();
    for part in parts {
        let Some(next) = entry(&at, part)? else { return Some(false) };
        at = next;
    }
    Some(at.is_file())
}

/// What a folder holds of this name, as it is written or in another case.
fn entry(folder: &Path, name: &str) -> Option<Option<PathBuf>> {
    let exact = folder.join(name);
    if exact.exists() {
        return Some(Some(exact));
    }
    if !folder.is_dir() {
        return Some(None);
    }
    let is_it = |entry: &std::fs::DirEntry| {
        entry.file_name().to_str().is_some_and(|other| other.to_lowercase() == name.to_lowercase())
    };
    for entry in std::fs::read_dir(folder).ok()? {
        let entry = entry.ok()?;
        if is_it(&entry) {
            return Some(Some(entry.path()));
        }
    }
    Some(None)
}

#[cfg(test)]
mod tests {
    use super::parts;

    #[test]
    fn paths_on_the_system_s_volume_are_known_and_no_others() {
        let told = |path| parts(path, false).map(|parts| parts.join("/"));
        assert_eq!(told(r"%SystemRoot%\system32\mswsock.dll").as_deref(), Some("Windows/system32/mswsock.dll"));
        assert_eq!(told(r"c:\Program Files\Acme\acme.dll").as_deref(), Some("Program Files/Acme/acme.dll"));
        for path in ["mswsock.dll", r"D:\acme.dll", r"%TEMP%\acme.dll", r"C:\..\etc\passwd", r"C:\a\%X%\b.dll", ""] {
            assert_eq!(told(path), None, "{path}");
        }
    }

    #[test]
    fn thirty_two_bit_programs_are_led_elsewhere() {
        let told = parts(r"%windir%\system32\acme.dll", true).map(|parts| parts.join("/"));
        assert_eq!(told.as_deref(), Some("Windows/SysWOW64/acme.dll"));
    }
}
