//! The reasons why a transaction was not made.
//!
//! | file | what |
//! |---|---|
//! | `change` | the reasons why a change cannot be made |

mod change;

pub use change::{ChangeError, Conflict, Unfit};

use super::write::{LockError, WriteError};
use crate::load::LoadError;
use crate::report::Report;
use std::path::PathBuf;

/// The reason why a transaction was not made. Every file is then unchanged.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum TransactionError {
    /// The catalogs have faults before any change.
    #[error(transparent)]
    Unsound(LoadError),
    /// None of the catalogs is a TOML file, which alone can be changed.
    #[error("none of the catalogs is a file of TOML, which alone can be changed")]
    NoFile,
    /// The file to be changed is not a file of the catalogs.
    #[error("{} is no file of the catalogs", path.display())]
    NotAmong {
        /// The file.
        path: PathBuf,
    },
    /// A change cannot be made.
    #[error(transparent)]
    Change(#[from] ChangeError),
    /// The catalog to be installed has faults, by itself or together with the catalogs that it is to be added to.
    #[error(transparent)]
    Source(LoadError),
    /// The result has faults.
    #[error(transparent)]
    Faults(LoadError),
    /// The result loads, but its check finds errors: a test that fails, a guarantee that is broken.
    #[error("the result fails its check")]
    Findings(Box<Report>),
    /// The folders cannot be locked.
    #[error(transparent)]
    Lock(#[from] LockError),
    /// The files cannot be written.
    #[error(transparent)]
    Write(WriteError),
}

impl From<WriteError> for TransactionError {
    fn from(error: WriteError) -> Self {
        match error {
            WriteError::Lock(error) => TransactionError::Lock(error),
            error => TransactionError::Write(error),
        }
    }
}
