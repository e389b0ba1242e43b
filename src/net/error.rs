//! Why opening, or what was opened, failed.

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

/// Why a selection could not be opened, or an open connection failed.
///
/// That nothing matches and that policy forbids it are told earlier, by a [`Refusal`].
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// The providers have no such module; nothing shorter is opened instead.
    #[error("{}", no_module(entry, provider, module, *feature))]
    NoModule {
        /// The entry that needs it.
        entry: String,
        /// The entry's provider.
        provider: String,
        /// The module that the provider names.
        module: String,
        /// The feature of this crate that compiles it in, if it is one that comes with sockatlas.
        feature: Option<&'static str>,
    },
    /// An option given for the call is unknown, wrong, or for an entry that is not in the stack.
    #[error("`{entry}.{option}`: {problem}")]
    Option {
        /// The entry.
        entry: String,
        /// The option.
        option: String,
        /// What is wrong with it.
        problem: String,
    },
    /// What was selected does not go with what was asked for: a listening datagram socket, say.
    #[error("`{entry}`: {problem}")]
    Unfit {
        /// The entry selected.
        entry: String,
        /// What does not go.
        problem: String,
    },
    /// What was selected does not pass the tests of its request in the role in which it is opened, or with the options that were
    /// given for the call: a server that must know its clients needs options by which it asks who they are.
    #[error("`{entry}`, {}: {refusal}", role.verb())]
    Refused {
        /// The entry selected.
        entry: String,
        /// The role in which it was to be opened.
        role: Role,
        /// Why.
        refusal: Box<Refusal>,
    },
    /// Others have rights to a file that decides how this is opened, or that holds a secret: see
    /// [`Opener::allow_exposed_file`](super::Opener::allow_exposed_file).
    #[error("`{entry}{}`: {source}", option_of(option.as_deref()))]
    Exposed {
        /// The entry that is opened, or the one of its stack that has the option.
        entry: String,
        /// The option that names the file; nothing: it is a catalog.
        option: Option<String>,
        /// The file, and the right to it.
        source: Box<Exposure>,
    },
    /// An option, or a file that it names, cannot be used; or the system refused.
    #[error("`{entry}`: {}{source}", at(address.as_ref()))]
    Provider {
        /// The entry whose provider failed.
        entry: String,
        /// The address it was about.
        address: Option<Address>,
        /// What failed.
        source: ProviderError,
    },
    /// A host has no address that could be used.
    #[error("`{entry}`: {source}")]
    Unresolved {
        /// The base protocol's entry.
        entry: String,
        /// The target.
        target: Target,
        /// Why.
        source: ProviderError,
    },
    /// None of the addresses of a target could be connected to; or, where there were several entries to choose from, none of
    /// them could be opened.
    #[error("{}", unreached(entry, target, attempts, untried))]
    Unreached {
        /// The base protocol's entry; of several entries the name of the first.
        entry: String,
        /// The target.
        target: Target,
        /// What came of each, in the order tried.
        attempts: Vec<Attempt>,
        /// The entries that were to choose from and were not tried, as [`Alternatives`](super::Alternatives) says.
        untried: Vec<Untried>,
    },
    /// A layer failed, or its peer did.
    #[error("layer `{layer}` ({place} of {depth}, {}): {source}", stage(*phase))]
    Layer {
        /// The name of the layer's entry.
        layer: String,
        /// Its place in the stack, from 1 at the top.
        place: usize,
        /// How many entries the stack has, the base protocol among them.
        depth: usize,
        /// Where its session was.
        phase: Phase,
        /// Whether it is a failure of authentication, after which nothing is fallen back to: the layer says so, or it encrypts or
        /// authenticates, shook hands, and says nothing.
        authentication: bool,
        /// Why.
        source: super::machine::SessionError,
    },
    /// A time limit passed.
    #[error("{}", late(*step, layer.as_deref(), *limit))]
    TimedOut {
        /// What took too long.
        step: Step,
        /// The layer that shook hands.
        layer: Option<String>,
        /// The limit.
        limit: Duration,
    },
    /// The next message is longer than there is room for. It stays where it is: read again, with more room.
    #[error("the next message has {length} bytes, and there is room for {room}")]
    NoRoom {
        /// The bytes of the message.
        length: usize,
        /// The bytes there was room for.
        room: usize,
    },
    /// A message of the socket was longer than it had told before, or than there was room for where it cannot tell. It is lost;
    /// those behind it are not.
    #[error("a message of {length} bytes was cut to {room} by the socket, and is lost")]
    Cut {
        /// The bytes of the message.
        length: usize,
        /// The bytes there was room for.
        room: usize,
    },
    /// A message is longer than a layer takes. Nothing of it was sent.
    #[error("a message of {length} bytes is longer than {longest}, the most that can be sent")]
    TooLong {
        /// The bytes of the message.
        length: usize,
        /// The bytes of the longest one.
        longest: usize,
    },
    /// The client of a proxy has asked for a target, and the program has not answered.
    #[error("the client asked for a target, and is to be answered first")]
    Unanswered,
    /// It was cancelled.
    #[error("cancelled")]
    Cancelled,
    /// The system failed a call on an open socket.
    #[error("`{entry}`: {call}: {source}")]
    Socket {
        /// The base protocol's entry.
        entry: String,
        /// What was called.
        call: &'static str,
        /// Why.
        source: io::Error,
    },
}

/// What a time limit is for.
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
    /// As in `connect-timeout`.
    pub const fn name(self) -> &'static str {
        match self {
            Step::Connect => "connect",
            Step::Handshake => "handshake",
            Step::Read => "read",
            Step::Write => "write",
        }
    }
}

/// Whose failure it is.
#[derive(Copy, Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum ErrorKind {
    /// The caller's: options or arguments that do not fit.
    Usage,
    /// This host's: a module, a right or a resource is not there.
    Host,
    /// The network's, or the peer's.
    Network,
    /// Nobody's: it was cancelled.
    Cancelled,
}

impl Error {
    /// Whose failure it is.
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

    /// Returns the code of the error table: `provider-failed` when this host cannot, and that of a refusal.
    pub fn code(&self) -> Option<ErrorCode> {
        match self {
            Error::Refused { refusal, .. } => Some(refusal.code()),
            _ => (self.kind() == ErrorKind::Host).then_some(ErrorCode::ProviderFailed),
        }
    }

    /// Returns the system's own number of the error, if it has one. The system's own number of the error, if it has one; of several
    /// attempts that of the last which failed.
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

    /// Returns the error behind one that reading or writing gave, where it is one of these.
    pub fn of(error: &io::Error) -> Option<&Error> {
        error.get_ref()?.downcast_ref()
    }

    /// Returns whether it is, or holds, a failure of authentication: after one nothing is fallen back to.
    pub fn is_of_authentication(&self) -> bool {
        match self {
            Error::Layer { authentication, .. } => *authentication,
            Error::Unreached { attempts, .. } => attempts.iter().any(Attempt::is_of_authentication),
            _ => false,
        }
    }

    /// `secures`: the layer gives `encrypted` or `authenticated`.
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
                    // It is over, and nothing to be waited for: the backlog of a unix socket was full.
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
    /// Returns whether the system would refuse any address, as it does for want of a right, a device or a protocol.
    pub(super) fn is_of_host(&self) -> bool {
        let denied = [io::ErrorKind::PermissionDenied, io::ErrorKind::Unsupported, io::ErrorKind::InvalidInput];
        // Errors of these without a kind of their own, and calls that reach no network whatever comes of them.
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
    /// With the kind that says the same, and the error within: see [`Error::of`].
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

/// Returns the kind that all failures have; else the network's, as the others show that something could have come of it.
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
