//! The errors of writing to the file.

use std::error::Error;
use std::io;
use std::path::PathBuf;
use std::sync::Arc;

/// The reason why traffic could not be recorded.
#[derive(Clone, Debug, thiserror::Error)]
#[non_exhaustive]
pub enum InspectError {
    /// A record could not be written. The bytes that it describes were not passed on.
    #[error("{} cannot be written: {source}", path.display())]
    Write {
        /// The file.
        path: PathBuf,
        /// The error of the system.
        source: Arc<io::Error>,
    },
    /// The last record of an earlier connection could not be written, when no caller was left to report it to.
    #[error("the end of an earlier connection is missing: {source}")]
    Lost {
        /// The error of that record.
        source: Arc<dyn Error + Send + Sync>,
    },
}
