//! # What it finds
//! An `include` that leads out of the folders that were named: those of the named files, named folders, and `--root DIR`. Symbolic
//! links count by where they lead. A file in a named folder that is such a link is found too, and a link to a folder, which is not
//! read. In the example `shared.toml` stands in the folder above.
//!
//! # Why it matters
//! What is reviewed is what stands in the folder. A file from elsewhere can change without a review, differs from machine to
//! machine, and may be one that whoever wrote the catalog should not see. Where the other folder is meant, `--root` names it.
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
