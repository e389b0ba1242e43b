//! Alternatives: several entries, which are tried as races of IP versions, one group after the other.

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
/// A program falls back to another entry only if it asks for that with this type. Entries that differ in the IP version of their
/// base protocol only are one group: their addresses [race](super::race). An entry of another group is tried only after all
/// entries before it have failed at every address, including their handshakes. The outcomes of the attempts are in the error, and
/// beside the winner in [`Opened::attempts`](super::Opened::attempts).
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
/// # Entries that are never tried
///
/// An entry that lacks `encrypted` or `authenticated` where the first one has it is never tried, unless
/// [`Alternatives::may_lose`] names that service. [`Alternatives::never_tried`] returns these entries in advance.
///
/// [`Selections`] answer one request, so each of them offers the services that it requires. In a list made by hand, with
/// [`Opener::or`], no request is known: each entry must offer every service that the first one offers, or those that
/// [`Alternatives::requiring`] states.
///
/// # Failures that end the attempts
///
/// After a failure of authentication no other entry and no other address is tried, whatever else is allowed; otherwise an
/// attacker on the way could choose what is tried next. Failures of authentication are: a certificate is rejected, by this end or
/// the other; a proxy rejects the user or the password; and the handshake of any other layer that encrypts or authenticates
/// fails, unless the layer reports another cause (see
/// [`SessionError::of_authentication`](super::machine::SessionError::of_authentication)). It is no such failure if a peer cannot
/// be reached, does not answer in time or does not speak the protocol of a layer. [`Error::is_of_authentication`] distinguishes
/// them.
#[derive(Clone, Debug)]
#[must_use]
pub struct Alternatives {
    /// The openers, at least one.
    openers: Vec<Opener>,
    /// The services that each must offer.
    required: Services,
    /// The services that the first may have and others may lack.
    may_lose: Services,
}

impl Opener {
    /// Creates the alternatives of two openers: the second is tried if the first cannot be opened.
    ///
    /// # Errors
    ///
    /// [`Error::Unfit`]: the next lacks a service that this one offers. [`Alternatives::requiring`] creates lists with other
    /// requirements.
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

    /// Creates a list to which openers are added with `or`. Each must offer these services, and `encrypted` and `authenticated`
    /// if the first does.
    ///
    /// # Errors
    ///
    /// [`Error::Unfit`]: this opener lacks one of the services.
    pub fn requiring(services: Services, first: Opener) -> Result<Self, Error> {
        Alternatives { openers: Vec::new(), required: services, may_lose: Services::NONE }.or(first)
    }

    /// Names the services that a fallback may lose: entries that lack them are tried too. In a list made by hand this applies to
    /// the entries that are added after the call. Services that a request requires cannot be lost, as every answer to the request
    /// offers them.
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

    /// Returns the reason why an entry is never tried, or `None` if it may be.
    fn bar(&self, opener: &Opener) -> Option<Bar> {
        let first = self.openers.first()?.selection();
        let services = self.kept().difference(opener.selection().entry().services());
        (!services.is_empty()).then(|| Bar::Lacks { services, first: first.name().to_owned() })
    }

    /// Returns the services of the first that every other must have.
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

    /// Returns the opener of the entry with this name, which [`Stream::entry`](super::Stream::entry) returns.
    pub fn opener(&self, entry: &str) -> Option<&Opener> {
        self.openers.iter().find(|opener| opener.selection().name() == entry)
    }

    pub(super) fn each(mut self, change: impl Fn(Opener) -> Opener) -> Self {
        self.openers = self.openers.into_iter().map(change).collect();
        self
    }

    /// Sets an option of an entry in every stack that contains it: see [`Opener::set`].
    ///
    /// # Errors
    ///
    /// The errors of [`Opener::set`]; also if no stack contains the entry.
    pub fn set(self, entry: &str, option: &str, value: OptionValue) -> Result<Self, Error> {
        self.given(entry, |opener| opener.set(entry, option, value.clone()))
    }

    /// Sets an option from a word of a command line: see [`Opener::set_word`].
    ///
    /// # Errors
    ///
    /// Like [`set`](Alternatives::set).
    pub fn set_word(self, entry: &str, option: &str, word: &str) -> Result<Self, Error> {
        self.given(entry, |opener| opener.set_word(entry, option, word))
    }

    fn given(mut self, entry: &str, set: impl Fn(Opener) -> Result<Opener, Error>) -> Result<Self, Error> {
        let mut has = self.openers.iter().map(|opener| opener.has_part(entry)).collect::<Vec<bool>>();
        if !has.contains(&true) {
            // The error of the first one describes its stack.
            has.fill(true);
        }
        let openers = self.openers.into_iter().zip(has);
        let openers = openers.map(|(opener, has)| if has { set(opener) } else { Ok(opener) });
        self.openers = openers.collect::<Result<_, Error>>()?;
        Ok(self)
    }

    /// Sets the time limit of a step of each opener: see [`Opener::limit`]. The limit for connecting applies to each address.
    pub fn limit(self, step: Step, limit: Option<Duration>) -> Self {
        self.each(|opener| opener.limit(step, limit))
    }

    /// Sets the time after which the next address is tried beside the last one: see [`Opener::attempt_delay`].
    pub fn attempt_delay(self, delay: Duration) -> Self {
        self.each(|opener| opener.attempt_delay(delay))
    }

    /// Makes blocking calls return when `cancel` is cancelled: see [`Opener::cancelled_by`]. No further entry is tried then.
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

/// Groups the openers that race together; a group has the place of its first opener.
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

/// Returns whether two entries differ in the IP version only. A name means the same in those two families, and in no others.
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
