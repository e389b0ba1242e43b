//! Text in a drawing whose font depends on the reader: an estimate of its width, clipping, wrapping, escaping.

use std::borrow::Cow;

/// Returns an estimate of the width of `text` in pixels, rather too wide than too narrow: of the fonts that `system-ui,
/// sans-serif` stands for, DejaVu Sans and Verdana are the widest, and the figures (in hundredths of the font size) are theirs,
/// rounded up.
pub(super) fn width(text: &str, size: f64) -> f64 {
    let hundredths: u32 = text.chars().map(advance).sum();
    (f64::from(hundredths) * size / 100.0).ceil()
}

fn advance(c: char) -> u32 {
    match c {
        'i' | 'j' | 'l' | '.' | ',' | ':' | ';' | '\'' | '|' | '!' | ' ' => 34,
        'f' | 't' | 'r' | '-' | '/' | '(' | ')' | '[' | ']' | '·' => 42,
        'm' | 'M' | 'W' | '@' | '%' | '—' | '…' => 100,
        'w' | '+' | '=' | '<' | '>' | '~' | '→' | '−' => 84,
        'A'..='Z' => 74,
        // Combining marks take no room of their own.
        '\u{300}'..='\u{36f}' => 0,
        // From here on, characters of most scripts are as wide as they are high.
        '\u{1100}'.. => 104,
        _ => 63,
    }
}

/// Returns `text`, or as much of its beginning as fits into `room` followed by an ellipsis.
pub(super) fn clip(text: &str, size: f64, room: f64) -> Cow<'_, str> {
    if width(text, size) <= room {
        return Cow::Borrowed(text);
    }
    let mut kept = text;
    while let Some((last, _)) = kept.char_indices().next_back() {
        kept = &kept[..last];
        let clipped = format!("{}…", kept.trim_end());
        if width(&clipped, size) <= room {
            return Cow::Owned(clipped);
        }
    }
    Cow::Borrowed("…")
}

/// Returns `text` in at least one line that fits into `room`, broken between words, and within a word that is too wide by itself.
pub(super) fn wrap(text: &str, size: f64, room: f64) -> Vec<String> {
    let mut lines = vec![String::new()];
    for word in text.split_whitespace() {
        let mut rest = word;
        while !rest.is_empty() {
            let line = lines.last().map_or("", String::as_str);
            let joined = if line.is_empty() { rest.to_owned() } else { format!("{line} {rest}") };
            if width(&joined, size) <= room {
                lines.pop();
                lines.push(joined);
                break;
            }
            if !line.is_empty() {
                lines.push(String::new());
                continue;
            }
            let fits = |end: &usize| width(&rest[..*end], size) <= room;
            let ends = rest.char_indices().map(|(at, c)| at + c.len_utf8());
            // Each line takes at least one character, even if it is too wide.
            let end = ends.clone().take_while(fits).last().or_else(|| ends.clone().next()).unwrap_or(rest.len());
            let (line, behind) = rest.split_at(end);
            lines.pop();
            lines.extend([line.to_owned(), String::new()]);
            rest = behind;
        }
    }
    if lines.len() > 1 && lines.last().is_some_and(String::is_empty) {
        lines.pop();
    }
    lines
}

/// Returns `text` for the content or a quoted attribute of an XML element. Characters that XML 1.0 cannot hold become U+FFFD.
pub(super) fn escape(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            '\n' | '\r' | '\t' => out.push(' '),
            '\u{0}'..='\u{1f}' | '\u{7f}'..='\u{9f}' | '\u{fffe}' | '\u{ffff}' => out.push('\u{fffd}'),
            c => out.push(c),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_that_fits_is_left_alone() {
        assert_eq!(clip("tcp4", 13.0, 100.0), "tcp4");
        assert_eq!(clip("", 13.0, 0.0), "");
    }

    #[test]
    fn clipped_text_fits_and_ends_in_an_ellipsis() {
        let long = "a-very-long-name-of-a-chain-that-somebody-wrote-down-in-full";
        for room in [20.0, 55.5, 120.0, 300.0] {
            let clipped = clip(long, 12.0, room);
            assert!(clipped.ends_with('…') && width(&clipped, 12.0) <= room, "{clipped}");
        }
        assert_eq!(clip("日本語の名前", 10.0, 45.0), "日本語…");
    }

    #[test]
    fn wrapped_text_fits_and_is_whole() {
        let title = "What the programs of example.org may use to connect, and averyverylongwordwithoutanyblankinit 日本語の名前";
        for room in [5.0, 40.0, 120.0, 300.0, 2000.0] {
            let lines = wrap(title, 12.0, room);
            let fit = |line: &String| width(line, 12.0) <= room || line.chars().count() == 1;
            assert!(lines.iter().all(fit), "{lines:?}");
            let whole: String = lines.concat().split_whitespace().collect();
            assert_eq!(whole, title.split_whitespace().collect::<String>());
        }
        assert_eq!(wrap("one two", 12.0, 500.0), ["one two"]);
        assert_eq!(wrap("", 12.0, 500.0), [""]);
    }

    #[test]
    fn escaped_text_holds_no_markup_and_no_control_characters() {
        assert_eq!(escape("<a href=\"x\">&'\u{1}\n"), "&lt;a href=&quot;x&quot;&gt;&amp;&#39;\u{fffd} ");
    }
}
