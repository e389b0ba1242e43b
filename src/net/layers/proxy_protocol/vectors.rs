//! The vectors behind the addresses of version 2: each has a type, a length and a value (sections 2.2.1 to 2.2.8).
//!
//! Vectors that the specification defines are reported as facts; each may be there once, except padding. Of other vectors the
//! type is reported.

use super::error::{ProxyProtocolError, Vector};
use super::escape::escaped;
use super::header::Fact;
use crc::{CRC_32_ISCSI, Crc};
use std::collections::BTreeSet;

/// The length of the type and the length before the value, in bytes.
const HEAD: usize = 3;

/// The length of the longest identifier of a connection, in bytes.
const UNIQUE_ID: usize = 128;

/// The flags of the client's TLS: it uses TLS, showed a certificate on this connection, or on an earlier one of the session.
const CLIENT_TLS: u8 = 1;
const CLIENT_CERTIFICATE: u8 = 2;
const CLIENT_CERTIFICATE_EARLIER: u8 = 4;

/// The checksum CRC32c of RFC 4960, appendix B.
const CRC32C: Crc<u32> = Crc::<u32>::new(&CRC_32_ISCSI);

#[derive(Default)]
struct Stated {
    facts: Vec<Fact>,
    seen: BTreeSet<Vector>,
    /// The types of the unknown vectors.
    further: BTreeSet<String>,
}

/// Returns the facts of the vectors from `start` to the end of the header.
pub(super) fn read(header: &[u8], start: usize) -> Result<Vec<Fact>, ProxyProtocolError> {
    let mut reported = Stated::default();
    let mut rest = &header[start..];
    while let Some((vector, value)) = next(&mut rest)? {
        match vector {
            Vector::ALPN => reported.text(vector, "alpn", value)?,
            Vector::AUTHORITY => reported.text(vector, "authority", value)?,
            Vector::UNIQUE_ID => {
                expect(vector, value, value.len() <= UNIQUE_ID, "up to 128 are")?;
                reported.text(vector, "unique-id", value)?;
            }
            Vector::NETNS => reported.text(vector, "network-namespace", value)?,
            Vector::SSL => reported.tls(value)?,
            Vector::CRC32C => {
                reported.once(vector)?;
                verify(header, header.len() - rest.len() - value.len(), value)?;
                reported.facts.push(("crc32c", "verified".to_owned()));
            }
            Vector::NOOP => {}
            unknown => {
                reported.further.insert(format!("{:#04x}", unknown.0));
            }
        }
    }
    if !reported.further.is_empty() {
        let further: Vec<String> = reported.further.into_iter().collect();
        reported.facts.push(("further", further.join(" ")));
    }
    Ok(reported.facts)
}

/// Consumes a vector at the front.
fn next<'a>(rest: &mut &'a [u8]) -> Result<Option<(Vector, &'a [u8])>, ProxyProtocolError> {
    let Some(&[vector, high, low]) = rest.get(..HEAD) else {
        return match rest.len() {
            0 => Ok(None),
            found => Err(ProxyProtocolError::VectorEnd { found, expected: HEAD }),
        };
    };
    let expected = HEAD + usize::from(u16::from_be_bytes([high, low]));
    let Some((whole, behind)) = rest.split_at_checked(expected) else {
        return Err(ProxyProtocolError::VectorEnd { found: rest.len(), expected });
    };
    *rest = behind;
    Ok(Some((Vector(vector), &whole[HEAD..])))
}

fn expect(vector: Vector, value: &[u8], fits: bool, expected: &'static str) -> Result<(), ProxyProtocolError> {
    if fits { Ok(()) } else { Err(ProxyProtocolError::VectorLength { vector, found: value.len(), expected }) }
}

/// Verifies the checksum at this place of the header; its own bytes count as zeros in the computation.
fn verify(header: &[u8], place: usize, value: &[u8]) -> Result<(), ProxyProtocolError> {
    let Ok(found) = <[u8; 4]>::try_from(value) else {
        return expect(Vector::CRC32C, value, false, "4 are");
    };
    let mut digest = CRC32C.digest();
    digest.update(&header[..place]);
    digest.update(&[0; 4]);
    digest.update(&header[place + value.len()..]);
    let (found, computed) = (u32::from_be_bytes(found), digest.finalize());
    if found == computed { Ok(()) } else { Err(ProxyProtocolError::Checksum { found, computed }) }
}

impl Stated {
    fn once(&mut self, vector: Vector) -> Result<(), ProxyProtocolError> {
        if self.seen.insert(vector) { Ok(()) } else { Err(ProxyProtocolError::VectorTwice { vector }) }
    }

    fn text(&mut self, vector: Vector, name: &'static str, value: &[u8]) -> Result<(), ProxyProtocolError> {
        self.once(vector)?;
        self.facts.push((name, escaped(value)));
        Ok(())
    }

    /// Adds the facts of the client's TLS: flags, the result of verifying its certificate (0 is success), and vectors.
    fn tls(&mut self, value: &[u8]) -> Result<(), ProxyProtocolError> {
        self.once(Vector::SSL)?;
        let Some((&[elements, ref verified @ ..], mut rest)) = value.split_first_chunk::<5>() else {
            return expect(Vector::SSL, value, false, "5 or more are");
        };
        let mut version = "yes".to_owned();
        let place = self.facts.len();
        while let Some((vector, value)) = next(&mut rest)? {
            match vector {
                Vector::SSL_VERSION => {
                    self.once(vector)?;
                    version = escaped(value);
                }
                Vector::SSL_CN => self.text(vector, "common-name", value)?,
                Vector::SSL_CIPHER => self.text(vector, "cipher", value)?,
                Vector::SSL_SIG_ALG => self.text(vector, "signature-algorithm", value)?,
                Vector::SSL_KEY_ALG => self.text(vector, "key-algorithm", value)?,
                unknown => {
                    self.further.insert(format!("{:#04x}/{:#04x}", Vector::SSL.0, unknown.0));
                }
            }
        }
        let has = |element| elements & element != 0;
        let version = if has(CLIENT_TLS) { version } else { "no".to_owned() };
        let certificate = match u32::from_be_bytes(*verified) {
            // Without a certificate nothing can have been verified, whatever the result is.
            _ if !has(CLIENT_CERTIFICATE | CLIENT_CERTIFICATE_EARLIER) => "none".to_owned(),
            0 if has(CLIENT_CERTIFICATE) => "verified".to_owned(),
            0 => "verified earlier in the session".to_owned(),
            error => format!("not verified ({error})"),
        };
        self.facts.splice(place..place, [("tls", version), ("client-certificate", certificate)]);
        Ok(())
    }
}
