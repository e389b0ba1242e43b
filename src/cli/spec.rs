//! SPEC: the entry to open, by name or by request, and the changes that the call makes to it.

use super::failure::Failure;
use super::output::{self, talk};
use super::question::{Demands, quoted, warn_if_unknown};
use super::resolve::refused;
use super::show::called;
use super::style::{FAINT, HINT};
use super::{Globals, Status};
use sockatlas::catalog::OptionKind;
use sockatlas::net::{Alternatives, Error, ErrorKind, Opener, Providers, Step};
use sockatlas::terms::{Role, Services};
use sockatlas::{EntryRef, Refusal, Registry, Request, Selections, WordError};
use std::collections::HashSet;
use std::path::PathBuf;
use std::time::Duration;

/// The chain or base protocol to open, and how to open it.
#[derive(clap::Args)]
pub(super) struct Spec {
    /// The entry or request to open: an entry's name, as in secure/tcp4, or a request, as in inet/stream or inet/stream/tcp;
    /// demands and options may follow it in the same argument
    #[arg(value_name = "SPEC")]
    spec: String,

    #[command(flatten)]
    demands: Demands,

    /// Sets an option of an entry of the stack for this call; repeatable. `sockatlas show ENTRY` lists the options
    #[arg(long, value_name = "ENTRY.OPTION=VALUE", help_heading = OPENING)]
    set: Vec<String>,

    /// The time limit for connecting, as in 5s; `none` is no limit
    #[arg(long, value_name = "TIME", value_parser = time, help_heading = OPENING)]
    connect_timeout: Option<Limit>,

    /// The time limit for the handshakes of all layers together
    #[arg(long, value_name = "TIME", value_parser = time, help_heading = OPENING)]
    handshake_timeout: Option<Limit>,

    /// The time limit for reading
    #[arg(long, value_name = "TIME", value_parser = time, help_heading = OPENING)]
    read_timeout: Option<Limit>,

    /// The time limit for writing
    #[arg(long, value_name = "TIME", value_parser = time, help_heading = OPENING)]
    write_timeout: Option<Limit>,

    #[command(flatten)]
    exposing: Exposing,
}

const OPENING: &str = "Opening";

/// A limit that was given; `none` is stored as a limit too.
#[derive(Copy, Clone, Debug)]
pub(super) struct Limit(pub Option<Duration>);

/// Reads a limit, as `5s` or `none`.
pub(super) fn time(word: &str) -> Result<Limit, String> {
    if word == "none" {
        return Ok(Limit(None));
    }
    OptionKind::Duration.parse(word).map_err(|wrong| wrong.to_string())?;
    humantime::parse_duration(word).map(|limit| Limit(Some(limit))).map_err(|error| error.to_string())
}

/// The number of entries that a command uses, if a request has several answers or a name stands for several entries.
#[derive(Copy, Clone, Debug, PartialEq, Eq)]
pub(super) enum Takes {
    /// The first answer; the command has no --fallback.
    First,
    /// The first answer, because --fallback was not given.
    FirstUnlessAsked,
    /// All answers, in order.
    All,
}

/// Files that are used despite their permissions.
#[derive(Clone, Default, clap::Args)]
pub(super) struct Exposing {
    /// Uses this file although others can write it, or read a key or passwords in it: a catalog, a file that an option names, or
    /// a folder on the way to one; repeatable
    #[arg(long, value_name = "PATH", help_heading = OPENING)]
    allow_exposed: Vec<PathBuf>,
}

impl Exposing {
    /// Returns the built-in modules, which accept these files.
    pub fn providers(&self) -> Providers {
        let providers = Providers::shipped().environment(|name| std::env::var(name).ok());
        self.allow_exposed.iter().fold(providers, |providers, path| providers.allow_exposed_file(path))
    }
}

/// The services that may be lost by falling back.
#[derive(Clone, clap::Args)]
pub(super) struct Losing {
    /// Lets --fallback use entries that lack these services where the first entry has them: encrypted, authenticated or both,
    /// separated by a comma
    #[arg(long, value_name = "SERVICES", requires = "fallback", value_delimiter = ',', value_parser = losable)]
    may_lose: Vec<Services>,
}

impl Losing {
    pub fn services(&self) -> Services {
        self.may_lose.iter().cloned().collect()
    }
}

/// Reads a service that may be lost; falling back keeps no others.
fn losable(word: &str) -> Result<Services, String> {
    let services = Services::from_name(word.trim()).map_err(|error| error.to_string())?;
    if services.intersects(&(Services::ENCRYPTED | Services::AUTHENTICATED)) {
        Ok(services)
    } else {
        Err("falling back keeps `encrypted` and `authenticated`; no other service has to be named".to_owned())
    }
}

/// Prints which entries are never tried, and why, before any is tried.
pub(super) fn notify_never_tried(alternatives: &Alternatives) {
    for untried in alternatives.never_tried() {
        talk(format_args!("{FAINT}never fallen back to: {}{FAINT:#}", output::printable(&untried.to_string())));
    }
}

impl Spec {
    /// Returns the opener for a role; a status if the registry refuses the request, which was then reported.
    pub fn opener(&self, globals: &Globals, role: Role) -> Result<Result<Opener, Status>, Failure> {
        let only = |only: Alternatives| only.openers()[0].clone();
        Ok(self.alternatives(globals, role, Takes::First)?.map(only))
    }

    /// Returns the openers of all entries that are used, of which the first that succeeds counts.
    pub fn alternatives(
        &self,
        globals: &Globals,
        role: Role,
        takes: Takes,
    ) -> Result<Result<Alternatives, Status>, Failure> {
        let mut words = Words::read(&self.spec)?;
        let demands = self.demands.each().map(|(key, value)| (key.to_owned(), value.to_owned()));
        let demands: Vec<(String, String)> = demands.collect();
        // A demand with one value may be given once, in either place. Lists of services add up.
        let takes_one = |key: &str| ["entry", "provider", "application"].contains(&key);
        let twice =
            demands.iter().find(|(key, _)| takes_one(key) && words.demands.iter().any(|(stated, _)| stated == key));
        if let Some((key, _)) = twice {
            return Err(WordError::twice(key).into());
        }
        words.demands.extend(demands);
        words.set.extend(self.set.iter().cloned());
        let places = words.set.iter().filter_map(|set| set.split_once('=')).map(|(place, _)| place);
        let mut stated = HashSet::new();
        if let Some(place) = places.into_iter().find(|place| !stated.insert(*place)) {
            return Err(WordError::twice(place).into());
        }
        let opener = match words.alternatives(globals, &globals.registry()?, role, takes, &self.exposing)? {
            Ok(opener) => opener,
            Err(status) => return Ok(Err(status)),
        };
        let limits = [
            (Step::Connect, self.connect_timeout),
            (Step::Handshake, self.handshake_timeout),
            (Step::Read, self.read_timeout),
            (Step::Write, self.write_timeout),
        ];
        let given = limits.into_iter().filter_map(|(step, limit)| Some((step, limit?)));
        Ok(Ok(given.fold(opener, |opener, (step, limit)| opener.limit(step, limit.0))))
    }
}

/// Returns the openers of all entries that a SPEC in one argument stands for, or `None` if the SPEC is wrong or refused.
#[cfg(any(test, fuzzing))]
#[allow(dead_code, reason = "the fuzzer calls it")]
pub fn spec_openers(registry: &Registry, spec: &str, role: Role) -> Option<Alternatives> {
    let words = Words::read(spec).ok()?;
    let request = words.request(registry, role, Takes::All).ok()?;
    let selections = words.selections(registry, &request, Takes::All).ok()?;
    words.with_options(Alternatives::new(&Exposing::default().providers(), &selections)).ok()
}

/// A SPEC as one argument: the entry or request, followed by demands, as on a line of a batch, and options for this
/// call, in any order: `inet/stream require=encrypted tls.roots=webpki`. A word with blanks is quoted.
pub(super) struct Words {
    spec: String,
    demands: Vec<(String, String)>,
    set: Vec<String>,
}

impl Words {
    pub fn read(text: &str) -> Result<Words, Failure> {
        let wrong = |message: String| Failure::Message {
            message,
            help: Some("as in `secure/tcp4 tls.roots=webpki`, or `inet/stream require=encrypted`".to_owned()),
        };
        let mut words = unquoted(text).ok_or_else(|| wrong(format!("`{text}`: a quote is not closed")))?.into_iter();
        let spec = words.next().ok_or_else(|| wrong("a SPEC is empty".to_owned()))?;
        let mut read = Words { spec, demands: Vec::new(), set: Vec::new() };
        let mut stated_before = HashSet::new();
        for word in words {
            let stated = word.split_once('=').map(|(key, _)| key.to_owned());
            if let Some(key) = stated.filter(|key| !stated_before.insert(key.clone())) {
                return Err(WordError::twice(&key).into());
            }
            match word.split_once('=') {
                Some((place, _)) if place.contains('.') => read.set.push(word),
                Some((key, value)) => read.demands.push((key.to_owned(), value.to_owned())),
                None => return Err(wrong(format!("`{word}` is neither a demand nor ENTRY.OPTION=VALUE"))),
            }
        }
        Ok(read)
    }

    /// Returns the opener; a status if the registry refuses the request, which was then reported.
    pub fn opener(
        &self,
        globals: &Globals,
        registry: &Registry,
        role: Role,
        exposing: &Exposing,
    ) -> Result<Result<Opener, Status>, Failure> {
        let only = |only: Alternatives| only.openers()[0].clone();
        Ok(self.alternatives(globals, registry, role, Takes::First, exposing)?.map(only))
    }

    /// Returns the openers of all entries that are used, of which the first that succeeds counts.
    pub fn alternatives(
        &self,
        globals: &Globals,
        registry: &Registry,
        role: Role,
        takes: Takes,
        exposing: &Exposing,
    ) -> Result<Result<Alternatives, Status>, Failure> {
        let providers = exposing.providers();
        let request = self.request(registry, role, takes)?;
        warn_if_unknown(registry, &request);
        let selections = match self.selections(registry, &request, takes) {
            Ok(selections) => selections,
            Err(refusal) => {
                talk(format_args!("{}", refused(registry, &refusal)));
                let again = format!("sockatlas{} explain {}", globals.words(), self.again(registry, role));
                talk(format_args!("  {HINT}help{HINT:#}: `{}` shows every candidate", output::printable(&again)));
                return Ok(Err(Status::Refused));
            }
        };
        self.with_options(Alternatives::new(&providers, &selections)).map(Ok)
    }

    /// Returns the selections that answer the request.
    fn selections<'r>(
        &self,
        registry: &'r Registry,
        request: &Request,
        takes: Takes,
    ) -> Result<Selections<'r>, Refusal> {
        match takes {
            Takes::All if self.members(registry).is_some() => registry.selections_of_group(&self.spec, request),
            Takes::All => registry.selections(request),
            Takes::First | Takes::FirstUnlessAsked => registry.resolve(request).map(Selections::from),
        }
    }

    /// Returns the openers with the options for this call.
    fn with_options(&self, openers: Alternatives) -> Result<Alternatives, Failure> {
        self.set.iter().try_fold(openers, |openers, set| {
            let wrong = || Failure::Message {
                message: format!("`--set {set}` is not of the form ENTRY.OPTION=VALUE"),
                help: Some("as in `--set tls.roots=webpki`".to_owned()),
            };
            let (place, value) = set.split_once('=').ok_or_else(wrong)?;
            // Names of entries may contain dots; names of options do not.
            let (entry, option) = place.rsplit_once('.').ok_or_else(wrong)?;
            openers.set_word(entry, option, value).map_err(reported)
        })
    }

    /// Returns the request. The name of an entry takes precedence over a request of the same spelling; a text that is
    /// neither is treated as a name, so that it is rejected and nothing else is opened.
    fn request(&self, registry: &Registry, role: Role, takes: Takes) -> Result<Request, Failure> {
        let mut request = match (self.triple(registry), self.members(registry)) {
            (Some((family, socket_type, protocol)), _) => registry.request(family, socket_type, protocol)?,
            (None, None) => Request::named(self.spec.as_str()),
            (None, Some(_)) if takes == Takes::All => Request::default(),
            (None, Some(members)) => {
                let names: Vec<String> = members.iter().map(|member| format!("`{}`", member.name())).collect();
                let message = format!("`{}` stands for several entries: {}", self.spec, names.join(", "));
                let help = match takes {
                    Takes::First => "name one of them",
                    _ => "name one of them, or --fallback tries them in order",
                };
                return Err(Failure::Message { message, help: Some(help.to_owned()) });
            }
        };
        for (key, value) in &self.demands {
            if key == "role" {
                return Err(Failure::Message {
                    message: "a SPEC takes no `role`".to_owned(),
                    help: Some(format!("it is opened {}", role.verb())),
                });
            }
            registry.demand(&mut request, key, value)?;
        }
        Ok(request.as_role(role))
    }

    /// Returns the entries of a chain over several bases. Its name is not the name of an entry, but is accepted for
    /// them.
    fn members<'r>(&self, registry: &'r Registry) -> Option<Vec<EntryRef<'r>>> {
        let members = called(registry, &self.spec).ok()?;
        let is_group =
            registry.entry(&self.spec).is_none() && members[0].name().starts_with(&format!("{}/", self.spec));
        is_group.then_some(members)
    }

    /// Returns the parts of FAMILY/TYPE or FAMILY/TYPE/PROTOCOL, unless it is an entry's name.
    fn triple(&self, registry: &Registry) -> Option<(&str, &str, Option<&str>)> {
        let parts: Vec<&str> = self.spec.split('/').collect();
        let (family, socket_type, protocol) = match parts[..] {
            [family, socket_type] => (family, socket_type, None),
            [family, socket_type, protocol] => (family, socket_type, Some(protocol)),
            _ => return None,
        };
        let known = registry.family(family).is_ok() && registry.entry(&self.spec).is_none();
        known.then_some((family, socket_type, protocol))
    }

    /// Returns the request as arguments of `explain`.
    fn again(&self, registry: &Registry, role: Role) -> String {
        let mut words = match self.triple(registry) {
            Some(_) => self.spec.split('/').map(quoted).collect(),
            None => {
                let first = self.members(registry).map(|members| members[0].name());
                vec![format!("--entry {}", quoted(first.unwrap_or(&self.spec)))]
            }
        };
        words.extend((role == Role::Accept).then(|| "--role accept".to_owned()));
        words.extend(self.demands.iter().map(|(key, value)| format!("--{key} {}", quoted(value))));
        words.join(" ")
    }
}

/// Splits a text into words; quotes of either kind hold together the text between them. Returns `None` if a quote is
/// not closed.
fn unquoted(text: &str) -> Option<Vec<String>> {
    let mut words = Vec::new();
    let mut word: Option<String> = None;
    let mut quote = None;
    for c in text.chars() {
        match quote {
            Some(open) if c == open => quote = None,
            Some(_) => word.get_or_insert_default().push(c),
            None if c == '\'' || c == '"' => {
                quote = Some(c);
                word.get_or_insert_default();
            }
            None if c.is_whitespace() => words.extend(word.take()),
            None => word.get_or_insert_default().push(c),
        }
    }
    words.extend(word);
    quote.is_none().then_some(words)
}

/// Converts an error of opening to the command's failure.
pub(super) fn reported(error: Error) -> Failure {
    let code = error.code().map(|code| format!("[{code}] ")).unwrap_or_default();
    let help = match (&error, error.kind()) {
        (Error::NoModule { feature: Some(feature), .. }, _) => {
            Some(format!("install sockatlas with `--features {feature}`"))
        }
        (Error::Exposed { source, .. }, _) => {
            Some(format!("`--allow-exposed {}` takes it as it is", source.file.display()))
        }
        (Error::Provider { entry, source, .. }, ErrorKind::Usage) => {
            source.option_name().map(|option| format!("`--set {entry}.{option}=VALUE` gives it for one call"))
        }
        _ => None,
    };
    Failure::Message { message: format!("{code}{error}"), help }
}
