//! Several entries to choose from: those of one family race those of another, and the rest is fallen back to.

use super::address::ToTarget;
use super::cancel::Cancel;
use super::dialing::Dialing;
use super::error::{Bar, Error, Step, Untried};
use super::opener::{Opener, security};
use super::providers::Providers;
use crate::Selections;
use crate::catalog::OptionValue;
use crate::terms::{Family, Services};
use std::time::{Duration, Instant};

/// Opens the first of several entries that can be opened.
///
/// Nothing is ever fallen back to unless a program asks for it by this type. Entries that differ in nothing but the IP version
/// of their base protocol are one choice: their addresses [race](super::race). Any other entry is tried only after all of those
/// before it have failed, at every address, the handshakes included. Each attempt's outcome is in the error, and beside the
/// winner in [`Opened::attempts`](super::Opened::attempts).
///
/// ```no_run
/// use sockatlas::net::{Alternatives, Providers};
/// use sockatlas::terms::{Family, Protocol, Services, SocketType};
/// use sockatlas::{Registry, Request};
///
/// let registry = Registry::builtin();
/// let request = Request::new(Family::UNSPEC, SocketType::STREAM, Protocol::TCP).require(Services::ENCRYPTED);
/// let encrypted = registry.selections(&request)?;
/// let stream = Alternatives::new(&Providers::shipped(), &encrypted).connect("example.org:443")?;
/// println!("{}", stream.opened());
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// # What is never fallen back to
///
/// An entry that lacks `encrypted` or `authenticated` where the first one has it is never tried, unless
/// [`Alternatives::may_lose`] names exactly that. [`Alternatives::never_tried`] says beforehand which those are.
///
/// [`Selections`] answer one request, so each of them offers what it requires. In a list made by hand, with [`Opener::or`], a request
/// is not known: there each entry must offer every service that the first one offers, or those that [`Alternatives::requiring`]
/// states.
///
/// # After what nothing is fallen back to
///
/// After a failure of authentication nothing more is tried, whatever else is allowed: no other entry, and no other address. Whoever
/// stands between could else choose what is tried next. It is such a failure when a certificate is not accepted, by this end or the
/// other; when a proxy does not accept the user or the password; and when the handshake of any other layer that encrypts or
/// authenticates fails, unless the layer says that it was something else (see
/// [`SessionError::of_authentication`](super::machine::SessionError::of_authentication)). That a peer cannot be reached, does not
/// answer in time or does not speak the protocol of a layer is none. [`Error::is_of_authentication`] distinguishes them.
#[derive(Clone, Debug)]
#[must_use]
pub struct Alternatives {
    /// At least one.
    openers: Vec<Opener>,
    /// What each must offer.
    required: Services,
    /// What the first may have and others lack.
    may_lose: Services,
}

impl Opener {
    /// Creates the alternatives of two openers: the second is tried if the first cannot be opened.
    ///
    /// # Errors
    ///
    /// [`Error::Unfit`]: the next lacks a service that this one offers. [`Alternatives::requiring`] makes lists of others.
    pub fn or(self, next: Opener) -> Result<Alternatives, Error> {
        Alternatives::from(self).or(next)
    }
}

impl From<Opener> for Alternatives {
    /// Creates alternatives of a single opener.
    fn from(only: Opener) -> Self {
        let required = only.selection().entry().services().clone();
        Alternatives { openers: vec![only], required, may_lose: Services::NONE }
    }
}

impl Alternatives {
    /// Creates the alternatives of all answers to one request, in their order.
    pub fn new(providers: &Providers, selections: &Selections<'_>) -> Self {
        let openers = selections.iter().map(|selection| Opener::new(providers, selection)).collect();
        Alternatives { openers, required: Services::NONE, may_lose: Services::NONE }
    }

    /// Creates a list to which openers are added with `or`. Each must offer these services, and `encrypted` and `authenticated` if the first does.
    ///
    /// # Errors
    ///
    /// [`Error::Unfit`]: this one lacks one of them.
    pub fn requiring(services: Services, first: Opener) -> Result<Self, Error> {
        Alternatives { openers: Vec::new(), required: services, may_lose: Services::NONE }.or(first)
    }

    /// Names what may be lost by falling back: entries that lack these services are tried too. Of a list made by hand this holds
    /// for those that come after it. What a request requires is not lost by it, as no answer to the request lacks that.
    pub fn may_lose(mut self, services: Services) -> Self {
        self.may_lose = services;
        self
    }

    /// Returns the entries that are never tried, in their order, each with the services of the first one that it lacks.
    pub fn never_tried(&self) -> Vec<Untried> {
        let untried = |(opener, why): (&Opener, Bar)| Untried { entry: opener.selection().name().to_owned(), why };
        self.barred().map(untried).collect()
    }

    fn barred(&self) -> impl Iterator<Item = (&Opener, Bar)> {
        self.openers.iter().filter_map(|opener| Some((opener, self.bar(opener)?)))
    }

    /// Why an entry is never fallen back to, if it is not.
    fn bar(&self, opener: &Opener) -> Option<Bar> {
        let first = self.openers.first()?.selection();
        let services = self.kept().difference(opener.selection().entry().services());
        (!services.is_empty()).then(|| Bar::Lacks { services, first: first.name().to_owned() })
    }

    /// Returns what the first has, and every other must have.
    fn kept(&self) -> Services {
        let first = self.openers.first().map(|first| first.selection().entry().services().intersection(&security()));
        first.unwrap_or_default().difference(&self.may_lose)
    }

    /// Adds an opener that is tried if none before it can be opened.
    ///
    /// # Errors
    ///
    /// [`Error::Unfit`]: the next lacks a service that each must offer.
    pub fn or(mut self, next: Opener) -> Result<Self, Error> {
        let selection = next.selection();
        let wanted = self.required.difference(&self.may_lose).union(&self.kept());
        let lacking = wanted.difference(selection.entry().services());
        if !lacking.is_empty() {
            let lacking: Vec<String> = lacking.iter().map(|service| format!("`{service}`")).collect();
            let problem = format!("it lacks {}, so nothing falls back to it", lacking.join(", "));
            return Err(Error::Unfit { entry: selection.name().to_owned(), problem });
        }
        self.openers.push(next);
        Ok(self)
    }

    /// Returns the openers in their order; there is at least one.
    pub fn openers(&self) -> &[Opener] {
        &self.openers
    }

    /// Returns the opener of the entry of this name, as [`Stream::entry`](super::Stream::entry) returns it.
    pub fn opener(&self, entry: &str) -> Option<&Opener> {
        self.openers.iter().find(|opener| opener.selection().name() == entry)
    }

    pub(super) fn each(mut self, change: impl Fn(Opener) -> Opener) -> Self {
        self.openers = self.openers.into_iter().map(change).collect();
        self
    }

    /// Sets an option of an entry in every stack that has it: see [`Opener::set`].
    ///
    /// # Errors
    ///
    /// As there; no stack has the entry.
    pub fn set(self, entry: &str, option: &str, value: OptionValue) -> Result<Self, Error> {
        self.given(entry, |opener| opener.set(entry, option, value.clone()))
    }

    /// Sets an option from a word as on a command line: see [`Opener::set_word`].
    ///
    /// # Errors
    ///
    /// As [`set`](Alternatives::set).
    pub fn set_word(self, entry: &str, option: &str, word: &str) -> Result<Self, Error> {
        self.given(entry, |opener| opener.set_word(entry, option, word))
    }

    fn given(mut self, entry: &str, set: impl Fn(Opener) -> Result<Opener, Error>) -> Result<Self, Error> {
        let mut has = self.openers.iter().map(|opener| opener.has_part(entry)).collect::<Vec<bool>>();
        if !has.contains(&true) {
            // The first one tells what its stack is.
            has.fill(true);
        }
        let openers = self.openers.into_iter().zip(has);
        let openers = openers.map(|(opener, has)| if has { set(opener) } else { Ok(opener) });
        self.openers = openers.collect::<Result<_, Error>>()?;
        Ok(self)
    }

    /// Sets how long a step of each may take: see [`Opener::limit`]. The time to connect counts for each address.
    pub fn limit(self, step: Step, limit: Option<Duration>) -> Self {
        self.each(|opener| opener.limit(step, limit))
    }

    /// Sets how long an address has before the next one is tried beside it: see [`Opener::attempt_delay`].
    pub fn attempt_delay(self, delay: Duration) -> Self {
        self.each(|opener| opener.attempt_delay(delay))
    }

    /// Makes blocking calls return once this is cancelled: see [`Opener::cancelled_by`]. No further entry is tried then.
    pub fn cancelled_by(self, cancel: &Cancel) -> Self {
        self.each(|opener| opener.cancelled_by(cancel))
    }

    pub(super) fn dialing(&self, target: &impl ToTarget, now: Instant) -> Result<Dialing, Error> {
        match &self.openers[..] {
            [one] => Dialing::one(one, target, now),
            several => {
                let admitted = several.iter().filter(|opener| self.bar(opener).is_none());
                Dialing::groups(groups(admitted), self.barred().collect(), target, now)
            }
        }
    }
}

/// Returns those that race together, at the place of their first.
fn groups<'o>(openers: impl Iterator<Item = &'o Opener>) -> Vec<Vec<&'o Opener>> {
    let mut groups: Vec<Vec<&Opener>> = Vec::new();
    for opener in openers {
        match groups.iter_mut().find(|group| group.iter().all(|other| is_other_ip_version(other, opener))) {
            Some(group) => group.push(opener),
            None => groups.push(vec![opener]),
        }
    }
    groups
}

/// Returns whether two entries differ in nothing but the IP version. Names mean the same in those two families, and in no others.
fn is_other_ip_version(one: &Opener, other: &Opener) -> bool {
    let (one, other) = (one.selection(), other.selection());
    let (Some(base), Some(other_base)) = (one.entry().base(), other.entry().base()) else { return false };
    let versions = [Family::INET, Family::INET6];
    let same_base =
        base.socket_type() == other_base.socket_type() && base.provider().name() == other_base.provider().name();
    let layers = |selection: &crate::Selection<'_>| {
        let layers = selection.stack().len() - 1;
        selection.stack().take(layers).map(|layer| layer.name().to_owned()).collect::<Vec<_>>()
    };
    one.family() != other.family()
        && versions.contains(&one.family())
        && versions.contains(&other.family())
        && one.protocol() == other.protocol()
        && one.entry().services() == other.entry().services()
        && same_base
        && layers(&one) == layers(&other)
}
