//! The modules that exist and the options that they take, as data: `check` tests them, `show` prints them and `net` obeys them.
//!
//! A module implements base protocols or layers. Its implementation is code and lives in `net`, or in another crate; its options
//! are data and live here, so that a catalog can be checked where the code is not.
//!
//! | file | contents |
//! |---|---|
//! | `system`, `tls`, `socks5`, `http_connect`, `proxy_protocol`, `inspect`, `frame`, `time_limits` | the options, one file a module |
//! | `kind` | the kinds of values that an option takes |
//! | `taken` | the options that an entry takes, and those that it still needs |
//! | `faults` | the faults of the options that an entry states |
//! | `promises` | the effects of modules on services, in which role and with which options |
//! | `secrets` | the options that hold a secret |

mod faults;
pub(crate) mod frame;
pub(crate) mod http_connect;
pub(crate) mod inspect;
mod kind;
mod promises;
pub(crate) mod proxy_protocol;
mod secrets;
pub(crate) mod socks5;
pub(crate) mod system;
mod taken;
mod time_limits;
pub(crate) mod tls;

pub(crate) use faults::faults;
pub use kind::{OptionKind, WrongValue};
#[cfg(all(feature = "net", target_os = "linux"))]
pub(crate) use kind::{duration, host_and_port};
pub(crate) use promises::Effect;
pub use promises::Promise;
#[cfg(all(feature = "net", target_os = "linux"))]
pub(crate) use promises::given;
pub(crate) use secrets::secret;
pub(crate) use taken::{missing, module_of, taken};

use super::FileUse;
use crate::terms::{Family, Protocol, Role, SocketType};

/// The kind of entries that a module implements.
#[derive(Copy, Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum ModuleRole {
    /// Base protocols.
    Base,
    /// Layers.
    Layer,
}

/// A module: the implementation that a provider names.
#[derive(Debug)]
pub struct Module {
    name: &'static str,
    role: ModuleRole,
    summary: &'static str,
    feature: Option<&'static str>,
    options: &'static [OptionSpec],
    provides: &'static [&'static str],
    ends: &'static [&'static str],
    promises: &'static [Promise],
}

impl Module {
    /// Creates a module without options. `summary` is one line.
    pub const fn new(name: &'static str, role: ModuleRole, summary: &'static str) -> Self {
        Module { name, role, summary, feature: None, options: &[], provides: &[], ends: &[], promises: &[] }
    }

    /// Sets the options that entries of the module take.
    pub const fn options(mut self, options: &'static [OptionSpec]) -> Self {
        self.options = options;
        self
    }

    /// Sets the services of sockatlas (`encrypted`, `proxied`, ...) that the module gives in both roles. An entry of the module
    /// must state them: no more, and no less.
    pub const fn provides(mut self, services: &'static [&'static str]) -> Self {
        self.provides = services;
        self
    }

    /// Sets the services that end at the module in both roles, because they hold only below it: TLS to a proxy ends at the proxy.
    pub const fn ends(mut self, services: &'static [&'static str]) -> Self {
        self.ends = services;
        self
    }

    /// Sets the effects of the module on the services of sockatlas in one role, or with an option.
    pub const fn promises(mut self, promises: &'static [Promise]) -> Self {
        self.promises = promises;
        self
    }

    const fn feature(mut self, feature: &'static str) -> Self {
        self.feature = Some(feature);
        self
    }

    /// Returns the name, as in `module = "tls"`.
    pub const fn name(&self) -> &'static str {
        self.name
    }

    /// Returns whether the module implements base protocols or layers.
    pub const fn role(&self) -> ModuleRole {
        self.role
    }

    /// Returns the one-line description.
    pub const fn summary(&self) -> &'static str {
        self.summary
    }

    /// Returns the feature of this crate that compiles the module, or `None` for a module of another crate.
    pub const fn compiled_by(&self) -> Option<&'static str> {
        self.feature
    }

    /// Returns the options that entries of the module take.
    pub const fn specs(&self) -> &'static [OptionSpec] {
        self.options
    }

    /// Returns the effects of the module on the services of sockatlas.
    pub fn promised(&self) -> impl Iterator<Item = Promise> + use<> {
        let provided = self.provides.iter().map(|service| Promise::gives(service));
        let ended = self.ends.iter().map(|service| Promise::ends(service));
        provided.chain(ended).chain(self.promises.iter().copied())
    }

    /// Returns whether the module has no effect on them.
    pub(crate) const fn leaves_services(&self) -> bool {
        self.provides.is_empty() && self.ends.is_empty() && self.promises.is_empty()
    }

    /// Returns the option with this name.
    pub fn spec(&self, name: &str) -> Option<&'static OptionSpec> {
        self.options.iter().find(|spec| spec.name == name)
    }
}

/// An option that entries of a module take.
#[derive(Copy, Clone, Debug)]
pub struct OptionSpec {
    name: &'static str,
    kind: OptionKind,
    summary: &'static str,
    required_to: &'static [Role],
    default: Option<&'static str>,
    on: On,
    partners: &'static [&'static str],
    rivals: &'static [&'static str],
    file_use: Option<FileUse>,
}

impl OptionSpec {
    /// Creates an option that may be left out. `summary` is one line, with the unit and the source of the fact.
    pub const fn new(name: &'static str, kind: OptionKind, summary: &'static str) -> Self {
        OptionSpec {
            name,
            kind,
            summary,
            required_to: &[],
            default: None,
            on: On::Any,
            partners: &[],
            rivals: &[],
            file_use: None,
        }
    }

    /// Sets the use of the files that the option names: opening refuses files to which other users have rights that this use
    /// forbids. Without it, the name decides for an option that takes files: the name of a password, of a key or of users stands
    /// for [`FileUse::Secret`], any other for [`FileUse::Written`], which is not tested.
    pub const fn files_are(mut self, file_use: FileUse) -> Self {
        self.file_use = Some(file_use);
        self
    }

    /// Makes the option required in both roles: nothing is opened unless the entry or the caller states it.
    pub const fn required(self) -> Self {
        self.required_to(&Role::ALL)
    }

    /// Makes the option required in these roles: connecting through a proxy requires its address, accepting by TLS a certificate.
    pub const fn required_to(mut self, roles: &'static [Role]) -> Self {
        self.required_to = roles;
        self
    }

    /// Sets the description of the behaviour without the option.
    pub const fn default(mut self, default: &'static str) -> Self {
        self.default = Some(default);
        self
    }

    /// Restricts the option to some sockets.
    pub const fn on(mut self, on: On) -> Self {
        self.on = on;
        self
    }

    /// Sets the options of which at least one is required where this one is stated.
    pub const fn with(mut self, partners: &'static [&'static str]) -> Self {
        self.partners = partners;
        self
    }

    /// Sets the options that exclude this one. One of a pair needs to name the other.
    pub const fn not_with(mut self, rivals: &'static [&'static str]) -> Self {
        self.rivals = rivals;
        self
    }

    /// Returns the name.
    pub const fn name(&self) -> &'static str {
        self.name
    }

    /// Returns the kind of values that the option takes.
    pub const fn kind(&self) -> OptionKind {
        self.kind
    }

    /// Returns the one-line description.
    pub const fn summary(&self) -> &'static str {
        self.summary
    }

    /// Returns whether the option is required in this role.
    pub fn is_required_to(&self, role: Role) -> bool {
        self.required_to.contains(&role)
    }

    /// Returns the description of the behaviour without the option, or `None` if there is nothing to describe.
    pub const fn default_text(&self) -> Option<&'static str> {
        self.default
    }

    /// Returns the sockets that take the option.
    pub const fn sockets(&self) -> On {
        self.on
    }

    /// Returns the options of which at least one is required where this one is stated; empty if none is.
    pub const fn partners(&self) -> &'static [&'static str] {
        self.partners
    }

    /// Returns the use of the files that the option names, or `None` if it takes no files.
    pub fn file_use(&self) -> Option<FileUse> {
        let takes_files = matches!(self.kind, OptionKind::File | OptionKind::FilesOr(_));
        let by_name = || if secrets::names_secret_file(self.name) { FileUse::Secret } else { FileUse::Written };
        takes_files.then(|| self.file_use.unwrap_or_else(by_name))
    }

    /// Returns whether the option states the use of its files, or takes none.
    #[cfg(test)]
    pub(crate) const fn says_file_use(&self) -> bool {
        self.file_use.is_some() || !matches!(self.kind, OptionKind::File | OptionKind::FilesOr(_))
    }

    /// Returns the options that must not be stated beside this one.
    pub const fn rivals(&self) -> &'static [&'static str] {
        self.rivals
    }
}

/// The sockets for which an option is.
#[derive(Copy, Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum On {
    /// All sockets.
    Any,
    /// Sockets of `inet` and `inet6`.
    Internet,
    /// Sockets of `inet`.
    Inet,
    /// Sockets of `inet6`.
    Inet6,
    /// Streams of `inet` and `inet6` whose protocol is TCP or MPTCP.
    Tcp,
    /// Sockets that carry single messages over `inet` and `inet6`: UDP, UDP-Lite, ping and raw sockets.
    InternetMessages,
    /// Raw sockets of `inet`.
    InetRaw,
    /// Sockets of `unix`.
    Unix,
}

impl On {
    /// Returns whether a socket of this family, type and protocol is among them.
    pub fn covers(self, family: Family, socket_type: SocketType, protocol: Protocol) -> bool {
        let internet = family == Family::INET || family == Family::INET6;
        let stream = socket_type == SocketType::STREAM;
        match self {
            On::Any => true,
            On::Internet => internet,
            On::Inet => family == Family::INET,
            On::Inet6 => family == Family::INET6,
            On::Tcp => {
                let tcp = [Protocol::UNSPEC, Protocol::TCP, Protocol::MPTCP].contains(&protocol);
                internet && stream && tcp
            }
            On::InternetMessages => internet && !stream,
            On::InetRaw => family == Family::INET && socket_type == SocketType::RAW,
            On::Unix => family == Family::UNIX,
        }
    }

    /// Returns the sockets in words, as in "sockets of inet6".
    pub const fn words(self) -> &'static str {
        match self {
            On::Any => "all sockets",
            On::Internet => "sockets of inet and inet6",
            On::Inet => "sockets of inet",
            On::Inet6 => "sockets of inet6",
            On::Tcp => "streams of TCP and MPTCP",
            On::InternetMessages => "datagram and raw sockets of inet and inet6",
            On::InetRaw => "raw sockets of inet",
            On::Unix => "sockets of unix",
        }
    }
}

/// The modules that exist where a catalog is loaded.
#[derive(Clone, Debug)]
pub struct Modules {
    all: Vec<&'static Module>,
}

impl Modules {
    /// Returns the modules that come with sockatlas, whether or not this build has their code.
    pub fn shipped() -> Self {
        Modules {
            all: vec![
                &system::SYSTEM,
                &tls::TLS,
                &socks5::SOCKS5,
                &http_connect::HTTP_CONNECT,
                &proxy_protocol::PROXY_PROTOCOL,
                &inspect::INSPECT,
                &frame::FRAME,
            ],
        }
    }

    /// Adds a module. It replaces one of the same name.
    pub fn with(mut self, module: &'static Module) -> Self {
        self.all.retain(|known| known.name != module.name);
        self.all.push(module);
        self
    }

    /// Returns the module with this name.
    pub fn get(&self, name: &str) -> Option<&'static Module> {
        self.all.iter().copied().find(|module| module.name == name)
    }

    /// Returns all modules.
    pub fn iter(&self) -> impl Iterator<Item = &'static Module> {
        self.all.iter().copied()
    }
}

impl Default for Modules {
    /// Returns the modules that come with sockatlas.
    fn default() -> Self {
        Modules::shipped()
    }
}

/// The options that every base protocol and chain takes, whatever its module: the time limits of its steps.
pub const TIME_LIMITS: &[OptionSpec] = time_limits::OPTIONS;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_option_that_takes_files_says_what_they_are_read_for() {
        let silent = Modules::shipped().all.into_iter().flat_map(|module| {
            module.specs().iter().filter(|spec| !spec.says_file_use()).map(|spec| (module.name(), spec.name()))
        });
        assert_eq!(silent.collect::<Vec<_>>(), []);
    }

    #[test]
    fn an_option_of_others_is_taken_for_a_secret_by_its_name() {
        let file_use = |name| OptionSpec::new(name, OptionKind::File, "").file_use();
        for name in ["password-file", "key", "tls-key", "users-file", "private-key-path", "api-token-file"] {
            assert_eq!(file_use(name), Some(FileUse::Secret), "{name}");
        }
        for name in ["log", "file", "trace-file", "keyboard"] {
            assert_eq!(file_use(name), Some(FileUse::Written), "{name}");
        }
        assert_eq!(OptionSpec::new("key", OptionKind::Text, "").file_use(), None);
        assert_eq!(
            OptionSpec::new("key", OptionKind::File, "").files_are(FileUse::Trusted).file_use(),
            Some(FileUse::Trusted)
        );
    }
}
