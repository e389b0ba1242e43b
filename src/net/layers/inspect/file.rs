//! The recorder that writes to a file. It is the only part of the layer that reads the clock.

use super::counts::Counts;
use super::error::InspectError;
use super::form::{Account, Form, Moment};
use super::hexdump::Hexdump;
use super::packets::Packets;
use super::pcapng;
use super::recorder::{Direction, Inspected, RecordError, Recorder, Recording};
use crate::net::provider::ProviderError;
use std::fs::{File, OpenOptions};
use std::io::{self, Read as _, Write as _};
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant, SystemTime};

impl Form {
    /// Returns the account of a connection in this form.
    pub fn account(self, inspected: &Inspected, begun: SystemTime) -> Box<dyn Account> {
        match self {
            Form::Counts => Box::new(Counts::new(inspected)),
            Form::Hexdump => Box::new(Hexdump::new(inspected)),
            Form::Pcapng => Box::new(Packets::new(inspected, begun)),
        }
    }
}

/// A recorder that writes the traffic of many connections to one file.
pub(super) struct FileRecorder {
    form: Form,
    target: Arc<Target>,
}

/// The file, which the recorder shares with its recordings.
struct Target {
    path: PathBuf,
    file: File,
    /// The error of a record that failed when its connection was dropped; the next call that can fail reports it.
    lost: Mutex<Option<RecordError>>,
}

impl FileRecorder {
    /// Opens a file for appending, and creates it if it does not exist.
    ///
    /// # Errors
    ///
    /// The file cannot be opened or written, or holds records of another form.
    pub fn open(path: PathBuf, form: Form) -> Result<Self, ProviderError> {
        let unusable = |error| ProviderError::file("file", &*path, error);
        let file = OpenOptions::new().append(true).create(true).mode(0o600).open(&path).map_err(unusable)?;
        if let Some(why) = mismatch(&path, &file, form).map_err(unusable)? {
            return Err(ProviderError::option("file", format!("{} {why}", path.display())));
        }
        let preamble = form.preamble();
        let unwritable = |error| ProviderError::system("writing to", error).with_argument(path.display());
        (&file).write_all(&preamble).map_err(unwritable)?;
        Ok(FileRecorder { form, target: Arc::new(Target { path, file, lost: Mutex::new(None) }) })
    }
}

/// Returns the reason why records of this form cannot be appended to the file, or `None` if they can.
fn mismatch(path: &Path, file: &File, form: Form) -> io::Result<Option<&'static str>> {
    let metadata = file.metadata()?;
    if !metadata.is_file() || metadata.len() == 0 {
        return Ok(None);
    }
    // The permissions may allow writing only; then the contents cannot be checked.
    let Ok(there) = File::open(path) else { return Ok(None) };
    let mut begin = Vec::new();
    there.take(pcapng::MAGIC.len() as u64).read_to_end(&mut begin)?;
    Ok(match (begin == pcapng::MAGIC, form) {
        (true, Form::Counts | Form::Hexdump) => Some("is a pcapng file, to which no text can be added"),
        (false, Form::Pcapng) => Some("is there already and is no pcapng file"),
        _ => None,
    })
}

impl Recorder for FileRecorder {
    fn begin(&self, inspected: &Inspected) -> Result<Box<dyn Recording>, RecordError> {
        let account = self.form.account(inspected, now());
        let mut recording = FileRecording { account, target: self.target.clone(), begun: Instant::now() };
        recording.add(|account, at, write| account.begun(at, write))?;
        Ok(Box::new(recording))
    }
}

/// A recording that writes the traffic of one connection.
struct FileRecording {
    account: Box<dyn Account>,
    target: Arc<Target>,
    begun: Instant,
}

impl FileRecording {
    fn add(
        &mut self,
        add: impl FnOnce(&mut dyn Account, Moment, super::form::Write<'_>) -> Result<(), RecordError>,
    ) -> Result<(), RecordError> {
        self.target.complete()?;
        let at = Moment { time: now(), since: self.begun.elapsed() };
        add(&mut *self.account, at, &mut |record| Ok(self.target.write(record)?))
    }
}

impl Recording for FileRecording {
    fn passed(&mut self, direction: Direction, bytes: &[u8]) -> Result<(), RecordError> {
        self.add(|account, at, write| account.passed(at, direction, bytes, write))
    }

    fn ended(&mut self, direction: Direction) -> Result<(), RecordError> {
        self.add(|account, at, write| account.ended(at, direction, write))
    }

    fn closed(&mut self) {
        let at = Moment { time: now(), since: self.begun.elapsed() };
        if let Err(error) = self.account.closed(at, &mut |record| Ok(self.target.write(record)?)) {
            *self.target.lost() = Some(error);
        }
    }
}

impl Target {
    /// Appends a record with one call of write(2), unless the system writes only a part of it.
    fn write(&self, record: &[u8]) -> Result<(), InspectError> {
        let failed = |error| InspectError::Write { path: self.path.clone(), source: Arc::new(error) };
        (&self.file).write_all(record).map_err(failed)
    }

    fn lost(&self) -> MutexGuard<'_, Option<RecordError>> {
        self.lost.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Reports the error of a dropped connection, unless it has been reported.
    fn complete(&self) -> Result<(), InspectError> {
        let lost = self.lost().take();
        lost.map_or(Ok(()), |error| Err(InspectError::Lost { source: error.into() }))
    }
}

/// The last second that RFC 3339 can express, in seconds since 1970.
const LAST: u64 = 253_402_300_799;

/// Returns the current time, limited to the years 1970 to 9999, which all forms can express.
fn now() -> SystemTime {
    let since = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default();
    SystemTime::UNIX_EPOCH + since.min(Duration::from_secs(LAST))
}
