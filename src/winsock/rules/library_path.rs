//! Libraries that cannot be loaded, or that another may be loaded for.

use super::super::Field;
use super::super::standard::StandardProvider;
use super::Judged;
use crate::catalog::Severity;
use crate::report::Finding;

pub(super) const CODE: &str = "winsock-library-path";

pub(super) fn look(judged: &Judged<'_>, found: &mut Vec<Finding>) {
    for item in &judged.set.items {
        let path = item.info.path.as_str();
        let at = item.field_at(Field::LibraryPath);
        let provider = StandardProvider::by_id(item.info.provider_id);
        if path.trim().is_empty() {
            let message = format!("{} names no library", item.named());
            found.push(Finding::new(CODE, Severity::Error, message, at).help(usual(provider)));
        } else if !path.contains(['\\', '/', '%']) {
            let message = format!(
                "{} names its library without a folder: whichever `{path}` is found first is loaded",
                item.named()
            );
            found.push(Finding::new(CODE, Severity::Error, message, at).help(usual(provider)));
        } else if let Some(provider) = provider.filter(|provider| provider.by_microsoft && !is_of_windows(path)) {
            let message =
                format!("{} is of Microsoft's provider `{}`, and its library is `{path}`", item.named(), provider.name);
            found.push(Finding::new(CODE, Severity::Warning, message, at).help(usual(Some(provider))));
        }
    }
}

/// What to do about it.
fn usual(provider: Option<&StandardProvider>) -> String {
    match provider {
        Some(provider) => format!("Windows has `{}` here: `sockatlas winsock repair` restores it", provider.library),
        None => "its provider must be installed anew, or removed".to_owned(),
    }
}

/// Whether a path is one below the folder of Windows, by the variable that names it or where it usually is.
pub(in crate::winsock) fn is_of_windows(path: &str) -> bool {
    below_windows(path).is_some_and(|rest| !rest.split(['\\', '/']).any(|part| part == ".."))
}

/// The part of a path below the folder of Windows.
fn below_windows(path: &str) -> Option<&str> {
    let folders = ["%SystemRoot%", "%windir%", r"C:\Windows"];
    folders.into_iter().find_map(|folder| {
        let (start, rest) = path.split_at_checked(folder.len())?;
        (start.eq_ignore_ascii_case(folder) && rest.starts_with(['\\', '/'])).then_some(rest)
    })
}

#[cfg(test)]
mod tests {
    use super::is_of_windows;

    #[test]
    fn the_folder_of_windows_is_known_by_its_variables_and_by_its_usual_place() {
        for path in [
            r"%SystemRoot%\system32\mswsock.dll",
            r"%systemroot%/System32/mswsock.dll",
            r"%windir%\system32\wshbth.dll",
            r"c:\WINDOWS\system32\mswsock.dll",
        ] {
            assert!(is_of_windows(path), "{path}");
        }
        for path in [
            r"C:\Windows.old\mswsock.dll",
            r"%SystemRoot%evil\mswsock.dll",
            r"%SystemRoot%\..\Users\Public\mswsock.dll",
            r"D:\Windows\system32\mswsock.dll",
            r"%TEMP%\mswsock.dll",
            "ä",
        ] {
            assert!(!is_of_windows(path), "{path}");
        }
    }
}
