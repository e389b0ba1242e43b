//! TLS on one connection: a layer session that drives the state machine of rustls for callers with buffers of their own.
//!
//! Records are decrypted in the buffer that the socket was read into, and encrypted into the one that it is written from.

use super::config::AskedName;
use super::error::TlsError;
use crate::net::machine::{Above, Buffer, Phase, Session, SessionError};
use rustls::client::{ClientConnectionData, UnbufferedClientConnection};
use rustls::server::{ServerConnectionData, UnbufferedServerConnection};
use rustls::unbuffered::{ConnectionState, EncodeError, EncodeTlsData, EncryptError, UnbufferedStatus};
use rustls::{CommonState, HandshakeKind, ProtocolVersion};
use std::sync::Arc;

/// One end of a TLS connection.
pub(super) struct TlsSession<C> {
    connection: C,
    peer: Peer,
    phase: Phase,
    /// Whether the peer has sent close_notify; all further bytes are ignored (RFC 8446, section 6.1).
    closed: bool,
    /// Whether this end has sent close_notify; rustls itself would still encrypt more.
    ended: bool,
    /// The number of bytes at the front of the input that are pieces of a handshake message. rustls has seen them and not
    /// consumed them: it joins them in place, and counts from their beginning.
    held: usize,
}

/// The identity of the other end, for messages.
pub(super) enum Peer {
    /// The server of this name.
    Server(String),
    /// A client, and the name that it asked for.
    Client(Arc<AskedName>),
}

/// The interface that rustls has separately for clients and for servers.
pub(super) trait End: Send {
    type Data;

    fn process<'c, 'i>(&'c mut self, records: &'i mut [u8]) -> UnbufferedStatus<'c, 'i, Self::Data>;

    fn state(&self) -> &CommonState;
}

impl End for UnbufferedClientConnection {
    type Data = ClientConnectionData;

    fn process<'c, 'i>(&'c mut self, records: &'i mut [u8]) -> UnbufferedStatus<'c, 'i, Self::Data> {
        self.process_tls_records(records)
    }

    fn state(&self) -> &CommonState {
        self
    }
}

impl End for UnbufferedServerConnection {
    type Data = ServerConnectionData;

    fn process<'c, 'i>(&'c mut self, records: &'i mut [u8]) -> UnbufferedStatus<'c, 'i, Self::Data> {
        self.process_tls_records(records)
    }

    fn state(&self) -> &CommonState {
        self
    }
}

/// The number of bytes accepted from above at a time: four records, which is the most that waits between two layers.
const MOST: usize = 64 * 1024;

/// The bytes of user data in a record (RFC 8446, section 5.1), and the most that a record adds to them: 5 bytes of header, 8 of
/// nonce in TLS 1.2, 16 of tag, 1 of type in TLS 1.3.
const RECORD: usize = 16 * 1024;
const AROUND: usize = 32;

/// The length of a record's header in bytes: type, version, length.
const HEADER: usize = 5;

/// Room for an alert with any cipher, in bytes.
const ALERT: usize = 128;

impl<C: End> TlsSession<C> {
    pub(super) fn new(connection: C, peer: Peer) -> Self {
        TlsSession { connection, peer, phase: Phase::Handshake, closed: false, ended: false, held: 0 }
    }

    /// Runs rustls until it needs more records, or until `above` is full.
    fn run(&mut self, input: &mut Buffer, above: &mut Above<'_>, below: &mut Buffer) -> Result<(), SessionError> {
        while !self.closed {
            self.hold(input.bytes());
            let UnbufferedStatus { mut discard, state } = self.connection.process(input.bytes_mut());
            let mut pause = false;
            match state {
                Ok(ConnectionState::ReadTraffic(mut traffic)) => {
                    while let Some(record) = traffic.next_record() {
                        match record {
                            Ok(record) => {
                                discard += record.discard;
                                above.push(record.payload);
                            }
                            Err(error) => return Err(self.failed(error, input)),
                        }
                    }
                    // The pieces of a message are consecutive records, so none are left when another record is processed.
                    self.held = 0;
                    input.consume(discard);
                    if above.is_full() {
                        break;
                    }
                    continue;
                }
                Ok(ConnectionState::EncodeTlsData(data)) => encode(data, below),
                Ok(ConnectionState::TransmitTlsData(data)) => data.done(),
                Ok(ConnectionState::PeerClosed) => {
                    above.end();
                    self.closed = true;
                }
                Ok(_) => pause = true,
                Err(error) => return Err(self.failed(error, input)),
            }
            self.held = self.held.saturating_sub(discard);
            input.consume(discard);
            if pause {
                break;
            }
        }
        if self.closed {
            self.held = 0;
            input.consume(input.len());
        }
        if self.phase == Phase::Handshake && !self.connection.state().is_handshaking() {
            self.phase = Phase::Open;
        }
        Ok(())
    }

    /// Counts the complete records behind those that are held: rustls processes all of them before it needs more.
    fn hold(&mut self, bytes: &[u8]) {
        while let Some(header) = bytes.get(self.held..self.held + HEADER) {
            let end = self.held + HEADER + usize::from(u16::from_be_bytes([header[3], header[4]]));
            if end > bytes.len() {
                break;
            }
            self.held = end;
        }
    }

    /// Performs a write that needs no records from below, after the handshake.
    fn write(
        &mut self,
        below: &mut Buffer,
        mut least: usize,
        write: impl Fn(&mut rustls::unbuffered::WriteTraffic<'_, C::Data>, &mut [u8]) -> Result<usize, EncryptError>,
    ) -> Result<(), SessionError> {
        // rustls skips the bytes that it holds without reading them, but the buffer must be as long.
        let mut held = vec![0; self.held];
        loop {
            match self.connection.process(&mut held).state {
                Ok(ConnectionState::WriteTraffic(mut traffic)) => match write(&mut traffic, below.room(least)) {
                    Ok(written) => {
                        below.filled(written);
                        return Ok(());
                    }
                    Err(EncryptError::InsufficientSize(size)) => least = size.required_size,
                    Err(EncryptError::EncryptExhausted) => return Err(TlsError::Exhausted.into()),
                },
                Ok(ConnectionState::EncodeTlsData(data)) => encode(data, below),
                Ok(ConnectionState::TransmitTlsData(data)) => data.done(),
                Ok(_) => return Err(TlsError::Ended.into()),
                Err(error) => return Err(TlsError::of(error, self.peer.words()).into()),
            }
        }
    }

    fn failed(&self, error: rustls::Error, input: &Buffer) -> SessionError {
        // Before a version is negotiated, bytes that are not a record are another protocol.
        let first = self.connection.state().protocol_version().is_none();
        match error {
            rustls::Error::InvalidMessage(_) if first && !looks_like_tls(input.bytes()) => {
                TlsError::not_tls(self.peer.words(), input.bytes()).into()
            }
            error => TlsError::of(error, self.peer.words()).into(),
        }
    }
}

impl<C: End> Session for TlsSession<C> {
    fn phase(&self) -> Phase {
        self.phase
    }

    fn start(&mut self, below: &mut Buffer) -> Result<(), SessionError> {
        // No bytes can come up yet.
        let (mut nothing, mut spill, mut ended) = (Buffer::new(), Buffer::new(), false);
        self.run(&mut nothing, &mut Above::new(&mut [], &mut spill, &mut ended), below)
    }

    fn receive(&mut self, input: &mut Buffer, above: &mut Above<'_>, below: &mut Buffer) -> Result<(), SessionError> {
        self.run(input, above, below)
    }

    fn receive_end(&mut self, _: &mut Buffer, _: &mut Above<'_>) -> Result<(), SessionError> {
        let peer = self.peer.words();
        match self.phase {
            _ if self.closed => Ok(()),
            Phase::Handshake => Err(TlsError::EndedInHandshake { peer }.into()),
            _ => Err(TlsError::CutOff { peer }.into()),
        }
    }

    fn send(&mut self, bytes: &[u8], below: &mut Buffer) -> Result<usize, SessionError> {
        if self.ended {
            return Err(TlsError::Ended.into());
        }
        let some = &bytes[..bytes.len().min(MOST)];
        let least = some.len() + (some.len() / RECORD + 1) * AROUND;
        self.write(below, least, |traffic, room| traffic.encrypt(some, room))?;
        Ok(some.len())
    }

    fn send_end(&mut self, below: &mut Buffer) -> Result<(), SessionError> {
        self.write(below, ALERT, |traffic, room| traffic.queue_close_notify(room))?;
        self.ended = true;
        Ok(())
    }

    fn abort(&mut self, below: &mut Buffer) {
        // After an error rustls must not get more records; it encodes its alert first.
        while self.connection.state().wants_write() {
            match self.connection.process(&mut []).state {
                Ok(ConnectionState::EncodeTlsData(data)) => encode(data, below),
                Ok(ConnectionState::TransmitTlsData(data)) => data.done(),
                _ => break,
            }
        }
    }

    fn facts(&self) -> Vec<(&'static str, String)> {
        let state = self.connection.state();
        let mut facts = Vec::new();
        if let Some(version) = state.protocol_version() {
            let version = match version {
                ProtocolVersion::TLSv1_2 => "TLS 1.2".to_owned(),
                ProtocolVersion::TLSv1_3 => "TLS 1.3".to_owned(),
                other => format!("{other:?}"),
            };
            facts.push(("version", version));
        }
        if let Some(suite) = state.negotiated_cipher_suite() {
            facts.push(("cipher", format!("{:?}", suite.suite())));
        }
        if let Some(protocol) = state.alpn_protocol() {
            facts.push(("alpn", protocol.escape_ascii().to_string()));
        }
        match &self.peer {
            Peer::Server(name) => facts.push(("server-name", name.clone())),
            Peer::Client(asked) => {
                facts.extend(asked.name().map(|name| ("server-name", name.to_owned())));
                if state.peer_certificates().is_some() {
                    facts.push(("peer", "certificate shown".to_owned()));
                }
            }
        }
        match state.handshake_kind() {
            Some(HandshakeKind::Full | HandshakeKind::FullWithHelloRetryRequest) => {
                facts.push(("handshake", "full".to_owned()));
            }
            Some(_) => facts.push(("handshake", "resumed".to_owned())),
            None => {}
        }
        facts
    }
}

impl Peer {
    /// Returns the name of the peer, as the subject of messages.
    fn words(&self) -> String {
        match self {
            Peer::Server(name) => format!("`{name}`"),
            Peer::Client(_) => "the client".to_owned(),
        }
    }
}

fn encode<Data>(mut data: EncodeTlsData<'_, Data>, below: &mut Buffer) {
    let mut least = ALERT;
    loop {
        match data.encode(below.room(least)) {
            Ok(written) => return below.filled(written),
            Err(EncodeError::InsufficientSize(size)) => least = size.required_size,
            Err(EncodeError::AlreadyEncoded) => return,
        }
    }
}

/// Returns whether the bytes begin like a TLS record: with one of its types, and a version that begins with 3.
fn looks_like_tls(bytes: &[u8]) -> bool {
    matches!(bytes, [20..=24, 3, ..])
}
