//! Openers, which turn a selection into sockets: all layers of the stack are prepared, or nothing is opened.

mod connections;
mod options;
mod prepare;

pub(super) use connections::{BeginError, security};

use super::address::{Address, Target, ToTarget};
use super::cancel::Cancel;
use super::error::{Error, Step};
use super::machine::Origin;
use super::opened::Opened;
use super::provider::{Base, BaseProvider, Layer, ProviderError, ProviderFailure, Role};
use super::providers::Providers;
use super::settings::{Override, Settings};
use crate::catalog::TIME_LIMITS;
use crate::terms::SocketType;
use crate::{EntryRef, KeptSelection, Selection};
use std::collections::HashMap;
use std::path::PathBuf;
use std::sync::{Arc, OnceLock};
use std::time::Duration;

/// Opens connections, listeners and sockets for one selection.
///
/// ```no_run
/// use sockatlas::net::{Opener, Providers};
/// use sockatlas::terms::{Family, Protocol, Services, SocketType};
/// use sockatlas::{Registry, Request};
/// use std::io::{Read, Write};
///
/// let registry = Registry::builtin();
/// let request = Request::new(Family::INET, SocketType::STREAM, Protocol::TCP).require(Services::ENCRYPTED);
/// let selection = registry.resolve(&request)?;
/// let mut stream = Opener::new(&Providers::shipped(), &selection).connect("example.org:443")?;
/// stream.write_all(b"GET / HTTP/1.0\r\nHost: example.org\r\n\r\n")?;
/// let mut answer = Vec::new();
/// stream.read_to_end(&mut answer)?;
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// Files that options name (certificates, keys, passwords) are read when the first connection is made or accepted, and kept.
///
/// # Files that others can read or write
///
/// Before the first of these files is read, the opener checks who else has rights to the files that decide how it opens: every
/// catalog file of the selection, and every file that an option of the stack names and that is read. A file with rights that are
/// too wide is refused with [`Error::Exposed`]. The rules are:
///
/// - Only root and the user of the process may own such a file, or a folder or symbolic link on the way to it.
/// - No other user may write it, or a folder on the way, unless the folder is sticky like `/tmp`.
/// - No other user may read a key or a file of passwords or users.
///
/// Two common rights of groups are accepted, unless there is an access control list: a user's private group (umask 002) may do
/// what its user may; and a group that does not contain everybody, such as `ssl-cert` of Debian, may read a file of secrets.
/// Catalogs that ship, and texts that a program passes, are not files and are not checked. [`Opener::allow_exposed_file`] and
/// [`Providers::allow_exposed_file`] exempt a file by its name.
#[derive(Clone)]
#[must_use]
pub struct Opener {
    providers: Providers,
    selection: KeptSelection,
    overrides: Vec<Override>,
    limits: HashMap<&'static str, Option<Duration>>,
    cancel: Option<Cancel>,
    origin: Option<Origin>,
    asks: bool,
    attempt_delay: Duration,
    /// The prepared layers for each role, top first. Clones share them.
    connecting: Arc<OnceLock<Layers>>,
    accepting: Arc<OnceLock<Layers>>,
}

/// Prepared layers with the names of their entries, top first.
type Layers = Arc<[(String, Arc<dyn Layer>)]>;

/// The time limit if neither the call nor the catalog states one.
const PATIENCE: Duration = Duration::from_secs(30);

/// The Connection Attempt Delay of RFC 8305, section 8, with the bounds that it recommends.
const ATTEMPT_DELAY: Duration = Duration::from_millis(250);
const LEAST_ATTEMPT_DELAY: Duration = Duration::from_millis(100);
const MOST_ATTEMPT_DELAY: Duration = Duration::from_secs(2);

impl Opener {
    /// Creates an opener for a selection, with the providers that implement its stack.
    pub fn new(providers: &Providers, selection: &Selection<'_>) -> Self {
        Opener {
            providers: providers.clone(),
            selection: selection.keep(),
            overrides: Vec::new(),
            limits: HashMap::new(),
            cancel: None,
            origin: None,
            asks: false,
            attempt_delay: ATTEMPT_DELAY,
            connecting: Arc::default(),
            accepting: Arc::default(),
        }
    }

    /// Returns the selection that is opened.
    pub fn selection(&self) -> Selection<'_> {
        self.selection.get()
    }

    /// Allows a file that other users can read or write, for this opener: see [`Providers::allow_exposed_file`].
    pub fn allow_exposed_file(mut self, path: impl Into<PathBuf>) -> Self {
        self.providers = self.providers.allow_exposed_file(path);
        (self.connecting, self.accepting) = (Arc::default(), Arc::default());
        self
    }

    /// Sets the time limit of a step, in place of that in the catalog; `None` means no limit.
    pub fn limit(mut self, step: Step, limit: Option<Duration>) -> Self {
        self.limits.insert(step.name(), limit);
        self
    }

    /// Makes blocking calls return [`Error::Cancelled`] when `cancel` is cancelled.
    pub fn cancelled_by(mut self, cancel: &Cancel) -> Self {
        self.cancel = Some(cancel.clone());
        self
    }

    /// Connects on behalf of a client whose connection is passed on. Layers that can send the address of the client to the peer
    /// do so, such as `proxy-protocol`.
    pub fn on_behalf_of(mut self, origin: Origin) -> Self {
        self.origin = Some(origin);
        self
    }

    /// Makes the stream wait for the program when the client of a proxy layer names its target: the stream stays in its handshake
    /// until the program gives an [`Answer`](super::Answer). Without this, a connection grants the target that its client asks
    /// for, and the program finds it in [`Opened::target`].
    pub fn asking(mut self) -> Self {
        self.asks = true;
        self
    }

    /// Sets the time after which the next of several addresses is tried beside the first: 250 ms by default. Values are limited
    /// to 100 ms to 2 s, the bounds of RFC 8305, section 8.
    pub fn attempt_delay(mut self, delay: Duration) -> Self {
        self.attempt_delay = delay.clamp(LEAST_ATTEMPT_DELAY, MOST_ATTEMPT_DELAY);
        self
    }

    pub(super) fn delay_between_attempts(&self) -> Duration {
        self.attempt_delay
    }

    pub(super) fn cancel(&self) -> Option<&Cancel> {
        self.cancel.as_ref()
    }

    /// Returns the time limit of a step: that of the call, or else of the chain, or else of the base protocol, or else 30 seconds
    /// for connecting and for handshakes.
    pub fn time_limit(&self, step: Step) -> Option<Duration> {
        if let Some(limit) = self.limits.get(step.name()) {
            return *limit;
        }
        let selection = self.selection.get();
        let stated = |entry: EntryRef<'_>| {
            let spec = TIME_LIMITS.iter().find(|spec| spec.name().strip_suffix("-timeout") == Some(step.name()))?;
            self.settings(entry).duration(spec.name())
        };
        stated(selection.entry()).or_else(|| selection.entry().base().and_then(stated)).or(match step {
            Step::Connect | Step::Handshake => Some(PATIENCE),
            Step::Read | Step::Write => None,
        })
    }

    fn settings<'s>(&'s self, entry: EntryRef<'s>) -> Settings<'s> {
        Settings::new(entry, &self.overrides, self.providers.environ())
    }

    fn no_module(&self, part: EntryRef<'_>) -> Error {
        let module = part.provider().module();
        Error::NoModule {
            entry: part.name().to_owned(),
            provider: part.provider().name().to_owned(),
            module: module.to_owned(),
            feature: self.providers.modules().get(module).and_then(|module| module.compiled_by()),
        }
    }

    fn failed(&self, entry: &str, address: Option<&Address>, source: ProviderError) -> Error {
        Error::Provider { entry: entry.to_owned(), address: address.cloned(), source }
    }

    /// Calls `work` with the base protocol of the stack and its provider.
    pub(super) fn with_base<T>(
        &self,
        work: impl FnOnce(&dyn BaseProvider, &Base<'_>) -> Result<T, Error>,
    ) -> Result<T, Error> {
        let selection = self.selection.get();
        let Some(entry) = selection.entry().base() else { unreachable!("what was selected stands on a base protocol") };
        let Some(provider) = self.providers.find_base(entry.provider().module()) else {
            return Err(self.no_module(entry));
        };
        let base = Base {
            name: entry.name(),
            family: selection.family(),
            socket_type: entry.socket_type().unwrap_or(SocketType::STREAM),
            protocol: selection.protocol(),
            settings: self.settings(entry),
        };
        work(&**provider, &base)
    }

    /// Formats an address of the selection's sockets with their protocol before it: `tcp://[::1]:443`.
    pub fn shown(&self, address: &Address) -> String {
        Opened::new(&self.selection(), Role::Accept, None).show(address)
    }

    /// Returns the name of the base protocol's entry.
    pub(super) fn base_name(&self) -> String {
        self.selection().entry().base().map_or_else(String::new, |base| base.name().to_owned())
    }

    /// Converts a value into a target of the selection's family.
    ///
    /// # Errors
    ///
    /// [`Error::Unfit`]: the value is not a target of the family.
    pub fn target(&self, target: impl ToTarget) -> Result<Target, Error> {
        let selection = self.selection.get();
        target
            .to_target(selection.family())
            .map_err(|error| Error::Unfit { entry: selection.name().to_owned(), problem: error.to_string() })
    }

    /// Returns the addresses to which the socket must be connected to reach a target, which may be those of a proxy.
    pub(super) fn addresses(&self, target: &Target) -> Result<Vec<Address>, Error> {
        let lowest = self.lowest(target)?;
        self.with_base(|provider, base| self.look_up(provider, base, &lowest))
    }

    /// Returns the target of the socket for a target of the stack; proxies change it.
    pub(super) fn lowest(&self, target: &Target) -> Result<Target, Error> {
        Ok(self.layers(Role::Connect)?.iter().fold(target.clone(), |target, (_, layer)| layer.below(&target)))
    }

    /// Resolves a target of the socket to addresses, best first; there is at least one.
    pub(super) fn look_up(
        &self,
        provider: &dyn BaseProvider,
        base: &Base<'_>,
        target: &Target,
    ) -> Result<Vec<Address>, Error> {
        let addresses = provider.resolve(base, target).map_err(|source| match source.kind() {
            ProviderFailure::Unresolved => {
                Error::Unresolved { entry: base.name.to_owned(), target: target.clone(), source }
            }
            _ => self.failed(base.name, None, source),
        })?;
        if addresses.is_empty() {
            return Err(self.without_address(target));
        }
        Ok(addresses)
    }

    pub(super) fn without_address(&self, target: &Target) -> Error {
        let source = ProviderError::unresolved(target, "it has no address");
        Error::Unresolved { entry: self.base_name(), target: target.clone(), source }
    }
}

impl std::fmt::Debug for Opener {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Opener").field("selection", &self.selection).finish_non_exhaustive()
    }
}
