//! Parses the headers of answers.

use super::super::message::MOST_LINES;
use httparse::{ParserConfig, Response};

/// The header of an answer.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Answer {
    pub code: u16,
    pub reason: String,
    /// The schemes of authentication that the proxy offers.
    pub schemes: Vec<String>,
}

/// Parses a complete header.
pub(super) fn parse(header: &[u8]) -> Result<Answer, httparse::Error> {
    let mut lines = [httparse::EMPTY_HEADER; MOST_LINES];
    let mut response = Response::new(&mut lines);
    // RFC 9112, section 5.2: a user agent reads a folded line as one.
    let mut config = ParserConfig::default();
    config.allow_obsolete_multiline_headers_in_responses(true);
    let read = config.parse_response(&mut response, header)?;
    // If this parser and `message::Search` disagreed about the end, bytes of the header would be passed on as the target's.
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

/// The fields that list schemes: of status 407, and of 401.
const CHALLENGES: [&str; 2] = ["Proxy-Authenticate", "WWW-Authenticate"];

/// The largest number of schemes that are reported, and the longest name of a scheme, in bytes.
const MOST_SCHEMES: usize = 8;
const LONGEST_SCHEME: usize = 32;

/// Returns the schemes in a value of `Proxy-Authenticate`: `Basic realm="a, b", Digest nonce="c"` has two (RFC 9110, section
/// 11.6.1). Commas separate both challenges and parameters; a parameter has `=` behind its name, a scheme does not.
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
    fn schemes_are_reported_from_their_parameters() {
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
}
