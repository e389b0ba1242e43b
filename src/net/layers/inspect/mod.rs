//! `inspect`: counts what passes, and writes it down.
//!
//! | file | what |
//! |---|---|
//! | `recorder` | [`Recorder`]: what is told of what passes; a program can have its own |
//! | `session` | one connection: everything is told, and nothing is changed |
//! | `file` | the recorder that writes to a file, and has the clock |
//! | `form` | the forms of such a file, and what they have in common |
//! | `counts`, `hexdump`, `packets` | the forms, without a file and a clock |
//! | `pcapng` | the blocks of a capture file |
//! | `error` | [`InspectError`]: what could not be written |
//!
//! Over streams and over messages, whose boundaries it keeps. It has no handshake, and an end passes through it as an end. Bytes
//! and messages are always counted, in [`LayerReport::traffic`](crate::net::machine::LayerReport::traffic). What is reported is what
//! passes at the layer's place in the chain: above `tls` the plaintext, below it the records. What lies below has shaken hands by
//! then: a connection whose handshake fails below never begins here.
//!
//! # The file
//!
//! With `file`, what passes is written down before it goes on. What cannot be written does not pass: the connection ends with
//! [`Failure::Host`](crate::net::machine::Failure::Host), as nobody could rely on the record otherwise. What cannot be written
//! when a connection is dropped ends the next one that is inspected into that file, so it is told too.
//!
//! The file is opened when the layer is prepared, made if it is not there, for its owner only (0600): but for `counts` it has all
//! that was sent, passwords too. Records are only ever added at its end (O_APPEND of open(2)), each with one write(2): several
//! connections, of both roles and of several processes, may share a file, and what a killed process had inspected is there. On a
//! file system without such a guarantee, as NFS, give each process a file. A full disk can cut the last record. The file may also
//! be a named pipe, which is opened when somebody reads it: `mkfifo p; wireshark -k -i p` looks on. Writing blocks, with every
//! driver, as long as the file system makes it.
//!
//! | `form` | what is written |
//! |---|---|
//! | `counts` | a line for each connection, at its end: the time, the two ends, bytes and messages each way, how long it lasted |
//! | `hexdump` | every byte with its time and direction, for people; `text2pcap -D -t ISO` reads it back |
//! | `pcapng` | packets, which Wireshark dissects and follows |
//!
//! # The packets are made up
//!
//! What a layer sees has no packets, so `pcapng` makes them: streams become TCP over IP, with a handshake, sequence numbers and
//! acknowledgements that add up, and FIN where a side ended; messages become UDP. Addresses and ports are those of the socket;
//! where it has none that are IP's, 192.0.2.1 stands for this end and 192.0.2.2 for the other (RFC 5737), and the comment of the
//! first packet has the real ends. All times are those at which bytes passed the layer, not the network. A message that no UDP
//! packet can hold is cut into several, whose comments say so.
//!
//! Two records of the same connection in one file, of both its ends or of two layers, look as if every packet had been sent twice:
//! give each a file of its own.

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
    /// Returns the same, with a recorder of the program's own, which is told of all connections. What the catalog says is done
    /// besides.
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

/// Sessions that tell the same recorders.
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
