//! The errors of opening connections, and of open ones.

mod attempt;

pub(super) use attempt::last_failure;
pub use attempt::{Attempt, Bar, Outcome, Untried};

use super::address::{Address, Target};
use super::machine::{Failure, LayerFailure, Phase};
use super::provider::{ProviderError, ProviderFailure};
use crate::Refusal;
use crate::catalog::Exposure;
use crate::terms::{ErrorCode, Role};
use attempt::untried_words;
use rustix::io::Errno;
use std::fmt;
use std::io;
use std::time::Duration;

/// The reason why a selection could not be opened, or an open connection failed.
///
/// If nothing matches a request, or policy forbids the matches, resolving it returns a [`Refusal`] before anything is opened.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// The providers have no such module. A stack without it is not opened instead.
    #[error("{}", no_module(entry, provider, module, *feature))]
    NoModule {
        /// The entry that needs the module.
        entry: String,
        /// The provider of the entry.
        provider: String,
        /// The module that the provider names.
        module: String,
        /// The feature of this crate that includes the module, if it ships with sockatlas.
        feature: Option<&'static str>,
    },
    /// An option given for the call is unknown or wrong, or its entry is not in the stack.
    #[error("`{entry}.{option}`: {problem}")]
    Option {
        /// The entry.
        entry: String,
        /// The option.
        option: String,
        /// The problem.
        problem: String,
    },
    /// The selection does not fit the operation, such as listening with a datagram socket.
    #[error("`{entry}`: {problem}")]
    Unfit {
        /// The selected entry.
        entry: String,
        /// The problem.
        problem: String,
    },
    /// The selection does not satisfy its request in the role in which it is opened, or with the options of the call: a server
    /// that must authenticate its clients needs options with which it asks for their certificates or passwords.
    #[error("`{entry}`, {}: {refusal}", role.verb())]
    Refused {
        /// The selected entry.
        entry: String,
        /// The role.
        role: Role,
        /// The reason.
        refusal: Box<Refusal>,
    },
    /// Other users have rights to a file that decides how this is opened, or that contains a secret: see
    /// [`Opener::allow_exposed_file`](super::Opener::allow_exposed_file).
    #[error("`{entry}{}`: {source}", option_of(option.as_deref()))]
    Exposed {
        /// The entry that is opened, or the entry of its stack that has the option.
        entry: String,
        /// The option that names the file, or `None` if the file is a catalog.
        option: Option<String>,
        /// The file, and the right to it.
        source: Box<Exposure>,
    },
    /// An option, or a file that it names, cannot be used; or a system call failed.
    #[error("`{entry}`: {}{source}", at(address.as_ref()))]
    Provider {
        /// The entry whose provider failed.
        entry: String,
        /// The address of the failed operation.
        address: Option<Address>,
        /// The failure.
        source: ProviderError,
    },
    /// A host has no usable address.
    #[error("`{entry}`: {source}")]
    Unresolved {
        /// The entry of the base protocol.
        entry: String,
        /// The target.
        target: Target,
        /// The reason.
        source: ProviderError,
    },
    /// None of the addresses of a target could be connected to; or, with alternatives, none of the entries could be opened.
    #[error("{}", unreached(entry, target, attempts, untried))]
    Unreached {
        /// The entry of the base protocol, or with alternatives the first entry.
        entry: String,
        /// The target.
        target: Target,
        /// The attempts, in the order in which they began.
        attempts: Vec<Attempt>,
        /// The alternatives that were not tried: see [`Alternatives`](super::Alternatives).
        untried: Vec<Untried>,
    },
    /// A layer or its peer failed.
    #[error("layer `{layer}` ({place} of {depth}, {}): {source}", stage(*phase))]
    Layer {
        /// The name of the layer's entry.
        layer: String,
        /// The place of the layer in the stack, from 1 at the top.
        place: usize,
        /// The number of entries in the stack, including the base protocol.
        depth: usize,
        /// The phase of the layer's session.
        phase: Phase,
        /// Whether this is a failure of authentication, after which no alternative is tried: the layer reports it as such, or it
        /// encrypts or authenticates, failed in the handshake, and reports no cause.
        authentication: bool,
        /// The reason.
        source: super::machine::SessionError,
    },
    /// A time limit expired.
    #[error("{}", late(*step, layer.as_deref(), *limit))]
    TimedOut {
        /// The step that took too long.
        step: Step,
        /// The layer whose handshake was unfinished.
        layer: Option<String>,
        /// The limit.
        limit: Duration,
    },
    /// The next message is longer than the buffer. It is kept, and can be read with a larger buffer.
    #[error("the next message has {length} bytes, and there is room for {room}")]
    NoRoom {
        /// The length of the message, in bytes.
        length: usize,
        /// The length of the buffer, in bytes.
        room: usize,
    },
    /// A message was longer than the socket had reported, or than the buffer if the socket cannot report lengths. The message is
    /// lost; those behind it are not.
    #[error("a message of {length} bytes was cut to {room} by the socket, and is lost")]
    Cut {
        /// The length of the message, in bytes.
        length: usize,
        /// The length of the buffer, in bytes.
        room: usize,
    },
    /// A message is longer than a layer accepts. No part of it was sent.
    #[error("a message of {length} bytes is longer than {longest}, the most that can be sent")]
    TooLong {
        /// The length of the message, in bytes.
        length: usize,
        /// The length of the longest message, in bytes.
        longest: usize,
    },
    /// The client of a proxy has asked for a target, and the program has not answered yet.
    #[error("the client asked for a target, and is to be answered first")]
    Unanswered,
    /// The operation was cancelled.
    #[error("cancelled")]
    Cancelled,
    /// A system call on an open socket failed.
    #[error("`{entry}`: {call}: {source}")]
    Socket {
        /// The entry of the base protocol.
        entry: String,
        /// The name of the call.
        call: &'static str,
        /// The error of the system.
        source: io::Error,
    },
}

/// A step that has a time limit.
#[derive(Copy, Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Step {
    /// Connecting the base protocol.
    Connect,
    /// The handshakes of all layers.
    Handshake,
    /// A read.
    Read,
    /// A write.
    Write,
}

impl Step {
    /// Returns the name of the step, as in `connect-timeout`.
    pub const fn name(self) -> &'static str {
        match self {
            Step::Connect => "connect",
            Step::Handshake => "handshake",
            Step::Read => "read",
            Step::Write => "write",
        }
    }
}

/// The party that is responsible for a failure.
#[derive(Copy, Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum ErrorKind {
    /// The caller: options or arguments do not fit.
    Usage,
    /// This host: a module, a right or a resource is missing.
    Host,
    /// The network, or the peer.
    Network,
    /// No party: the operation was cancelled.
    Cancelled,
}

impl Error {
    /// Returns the party that is responsible for the failure.
    pub fn kind(&self) -> ErrorKind {
        match self {
            Error::Option { .. } | Error::Unfit { .. } | Error::Refused { .. } => ErrorKind::Usage,
            Error::NoRoom { .. } | Error::TooLong { .. } | Error::Unanswered => ErrorKind::Usage,
            Error::Provider { source, .. } if source.kind() == ProviderFailure::Option => ErrorKind::Usage,
            Error::Layer { source, .. } if source.kind() == Failure::Unusable => ErrorKind::Usage,
            Error::Layer { source, .. } if source.kind() == Failure::Host => ErrorKind::Host,
            Error::NoModule { .. } | Error::Exposed { .. } | Error::Provider { .. } => ErrorKind::Host,
            Error::Cancelled => ErrorKind::Cancelled,
            Error::Unreached { attempts, .. } => shared_kind(attempts),
            Error::Unresolved { .. } | Error::Layer { .. } => ErrorKind::Network,
            Error::Cut { .. } => ErrorKind::Host,
            Error::TimedOut { .. } | Error::Socket { .. } => ErrorKind::Network,
        }
    }

    /// Returns the code of the error table: that of the refusal, or `provider-failed` if this host is responsible.
    pub fn code(&self) -> Option<ErrorCode> {
        match self {
            Error::Refused { refusal, .. } => Some(refusal.code()),
            _ => (self.kind() == ErrorKind::Host).then_some(ErrorCode::ProviderFailed),
        }
    }

    /// Returns the error number of the system, if there is one; of several attempts, that of the last that failed.
    pub fn errno(&self) -> Option<i32> {
        let io = match self {
            Error::Provider { source, .. } => source.io()?,
            Error::Unreached { attempts, .. } => match last_failure(attempts)? {
                Outcome::Failed(error) => error.io()?,
                Outcome::Unopened(error) => return error.errno(),
                Outcome::Connected | Outcome::Overtaken => return None,
            },
            Error::Socket { source, .. } => source,
            _ => return None,
        };
        io.raw_os_error()
    }

    /// Returns the error of this type within an I/O error, as reading and writing return it, or `None` if there is none.
    pub fn of(error: &io::Error) -> Option<&Error> {
        error.get_ref()?.downcast_ref()
    }

    /// Returns whether the error is, or contains, a failure of authentication, after which no alternative is tried.
    pub fn is_of_authentication(&self) -> bool {
        match self {
            Error::Layer { authentication, .. } => *authentication,
            Error::Unreached { attempts, .. } => attempts.iter().any(Attempt::is_of_authentication),
            _ => false,
        }
    }

    /// Creates the error for a failed layer. `secures` states whether the layer offers `encrypted` or `authenticated`.
    pub(super) fn layer(failure: LayerFailure, depth: usize, secures: bool) -> Self {
        let LayerFailure { layer, place, phase, source } = failure;
        let unsaid = secures && phase == Phase::Handshake;
        let authentication = source.is_of_authentication().unwrap_or(unsaid);
        Error::Layer { layer, place, depth, phase, authentication, source }
    }

    fn io_kind(&self) -> io::ErrorKind {
        match self {
            Error::TimedOut { .. } => io::ErrorKind::TimedOut,
            Error::Layer { source, .. } => match source.kind() {
                Failure::Truncated => io::ErrorKind::UnexpectedEof,
                Failure::Refused => io::ErrorKind::ConnectionRefused,
                Failure::Authentication => io::ErrorKind::PermissionDenied,
                Failure::Unusable => io::ErrorKind::InvalidInput,
                Failure::Host => io::ErrorKind::Other,
                _ => io::ErrorKind::InvalidData,
            },
            Error::Provider { source, .. } => source.io().map_or(io::ErrorKind::InvalidInput, io::Error::kind),
            Error::Unreached { attempts, .. } => {
                let kind = match last_failure(attempts) {
                    Some(Outcome::Failed(error)) => error.io().map(io::Error::kind),
                    Some(Outcome::Unopened(error)) => Some(error.io_kind()),
                    _ => None,
                };
                match kind.unwrap_or(io::ErrorKind::NotConnected) {
                    // The attempt is over, so waiting is of no use: the backlog of a unix socket was full.
                    io::ErrorKind::WouldBlock => io::ErrorKind::ResourceBusy,
                    kind => kind,
                }
            }
            Error::Socket { source, .. } => source.kind(),
            Error::Refused { .. } => io::ErrorKind::PermissionDenied,
            Error::NoModule { .. } => io::ErrorKind::Unsupported,
            Error::Exposed { .. } => io::ErrorKind::PermissionDenied,
            Error::Cancelled => io::ErrorKind::ConnectionAborted,
            Error::Unresolved { .. } => io::ErrorKind::NotFound,
            Error::Option { .. } | Error::Unfit { .. } | Error::Unanswered => io::ErrorKind::InvalidInput,
            Error::NoRoom { .. } | Error::TooLong { .. } => io::ErrorKind::InvalidInput,
            Error::Cut { .. } => io::ErrorKind::InvalidData,
        }
    }
}

impl ProviderError {
    /// Returns whether the failure applies to all addresses, such as a missing right, device or protocol.
    pub(super) fn is_of_host(&self) -> bool {
        let denied = [io::ErrorKind::PermissionDenied, io::ErrorKind::Unsupported, io::ErrorKind::InvalidInput];
        // Error numbers without a kind of their own, and calls that use no address or none of the network.
        let lacking = [Errno::AFNOSUPPORT, Errno::PROTONOSUPPORT, Errno::SOCKTNOSUPPORT, Errno::NODEV];
        let before = ["socket", "setsockopt", "bind"];
        match self.io() {
            Some(error) => {
                denied.contains(&error.kind())
                    || Errno::from_io_error(error).is_some_and(|errno| lacking.contains(&errno))
                    || self.call().is_some_and(|call| before.contains(&call))
            }
            None => self.kind() != ProviderFailure::Unresolved,
        }
    }
}

impl From<Error> for io::Error {
    /// Wraps the error in an I/O error of the corresponding kind: see [`Error::of`].
    fn from(error: Error) -> io::Error {
        io::Error::new(error.io_kind(), error)
    }
}

fn no_module(entry: &str, provider: &str, module: &str, feature: Option<&str>) -> String {
    let reason = match feature {
        Some(feature) => format!("which this build lacks: it comes with the feature `{feature}` of sockatlas"),
        None => "which nobody provides: a program that has it must put it into its `Providers`".to_owned(),
    };
    format!("`{entry}` needs the module `{module}` (provider `{provider}`), {reason}")
}

fn option_of(option: Option<&str>) -> String {
    option.map(|option| format!(".{option}")).unwrap_or_default()
}

fn at(address: Option<&Address>) -> String {
    address.map(|address| format!("{address}: ")).unwrap_or_default()
}

/// Returns the kind that all failures share, or that of the network if they differ, as another attempt could have succeeded.
fn shared_kind(attempts: &[Attempt]) -> ErrorKind {
    let mut kinds = attempts.iter().filter_map(|attempt| attempt.outcome.kind());
    let first = kinds.next().unwrap_or(ErrorKind::Network);
    if kinds.all(|kind| kind == first) { first } else { ErrorKind::Network }
}

fn unreached(entry: &str, target: &Target, attempts: &[Attempt], untried: &[Untried]) -> String {
    let each = |notify: fn(&Attempt) -> String| attempts.iter().map(notify).collect::<Vec<_>>().join("; ");
    let left = untried_words(untried);
    match attempts {
        [attempt] => format!("`{entry}`: {}{left}", attempt.reported()),
        [first, rest @ ..] if rest.iter().any(|attempt| attempt.entry != first.entry) => {
            format!("{target} could be reached by no entry ({}){left}", each(Attempt::to_string))
        }
        _ => format!("`{entry}`: no address of {target} could be connected to ({}){left}", each(Attempt::reported)),
    }
}

fn stage(phase: Phase) -> &'static str {
    match phase {
        Phase::Handshake => "in the handshake",
        Phase::Open | Phase::Retired => "while open",
    }
}

fn late(step: Step, layer: Option<&str>, limit: Duration) -> String {
    let limit = humantime::format_duration(limit);
    match (step, layer) {
        (Step::Connect, _) => format!("not connected within {limit}"),
        (Step::Handshake, Some(layer)) => format!("layer `{layer}`: the handshakes did not end within {limit}"),
        (Step::Handshake, None) => format!("the handshakes did not end within {limit}"),
        (Step::Read, _) => format!("nothing to read within {limit}"),
        (Step::Write, _) => format!("no room to write within {limit}"),
    }
}

impl fmt::Display for Step {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}
