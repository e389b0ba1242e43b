//! What reading a registry costs that can be replaced at any moment, against a registry that cannot, and how that cost is spread while
//! it is replaced.
//!
//! `cargo bench --bench live` prints two tables for each size of catalog. All ways and all circumstances have their turns, over
//! and over, so that whatever else the machine does falls on all of them. The first table has the medians of many resolves in a
//! row; the second the spread of single ones, each with a clock around it, whose own cost is shown. The spread is taken while the other
//! thread does nothing, while it loads catalogs as a reload does but puts none in its place, and while it reloads: what a busy
//! neighbour does by itself, such as taking the core or the caches, is in the second as it is in the third.

mod generated;

use generated::{Numbers, catalog};
use sockatlas::live::{Live, Reader};
use sockatlas::terms::{Family, Protocol, SocketType};
use sockatlas::{Loader, Registry, Request};
use std::hint::black_box;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;
use std::time::{Duration, Instant};

const SIZES: [usize; 2] = [10, 10_000];

/// How long each way has its turn, in passes over the requests.
const PASSES: usize = 1_000;

const WAYS: [&str; 4] = ["bare registry", "`Live::version`", "`Reader::version`", "nothing: the clock"];

/// What the other thread does meanwhile.
const BUSY: [&str; 3] = ["nothing", "loads", "reloads"];
const LOADS: usize = 1;
const RELOADS: usize = 2;
/// It is to end.
const STOP: usize = 3;

fn main() {
    // `cargo test --benches` only asks whether it runs.
    let rounds = if std::env::args().any(|argument| argument == "--bench") { 400 } else { 2 };
    for size in SIZES {
        let site = Site::new(size);
        site.in_a_row(rounds);
        site.spread(rounds / 10);
    }
}

/// Two catalogs that answer the same requests.
struct Site {
    size: usize,
    registry: Registry,
    loaders: [Loader; 2],
    requests: Vec<Request>,
}

impl Site {
    fn new(size: usize) -> Site {
        let generated = catalog("linux", size, Numbers::Dense);
        let texts = ["Protocol", "Another"].map(|word| generated.text.replace("\"Protocol", &format!("\"{word}")));
        let loaders = texts.map(|text| Loader::new().text("generated.toml", text));
        let registry = load(&loaders[0]);
        let rows = generated.rows.iter().step_by(generated.rows.len().div_ceil(16));
        let request = |family, socket_type, protocol| {
            Request::new(Family::from_raw(family), SocketType::from_raw(socket_type), Protocol::from_raw(protocol))
        };
        let requests: Vec<Request> = rows.map(|row| request(row.family, row.socket_type, row.from)).collect();
        assert!(requests.iter().all(|request| registry.resolve(request).is_ok()), "every request hits");
        Site { size, registry, loaders, requests }
    }

    /// Gives every way its turn: `time` is told which, and how to resolve one request by it.
    fn every_way(&self, live: &Live, reader: &mut Reader, time: &mut impl Timing) {
        time.turn(0, &self.requests, |request| black_box(&self.registry).resolve(request).is_ok());
        time.turn(1, &self.requests, |request| black_box(live).version().resolve(request).is_ok());
        time.turn(2, &self.requests, |request| black_box(&mut *reader).version().resolve(request).is_ok());
        time.turn(3, &self.requests, |_| true);
    }

    /// Medians of turns in which each way resolves many times in a row.
    fn in_a_row(&self, rounds: usize) {
        let live = Live::new(self.registry.clone());
        let mut reader = live.reader();
        let mut rows = InARow::default();
        for _ in 0..rounds {
            self.every_way(&live, &mut reader, &mut rows);
        }
        let medians = rows.0.map(|mut times| {
            times.sort_by(f64::total_cmp);
            times[times.len() / 2]
        });
        println!("\n{} entries: medians of {rounds} turns of many resolves in a row\n", self.size);
        println!("| read through | ns a resolve | over the bare registry |\n|---|---:|---:|");
        for (way, median) in WAYS.iter().zip(medians).take(3) {
            println!("| {way} | {median:.2} | {:.2} |", median / medians[0]);
        }
    }

    /// The spread of single resolves.
    fn spread(&self, rounds: usize) {
        let live = Live::new(self.registry.clone());
        let mut reader = live.reader();
        let (wanted, begun) = (AtomicUsize::new(0), AtomicUsize::new(0));
        let done: [AtomicUsize; 3] = Default::default();
        let mut singles: [Singles; 3] = Default::default();
        let mut took = [(0, Duration::ZERO); 3];
        thread::scope(|scope| {
            scope.spawn(|| self.work(&live, &wanted, &begun, &done));
            for _ in 0..rounds {
                for busy in 0..BUSY.len() {
                    wanted.store(busy, Ordering::Release);
                    while begun.load(Ordering::Acquire) != busy {
                        thread::yield_now();
                    }
                    let (began, before) = (Instant::now(), done[busy].load(Ordering::Acquire));
                    // Until two were loaded, so that what happens at their ends is among it.
                    while {
                        self.every_way(&live, &mut reader, &mut singles[busy]);
                        busy != 0 && done[busy].load(Ordering::Acquire) < before + 2
                    } {}
                    took[busy].0 += done[busy].load(Ordering::Acquire) - before;
                    took[busy].1 += began.elapsed();
                }
            }
            wanted.store(STOP, Ordering::Release);
        });
        println!("\n{} entries: spread of single resolves, ns\n", self.size);
        println!("| the other thread | times a second | read through | p50 | p99 | p99.9 | p99.99 | longest |");
        println!("|---|---:|---|---:|---:|---:|---:|---:|");
        for (busy, spreads) in singles.iter().enumerate() {
            let rate = took[busy].0 as f64 / took[busy].1.as_secs_f64();
            for (way, spread) in WAYS.iter().zip(&spreads.0) {
                let [p50, p99, p999, p9999, longest] = [0.5, 0.99, 0.999, 0.9999, 1.0].map(|share| spread.at(share));
                println!("| {} | {rate:.0} | {way} | {p50} | {p99} | {p999} | {p9999} | {longest} |", BUSY[busy]);
            }
        }
    }

    /// Does what is wanted, one catalog after the other.
    fn work(&self, live: &Live, wanted: &AtomicUsize, begun: &AtomicUsize, done: &[AtomicUsize; 3]) {
        for loader in self.loaders.iter().cycle() {
            let busy = wanted.load(Ordering::Acquire);
            begun.store(busy, Ordering::Release);
            match busy {
                STOP => return,
                LOADS => drop(load(loader)),
                RELOADS => drop(live.replace(load(loader))),
                _ => thread::sleep(Duration::from_micros(100)),
            }
            if busy != 0 {
                done[busy].fetch_add(1, Ordering::Release);
            }
        }
    }
}

fn load(loader: &Loader) -> Registry {
    loader.load().unwrap_or_else(|error| panic!("{error}"))
}

/// What is timed of a turn.
trait Timing {
    fn turn(&mut self, way: usize, requests: &[Request], resolve: impl FnMut(&Request) -> bool);
}

/// For each way the nanoseconds of a resolve, turn by turn.
#[derive(Default)]
struct InARow([Vec<f64>; 4]);

impl Timing for InARow {
    #[inline(never)]
    fn turn(&mut self, way: usize, requests: &[Request], mut resolve: impl FnMut(&Request) -> bool) {
        let began = Instant::now();
        for _ in 0..PASSES {
            for request in requests {
                black_box(resolve(black_box(request)));
            }
        }
        self.0[way].push(began.elapsed().as_nanos() as f64 / (PASSES * requests.len()) as f64);
    }
}

/// For each way the times of single resolves.
#[derive(Default)]
struct Singles([Spread; 4]);

impl Timing for Singles {
    #[inline(never)]
    fn turn(&mut self, way: usize, requests: &[Request], mut resolve: impl FnMut(&Request) -> bool) {
        for _ in 0..PASSES {
            for request in requests {
                let began = Instant::now();
                black_box(resolve(black_box(request)));
                self.0[way].add(began.elapsed());
            }
        }
    }
}

/// How often each time was met, by the nanosecond up to a tenth of a millisecond.
struct Spread {
    counts: Vec<u64>,
    longer: Vec<u64>,
}

impl Default for Spread {
    fn default() -> Self {
        Spread { counts: vec![0; 100_000], longer: Vec::new() }
    }
}

impl Spread {
    fn add(&mut self, time: Duration) {
        let nanoseconds = u64::try_from(time.as_nanos()).unwrap_or(u64::MAX);
        match usize::try_from(nanoseconds).ok().and_then(|at| self.counts.get_mut(at)) {
            Some(count) => *count += 1,
            None => self.longer.push(nanoseconds),
        }
    }

    /// The time that this share of all does not exceed.
    fn at(&self, share: f64) -> u64 {
        let total = self.counts.iter().sum::<u64>() + self.longer.len() as u64;
        let mut before = ((total.saturating_sub(1)) as f64 * share) as u64;
        for (time, &count) in (0..).zip(&self.counts) {
            if before < count {
                return time;
            }
            before -= count;
        }
        let mut longer = self.longer.clone();
        longer.sort_unstable();
        longer.get(before as usize).or(longer.last()).copied().unwrap_or_default()
    }
}
