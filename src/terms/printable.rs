//! Makes texts from outside fit to be shown: characters that steer a terminal, break a line or are invisible are escaped.

use std::borrow::Cow;

/// Escapes a text of a catalog, a request or a peer for a terminal, a line of a log or a report: each character that is
/// invisible, or that changes how others are shown, is written as Rust writes it in a string, as in `\u{202e}`.
///
/// These are the control characters (including line breaks and tabs), the format characters, which include those that reverse the
/// direction of a text, the separators of lines and paragraphs, and the code points that Unicode defines as non-characters.
pub fn printable(text: &str) -> Cow<'_, str> {
    escaped(text, is_hidden)
}

/// Escapes a text that this crate laid out, like [`printable`], but keeps its line breaks, tabs and styles.
pub fn printable_page(text: &str) -> Cow<'_, str> {
    escaped(text, |c| !matches!(c, '\n' | '\t' | '\x1b') && is_hidden(c))
}

/// Escapes a line of a document, like [`printable`], but keeps its tabs and its line end.
#[cfg(feature = "reports")]
pub(crate) fn printable_line(text: &str) -> Cow<'_, str> {
    escaped(text, |c| !matches!(c, '\n' | '\r' | '\t') && is_hidden(c))
}

fn escaped(text: &str, is_hidden: impl Fn(char) -> bool) -> Cow<'_, str> {
    if !text.contains(&is_hidden) {
        return Cow::Borrowed(text);
    }
    let mut shown = String::with_capacity(text.len() + 16);
    for c in text.chars() {
        match is_hidden(c) {
            true => shown.extend(c.escape_default()),
            false => shown.push(c),
        }
    }
    Cow::Owned(shown)
}

/// Returns whether a character is invisible, or changes how others are shown.
pub fn is_hidden(c: char) -> bool {
    if c.is_ascii() {
        return c.is_ascii_control();
    }
    // The last two code points of each plane are non-characters.
    c.is_control()
        || c as u32 & 0xfffe == 0xfffe
        || HIDDEN
            .binary_search_by(|&(first, last)| match () {
                () if last < c => std::cmp::Ordering::Less,
                () if first > c => std::cmp::Ordering::Greater,
                () => std::cmp::Ordering::Equal,
            })
            .is_ok()
}

/// Unicode 16.0: general categories Cf, Zl and Zp; the fillers, which are letters without a shape; the non-characters of the
/// Arabic block; tags, and the code points reserved for tags. In ascending order.
const HIDDEN: &[(char, char)] = &[
    ('\u{ad}', '\u{ad}'),
    ('\u{600}', '\u{605}'),
    ('\u{61c}', '\u{61c}'),
    ('\u{6dd}', '\u{6dd}'),
    ('\u{70f}', '\u{70f}'),
    ('\u{890}', '\u{891}'),
    ('\u{8e2}', '\u{8e2}'),
    ('\u{115f}', '\u{1160}'),
    ('\u{180e}', '\u{180e}'),
    ('\u{200b}', '\u{200f}'),
    ('\u{2028}', '\u{202e}'),
    ('\u{2060}', '\u{206f}'),
    ('\u{3164}', '\u{3164}'),
    ('\u{fdd0}', '\u{fdef}'),
    ('\u{feff}', '\u{feff}'),
    ('\u{ffa0}', '\u{ffa0}'),
    ('\u{fff0}', '\u{fffb}'),
    ('\u{110bd}', '\u{110bd}'),
    ('\u{110cd}', '\u{110cd}'),
    ('\u{13430}', '\u{1343f}'),
    ('\u{1bca0}', '\u{1bca3}'),
    ('\u{1d173}', '\u{1d17a}'),
    ('\u{e0000}', '\u{e0fff}'),
];

#[cfg(all(test, feature = "reports"))]
mod tests {
    use super::*;

    #[test]
    fn the_ranges_ascend() {
        assert!(HIDDEN.iter().all(|(first, last)| first <= last));
        assert!(HIDDEN.windows(2).all(|pair| pair[0].1 < pair[1].0));
    }

    #[test]
    fn what_is_hidden_is_written_out_and_nothing_else_changes() {
        assert_eq!(
            printable("a\u{202e}b\u{2028}c\n\x1b[31m\u{ffff}\u{85}"),
            r"a\u{202e}b\u{2028}c\n\u{1b}[31m\u{ffff}\u{85}"
        );
        assert_eq!(printable_page("a\u{2066}\n\t\x1b[1mb\r"), "a\\u{2066}\n\t\x1b[1mb\\r");
        assert_eq!(printable_line("\ta\u{200b}\x1b\r\n"), "\ta\\u{200b}\\u{1b}\r\n");
        for seen in ["sécure", "e\u{301}", "日本\u{3000}語", "a\u{a0}b", "😀\u{fe0f}", "`\"'\\", "ﷺ", "\u{fffd}"]
        {
            assert!(matches!(printable(seen), Cow::Borrowed(same) if same == seen), "{seen}");
        }
    }

    /// The tables of the standard library are the second opinion; they also escape blanks and code points that are not assigned
    /// yet.
    #[test]
    fn what_is_hidden_here_the_standard_library_hides_too() {
        let fillers = ['\u{115f}', '\u{1160}', '\u{3164}', '\u{ffa0}'];
        for c in (char::MIN..=char::MAX).filter(|&c| is_hidden(c)) {
            assert!(c.escape_debug().len() > 1 || fillers.contains(&c), "{:x}", c as u32);
        }
        let bidi = ['\u{61c}', '\u{200e}', '\u{200f}']
            .into_iter()
            .chain('\u{202a}'..='\u{202e}')
            .chain('\u{2066}'..='\u{2069}');
        assert!(bidi.chain('\0'..='\x1f').chain('\x7f'..='\u{9f}').all(is_hidden));
    }
}
