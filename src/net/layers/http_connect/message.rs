//! The parts that both sides share: the end of a header, its greatest size, and the characters of a host.

/// The longest header, in bytes.
pub(super) const LONGEST_HEADER: usize = 16 * 1024;

/// The largest number of lines of a header below its first.
pub(super) const MOST_LINES: usize = 128;

/// Searches for the end of a header in a buffer that grows between the calls.
#[derive(Debug, Default)]
pub(super) struct Search {
    /// The number of bytes that have been searched.
    seen: usize,
    /// Whether the current line is empty so far, apart from carriage returns.
    line_empty: bool,
}

impl Search {
    /// Returns the length of the header including its empty line, or `None` while the empty line is missing.
    pub fn end(&mut self, bytes: &[u8]) -> Option<usize> {
        while let Some(byte) = bytes.get(self.seen) {
            self.seen += 1;
            match byte {
                // RFC 9112, section 2.2: a line may end without a carriage return.
                b'\n' if self.line_empty => return Some(self.seen),
                b'\n' => self.line_empty = true,
                b'\r' => {}
                _ => self.line_empty = false,
            }
        }
        None
    }
}

/// The length of the longest host, in bytes: the limit of DNS, and of SOCKS.
pub(super) const LONGEST_HOST: usize = 255;

/// Returns whether RFC 3986, section 3.2.2, allows the character in a name without an escape.
pub(super) fn stands_in_host(c: char) -> bool {
    c.is_ascii_alphanumeric() || "-._~!$&'()*+,;=".contains(c)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_end_is_found_wherever_the_bytes_were_cut() {
        for (header, end) in [
            ("HTTP/1.1 200 OK\r\n\r\nrest", Some(19)),
            ("HTTP/1.1 200 OK\n\nrest", Some(17)),
            ("HTTP/1.1 200 OK\r\na: b\r\n\r\n", Some(25)),
            ("HTTP/1.1 200 OK\r\na: b\r\n", None),
        ] {
            for cut in 0..header.len() {
                let mut search = Search::default();
                let found = search.end(&header.as_bytes()[..cut]).or_else(|| search.end(header.as_bytes()));
                assert_eq!(found, end, "{header:?} cut at {cut}");
            }
        }
    }
}
