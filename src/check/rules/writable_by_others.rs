//! # What it finds
//! A catalog file, or the folder in which it stands, that everybody on this machine may write. It is looked for on
//! Unix. A folder with the sticky bit, as `/tmp` has it, is not reported. The example is found when its file has mode
//! `0666`, and not when it has `0644`.
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
use crate::check::rule::Look;
use crate::check::{Lints, Rule};

pub(in crate::check) const RULE: Rule = Rule {
    code: "writable-by-others",
    severity: Severity::Warning,
    source: include_str!("writable_by_others.rs"),
    look: Look::Lint(look),
};

#[cfg(unix)]
fn look(lints: &mut Lints<'_>) {
    use crate::catalog::Span;
    use std::path::Path;

    let mut folders = std::collections::HashSet::new();
    for (file, source) in lints.registry.sources().iter() {
        let Some(path) = source.file() else { continue };
        let mut found = |path: &Path, what: &str| {
            let message = format!("everybody on this machine may write the {what} `{}`", path.display());
            let help = format!("take the right away: chmod o-w {}", path.display());
            lints.found(message, Span::beginning(file), |finding| finding.help(help));
        };
        if std::fs::metadata(path).is_ok_and(|facts| facts.is_file() && writable(&facts)) {
            found(path, "catalog");
        }
        let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
        let is_new = folders.insert(folder.to_owned());
        if is_new && std::fs::metadata(folder).is_ok_and(|facts| writable(&facts)) {
            found(folder, "folder");
        }
    }
}

/// Whether others may write it. In a folder with the sticky bit they cannot replace what is not theirs.
#[cfg(unix)]
fn writable(facts: &std::fs::Metadata) -> bool {
    use std::os::unix::fs::PermissionsExt;

    let mode = facts.permissions().mode();
    mode & 0o002 != 0 && !(facts.is_dir() && mode & 0o1000 != 0)
}

/// Elsewhere files do not say who may write them in a way that the standard library reads.
#[cfg(not(unix))]
fn look(_: &mut Lints<'_>) {}
