//! What one resolve costs: against a walk over the list of entries, and against the `socket` call that follows it.
//!
//! `cargo bench --bench resolve` ends with a table of medians, all of the same run. The plain figures are for a fixed set of
//! sixteen requests, cycled, as a program makes them; random sweeps and requests with demands stand beside them.

mod generated;

use criterion::{BenchmarkGroup, Criterion, Throughput, measurement::WallTime};
use generated::{FAMILIES, Generated, Numbers, Random, Row, TYPES, catalog};
use sockatlas::terms::{ErrorCode, Family, Protocol, Services, SocketType, System};
use sockatlas::{Loader, Registry, Request};
use std::hint::black_box;
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

const SIZES: [usize; 4] = [10, 1_000, 10_000, 100_000];
const CYCLE: usize = 16;
const SWEEP: usize = 1 << 16;

fn main() {
    let results = Results::new();
    let mut criterion = Criterion::default()
        .output_directory(&results.folder)
        .warm_up_time(Duration::from_millis(300))
        .measurement_time(Duration::from_millis(1200))
        .sample_size(40)
        .without_plots()
        .configure_from_args();
    plain(&mut criterion);
    dialects(&mut criterion);
    demands(&mut criterion);
    socket(&mut criterion);
    criterion.final_summary();
    results.print();
}

type Group<'c> = BenchmarkGroup<'c, WallTime>;

fn load(text: &str) -> Registry {
    Loader::new().text("generated.toml", text).load().unwrap_or_else(|error| panic!("{error}"))
}

/// The walk of the known implementations: entries in order, the first match, how far the best got; nothing but what it reads.
struct Walk {
    rows: Vec<Row>,
}

impl Walk {
    #[inline(never)]
    fn find(&self, family: i32, socket_type: i32, protocol: i32) -> Result<usize, ErrorCode> {
        let mut code = ErrorCode::AddressFamilyNotSupported;
        for (at, row) in self.rows.iter().enumerate() {
            if row.family != family {
                continue;
            }
            if row.socket_type != socket_type {
                if code == ErrorCode::AddressFamilyNotSupported {
                    code = ErrorCode::SocketTypeNotSupported;
                }
                continue;
            }
            let matches = if protocol == 0 { row.matches_zero } else { row.from <= protocol && protocol <= row.to };
            if matches {
                return Ok(at);
            }
            code = ErrorCode::ProtocolNotSupported;
        }
        Err(code)
    }
}

type Triple = (i32, i32, i32);

fn request((family, socket_type, protocol): Triple) -> Request {
    let family = Family::from_number(family, System::Linux);
    Request::new(family, SocketType::from_raw(socket_type), Protocol::from_raw(protocol))
}

/// Sixteen requests that hit entries from the first to the last.
fn hits(rows: &[Row]) -> Vec<Triple> {
    let rows = (0..CYCLE).map(|at| &rows[at * rows.len() / CYCLE]);
    rows.map(|row| (row.family, row.socket_type, row.from)).collect()
}

/// Four without a family, four without a type, eight without a protocol.
fn refusals(numbers: Numbers, random: &mut Random) -> Vec<Triple> {
    let refusal = |at: usize| {
        let ((_, family), (_, socket_type)) = (FAMILIES[at % FAMILIES.len()], TYPES[at % TYPES.len()]);
        match at {
            0..4 => (300 + at as i32, socket_type, 6),
            4..8 => (family, 5, 6),
            _ => {
                let absent = if numbers == Numbers::Dense { 200_000 + at as i32 } else { random.number() & !1 };
                (family, socket_type, absent)
            }
        }
    };
    (0..CYCLE).map(refusal).collect()
}

/// Many requests, every other one a hit.
fn sweep(rows: &[Row], numbers: Numbers, random: &mut Random) -> Vec<Triple> {
    let mut absent = Random(7);
    let mut refused = refusals(numbers, &mut absent);
    refused.extend(refusals(numbers, &mut absent));
    let one = |at: usize| match at % 2 {
        0 => {
            let row = &rows[random.below(rows.len())];
            (row.family, row.socket_type, row.from)
        }
        _ => refused[random.below(refused.len())],
    };
    (0..SWEEP).map(one).collect()
}

#[inline]
fn resolve_all(registry: &Registry, requests: &[Request]) {
    for request in requests {
        // By reference: to move the answer right after it was written would measure the store buffer of the processor.
        match &registry.resolve(black_box(request)) {
            Ok(selection) => {
                black_box(selection);
            }
            Err(refusal) => {
                black_box(refusal.code());
            }
        }
    }
}

fn bench_registry(group: &mut Group<'_>, id: String, registry: &Registry, triples: &[Triple]) {
    let requests: Vec<Request> = triples.iter().copied().map(request).collect();
    group.throughput(Throughput::Elements(requests.len() as u64));
    group.bench_function(id, |bencher| bencher.iter(|| resolve_all(registry, &requests)));
}

fn bench_walk(group: &mut Group<'_>, id: String, walk: &Walk, triples: &[Triple]) {
    group.throughput(Throughput::Elements(triples.len() as u64));
    group.bench_function(id, |bencher| {
        bencher.iter(|| {
            for &triple in triples {
                let (family, socket_type, protocol) = black_box(triple);
                let _ = black_box(walk.find(family, socket_type, protocol));
            }
        })
    });
}

fn plain(criterion: &mut Criterion) {
    for numbers in Numbers::ALL {
        for size in SIZES {
            let Generated { text, rows } = catalog("linux", size, numbers);
            let (registry, walk) = (load(&text), Walk { rows });
            let mut random = Random(99);
            let hits = hits(&walk.rows);
            let refusals = refusals(numbers, &mut random);
            let sweep = sweep(&walk.rows, numbers, &mut random);
            for &triple in hits.iter().chain(&refusals).chain(&sweep) {
                let answer = registry.resolve(&request(triple)).map(|_| ()).map_err(|refusal| refusal.code());
                let walked = walk.find(triple.0, triple.1, triple.2).map(|_| ());
                assert_eq!(answer, walked, "the walk and the registry answer {triple:?} alike");
            }
            let mut group = criterion.benchmark_group(format!("{}-{size}", numbers.name()));
            bench_registry(&mut group, "hit-index".into(), &registry, &hits);
            bench_walk(&mut group, "hit-walk".into(), &walk, &hits);
            bench_registry(&mut group, "refusal-index".into(), &registry, &refusals);
            bench_walk(&mut group, "refusal-walk".into(), &walk, &refusals);
            bench_registry(&mut group, "sweep-index".into(), &registry, &sweep);
            group.finish();
        }
    }
}

fn dialects(criterion: &mut Criterion) {
    for dialect in ["documented", "windows"] {
        for size in [10, 100_000] {
            let Generated { text, rows } = catalog(dialect, size, Numbers::Dense);
            let registry = load(&text);
            let system = registry.dialect().system();
            let of_system = |&(family, socket_type, protocol): &Triple| {
                let family = Family::from_number(family, System::Linux);
                (family.number(system).unwrap_or(300), socket_type, protocol)
            };
            let as_requests = |triples: Vec<Triple>| -> Vec<Request> {
                let requests = triples.iter().map(of_system);
                requests
                    .map(|(family, socket_type, protocol)| {
                        let family = Family::from_number(family, system);
                        Request::new(family, SocketType::from_raw(socket_type), Protocol::from_raw(protocol))
                    })
                    .collect()
            };
            let mut group = criterion.benchmark_group(format!("{dialect}-{size}"));
            for (id, triples) in [("hit", hits(&rows)), ("refusal", refusals(Numbers::Dense, &mut Random(99)))] {
                let requests = as_requests(triples);
                group.throughput(Throughput::Elements(CYCLE as u64));
                group.bench_function(id, |bencher| bencher.iter(|| resolve_all(&registry, &requests)));
            }
            group.finish();
        }
    }
}

const DEMANDS: [&str; 7] = [
    "require-offered",
    "require-of-a-later-entry",
    "prefer",
    "application",
    "entry-by-name",
    "entry-by-id",
    "provider",
];

fn demands(criterion: &mut Criterion) {
    for size in [10, 1_000, 100_000] {
        let mut generated = catalog("linux", size, Numbers::Dense);
        let registry = load(&generated.text);
        generated.text += "[application.billing]\nrequire = [\"guaranteed-order\"]\n";
        let with_policy = load(&generated.text);
        let triple = (2, 1, 1);
        let last = registry.selectable().last().expect("there are entries").name().to_owned();
        let last_id = registry.selectable().last().expect("there are entries").catalog_entry_id();
        let requests = [
            (&registry, request(triple).require(Services::GUARANTEED_ORDER)),
            (&registry, request((2, 1, 1)).require(Services::ENCRYPTED)),
            (&registry, request(triple).prefer(Services::ENCRYPTED)),
            (&with_policy, request(triple).application("billing")),
            (&registry, Request::named(last)),
            (&registry, Request::default().entry_id(last_id)),
            (&registry, request(triple).provider("kernel")),
        ];
        let mut group = criterion.benchmark_group(format!("demands-{size}"));
        group.throughput(Throughput::Elements(1));
        for (id, (registry, request)) in DEMANDS.into_iter().zip(&requests) {
            group.bench_function(id, |bencher| {
                bencher.iter(|| resolve_all(registry, std::slice::from_ref(request)));
            });
        }
        group.finish();
    }
}

fn socket(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("system");
    group.throughput(Throughput::Elements(1));
    group.bench_function("socket", |bencher| {
        bencher.iter(|| socket2::Socket::new(socket2::Domain::IPV4, socket2::Type::STREAM, None).map(drop))
    });
    group.finish();
}

/// The medians that criterion writes down.
struct Results {
    folder: PathBuf,
    began: SystemTime,
}

impl Results {
    fn new() -> Self {
        let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("criterion");
        Results { folder, began: SystemTime::now() }
    }

    /// The median of a benchmark in nanoseconds an element, if this run measured it.
    fn median(&self, group: &str, id: &str, elements: usize) -> Option<f64> {
        let file = self.folder.join(group).join(id).join("new").join("estimates.json");
        let written = std::fs::metadata(&file).and_then(|facts| facts.modified()).ok()?;
        if written < self.began {
            return None;
        }
        let estimates: serde_json::Value = serde_json::from_slice(&std::fs::read(file).ok()?).ok()?;
        Some(estimates["median"]["point_estimate"].as_f64()? / elements as f64)
    }

    fn print(&self) {
        let cell = |value: Option<f64>| value.map_or("-".to_owned(), |value| format!("{value:.1}"));
        let ratio = |walk: Option<f64>, index: Option<f64>| match (walk, index) {
            (Some(walk), Some(index)) => format!("{:.1}x", walk / index),
            _ => "-".to_owned(),
        };
        let Some(socket) = self.median("system", "socket", 1) else {
            return println!("no table: this run did not measure all");
        };
        println!("\nPlain requests, 16 cycled: medians in ns a request\n");
        println!("| numbers | entries | hit | walk | walk/hit | refusal | walk | walk/refusal | random sweep |");
        println!("|---|---:|---:|---:|---:|---:|---:|---:|---:|");
        let mut slowest = 0.0_f64;
        let mut spreads = Vec::new();
        for numbers in Numbers::ALL {
            let mut of_kind: [Vec<f64>; 2] = Default::default();
            for size in SIZES {
                let group = format!("{}-{size}", numbers.name());
                let of = |id| self.median(&group, id, CYCLE);
                let (hit, hit_walk) = (of("hit-index"), of("hit-walk"));
                let (refusal, refusal_walk) = (of("refusal-index"), of("refusal-walk"));
                for (kind, value) in of_kind.iter_mut().zip([hit, refusal]) {
                    kind.extend(value);
                    slowest = slowest.max(value.unwrap_or_default());
                }
                println!(
                    "| {} | {size} | {} | {} | {} | {} | {} | {} | {} |",
                    numbers.name(),
                    cell(hit),
                    cell(hit_walk),
                    ratio(hit_walk, hit),
                    cell(refusal),
                    cell(refusal_walk),
                    ratio(refusal_walk, refusal),
                    cell(self.median(&group, "sweep-index", SWEEP)),
                );
            }
            for (kind, values) in ["hit", "refusal"].into_iter().zip(of_kind) {
                if let [smallest, .., largest] = values.as_slice() {
                    spreads.push(format!("{kind}, {}: {:.2}", numbers.name(), largest / smallest));
                }
            }
        }
        println!("\n100,000 entries over 10: {}", spreads.join("; "));
        println!(
            "socket(2) and close: {socket:.0} ns; the slowest plain resolve is {:.2} % of it",
            100.0 * slowest / socket
        );
        println!(
            "\nOther dialects, dense: ns a request\n\n| dialect | entries | hit | refusal |\n|---|---:|---:|---:|"
        );
        for dialect in ["documented", "windows"] {
            for size in [10, 100_000] {
                let of = |id| cell(self.median(&format!("{dialect}-{size}"), id, CYCLE));
                println!("| {dialect} | {size} | {} | {} |", of("hit"), of("refusal"));
            }
        }
        println!("\nRequests with demands: ns a request\n\n| demand | 10 | 1,000 | 100,000 |\n|---|---:|---:|---:|");
        for demand in DEMANDS {
            let of = |size| cell(self.median(&format!("demands-{size}"), demand, 1));
            println!("| {demand} | {} | {} | {} |", of(10), of(1_000), of(100_000));
        }
    }
}
