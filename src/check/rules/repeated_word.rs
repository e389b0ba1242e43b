//! # What it finds
//! An array element that an earlier element already contains: a name, service or category that occurs twice, or a
//! protocol within a range of the same array.
//!
//! # Why it matters
//! The second element has no effect. In a long array it is often a mistake: another word was intended, and its effect
//! is missing.
//!
//! # Example
//! ```toml
//! format = 1
//! dialect = "linux"
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
//! services = ["guaranteed-order", "guaranteed-delivery", "guaranteed-order"]
//! ```
//!
//! # Mended
//! ```toml
//! format = 1
//! dialect = "linux"
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
//! services = ["guaranteed-order", "guaranteed-delivery"]
//! ```

use crate::catalog::{Remark, Severity};
use crate::check::Lints;
use crate::report::Rule;

pub(super) const RULE: Rule = Rule::lint("repeated-word", Severity::Warning, include_str!("repeated_word.rs"));

pub(super) fn look(lints: &mut Lints<'_>) {
    for remark in lints.registry.remarks() {
        let Remark::RepeatedWord { word, first, at } = remark else { continue };
        lints.found(format!("this array holds {word} twice"), *at, |finding| {
            finding.label(*first, "first here").help("take one of them away, or write what was meant")
        });
    }
}
