//! The paths of documents relative to the root of a repository, for programs on other machines.

use crate::catalog::{Source, Span};
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use std::path::{Component, Path, PathBuf};

/// The folder to which paths in reports are relative, and the one to which paths are relative as they were given.
#[derive(Clone, Debug, Default)]
pub struct Root {
    /// The root of the repository, absolute.
    pub root: PathBuf,
    /// The folder in which the command runs, absolute.
    pub here: PathBuf,
}

/// The place of a document.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Place {
    /// Below the root: its path from there, with `/`.
    Inside(String),
    /// Elsewhere: its absolute path, with `/`.
    Outside(String),
    /// In no file: the name of the text, as in `builtin:linux.toml` and `<stdin>`.
    NoFile(String),
}

impl Root {
    /// Returns the place of a document, whether or not it could be read.
    pub fn place(&self, source: &Source) -> Place {
        let name = source.name();
        if source.file().is_none() && (name.starts_with("builtin:") || name.starts_with('<')) {
            return Place::NoFile(name.to_owned());
        }
        let path = plain(&self.here.join(name));
        match path.strip_prefix(&self.root) {
            Ok(inside) if path.is_absolute() => Place::Inside(slashes(inside)),
            _ if path.is_absolute() => Place::Outside(slashes(&path)),
            _ => Place::Inside(slashes(&path)),
        }
    }
}

impl Root {
    /// Returns the location where a span begins, for people: `site.toml:3:7`. In a binary file it is the key or the item, because
    /// the lines of its rendering are not lines of the file.
    pub fn reported(&self, source: &Source, at: Span) -> String {
        let place = self.place(source);
        if source.is_rendered() {
            return part(source, at)
                .map_or_else(|| place.text().to_owned(), |part| format!("{}: {part}", place.text()));
        }
        let (line, column) = Utf16Region::of(source, at).start;
        format!("{}:{line}:{column}", place.text())
    }
}

/// Returns the part of a binary file to which a place belongs: the key of a hive, or the number of a packed item.
pub fn part(source: &Source, at: Span) -> Option<String> {
    let text = source.text();
    // The place may be the key itself.
    let line = text.get(at.range().start..)?.find('\n').map_or(text.len(), |end| at.range().start + end);
    let keys = text.get(..line)?;
    let start = if keys.starts_with('[') { keys.rfind("\n[").map_or(1, |at| at + 2) } else { keys.rfind("\n[")? + 2 };
    let line = keys.get(start..)?.lines().next()?.trim_end();
    let key = line.strip_suffix(']').unwrap_or(line);
    if source.form() != Some("packed") {
        return Some(key.to_owned());
    }
    let (_, number) = key.rsplit_once('\\')?;
    number.parse::<u64>().ok().map(|number| format!("item {number}"))
}

impl Place {
    /// Returns the path or the name for people.
    pub fn text(&self) -> &str {
        let (Place::Inside(text) | Place::Outside(text) | Place::NoFile(text)) = self;
        text
    }

    /// Returns the place as a URI: a relative one, except for files outside the root.
    pub fn uri(&self) -> String {
        /// Every character except those that RFC 3986 calls unreserved, and `/`. A `:` is encoded too, because the text before it
        /// would be a scheme.
        const ENCODED: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~').remove(b'/');
        let encoded = utf8_percent_encode(self.text(), ENCODED);
        match self {
            Place::Outside(path) if path.starts_with('/') => format!("file://{encoded}"),
            Place::Outside(_) => format!("file:///{encoded}"),
            Place::Inside(_) | Place::NoFile(_) => encoded.to_string(),
        }
    }
}

/// Returns the path without `.` and `..`. Links are not followed: a report shows paths as written.
fn plain(path: &Path) -> PathBuf {
    let mut plain = PathBuf::new();
    for component in path.components() {
        match component {
            Component::CurDir => {}
            Component::ParentDir if matches!(plain.components().next_back(), Some(Component::Normal(_))) => {
                plain.pop();
            }
            _ => plain.push(component),
        }
    }
    plain
}

fn slashes(path: &Path) -> String {
    let text = path.to_string_lossy();
    if std::path::MAIN_SEPARATOR == '/' { text.into_owned() } else { text.replace(std::path::MAIN_SEPARATOR, "/") }
}

/// The line and column of both ends of a span, from 1, with columns in UTF-16 code units. The end is after the last character.
#[derive(Copy, Clone, Debug, PartialEq, Eq)]
pub struct Utf16Region {
    pub start: (u32, u32),
    pub end: (u32, u32),
}

impl Utf16Region {
    pub fn of(source: &Source, at: Span) -> Self {
        let position = |offset: u32| {
            let (line, _) = source.line_and_column(offset);
            let text = source.text();
            let line_start = source.line_start(line as usize - 1);
            let end = text.floor_char_boundary((offset as usize).min(text.len()));
            // A byte order mark does not belong to the first line.
            let before = text.get(line_start..end).unwrap_or_default();
            let before = if line == 1 { before.trim_start_matches('\u{feff}') } else { before };
            (line, before.encode_utf16().count() as u32 + 1)
        };
        Utf16Region { start: position(at.start), end: position(at.end) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::catalog::Sources;

    fn place(name: &str) -> Place {
        let mut sources = Sources::default();
        let file = sources.add(name, String::new());
        let root = Root { root: "/repo".into(), here: "/repo/sub".into() };
        root.place(sources.get(file))
    }

    #[test]
    #[cfg(unix)]
    fn paths_are_relative_to_the_root_and_uris_are_encoded() {
        let inside = |path: &str| Place::Inside(path.to_owned());
        assert_eq!(place("a.toml"), inside("sub/a.toml"));
        assert_eq!(place("./x/../a.toml"), inside("sub/a.toml"));
        assert_eq!(place("../a.toml"), inside("a.toml"));
        assert_eq!(place("/repo/a.toml"), inside("a.toml"));
        assert_eq!(place("../../a.toml"), Place::Outside("/a.toml".to_owned()));
        assert_eq!(place("/repository/a.toml").uri(), "file:///repository/a.toml");
        assert_eq!(place("a b%,ü:c#?.toml").uri(), "sub/a%20b%25%2C%C3%BC%3Ac%23%3F.toml");
        assert_eq!(place("builtin:linux.toml").uri(), "builtin%3Alinux.toml");
        assert_eq!(place("<stdin>").uri(), "%3Cstdin%3E");
    }

    #[test]
    fn columns_count_utf_16_code_units_and_no_byte_order_mark() {
        let mut sources = Sources::default();
        let text = "\u{feff}a = '😀ä' # x\nb";
        let file = sources.add("a.toml", text.to_owned());
        let at = |found: &str| {
            let start = text.find(found).expect("there");
            Utf16Region::of(sources.get(file), Span::new(file, start..start + found.len()))
        };
        assert_eq!(at("a"), Utf16Region { start: (1, 1), end: (1, 2) });
        assert_eq!(at("😀ä"), Utf16Region { start: (1, 6), end: (1, 9) });
        assert_eq!(at("x\nb"), Utf16Region { start: (1, 13), end: (2, 2) });
    }
}
