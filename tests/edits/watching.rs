//! Live registries that follow their files, whoever changes them and however.
//!
//! | file | what |
//! |---|---|
//! | `saves` | one file, saved in the ways of editors and tools |
//! | `paths` | links, folders and includes on the way to the files |
//! | `bursts` | many changes, few reloads |
//! | `failures` | what cannot be watched |

mod bursts;
mod failures;
mod paths;
mod saves;

use sockatlas::Loader;
use sockatlas::live::{Event, Live, WatchOptions, Watcher};
use std::path::Path;
use std::sync::mpsc::{Receiver, RecvTimeoutError, channel};
use std::time::Duration;

/// Longer than anything here takes, however busy the machine is.
const PATIENCE: Duration = Duration::from_secs(60);

/// A live registry whose files are followed, and what is told of it.
struct Followed {
    live: Live,
    events: Receiver<Event>,
    watcher: Watcher,
}

impl Followed {
    fn of(loader: Loader, options: WatchOptions) -> Followed {
        let live = Live::load(loader).expect("the catalogs are sound");
        let (reported, events) = channel();
        live.subscribe(move |event| drop(reported.send(event.clone()))).forever();
        let watcher = Watcher::with(&live, options).expect("the files can be watched");
        Followed { live, events, watcher }
    }

    fn path(path: &Path) -> Followed {
        Followed::of(Loader::new().path(path), WatchOptions::new())
    }

    /// Waits until the title is this one.
    fn becomes(&self, title: &str) {
        while self.title() != title {
            let event = self.next();
            assert!(!matches!(event, Event::Unwatched(_)), "{event:?}");
        }
    }

    /// Waits until the catalogs have faults: the faults.
    fn is_kept(&self) -> String {
        loop {
            if let Event::Kept(kept) = self.next() {
                return kept.rejection().to_string();
            }
        }
    }

    /// Waits until the catalogs say again what they said before they had faults.
    fn is_restored(&self) {
        while !matches!(self.next(), Event::Restored(_)) {}
    }

    fn next(&self) -> Event {
        match self.events.recv_timeout(PATIENCE) {
            Ok(event) => event,
            Err(RecvTimeoutError::Timeout) => panic!("nothing is told; the title is {:?}", self.title()),
            Err(RecvTimeoutError::Disconnected) => unreachable!("the subscriber lives as long as the registry"),
        }
    }

    fn title(&self) -> String {
        self.live.version().registry.title().unwrap_or_default().to_owned()
    }

    /// Waits until nothing is left to be dealt with: two further reloads, of which at least the second began after this.
    fn settles(&self) {
        for _ in 0..2 {
            let before = self.watcher.reloads();
            self.watcher.look();
            wait_until(|| self.watcher.reloads() > before);
        }
    }
}

/// Waits for something that comes to be.
fn wait_until(mut is_so: impl FnMut() -> bool) {
    let begun = std::time::Instant::now();
    while !is_so() {
        assert!(begun.elapsed() < PATIENCE, "it does not come to be");
        std::thread::sleep(Duration::from_millis(2));
    }
}

/// A catalog that says no more than its title.
fn titled(title: &str) -> String {
    format!("format = 1\ntitle = \"{title}\"\n")
}
