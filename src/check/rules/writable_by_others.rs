//! # What it finds
//! A catalog file, or a folder on the path to it, that everybody on this machine can write, or that a group with
//! members other than root and the owner can write. The rule applies only on Unix. Folders with the sticky bit, such as
//! `/tmp`, are not reported, and neither is the private group that many systems give each user. Symbolic links are
//! followed, and the folders on both paths are checked. Opening refuses such catalogs, and those of another user. The
//! rule fires for the example if its file has mode `0666`, and not if it has `0644`.
//!
//! # Why it matters
//! Whoever can write the catalog determines where programs connect, through which proxy, and with or without
//! encryption. Whoever can write the folder can replace the file. Malware has used this: ZeroAccess inserted itself
//! between programs and the network by changing one path in the Winsock catalog.
//!
//! # Example
//! ```toml
//! format = 1
//!
//! [provider.kernel]
//! module = "system"
//!
//! [base.tcp4]
//! provider = "kernel"
//! family = "inet"
//! type = "stream"
//! protocol = "tcp"
//! matches-zero = true
//! ```
//!
//! # Mended
//! ```toml
//! format = 1
//!
//! [provider.kernel]
//! module = "system"
//!
//! [base.tcp4]
//! provider = "kernel"
//! family = "inet"
//! type = "stream"
//! protocol = "tcp"
//! matches-zero = true
//! ```

use crate::catalog::Severity;
use crate::check::Lints;
use crate::report::Rule;

pub(super) const RULE: Rule =
    Rule::lint("writable-by-others", Severity::Warning, include_str!("writable_by_others.rs"));

#[cfg(unix)]
pub(super) fn look(lints: &mut Lints<'_>) {
    use crate::catalog::rights::{Trusted, exposures};
    use crate::catalog::{FileUse, Right, Span};
    use std::os::unix::fs::MetadataExt;

    let mut places = std::collections::HashSet::new();
    for (file, source) in lints.registry.sources().iter() {
        let Some(path) = source.file() else { continue };
        // The user who runs the check need not be the user who opens the catalog, so every owner is trusted.
        let Ok(owner) = std::fs::metadata(path).map(|facts| facts.uid()) else { continue };
        let exposures = exposures(path, FileUse::Trusted, &Trusted::new(owner)).unwrap_or_default();
        for exposure in exposures.into_iter().filter(|exposure| exposure.right != Right::Owned) {
            if !places.insert(exposure.place.clone()) {
                continue;
            }
            let what = if exposure.is_folder { "folder" } else { "catalog" };
            let message = format!("{} the {what} `{}`", exposure.right, exposure.place.display());
            let help = format!("take the right away: {}", exposure.remedy());
            lints.found(message, Span::beginning(file), |finding| finding.help(help));
        }
    }
}

/// Finds nothing: on other systems, the standard library does not read the write permissions of files.
#[cfg(not(unix))]
pub(super) fn look(_: &mut Lints<'_>) {}
