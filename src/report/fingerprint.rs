//! The fingerprint of a line, which stays the same when the lines around it move: GitHub's `primaryLocationLineHash`.
//!
//! GitHub's upload action computes it where a report lacks it, and warns where a report has another value; other ways of
//! uploading do neither. So it is computed here in the same way: the first 100 characters from the start of the line on, without
//! blanks and tabs and with every line break as `\n`, then 65535 for the end of the text, then zeros, are the digits of a number
//! to base 37, modulo 2^64; the suffix `:2` marks the second line with the same number.

use std::collections::HashMap;

const DIGITS: usize = 100;
const BASE: u64 = 37;
const END_OF_TEXT: u16 = u16::MAX;

/// Returns the fingerprint of every line of a text.
pub(crate) fn line_fingerprints(text: &str) -> Vec<String> {
    let mut digits: Vec<u16> = Vec::with_capacity(text.len() + 1);
    let mut line_starts = vec![0];
    let mut characters = text.chars().peekable();
    while let Some(character) = characters.next() {
        match character {
            ' ' | '\t' => {}
            '\r' | '\n' => {
                if character == '\r' {
                    characters.next_if_eq(&'\n');
                }
                digits.push(u16::from(b'\n'));
                line_starts.push(digits.len());
            }
            _ => digits.extend_from_slice(character.encode_utf16(&mut [0; 2])),
        }
    }
    digits.push(END_OF_TEXT);
    let mut seen: HashMap<u64, u32> = HashMap::new();
    let fingerprint = |start: usize| {
        let digit = |at: usize| u64::from(digits.get(at).copied().unwrap_or_default());
        let number =
            (start..start + DIGITS).fold(0_u64, |number, at| number.wrapping_mul(BASE).wrapping_add(digit(at)));
        let count = seen.entry(number).or_default();
        *count += 1;
        format!("{number:x}:{count}")
    };
    line_starts.into_iter().map(fingerprint).collect()
}

#[cfg(test)]
mod tests {
    use super::line_fingerprints;

    /// The texts and values are those with which GitHub's action tests its own implementation.
    #[test]
    fn the_values_are_github_s() {
        assert_eq!(line_fingerprints(""), ["c129715d7a2bc9a3:1"]);
        assert_eq!(
            line_fingerprints(" a\nb\n  \t\tc\n d"),
            ["271789c17abda88f:1", "54703d4cd895b18:1", "180aee12dab6264:1", "a23a3dc5e078b07b:1"]
        );
        let greetings = [
            "e9496ae3ebfced30:1",
            "fb7c023a8b9ccb3f:1",
            "ce8ba1a563dcdaca:1",
            "e20e36e16fcb0cc8:1",
            "b3edc88f2938467e:1",
            "c8e28b0b4002a3a0:1",
            "c129715d7a2bc9a3:1",
        ];
        for text in [
            " hello; \t\nworld!!!\n\n\n  \t\tGreetings\n End\n",
            " hello; \t\r\nworld!!!\r\n\r\n\r\n  \t\tGreetings\r\n End\r\n",
            " hello; \t\nworld!!!\r\n\n\r  \t\tGreetings\r End\r\n",
        ] {
            assert_eq!(line_fingerprints(text), greetings, "{text:?}");
        }
    }

    #[test]
    fn equal_lines_are_counted() {
        let lines = line_fingerprints(&"Lorem ipsum dolor sit amet.\n".repeat(10));
        assert_eq!(lines[0], "a7f2ff13bc495cf2:1");
        assert_eq!(lines[5], "a7f2ff13bc495cf2:6");
        assert_eq!(lines[9..], ["cc97dc7b1d7d8f7b:1", "c129715d7a2bc9a3:1"]);
    }
}
