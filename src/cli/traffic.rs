//! The shared code of commands that serve many connections: the signals that end them, the line of live counters, the summary and
//! the log.
//!
//! | file | contents |
//! |---|---|
//! | `log` | writes a line of JSON for each connection |
//! | `files` | the number of connections that the process has file descriptors for |

pub(super) mod files;
pub(super) mod log;

use super::failure::Failure;
use super::follow::Followed;
use super::output::{printable, talk};
use super::style::FAINT;
use super::{Status, spec::reported};
use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::pipe::{PipeFlags, pipe_with};
use signal_hook::consts::{SIGHUP, SIGINT, SIGTERM};
use sockatlas::net::Opener;
use sockatlas::net::relay::{Counting, Counts, Listening, Stop};
use std::io::{self, IsTerminal, Write};
use std::os::fd::OwnedFd;
use std::time::{Duration, Instant};

/// A listening relay, with the text that reports its address.
pub(super) struct Served {
    pub listening: Listening,
    pub shown: String,
}

impl Served {
    /// Creates the value with the address and the protocol of the socket.
    pub fn new(listening: Listening, near: &Opener) -> Self {
        let shown = listening.local().map_or_else(String::new, |local| near.shown(local));
        Served { listening, shown }
    }
}

/// Prints the listening addresses, relays until a signal ends it, and prints the summary. Returns a clean status if no
/// connection was cut.
pub(super) fn serve(served: Vec<Served>, followed: Followed) -> Result<Status, Failure> {
    let stop = Stop::new();
    let pipes = signals(&[SIGTERM, SIGINT]).and_then(|ending| Ok((ending, signals(&[SIGHUP])?)));
    let (ending, reloading) = pipes.map_err(|error| Failure::io("signals", error))?;
    let counting = served.iter().map(|served| served.listening.counts()).collect();
    for Served { shown, .. } in &served {
        talk(format_args!("listening at {}", printable(shown)));
    }
    let on_terminal = io::stderr().is_terminal();
    let stopped = stop.clone();
    let watcher = Watcher { stop: stopped, counting: Countings(counting), ending, reloading, followed, on_terminal };
    // The thread ends with the process; it has nothing left to do then.
    let thread = std::thread::Builder::new().name("signals".to_owned()).spawn(move || watcher.watch());
    thread.map_err(|error| Failure::io("pthread_create", error))?;
    let began = Instant::now();
    let counts = all(served, &stop);
    clear_line();
    let counts = counts?;
    summary(&counts, began.elapsed());
    Ok(if counts.cut == 0 { Status::Clean } else { Status::Refused })
}

/// Runs all relays until the last has ended, and returns their sum of counts. If one fails, all are stopped.
fn all(served: Vec<Served>, stop: &Stop) -> Result<Counts, Failure> {
    std::thread::scope(|scope| {
        let mut relays = served.into_iter().map(|Served { listening, .. }| {
            move || listening.run(stop).inspect_err(|_| stop.at_once()).map_err(reported)
        });
        let mine = relays.next();
        let threads: Vec<_> = relays
            .map(|relay| {
                let thread = std::thread::Builder::new().name("relays".to_owned()).spawn_scoped(scope, relay);
                thread.inspect_err(|_| stop.at_once()).map_err(|error| Failure::io("pthread_create", error))
            })
            .collect();
        let mut done = vec![mine.map_or_else(|| Ok(Counts::default()), |mine| mine())];
        done.extend(
            threads.into_iter().map(|thread| thread?.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic))),
        );
        done.into_iter().sum()
    })
}

/// Returns a pipe that receives a byte for each of these signals.
fn signals(which: &[i32]) -> io::Result<OwnedFd> {
    let (outlet, inlet) = pipe_with(PipeFlags::CLOEXEC | PipeFlags::NONBLOCK)?;
    for signal in which {
        signal_hook::low_level::pipe::register_raw(*signal, inlet.try_clone()?)?;
    }
    Ok(outlet)
}

/// Reads the bytes of a pipe, and returns whether there were any.
fn took(pipe: &OwnedFd, bytes: &mut [u8]) -> bool {
    rustix::io::read(pipe, bytes).is_ok_and(|count| count > 0)
}

/// The interval at which the counters are shown.
const SHOWN: Duration = Duration::from_secs(1);

/// Waits for signals, and shows counters meanwhile if stderr is a terminal.
struct Watcher {
    stop: Stop,
    counting: Countings,
    /// The pipe of SIGTERM and SIGINT.
    ending: OwnedFd,
    /// The pipe of SIGHUP.
    reloading: OwnedFd,
    followed: Followed,
    /// Whether stderr was a terminal at the start.
    on_terminal: bool,
}

/// The counters of several relays.
struct Countings(Vec<Counting>);

impl Countings {
    fn now(&self) -> Counts {
        self.0.iter().map(Counting::now).sum()
    }
}

impl Watcher {
    fn watch(self) {
        let every = self.on_terminal.then_some(Timespec { tv_sec: SHOWN.as_secs() as i64, tv_nsec: 0 });
        let mut last = (Instant::now(), self.counting.now());
        loop {
            let mut fds = [&self.ending, &self.reloading].map(|pipe| PollFd::new(pipe, PollFlags::IN));
            match poll(&mut fds, every.as_ref()) {
                Ok(0) => {
                    let now = (Instant::now(), self.counting.now());
                    show(&last.1, &now.1, now.0 - last.0);
                    last = now;
                }
                Ok(_) => {
                    if took(&self.ending, &mut [0]) {
                        self.heed();
                    }
                    // Signals that arrived during a reload cause one further reload.
                    if took(&self.reloading, &mut [0; 64]) {
                        self.reload();
                    }
                }
                Err(_) => {}
            }
        }
    }

    /// Reloads the catalogs on SIGHUP. If the terminal that the command was started on is gone, ends the command
    /// instead.
    fn reload(&self) {
        if self.on_terminal && !io::stderr().is_terminal() {
            return self.heed();
        }
        clear_line();
        self.followed.reload();
    }

    /// Handles a signal to end: the first ends the command gracefully, the second at once.
    fn heed(&self) {
        clear_line();
        if self.stop.is_asked() {
            return self.stop.at_once();
        }
        let open = self.counting.now().open;
        match open {
            0 => {}
            1 => talk(format_args!("ending: 1 connection may go on to its end; once more cuts it")),
            _ => talk(format_args!("ending: {open} connections may go on to their ends; once more cuts them")),
        }
        self.stop.gracefully();
    }
}

/// Rewrites the line of counters.
fn show(before: &Counts, now: &Counts, passed: Duration) {
    let rate = |before: u64, now: u64| amount(((now - before) as f64 / passed.as_secs_f64()) as u64);
    let line = format!(
        "{} open, {} served, {} failed; up {} at {}/s, down {} at {}/s",
        now.open,
        now.served,
        now.failed,
        amount(now.up),
        rate(before.up, now.up),
        amount(now.down),
        rate(before.down, now.down)
    );
    // A terminal without colours still needs the line rewritten, so the control sequence bypasses the filter of styles.
    clear_line();
    // If this cannot be written, there is no other way to report it.
    let _ = write!(anstream::stderr().lock(), "{FAINT}{line}{FAINT:#}");
}

fn clear_line() {
    if io::stderr().is_terminal() {
        let _ = write!(io::stderr().lock(), "\r\x1b[K");
    }
}

fn summary(counts: &Counts, lasted: Duration) {
    let Counts { accepted, served, failed, cut, up, down, .. } = *counts;
    let lasted = humantime::format_duration(Duration::from_millis(lasted.as_millis().try_into().unwrap_or(u64::MAX)));
    let cut = if cut > 0 { format!(", {cut} cut") } else { String::new() };
    talk(format_args!(
        "{} in {lasted}: {served} served, {failed} failed{cut}; {up} bytes up, {down} down",
        counted(accepted, "connection")
    ));
}

/// Returns a number with its noun: `1 connection`, `2 connections`.
fn counted(count: u64, what: &str) -> String {
    if count == 1 { format!("1 {what}") } else { format!("{count} {what}s") }
}

/// Returns a number of bytes in a suitable unit: `17 B`, `1.5 kB`, `2.0 GB`.
fn amount(bytes: u64) -> String {
    const UNITS: [&str; 5] = ["kB", "MB", "GB", "TB", "PB"];
    if bytes < 1000 {
        return format!("{bytes} B");
    }
    let mut value = bytes as f64 / 1000.0;
    let mut unit = 0;
    while value >= 999.95 && unit + 1 < UNITS.len() {
        value /= 1000.0;
        unit += 1;
    }
    format!("{value:.1} {}", UNITS[unit])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn amounts_have_the_unit_that_suits_them() {
        let shown = [0, 999, 1000, 1499, 999_949, 999_950, 2_000_000_000, u64::MAX].map(amount);
        assert_eq!(shown, ["0 B", "999 B", "1.0 kB", "1.5 kB", "999.9 kB", "1.0 MB", "2.0 GB", "18446.7 PB"]);
    }
}
