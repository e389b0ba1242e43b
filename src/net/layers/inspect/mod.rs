//! `inspect`: counts and records the traffic that passes through it.
//!
//! | file | what |
//! |---|---|
//! | `recorder` | [`Recorder`]: the interface that receives the traffic; a program can implement it |
//! | `session` | the session of one connection, which notifies the recorders and changes nothing |
//! | `file` | the recorder that writes to a file, and reads the clock |
//! | `form` | the forms of such a file, and the parts that they share |
//! | `counts`, `hexdump`, `packets` | the forms; they use no file and no clock |
//! | `pcapng` | the blocks of a capture file |
//! | `error` | [`InspectError`]: the errors of writing to the file |
//!
//! The layer works over streams and over messages, whose boundaries it keeps. It has no handshake, and passes ends on as ends.
//! Bytes and messages are always counted, in [`LayerReport::traffic`](crate::net::machine::LayerReport::traffic). The layer
//! records the traffic at its place in the chain: above `tls` the plaintext, below it the records. The layers below have finished
//! their handshakes before it begins, so a connection whose handshake fails below is not recorded.
//!
//! # The file
//!
//! With `file`, traffic is written to the file before it is passed on. If writing fails, the traffic is not passed on and the
//! connection ends with [`Failure::Host`](crate::net::machine::Failure::Host); otherwise the record could not be relied on. If
//! the last record of a dropped connection cannot be written, the error is reported by the next connection that is recorded in
//! this file, which ends.
//!
//! The file is opened when the layer is prepared, and created if it does not exist, with permissions for its owner only (0600),
//! because except with `counts` it contains everything that was sent, including passwords. Records are appended (O_APPEND of
//! open(2)), each with one write(2): several connections, of both roles and of several processes, may share a file, and the
//! records of a killed process are complete up to its end. On a file system without this guarantee, such as NFS, give each
//! process its own file. A full disk can truncate the last record. The file may also be a named pipe, which is opened when a
//! reader opens it: `mkfifo p; wireshark -k -i p` shows the traffic live. Writing blocks, with every driver, as long as the file
//! system does.
//!
//! | `form` | contents |
//! |---|---|
//! | `counts` | a line for each connection, at its end: the time, the two ends, bytes and messages each way, the duration |
//! | `hexdump` | every byte with its time and direction, for people; `text2pcap -D -t ISO` reads it back |
//! | `pcapng` | packets, which Wireshark dissects and follows |
//!
//! # The packets are synthetic
//!
//! A layer sees no packets, so `pcapng` creates them: streams become TCP over IP, with a handshake, consistent sequence numbers
//! and acknowledgements, and FIN where a side ended; messages become UDP. Addresses and ports are those of the socket. If these
//! are not of IP, 192.0.2.1 represents this end and 192.0.2.2 the other (RFC 5737), and the comment of the first packet contains
//! the real ends. All times are those at which bytes passed the layer, and not those of the network. A message that is longer
//! than a UDP packet is split into several, whose comments say so.
//!
//! If a file has two records of the same connection, of both its ends or of two layers, every packet appears to be sent twice:
//! use a file for each.

mod counts;
mod error;
mod file;
mod form;
mod hexdump;
mod packets;
mod pcapng;
mod recorder;
mod session;
#[cfg(test)]
mod tests;

pub use error::InspectError;
pub use recorder::{Direction, Inspected, RecordError, Recorder, Recording};

use crate::catalog::{Module, modules};
use crate::net::machine::Session;
use crate::net::provider::{Context, Layer, LayerProvider, ProviderError, Role};
use crate::net::settings::Settings;
use file::FileRecorder;
use form::Form;
use session::InspectSession;
use std::sync::Arc;

/// The module `inspect`.
#[derive(Clone, Default)]
pub struct Inspect {
    recorder: Option<Arc<dyn Recorder>>,
}

impl Inspect {
    /// Creates the module with a recorder of the program, which is notified of all connections, in addition to the file that the
    /// catalog names.
    pub fn recording(recorder: Arc<dyn Recorder>) -> Self {
        Inspect { recorder: Some(recorder) }
    }
}

impl LayerProvider for Inspect {
    fn module(&self) -> &'static Module {
        &modules::inspect::INSPECT
    }

    fn prepare(&self, settings: &Settings<'_>, role: Role) -> Result<Arc<dyn Layer>, ProviderError> {
        let mut recorders: Vec<Arc<dyn Recorder>> = self.recorder.iter().cloned().collect();
        let mut facts = Vec::new();
        if let Some(path) = settings.path("file") {
            let form = settings.text("form").and_then(Form::named).unwrap_or(Form::Counts);
            facts = vec![("file", path.display().to_string()), ("form", form.name().to_owned())];
            recorders.push(Arc::new(FileRecorder::open(path, form)?));
        }
        Ok(Arc::new(Prepared { entry: settings.entry().to_owned(), role, recorders: recorders.into(), facts }))
    }
}

/// The layer with its options: creates sessions that notify the same recorders.
struct Prepared {
    entry: String,
    role: Role,
    recorders: Arc<[Arc<dyn Recorder>]>,
    facts: Vec<(&'static str, String)>,
}

impl Layer for Prepared {
    fn session(&self, context: &Context<'_>) -> Result<Box<dyn Session>, ProviderError> {
        let inspected = Inspected {
            entry: self.entry.clone(),
            role: self.role,
            target: context.target.cloned(),
            local: None,
            peer: None,
            of_messages: false,
        };
        Ok(Box::new(InspectSession::new(self.recorders.clone(), inspected, self.facts.clone())))
    }
}

impl std::fmt::Debug for Inspect {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Inspect").field("recorder", &self.recorder.is_some()).finish()
    }
}
