//! # What it finds
//! A file in a named folder that is not read because its name does not end in `.toml` but almost does: `policy.TOML`,
//! `policy.tml`, `policy.toml.txt`. The rule fires for the example if `policy.TOML` is beside it and the folder is
//! checked.
//!
//! # Why it matters
//! A folder stands for its `*.toml` files. If a file that was intended to be one of them is skipped, its policy, tests
//! and guarantees are missing, and everything else still loads.
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

use crate::catalog::{Severity, Span};
use crate::check::Lints;
use crate::report::Rule;

pub(super) const RULE: Rule = Rule::lint("skipped-file", Severity::Warning, include_str!("skipped_file.rs"));

pub(super) fn look(lints: &mut Lints<'_>) {
    let sources = lints.registry.sources();
    let is_folder = |at: Span| sources.outside().iter().any(|outside| outside.at == at);
    for (file, source) in sources.iter().filter(|(_, source)| source.is_skipped()) {
        let at = Span::beginning(file);
        if !is_folder(at) {
            let message = format!("`{}` is not read, because its name does not end in `.toml`", source.name());
            lints.found(message, at, |finding| finding.help("give it a name that does, or name it by itself"));
        }
    }
}
