//! # What it finds
//! An element of an array that an earlier element holds already: a name, a service or a category that stands twice, a protocol
//! that a range beside it covers.
//!
//! # Why it matters
//! The second one has no effect. Where an array is long it is often a slip: another word was meant, and what it would have
//! said is missing.
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
