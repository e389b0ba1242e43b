//! # What it finds
//! An option that contains a secret: a text in an option with a name such as `password`, `passphrase`, `secret`,
//! `token`, `api-key` or `private-key`; a private key in PEM form; or a URL with a password. Nested tables are searched
//! too. References such as `${NAME}`, `env:NAME` and `file:PATH`, and names of key files, are not secrets. The report
//! does not show the line.
//!
//! # Why it matters
//! Catalogs are stored in repositories, attached to tickets and printed in CI logs. Everybody who can read those can
//! read a secret in a catalog, permanently. The modules of sockatlas read secrets from files that only the program can
//! read.
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
//! [provider.acme]
//!
//! [layer.acme]
//! provider = "acme"
//! adds = ["proxied"]
//! options = { server = "proxy.example.org:1080", username = "sock", password = "hunter2" }
//!
//! [chain.proxied]
//! layers = ["acme"]
//! base = "tcp4"
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
//! [provider.acme]
//!
//! [layer.acme]
//! provider = "acme"
//! adds = ["proxied"]
//! options = { server = "proxy.example.org:1080", username = "sock", password-file = "/etc/acme/password" }
//!
//! [chain.proxied]
//! layers = ["acme"]
//! base = "tcp4"
//! ```

use crate::catalog::Severity;
use crate::catalog::modules::secret;
use crate::check::Lints;
use crate::report::Rule;

pub(super) const RULE: Rule = Rule::lint("secret-in-options", Severity::Warning, include_str!("secret_in_options.rs"));

pub(super) fn look(lints: &mut Lints<'_>) {
    let registry = lints.registry;
    for entry in registry.entries() {
        for option in entry.options() {
            let Some((path, what)) = secret(&option.name, &option.value) else { continue };
            let message = format!("option `{path}` of {} `{}` holds {what}", entry.kind(), entry.name());
            lints.found(message, option.at, |finding| {
                finding.conceal().help("name a file that holds it, as in `password-file`, and change the secret")
            });
        }
    }
}
