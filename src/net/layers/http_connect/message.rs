//! What both sides share: where a header ends, how long it may be, and which hosts may stand in it.

/// The longest header, in bytes.
pub(super) const LONGEST_HEADER: usize = 16 * 1024;

/// The most lines that a header has below its first.
pub(super) const MOST_LINES: usize = 128;

/// Looks for the end of a header, in bytes that grow.
#[derive(Debug, Default)]
pub(super) struct Search {
    /// So many bytes have been looked through.
    seen: usize,
    /// The line that they end with has no bytes yet, but for a carriage return.
    line_empty: bool,
}

impl Search {
    /// Returns the length of the header with its empty line, when that is there.
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

/// The longest host that is asked for, in bytes: what DNS allows, and SOCKS too.
pub(super) const LONGEST_HOST: usize = 255;

/// Returns whether RFC 3986, section 3.2.2, lets the character stand in a name as it is.
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
