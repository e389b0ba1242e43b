//! # What it finds
//! A severity in `[lint]` for an unknown code or for the code of a fault. The severity of a fault cannot be set.
//!
//! # Why it matters
//! The severity `error` for a rule makes CI fail on its findings. If the code is mistyped, CI does not fail, and no
//! message states the reason.
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
//!
//! [lint]
//! unused-providers = "error"
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
//!
//! [lint]
//! unused-provider = "error"
//! ```

use crate::catalog::{Severity, nearest_or_longer};
use crate::check::{Lints, fixes, rules};
use crate::report::Rule;

pub(super) const RULE: Rule = Rule::lint("unknown-rule", Severity::Warning, include_str!("unknown_rule.rs"));

pub(super) fn look(lints: &mut Lints<'_>) {
    for (code, at, _) in lints.registry.lint() {
        let (message, help) = match rules::find(code) {
            Some(rule) if rule.is_fault() => {
                (format!("`{code}` is a fault, and its severity cannot be set"), "take the line away".to_owned())
            }
            Some(_) => continue,
            None => {
                let settable = rules::ALL.iter().filter(|rule| !rule.is_fault()).map(|rule| rule.code);
                let near = nearest_or_longer(code, settable).map(|near| format!("did you mean `{near}`?"));
                (
                    format!("no rule is called `{code}`"),
                    near.unwrap_or_else(|| "`sockatlas rule` lists all rules".to_owned()),
                )
            }
        };
        let source = lints.registry.sources().get(at.file);
        let line = rules::find(code).and_then(|_| fixes::without_key_at(source, *at));
        lints.found(message, *at, |finding| match line {
            Some(edit) => finding.help(help).fix("take the severity away", vec![edit]),
            None => finding.help(help),
        });
    }
}
