//! The errors of TLS, with texts that name the peer.

use crate::net::machine::{Failure, SessionError};
use rustls::pki_types::UnixTime;
use rustls::{AlertDescription, CertificateError, Error, PeerIncompatible};
use std::time::Duration;

/// The reason why TLS failed on a connection. `peer` is the subject of the message: `` `example.org` `` or `the client`.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum TlsError {
    /// The peer's certificate does not prove its identity.
    #[error("the certificate of {peer} {}", certificate(.problem))]
    Certificate {
        /// The peer.
        peer: String,
        /// The problem of the certificate.
        problem: CertificateError,
    },
    /// The peer must show a certificate, and does not.
    #[error("{peer} shows no certificate")]
    NoCertificate {
        /// The peer.
        peer: String,
    },
    /// The peer aborted the connection with an alert.
    #[error("{peer} refuses with the alert `{}`{}", name(.alert), meaning(.alert))]
    Alert {
        /// The peer.
        peer: String,
        /// The alert: RFC 8446, section 6.2.
        alert: AlertDescription,
    },
    /// The two ends have no version, cipher suite or other parameter in common.
    #[error("{peer} {}", incompatible(.problem))]
    Incompatible {
        /// The peer.
        peer: String,
        /// The parameter.
        problem: PeerIncompatible,
    },
    /// The peer speaks none of the protocols of `alpn`.
    #[error("{peer} speaks none of the protocols of `alpn`")]
    NoApplicationProtocol {
        /// The peer.
        peer: String,
    },
    /// The first bytes of the peer are not TLS.
    #[error("{peer} does not speak TLS: the first bytes are \"{begins}\"")]
    NotTls {
        /// The peer.
        peer: String,
        /// The first bytes that it sent, escaped.
        begins: String,
    },
    /// The peer violated the protocol.
    #[error("{peer} breaks the protocol: {source}")]
    Protocol {
        /// The peer.
        peer: String,
        /// The violation.
        source: Error,
    },
    /// The peer ended the connection in the handshake.
    #[error("{peer} ended the connection in the handshake")]
    EndedInHandshake {
        /// The peer.
        peer: String,
    },
    /// The connection ended without close_notify, as it does when a third party cuts it off.
    #[error("the stream of {peer} is cut off: it ends without close_notify")]
    CutOff {
        /// The peer.
        peer: String,
    },
    /// The keys have encrypted as much as they may; TLS 1.2 cannot change them.
    #[error("the keys have enciphered all that they may")]
    Exhausted,
    /// The program tried to send after it had ended its side.
    #[error("our side of the connection has ended")]
    Ended,
    /// An error of this end, which does not depend on the peer.
    #[error("{0}")]
    Unusable(Error),
}

/// The number of names of a certificate that a message lists.
const NAMES: usize = 5;

/// The number of bytes that a message shows of a peer that does not speak TLS.
const BEGINNING: usize = 16;

impl TlsError {
    pub(super) fn of(error: Error, peer: String) -> Self {
        match error {
            Error::InvalidCertificate(problem) => TlsError::Certificate { peer, problem },
            Error::NoCertificatesPresented => TlsError::NoCertificate { peer },
            Error::AlertReceived(alert) => TlsError::Alert { peer, alert },
            Error::PeerIncompatible(problem) => TlsError::Incompatible { peer, problem },
            Error::NoApplicationProtocol => TlsError::NoApplicationProtocol { peer },
            Error::General(_)
            | Error::Other(_)
            | Error::EncryptError
            | Error::FailedToGetCurrentTime
            | Error::FailedToGetRandomBytes
            | Error::HandshakeNotComplete
            | Error::UnsupportedNameType
            | Error::InconsistentKeys(_)
            | Error::BadMaxFragmentSize => TlsError::Unusable(error),
            source => TlsError::Protocol { peer, source },
        }
    }

    pub(super) fn not_tls(peer: String, bytes: &[u8]) -> Self {
        let begins = bytes[..bytes.len().min(BEGINNING)].escape_ascii().to_string();
        TlsError::NotTls { peer, begins }
    }

    /// Returns the kind of failure.
    pub fn kind(&self) -> Failure {
        match self {
            TlsError::Certificate { .. } | TlsError::NoCertificate { .. } => Failure::Authentication,
            TlsError::Alert { alert, .. } => failure(alert),
            TlsError::Incompatible { .. }
            | TlsError::NoApplicationProtocol { .. }
            | TlsError::NotTls { .. }
            | TlsError::Protocol { .. } => Failure::Protocol,
            TlsError::EndedInHandshake { .. } | TlsError::CutOff { .. } => Failure::Truncated,
            TlsError::Exhausted | TlsError::Ended | TlsError::Unusable(_) => Failure::Unusable,
        }
    }
}

impl TlsError {
    /// Returns whether this is a failure of authentication, after which no alternative is tried: a certificate was rejected, by
    /// this end or by the other, or the bytes may have been altered on the way. If the other end is absent, does not speak TLS,
    /// or has no version or protocol in common with this end, no identity was claimed, and the error is not of authentication.
    pub fn is_of_authentication(&self) -> bool {
        use AlertDescription as Alert;
        match self {
            TlsError::Certificate { .. } | TlsError::NoCertificate { .. } | TlsError::Protocol { .. } => true,
            // With the other alerts, the server may demand a certificate (TLS 1.2 has no alert for that), may have none for the
            // name, or may have detected that the bytes were altered.
            TlsError::Alert { alert, .. } => !matches!(
                alert,
                Alert::CloseNotify
                    | Alert::UserCanceled
                    | Alert::InternalError
                    | Alert::ProtocolVersion
                    | Alert::InsufficientSecurity
                    | Alert::NoApplicationProtocol
            ),
            TlsError::Incompatible { .. }
            | TlsError::NoApplicationProtocol { .. }
            | TlsError::NotTls { .. }
            | TlsError::EndedInHandshake { .. }
            | TlsError::Exhausted
            | TlsError::Ended
            | TlsError::Unusable(_) => false,
            // An attacker may have caused it.
            TlsError::CutOff { .. } => true,
        }
    }
}

impl From<TlsError> for SessionError {
    fn from(error: TlsError) -> Self {
        let of_authentication = error.is_of_authentication();
        SessionError::new(error.kind(), error).of_authentication(of_authentication)
    }
}

/// Returns the kind of failure that an alert means.
fn failure(alert: &AlertDescription) -> Failure {
    use AlertDescription as Alert;
    match alert {
        Alert::NoCertificate
        | Alert::BadCertificate
        | Alert::UnsupportedCertificate
        | Alert::CertificateRevoked
        | Alert::CertificateExpired
        | Alert::CertificateUnknown
        | Alert::UnknownCA
        | Alert::AccessDenied
        | Alert::CertificateUnobtainable
        | Alert::BadCertificateStatusResponse
        | Alert::BadCertificateHashValue
        | Alert::UnknownPSKIdentity
        // A signature is wrong, or the proof that both ends have the same keys.
        | Alert::DecryptError
        | Alert::CertificateRequired => Failure::Authentication,
        // The peer reports that this end violated the protocol.
        Alert::UnexpectedMessage
        | Alert::BadRecordMac
        | Alert::DecryptionFailed
        | Alert::RecordOverflow
        | Alert::DecompressionFailure
        | Alert::IllegalParameter
        | Alert::DecodeError
        | Alert::MissingExtension
        | Alert::UnsupportedExtension => Failure::Protocol,
        _ => Failure::Refused,
    }
}

/// Returns the name of an alert in RFC 8446.
fn name(alert: &AlertDescription) -> String {
    match alert {
        AlertDescription::UnrecognisedName => "unrecognized_name".to_owned(),
        AlertDescription::UnknownPSKIdentity => "unknown_psk_identity".to_owned(),
        alert => words(&format!("{alert:?}"), '_'),
    }
}

/// Splits a name that is written `LikeThis` into words, with `between` between them.
fn words(text: &str, between: char) -> String {
    let mut words = String::with_capacity(text.len() + 8);
    let mut before = ' ';
    for letter in text.chars() {
        if letter.is_ascii_uppercase() && (before.is_ascii_lowercase() || before.is_ascii_digit()) {
            words.push(between);
        }
        words.push(letter.to_ascii_lowercase());
        before = letter;
    }
    words
}

fn meaning(alert: &AlertDescription) -> &'static str {
    use AlertDescription as Alert;
    match alert {
        Alert::CertificateRequired => ": it demands a certificate",
        Alert::UnknownCA => ": it does not know who signed our certificate",
        Alert::BadCertificate | Alert::CertificateUnknown | Alert::UnsupportedCertificate => {
            ": it does not accept our certificate"
        }
        Alert::CertificateExpired => ": our certificate has expired, or is not valid yet",
        Alert::CertificateRevoked => ": our certificate has been revoked",
        Alert::ProtocolVersion => ": it does not speak the versions of TLS that we accept",
        Alert::HandshakeFailure => ": it accepts nothing of what we offer, or demands a certificate",
        Alert::NoApplicationProtocol => ": it speaks none of the protocols of `alpn`",
        Alert::UnrecognisedName => ": it does not serve that name",
        _ => "",
    }
}

fn certificate(problem: &CertificateError) -> String {
    match problem {
        CertificateError::NotValidForNameContext { presented, .. } if presented.is_empty() => {
            "is not valid for this name (it is valid for none)".to_owned()
        }
        CertificateError::NotValidForNameContext { presented, .. } => {
            let more = if presented.len() > NAMES { ", ..." } else { "" };
            let names: Vec<String> = presented.iter().take(NAMES).map(|name| format!("`{}`", bare(name))).collect();
            format!("is not valid for this name (it is valid for {}{more})", names.join(", "))
        }
        CertificateError::NotValidForName => "is not valid for this name".to_owned(),
        CertificateError::ExpiredContext { time, not_after } => {
            format!("has expired: it was valid until {}, and it is {}", moment(*not_after), moment(*time))
        }
        CertificateError::Expired => "has expired".to_owned(),
        CertificateError::NotValidYetContext { time, not_before } => {
            format!("is not valid yet: it will be from {}, and it is {}", moment(*not_before), moment(*time))
        }
        CertificateError::NotValidYet => "is not valid yet".to_owned(),
        CertificateError::UnknownIssuer => "is signed by an unknown issuer".to_owned(),
        CertificateError::BadEncoding => "cannot be read".to_owned(),
        CertificateError::BadSignature => "is not signed by the one it names as its issuer".to_owned(),
        CertificateError::Revoked => "has been revoked".to_owned(),
        CertificateError::InvalidPurpose | CertificateError::InvalidPurposeContext { .. } => {
            "is for another purpose".to_owned()
        }
        // The texts of these errors are meant for programmers, but there are no others.
        CertificateError::Other(other) => format!("is not acceptable: {other}"),
        other => format!("is not acceptable: {}", words(&other.to_string(), ' ')),
    }
}

/// Returns the name in a text such as `DnsName("example.org")`.
fn bare(name: &str) -> &str {
    let inner = name.split_once('(').and_then(|(_, rest)| rest.strip_suffix(')')).unwrap_or(name);
    inner.trim_matches('"')
}

fn moment(time: UnixTime) -> String {
    /// The last second that a certificate can contain, 9999-12-31T23:59:59Z.
    const LAST: u64 = 253_402_300_799;
    let since = Duration::from_secs(time.as_secs().min(LAST));
    humantime::format_rfc3339_seconds(std::time::UNIX_EPOCH + since).to_string()
}

fn incompatible(problem: &PeerIncompatible) -> String {
    match problem {
        PeerIncompatible::ServerDoesNotSupportTls12Or13 => "speaks neither TLS 1.2 nor TLS 1.3".to_owned(),
        PeerIncompatible::ServerTlsVersionIsDisabledByOurConfig
        | PeerIncompatible::Tls12NotOffered
        | PeerIncompatible::Tls12NotOfferedOrEnabled
        | PeerIncompatible::SupportedVersionsExtensionRequired => {
            "speaks no version of TLS that is accepted here: see `min-version`".to_owned()
        }
        other => format!("cannot agree with this end: {}", words(&format!("{other:?}"), ' ')),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn alerts_have_the_names_of_the_rfc() {
        let reported = |alert| TlsError::Alert { peer: "`a`".to_owned(), alert }.to_string();
        assert_eq!(
            reported(AlertDescription::UnknownCA),
            "`a` refuses with the alert `unknown_ca`: it does not know who signed our certificate"
        );
        assert_eq!(reported(AlertDescription::InternalError), "`a` refuses with the alert `internal_error`");
        assert_eq!(name(&AlertDescription::BadRecordMac), "bad_record_mac");
    }

    #[test]
    fn names_and_times_of_certificates_are_reported_as_people_write_them() {
        let expired = CertificateError::ExpiredContext {
            time: UnixTime::since_unix_epoch(Duration::from_secs(1_700_000_000)),
            not_after: UnixTime::since_unix_epoch(Duration::from_secs(u64::MAX)),
        };
        assert_eq!(
            certificate(&expired),
            "has expired: it was valid until 9999-12-31T23:59:59Z, and it is 2023-11-14T22:13:20Z"
        );
        assert_eq!(bare("DnsName(\"a.example\")"), "a.example");
        assert_eq!(bare("IpAddress(127.0.0.1)"), "127.0.0.1");
    }
}
