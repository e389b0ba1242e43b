//! The options of an entry, as its provider reads them: those of the catalog, and the changes of the call.

use super::provider::ProviderError;
use crate::EntryRef;
use crate::catalog::modules::{duration, host_and_port};
use crate::catalog::{EntryOption, OptionKind, OptionSpec, OptionValue};
use std::fmt;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

/// The way to read variables of the environment; see [`Providers::environment`](super::Providers::environment).
pub(super) type Environment = Arc<dyn Fn(&str) -> Option<String> + Send + Sync>;

/// An option given for one call: entry, name, value. A later one replaces an earlier one.
pub(super) type Override = (String, String, OptionValue);

/// The options of an entry, with the changes of the call.
///
/// Loading has checked the options of the catalog, and opening those of the call, so a value is of the kind that the module's
/// [`Module`](crate::catalog::Module) states. A method for another kind returns `None`.
#[derive(Copy, Clone)]
pub struct Settings<'a> {
    entry: EntryRef<'a>,
    overrides: &'a [Override],
    environment: &'a Environment,
}

impl<'a> Settings<'a> {
    pub(super) fn new(entry: EntryRef<'a>, overrides: &'a [Override], environment: &'a Environment) -> Self {
        Settings { entry, overrides, environment }
    }

    /// Returns the name of the entry.
    pub fn entry(&self) -> &'a str {
        self.entry.name()
    }

    fn given(&self, name: &str) -> Option<&'a OptionValue> {
        let mut given = self.overrides.iter().rev();
        given.find(|(entry, key, _)| entry == self.entry.name() && key == name).map(|(.., value)| value)
    }

    fn stated(&self, name: &str) -> Option<&'a EntryOption> {
        self.entry.options().iter().find(|option| option.name == name)
    }

    /// Returns the value of an option, or `None` if it is not set.
    pub fn get(&self, name: &str) -> Option<&'a OptionValue> {
        self.given(name).or_else(|| self.stated(name).map(|option| &option.value))
    }

    /// Returns every option that has a value, once each.
    pub fn all(&self) -> impl Iterator<Item = (&'a str, &'a OptionValue)> {
        let given = self.overrides.iter().filter(|(entry, ..)| entry == self.entry.name());
        let given = given.map(|(_, name, _)| name.as_str());
        let stated = self.entry.options().iter().map(|option| option.name.as_str());
        let mut names: Vec<&'a str> = stated.chain(given).collect();
        let mut seen = Vec::new();
        names.retain(|name| {
            !seen.contains(name) && {
                seen.push(*name);
                true
            }
        });
        let settings = *self;
        names.into_iter().filter_map(move |name| Some((name, settings.get(name)?)))
    }

    /// Returns the value of a [`Boolean`](crate::catalog::OptionKind::Boolean).
    pub fn boolean(&self, name: &str) -> Option<bool> {
        match self.get(name)? {
            OptionValue::Boolean(value) => Some(*value),
            _ => None,
        }
    }

    /// Returns the value of an [`Integer`](crate::catalog::OptionKind::Integer).
    pub fn integer(&self, name: &str) -> Option<i64> {
        match self.get(name)? {
            OptionValue::Integer(value) => Some(*value),
            _ => None,
        }
    }

    /// Returns the value of a [`Text`](crate::catalog::OptionKind::Text), or the word of a
    /// [`Choice`](crate::catalog::OptionKind::Choice).
    pub fn text(&self, name: &str) -> Option<&'a str> {
        match self.get(name)? {
            OptionValue::String(value) => Some(value),
            _ => None,
        }
    }

    /// Returns the values of [`Texts`](crate::catalog::OptionKind::Texts); a single text is returned as a list of one.
    pub fn texts(&self, name: &str) -> Option<Vec<&'a str>> {
        let text = |value: &'a OptionValue| match value {
            OptionValue::String(text) => Some(text.as_str()),
            _ => None,
        };
        match self.get(name)? {
            OptionValue::Array(values) => values.iter().map(text).collect(),
            value => text(value).map(|text| vec![text]),
        }
    }

    /// Returns the value of a [`Duration`](crate::catalog::OptionKind::Duration).
    pub fn duration(&self, name: &str) -> Option<Duration> {
        duration(self.text(name)?)
    }

    /// Returns the value of an [`Address`](crate::catalog::OptionKind::Address): the host without brackets, and the port.
    pub fn address(&self, name: &str) -> Option<(&'a str, u16)> {
        host_and_port(self.text(name)?)
    }

    /// Returns the path of a [`File`](crate::catalog::OptionKind::File). A relative path in a catalog is resolved against the
    /// folder of the catalog, one of the call against the current directory.
    pub fn path(&self, name: &str) -> Option<PathBuf> {
        Some(self.located(name, self.text(name)?))
    }

    /// Returns the paths of several files, each as by [`path`](Settings::path).
    pub fn paths(&self, name: &str) -> Option<Vec<PathBuf>> {
        Some(self.texts(name)?.into_iter().map(|path| self.located(name, path)).collect())
    }

    /// Returns the files that an option names, without the words that have another meaning there.
    pub(super) fn files(&self, spec: &OptionSpec) -> Vec<PathBuf> {
        let words = match spec.kind() {
            OptionKind::FilesOr(words) => words,
            _ => &[],
        };
        let named = self.texts(spec.name()).unwrap_or_default().into_iter().filter(|text| !words.contains(text));
        named.map(|path| self.located(spec.name(), path)).collect()
    }

    fn located(&self, name: &str, path: &str) -> PathBuf {
        let stated = if self.given(name).is_none() { self.stated(name) } else { None };
        let folder = stated.and_then(|option| self.entry.folder_of(option.at));
        folder.map_or_else(|| PathBuf::from(path), |folder| folder.join(path))
    }

    /// Returns the secret that `NAME-file` or `NAME-env` refers to: the first line of the file, or the value of the variable.
    ///
    /// # Errors
    ///
    /// The file cannot be read, its first line is empty, or the variable is missing or empty.
    pub fn secret(&self, name: &str) -> Result<Option<Secret>, ProviderError> {
        let (file, variable) = (format!("{name}-file"), format!("{name}-env"));
        // If the call sets one of the two, the other one of the catalog is ignored.
        let by_call = self.given(&file).is_some() || self.given(&variable).is_some();
        let asked = |name: &str| if by_call { self.given(name).is_some() } else { self.get(name).is_some() };
        if asked(&variable) {
            let name = self.text(&variable).unwrap_or_default();
            let value = (self.environment)(name).filter(|value| !value.is_empty());
            let missing = || ProviderError::option(&variable, format!("the environment has no {name} to be read"));
            return value.map(Secret).ok_or_else(missing).map(Some);
        }
        if !asked(&file) {
            return Ok(None);
        }
        let Some(path) = self.path(&file) else { return Ok(None) };
        let unreadable = |error| ProviderError::file(&file, &*path, error);
        let text = std::fs::read_to_string(&path).map_err(unreadable)?;
        let line = text.lines().next().unwrap_or_default();
        if line.is_empty() {
            return Err(ProviderError::file(&file, &*path, "the first line is empty"));
        }
        Ok(Some(Secret(line.to_owned())))
    }
}

impl fmt::Debug for Settings<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_map().entries(self.all().map(|(name, value)| (name, value.to_string()))).finish()
    }
}

/// A secret. `Debug` does not show it.
#[derive(Clone, PartialEq, Eq)]
pub struct Secret(String);

impl Secret {
    /// Returns the secret itself.
    pub fn reveal(&self) -> &str {
        &self.0
    }
}

impl From<String> for Secret {
    fn from(secret: String) -> Self {
        Secret(secret)
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret")
    }
}
