//! Lets long-running commands follow their catalogs: when a catalog changes, new connections are opened as the new
//! version states.
//!
//! | the catalogs | new connections | open connections |
//! |---|---|---|
//! | change | are opened as the new version states | stay as they are |
//! | refuse the requested entries, or these cannot be opened | are refused | stay as they are |
//! | have faults | are opened as the last version without faults states | stay as they are |
//!
//! So no connection is ever opened in a way that the current version does not allow, and a half-written file stops no
//! one. Listening sockets stay: if a new version changes their base protocol, new connections are refused until the
//! command is restarted.

use super::failure::{Failure, warn};
use super::output::talk;
use super::spec::reported;
use super::style::{HINT, SUBJECT};
use super::{Globals, Status, diff};
use sockatlas::Registry;
use sockatlas::live::{Event, Live, Rejection, Subscription, Watcher};
use sockatlas::net::relay::{Relay, Switch};
use sockatlas::report::text;

/// The catalogs of a long-running command.
pub(super) struct Following {
    live: Live,
    /// Whether to reload when the files change, and not only on request.
    watch: bool,
}

/// Keeps a command following its catalogs. Dropping the value stops that.
pub(super) struct Followed {
    live: Live,
    _watcher: Option<Watcher>,
    _subscription: Subscription,
}

/// The relays that open connections as a version states; a status if the version refuses them, which was then reported.
pub(super) type Made = Result<Result<Vec<Relay>, Status>, Failure>;

impl Following {
    /// Loads the catalogs.
    pub fn load(globals: &Globals, watch: bool) -> Result<Following, Failure> {
        let live = Live::load(globals.loader()?).map_err(Failure::Catalog)?;
        Ok(Following { live, watch })
    }

    /// Returns the current registry.
    pub fn registry(&self) -> Registry {
        self.live.version().registry.clone()
    }

    /// Starts to follow: whenever the catalogs change, `make` makes new relays, and each switch opens connections as
    /// the relay at its index does.
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
    /// Reloads the catalogs on the user's request, so that the result is reported in any case.
    pub fn reload(&self) {
        let number = || self.live.version().number;
        match self.live.reload() {
            None => talk(format_args!("the catalogs say what they said: version {} counts", number())),
            Some(Event::Kept(_)) => talk(format_args!("the catalogs have faults: version {} counts", number())),
            Some(_) => {}
        }
    }
}

/// Reports an event of the catalogs, and switches to a new version.
fn heed(event: &Event, switches: &[Switch], make: &mut impl FnMut(&Registry) -> Made) {
    let number = event.version().number;
    match event {
        Event::Replaced(replaced) => {
            talk(format_args!("{SUBJECT}the catalogs have changed{SUBJECT:#}"));
            some(&diff::gist(&replaced.is().registry, replaced.comparison()));
            // Printed after the switch, when it is true.
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
                other => warn(other),
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
        _ => talk(format_args!("version {number} counts")),
    }
}

/// Makes all switches open connections as a version states, and returns whether that succeeded. If one of them cannot,
/// none opens any.
fn switch(registry: &Registry, switches: &[Switch], make: &mut impl FnMut(&Registry) -> Made) -> bool {
    let made = make(registry).and_then(|made| {
        let Ok(relays) = made else { return Ok(false) };
        let pairs = switches.iter().zip(&relays);
        pairs.into_iter().try_for_each(|(switch, relay)| switch.to(relay)).map(|()| true).map_err(reported)
    });
    let is_open = made.unwrap_or_else(|failure| {
        // The command goes on, so this failure does not set its exit status.
        let _ = failure.report();
        false
    });
    if !is_open {
        switches.iter().for_each(|switch| switch.off("the catalogs as they are now do not let it be opened"));
    }
    is_open
}

/// Prints the first lines of a long text.
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
