//! # What it finds
//! A catalog file, or a folder on the way to it, that everybody on this machine may write, or a group in which others
//! are than root and its owner. It is looked for on Unix. A folder with the sticky bit, as `/tmp` has it, is not
//! reported, nor is the group of one's own that many systems give each user. Symbolic links are followed, and the
//! folders on both ways looked at. Opening refuses such catalogs, and those of another user. The example is found when
//! its file has mode `0666`, and not when it has `0644`.
//!
//! # Why it matters
//! Who can write the catalog decides where programs connect, through which proxy, and whether encrypted. Who can write
//! the folder can put another file in its place. Malware does: ZeroAccess got between programs and the network by
//! changing one path in the Winsock catalog.
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
        // Whoever checks may be another than who will open; so the owner is trusted, and whose the file is is not asked.
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

/// Elsewhere files do not say who may write them in a way that the standard library reads.
#[cfg(not(unix))]
pub(super) fn look(_: &mut Lints<'_>) {}
