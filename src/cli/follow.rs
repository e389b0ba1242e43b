//! Commands that run for long follow their catalogs: when one changes, new connections are opened as it says then.
//!
//! | the catalogs | new connections | open connections |
//! |---|---|---|
//! | say something else | as the new version says | stay as they are |
//! | refuse what the command was asked to open, or it cannot be opened as they say | are refused | stay as they are |
//! | have faults | as the last version says that had none | stay as they are |
//!
//! So nobody is ever connected in a way that the version that counts does not allow, and a half-written file stops nobody. What
//! listens stays: where a new version has it stand on another base protocol, new connections are refused until the command is
//! started again.

use super::failure::{Failure, warn};
use super::output::talk;
use super::spec::reported;
use super::style::{HINT, SUBJECT};
use super::{Globals, Status, diff};
use crate::Registry;
use crate::edit::{Event, Live, Rejection, Subscription, Watcher};
use crate::net::relay::{Relay, Switch};
use crate::report::text;

/// The catalogs of a command that runs for long.
pub(super) struct Following {
    live: Live,
    /// They are read when something happens to their files, and not only when that is asked for.
    watch: bool,
}

/// What makes it follow; dropped, it does so no more.
pub(super) struct Followed {
    live: Live,
    _watcher: Option<Watcher>,
    _subscription: Subscription,
}

/// What opens connections by a version; a status if that refuses, which is then reported.
pub(super) type Made = Result<Result<Vec<Relay>, Status>, Failure>;

impl Following {
    /// Loads them.
    pub fn load(globals: &Globals, watch: bool) -> Result<Following, Failure> {
        let live = Live::load(globals.loader()?).map_err(Failure::Catalog)?;
        Ok(Following { live, watch })
    }

    /// What they say now.
    pub fn registry(&self) -> Registry {
        self.live.version().registry.clone()
    }

    /// From now on has each switch, when the catalogs change, open connections as the relay at its place does that is made then.
    pub fn begin(
        self,
        switches: Vec<Switch>,
        mut make: impl FnMut(&Registry) -> Made + Send + 'static,
    ) -> Result<Followed, Failure> {
        let Following { live, watch } = self;
        let subscription = live.subscribe(move |event| heed(event, &switches, &mut make));
        let watcher = match watch.then(|| Watcher::new(&live)).transpose() {
            Ok(watcher) => watcher,
            Err(error) => return Err(Failure::Message { message: error.to_string(), help: None }),
        };
        Ok(Followed { live, _watcher: watcher, _subscription: subscription })
    }
}

impl Followed {
    /// Reads the catalogs again because somebody asks for it, who is notified what comes of it in any case.
    pub fn reload(&self) {
        let number = || self.live.version().number;
        match self.live.reload() {
            None => talk(format_args!("the catalogs say what they said: version {} counts", number())),
            Some(Event::Kept(_)) => talk(format_args!("the catalogs have faults: version {} counts", number())),
            Some(_) => {}
        }
    }
}

/// Tells what became of the catalogs, and has it count.
fn heed(event: &Event, switches: &[Switch], make: &mut impl FnMut(&Registry) -> Made) {
    let number = event.version().number;
    match event {
        Event::Replaced(replaced) => {
            talk(format_args!("{SUBJECT}the catalogs have changed{SUBJECT:#}"));
            some(&diff::gist(&replaced.is().registry, replaced.comparison()));
            // Said when it is so.
            if switch(&replaced.is().registry, switches, make) {
                talk(format_args!("version {number} counts"));
            } else {
                warn(format_args!(
                    "version {number} counts, so new connections are refused; those that are open go on"
                ));
            }
        }
        Event::Kept(kept) => {
            match kept.rejection() {
                Rejection::Faults(error) => drop(Failure::Catalog(error.clone()).report()),
                Rejection::Findings(report) => {
                    talk(format_args!("{}", text::findings(&report.findings, &report.sources, true).trim_end()));
                }
            }
            warn(format_args!("the catalogs have faults, so version {number} goes on counting"));
        }
        Event::Restored(_) => {
            talk(format_args!("the catalogs have no faults any more, and say what version {number} says"))
        }
        Event::Unwatched(unwatched) => {
            warn(unwatched.error());
            talk(format_args!(
                "  {HINT}help{HINT:#}: the catalogs are read every two seconds until they can be watched again"
            ));
        }
    }
}

/// Whether all switches open connections as a version says. If one of them cannot, none opens any.
fn switch(registry: &Registry, switches: &[Switch], make: &mut impl FnMut(&Registry) -> Made) -> bool {
    let made = make(registry).and_then(|made| {
        let Ok(relays) = made else { return Ok(false) };
        let pairs = switches.iter().zip(&relays);
        pairs.into_iter().try_for_each(|(switch, relay)| switch.to(relay)).map(|()| true).map_err(reported)
    });
    let is_open = made.unwrap_or_else(|failure| {
        // The command goes on: its status is another one.
        let _ = failure.report();
        false
    });
    if !is_open {
        switches.iter().for_each(|switch| switch.off("the catalogs as they are now do not let it be opened"));
    }
    is_open
}

/// Says the first lines of a long text.
fn some(text: &str) {
    const SHOWN: usize = 12;
    let lines: Vec<&str> = text.lines().filter(|line| !line.is_empty()).collect();
    let shown = if lines.len() > SHOWN + 2 { SHOWN } else { lines.len() };
    for line in lines.iter().take(shown) {
        talk(format_args!("  {line}"));
    }
    if lines.len() > shown {
        talk(format_args!("  and {} lines more: `sockatlas diff` lists all", lines.len() - shown));
    }
}
