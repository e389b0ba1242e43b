//! [`ProviderError`]: the operation, option, call or name that a provider failed at, and the reason.

use std::error::Error;
use std::fmt;
use std::io;
use std::path::{Path, PathBuf};

/// Reports why a provider could not do what it was asked for.
#[derive(Debug)]
pub struct ProviderError(Box<Fault>);

/// The kind of a provider's failure.
#[derive(Copy, Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum ProviderFailure {
    /// The module does not support the operation.
    Unsupported,
    /// An option is missing, or cannot be used.
    Option,
    /// The system, or what stands for it, refused.
    System,
    /// A name has no address.
    Unresolved,
}

#[derive(Debug)]
enum Fault {
    Unsupported { operation: String },
    Option { option: String, file: Option<FileLine>, source: Box<dyn Error + Send + Sync> },
    System { call: String, argument: Option<String>, source: io::Error },
    Unresolved { name: String, source: Box<dyn Error + Send + Sync> },
}

/// A file, and a line of it if the error concerns only that.
#[derive(Debug)]
struct FileLine {
    path: PathBuf,
    line: Option<usize>,
}

impl ProviderError {
    /// Creates the error of an operation that the module does not support.
    pub fn unsupported(operation: impl Into<String>) -> Self {
        ProviderError(Box::new(Fault::Unsupported { operation: operation.into() }))
    }

    /// Creates the error of an option that is missing or cannot be used: its name, and the reason.
    pub fn option(name: &str, why: impl Into<Box<dyn Error + Send + Sync>>) -> Self {
        ProviderError(Box::new(Fault::Option { option: name.to_owned(), file: None, source: why.into() }))
    }

    /// Creates the error of an option whose file cannot be used: the option's name, the file, and the reason.
    pub fn file(option: &str, path: impl Into<PathBuf>, why: impl Into<Box<dyn Error + Send + Sync>>) -> Self {
        let file = Some(FileLine { path: path.into(), line: None });
        ProviderError(Box::new(Fault::Option { option: option.to_owned(), file, source: why.into() }))
    }

    /// Creates the error of a call of the system: its name, as `bind`, and the error that it returned.
    pub fn system(call: impl Into<String>, error: io::Error) -> Self {
        ProviderError(Box::new(Fault::System { call: call.into(), argument: None, source: error }))
    }

    /// Creates the error of a name without an address that could be used.
    pub fn unresolved(name: impl fmt::Display, why: impl Into<Box<dyn Error + Send + Sync>>) -> Self {
        ProviderError(Box::new(Fault::Unresolved { name: name.to_string(), source: why.into() }))
    }

    /// Adds what a failed call of the system was for, as the constant of `setsockopt`. Other errors stay as they are.
    #[must_use]
    pub fn with_argument(mut self, what: impl fmt::Display) -> Self {
        if let Fault::System { argument, .. } = &mut *self.0 {
            *argument = Some(what.to_string());
        }
        self
    }

    /// Adds the line, from 1, of the [file](ProviderError::file) that is at fault. Other errors stay as they are.
    #[must_use]
    pub fn at_line(mut self, number: usize) -> Self {
        if let Fault::Option { file: Some(FileLine { line, .. }), .. } = &mut *self.0 {
            *line = Some(number);
        }
        self
    }

    /// Returns the kind of failure.
    pub fn kind(&self) -> ProviderFailure {
        match &*self.0 {
            Fault::Unsupported { .. } => ProviderFailure::Unsupported,
            Fault::Option { .. } => ProviderFailure::Option,
            Fault::System { .. } => ProviderFailure::System,
            Fault::Unresolved { .. } => ProviderFailure::Unresolved,
        }
    }

    /// Returns the option that the error is about, or `None`.
    pub fn option_name(&self) -> Option<&str> {
        if let Fault::Option { option, .. } = &*self.0 { Some(option) } else { None }
    }

    /// Returns the file of the option that the error is about, or `None`.
    pub fn path(&self) -> Option<&Path> {
        if let Fault::Option { file: Some(file), .. } = &*self.0 { Some(&file.path) } else { None }
    }

    /// Returns the line of the file that the error is about, from 1, or `None`.
    pub fn line(&self) -> Option<usize> {
        if let Fault::Option { file: Some(file), .. } = &*self.0 { file.line } else { None }
    }

    /// Returns the call of the system that failed, such as `setsockopt`, or `None`.
    pub fn call(&self) -> Option<&str> {
        if let Fault::System { call, .. } = &*self.0 { Some(call) } else { None }
    }

    /// Returns the error of the system while it opened or looked up something, or `None` if the system reported none. An error of
    /// a file that an option names is not among these.
    pub fn io(&self) -> Option<&io::Error> {
        match &*self.0 {
            Fault::System { source, .. } => Some(source),
            Fault::Unresolved { source, .. } | Fault::Option { file: None, source, .. } => source.downcast_ref(),
            Fault::Unsupported { .. } | Fault::Option { .. } => None,
        }
    }
}

impl fmt::Display for ProviderError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &*self.0 {
            Fault::Unsupported { operation } => write!(f, "{operation} is not supported"),
            Fault::Option { option, file: None, source } => write!(f, "option `{option}`: {source}"),
            Fault::Option { option, file: Some(file), source } => write!(f, "option `{option}`: {file}: {source}"),
            Fault::System { call, argument: None, source } => write!(f, "{call}: {source}"),
            Fault::System { call, argument: Some(argument), source } => write!(f, "{call} {argument}: {source}"),
            Fault::Unresolved { name, source } => write!(f, "looking up {name}: {source}"),
        }
    }
}

impl fmt::Display for FileLine {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.path.display())?;
        self.line.map_or(Ok(()), |line| write!(f, ":{line}"))
    }
}

impl Error for ProviderError {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        match &*self.0 {
            Fault::Unsupported { .. } => None,
            Fault::Option { source, .. } | Fault::Unresolved { source, .. } => Some(&**source),
            Fault::System { source, .. } => Some(source),
        }
    }
}
