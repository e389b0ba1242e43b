//! What reading a registry costs that can be replaced at any moment, against a registry that cannot, and how that cost is spread while
//! it is replaced.
//!
//! `cargo bench --bench live` prints two tables. Both are made of rounds in which every way has its turn, so that whatever else the
//! machine does falls on all of them: the medians of the rounds for single resolves in a row, and the spread of single
//! resolves, each with a clock around it, whose own cost is shown. That spread is taken while the other core is idle, while it
//! loads catalogs as a reload does but puts nothing in its place, and while it reloads: what the machine does by itself, such as
//! giving a core to somebody else and sharing its caches, is in the second as it is in the third.

mod generated;

use generated::{Numbers, catalog};
use sockatlas::edit::{Live, Reader};
use sockatlas::terms::{Family, Protocol, SocketType};
use sockatlas::{Loader, Registry, Request};
use std::hint::black_box;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::thread;
use std::time::{Duration, Instant};

const SIZES: [usize; 2] = [10, 10_000];
/// Resolves of one way in one round.
const BATCH: usize = 20_000;
const ROUNDS: usize = 400;
/// Single resolves with a clock around each, in one turn of a way.
const SINGLES: usize = 100_000;
const TURNS: usize = 30;

const WAYS: [&str; 3] = ["bare registry", "Live::version", "Reader::version"];

fn main() {
    // `cargo test --benches` only asks whether it runs.
    let is_test = std::env::args().any(|argument| argument == "--test");
    let (rounds, turns) = if is_test { (3, 1) } else { (ROUNDS, TURNS) };
    for size in SIZES {
        let site = Site::new(size);
        site.in_a_row(rounds);
        for busy in [Busy::Idle, Busy::Loading, Busy::Reloading] {
            site.spread(busy, turns);
        }
    }
}

/// Two catalogs that answer the same requests by different entries.
struct Site {
    size: usize,
    registries: [Registry; 2],
    loaders: [Loader; 2],
    requests: Vec<Request>,
}

/// What the other core does meanwhile.
#[derive(Copy, Clone)]
enum Busy {
    Idle,
    Loading,
    Reloading,
}

impl Busy {
    fn name(self) -> &'static str {
        match self {
            Busy::Idle => "nothing",
            Busy::Loading => "loads, and replaces nothing",
            Busy::Reloading => "reloads",
        }
    }
}

impl Site {
    fn new(size: usize) -> Site {
        let generated = catalog("linux", size, Numbers::Dense);
        let texts =
            ["Protocol", "Another protocol"].map(|word| generated.text.replace("\"Protocol", &format!("\"{word}")));
        let loaders = texts.map(|text| Loader::new().text("generated.toml", text));
        let registries = loaders.each_ref().map(|loader| loader.load().unwrap_or_else(|error| panic!("{error}")));
        let rows = generated.rows.iter().step_by(generated.rows.len().div_ceil(16));
        let request = |family, socket_type, protocol| {
            Request::new(Family::from_raw(family), SocketType::from_raw(socket_type), Protocol::from_raw(protocol))
        };
        let requests = rows.map(|row| request(row.family, row.socket_type, row.from)).collect();
        Site { size, registries, loaders, requests }
    }

    fn live(&self) -> Live {
        Live::new(self.registries[0].clone())
    }

    /// Medians of rounds in which each way resolves many times in a row.
    fn in_a_row(&self, rounds: usize) {
        let live = self.live();
        let mut reader = live.reader();
        let mut times: [Vec<f64>; 3] = Default::default();
        for _ in 0..rounds {
            for (way, times) in times.iter_mut().enumerate() {
                let began = Instant::now();
                for request in self.requests.iter().cycle().take(BATCH) {
                    self.resolve(way, &live, &mut reader, request);
                }
                times.push(began.elapsed().as_nanos() as f64 / BATCH as f64);
            }
        }
        let medians = times.map(|mut times| {
            times.sort_by(f64::total_cmp);
            times[times.len() / 2]
        });
        println!("\n{} entries: one resolve, medians of {rounds} rounds of {BATCH} in a row\n", self.size);
        println!("| read through | ns | over the bare registry |\n|---|---:|---:|");
        for (way, median) in WAYS.iter().zip(medians) {
            println!("| {way} | {median:.2} | {:.2} |", median / medians[0]);
        }
    }

    /// The spread of single resolves.
    fn spread(&self, busy: Busy, turns: usize) {
        let live = self.live();
        let mut reader = live.reader();
        let (stop, done) = (AtomicBool::new(false), AtomicU64::new(0));
        let mut times: [Vec<u64>; 4] = Default::default();
        let took = thread::scope(|scope| {
            if !matches!(busy, Busy::Idle) {
                scope.spawn(|| self.work(busy, &live, &stop, &done));
            }
            let began = Instant::now();
            for _ in 0..turns {
                for (way, times) in times.iter_mut().enumerate() {
                    for request in self.requests.iter().cycle().take(SINGLES) {
                        let began = Instant::now();
                        self.resolve(way, &live, &mut reader, request);
                        times.push(u64::try_from(began.elapsed().as_nanos()).unwrap_or(u64::MAX));
                    }
                }
            }
            stop.store(true, Ordering::Release);
            began.elapsed()
        });
        let rate = done.load(Ordering::Acquire) as f64 / took.max(Duration::from_nanos(1)).as_secs_f64();
        println!(
            "\n{} entries, the other core {} ({rate:.0} times a second): single resolves, ns\n",
            self.size,
            busy.name()
        );
        println!("| read through | p50 | p99 | p99.9 | p99.99 | longest |\n|---|---:|---:|---:|---:|---:|");
        for (way, mut times) in WAYS.iter().chain(&["nothing: the clock"]).zip(times) {
            times.sort_unstable();
            let at = |share: f64| times[((times.len() - 1) as f64 * share) as usize];
            let [p50, p99, p999, p9999, longest] = [0.5, 0.99, 0.999, 0.9999, 1.0].map(at);
            println!("| {way} | {p50} | {p99} | {p999} | {p9999} | {longest} |");
        }
    }

    /// Loads one catalog after the other, on a thread of its own.
    fn work(&self, busy: Busy, live: &Live, stop: &AtomicBool, done: &AtomicU64) {
        for loader in self.loaders.iter().cycle() {
            if stop.load(Ordering::Acquire) {
                return;
            }
            let registry = loader.load().unwrap_or_else(|error| panic!("{error}"));
            if matches!(busy, Busy::Reloading) {
                live.replace(registry);
            }
            done.fetch_add(1, Ordering::Relaxed);
        }
    }

    #[inline(always)]
    fn resolve(&self, way: usize, live: &Live, reader: &mut Reader, request: &Request) {
        let request = black_box(request);
        match way {
            0 => drop(black_box(black_box(&self.registries[0]).resolve(request).is_ok())),
            1 => drop(black_box(black_box(live).version().resolve(request).is_ok())),
            2 => drop(black_box(black_box(&mut *reader).version().resolve(request).is_ok())),
            _ => drop(black_box(request)),
        }
    }
}
