//! # What it finds
//! An `include` that leads outside the folders that were named: the folders of the named files, the named folders, and
//! `--root DIR`. A symbolic link counts by its target. Files in a named folder that are such links are reported too,
//! and so are links to folders, which are not read. In the example, `shared.toml` is in the parent folder.
//!
//! # Why it matters
//! Reviewers see the content of the folder. A file from elsewhere can change without a review, differs between
//! machines, and can be one that the author of the catalog is not allowed to read. If the other folder is intended,
//! name it with `--root`.
//!
//! # Example
//! ```toml
//! format = 1
//! include = ["../shared.toml"]
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
//! include = ["shared.toml"]
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

use crate::catalog::{Severity, Way};
use crate::check::Lints;
use crate::report::Rule;

pub(super) const RULE: Rule = Rule::lint("include-outside", Severity::Warning, include_str!("include_outside.rs"));

pub(super) fn look(lints: &mut Lints<'_>) {
    let sources = lints.registry.sources();
    for outside in sources.outside() {
        let (name, to) = (sources.get(outside.at.file).name(), outside.to.display());
        let message = match outside.what {
            Way::Include => format!("this include leads to `{to}`, which is outside the folders that were named"),
            Way::File => format!("`{name}` is a link to `{to}`, which is outside the folders that were named"),
            Way::Folder => {
                format!("`{name}` is a link to `{to}`, which is outside the folders that were named and is not read")
            }
        };
        let help = "if that is meant, name the folder too: `sockatlas check --root DIR`";
        lints.found(message, outside.at, |finding| finding.help(help));
    }
}
