//! Openers, which turn a selection into sockets: all layers of the stack are prepared, or nothing is opened.

use super::address::{Address, Target, TargetError};
use super::alternatives::security;
use super::cancel::Cancel;
use super::connection::{Connection, State};
use super::error::{Error, Step};
use super::machine::{Machine, Origin, Session};
use super::opened::Opened;
use super::provider::{Base, BaseProvider, Context, Layer, ProviderError, ProviderFailure, Providers, Role};
use super::settings::{Override, Settings};
use super::socket::BaseSocket;
use crate::catalog::modules::{Effect, given};
use crate::catalog::rights::{Trusted, exposures, is_allowed};
use crate::catalog::{EntryKind, FileUse, Module, OptionSpec, OptionValue, TIME_LIMITS, nearest};
use crate::terms::{Family, Services, SocketType};
use crate::{EntryRef, KeptSelection, Selection};
use std::cell::LazyCell;
use std::collections::HashMap;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::sync::{Arc, OnceLock};
use std::time::{Duration, SystemTime};

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

/// The sessions of one connection with the names of their entries, top first.
type Sessions = Vec<(String, Box<dyn Session>)>;

/// A value that can be converted into a target.
pub trait ToTarget {
    /// Converts the value into a target of this family.
    ///
    /// # Errors
    ///
    /// The value is not a target of the family.
    fn to_target(&self, family: Family) -> Result<Target, TargetError>;
}

impl ToTarget for str {
    fn to_target(&self, family: Family) -> Result<Target, TargetError> {
        Target::parse(family, self)
    }
}

impl ToTarget for String {
    fn to_target(&self, family: Family) -> Result<Target, TargetError> {
        Target::parse(family, self)
    }
}

impl ToTarget for Target {
    fn to_target(&self, _: Family) -> Result<Target, TargetError> {
        Ok(self.clone())
    }
}

impl ToTarget for SocketAddr {
    fn to_target(&self, _: Family) -> Result<Target, TargetError> {
        Ok((*self).into())
    }
}

impl ToTarget for Address {
    fn to_target(&self, _: Family) -> Result<Target, TargetError> {
        Ok(self.clone().into())
    }
}

impl<T: ToTarget + ?Sized> ToTarget for &T {
    fn to_target(&self, family: Family) -> Result<Target, TargetError> {
        (**self).to_target(family)
    }
}

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

    /// Sets an option of an entry of the stack, in place of the value in the catalog.
    ///
    /// # Errors
    ///
    /// [`Error::Option`]: the entry is not in the stack, does not have the option, or does not accept this value.
    pub fn set(self, entry: &str, option: &str, value: OptionValue) -> Result<Self, Error> {
        self.given(entry, option, |spec| spec.kind().check(&value).map(|()| value.clone()))
    }

    /// Sets an option from a word of a command line: `"h2,http/1.1"`, `"true"`, `"5s"`.
    ///
    /// # Errors
    ///
    /// Like [`set`](Opener::set).
    pub fn set_word(self, entry: &str, option: &str, word: &str) -> Result<Self, Error> {
        self.given(entry, option, |spec| spec.kind().parse(word))
    }

    fn given(
        mut self,
        entry: &str,
        option: &str,
        value: impl FnOnce(&OptionSpec) -> Result<OptionValue, crate::catalog::WrongValue>,
    ) -> Result<Self, Error> {
        let wrong = |problem| Error::Option { entry: entry.to_owned(), option: option.to_owned(), problem };
        let value = {
            let selection = self.selection.get();
            let Some(part) = parts(&selection).find(|part| part.name() == entry) else {
                let names: Vec<&str> = selection.stack().map(|part| part.name()).collect();
                return Err(wrong(format!("the stack of `{}` is {}", selection.name(), names.join(" over "))));
            };
            let spec = self.spec(&part, option).map_err(wrong)?;
            value(spec).map_err(|wrong_value| wrong(wrong_value.to_string()))?
        };
        self.overrides.push((entry.to_owned(), option.to_owned(), value));
        (self.connecting, self.accepting) = (Arc::default(), Arc::default());
        Ok(self)
    }

    /// Returns whether the stack has an entry of this name that accepts options.
    pub(super) fn has_part(&self, entry: &str) -> bool {
        parts(&self.selection.get()).any(|part| part.name() == entry)
    }

    /// Returns the option that a part of the stack has under this name, or a description of the problem.
    fn spec(&self, part: &EntryRef<'_>, option: &str) -> Result<&'static OptionSpec, String> {
        let modules = self.providers.modules();
        let module = match part.kind() {
            EntryKind::Chain => None,
            _ => Some(part.provider().module()),
        };
        let module = match module {
            Some(name) => {
                Some(modules.get(name).ok_or_else(|| format!("module `{name}` is unknown, and so are its options"))?)
            }
            None => None,
        };
        let limits = if part.kind() == EntryKind::Layer { &[][..] } else { TIME_LIMITS };
        let mut specs = module.map_or(&[][..], |module| module.specs()).iter().chain(limits);
        let Some(spec) = specs.clone().find(|spec| spec.name() == option) else {
            let near = nearest(option, specs.by_ref().map(|spec| spec.name()));
            let hint = near.map(|near| format!(" (did you mean `{near}`?)")).unwrap_or_default();
            return Err(match module {
                Some(module) => format!("module `{}` has no such option{hint}", module.name()),
                None => format!("a chain has no such option{hint}"),
            });
        };
        let selection = self.selection.get();
        let (family, socket_type) = (selection.family(), part.socket_type().unwrap_or(selection.socket_type()));
        if part.kind() == EntryKind::Base && !spec.sockets().covers(family, socket_type, selection.protocol()) {
            return Err(format!("it is for {} only", spec.sockets().words()));
        }
        Ok(spec)
    }

    /// Allows a file that other users can read or write, for this opener: see [`Providers::allow_exposed_file`].
    pub fn allow_exposed_file(mut self, path: impl Into<PathBuf>) -> Self {
        self.providers = self.providers.allow_exposed_file(path);
        (self.connecting, self.accepting) = (Arc::default(), Arc::default());
        self
    }

    /// Checks who else can read or write the catalogs of the selection and the files that options of the stack name.
    fn unexposed(&self, selection: &Selection<'_>) -> Result<(), Error> {
        let trusted = LazyCell::new(|| Trusted::new(rustix::process::geteuid().as_raw()));
        let judge = |entry: &str, option: Option<&str>, path: &Path, file_use: FileUse| {
            let exposures = match exposures(path, file_use, &trusted) {
                Ok(exposures) => exposures,
                // The code that reads the file reports that it is missing.
                Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(()),
                Err(error) => {
                    let source = match option {
                        Some(option) => ProviderError::file(option, path, error),
                        None => ProviderError::system("lstat", error).with_argument(path.display()),
                    };
                    return Err(self.failed(entry, None, source));
                }
            };
            match exposures.into_iter().find(|exposure| !is_allowed(exposure, self.providers.exposed())) {
                Some(source) => Err(Error::Exposed {
                    entry: entry.to_owned(),
                    option: option.map(str::to_owned),
                    source: source.into(),
                }),
                None => Ok(()),
            }
        };
        for path in selection.sources().iter().filter_map(|(_, source)| source.file()) {
            judge(selection.name(), None, path, FileUse::Trusted)?;
        }
        let modules = self.providers.modules();
        for part in selection.stack() {
            let Some(module) = modules.get(part.provider().module()) else { continue };
            let settings = self.settings(part);
            for spec in module.specs() {
                let Some(file_use @ (FileUse::Secret | FileUse::Trusted)) = spec.file_use() else { continue };
                for path in settings.files(spec) {
                    judge(part.name(), Some(spec.name()), &path, file_use)?;
                }
            }
        }
        Ok(())
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

    /// Reads all options, and the files that they name, for one role. Opening does this itself when it is first needed.
    ///
    /// # Errors
    ///
    /// A module is missing, or an option or file cannot be used.
    pub fn prepare(&self, role: Role) -> Result<(), Error> {
        self.layers(role).map(drop)
    }

    fn layers(&self, role: Role) -> Result<Layers, Error> {
        let cell = if role == Role::Connect { &self.connecting } else { &self.accepting };
        if let Some(layers) = cell.get() {
            return Ok(layers.clone());
        }
        let selection = self.selection.get();
        self.keeps_its_word(&selection, role)?;
        self.unexposed(&selection)?;
        let depth = selection.stack().len() - 1;
        let mut layers = Vec::with_capacity(depth);
        for part in selection.stack().take(depth) {
            let Some(provider) = self.providers.find_layer(part.provider().module()) else {
                return Err(self.no_module(part));
            };
            let settings = self.settings(part);
            self.complete(provider.module(), &settings, role).map_err(|error| self.failed(part.name(), None, error))?;
            let layer = provider.prepare(&settings, role).map_err(|error| self.failed(part.name(), None, error))?;
            layers.push((part.name().to_owned(), layer));
        }
        Ok(cell.get_or_init(|| layers.into()).clone())
    }

    /// Checks that the options are complete, including those of the call: required options, and options that require each other.
    fn complete(&self, module: &'static Module, settings: &Settings<'_>, role: Role) -> Result<(), ProviderError> {
        let stated = |name: &str| settings.get(name).is_some();
        for spec in module.specs() {
            if spec.is_required_to(role) && !stated(spec.name()) {
                return Err(ProviderError::option(spec.name(), "neither the catalog nor the call states it"));
            }
            let partners = spec.partners();
            if stated(spec.name()) && !partners.is_empty() && !partners.iter().any(|partner| stated(partner)) {
                return Err(ProviderError::option(spec.name(), format!("it needs {} too", either(partners))));
            }
        }
        Ok(())
    }

    /// Checks the promises of the catalog against the services that the modules provide in this role with the current options: a
    /// layer that is merely named `tls` encrypts nothing. The actual services must satisfy the request.
    fn keeps_its_word(&self, selection: &Selection<'_>, role: Role) -> Result<(), Error> {
        let refused = |refusal| Error::Refused { entry: selection.name().to_owned(), role, refusal: Box::new(refusal) };
        let promised = selection.as_role(role).map_err(refused)?.services();
        let mut effects = Vec::new();
        for part in selection.stack() {
            let module = self.providers.modules().get(part.provider().module());
            let module = module.ok_or_else(|| self.no_module(part))?;
            let settings = self.settings(part);
            effects.push(Effect::of(module, role, |option| settings.get(option).is_some()));
        }
        let given = given(effects.into_iter().rev());
        let unkept = promised.intersection(&Services::OF_MODULES).difference(&given);
        if let Some(service) = unkept.iter().next() {
            return Err(Error::Unfit {
                entry: selection.name().to_owned(),
                problem: format!("the catalog promises `{service}`, which no module of its stack gives there"),
            });
        }
        let given = promised.difference(&Services::OF_MODULES).union(&given);
        if let Some(place) = selection.broken_guarantee(role, &given) {
            return Err(Error::Unfit {
                entry: selection.name().to_owned(),
                problem: format!("{} it would break the guarantee at {place}: it offers {given}", role.verb()),
            });
        }
        selection.admits(&given).map_err(refused)
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

    /// Begins to connect to an address.
    pub(super) fn begin(&self, target: &Target, address: &Address) -> Result<Connection, BeginError> {
        let layers = self.layers(Role::Connect).map_err(BeginError::Stack)?;
        let sessions = self.sessions(&layers, Some(target)).map_err(BeginError::Stack)?;
        let socket = self
            .with_base(|provider, base| Ok(provider.connect(base, address)))
            .map_err(BeginError::Stack)?
            .map_err(BeginError::Socket)?;
        let mut opened = Opened::new(&self.selection.get(), Role::Connect, Some(target.clone()));
        opened.peer = Some(address.clone());
        opened.origin = self.origin.clone();
        let mut connection =
            Connection::new(self.machine(sessions), socket, opened, State::Connecting, self.is_endless());
        connection.securing = self.securing();
        Ok(connection)
    }

    /// Returns for each layer whether it offers `encrypted` or `authenticated`, by the catalog or by its module, top first.
    fn securing(&self) -> Arc<[bool]> {
        let (selection, security) = (self.selection.get(), security());
        let layers = selection.stack().len() - 1;
        let secures = |part: EntryRef<'_>| {
            let module = self.providers.find_layer(part.provider().module()).map(|provider| provider.module());
            part.adds().is_some_and(|added| added.intersects(&security))
                || module.is_some_and(|module| {
                    let mut gives = module.promised().filter(|promise| !promise.is_end());
                    gives.any(|promise| security.iter().any(|service| service == promise.service()))
                })
        };
        selection.stack().take(layers).map(secures).collect()
    }

    /// Creates a connection over a socket that was accepted.
    pub(super) fn accepted(&self, socket: Box<dyn BaseSocket>) -> Result<Connection, Error> {
        let layers = self.layers(Role::Accept)?;
        let sessions = self.sessions(&layers, None)?;
        let opened = Opened::new(&self.selection.get(), Role::Accept, None);
        let mut connection =
            Connection::new(self.machine(sessions), socket, opened, State::Connected, self.is_endless());
        connection.asks = self.asks;
        connection.securing = self.securing();
        Ok(connection)
    }

    fn machine(&self, sessions: Sessions) -> Machine {
        if self.base_type() == SocketType::STREAM { Machine::new(sessions) } else { Machine::of_messages(sessions) }
    }

    fn sessions(&self, layers: &Layers, target: Option<&Target>) -> Result<Sessions, Error> {
        let mut target = target.cloned();
        let now = SystemTime::now();
        let mut sessions = Vec::with_capacity(layers.len());
        for (name, layer) in layers.iter() {
            let context = Context { target: target.as_ref(), now, origin: self.origin.as_ref() };
            let session = layer.session(&context).map_err(|error| self.failed(name, None, error))?;
            target = target.map(|target| layer.below(&target));
            sessions.push((name.clone(), session));
        }
        Ok(sessions)
    }

    /// Returns the type of the socket itself.
    fn base_type(&self) -> SocketType {
        let selection = self.selection.get();
        selection.entry().base().and_then(|base| base.socket_type()).unwrap_or_else(|| selection.socket_type())
    }

    /// Returns whether the socket carries messages without an end, so that a message of 0 bytes is not an end.
    fn is_endless(&self) -> bool {
        ![SocketType::STREAM, SocketType::SEQPACKET, SocketType::DCCP].contains(&self.base_type())
    }
}

/// Returns the entries that accept options: the chain itself, which has the time limits, and all entries of its stack.
fn parts<'s>(selection: &Selection<'s>) -> impl Iterator<Item = EntryRef<'s>> {
    std::iter::once(selection.entry()).chain(selection.stack())
}

/// Joins names to `a` or `b`.
fn either(names: &[&str]) -> String {
    let names: Vec<String> = names.iter().map(|name| format!("`{name}`")).collect();
    names.join(" or ")
}

/// The reason why a connection could not be begun.
pub(super) enum BeginError {
    /// The stack cannot be opened with any address.
    Stack(Error),
    /// The socket failed; another address may work.
    Socket(ProviderError),
}

impl std::fmt::Debug for Opener {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Opener").field("selection", &self.selection).finish_non_exhaustive()
    }
}
