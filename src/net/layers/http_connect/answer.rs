//! The header of an answer: found in the bytes of the proxy, and read.

use httparse::{ParserConfig, Response};

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
    /// The length of the header with its empty line, when that is there.
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

/// The header of an answer.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Answer {
    pub code: u16,
    pub reason: String,
    /// The schemes by which the proxy lets itself be convinced.
    pub schemes: Vec<String>,
}

/// Reads a header that is all there.
pub(super) fn parse(header: &[u8]) -> Result<Answer, httparse::Error> {
    let mut lines = [httparse::EMPTY_HEADER; MOST_LINES];
    let mut response = Response::new(&mut lines);
    // RFC 9112, section 5.2: a user agent reads a folded line as one.
    let mut config = ParserConfig::default();
    config.allow_obsolete_multiline_headers_in_responses(true);
    let read = config.parse_response(&mut response, header)?;
    // Were the two of different minds about the end, bytes of the header would become the target's.
    let (true, Some(code)) = (read == httparse::Status::Complete(header.len()), response.code) else {
        return Err(httparse::Error::NewLine);
    };
    let challenges =
        response.headers.iter().filter(|line| CHALLENGES.iter().any(|name| line.name.eq_ignore_ascii_case(name)));
    let mut schemes = Vec::<String>::new();
    for scheme in challenges.flat_map(|line| offered(line.value)) {
        if schemes.len() < MOST_SCHEMES && !schemes.iter().any(|known| known.eq_ignore_ascii_case(&scheme)) {
            schemes.push(scheme);
        }
    }
    Ok(Answer { code, reason: response.reason.unwrap_or_default().to_owned(), schemes })
}

/// The lines that tell schemes: with 407, and with 401.
const CHALLENGES: [&str; 2] = ["Proxy-Authenticate", "WWW-Authenticate"];

/// So many schemes are told, of names as long as this.
const MOST_SCHEMES: usize = 8;
const LONGEST_SCHEME: usize = 32;

/// The schemes in a value of `Proxy-Authenticate`: `Basic realm="a, b", Digest nonce="c"` has two (RFC 9110, section 11.6.1).
/// Commas part both challenges and parameters; a parameter has `=` behind its name, a scheme has not.
fn offered(value: &[u8]) -> Vec<String> {
    let (mut quoted, mut escaped) = (false, false);
    let parts = value.split(|&byte| {
        let part_ends = byte == b',' && !quoted;
        match byte {
            _ if escaped => escaped = false,
            b'\\' if quoted => escaped = true,
            b'"' => quoted = !quoted,
            _ => {}
        }
        part_ends
    });
    let scheme = |part: &[u8]| {
        let part = part.trim_ascii();
        let length = part.iter().take_while(|byte| byte.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(byte));
        let (name, rest) = part.split_at(length.count());
        let alone = !rest.trim_ascii_start().starts_with(b"=");
        let fits = (1..=LONGEST_SCHEME).contains(&name.len());
        (alone && fits).then(|| String::from_utf8_lossy(name).into_owned())
    };
    parts.filter_map(scheme).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn schemes_are_told_from_their_parameters() {
        for (value, schemes) in [
            ("Basic realm=\"a, b\\\", c\", Digest nonce=\"x\", qop = \"auth\"", vec!["Basic", "Digest"]),
            ("Negotiate", vec!["Negotiate"]),
            ("NTLM abc==, , Bearer", vec!["NTLM", "Bearer"]),
            ("=, \"", vec![]),
            ("", vec![]),
        ] {
            assert_eq!(offered(value.as_bytes()), schemes, "{value}");
        }
    }

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
