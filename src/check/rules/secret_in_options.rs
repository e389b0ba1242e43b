//! # What it finds
//! An option that holds a secret: one called `password`, `passphrase`, `secret`, `token`, `api-key`, `private-key` or
//! so, that holds a text; a private key in PEM; a URL with a password in it. Nested tables are looked through.
//! References such as `${NAME}`, `env:NAME` and `file:PATH`, and names of key files, are no secrets. The report does
//! not show the line.
//!
//! # Why it matters
//! Catalogs lie in repositories, are attached to tickets and printed in the logs of CI. A secret in one is known to all
//! who read those, for ever. The modules that come with sockatlas read secrets from files that only the program may
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

use crate::catalog::{OptionValue, Severity};
use crate::check::rule::Look;
use crate::check::{Lints, Rule};

pub(in crate::check) const RULE: Rule = Rule {
    code: "secret-in-options",
    severity: Severity::Warning,
    source: include_str!("secret_in_options.rs"),
    look: Look::Lint(look),
};

fn look(lints: &mut Lints<'_>) {
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

/// The first secret in an option: the path of its name, and what it is. The secret itself is not in the answer.
fn secret(name: &str, value: &OptionValue) -> Option<(String, &'static str)> {
    match value {
        OptionValue::String(text) => told(name, text).map(|what| (name.to_owned(), what)),
        OptionValue::Array(values) => values.iter().find_map(|value| secret(name, value)),
        OptionValue::Table(values) => values.iter().find_map(|(key, value)| {
            let (path, what) = secret(key, value)?;
            Some((format!("{name}.{path}"), what))
        }),
        _ => None,
    }
}

/// The names of secrets, without what separates their words; a name may have more words before them.
const SECRETS: [&str; 10] = [
    "password",
    "passwd",
    "passphrase",
    "secret",
    "token",
    "apikey",
    "accesskey",
    "secretkey",
    "credential",
    "credentials",
];

/// The names of keys, which options of the same name also give as a path.
const KEYS: [&str; 2] = ["privatekey", "presharedkey"];

fn told(name: &str, text: &str) -> Option<&'static str> {
    let name: String = name.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).collect();
    let is = |secrets: &[&str]| secrets.iter().any(|secret| name.ends_with(secret));
    match () {
        () if text.contains("-----BEGIN") && text.contains("PRIVATE KEY") => Some("a private key"),
        () if has_password(text) => Some("a password in its URL"),
        () if text.is_empty() || is_reference(text) => None,
        () if is(&SECRETS) => Some("a secret"),
        () if is(&KEYS) && !is_path(text) => Some("a secret"),
        () => None,
    }
}

/// Whether a text says where the secret is to be found.
fn is_reference(text: &str) -> bool {
    text.starts_with("${") && text.ends_with('}') || text.starts_with("env:") || text.starts_with("file:")
}

fn is_path(text: &str) -> bool {
    let starts = ["/", "./", "../", "~", "\\\\", "C:"].iter().any(|start| text.starts_with(start));
    let ends = [".pem", ".key", ".der", ".p8", ".txt"].iter().any(|end| text.ends_with(end));
    starts || ends
}

/// Whether a text is a URL of the form `scheme://user:password@host`.
fn has_password(text: &str) -> bool {
    let authority = text.split_once("://").and_then(|(_, rest)| rest.split(['/', '?', '#']).next());
    let user = authority.and_then(|authority| authority.rsplit_once('@'));
    let password = user.and_then(|(user, _)| user.split_once(':'));
    password.is_some_and(|(_, password)| !password.is_empty() && !is_reference(password))
}
