//! What can go wrong with the file.

use std::error::Error;
use std::io;
use std::path::PathBuf;
use std::sync::Arc;

/// Why what passes could not be written down.
#[derive(Clone, Debug, thiserror::Error)]
#[non_exhaustive]
pub enum InspectError {
    /// A record could not be written; what it is of has not passed.
    #[error("{} cannot be written: {source}", path.display())]
    Write {
        /// The file.
        path: PathBuf,
        /// Why.
        source: Arc<io::Error>,
    },
    /// The end of an earlier connection could not be written, and nobody was left to notify.
    #[error("the end of an earlier connection is missing: {source}")]
    Lost {
        /// Why.
        source: Arc<dyn Error + Send + Sync>,
    },
}
