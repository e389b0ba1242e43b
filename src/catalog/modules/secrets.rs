//! Detects options that hold a secret, which belongs neither in a catalog nor in a message about one.

use crate::catalog::{EntryOption, OptionValue, nearest};

/// Returns the first secret in an option: the path of its name, and its kind. The secret itself is not returned.
pub(crate) fn secret(name: &str, value: &OptionValue) -> Option<(String, &'static str)> {
    match value {
        OptionValue::String(text) => reported(name, text).map(|what| (name.to_owned(), what)),
        OptionValue::Array(values) => values.iter().find_map(|value| secret(name, value)),
        OptionValue::Table(values) => values.iter().find_map(|(key, value)| {
            let (path, what) = secret(key, value)?;
            Some((format!("{name}.{path}"), what))
        }),
        _ => None,
    }
}

/// The names of secrets, without the separators of their words; a name may have more words before them.
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

/// The names of keys; options of the same name may also hold a path.
const KEYS: [&str; 2] = ["privatekey", "presharedkey"];

fn reported(name: &str, text: &str) -> Option<&'static str> {
    let name = plain(name);
    match () {
        () if text.contains("-----BEGIN") && text.contains("PRIVATE KEY") => Some("a private key"),
        () if has_password(text) => Some("a password in its URL"),
        () if text.is_empty() || is_reference(text) => None,
        () if ends_in(&name, &SECRETS) => Some("a secret"),
        () if ends_in(&name, &KEYS) && !is_path(text) => Some("a secret"),
        () => None,
    }
}

/// Returns whether an option of this name would hold a secret.
pub(super) fn names_secret(name: &str) -> bool {
    ends_in(&plain(name), &SECRETS)
}

/// Returns whether an option of this name would lead to a file of secrets: `password-file`, `key`, `tls-key`, `users-file`.
pub(super) fn names_secret_file(name: &str) -> bool {
    let name = plain(name);
    let name = name.strip_suffix("path").or_else(|| name.strip_suffix("file")).unwrap_or(&name);
    ends_in(name, &SECRETS) || ends_in(name, &KEYS) || ends_in(name, &["key", "keys", "users"])
}

/// Returns whether an option may hold a secret, so that the line on which it stands must not be shown.
pub(super) fn may_be_secret(option: &EntryOption, is_known: bool) -> bool {
    let EntryOption { name, value, .. } = option;
    let with_user = |text: &str| text.contains('@') && text.contains(':');
    let by_value = secret(name, value).is_some() || with_user(&value.to_string());
    // An unknown option may be a misspelt one. No option takes a table, so the names in one are all unknown.
    let mistyped = || names_secret(name) || nearest(&plain(name), SECRETS.into_iter().chain(KEYS)).is_some();
    by_value || matches!(value, OptionValue::Table(_)) || !is_known && mistyped()
}

/// Returns a name without the separators of its words.
fn plain(name: &str) -> String {
    name.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).collect()
}

fn ends_in(name: &str, secrets: &[&str]) -> bool {
    secrets.iter().any(|secret| name.ends_with(secret))
}

/// Returns whether a text states where the secret is kept.
fn is_reference(text: &str) -> bool {
    text.starts_with("${") && text.ends_with('}') || text.starts_with("env:") || text.starts_with("file:")
}

fn is_path(text: &str) -> bool {
    let starts = ["/", "./", "../", "~", "\\\\", "C:"].iter().any(|start| text.starts_with(start));
    let ends = [".pem", ".key", ".der", ".p8", ".txt"].iter().any(|end| text.ends_with(end));
    starts || ends
}

/// Returns whether a text is a URL of the form `scheme://user:password@host`.
fn has_password(text: &str) -> bool {
    let authority = text.split_once("://").and_then(|(_, rest)| rest.split(['/', '?', '#']).next());
    let user = authority.and_then(|authority| authority.rsplit_once('@'));
    let password = user.and_then(|(user, _)| user.split_once(':'));
    password.is_some_and(|(_, password)| !password.is_empty() && !is_reference(password))
}
