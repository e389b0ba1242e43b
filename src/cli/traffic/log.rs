//! The log: a line of JSON for each connection, version 1.

use crate::cli::failure::{Failure, warn};
use crate::cli::output::json_line;
use serde::Serialize;
use sockatlas::net::machine::Failure as LayerFailure;
use sockatlas::net::relay::{Observer, Outcome, Record};
use sockatlas::net::{Answer, Error, ErrorKind, Opened, Outcome as Attempted, Target};
use std::collections::BTreeMap;
use std::fs::OpenOptions;
use std::io::{self, Write};
use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};

/// The log's output. Clones write to the same output.
#[derive(Clone)]
pub(in crate::cli) struct Log {
    state: Arc<Mutex<State>>,
    /// Whether clients ask for their targets; each line then contains their protocol, their user and the answer too.
    of_clients: bool,
}

struct State {
    out: Box<dyn Write + Send>,
    place: String,
    /// The number of lines that could not be written, and the error of the first of them.
    lost: u64,
    first: Option<io::Error>,
    /// Whether the reader has closed the pipe.
    closed: bool,
}

impl Log {
    /// Opens a log that appends to a file, which is created if it does not exist; `-` is standard output.
    pub fn open(path: &Path) -> Result<Log, Failure> {
        let place = path.display().to_string();
        let (out, place): (Box<dyn Write + Send>, String) = if place == "-" {
            (Box::new(io::stdout()), "<stdout>".to_owned())
        } else {
            let file = OpenOptions::new().append(true).create(true).open(path);
            (Box::new(file.map_err(|error| Failure::io(&place, error))?), place)
        };
        let state = State { out, place, lost: 0, first: None, closed: false };
        Ok(Log { state: Arc::new(Mutex::new(state)), of_clients: false })
    }

    /// Returns the log, set up for clients that ask for their targets.
    pub fn of_clients(self) -> Log {
        Log { of_clients: true, ..self }
    }

    /// Returns an error if a line could not be written.
    pub fn close(&self) -> Result<(), Failure> {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        match state.first.take() {
            Some(error) => {
                let message = format!("{}: {} lines of the log could not be written: {error}", state.place, state.lost);
                Err(Failure::Message { message, help: None })
            }
            None => Ok(()),
        }
    }
}

impl Observer for Log {
    fn ended(&self, record: &Record) {
        // A line contains nothing that cannot be written as JSON.
        let mut line = Vec::new();
        let Ok(()) = json_line(&mut line, &Line::of(record, self.of_clients)) else { return };
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        if state.closed {
            return;
        }
        let written = state.out.write_all(&line).and_then(|()| state.out.flush());
        match written {
            Ok(()) => {}
            // A closed pipe is no error: nobody would read a message.
            Err(error) if error.kind() == io::ErrorKind::BrokenPipe => state.closed = true,
            Err(error) => {
                state.lost += 1;
                if state.first.is_none() {
                    warn(format_args!("{}: {error}", state.place));
                    state.first = Some(error);
                }
            }
        }
    }
}

/// A connection.
#[derive(Serialize)]
struct Line<'r> {
    version: u32,
    /// The time at which it was accepted, as in RFC 3339.
    time: String,
    /// The address of the client.
    peer: Option<String>,
    #[serde(flatten, skip_serializing_if = "Option::is_none")]
    client: Option<Client<'r>>,
    /// Null if the client never stated a target.
    target: Option<String>,
    near: Side<'r>,
    /// Null if the far side was never connected.
    far: Option<Side<'r>>,
    /// The bytes that the far side received, and those that the near side received.
    up: u64,
    down: u64,
    /// The number of datagrams that a side could not receive.
    #[serde(skip_serializing_if = "is_zero")]
    lost: u64,
    seconds: f64,
    /// `served`, `failed`, `idle`, `cut`.
    outcome: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    error: Option<Fault>,
}

/// A client that asks for its target.
#[derive(Serialize)]
struct Client<'r> {
    /// The layer that serves the client, as in `socks5`.
    protocol: &'r str,
    /// Null if the client was not asked for a user, or failed to authenticate.
    user: Option<&'r str>,
    /// `connected`, or the reason why it is not, in the words for clients; null if the client got only an error of its
    /// protocol.
    #[serde(rename = "told")]
    reported: Option<&'static str>,
}

/// One side of a connection.
#[derive(Serialize)]
struct Side<'r> {
    entry: &'r str,
    stack: &'r [String],
    /// The addresses of its socket.
    local: Option<String>,
    peer: Option<String>,
    /// The facts that each layer negotiated.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    layers: BTreeMap<&'r str, BTreeMap<&'static str, &'r str>>,
}

#[derive(Serialize)]
struct Fault {
    /// `near` or `far`; null for a limit that applies to both.
    side: Option<&'static str>,
    kind: &'static str,
    message: String,
}

impl<'r> Line<'r> {
    fn of(record: &'r Record, of_clients: bool) -> Self {
        let error = match &record.outcome {
            Outcome::Failed { party, error } => {
                Some(Fault { side: Some(party.name()), kind: kind(error), message: error.to_string() })
            }
            Outcome::Idle(limit) => Some(Fault {
                side: None,
                kind: "timed-out",
                message: format!("nothing came from either side within {}", humantime::format_duration(*limit)),
            }),
            _ => None,
        };
        Line {
            version: 1,
            time: humantime::format_rfc3339_millis(record.began).to_string(),
            peer: record.peer.as_ref().map(|peer| record.near.show(peer)),
            client: of_clients.then(|| Client::of(record)),
            target: record.target.as_ref().map(Target::to_string),
            near: Side::of(&record.near),
            far: record.far.as_ref().map(Side::of),
            up: record.up,
            down: record.down,
            lost: record.lost,
            seconds: record.lasted.as_micros() as f64 / 1e6,
            outcome: record.outcome.name(),
            error,
        }
    }
}

impl<'r> Client<'r> {
    fn of(record: &'r Record) -> Self {
        let protocol = record.near.stack.first().map_or("", String::as_str);
        let reported = record.answer.as_ref().map(|answer| match answer {
            Answer::Refused(denial) => denial.words(),
            _ => "connected",
        });
        Client { protocol, user: record.near.fact(protocol, "user"), reported }
    }
}

impl<'r> Side<'r> {
    fn of(opened: &'r Opened) -> Self {
        let layers = opened.layers.iter().filter(|layer| !layer.facts.is_empty());
        Side {
            entry: &opened.entry,
            stack: &opened.stack,
            local: opened.local.as_ref().map(|address| opened.show(address)),
            peer: opened.peer.as_ref().map(|address| opened.show(address)),
            layers: layers
                .map(|layer| {
                    let facts = layer.facts.iter().map(|(name, value)| (*name, value.as_str()));
                    (layer.name.as_str(), facts.collect())
                })
                .collect(),
        }
    }
}

fn is_zero(count: &u64) -> bool {
    *count == 0
}

/// Returns the kind of an error, as a word for programs.
fn kind(error: &Error) -> &'static str {
    let of_io = |error: Option<&io::Error>| match error.map(io::Error::kind) {
        Some(io::ErrorKind::ConnectionRefused) => "refused",
        Some(io::ErrorKind::ConnectionReset) => "reset",
        Some(io::ErrorKind::BrokenPipe) => "closed",
        Some(io::ErrorKind::TimedOut) => "timed-out",
        Some(io::ErrorKind::HostUnreachable | io::ErrorKind::NetworkUnreachable) => "unreachable",
        _ => "network",
    };
    match error {
        Error::TimedOut { .. } => "timed-out",
        Error::Unresolved { .. } => "unresolved",
        Error::Layer { source, .. } => match source.kind() {
            LayerFailure::Protocol => "protocol",
            LayerFailure::Refused => "refused",
            LayerFailure::Authentication => "not-authenticated",
            LayerFailure::Truncated => "truncated",
            _ => "unusable",
        },
        error if error.kind() == ErrorKind::Host => "host",
        error if error.kind() == ErrorKind::Usage => "usage",
        // Of several attempts, the last that failed counts.
        Error::Unreached { attempts, .. } => {
            let failed = attempts.iter().rev().find_map(|attempt| match &attempt.outcome {
                Attempted::Failed(error) => Some(of_io(error.io())),
                Attempted::Unopened(error) => Some(kind(error)),
                _ => None,
            });
            failed.unwrap_or("network")
        }
        Error::Socket { source, .. } => of_io(Some(source)),
        _ => "network",
    }
}
