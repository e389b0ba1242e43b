//! Text in a drawing whose font is the reader's: an estimate of its width, clipping, escaping.

use std::borrow::Cow;

/// The width of `text` in pixels, rather too wide than too narrow: of the fonts that `system-ui, sans-serif` stands
/// for, DejaVu Sans and Verdana run widest, and the figures (in hundredths of the font size) are theirs, rounded up.
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
        // From here on scripts whose signs are as wide as they are high.
        '\u{1100}'.. => 104,
        _ => 63,
    }
}

/// `text`, or as much of its beginning as fits into `room` with an ellipsis behind it.
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

/// `text` for the content or a quoted attribute of an XML element. What XML 1.0 cannot hold becomes U+FFFD.
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
    fn escaped_text_holds_no_markup_and_no_control_characters() {
        assert_eq!(escape("<a href=\"x\">&'\u{1}\n"), "&lt;a href=&quot;x&quot;&gt;&amp;&#39;\u{fffd} ");
    }
}
