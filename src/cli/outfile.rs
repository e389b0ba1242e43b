//! The file that `--output` names: never one that is read, and never one that is there, unless that is asked for.

use super::Failure;
use super::globals::is_stdin;
use crate::edit::{Original, WriteError, create};
use std::fs;
use std::path::Path;

/// Refuses to write over what is read, by whatever name.
pub(super) fn is_no_input(output: &Path, input: &Path) -> Result<(), Failure> {
    let is_same = !is_stdin(input)
        && matches!((fs::canonicalize(output), fs::canonicalize(input)), (Ok(output), Ok(input)) if output == input);
    if !is_same {
        return Ok(());
    }
    Err(Failure::Told {
        message: format!("{}: not written, because it is the file that is read", output.display()),
        help: Some("name another file with `--output`".to_owned()),
    })
}

/// Writes a file in one step; one that is there is replaced only where that is asked for.
pub(super) fn write(path: &Path, content: &[u8], force: bool) -> Result<(), Failure> {
    match create(path, content) {
        Err(WriteError::Exists { .. }) if force => Ok(Original::read(path)?.replace(content)?),
        Err(error @ WriteError::Exists { .. }) => Err(Failure::Told {
            message: error.to_string(),
            help: Some("`--force` replaces it; `--output` names another file".to_owned()),
        }),
        result => Ok(result?),
    }
}
